"""Models for tests: tiny, seeded, prepared once per test run."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

# The tests' networks are tiny: threads would cost more than they give, the more so beside other work.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
import torch
from torch import nn

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.models.card import Abilities, ModelCard
from hific_core.models.hific import Hific, HificConfig
from hific_core.models.lite import Lite, LiteConfig
from hific_core.models.serving import Limits
from hific_core.models.weights import read_model, write_model
from hific_core.pixels.picture import Picture
from hific_core.prepare import prepare

GOLDEN = Path(__file__).parent / "data" / "golden"
GOLDEN_MIXTURE = GOLDEN / "mixture"
SMALL_LIMITS = Limits(analysis=352, hyper_analysis=24, hyper_synthesis=8, trunk=5, tail=48)
"""So small that a picture of some hundred pixels is cut many times at every stage."""


def levels_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """By how many of 255 levels two uint8 pictures differ, value by value."""
    return np.abs(one.astype(int) - other)


def refuse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be searched, as permissions have it: those do not bind the superuser of a container."""

    def refusing(function: Callable[..., Any]) -> Callable[..., Any]:
        def checked(path: Any = ".", *arguments: Any, **named: Any) -> Any:
            if not isinstance(path, int) and folder in Path(os.fsdecode(path)).parents:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
            return function(path, *arguments, **named)

        return checked

    for name in ("stat", "lstat", "listdir", "scandir", "mkdir", "open"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))


TINY = LiteConfig(
    latents=12,
    hyperlatents=6,
    hyper_width=8,
    mean_width=8,
    encoder_widths=(8, 12),
    encoder_blocks=(1, 1),
    generator_widths=(8, 12),
    generator_blocks=(1, 1),
    features=8,
    thin=4,
    anchors=3,
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Training crops, Kodak and references, where a checkout has them beside it; else the test is skipped."""
    folder = Path(os.environ.get("HIFIC_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the pictures and references for tests are not beside this checkout (set HIFIC_SHARED)")
    return folder


def tiny_network(seed: int = 1) -> Lite:
    """A seeded network whose latents spread over many levels and whose hyperlatents are not all zero."""
    torch.manual_seed(seed)
    network = Lite(TINY)
    with torch.no_grad():
        network.encoder.out.weight.mul_(12)
        network.hyper_analysis.layers[-1].weight.mul_(60)
        network.scale_network.layers[-1].weight.mul_(6)
        for step in range(network.density.steps):  # narrower tables: quicker to prepare, and escapes happen
            getattr(network.density, f"H_{step}").add_(0.45)
    return network.eval()


TINY_HIFIC = HificConfig(latents=12, residual_blocks=2, hyper_filters=8, channels=(4, 6, 8, 10, 12))


def tiny_hific_network(config: HificConfig = TINY_HIFIC, seed: int = 1) -> Hific:
    """A seeded network of the paper's structure, its symbols and indexes as varied as those of `tiny_network`."""
    torch.manual_seed(seed)
    network = Hific(config)
    spread_hific(network)
    return network.eval()


def spread_hific(network: Hific) -> None:
    """Widens what a seeded network yields: symbols and scale indexes that vary, escapes that happen."""
    with torch.no_grad():
        network.Encoder.conv_block_out[-1].weight.mul_(12)
        network.Hyperprior.analysis_net.conv3.weight.mul_(20)
        if network.config.mixture:
            _spread_mixture(network.Hyperprior.synthesis_DLMM_params)
        else:
            network.Hyperprior.synthesis_std.conv3.weight.mul_(8)
            network.Hyperprior.synthesis_std.conv3.bias.add_(0.5)
        density = network.density
        for step in range(density.steps):
            getattr(density, f"H_{step}").add_(0.45)
        getattr(density, density.last_gate).add_(0.3)


def _spread_mixture(synthesis: nn.Module) -> None:
    """Weights that differ, means around those of the latents, scales from the smallest to some units."""
    synthesis.conv3.weight.mul_(8)
    logits, means, log_scales = synthesis.conv_out.weight.chunk(3)
    for part, factor in ((logits, 4), (means, 8), (log_scales, 2)):
        part.mul_(factor)


def tiny_card(name: str = "tiny", realism: bool = False) -> ModelCard:
    """A card whose regimes are made up."""
    return ModelCard(
        name,
        "lite",
        {},
        Abilities(True, realism, 16),
        {"low": 200, "med": 500, "high": 800},
        "0" * 8,
        "0" * 8,
    )


@pytest.fixture(scope="session")
def tiny_model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the golden files' prepared tiny model, called "tiny", alone in its folder."""
    path = tmp_path_factory.mktemp("models") / "tiny.safetensors"
    shutil.copyfile(GOLDEN / "tiny.safetensors", path)
    return path


@pytest.fixture(scope="session")
def tiny_codec(tiny_model_path: Path) -> Codec:
    """A codec with the tiny model on the processor in float32."""
    return Codec(read_model(tiny_model_path, choose_runtime("cpu", "float32")))


@pytest.fixture(scope="session")
def tiny_hific_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared tiny model of the paper's family, called "tiny-hific", one rate for its one regime."""
    path = tmp_path_factory.mktemp("hific") / "tiny-hific.safetensors"
    card = replace(tiny_card("tiny-hific"), regimes={"med": 500})
    write_model(path, prepare(tiny_hific_network(), card, levels=24, largest_scale=32.0))
    return path


@pytest.fixture(scope="session")
def tiny_series(tiny_hific_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with "TINY-low" and "TINY-med", models of the paper's family of one rate each."""
    folder = tmp_path_factory.mktemp("series")
    for seed, regime in enumerate(("low", "med"), start=2):
        card = replace(tiny_card(f"TINY-{regime}"), regimes={regime: 500})
        write_model(
            folder / f"{regime}.safetensors",
            prepare(tiny_hific_network(seed=seed), card, levels=24, largest_scale=32.0),
        )
    return folder


@pytest.fixture(scope="session")
def tiny_hific_codec(tiny_hific_path: Path) -> Codec:
    """A codec with the tiny model of the paper's family on the processor in float32."""
    return Codec(read_model(tiny_hific_path, choose_runtime("cpu", "float32")))


@pytest.fixture(scope="session")
def tiny_lpips_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seeded weights of the shape of LPIPS on AlexNet, a few channels wide."""
    path = tmp_path_factory.mktemp("lpips") / "tiny.npz"
    write_tiny_lpips(path)
    return path


def write_tiny_lpips(path: Path) -> None:
    """A .npz file as `hific lpips-weights` makes, a few channels wide."""
    random = np.random.default_rng(1)
    widths, kernels = (3, 4, 6, 6, 5, 5), (11, 5, 3, 3, 3)
    arrays = {}
    for number, (inputs, outputs, side) in enumerate(zip(widths[:-1], widths[1:], kernels, strict=True)):
        arrays[f"conv{number}_w"] = random.normal(0, 1 / side, (outputs, inputs, side, side)).astype(np.float32)
        arrays[f"conv{number}_b"] = random.normal(0, 0.1, outputs).astype(np.float32)
        arrays[f"lin{number}_w"] = random.uniform(0, 1, (1, outputs, 1, 1)).astype(np.float32)
    np.savez(path, **arrays)


def smooth_picture(height: int, width: int, seed: int = 0) -> Picture:
    """A seeded picture with gradients, an edge and some noise."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / (7 + c) + columns / (11 - c)) * 60 + 128 for c in range(3)]
    pixels = np.stack(waves, axis=-1) + random.normal(0, 6, (height, width, 3))
    pixels[height // 2 :, width // 2 :] *= 0.5
    return Picture(np.clip(pixels, 0, 255).astype(np.uint8))
