"""Weights of the terms, the rate control, the adversarial losses."""

import math
from dataclasses import replace

import pytest
import torch

from hific_core.models.discriminator import Discriminator
from hific_core.training.config import preset
from hific_core.training.losses import (
    Logits,
    discriminator_loss,
    distortion_weight,
    faithfulness,
    generator_loss,
    judged,
    perceptual_weight,
    rate_control,
    repeated_error,
    squared_error,
)

LOW = preset("hific-low")


def test_lambda_is_geometric_in_quality() -> None:
    settings = replace(preset("lite"), lambda_low=0.001, lambda_high=0.1)
    weights = distortion_weight(torch.tensor([0, 500, 1000]), settings)
    assert weights.tolist() == pytest.approx([0.001, 0.01, 0.1], rel=1e-6)


def test_the_weight_of_lpips_is_geometric_in_quality_or_the_same_everywhere() -> None:
    qualities = torch.tensor([0, 500, 1000])
    settings = replace(preset("lite"), k_p=900.0)
    assert perceptual_weight(qualities, settings).tolist() == [900.0] * 3
    weights = perceptual_weight(qualities, replace(settings, k_p_high=100.0))
    assert weights.tolist() == pytest.approx([900, 300, 100], rel=1e-6)


@pytest.mark.parametrize(
    ("rounded_bpp", "step", "expected"),
    [
        (0.19, 0, (0.20, 2 / 16)),  # the first 50,000 steps: lambdas doubled, the target at 0.20
        (0.21, 49_999, (0.20, 4.0)),
        (0.19, 50_000, (0.14, 2.0)),
        (0.13, 50_000, (0.14, 1 / 16)),
    ],
)
def test_two_lambdas(rounded_bpp: float, step: int, expected: tuple[float, float]) -> None:
    assert rate_control(rounded_bpp, step, LOW) == pytest.approx(expected)


def test_the_schedule_can_be_ignored() -> None:
    assert rate_control(0.19, 0, replace(LOW, ignore_schedule=True)) == pytest.approx((0.14, 2.0))


def test_squared_error_is_on_255_levels() -> None:
    x = torch.zeros(2, 3, 4, 4)
    y = x.clone()
    y[1] += 2 / 255
    assert squared_error(x, y).tolist() == pytest.approx([0, 4])


def test_faithfulness_falls_with_realism() -> None:
    settings = replace(preset("lite", "gan"), faithful_share=0.4)
    assert faithfulness(torch.tensor([0.0, 0.5, 1.0]), settings).tolist() == pytest.approx([1, 0.7, 0.4])


def test_adversarial_losses_against_their_definitions() -> None:
    logits = Logits(torch.tensor([[[[0.3]]], [[[-2.0]]]]), torch.tensor([[[[1.5]]], [[[0.0]]]]))
    real, fake = ([1 / (1 + math.exp(-v)) for v in values] for values in ([0.3, -2.0], [1.5, 0.0]))
    saturating = sum(-math.log(p) for p in real) / 2 + sum(-math.log(1 - p) for p in fake) / 2
    squares = (sum((p - 1) ** 2 for p in real) / 2 + sum(p * p for p in fake) / 2) / 2
    assert discriminator_loss(logits, "non_saturating").item() == pytest.approx(saturating, rel=1e-5)
    assert discriminator_loss(logits, "least_squares").item() == pytest.approx(squares, rel=1e-5)
    assert generator_loss(logits.generated, "non_saturating").tolist() == pytest.approx([-math.log(p) for p in fake])
    assert generator_loss(logits.generated, "least_squares").tolist() == pytest.approx([(p - 1) ** 2 / 2 for p in fake])


def test_each_picture_is_judged_beside_its_own_latents() -> None:
    """A permuted batch has permuted logits, which mismatched latents would not give."""
    torch.manual_seed(0)
    discriminator = Discriminator(5).eval()
    x, fake, context = torch.rand(4, 3, 64, 64), torch.rand(4, 3, 64, 64), torch.randn(4, 5, 4, 4) * 3
    order = torch.tensor([2, 0, 3, 1])
    with torch.no_grad():
        straight = judged(discriminator, x, fake, context)
        permuted = judged(discriminator, x[order], fake[order], context[order])
        foreign = judged(discriminator, x, fake, context[order])
    for all_, moved, other in zip(straight, permuted, foreign, strict=True):
        assert torch.allclose(all_[order], moved, atol=1e-5)
        assert not torch.allclose(all_, other, atol=1e-3), "the latents must matter"


def test_only_what_repeats_every_eight_or_sixteen_pixels_counts_as_repeated() -> None:
    x = torch.rand(2, 3, 128, 96, generator=torch.Generator().manual_seed(3))
    dots = torch.zeros_like(x)
    dots[..., ::8, ::8] = 16 / 255
    # one pixel of 64 is 16 levels off: of that, all but its mean repeats, every 8 pixels and every 16
    expected = 16**2 * (1 / 64 - 1 / 64**2)
    assert repeated_error(x, x + dots).tolist() == pytest.approx([2 * expected] * 2, rel=1e-3)
    assert repeated_error(x, x + 0.3).tolist() == pytest.approx([0, 0], abs=1e-3), "a shift of all is no pattern"
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(4)) * 16 / 255
    left = repeated_error(x, x + noise)
    assert left.tolist() == pytest.approx([2 * 16**2 / 48] * 2, rel=0.3), "of noise, its variance over 8 x 6 cells"
    halves = torch.zeros_like(x)
    halves[..., ::8, ::8] = 16 / 255
    halves[..., 64:, :] *= -1
    assert repeated_error(x, x + halves).tolist() == pytest.approx([expected] * 2, rel=1e-3), "each quarter by itself"
    checks = torch.zeros_like(x)
    checks[..., ::16, ::8] = 16 / 255
    checks[..., 8::16, ::8] = -16 / 255
    expected = 16**2 / 64
    assert repeated_error(x, x + checks).tolist() == pytest.approx([expected] * 2, rel=1e-3), (
        "no mean, in cells of 16 alone"
    )
