"""Weights are read part by part, and each part by what needs it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import nn

from hific_core.codec import Codec
from hific_core.device import Runtime
from hific_core.models import weights
from hific_core.models.hific_serving import HificServing
from hific_core.models.lite_serving import LiteServing
from hific_core.models.networks import Networks
from hific_core.models.pulse import Pulse
from hific_core.models.serving import Part, Serving
from hific_core.models.weights import read_model
from tests.conftest import smooth_picture, tiny_hific_network, tiny_network

CPU = Runtime(torch.device("cpu"), torch.float32)
FAMILIES: dict[str, tuple[type[Serving], Any]] = {
    "lite": (LiteServing, tiny_network),
    "hific": (HificServing, tiny_hific_network),
}


class Read:
    """Names of the tensors that were read from files since."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        outer = self

        class Watched:
            def __init__(self, *arguments: Any, **named: Any) -> None:
                self._opened = safe_open(*arguments, **named)

            def __enter__(self) -> "Watched":
                self._file = self._opened.__enter__()
                return self

            def __exit__(self, *error: object) -> None:
                self._opened.__exit__(*error)

            def get_tensor(self, name: str) -> Any:
                outer.names.append(name)
                return self._file.get_tensor(name)

        monkeypatch.setattr(weights, "safe_open", Watched)

    def any_of(self, *parts: str) -> bool:
        return any(name.startswith(tuple(f"network.{part}." for part in parts)) for name in self.names)


def test_each_side_reads_its_weights_only(tiny_hific_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other, third = (Codec(read_model(tiny_hific_path, CPU)) for _ in range(3))
    picture = smooth_picture(40, 56)
    read = Read(monkeypatch)
    encoded = one.encode(picture, 500)
    encoders = "Encoder", "Hyperprior.analysis_net", "Hyperprior.synthesis_std"
    assert all(read.any_of(part) for part in (*encoders, "Hyperprior.synthesis_mu"))
    assert not read.any_of("Generator")
    pixels = one.decode(encoded.file).picture.pixels
    assert len(set(read.names)) == len(read.names), "nothing twice"

    read.names.clear()
    other.decode_symbols(encoded.file)
    assert not read.names, "symbols need integers alone"
    assert np.array_equal(other.decode(encoded.file).picture.pixels, pixels)
    assert read.any_of("Generator") and read.any_of("Hyperprior.synthesis_mu")
    assert not read.any_of(*encoders)
    assert other.encode(picture, 500).file.pack() == encoded.file.pack()

    read.names.clear()
    third.encode(picture, 500)
    assert third.encode(picture, 500).file.pack() == encoded.file.pack()


@pytest.mark.parametrize("name", FAMILIES)
def test_every_parameter_is_filled_once(name: str) -> None:
    family, make = FAMILIES[name]
    network: nn.Module = make()
    expected, asked = network.state_dict(), list[str]()

    def fill(wanted: Any) -> None:
        asked.extend(key for key in expected if wanted(key))

    networks = Networks(family, lambda: network, fill, torch.device("cpu"), Pulse())
    assert networks.stages.network is network and not asked
    networks.having()
    shared = list(asked)
    networks.having(Part.PAINTING)
    assert len(asked) > len(shared) > 0
    networks.having(*Part)
    assert sorted(asked) == sorted(expected)


@pytest.mark.parametrize("name", FAMILIES)
def test_only_what_is_filled_is_placed(name: str) -> None:
    """Moving what has no weights yet would make memory of it; in another layout it would even be copied."""
    family, make = FAMILIES[name]
    network: nn.Module = make()
    networks = Networks(family, lambda: network, lambda wanted: None, torch.device("meta"), Pulse())
    networks.having(Part.PAINTING)
    painting = tuple(f"{part}." for part in family.parts[Part.PAINTING])
    encoding = tuple(f"{part}." for part in family.parts[Part.ENCODING])
    places = {key: value.device.type for key, value in network.named_parameters()}
    assert {place for key, place in places.items() if key.startswith(painting)} == {"meta"}
    assert {place for key, place in places.items() if key.startswith(encoding)} == {"cpu"}
    assert {place for key, place in places.items() if not key.startswith(painting + encoding)} == {"meta"}
