"""Texture: nothing between a picture and itself, little between two draws of one texture, much where it is smoothed."""

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from hific_core.metrics import Lpips
from hific_core.texture import HAAR_WINDOW, MOMENT_GROUP, detail_distance, moment_distance, texture_distance
from hific_core.training.config import SMALLEST_FOR_DETAIL


def noise(seed: int, spread: float = 0.1) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return (0.5 + spread * torch.randn(2, 3, 128, 128, generator=random)).clamp(0, 1)


@pytest.fixture
def lpips(tiny_lpips_path: Path) -> Lpips:
    return Lpips(tiny_lpips_path)


def texture(lpips: Lpips, one: Tensor, other: Tensor) -> Tensor:
    return texture_distance(lpips.rectified(one), lpips.rectified(other))


def test_other_grass_is_still_grass(lpips: Lpips) -> None:
    """To squared error another draw of a texture is twice as bad as its mean; here it is far better."""
    x, another = noise(0), noise(1)
    smooth = nn.functional.avg_pool2d(x, 9, 1, 4, count_include_pad=False)
    assert ((x - another) ** 2).mean() > 1.8 * ((x - smooth) ** 2).mean()
    for measure in (lambda a, b: texture(lpips, a, b), detail_distance):
        assert measure(x, x).abs().max() < 1e-6
        assert (measure(x, another) < 0.2 * measure(x, smooth)).all()


def test_details_are_spreads_in_levels_of_255() -> None:
    """Independent pixels of spread s have details of spread s at the finest scale, and half as much at each next."""
    x, half = noise(0), 0.5 + (noise(0) - 0.5) / 2
    scales = [0.5**scale for scale in range(3)]
    expected = 3 * sum((0.1 * 255 * scale / 2) ** 2 for scale in scales) / 3
    assert detail_distance(x, half) == pytest.approx(torch.full((2,), expected), rel=0.1)


def test_settings_know_how_small_is_too_small() -> None:
    x, flat = noise(0)[..., :SMALLEST_FOR_DETAIL, :SMALLEST_FOR_DETAIL], torch.full((2, 3, 32, 32), 0.5)
    assert SMALLEST_FOR_DETAIL == 2 * HAAR_WINDOW
    assert (detail_distance(x, flat) > 1).all()


def test_windows_of_the_features_by_hand(lpips: Lpips) -> None:
    """One layer of one channel, and a window as large as it."""
    x, y = torch.tensor([1.0, 3.0]), torch.tensor([2.0, 6.0])
    layers = [each.repeat(32)[None, None].repeat(1, 1, 8, 1)[..., :8] for each in (x, y)]
    energy = 5.0
    spreads = [math.sqrt(1 + energy * 1e-3), math.sqrt(4 + energy * 1e-3)]
    expected = ((2 - 4) ** 2 + (spreads[0] - spreads[1]) ** 2) / energy
    faint = [torch.zeros(1, 1, 1, 1)] * 4  # too small for any window
    found = texture_distance([layers[0], *faint], [layers[1], *faint])
    assert found.item() == pytest.approx(expected, rel=1e-4)


ALIKE = torch.tensor([500, 500, 500])


def layers(seed: int, number: int = 3) -> list[Tensor]:
    random = torch.Generator().manual_seed(seed)
    sizes = ((6, 31), (8, 15), (8, 9), (7, 9), (9, 9))
    return [torch.randn(number, channels, side, side, generator=random) for channels, side in sizes]


def test_moments_are_those_of_the_whole_batch() -> None:
    """Which picture has which features does not matter; that their deviations shrink to a share s does: (1 - s^2)^2."""
    targets = layers(0)
    assert moment_distance(targets, [each.flip(0) for each in targets], ALIKE) < 1e-9
    points = [each[..., :1, :1] for each in targets]  # windows of one position alone, whose middle is the layer's
    for share in (0.5, 0.8, 1.2):
        shrunk = [torch.lerp(each.mean(0, keepdim=True), each, share) for each in points]
        assert moment_distance(points, shrunk, ALIKE).item() == pytest.approx((1 - share**2) ** 2, rel=1e-4)


def test_moments_are_those_of_neighbouring_qualities() -> None:
    size = 2 * MOMENT_GROUP
    targets = layers(0, size)
    quality = torch.arange(size) * 8 + torch.arange(size) % 2 * 900  # low and high ones in turn
    exchanged = [(place + 2) % size for place in range(size)]
    others = [each[exchanged] for each in targets]
    assert moment_distance(targets, others, quality) < 1e-9, "low ones changed places, and so did high ones"
    exchanged = [place ^ 1 for place in range(size)]
    others = [each[exchanged] for each in targets]
    assert moment_distance(targets, others, quality) > 0.01, "low and high ones did"
    assert moment_distance(targets, others, torch.full((size,), 500)) > 0, "which are any two groups"


def test_a_shift_of_all_features_is_a_moment_too() -> None:
    targets = layers(0)
    assert moment_distance(targets, [each + 1 for each in targets], ALIKE) > 0.5


def test_what_is_flat_has_a_gradient_that_is_finite(lpips: Lpips) -> None:
    flat = torch.full((1, 3, 128, 128), 0.5, requires_grad=True)
    moments = moment_distance(lpips.rectified(noise(0)[:1]), lpips.rectified(flat), ALIKE[:1])
    (texture(lpips, noise(0)[:1], flat).sum() + detail_distance(noise(0)[:1], flat).sum() + moments).backward()
    assert flat.grad is not None and torch.isfinite(flat.grad).all()
