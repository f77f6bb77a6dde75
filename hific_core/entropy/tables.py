"""Scale levels and integer probability tables, the same to the last bit on every machine.

Everything is computed by mpmath in 40 decimal digits, rounded once to integer counts of 2^-24 and frozen: the
floats of a libm or of numpy decide nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, cycle, pairwise
from typing import Any, NamedTuple, TypeAlias

import mpmath
import numpy as np
from numpy.typing import NDArray

from hific_core.errors import WeightsDamaged

PRECISION = 24
TOTAL = 1 << PRECISION
DIGITS = 40
MAX_ENTRIES = 1 << 16

# A symmetric table ends where at most 2^-20 of the mass is left; 2^-16 to 2^-24 cost the same to 0.001 %.
_ESCAPE_BITS = 20
_MASS_BITS = 128
_INT32 = np.iinfo(np.int32)

Number: TypeAlias = mpmath.mpf | float | str


@dataclass(frozen=True, eq=False)
class Table:
    """Counts of 2^-24 for the symbols lowest, lowest + 1, ... and, last, for the escape."""

    lowest: int
    counts: NDArray[np.uint32]

    def __post_init__(self) -> None:
        counts = self.counts
        if counts.dtype != np.uint32 or counts.ndim != 1 or not 2 <= counts.size <= MAX_ENTRIES:
            raise ValueError(f"a table needs 2 to {MAX_ENTRIES} uint32 counts, not {counts.dtype} {counts.shape}")
        if counts.min() < 1 or counts.sum(dtype=np.uint64) != TOTAL:
            raise ValueError(f"the counts of a table must be at least 1 and sum to {TOTAL}")
        if self.lowest < _INT32.min or self.highest > _INT32.max:
            raise ValueError("the symbols of a table must fit int32")

    @property
    def highest(self) -> int:
        """Largest symbol that needs no escape."""
        return self.lowest + self.counts.size - 2


class PackedTables(NamedTuple):
    """n tables as flat arrays: lowest int32 (n,), sizes int32 (n,) with the escape, counts uint32 (sum,)."""

    lowest: NDArray[np.int32]
    sizes: NDArray[np.int32]
    counts: NDArray[np.uint32]


def _number(value: Number) -> Any:
    return mpmath.mpf(repr(float(value)) if isinstance(value, float) else value)


def scale_levels(number: int, smallest: Number = 0.11, largest: Number = 256.0) -> list[mpmath.mpf]:
    """`number` >= 2 log-spaced scales; a float stands for the decimal that Python prints for it."""
    if number < 2:
        raise ValueError(f"a scale table needs at least two levels, not {number}")
    with mpmath.workdps(DIGITS):
        low, high = _number(smallest), _number(largest)
        if not 0 < low < high < mpmath.inf:
            raise ValueError("the levels must grow from above zero to a finite scale")
        step = mpmath.log(high / low) / (number - 1)
        return [low, *(low * mpmath.exp(step * i) for i in range(1, number - 1)), high]


def level_boundaries(levels: Sequence[mpmath.mpf]) -> list[mpmath.mpf]:
    """Geometric means of neighbours: between boundaries i - 1 and i, level i is nearest in log scale."""
    with mpmath.workdps(DIGITS):
        return [mpmath.sqrt(low * high) for low, high in pairwise(levels)]


def gaussian_table(scale: Number) -> Table:
    """Table of a zero-mean Gaussian of standard deviation `scale`, integrated over unit bins."""
    return symmetric_table(scale, lambda x: mpmath.erfc(x / mpmath.sqrt(2)) / 2)


def logistic_table(scale: Number) -> Table:
    """Table of a zero-mean logistic density, 1 / (1 + exp(-x / scale)), integrated over unit bins."""
    return symmetric_table(scale, lambda x: 1 / (1 + mpmath.exp(x)))


def table_from_masses(masses: Sequence[mpmath.mpf], lowest: int) -> Table:
    """Table of the probabilities of lowest, lowest + 1, ...; what they lack of 1 goes to the escape."""
    with mpmath.workdps(DIGITS):
        exact = [_number(mass) for mass in masses]
        if not exact or not all(0 <= mass <= 1 for mass in exact):
            raise ValueError("masses must lie in [0, 1], one at least")
        rest = 1 - mpmath.fsum(exact)
        if rest < mpmath.mpf("-1e-9"):
            raise ValueError("the masses sum to more than 1")
        exact.append(max(rest, mpmath.mpf(0)))
        return Table(lowest, np.array(_apportion(exact, [1] * len(exact)), np.uint32))


def symmetric_table(scale: Number, upper_tail: Callable[[Any], Any]) -> Table:
    """Table of a symmetric density; `upper_tail(x)` is the probability above x, an mpf, at scale 1."""
    with mpmath.workdps(DIGITS):
        sigma = _number(scale)
        if not 0 < sigma <= 1 << 10:
            raise ValueError(f"the scale must lie in (0, 1024], not {sigma}")
        tails = [upper_tail(1 / (2 * sigma))]
        while 2 * tails[-1] > mpmath.ldexp(1, -_ESCAPE_BITS) or len(tails) < 2:
            tails.append(upper_tail((2 * len(tails) + 1) / (2 * sigma)))
        side = [inner - outer for inner, outer in pairwise(tails)]
        return symmetric_table_from_masses(1 - 2 * tails[0], side, 2 * tails[-1])


def symmetric_table_from_masses(centre: Number, side: Sequence[Number], escape: Number) -> Table:
    """Table of the symbols -len(side) to len(side): the mass of 0, those of 1, 2, ..., and that of all others.

    Only the ratios of the masses matter, which must not be negative.
    """
    with mpmath.workdps(DIGITS):
        masses = [_number(mass) for mass in (centre, escape, *side)]
        if not all(0 <= mass < mpmath.inf for mass in masses) or not any(masses):
            raise ValueError("masses must be finite and not negative, and not all zero")
        found = _apportion(masses, [1, 1] + [2] * len(side))
        (zero, others), pairs = found[:2], found[2:]
        return Table(-len(pairs), np.array([*pairs[::-1], zero, *pairs, others], np.uint32))


def _apportion(masses: Sequence[Any], copies: Sequence[int]) -> list[int]:
    """Counts >= 1, the i-th used `copies[i]` times, of sum 2^24: largest remainders, ties to the front."""
    weights = [int(mpmath.floor(mpmath.ldexp(mass, _MASS_BITS))) for mass in masses]
    counts = [1] * len(weights)
    free = list(range(len(weights)))
    while True:
        room = TOTAL - sum(copies) + sum(copies[i] for i in free)
        weight = sum(copies[i] * weights[i] for i in free)
        large = [i for i in free if weights[i] * room >= weight]
        if len(large) == len(free):
            break
        free = large
    remainders = {}
    for i in free:
        counts[i], remainders[i] = divmod(weights[i] * room, weight)
    left = room - sum(copies[i] * counts[i] for i in free)
    # A pair cannot take a single unit, so that a second round may be needed.
    for i in cycle(sorted(free, key=lambda i: (-remainders[i], i))):
        if left == 0:
            break
        if copies[i] <= left:
            counts[i] += 1
            left -= copies[i]
    return counts


def pack(tables: Sequence[Table]) -> PackedTables:
    """Flat arrays for a weights file."""
    return PackedTables(
        np.array([table.lowest for table in tables], np.int32),
        np.array([table.counts.size for table in tables], np.int32),
        np.concatenate([np.zeros(0, np.uint32), *(table.counts for table in tables)]),
    )


def unpack(packed: PackedTables) -> list[Table]:
    """The tables of `pack`, fully checked; raises WeightsDamaged."""
    if any(array.ndim != 1 for array in packed) or [array.dtype for array in packed] != [
        np.int32,
        np.int32,
        np.uint32,
    ]:
        raise WeightsDamaged("The probability tables of the model have wrong types; get a fresh copy of it.")
    sizes = [int(size) for size in packed.sizes]
    if len(sizes) != packed.lowest.size or min(sizes, default=2) < 2 or sum(sizes) != packed.counts.size:
        raise WeightsDamaged("The probability tables of the model have wrong sizes; get a fresh copy of it.")
    ends = accumulate(sizes)
    parts = [packed.counts[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    try:
        return [Table(int(low), part.copy()) for low, part in zip(packed.lowest, parts, strict=True)]
    except ValueError as error:
        message = f"A probability table of the model is damaged ({error}); get a fresh copy of it."
        raise WeightsDamaged(message) from error
