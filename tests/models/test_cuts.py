import numpy as np

from hific_core.models.cuts import cut, cut_of, gathered
from hific_core.models.geometry import Area, Interval
from hific_core.models.serving import reflected, repeated

PLANE = np.arange(60).reshape(2, 5, 6)
AREA = Area(Interval(1, 3), Interval(2, 6))


def test_an_area_of_a_plane_and_of_a_part_of_it() -> None:
    assert np.array_equal(cut(PLANE, AREA), PLANE[:, 1:3, 2:6])
    part = PLANE[:, 1:, 2:]
    covers = Area(Interval(1, 5), Interval(2, 6))
    assert np.array_equal(cut_of(part, covers, AREA), PLANE[:, 1:3, 2:6])


def test_beyond_the_end_a_plane_goes_on() -> None:
    beyond = Area(Interval(3, 7), Interval(4, 8))
    rows, columns = np.arange(3, 7), np.arange(4, 8)
    for source in (repeated, reflected):
        expected = PLANE[:, source(rows, 5)[:, None], source(columns, 6)[None, :]]
        assert np.array_equal(gathered(PLANE, beyond, source), expected)
    assert np.shares_memory(gathered(PLANE, AREA, repeated), PLANE), "nothing is copied inside"
