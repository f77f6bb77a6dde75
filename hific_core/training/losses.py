"""The terms that training minimises (Mentzer et al. 2020, arXiv 2006.09965, section 3 and appendix A)."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hific_core.models.lite import TOP_QUALITY
from hific_core.training.config import Settings

GRIDS = (8, 2), (16, 1)
"""Pixels, in both directions, that a position of the generator's trunk becomes, at 1/8 of the resolution and at 1/16,
and in how many parts each side of a picture is cut to look for what repeats with them."""


class RateControl(NamedTuple):
    """What the rate costs at a step."""

    target_bpp: float
    penalty: float
    """Lambda A above the target, lambda B below."""


def rate_control(rounded_bpp: float, step: int, settings: Settings) -> RateControl:
    """The two-lambda control; `rounded_bpp` is the mean, over the global batch, of what files would cost."""
    s = settings
    boosted = step < s.schedule_steps and not s.ignore_schedule
    boost, allowance = (s.lambda_boost, s.target_boost) if boosted else (1.0, 1.0)
    target = (s.target_bpp or 0.0) * allowance
    return RateControl(target, (s.lambda_a if rounded_bpp > target else s.lambda_b) * boost)


def distortion_weight(quality: Tensor, settings: Settings) -> Tensor:
    """Lambda of integer quality (N,): geometric between `lambda_low` and `lambda_high`."""
    ratio = settings.lambda_high / settings.lambda_low
    return settings.lambda_low * ratio ** (quality.double() / TOP_QUALITY)


def perceptual_weight(quality: Tensor, settings: Settings) -> Tensor:
    """Weight of LPIPS at integer quality (N,): geometric between `k_p` and `k_p_high`.

    Few bits leave much that LPIPS sees and squared error does not; where bits abound it is the other way round.
    """
    ratio = 1.0 if settings.k_p_high is None else settings.k_p_high / settings.k_p
    return settings.k_p * ratio ** (quality.double() / TOP_QUALITY)


def squared_error(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean squared error on 0..255 of each picture, (N,)."""
    return ((reconstruction - x) * 255).square().mean((1, 2, 3))


def repeated_error(x: Tensor, reconstruction: Tensor) -> Tensor:
    """Mean square, on 0..255, of the error's part that repeats every 8 or 16 pixels, of each picture, (N,).

    The sum of two: in each quarter of (N, 3, H, W) the error averaged over all its cells of 8 x 8 pixels, less the mean
    of that, and the same with cells of 16 x 16 in all of it. What does not repeat leaves of each its variance over the
    number of cells.
    """
    error = (reconstruction - x) * 255
    return sum((_pattern(error, *grid).square().mean((1, 2, 3, 4, 5)) for grid in GRIDS), error.new_zeros(len(x)))


def _pattern(error: Tensor, cell: int, parts: int) -> Tensor:
    """(N, C, H, W) -> what repeats in each part, less its mean, (N, C, parts, cell, parts, cell)."""
    n, channels, height, width = error.shape
    rows, columns = height // (parts * cell), width // (parts * cell)
    whole = error[..., : parts * rows * cell, : parts * columns * cell]
    pattern = whole.reshape(n, channels, parts, rows, cell, parts, columns, cell).mean((3, 6))
    return pattern - pattern.mean((3, 5), keepdim=True)


def faithfulness(realism: Tensor, settings: Settings) -> Tensor:
    """By how much the squared error counts at each realism, (N,): 1 at 0, `faithful_share` at 1."""
    return 1 - realism * (1 - settings.faithful_share)


class Logits(NamedTuple):
    """What the discriminator says, above 0 for real; (N, 1, h, w) each."""

    real: Tensor
    generated: Tensor


def discriminator_loss(logits: Logits, kind: str) -> Tensor:
    """Mean over all patches."""
    real, generated = logits
    if kind == "least_squares":
        return 0.5 * ((torch.sigmoid(real) - 1).square().mean() + torch.sigmoid(generated).square().mean())
    return nn.functional.softplus(-real).mean() + nn.functional.softplus(generated).mean()


def generator_loss(generated: Tensor, kind: str) -> Tensor:
    """How little the discriminator is convinced, mean over the patches of each picture, (N,)."""
    if kind == "least_squares":
        return 0.5 * (torch.sigmoid(generated) - 1).square().mean((1, 2, 3))
    return nn.functional.softplus(-generated).mean((1, 2, 3))


def judged(discriminator: nn.Module, x: Tensor, reconstruction: Tensor, context: Tensor) -> Logits:
    """Logits of originals and reconstructions, each picture beside its own latents; one pass over both."""
    both = discriminator(torch.cat([x, reconstruction]), torch.cat([context, context]))
    real, generated = both.chunk(2)
    return Logits(real, generated)
