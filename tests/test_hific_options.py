"""The original's other architectures at reduced width: exported, used, tiled, decoded in another process."""

import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse, write
from hific_core.device import choose_runtime
from hific_core.models.geometry import Area, Interval
from hific_core.models.hific import Hific
from hific_core.models.serving import Limits
from hific_core.models.weights import read_model
from hific_core.training.export import ONE_QUALITY, export
from tests.conftest import TINY_HIFIC, smooth_picture, tiny_hific_network
from tests.make_golden import symbols_digest
from tests.test_exactness import PLAIN_PROCESSOR, digests_elsewhere
from tests.training.conftest import tiny_settings

OPTIONS: dict[str, dict[str, Any]] = {"noise": {"noise_channels": 3}}
SMALL = Limits(analysis=352, hyper_analysis=24, hyper_synthesis=8, trunk=5, tail=48)
"""So small that a picture of some hundred pixels is cut many times at every stage."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The inference file of a seeded network with an option, made when first asked for."""
    folder = tmp_path_factory.mktemp("options")

    def path_of(option: str) -> Path:
        path = folder / f"{option}.safetensors"
        if not path.exists():
            network = tiny_hific_network(replace(TINY_HIFIC, **OPTIONS[option]))
            settings = replace(tiny_settings("hific-med"), network=asdict(network.config))
            export(settings, network.state_dict(), path, option, [], levels=24)
        return path

    return path_of


@pytest.fixture
def codec_with(exported: Callable[[str], Path]) -> Callable[[str], Codec]:
    return lambda option: Codec(read_model(exported(option), choose_runtime("cpu", "float32")))


def levels_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one.astype(int) - other)


def generator_of(codec: Codec) -> Any:
    network = codec.model.serving.network
    assert isinstance(network, Hific)
    return network.Generator


@pytest.mark.parametrize("option", [pytest.param("noise", marks=pytest.mark.slow)])
def test_the_same_symbols_elsewhere(
    exported: Callable[[str], Path], codec_with: Callable[[str], Codec], tmp_path: Path, option: str
) -> None:
    codec = codec_with(option)
    expected, here, files = {}, {}, []
    for size in ((1, 1), (200, 333)):
        encoded = codec.encode(smooth_picture(*size), ONE_QUALITY)
        decoded = codec.decode(parse(encoded.file.pack()))
        assert all(np.array_equal(*pair) for pair in zip(encoded.symbols, decoded.symbols, strict=True))
        files.append(tmp_path / f"{size[0]}.hfc")
        write(files[-1], encoded.file)
        expected[files[-1].name] = symbols_digest(encoded.symbols)
        here[files[-1].name] = zlib.crc32(decoded.picture.pixels.tobytes())
    found, pixels = digests_elsewhere(exported(option), files, *PLAIN_PROCESSOR, "--noise", "1e-2")
    assert found == expected
    assert pixels != here, "the disturbance reached no pixel, so that it proved nothing"


# --- noise ------------------------------------------------------------------------------------------------------


def test_noise_reaches_the_picture_and_is_the_same_each_time(
    codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = codec_with("noise")
    file = codec.encode(smooth_picture(100, 130), ONE_QUALITY).file
    first = codec.decode(file).picture.pixels
    assert np.array_equal(first, codec.decode(file).picture.pixels)
    monkeypatch.setattr(generator_of(codec), "trunk", silenced(generator_of(codec).trunk))
    assert not np.array_equal(first, codec.decode(file).picture.pixels)


def silenced(trunk: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda y_hat, noise: trunk(y_hat, torch.zeros_like(noise))


def test_tiles_of_noise_cannot_be_seen(codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch) -> None:
    codec = codec_with("noise")
    file = codec.encode(smooth_picture(300, 417), ONE_QUALITY).file
    whole = codec.decode(file).picture.pixels
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL)
    apart = levels_apart(codec.decode(file).picture.pixels, whole)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


@pytest.mark.parametrize(
    "area",
    [Area(Interval(0, 1), Interval(0, 1)), Area(Interval(500, 530), Interval(500, 800))],
    ids=["corner", "inside"],
)
def test_a_region_of_noise_is_that_part_of_the_whole(codec_with: Callable[[str], Codec], area: Area) -> None:
    codec = codec_with("noise")
    file = codec.encode(smooth_picture(600, 900), ONE_QUALITY).file
    apart = levels_apart(codec.decode_region(file, area), codec.decode(file).picture.pixels[area.slices])
    assert apart.max() <= 1
    assert (apart > 0).sum() <= max(1, 1e-4 * apart.size)
