"""The masses that the original HiFiC makes its tables of, in its own float32 steps: to decode the files it wrote.

Its tables depend on the last bits of these floats, so that everything here happens in the order and the precision
that it happens in there: 64 log-spaced levels of scales, tails at a mass of 2^-8, and for the hyperlatents a search for
the tails that stops some steps after it has passed them.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.errors import UnsupportedByModel
from hific_core.models.hific_hyperprior import HificDensity
from hific_core.models.priors import LARGEST_SCALE, SMALLEST_LIKELIHOOD, SMALLEST_SCALE

LEVELS = 64
_TAIL = 2.0**-8
_STEPS_BEYOND = 24
_MOST_STEPS = 40_000
_WIDEST = 4096


class Masses(NamedTuple):
    """Of the symbols lowest, lowest + 1, ... and, last, of all others."""

    lowest: int
    masses: NDArray[np.float32]


def scale_levels() -> Tensor:
    """float32 (64,): the scales that latents are coded with."""
    levels = np.exp(np.linspace(np.log(SMALLEST_SCALE), np.log(LARGEST_SCALE), LEVELS))
    return torch.from_numpy(levels.astype(np.float32)).clamp(min=SMALLEST_SCALE)


def scale_indexes(scales: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The level of each scale: the next that is not below it, and the largest for what is above all."""
    levels = scale_levels().numpy()
    return np.searchsorted(levels[:-1], np.maximum(scales, np.float32(SMALLEST_SCALE)), side="left").astype(np.uint8)


def latent_masses(likelihood: str) -> list[Masses]:
    """Of each level; `likelihood` is gaussian or logistic."""
    levels = scale_levels()
    quantile = NormalDist().inv_cdf(_TAIL / 2) if likelihood == "gaussian" else math.log(_TAIL / 2 / (1 - _TAIL / 2))
    centres = torch.ceil(levels * -quantile).to(torch.int32)
    distances = torch.abs(torch.arange(2 * int(centres.max()) + 1, dtype=torch.int32) - centres[:, None]).float()
    upper = _cumulative(likelihood, (0.5 - distances) / levels[:, None])
    lower = _cumulative(likelihood, (-0.5 - distances) / levels[:, None])
    masses, tails = upper - lower, 2 * lower[:, 0]
    return [
        Masses(-centre, np.append(masses[level, : 2 * centre + 1].numpy(), tails[level].numpy()))
        for level, centre in enumerate(centres.tolist())
    ]


def _cumulative(likelihood: str, x: Tensor) -> Tensor:
    return 0.5 * torch.erfc(x * (-1.0 / math.sqrt(2))) if likelihood == "gaussian" else torch.sigmoid(x)


def hyperlatent_masses(density: HificDensity) -> list[Masses]:
    """Of each channel of a float32 density on the processor.

    Raises UnsupportedByModel for one whose tails lie too far out: no file can have been written with it.
    """
    target = math.log(2.0 / _TAIL - 1.0)
    with _one_thread(), torch.enable_grad():
        lower_tails, upper_tails = _tails(density, -target), _tails(density, target)
    lowest = torch.clamp(torch.ceil(0.0 - lower_tails).to(torch.int32), min=0)
    highest = torch.clamp(torch.ceil(upper_tails - 0.0).to(torch.int32), min=0)
    lengths = highest + lowest + 1
    longest = int(lengths.max())
    if not 1 <= longest <= _WIDEST:
        raise _too_wide()
    with torch.no_grad():
        x = torch.arange(longest, dtype=torch.float32).view(1, -1) - lowest.float().view(-1, 1, 1)
        upper, lower = density.cumulative_logits(x + 0.5), density.cumulative_logits(x - 0.5)
        sign = -torch.sign(upper + lower)
        every = torch.abs(torch.sigmoid(sign * upper) - torch.sigmoid(sign * lower)).clamp(min=SMALLEST_LIKELIHOOD)
    found = []
    for masses, length, start in zip(every[:, 0], lengths.tolist(), lowest.tolist(), strict=True):
        inside = masses[:length]
        outside = torch.clamp(1.0 - torch.sum(inside, dim=0, keepdim=True), min=0.0)
        found.append(Masses(-start, torch.cat((inside, outside)).numpy()))
    return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """For many small operations, which several threads slow down."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _tails(density: HificDensity, target: float) -> Tensor:
    """float32 (C,): about where the logits of the cumulative distribution reach `target`.

    Steps of Adam, uncorrected, of a hundredth each, from 0 until every channel has taken 24 beyond its mark; the
    result is where they stand then, not where the mark is.
    """
    rate, epsilon, first, second = 1e-2, 1e-8, 0.9, 0.99
    shape = (density.get_parameter("H_0").shape[0], 1, 1)
    x = torch.zeros(shape, requires_grad=True)
    mean, square, beyond = torch.zeros(shape), torch.ones(shape), torch.zeros(shape, dtype=torch.int32)
    for _ in range(_MOST_STEPS):
        if int(beyond.min()) >= _STEPS_BEYOND:
            return x.detach().reshape(-1)
        distance = torch.abs(density.cumulative_logits(x) - target)
        (gradient,) = torch.autograd.grad(distance, x, torch.ones_like(x))
        with torch.no_grad():
            mean = first * mean + (1.0 - first) * gradient
            square = second * square + (1.0 - second) * torch.square(gradient)
            x -= rate * mean / (torch.sqrt(square) + epsilon)
            beyond = torch.where((beyond > 0) | (gradient * x > 0), beyond + 1, beyond)
    raise _too_wide()


def _too_wide() -> UnsupportedByModel:
    return UnsupportedByModel(
        "The model's hyperlatents spread too far for the original's tables: it wrote no file with this model."
    )
