"""Inference files: written and read back, refused when anything does not fit."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from hific_core.device import choose_runtime
from hific_core.errors import WeightsDamaged
from hific_core.models.card import METADATA_KEY
from hific_core.models.weights import read_model
from tests.conftest import tiny_hific_network

CPU = choose_runtime("cpu", "float32")
Change = Callable[[dict[str, Any], dict[str, Any]], None]


def changed(source: Path, target: Path, change: Change) -> Path:
    """A copy of a model with `change(arrays, card)` applied."""
    arrays = load_file(source)
    with safe_open(source, framework="numpy") as file:
        card = json.loads(file.metadata()[METADATA_KEY])
    change(arrays, card)
    save_file(arrays, target, metadata={METADATA_KEY: json.dumps(card)})
    return target


def set_array(name: str, edit: Callable[[Any], Any]) -> Change:
    def change(arrays: dict[str, Any], card: dict[str, Any]) -> None:
        arrays[name] = np.ascontiguousarray(edit(arrays[name]))

    return change


def set_card(**values: object) -> Change:
    return lambda arrays, card: card.update(values)


def widen(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    card["network"]["latents"] = 10**9


def deepen(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    card["network"]["generator_blocks"] = [10**9, 1]


def negate(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    card["network"]["encoder_blocks"] = [10**9, 2 - 10**9]


def shrink(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    """A twin that fits layer by layer, but yields half of the latents' resolution."""
    arrays["twin.1.upscale"] = np.array([1], np.int32)
    arrays["twin.1.weight"] = np.ascontiguousarray(arrays["twin.1.weight"][:8])
    arrays["twin.1.bias"], arrays["twin.1.shift"] = arrays["twin.1.bias"][:8].copy(), arrays["twin.1.shift"][:8].copy()


def behead(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    for name in [name for name in arrays if name.startswith("twin.") and name != "twin.thresholds"]:
        del arrays[name]


def part(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    """Thresholds so far apart that their difference would wrap."""
    arrays["twin.thresholds"][:, 0], arrays["twin.thresholds"][:, 1] = 2**62, -(2**62)


def thicken(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    card["network"]["kernels"] = [10**6 + 1, 3]


DAMAGE: dict[str, Change] = {
    "a shape": set_array("network.generator.stem.weight", lambda a: a[:, :-1]),
    "a missing tensor": lambda arrays, card: arrays.pop("network.encoder.out.bias"),
    "one more tensor": lambda arrays, card: arrays.update({"network.more": np.zeros(3, np.float16)}),
    "a generator's weight": set_array("network.generator.stem.weight", lambda a: a + np.float16(1)),
    "a gain": set_array("network.gains.log_gains", lambda a: a + np.float32(1)),
    "a twin's weight": set_array("twin.0.weight", lambda a: a + np.int16(1)),
    "a twin's type": set_array("twin.0.weight", lambda a: a.astype(np.float32)),
    "a twin's shape": set_array("twin.1.weight", lambda a: a[:, :-1]),
    "a twin's bias": set_array("twin.0.bias", lambda a: a + np.int64(2**60)),
    "a twin's layer": lambda arrays, card: arrays.pop("twin.1.weight"),
    "a shift": set_array("twin.0.shift", lambda a: a + np.int32(1000)),
    "an upscale": set_array("twin.0.upscale", lambda a: a * np.int32(3)),
    "thresholds": set_array("twin.thresholds", lambda a: a[:, ::-1]),
    "a table": set_array("tables.scale.counts", lambda a: a + np.uint32(1)),
    "no tables": lambda arrays, card: arrays.pop("tables.scale.counts"),
    "an absurd width": widen,
    "an absurd depth": deepen,
    "an absurd kernel": thicken,
    "depths that cancel": negate,
    "a twin of another resolution": shrink,
    "a twin without layers": behead,
    "thresholds that wrap": part,
    "the least shift": set_array("twin.0.shift", lambda a: np.full_like(a, -(2**31))),
    "a list for a network": set_card(network=[1]),
    "a number for a name": set_card(name=7),
    "a list for a title": set_card(title=["x"]),
    "a text for a switch": set_card(abilities={"continuous_rate": "yes", "realism": False, "multiple": 16}),
    "an odd multiple": set_card(abilities={"continuous_rate": True, "realism": False, "multiple": 17}),
    "another family": set_card(family="heavy"),
    "another network": set_card(network={"depth": 3}),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_refused(tiny_model_path: Path, tmp_path: Path, name: str) -> None:
    path = changed(tiny_model_path, tmp_path / "damaged.safetensors", DAMAGE[name])
    with pytest.raises(WeightsDamaged):
        read_model(path, CPU)


def test_a_cut_file_is_refused(tiny_model_path: Path, tmp_path: Path) -> None:
    data = tiny_model_path.read_bytes()
    path = tmp_path / "cut.safetensors"
    for length in (0, 7, 8, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(WeightsDamaged, match="cut"):
            read_model(path, CPU)


def test_untouched_copy_loads(tiny_model_path: Path, tmp_path: Path) -> None:
    path = changed(tiny_model_path, tmp_path / "copy.safetensors", lambda arrays, card: None)
    model = read_model(path, CPU)
    assert model.card.name == "tiny"
    assert (model.latent_channels, model.hyperlatent_channels) == (12, 6)


def longer(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    card["network"]["residual_blocks"] = 10**6


def plane(arrays: dict[str, Any], card: dict[str, Any]) -> None:
    """A twin with a channel for the quality, which this family lacks."""
    weight = arrays["twin.0.weight"]
    arrays["twin.0.weight"] = np.concatenate([weight, weight[:, :1]], axis=1)


HIFIC_DAMAGE: dict[str, Change] = {
    "a shape": set_array("network.Generator.resblock_1.conv2.weight", lambda a: a[:, :-1]),
    "a missing tensor": lambda arrays, card: arrays.pop("network.Encoder.conv_block3.1.bias"),
    "one more tensor": lambda arrays, card: arrays.update({"network.more": np.zeros(3, np.float16)}),
    "a mean network's weight": set_array("network.Hyperprior.synthesis_mu.conv1.weight", lambda a: a + np.float16(1)),
    "a generator's weight": set_array("network.Generator.conv_block_out.1.bias", lambda a: a + np.float16(1)),
    "an absurd depth": longer,
    "a plane too many": plane,
    "an absurd width": lambda arrays, card: card["network"].update(channels=[10**9, 6, 8, 10, 12]),
    "four widths": lambda arrays, card: card["network"].update(channels=[4, 6, 8, 10]),
    "another likelihood": lambda arrays, card: card["network"].update(likelihood="cauchy"),
    "a text for a range": lambda arrays, card: card["network"].update(normalised_input="no"),
    "the other family": set_card(family="lite"),
}


@pytest.mark.parametrize("name", HIFIC_DAMAGE)
def test_damage_to_the_paper_s_family_is_refused(tiny_hific_path: Path, tmp_path: Path, name: str) -> None:
    path = changed(tiny_hific_path, tmp_path / "damaged.safetensors", HIFIC_DAMAGE[name])
    with pytest.raises(WeightsDamaged, match=re.escape(str(path))):
        read_model(path, CPU)


def test_the_paper_s_family_is_read_as_written(tiny_hific_path: Path) -> None:
    model = read_model(tiny_hific_path, CPU)
    assert model.card.name == "tiny-hific"
    assert (model.latent_channels, model.hyperlatent_channels) == (12, 8)
    network = tiny_hific_network()
    read = model.serving.network.state_dict()
    for name, value in network.state_dict().items():
        density = "hyperlatent_likelihood" in name
        assert torch.equal(read[name], value if density else value.half().float()), name
