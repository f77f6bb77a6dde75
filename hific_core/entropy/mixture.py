"""Symbols <-> bytes where the distribution of each symbol is a mixture of its own, in integers alone.

A component is a weight, a mean and a scale; the cumulative counts of a symbol's mixture are the sum of its components'
cumulative table entries, each times its weight. A table has bins much narrower than a symbol, so that a mean is a shift
by whole bins.

A symbol is found by halving: its window of 2^depth values, wide enough for the tables of all its components, is cut in
the middle, again and again; each cut is one binary decision, whose probability is the ratio of two differences of
cumulative counts, rounded to a multiple of 2^-24 and never 0 or 1. No distribution is ever written out, so that memory
grows with the number of symbols alone. The first and the last value of a window stand for themselves and all beyond.

Order in which a stream is decoded (an ANS coder is a stack: the encoder goes through it backwards):
1. the symbols, grouped by the depth of their windows, in ascending depth: the first decision of all symbols of the
   group in C order, then the second of all, and so on;
2. the distances of those at an end of their window to that end, in the same order, coded as escapes are in `coder.py`;
3. the checksum, as there.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import constriction
import mpmath
import numpy as np
from numpy.typing import NDArray

from hific_core.entropy.coder import (
    STREAM,
    Indexes,
    Symbols,
    begun,
    check_end,
    decode_codes,
    encode_codes,
    opened,
    stream_of,
)
from hific_core.entropy.tables import DIGITS, MAX_ENTRIES, PRECISION, TOTAL, Table
from hific_core.errors import CorruptFile, WeightsDamaged

LARGEST_COMPONENTS = 8
"""With weights of 20 bits and table entries of 24, sums stay below 2^48."""
DISTANCES = 256
_WEIGHT_BITS = 20
_RATIO_BITS = 39
"""Counts are shortened to so many bits before they are multiplied by almost 2^24, within 63 bits."""
_LARGEST_MEAN_BITS = 16
_FAR = 1 << 40
_PARTS = TOTAL - 2
"""What two outcomes share beside the one count that each has."""
_decision: Any = constriction.stream.model.Categorical(lazy=True, perfect=False)
Integers = NDArray[np.int64]


@cache
def component_weights() -> Integers:
    """(256,): the weight of a component whose logit lies so many units of 1/16 below the largest, of 2^20.

    Beyond 232 it is 0: such a component does not exist.
    """
    with mpmath.workdps(DIGITS):
        units = [mpmath.ldexp(mpmath.exp(mpmath.mpf(-distance) / 16), _WEIGHT_BITS) for distance in range(DISTANCES)]
        return np.array([int(mpmath.floor(unit + mpmath.mpf("0.5"))) for unit in units], np.int64)


class _Mixtures(NamedTuple):
    """Distributions of n symbols; all arrays int64 (K, n)."""

    weights: Integers
    """Of 2^20; at least one of each symbol's is 2^20."""
    bits: Integers
    """Bins to a symbol are 2^bits."""
    base: Integers
    """The cumulative entry of the symbols up to x is (x << bits) - base."""
    sizes: Integers
    """The last cumulative entry of the component's table."""
    starts: Integers
    """Where the component's table begins."""

    def of(self, members: Integers) -> "_Mixtures":
        """Those of some symbols."""
        return _Mixtures(*(array[:, members] for array in self))


class _Group(NamedTuple):
    """Symbols whose windows have 2^depth values."""

    depth: int
    members: Integers
    """Their places."""
    lowest: Integers
    """The first value of each one's window."""
    mixtures: _Mixtures

    @property
    def last(self) -> int:
        """The last entry of a window."""
        return (1 << self.depth) - 1

    def at_end(self, entries: Integers) -> NDArray[np.bool_]:
        """Which entries stand for all beyond them too."""
        return (entries == 0) | (entries == self.last)


_Decide = Callable[[int, NDArray[np.float64]], NDArray[np.int32]]


class MixtureCoder:
    """Codes symbols by mixtures of a fixed set of tables, one for each scale."""

    def __init__(self, tables: Sequence[Table], mean_bits: NDArray[np.int32]) -> None:
        """`mean_bits[i]`: the bins of table i are 2^-bits wide. Raises WeightsDamaged for tables that are none."""
        lowest = np.array([table.lowest for table in tables], np.int64)
        sizes = np.array([table.counts.size - 1 for table in tables], np.int64)
        bits = mean_bits.astype(np.int64)
        if np.any(np.abs(lowest) > MAX_ENTRIES) or np.any((bits < 1) | (bits > _LARGEST_MEAN_BITS)):
            raise WeightsDamaged("The tables of the model's mixtures make no sense; get a fresh copy of it.")
        self._lowest, self._sizes, self._bits = lowest, sizes, bits
        self._starts = np.cumsum(sizes + 1) - (sizes + 1)
        self._cumulative = np.concatenate([_cumulative(table) for table in tables])

    def least_bits(self, numbers: Sequence[int]) -> float:
        """Nothing is known without the mixtures."""
        return 0.0

    def encode(self, symbols: Symbols, indexes: Indexes) -> bytes:
        """Any int32 symbols (...), with int32 (3, K, ...) of their mixtures, to a stream.

        Of each component the distance of its weight's logit, 0..255, 0 for one at least; its mean, counted in bins and
        rounded down; the index of its scale's table. ValueError if the shapes do not fit.
        """
        if symbols.dtype != np.int32 or symbols.shape != indexes.shape[2:]:
            raise ValueError(f"{symbols.dtype} {symbols.shape} does not go with mixtures {indexes.shape}")
        flat = symbols.reshape(-1).astype(np.int64)
        decisions: list[tuple[NDArray[np.int32], NDArray[np.float64]]] = []
        distances = [np.zeros(0, np.int64)]
        for group in self._groups(indexes):
            offsets = flat[group.members] - group.lowest
            entries = np.clip(offsets, 0, group.last)
            distances.append(np.abs(offsets - entries)[group.at_end(entries)])
            self._descend(group, partial(_noted, decisions, entries))
        ans = begun(symbols)
        codes = np.concatenate(distances)
        if codes.size:
            encode_codes(ans, codes)
        for bits, odds in reversed(decisions):
            ans.encode_reverse(bits, _decision, odds)
        return stream_of(ans)

    def decode(self, stream: bytes, indexes: Indexes) -> Symbols:
        """The symbols, in the shape of `indexes[0, 0]`; CorruptFile if `stream` is not one that `encode` makes."""
        ans = opened(stream)
        flat = np.empty(indexes[0, 0].size, np.int64)
        places, signs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        try:
            for group in self._groups(indexes):
                entries = self._descend(group, lambda _, odds: ans.decode(_decision, odds))
                flat[group.members] = group.lowest + entries
                ends = group.at_end(entries)
                places.append(group.members[ends])
                signs.append(np.where(entries[ends] == 0, -1, 1))
            escaped = np.concatenate(places)
            if escaped.size:
                flat[escaped] += np.concatenate(signs) * decode_codes(ans, escaped.size)
        except AssertionError as error:
            # What constriction raises for data that no encoder makes; its AnsCoder has no such data today.
            raise CorruptFile(STREAM) from error
        limits = np.iinfo(np.int32)
        if flat.size and (flat.min() < limits.min or flat.max() > limits.max):
            raise CorruptFile(STREAM)
        symbols = flat.astype(np.int32)
        check_end(ans, symbols)
        return symbols.reshape(indexes.shape[2:])

    def _groups(self, indexes: Indexes) -> Iterator[_Group]:
        """The symbols by the depth of their windows, ascending. Raises ValueError."""
        if indexes.dtype != np.int32 or indexes.shape[0] != 3 or indexes.shape[1] > LARGEST_COMPONENTS:
            raise ValueError(
                f"{indexes.dtype} {indexes.shape} are no mixtures of up to {LARGEST_COMPONENTS} components"
            )
        distances, means, scales = indexes.reshape(3, indexes.shape[1], -1).astype(np.int64)
        bits = self._bits[scales]
        # The mean lies in the middle of its bin, the boundary above a symbol in the middle between two.
        base = means + self._lowest[scales] - (1 << (bits - 1))
        mixtures = _Mixtures(component_weights()[distances], bits, base, self._sizes[scales], self._starts[scales])
        there = mixtures.weights > 0
        first = np.where(there, (base >> bits) + 1, _FAR).min(axis=0)
        last = np.where(there, ((base + mixtures.sizes - 1) >> bits) + 1, -_FAR).max(axis=0)
        width = last - first + 3  # with an entry at either end for what lies beyond
        depths = np.frexp((width - 1).astype(np.float64))[1]
        lowest = first - 1 - (((1 << depths.astype(np.int64)) - width) >> 1)
        for depth in np.unique(depths):
            members = np.flatnonzero(depths == depth)
            yield _Group(int(depth), members, lowest[members], mixtures.of(members))

    def _descend(self, group: _Group, decide: _Decide) -> Integers:
        """The entry of each symbol in its window; `decide` gives a bit of each, from the highest down, and is told how
        often it is 0 and 1."""
        entries = np.zeros(group.members.size, np.int64)
        low, high = np.zeros_like(entries), group.mixtures.weights.sum(axis=0) << PRECISION
        for position in reversed(range(group.depth)):
            middle = self._counts(group.mixtures, group.lowest + entries + (1 << position) - 1)
            whole = high - low
            spare = np.maximum(np.frexp(whole.astype(np.float64))[1] - _RATIO_BITS, 0).astype(np.int64)
            ratio = ((high - middle) >> spare) * _PARTS // np.maximum(whole >> spare, 1)
            upper = np.where(whole > 0, ratio, _PARTS // 2)
            odds = np.stack([_PARTS - upper, upper], axis=1).astype(np.float64)
            up = decide(position, odds) == 1
            entries += up.astype(np.int64) << position
            low, high = np.where(up, middle, low), np.where(up, high, middle)
        return entries

    def _counts(self, mixtures: _Mixtures, symbols: Integers) -> Integers:
        """Cumulative counts, of the weights' sum times 2^24, of all symbols up to these."""
        entries = np.clip((symbols << mixtures.bits) - mixtures.base, 0, mixtures.sizes)
        counts: Integers = (mixtures.weights * self._cumulative[mixtures.starts + entries]).sum(axis=0)
        return counts


def _cumulative(table: Table) -> Integers:
    """(entries + 1,): counts below each bin and below the end; what is beyond the table lies half on each side."""
    counts = table.counts.astype(np.int64)
    return np.concatenate([[0], np.cumsum(counts[:-1])]) + counts[-1] // 2


def _noted(
    decisions: list[tuple[NDArray[np.int32], NDArray[np.float64]]],
    entries: Integers,
    position: int,
    odds: NDArray[np.float64],
) -> NDArray[np.int32]:
    """The decision on a known entry, kept: the encoder needs all of them in reverse."""
    bits = (entries >> position & 1).astype(np.int32)
    decisions.append((bits, odds))
    return bits
