"""Errors count where an eye finds them: in calm places, beside plain grounds, and where structure is gone."""

import pytest
import torch

from hific_core.training.losses import squared_error
from hific_core.visibility import FAINT, USUAL, structural_distance, visibility, visible_error

GENERATOR = torch.Generator().manual_seed(0)
CALM = torch.full((1, 3, 128, 128), 0.5)
BUSY = (0.5 + 0.25 * torch.randn(1, 1, 128, 128, generator=GENERATOR)).clamp(0, 1).expand(1, 3, 128, 128)
HALVES = torch.cat([CALM[..., :64], BUSY[..., 64:]], dim=3)


def test_an_error_counts_most_on_plain_ground() -> None:
    weight = visibility(HALVES, 1.0)[0, 0]
    # a calm place has no variance at all, and this is what that counts
    assert weight[:, :24].min().item() == pytest.approx((USUAL + FAINT) / FAINT, rel=1e-5)
    assert weight[:, 104:].max().item() < 0.3
    assert torch.equal(visibility(HALVES, 0.0), torch.ones(1, 1, 128, 128))


def test_a_usual_place_counts_once() -> None:
    # plus and minus 20 levels, as often: a variance of 400
    chess = (torch.arange(128)[:, None] + torch.arange(128)) % 2 * 2 - 1
    x = (0.5 + 20 / 255 * chess).expand(1, 3, 128, 128)
    assert visibility(x, 0.7).flatten().tolist() == pytest.approx([1.0] * 128**2, rel=1e-3)


def test_what_is_small_and_lies_on_plain_ground_counts_nearly_as_much_as_the_ground() -> None:
    eye = CALM.clone()
    eye[..., 60:68, 60:68] = BUSY[..., 60:68, 60:68]
    weight = visibility(eye, 1.0)[0, 0]
    assert weight[64, 64].item() > 0.8 * weight[4, 4].item()


def test_visible_error_weighs_squared_error() -> None:
    wrong = HALVES.clone()
    wrong[..., :32] += 0.05
    other = HALVES.clone()
    other[..., 96:] += 0.05
    assert squared_error(HALVES, wrong).item() == pytest.approx(squared_error(HALVES, other).item(), rel=1e-3)
    assert visible_error(HALVES, wrong, 1.0).item() > 20 * visible_error(HALVES, other, 1.0).item()
    assert visible_error(HALVES, wrong, 0.0).item() == pytest.approx(squared_error(HALVES, wrong).item(), rel=1e-5)


def test_structure_that_is_there_is_no_distance_away() -> None:
    # what is left is the fourth root of what keeps its gradient finite
    assert structural_distance(BUSY, BUSY).item() < 0.01
    assert structural_distance(BUSY, CALM).item() > 0.5


def test_one_bad_place_costs_more_than_its_share_of_many() -> None:
    everywhere = BUSY + 0.05 * torch.randn(BUSY.shape, generator=GENERATOR)
    somewhere = BUSY.clone()
    somewhere[..., 48:80, 48:80] = 0.5
    error = [squared_error(BUSY, other).item() for other in (everywhere, somewhere)]
    apart = [structural_distance(BUSY, other).item() for other in (everywhere, somewhere)]
    assert apart[1] / apart[0] > 1.1 * error[1] / error[0]


def test_equal_pictures_have_a_finite_gradient_of_it() -> None:
    other = torch.cat([CALM, BUSY]).requires_grad_()
    structural_distance(torch.cat([CALM, BUSY]), other).sum().backward()  # type: ignore[no-untyped-call]
    assert other.grad is not None
    assert bool(torch.isfinite(other.grad).all())


def test_reduced_precision_around_it_changes_nothing() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = structural_distance(HALVES, BUSY), visible_error(HALVES, BUSY, 0.7)
    assert inside[0].item() == structural_distance(HALVES, BUSY).item()
    assert inside[1].item() == visible_error(HALVES, BUSY, 0.7).item()


@pytest.mark.parametrize("side", [1, 7, 8, 15, 40])
def test_small_pictures_have_what_fits(side: int) -> None:
    x, other = BUSY[..., :side, :side], CALM[..., :side, :side]
    assert visibility(x, 0.7).shape == (1, 1, side, side)
    assert (structural_distance(x, other).item() > 0.5) == (side >= 8)
