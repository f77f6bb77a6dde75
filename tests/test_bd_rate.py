import math

import pytest

from hific_core.bd_rate import RatePoint, bd_rate

CURVE = [RatePoint(*point) for point in ((0.12, 27.1), (0.29, 29.9), (0.47, 31.2), (0.95, 34.0))]


def scaled(factor: float) -> list[RatePoint]:
    return [RatePoint(rate * factor, quality) for rate, quality in CURVE]


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0, 1.25])
def test_the_same_curve_at_other_bits(factor: float) -> None:
    assert bd_rate(CURVE, scaled(factor)) == pytest.approx((factor - 1) * 100, abs=1e-9)
    assert bd_rate(scaled(factor), CURVE) == pytest.approx((1 / factor - 1) * 100, abs=1e-9)


def test_exact_for_curves_straight_in_the_logarithm() -> None:
    """Quality q costs exp(q / 4) and exp(q / 5): over their common range 2..10 the mean logarithm differs by -0.3."""
    anchor = [RatePoint(math.exp(quality / 4), quality) for quality in (0, 3, 10)]
    other = [RatePoint(math.exp(quality / 5), quality) for quality in (2, 7, 8, 20)]
    assert bd_rate(anchor, other) == pytest.approx(math.expm1(-0.3) * 100)


def test_the_order_of_the_points_and_repeated_ones_change_nothing() -> None:
    assert bd_rate(CURVE[::-1], [*scaled(0.9), scaled(0.9)[0]]) == pytest.approx(-10)


def test_slopes_are_those_of_pchip() -> None:
    """By hand: steps 1 and 2, secants of the logarithm 1 and 4; inner slope 9 / (5 / 1 + 4 / 4), ends 0 and 6."""
    anchor = [RatePoint(math.exp(y), x) for x, y in ((0, 0), (1, 1), (3, 9))]
    flat = [RatePoint(1 + 1e-9 * x, x) for x in (0, 1, 3)]
    # Hermite: each piece has the area step * (y0 + y1) / 2 + step^2 * (slope0 - slope1) / 12
    area = (0 + 1) / 2 + (0 - 1.5) / 12 + 2 * (1 + 9) / 2 + 4 * (1.5 - 6) / 12
    assert bd_rate(flat, anchor) == pytest.approx(math.expm1(area / 3) * 100, rel=1e-6)


@pytest.mark.parametrize(
    "other",
    [
        CURVE[:2],
        [RatePoint(rate, quality + 10) for rate, quality in CURVE],
        [*CURVE[:3], RatePoint(0.95, 31.0)],
        [*CURVE[:3], RatePoint(0.47, 33.0)],
        [*CURVE[:3], RatePoint(0.95, math.inf)],
        [RatePoint(0.0, 20.0), *CURVE],
        [CURVE[0]] * 4,
        [],
    ],
    ids=["too few", "apart", "falls", "two qualities", "infinite", "no bits", "one point", "none"],
)
def test_not_defined(other: list[RatePoint]) -> None:
    assert bd_rate(CURVE, other) is None
    assert bd_rate(other, CURVE) is None
