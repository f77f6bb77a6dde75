"""How far two pictures' textures are apart: local means and spreads instead of the values themselves.

A Wasserstein distortion (Qiu, Wagner, Balle and Theis 2023, arXiv 2310.03629): in each window the features of both
pictures count as draws of two normal distributions, and what is measured is how far these are apart. Grass may be other
grass. Balle et al. 2024 (arXiv 2412.00505) give a small decoder texture with it, and noise to make it of, without a
discriminator. Here the features are AlexNet's, which LPIPS needs anyway, and for what is finer than AlexNet looks the
details of three Haar scales.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

WINDOWS = ((8, 16), (4, 8), (3, 6), (3, 6), (3, 6))
"""Sides, in positions, of the windows on AlexNet's five layers: 32 and 64 pixels on the first two, then 48 and 96. The
second is twice the first, so that its windows are four of the first's each."""
HAAR_SCALES = 3
HAAR_WINDOW = 16
"""Pixels at half the resolution, where the first details are; as many of the picture at each next scale."""
MOMENT_GROUP = 6
"""Pictures at least, of whose windows moments are taken together, where a batch has so many."""
_FAINT = 1e-3
"""Share of a layer's energy under which a spread counts as none: the root of nothing has no gradient."""
_FAINT_LEVELS = 0.5
"""The same for details, in levels of 255."""


class LocalMoments(NamedTuple):
    """Of windows of one size, half a size apart: (N, C, rows, columns) each."""

    mean: Tensor
    spread: Tensor


class Texture(NamedTuple):
    """What is compared of one layer of an original."""

    energy: Tensor
    """Mean square (N, 1, 1, 1)."""
    windows: list[LocalMoments]
    """For each size that is no larger than the layer."""


def textures(targets: list[Tensor]) -> list[Texture]:
    """AlexNet's rectified layers (N, C, h, w) of originals -> what others are compared with."""
    found = []
    for target, sides in zip(targets, WINDOWS, strict=True):
        energy = target.float().square().mean((1, 2, 3), keepdim=True) + 1e-6
        found.append(Texture(energy, _windows(target.float(), sides, energy * _FAINT)))
    return found


def texture_distance(targets: list[Tensor], others: list[Tensor]) -> Tensor:
    """AlexNet's rectified layers (N, C, h, w) of originals and others -> (N,).

    Mean over layers and window sizes of the squared 2-Wasserstein distance of normal distributions, that of means and
    of spreads, each layer relative to the energy of the original's: two pictures without anything in common are about 1
    apart.
    """
    return textures_apart(textures(targets), others)


def textures_apart(known: list[Texture], others: list[Tensor]) -> Tensor:
    """`texture_distance` of originals whose textures are known."""
    terms = []
    for texture, other, sides in zip(known, others, WINDOWS, strict=True):
        windows = _windows(other.float(), sides, texture.energy * _FAINT)
        for x, y in zip(texture.windows, windows, strict=True):
            apart = (x.mean - y.mean).square() + (x.spread - y.spread).square()
            terms.append(apart.mean((1, 2, 3)) / texture.energy.flatten())
    if not terms:
        return torch.zeros(len(others[0]), device=others[0].device)
    return torch.stack(terms).mean(0)


def moment_distance(targets: list[Tensor], others: list[Tensor], quality: Tensor) -> Tensor:
    """AlexNet's rectified layers (N, C, h, w) of originals and others, quality (N,) -> one number for the whole batch.

    Mean over groups of pictures of neighbouring qualities (lest the many bits of one make up for the few of another),
    layers and window sizes, 1 among them, of the squared distance of the second moments of windows' means around the
    originals' mean, relative to those of the originals. Each picture by itself may differ; what all of them have
    together may not: a distance of pictures, one by one, is least for what lies in the middle of all that an original
    could be, whose features vary less than those of any original.
    """
    terms = []
    for group in quality.argsort().tensor_split(max(len(quality) // MOMENT_GROUP, 1)):
        for target, other, sides in zip(targets, others, WINDOWS, strict=True):
            for side in (1, *sides):
                if min(target.shape[2:]) >= side:
                    pair = (window_means(each[group].float(), side).flatten(0, 1) for each in (target, other))
                    terms.append(_moments_apart(*pair))
    return torch.stack(terms).mean()


def _moments_apart(x: Tensor, y: Tensor) -> Tensor:
    """Of (samples, C) each."""
    middle = x.mean(0)
    moments, found = (((each - middle).T @ (each - middle)) / len(each) for each in (x, y))
    return (found - moments).square().sum() / moments.square().sum().clamp(min=1e-12)


def window_means(x: Tensor, side: int) -> Tensor:
    """Means of windows of `side`, half a side apart, or of all where it is smaller: (N, C, h, w) -> (N, number, C)."""
    pooled = nn.functional.avg_pool2d(x, min(side, *x.shape[2:]), _step(side))
    return pooled.flatten(2).transpose(1, 2)


def detail_distance(reference: Tensor, other: Tensor) -> Tensor:
    """Pictures (N, 3, H, W) in [0, 1] -> (N,): squared distance of the spreads of their Haar details, in levels of 255.

    Summed over the three orientations of each scale, mean over colours and scales. Sides are at least
    twice `HAAR_WINDOW`.
    """
    a, b = reference.float() * 255, other.float() * 255
    total = torch.zeros(len(a), device=a.device)
    for scale in range(HAAR_SCALES):
        side = HAAR_WINDOW >> scale
        a, details = _haar(a)
        b, others = _haar(b)
        for x, y in zip(details, others, strict=True):
            a_spread, b_spread = (
                _spread(_pooled(each, side), _pooled(each.square(), side), _FAINT_LEVELS**2).spread for each in (x, y)
            )
            total = total + (a_spread - b_spread).square().mean((1, 2, 3))
    return total / HAAR_SCALES


def _haar(x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
    """Means of 2 x 2 values, and their differences along rows, along columns and across."""
    x = x[..., : x.shape[2] // 2 * 2, : x.shape[3] // 2 * 2]
    p, q, r, s = x[..., ::2, ::2], x[..., ::2, 1::2], x[..., 1::2, ::2], x[..., 1::2, 1::2]
    return (p + q + r + s) / 4, ((p - q + r - s) / 2, (p + q - r - s) / 2, (p - q - r + s) / 2)


def _windows(x: Tensor, sides: tuple[int, int], faint: Tensor) -> list[LocalMoments]:
    """Moments in windows of both sides, as far as they are no larger than `x`."""
    side, twice = sides
    if min(x.shape[2:]) < side:
        return []
    mean, square = (_pooled(each, side) for each in (x, x.square()))
    found = [_spread(mean, square, faint)]
    if min(x.shape[2:]) >= twice:
        # every `apart`-th window and the one after it meet without a gap, and begin half of `twice` after the last
        apart = side // _step(side)
        mean, square = (nn.functional.avg_pool2d(each[..., ::apart, ::apart], 2, 1) for each in (mean, square))
        found.append(_spread(mean, square, faint))
    return found


def _step(side: int) -> int:
    """From one window to the next."""
    return max(side // 2, 1)


def _pooled(x: Tensor, side: int) -> Tensor:
    return nn.functional.avg_pool2d(x, side, _step(side))


def _spread(mean: Tensor, square: Tensor, faint: Tensor | float) -> LocalMoments:
    """Out of first and second moments."""
    return LocalMoments(mean, ((square - mean.square()).clamp(min=0) + faint).sqrt())
