"""Noise that every tile, region and device sees alike: a function of seed, channel, row and column.

The counter is hashed by integers alone: each coordinate in turn is added to the state of 64 bits, which then goes
through the finaliser of SplitMix64 (Steele et al. 2014). Two halves of the result become a standard normal number
(Box and Muller 1958) in float64, rounded to float32: on another machine's libm the last bit may differ, as that of
any network's float may, and no symbol depends on it.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.models.geometry import Area, Interval

SEED = 0
"""One for all files: the same symbols give the same pixels, and two files of a picture differ by their coding and not
by a draw."""
_STEP = np.uint64(0x9E3779B97F4A7C15)
_LOWER = np.uint64(0xFFFFFFFF)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def standard_normal(channels: int, area: Area, seed: int = SEED) -> NDArray[np.float32]:
    """Independent standard normal numbers, float32 (channels, rows, columns) of `area`; magnitudes below 6.8."""
    state = _mixed(np.zeros((), np.uint64), np.array(seed, np.uint64))
    for axis, positions in enumerate((np.arange(channels), np.arange(*area.rows), np.arange(*area.columns))):
        coordinate = positions.astype(np.uint64).reshape([-1 if axis == other else 1 for other in range(3)])
        state = _mixed(state, coordinate)
    # in (0, 1): a half is added, so that the logarithm is finite
    radius, angle = ((half.astype(np.float64) + 0.5) * 2.0**-32 for half in (state >> np.uint64(32), state & _LOWER))
    normal: NDArray[np.float64] = np.sqrt(-2 * np.log(radius)) * np.cos(2 * np.pi * angle)
    return normal.astype(np.float32)


def noise_for(channels: int, origin: tuple[int, int], like: Tensor) -> Tensor | None:
    """Noise (1, channels, rows, columns) beside `like` (1, C, rows, columns), which begins at `origin` of the plane.

    Made on the processor: every device gets the same. None for no channels.
    """
    if not channels:
        return None
    rows, columns = (Interval(start, start + side) for start, side in zip(origin, like.shape[2:], strict=True))
    return torch.from_numpy(standard_normal(channels, Area(rows, columns)))[None].to(like.device)


def _mixed(state: NDArray[np.uint64], coordinate: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The next state, modulo 2^64; one more step than the coordinate, so that zero is not left where it is."""
    with np.errstate(over="ignore"):
        x = state + (coordinate + np.uint64(1)) * _STEP
        x = (x ^ (x >> np.uint64(30))) * _FIRST
        x = (x ^ (x >> np.uint64(27))) * _SECOND
    mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return mixed
