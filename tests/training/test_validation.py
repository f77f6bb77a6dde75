import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hific_core.metrics import Lpips, psnr
from hific_core.training.export import codec_of, prepared
from hific_core.training.validation import Outcome, Scores, Taught, as_taught, merit, validate
from hific_core.visibility import structural_distance, visible_error
from tests.conftest import smooth_picture, tiny_network

from .conftest import tiny_settings

CPU = torch.device("cpu")


def test_scores_are_those_of_real_files(tiny_lpips_path: Path) -> None:
    settings = tiny_settings("lite", "gan")
    pictures = {f"{seed}.png": smooth_picture(130, 140, seed) for seed in range(2)}
    weights = tiny_network().state_dict()
    outcome = validate(settings, weights, pictures, Lpips(tiny_lpips_path), samples=1, levels=24)
    labels = [f"{regime}{more}" for regime in ("low", "med", "high") for more in ("", ", realism 1")]
    assert list(outcome.scores) == list(outcome.fd_alex) == labels
    codec = codec_of(prepared(settings, weights, "x", 24))
    files = [codec.encode(picture, 432).file for picture in pictures.values()]
    sizes = [len(file.pack()) for file in files]
    decoded = [codec.decode(file, realism=0.0).picture.pixels for file in files]
    found = outcome.scores["med"]
    assert found.bytes == np.mean(sizes)
    assert found.bits_per_pixel == pytest.approx(8 * np.mean(sizes) / (130 * 140))
    assert found.psnr == np.mean([psnr(p.pixels, d) for p, d in zip(pictures.values(), decoded, strict=True)])
    ((name, shown),) = outcome.samples
    assert name == "0.png" and shown.shape == (130, 7 * 140, 3)
    assert np.array_equal(shown[:, :140], pictures["0.png"].pixels)
    assert np.array_equal(shown[:, 3 * 140 : 4 * 140], decoded[0])


def test_merit_prefers_fewer_bits_and_less_distortion() -> None:
    settings = tiny_settings("hific-low")
    score = Scores(1000, 0.2, 30.0, 0.9, 0.1)
    base = merit(Outcome({"low": score}, {"low": None}, []), settings)
    assert settings.target_bpp == 0.14
    assert base == pytest.approx(2 * 0.2 + 0.075 / 32 * 255**2 / 1000 + 0.1)
    better = [replace(score, bits_per_pixel=0.19), replace(score, psnr=31.0), replace(score, lpips=0.09)]
    assert all(merit(Outcome({"low": each}, {"low": None}, []), settings) < base for each in better)


def test_merit_weighs_bits_below_the_target_as_training_does() -> None:
    settings = tiny_settings("hific-low")

    def of(bits: float, lpips: float = 0.1) -> float:
        return merit(Outcome({"low": Scores(1000, bits, 30.0, 0.9, lpips)}, {"low": None}, []), settings)

    assert of(0.13) == pytest.approx(0.13 / 16 + 0.075 / 32 * 255**2 / 1000 + 0.1)
    assert of(0.13, 0.09) < of(0.12), "few bits less are worth no worse picture there"
    assert of(0.15, 0.09) > of(0.14)


def test_bits_above_the_target_are_no_realism() -> None:
    settings = tiny_settings("hific-low", "gan")
    within, above = Scores(1000, 0.13, 30.0, 0.9, 0.1), Scores(1000, 0.16, 30.0, 0.9, 0.08)

    def of(score: Scores, **changes: bool) -> float:
        return merit(Outcome({"low": score}, {"low": 3.0}, []), replace(settings, **changes))

    assert of(within) == pytest.approx(0.1 + 0.03)
    assert of(above) == pytest.approx(0.08 + 0.03 + 2 * 0.02)
    assert of(above, freeze_coding=True) == pytest.approx(0.08 + 0.03), "its bits are what they were"


def test_merit_of_the_generative_stage_looks_at_realism_one() -> None:
    settings = tiny_settings("lite", "gan")
    score = Scores(1000, 0.2, 30.0, 0.9, 0.1)
    outcome = Outcome(
        {"med": score, "med, realism 1": replace(score, lpips=0.05)}, {"med": 9.0, "med, realism 1": 3.0}, []
    )
    assert math.isclose(merit(outcome, settings), 0.05 + 0.03)


def as_batch(pixels: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None] / 255


def test_masking_and_structure_are_measured_of_real_files_where_they_are_asked_for(tiny_lpips_path: Path) -> None:
    settings = replace(tiny_settings("lite"), masking=0.7, structure=0.5)
    pictures = {f"{seed}.png": smooth_picture(70, 60, seed) for seed in range(2)}
    weights, lpips = tiny_network().state_dict(), Lpips(tiny_lpips_path)
    codec = codec_of(prepared(settings, weights, "x", 24))
    decoded = [codec.decode(codec.encode(picture, 432).file, realism=0.0).picture for picture in pictures.values()]
    # about as large as a crop, hence one tile: as training measures one
    pairs = [
        (as_batch(one.pixels), as_batch(other.pixels)) for one, other in zip(pictures.values(), decoded, strict=True)
    ]
    found = validate(settings, weights, pictures, lpips, levels=24).scores["med"]
    assert found.visible == pytest.approx(np.mean([visible_error(*pair, 0.7).item() for pair in pairs]), rel=1e-5)
    assert found.structure == pytest.approx(np.mean([structural_distance(*pair).item() for pair in pairs]), rel=1e-5)
    found = validate(replace(settings, masking=0.0), weights, pictures, lpips, levels=24).scores["med"]
    assert found.visible is None and found.structure is not None


def test_a_picture_is_measured_in_tiles_of_about_a_crop() -> None:
    settings = replace(tiny_settings("lite"), masking=0.7, structure=0.5)
    assert settings.crop == 64
    # three rows, 192 / 3, of two columns, 130 / 2
    original, decoded = (smooth_picture(192, 130, seed).pixels for seed in (1, 2))
    tiles = [(slice(top, top + 64), slice(left, left + 65)) for top in (0, 64, 128) for left in (0, 65)]
    pairs = [(as_batch(original[tile]), as_batch(decoded[tile])) for tile in tiles]
    found = as_taught(original, decoded, settings, CPU)
    assert found.visible == pytest.approx(np.mean([visible_error(*pair, 0.7).item() for pair in pairs]), rel=1e-5)
    assert found.structure == pytest.approx(np.mean([structural_distance(*pair).item() for pair in pairs]), rel=1e-5)


@pytest.mark.parametrize("shape", [(5, 7), (31, 200), (100, 97)])
def test_every_pixel_counts_once_whatever_the_sides(shape: tuple[int, int]) -> None:
    """Where all places are equally calm, visible error is squared error by a constant."""
    original = np.full((*shape, 3), 128, np.uint8)
    decoded = original.copy()
    decoded[:, -1] += 16
    found = as_taught(original, decoded, replace(tiny_settings("lite"), masking=1.0), CPU)
    weight = 1.0 if min(shape) < 8 else 460 / 60
    assert found.visible == pytest.approx(weight * 256 / shape[1], rel=1e-4)


def test_nothing_is_measured_that_training_knows_nothing_of() -> None:
    pixels = smooth_picture(40, 40, 1).pixels
    assert as_taught(pixels, pixels, tiny_settings("lite"), CPU) == Taught(None, None)


def test_merit_counts_what_is_visible_and_structure_as_training_does() -> None:
    settings = replace(tiny_settings("hific-low"), masking=0.7, structure=0.5)
    score = Scores(1000, 0.2, 30.0, 0.9, 0.1, visible=80.0, structure=0.3)

    def of(score: Scores, label: str = "low") -> float:
        return merit(Outcome({label: score}, {label: 3.0}, []), settings)

    assert of(score) == pytest.approx(2 * 0.2 + 0.075 / 32 * 80 + 0.1 + 0.5 * 0.3)
    assert of(replace(score, psnr=29.0)) == of(score), "what is masked is counted instead"
    assert of(replace(score, visible=79.0)) < of(score) > of(replace(score, structure=0.29))
    settings = replace(tiny_settings("lite", "gan"), masking=0.7, structure=0.5)
    assert of(score, "med, realism 1") == pytest.approx(0.1 + 0.5 * 0.3 + 0.03)
    assert of(replace(score, visible=1.0), "med, realism 1") == of(score, "med, realism 1")


def test_weight_of_structure_follows_that_of_lpips_over_the_qualities() -> None:
    settings = replace(tiny_settings("lite"), k_p=4.0, k_p_high=1.0, structure=0.5)

    def of(structure: float, label: str) -> float:
        score = Scores(1000, 0.2, 30.0, 0.9, 0.2, structure=structure)
        return merit(Outcome({label: score}, {label: None}, []), settings)

    # 0.4 of structure is worth 0.2 of LPIPS, which is there already
    for label, quality in (("low", 100), ("high", 700)):
        weight = 0.0006 * 40 ** (quality / 1000) * 4 * 0.25 ** (quality / 1000)
        assert of(0.4, label) - of(0.0, label) == pytest.approx(weight * 0.2, rel=1e-6)
