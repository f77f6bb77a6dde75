"""Noise as a function of places: frozen values, parts of the whole, and the distribution that it claims."""

import numpy as np

from hific_core.models.geometry import Area, Interval
from hific_core.models.noise import standard_normal

AREA = Area.whole(64, 80)


def test_frozen_values() -> None:
    """A change would change the pixels of files that exist."""
    found = standard_normal(2, Area(Interval(5, 7), Interval(1000, 1002)))
    expected = [[[-0.133933, -0.29801], [0.847405, 0.030249]], [[0.03537, -0.63387], [-0.457812, -0.424756]]]
    assert found.dtype == np.float32
    assert np.abs(found - np.array(expected, np.float32)).max() <= 1e-6


def test_a_part_is_that_part_of_the_whole() -> None:
    whole = standard_normal(5, AREA)
    part = Area(Interval(7, 30), Interval(33, 34))
    assert np.array_equal(standard_normal(5, part), whole[(slice(None), *part.slices)])
    assert np.array_equal(standard_normal(3, AREA), whole[:3])


def test_the_distribution() -> None:
    """Moments and quantiles within five of their own deviations; neighbours along any axis are not correlated."""
    sample = standard_normal(32, AREA).astype(np.float64)
    deviation = sample.size**-0.5
    assert abs(sample.mean()) < 5 * deviation
    assert abs(sample.var() - 1) < 5 * 2**0.5 * deviation
    assert abs((sample**4).mean() - 3) < 5 * 96**0.5 * deviation
    for level, share in ((-1.959964, 0.025), (-0.6744898, 0.25), (0.0, 0.5), (1.281552, 0.9)):
        assert abs((sample < level).mean() - share) < 5 * (share * (1 - share)) ** 0.5 * deviation
    for axis in range(3):
        along = np.moveaxis(sample, axis, 0)
        assert abs((along[1:] * along[:-1]).mean()) < 5 * deviation
    assert len(np.unique(sample)) > 0.99 * sample.size  # float32 repeats a few


def test_another_seed_is_other_noise() -> None:
    one, other = standard_normal(4, AREA), standard_normal(4, AREA, seed=1)
    assert abs((one * other).mean()) < 5 * one.size**-0.5
