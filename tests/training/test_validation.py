import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hific_core.metrics import Lpips, psnr
from hific_core.training.export import codec_of, prepared
from hific_core.training.validation import Outcome, Scores, merit, validate
from tests.conftest import smooth_picture, tiny_network

from .conftest import tiny_settings


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
