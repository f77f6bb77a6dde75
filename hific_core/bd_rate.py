"""The difference of two codecs in one number: how many more bits one needs for the same quality."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_POINTS = 3
_GAUSS_POINTS = np.array([-1, 1]) / math.sqrt(3)
"""Two of them integrate a cubic over [-1, 1] without error."""


class RatePoint(NamedTuple):
    """One point of a codec's curve; both numbers in any unit, as long as the curves agree in it."""

    rate: float
    quality: float


class _Curve(NamedTuple):
    """Logarithm of the rate over quality: knots, strictly rising, and the slope at each."""

    qualities: NDArray[np.float64]
    log_rates: NDArray[np.float64]
    slopes: NDArray[np.float64]

    def at(self, quality: NDArray[np.float64]) -> NDArray[np.float64]:
        """The piecewise cubic, inside the knots."""
        x, y = self.qualities, self.log_rates
        left = np.clip(np.searchsorted(x, quality, side="right") - 1, 0, len(x) - 2)
        step = x[left + 1] - x[left]
        t = (quality - x[left]) / step
        values: NDArray[np.float64] = (
            y[left] * (1 + 2 * t) * (1 - t) ** 2
            + step * self.slopes[left] * t * (1 - t) ** 2
            + y[left + 1] * t**2 * (3 - 2 * t)
            + step * self.slopes[left + 1] * t**2 * (t - 1)
        )
        return values


def bd_rate(anchor: Iterable[RatePoint], other: Iterable[RatePoint]) -> float | None:
    """Bits that `other` needs beyond `anchor` for the same quality, on average, in percent; -10 is 10 % fewer.

    Bjøntegaard's measure (VCEG-M33) with piecewise cubic Hermite interpolation (PCHIP: Fritsch and Butland 1984)
    of the logarithm of the rate, as common test conditions have it since JVET-N1010: the classic cubic fit swings
    between distant points and needs four. None where a curve has fewer than three finite points or does not rise,
    or where the two share no range of qualities.
    """
    curves = [_curve(points) for points in (anchor, other)]
    first, second = curves
    if first is None or second is None:
        return None
    low = max(first.qualities[0], second.qualities[0])
    high = min(first.qualities[-1], second.qualities[-1])
    if low >= high:
        return None
    # Between neighbouring knots of either curve both are cubics.
    knots = np.concatenate([first.qualities, second.qualities])
    borders = np.unique(np.concatenate([[low, high], knots[(knots > low) & (knots < high)]]))
    halves, centres = np.diff(borders)[:, None] / 2, (borders[1:] + borders[:-1])[:, None] / 2
    qualities = centres + halves * _GAUSS_POINTS
    area = float(np.sum(halves * (second.at(qualities) - first.at(qualities))))
    return math.expm1(area / (high - low)) * 100


def _curve(points: Iterable[RatePoint]) -> _Curve | None:
    distinct = sorted({(float(rate), float(quality)) for rate, quality in points})
    if len(distinct) < LEAST_POINTS or not all(rate > 0 and math.isfinite(quality) for rate, quality in distinct):
        return None
    rates, qualities = np.array(distinct).T
    if np.any(np.diff(rates) <= 0) or np.any(np.diff(qualities) <= 0):
        return None
    log_rates = np.log(rates)
    return _Curve(qualities, log_rates, _slopes(np.diff(qualities), np.diff(log_rates) / np.diff(qualities)))


def _slopes(steps: NDArray[np.float64], secants: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slopes at the knots that keep the curve rising, from steps and secants, which are all positive."""
    before, after = steps[1:] + 2 * steps[:-1], 2 * steps[1:] + steps[:-1]
    inner = (before + after) / (after / secants[:-1] + before / secants[1:])
    first = _end_slope(steps[0], steps[1], secants[0], secants[1])
    last = _end_slope(steps[-1], steps[-2], secants[-1], secants[-2])
    return np.concatenate([[first], inner, [last]])


def _end_slope(step: float, next_step: float, secant: float, next_secant: float) -> float:
    """One-sided three-point formula, kept between flat and three times the secant."""
    slope = ((2 * step + next_step) * secant - step * next_secant) / (step + next_step)
    return min(max(slope, 0.0), 3 * secant)
