"""The factorised density and the bounds of scales."""

import math

import torch

from hific_core.models.priors import LARGEST_SCALE, SMALLEST_SCALE, FactorizedDensity, bounded_scales


def test_cumulative_is_monotone_and_masses_sum_to_one() -> None:
    torch.manual_seed(0)
    density = FactorizedDensity(3)
    with torch.no_grad():
        for k in range(density.steps - 1):
            getattr(density, f"a_{k}").normal_()
        x = torch.arange(-2000.0, 2001.0)
        logits = density.cumulative_logits(x.repeat(3, 1, 1))
        masses = torch.exp2(-density.bits(x.repeat(1, 3, 1, 1)))
    assert (logits.diff(dim=2) > 0).all()
    # Bits are cut at -log2(1e-9), which adds up to 4e-6 over 4,001 symbols.
    assert torch.allclose(masses.sum((0, 2, 3)), torch.ones(3), atol=1e-4)


def test_bits_do_not_cancel_in_the_tails() -> None:
    density = FactorizedDensity(1)
    far = torch.full((1, 1, 1, 1), 120.0)
    bits = torch.stack([density.bits(far), density.bits(-far)])
    assert torch.isfinite(bits).all()
    assert (bits > 10).all()


def test_scales_stay_inside_their_table() -> None:
    scales = bounded_scales(torch.tensor([-50.0, 0.0, 50.0]))
    expected = torch.tensor([SMALLEST_SCALE, 1.0, LARGEST_SCALE])
    assert torch.allclose(scales, expected, rtol=1e-5)
    assert math.isclose(SMALLEST_SCALE, 0.11)
