"""The objective is the sum of its terms, at the weights that the settings name."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hific_core.metrics import Lpips
from hific_core.models.passes import Bits, Draws, Pass
from hific_core.texture import detail_distance, moment_distance, texture_distance
from hific_core.training.draws import offset
from hific_core.training.frechet import FIRST
from hific_core.training.losses import RateControl, repeated_error, squared_error
from hific_core.training.objective import Batch, Objective
from hific_core.visibility import structural_distance, visible_error

from .conftest import tiny_settings

X = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
OUT = Pass(
    (X + 0.1).clamp(0, 1),
    Bits(torch.tensor([2000.0, 4000.0]), torch.tensor([96.0, 96.0])),
    Bits(torch.tensor([1900.0, 3900.0]), torch.tensor([90.0, 90.0])),
    torch.zeros(2, 1, 4, 4),
)
DRAWS = Draws(torch.tensor([0, 1000]), torch.tensor([0.0, 1.0]), torch.zeros(0), torch.zeros(0))
BATCH = Batch(X, DRAWS)
LOGITS = torch.tensor([0.5, -0.5])[:, None, None, None].expand(2, 1, 4, 4)


@pytest.fixture
def lpips(tiny_lpips_path: Path) -> Lpips:
    return Lpips(tiny_lpips_path)


def test_hific(lpips: Lpips) -> None:
    settings = tiny_settings("hific-low", "gan")
    loss, terms = Objective(settings, lpips)(BATCH, OUT, 0, RateControl(0.14, 2.0), LOGITS)
    bpp = (2096 + 4096) / 2 / 64**2
    assert terms["n_bpp"].item() == pytest.approx(bpp)
    assert terms["q_bpp_latent"].item() == pytest.approx((1900 + 3900) / 2 / 64**2)
    mse, distance = terms["distortion"].item(), lpips(X, OUT.reconstruction).mean().item()
    convinced = torch.nn.functional.softplus(-LOGITS).mean().item()
    assert loss.item() == pytest.approx(2 * bpp + 0.075 / 32 * mse + distance + 0.15 * convinced, rel=1e-5)


def test_lite_weights_each_sample_by_its_lambda(lpips: Lpips) -> None:
    settings = replace(tiny_settings("lite"), perceptual_from=10)
    loss, terms = Objective(settings, lpips)(BATCH, OUT, 9, None, None)
    error = ((OUT.reconstruction - X) * 255).square().mean((1, 2, 3))
    expected = terms["n_bpp"] + (0.0006 * error[0] + 0.024 * error[1]) / 2
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert "perceptual" not in terms
    assert "perceptual" in Objective(settings, lpips)(BATCH, OUT, 10, None, None)[1]


def test_realism_weights_the_adversary_and_leaves_lpips_whole(lpips: Lpips) -> None:
    settings = replace(
        tiny_settings("lite", "gan"), perceptual_offset=0, k_m=0.01, k_p=2.0, beta=0.3, faithful_share=0.25
    )
    loss, _ = Objective(settings, lpips)(BATCH, OUT, 0, None, LOGITS)
    error = ((OUT.reconstruction - X) * 255).square().mean((1, 2, 3))
    distance = lpips(X, OUT.reconstruction)
    convinced = torch.nn.functional.softplus(-LOGITS).mean((1, 2, 3))
    faithful = 0.01 * error[0] + 2 * distance[0]
    realistic = 0.01 * 0.25 * error[1] + 2 * distance[1] + 0.3 * convinced[1]
    assert loss.item() == pytest.approx((faithful + realistic).item() / 2, rel=1e-5)


def test_lpips_sees_each_step_at_another_offset(lpips: Lpips) -> None:
    settings = replace(tiny_settings("lite", "gan"), k_m=0.0, k_p=1.0, beta=0.0, perceptual_offset=7)
    found = []
    for step in range(3):
        top, left = offset(settings.seed, step, 7)
        loss, _ = Objective(settings, lpips)(BATCH, OUT, step, None, LOGITS)
        expected = lpips(X[..., top:, left:], OUT.reconstruction[..., top:, left:]).mean()
        assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
        found.append((top, left))
    assert len(set(found)) > 1


def test_realism_weights_texture(lpips: Lpips) -> None:
    settings = replace(
        tiny_settings("lite", "gan"),
        k_m=0.0,
        k_p=0.0,
        beta=0.0,
        texture=2.0,
        detail=0.5,
        moments=3.0,
        frechet=5.0,
        perceptual_offset=0,
    )
    objective = Objective(settings, lpips)
    blurred = torch.nn.functional.avg_pool2d(X, 5, 1, 2)
    for _ in range(FIRST):  # by then it knows the distributions
        loss, terms = objective(BATCH, OUT._replace(reconstruction=blurred), 0, None, None)
    texture = texture_distance(lpips.rectified(X), lpips.rectified(blurred))
    moments = moment_distance(lpips.rectified(X), lpips.rectified(blurred), DRAWS.quality)
    expected = (2 * texture + 0.5 * detail_distance(X, blurred) + 3 * moments) * DRAWS.realism
    expected = expected + 5 * terms["frechet"]  # which is that of the one picture at realism 1
    assert loss.item() == pytest.approx(expected.mean().item(), rel=1e-5)
    assert terms["texture"].item() == pytest.approx(texture.mean().item(), rel=1e-5)


def test_moments_need_no_more_pixels_than_lpips(lpips: Lpips) -> None:
    """Where details cannot be measured and do not count, nothing asks for them."""
    settings = replace(tiny_settings("lite", "gan"), beta=0.0, moments=1.0)
    small = BATCH._replace(x=X[..., :31, :31])
    out = OUT._replace(reconstruction=X[..., :31, :31] * 0.5)
    _, terms = Objective(replace(settings, perceptual_offset=0), lpips)(small, out, 0, None, None)
    assert terms["moments"] > 0
    assert "detail" not in terms


def test_masking_and_structure_count_at_their_weights(lpips: Lpips) -> None:
    settings = replace(
        tiny_settings("lite", "gan"), k_m=0.01, k_p=2.0, beta=0.0, perceptual_offset=0, masking=0.7, structure=0.5
    )
    loss, terms = Objective(settings, lpips)(BATCH, OUT, 0, None, LOGITS)
    error, gone = visible_error(X, OUT.reconstruction, 0.7), structural_distance(X, OUT.reconstruction)
    distance = lpips(X, OUT.reconstruction)
    weights = 0.01 * torch.tensor([1.0, settings.faithful_share])
    assert loss.item() == pytest.approx((weights * error + 2 * (0.5 * gone + distance)).mean().item(), rel=1e-5)
    assert terms["visible"].item() == pytest.approx(error.mean().item())
    assert terms["distortion"].item() == pytest.approx(squared_error(X, OUT.reconstruction).mean().item())


def test_what_repeats_every_eight_pixels_costs_more(lpips: Lpips) -> None:
    settings = replace(tiny_settings("lite", "gan"), k_m=0.01, k_p=0.0, beta=0.0, lattice=50.0)
    dots = OUT.reconstruction.clone()
    dots[..., ::8, ::8] += 0.02
    out = OUT._replace(reconstruction=dots)
    loss, terms = Objective(settings, lpips)(BATCH, out, 0, None, LOGITS)
    error, repeated = squared_error(X, dots), repeated_error(X, dots)
    weights = 0.01 * torch.tensor([1.0, settings.faithful_share])
    assert loss.item() == pytest.approx((weights * error + 0.01 * 50 * repeated).mean().item(), rel=1e-5)
    assert terms["repeated"].item() == pytest.approx(repeated.mean().item())
