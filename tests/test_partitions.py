"""Partitions in the file's order, and those that an area meets."""

import pytest

from hific_core.errors import TooManyPartitions
from hific_core.models.geometry import Area, Interval
from hific_core.partitions import aligned, check_partitions, partitions


def test_more_partitions_than_a_file_holds() -> None:
    check_partitions(131_072, 131_072)
    for shape in ((131_073, 131_072), (1, 512 * 65_536 + 1)):
        with pytest.raises(TooManyPartitions, match="cut it in parts"):
            check_partitions(*shape)


@pytest.mark.parametrize("shape", [(1, 1), (32, 32), (33, 64), (65, 100)])
def test_all_in_order(shape: tuple[int, int]) -> None:
    found = list(partitions(shape))
    assert [place.number for place in found] == list(range(len(found)))
    assert sum(place.area.size for place in found) == shape[0] * shape[1]
    corners = [(place.area.rows.start, place.area.columns.start) for place in found]
    assert corners == sorted(corners)
    assert [place.share for place in found] == [n / len(found) for n in range(len(found))]


def test_only_those_that_an_area_meets() -> None:
    needed = Area(Interval(31, 33), Interval(64, 65))
    assert [place.number for place in partitions((70, 100), needed)] == [2, 6]
    assert aligned(needed, (70, 100)) == Area(Interval(0, 64), Interval(64, 96))
    assert aligned(Area(Interval(64, 70), Interval(96, 100)), (70, 100)) == Area(Interval(64, 70), Interval(96, 100))


def test_names_and_pixels() -> None:
    second = list(partitions((40, 40)))[1]
    assert second.name == "partition 1"
    assert second.pixels == (slice(0, 512), slice(512, 640))
