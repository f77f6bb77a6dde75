"""How the families pad: as their own training code does."""

import numpy as np
import pytest
import torch

from hific_core.models.hific import padded_latents, padded_pixels
from hific_core.models.hific_serving import HificServing
from hific_core.models.lite_serving import USUAL_WEIGHTS, LiteServing
from hific_core.models.serving import reflected, repeated, rounded_up

SIDES = [1, 2, 15, 16, 17, 63, 64, 65, 66, 79, 80, 81, 128, 333, 517]


@pytest.mark.parametrize("side", SIDES)
def test_hific_pads_as_the_original(side: int) -> None:
    pixels = torch.arange(float(side)).expand(1, 1, 80, side)
    expected = padded_pixels(pixels)[0, 0, 0]
    found = HificServing.pixel_source(np.arange(HificServing.padded_side(side)), side)
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("latents", [5, 6, 7, 8, 9, 33])
def test_hific_codes_the_reflected_latents(latents: int) -> None:
    y = torch.arange(float(latents)).expand(1, 1, 8, latents)
    found = reflected(np.arange(rounded_up(latents, HificServing.coded_multiple)), latents)
    assert found.tolist() == padded_latents(y)[0, 0, 0].tolist()


@pytest.mark.parametrize("side", SIDES)
def test_lite_repeats_the_edge(side: int) -> None:
    padded = LiteServing.padded_side(side)
    assert padded % 16 == 0
    assert 0 <= padded - side < 16
    found = LiteServing.pixel_source(np.arange(padded), side)
    assert np.array_equal(found, np.pad(np.arange(side), (0, padded - side), mode="edge"))
    assert np.array_equal(found, repeated(np.arange(padded), side))


@pytest.mark.parametrize("wrong", [None, 0.0, -1.0, float("nan"), float("inf"), "0.1", True])
def test_lite_weighs_distortion_as_it_was_trained(wrong: object) -> None:
    weigh = LiteServing.distortion_weight
    trained = {"lambda_low": 0.0004, "lambda_high": 0.04}
    assert [weigh(quality, trained) for quality in (0, 500, 1000)] == pytest.approx([0.0004, 0.004, 0.04])
    assert weigh(0, {**trained, "lambda_low": wrong}) == USUAL_WEIGHTS["lambda_low"]
    assert weigh(1000, {}) == pytest.approx(USUAL_WEIGHTS["lambda_high"])


def test_what_the_twin_is_told() -> None:
    assert LiteServing.twin_level(815) == 101
    assert HificServing.twin_level(815) is None
