"""How far two pictures' textures are apart: local means and spreads instead of the values themselves.

A Wasserstein distortion (Qiu, Wagner, Balle and Theis 2023, arXiv 2310.03629): in each window the features of both
pictures count as draws of two normal distributions, and what is measured is how far these are apart. Grass may be other
grass. Balle et al. 2024 (arXiv 2412.00505) give a small decoder texture with it, and noise to make it of, without a
discriminator. Here the features are AlexNet's, which LPIPS needs anyway, and for what is finer than AlexNet looks the
details of three Haar scales.
"""

import torch
from torch import Tensor, nn

WINDOWS = ((8, 16), (4, 8), (3, 6), (3, 6), (3, 6))
"""Sides, in positions, of the windows on AlexNet's five layers: 32 and 64 pixels on the first two, then 48 and 96."""
HAAR_SCALES = 3
HAAR_WINDOW = 16
"""Pixels at half the resolution, where the first details are; as many of the picture at each next scale."""
MOMENT_GROUP = 6
"""Pictures at least, of whose windows moments are taken together, where a batch has so many."""
_FAINT = 1e-3
"""Share of a layer's energy under which a spread counts as none: the root of nothing has no gradient."""
_FAINT_LEVELS = 0.5
"""The same for details, in levels of 255."""


def texture_distance(targets: list[Tensor], others: list[Tensor]) -> Tensor:
    """AlexNet's rectified layers (N, C, h, w) of originals and others -> (N,).

    Mean over layers and window sizes of the squared distance of means and of spreads, each layer relative to the energy
    of the original's: two pictures without anything in common are about 1 apart.
    """
    total = torch.zeros(len(others[0]), device=others[0].device)
    terms = 0
    for target, other, sides in zip(targets, others, WINDOWS, strict=True):
        target, other = target.float(), other.float()
        energy = target.square().mean((1, 2, 3), keepdim=True) + 1e-6
        for side in sides:
            if min(target.shape[2:]) < side:
                continue
            apart = _apart(target, other, side, energy * _FAINT).mean((1, 2, 3))
            total = total + apart / energy.flatten()
            terms += 1
    return total / max(terms, 1)


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
    pooled = nn.functional.avg_pool2d(x, min(side, *x.shape[2:]), max(side // 2, 1))
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
            spreads = (_moments(each, side, _FAINT_LEVELS**2)[1] for each in (x, y))
            total = total + (next(spreads) - next(spreads)).square().mean((1, 2, 3))
    return total / HAAR_SCALES


def _haar(x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
    """Means of 2 x 2 values, and their differences along rows, along columns and across."""
    x = x[..., : x.shape[2] // 2 * 2, : x.shape[3] // 2 * 2]
    p, q, r, s = x[..., ::2, ::2], x[..., ::2, 1::2], x[..., 1::2, ::2], x[..., 1::2, 1::2]
    return (p + q + r + s) / 4, ((p - q + r - s) / 2, (p + q - r - s) / 2, (p - q - r + s) / 2)


def _apart(x: Tensor, y: Tensor, side: int, faint: Tensor) -> Tensor:
    """Squared 2-Wasserstein distance of normal distributions, window by window."""
    (mean_x, spread_x), (mean_y, spread_y) = (_moments(each, side, faint) for each in (x, y))
    return (mean_x - mean_y).square() + (spread_x - spread_y).square()


def _moments(x: Tensor, side: int, faint: Tensor | float) -> tuple[Tensor, Tensor]:
    """Mean and spread in windows of `side`, half a side apart."""
    step = max(side // 2, 1)
    mean = nn.functional.avg_pool2d(x, side, step)
    square = nn.functional.avg_pool2d(x.square(), side, step)
    return mean, ((square - mean.square()).clamp(min=0) + faint).sqrt()
