"""The Frechet distance as a loss: of all pictures together, known after a while, with the gradient of the real one."""

import pytest
import torch
from torch import Tensor

from hific_core.training.frechet import BANDS, FIRST, WINDOWS, FrechetDistance

CHANNELS = (6, 8, 8, 7, 9)
PICTURES = 1000
"""In each update: so many that their moments are those of the distribution."""
ALL = torch.ones(PICTURES)


def points(seed: int = 0) -> list[Tensor]:
    """Layers of one position, of unequal and correlated channels."""
    random = torch.Generator().manual_seed(seed)
    layers = []
    for channels in CHANNELS:
        mix = torch.randn(channels, channels, generator=random)
        layers.append((torch.randn(PICTURES, channels, generator=random) @ mix)[..., None, None])
    return layers


def narrowed(layers: list[Tensor], share: float, shift: float = 0.0) -> list[Tensor]:
    return [each.mean(0) + (each - each.mean(0)) * share + shift for each in layers]


def known(targets: list[Tensor], others: list[Tensor], quality: Tensor | None = None) -> FrechetDistance:
    """After as many updates as it takes."""
    distance = FrechetDistance(CHANNELS)
    for _ in range(FIRST):
        distance(targets, others, torch.zeros(PICTURES) if quality is None else quality, ALL)
    return distance


def test_it_is_the_distance_of_the_distributions() -> None:
    targets = points()
    others = narrowed(targets, 0.8, shift=0.1)
    found = known(targets, others)(targets, others, torch.zeros(PICTURES), ALL).mean()
    variances = [each.flatten(1).var(0).sum().item() for each in targets]
    expected = sum(0.2**2 + 0.1**2 * c / variance for c, variance in zip(CHANNELS, variances, strict=True)) / 5
    assert found.item() == pytest.approx(expected, rel=0.05), "but for what is added to variances along faint axes"


def test_which_picture_has_which_features_does_not_matter() -> None:
    targets = points()
    others = [each.flip(0) for each in targets]
    assert known(targets, others)(targets, others, torch.zeros(PICTURES), ALL).max() < 1e-6


def test_the_gradient_leads_there() -> None:
    """Each feature's way to its aim, which lies farther from the mean by what deviations lack."""
    targets = points()
    others = [each.requires_grad_() for each in narrowed(targets, 0.8)]
    distance = known(targets, others)
    distance(targets, others, torch.zeros(PICTURES), ALL).sum().backward()
    moved = [(each - each.grad * each.flatten(1).var(0).sum() / 0.8**2 * 5 / 2).detach() for each in others]
    for target, start, other in zip(targets, others, moved, strict=True):
        left = (other - target).square().mean() / (start - target).square().mean()
        assert left < 0.2**2, "but for what is added to variances along faint axes"


def test_it_is_silent_until_it_knows() -> None:
    targets, distance = points(), FrechetDistance(CHANNELS)
    others = [each.requires_grad_() for each in narrowed(targets, 0.5)]
    for _ in range(FIRST - 1):
        assert distance(targets, others, torch.zeros(PICTURES), ALL).max() < 1e-9
    assert distance(targets, others, torch.zeros(PICTURES), ALL).mean() > 0.1


def test_qualities_are_known_apart_and_weigh_as_their_realism() -> None:
    """What the many bits of one quality have too much does not make up for what another lacks."""
    targets = points()
    quality = torch.arange(PICTURES) % BANDS * (1000 // BANDS) + 1
    low = quality < 1000 // BANDS
    others = [torch.where(low[:, None, None, None], a, b) for a, b in zip(narrowed(targets, 0.8), targets, strict=True)]
    found = known(targets, others, quality)(targets, others, quality, ALL)
    assert found[low].mean().item() == pytest.approx(0.2**2, rel=0.1)
    assert found[~low].max() < 1e-3
    distance = FrechetDistance(CHANNELS)
    for _ in range(FIRST):  # at realism 0 the low ones are no business of it
        distance(targets, others, quality, (~low).float())
    assert distance(targets, others, quality, (~low).float()).max() < 1e-3


def test_a_checkpoint_keeps_what_is_known() -> None:
    targets = points()
    others = narrowed(targets, 0.8)
    before, after = known(targets, others), FrechetDistance(CHANNELS)
    after.load_state_dict(before.state_dict())
    for _ in range(3):
        first, second = (each(targets, others, torch.zeros(PICTURES), ALL) for each in (before, after))
        assert torch.equal(first, second) and first.mean() > 0.03


def test_what_is_not_finite_is_not_remembered() -> None:
    targets = points()
    others = narrowed(targets, 0.8)
    distance = known(targets, others)
    before = distance.state_dict()["layers.0.moments"].clone()
    distance(targets, [each * torch.nan for each in others], torch.zeros(PICTURES), ALL)
    assert torch.equal(distance.state_dict()["layers.0.moments"], before)
    assert torch.isfinite(distance(targets, others, torch.zeros(PICTURES), ALL)).all()


def test_windows_fit_small_pictures() -> None:
    assert max(WINDOWS) == 31
    layers = [
        torch.rand(2, channels, side, side + 1) for channels, side in zip(CHANNELS, (15, 7, 3, 3, 3), strict=True)
    ]
    distance = FrechetDistance(CHANNELS)
    for _ in range(FIRST + 1):
        found = distance(layers, [each * 0.5 for each in layers], torch.tensor([0, 999]), torch.ones(2))
    assert torch.isfinite(found).all() and found.shape == (2,)
