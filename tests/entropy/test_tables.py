"""Tables are exact, symmetric, the same everywhere, and checked on reading."""

import hashlib
import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest

from hific_core.entropy.tables import (
    TOTAL,
    PackedTables,
    Table,
    gaussian_table,
    level_boundaries,
    logistic_table,
    pack,
    scale_levels,
    symmetric_table_from_masses,
    table_from_masses,
    unpack,
)
from hific_core.errors import WeightsDamaged

GAUSSIANS_SHA256 = "a8115669ba512cdca10f57201ffa81407477ff0a3a9b772e23f3cfcf57d82a20"
LOGISTICS_SHA256 = "7f8d75233e1986b11f0e80569c2d2a17a2312f23eeaa0294ff7b9f66231c099a"


def digest(tables: list[Table]) -> str:
    lowest, sizes, counts = pack(tables)
    return hashlib.sha256(
        lowest.astype("<i4").tobytes() + sizes.astype("<i4").tobytes() + counts.astype("<u4").tobytes()
    ).hexdigest()


@pytest.fixture(scope="module")
def gaussians() -> list[Table]:
    return [gaussian_table(scale) for scale in scale_levels(64)]


def test_gaussian_tables_are_pinned(gaussians: list[Table]) -> None:
    assert digest(gaussians) == GAUSSIANS_SHA256


def test_logistic_tables_are_pinned() -> None:
    assert digest([logistic_table(scale) for scale in scale_levels(8)]) == LOGISTICS_SHA256


def test_global_precision_does_not_matter(gaussians: list[Table]) -> None:
    for digits in (5, 100):
        with mpmath.workdps(digits):
            levels = scale_levels(64)
            some = [gaussian_table(levels[i]) for i in (0, 17, 40)]
        assert levels == scale_levels(64)
        assert digest(some) == digest([gaussians[i] for i in (0, 17, 40)])


def test_levels_and_boundaries() -> None:
    levels = scale_levels(64)
    boundaries = level_boundaries(levels)
    assert levels[0] != 0.11  # the decimal, not the float
    assert (float(levels[0]), levels[-1], len(levels), len(boundaries)) == (0.11, 256, 64, 63)
    with mpmath.workdps(40):
        steps = [high / low for low, high in pairwise(levels)]
        assert max(steps) - min(steps) < mpmath.mpf("1e-36")
        assert all(
            abs(middle / low - high / middle) < mpmath.mpf("1e-36")
            for low, middle, high in zip(levels, boundaries, levels[1:], strict=False)
        )
    assert scale_levels(3, "0.5", 8) == [mpmath.mpf("0.5"), 2, 8]


@pytest.mark.parametrize("table_of", [gaussian_table, logistic_table])
@pytest.mark.parametrize("scale", [0.001, 0.11, 0.5, 1.0, 7.3, 256.0])
def test_symmetric_tables(table_of: type, scale: float) -> None:
    table = table_of(scale)
    symbols = table.counts[:-1]
    assert table.counts.sum(dtype=np.int64) == TOTAL
    assert table.counts.min() >= 1
    assert table.highest == -table.lowest
    assert np.array_equal(symbols, symbols[::-1])
    assert table.counts[-1] <= 17  # 2^-20 of 2^24, rounded
    assert np.all(np.diff(symbols[symbols.size // 2 :].astype(np.int64)) <= 1)


@pytest.mark.parametrize("scale", [0.11, 0.5, 1.0, 7.3, 60.0])
def test_gaussian_counts_follow_the_density(scale: float) -> None:
    table = gaussian_table(scale)
    cdf = [math.erf((k - 0.5) / scale / math.sqrt(2)) / 2 for k in range(table.lowest, table.highest + 2)]
    ideal = np.diff(cdf) * TOTAL
    assert np.abs(table.counts[:-1] - ideal).max() < 1.01 + 2e-5 * ideal.max()


def test_scales_that_make_no_sense() -> None:
    for scale in (0.0, -1.0, math.inf, math.nan, 2000.0):
        with pytest.raises(ValueError, match="scale"):
            gaussian_table(scale)
    for levels in ((1,), (4, 2.0, 1.0), (4, 0.0, 1.0), (4, 1.0, math.inf)):
        with pytest.raises(ValueError, match="level"):
            scale_levels(*levels)


def test_table_from_masses() -> None:
    table = table_from_masses(["0.25", "0.5", "0", "0.125"], -1)
    assert table.counts.tolist() == [4194304, 8388607, 1, 2097152, 2097152]
    assert (table.lowest, table.highest) == (-1, 2)
    assert table_from_masses([mpmath.mpf(1)], 5).counts.tolist() == [TOTAL - 1, 1]
    third = mpmath.mpf(1) / 3
    assert sorted(table_from_masses([third, third], 0).counts.tolist()) == [5592405, 5592405, 5592406]
    for masses in ([], ["0.6", "0.6"], ["-0.1"], [mpmath.nan]):
        with pytest.raises(ValueError, match="masses"):
            table_from_masses(masses, 0)


def test_symmetric_table_from_masses() -> None:
    table = symmetric_table_from_masses(4, [1, 0.5], 1)
    assert (table.lowest, table.counts.tolist()) == (-2, [1 << 20, 1 << 21, 1 << 23, 1 << 21, 1 << 20, 1 << 21])
    assert symmetric_table_from_masses(7, [], 0).counts.tolist() == [TOTAL - 1, 1]
    assert symmetric_table_from_masses(0, [3], 0).counts.tolist() == [TOTAL // 2 - 1, 1, TOTAL // 2 - 1, 1]
    for masses in ((0, [0], 0), (-1, [1], 0), (1, [mpmath.inf], 0), (1, [1], mpmath.nan)):
        with pytest.raises(ValueError, match="masses"):
            symmetric_table_from_masses(*masses)


def test_pack_and_unpack(gaussians: list[Table]) -> None:
    assert digest(unpack(pack(gaussians))) == GAUSSIANS_SHA256
    assert unpack(pack([])) == []


def damaged(packed: PackedTables) -> dict[str, PackedTables]:
    lowest, sizes, counts = (array.copy() for array in packed)
    moved, zero = counts.copy(), counts.copy()
    moved[0] += 1
    zero[1] += zero[0]
    zero[0] = 0
    high = np.iinfo(np.int32).max
    return {
        "sum": PackedTables(lowest, sizes, moved),
        "zero count": PackedTables(lowest, sizes, zero),
        "cut": PackedTables(lowest, sizes, counts[:-1]),
        "longer": PackedTables(lowest, sizes, np.append(counts, np.uint32(1))),
        "negative size": PackedTables(lowest, np.array([-1, counts.size + 1], np.int32), counts),
        "size one": PackedTables(lowest, np.array([1, counts.size - 1], np.int32), counts),
        "huge sizes": PackedTables(lowest, np.array([high, high], np.int32), counts),
        "fewer sizes": PackedTables(lowest, sizes[:1], counts),
        "fewer lowest": PackedTables(lowest[:1], sizes, counts),
        "beyond int32": PackedTables(np.array([high, 0], np.int32), sizes, counts),
        "floats": PackedTables(lowest, sizes, counts.astype(np.float32)),
        "int64": PackedTables(lowest, sizes.astype(np.int64), counts),
        "shape": PackedTables(lowest, sizes, counts[None]),
        "empty": PackedTables(lowest, sizes, counts[:0]),
    }


@pytest.mark.parametrize("damage", list(damaged(pack([gaussian_table(1), gaussian_table(2)]))))
def test_unpack_rejects_damage(damage: str) -> None:
    with pytest.raises(WeightsDamaged):
        unpack(damaged(pack([gaussian_table(1), gaussian_table(2)]))[damage])


def test_too_many_entries() -> None:
    counts = np.ones((1 << 16) + 1, np.uint32)
    counts[0] += TOTAL - counts.size
    with pytest.raises(ValueError, match="65536"):
        Table(0, counts)
