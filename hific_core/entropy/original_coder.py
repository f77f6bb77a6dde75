"""Decoding of the streams that the original HiFiC writes: its rANS (Duda 2013, arXiv 1311.2540) in both its forms.

A state x lies in [2^31, 2^63). Decoding a symbol of a table with counts of 2^-16: with c = x mod 2^16, the symbol s is
the one with start(s) <= c < start(s) + count(s), and x becomes count(s) * (x >> 16) + c - start(s); a state below
2^31 then takes the next 32-bit word into its low bits. A stream begins with the high words of all states, then has
their low words. Encoding began with every state at 2^31 and no word: where decoding does not end there, table, order or
bytes are others than the encoder's. That is the only check that the format has.

The scalar coder has one state and goes through the array in C order; the vectorised one has a state for each
channel and goes through positions row by row, all channels at each, waiting states taking words in ascending order.

The last entry of a table stands for all values outside it: nibbles follow, each 4 bits off the state. First comes how
many there are, then a number, its lowest nibble first: 2 d for what lies d beyond the first value above the table,
2 d - 1 for what lies d below the table's first value. **The vectorised coder has a defect that is mimicked here:** it
never advances from the lowest nibble, writes that one again and again, and so keeps four bits of the number alone. Such
values cannot be restored; they come out as the original's decoder has them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hific_core.errors import CorruptFile

PRECISION = 16
TOTAL = 1 << PRECISION
_LOWEST_STATE = 1 << 31
_NIBBLE = 4
_MOST_NIBBLES = 8
"""Of a number that comes from 32-bit values."""
_INT32 = np.iinfo(np.int32)
_ROW_BITS = PRECISION + 1

Indexes = NDArray[np.integer]


class OriginalTable(NamedTuple):
    """Cumulative counts of the symbols lowest, lowest + 1, ... and, last, of what lies outside: from 0 to 2^16."""

    lowest: int
    cumulative: NDArray[np.int64]


class DecodedStream(NamedTuple):
    """int32 symbols in the shape of their indexes."""

    symbols: NDArray[np.int32]
    cut: int
    """Of how many the defect kept four bits of more."""


def table_of_masses(lowest: int, masses: NDArray[np.float32]) -> OriginalTable:
    """The original's rounding of float32 masses, the last that of what lies outside, to counts of at least 1.

    An empty count takes one from the smallest count above 1, the first of several. ValueError for what is no mass.
    """
    if masses.dtype != np.float32 or masses.ndim != 1 or masses.size < 2 or not np.all(masses >= 0):
        raise ValueError("masses must be float32, two at least, none negative")
    sums = np.zeros(masses.size + 1, np.float32)
    sums[1:] = np.cumsum(masses, dtype=np.float64)  # the running sum is in double, each term of it is rounded
    if not 0 < sums[-1] < np.inf:
        raise ValueError("masses must have a finite sum above 0")
    cumulative = np.rint(sums * np.float32(TOTAL) / sums[-1]).astype(np.int64)
    if masses.size > TOTAL:
        raise ValueError("there are more symbols than counts")
    for entry in range(masses.size):
        if cumulative[entry] == cumulative[entry + 1]:
            counts = np.diff(cumulative)
            giver = int(np.argmin(np.where(counts > 1, counts, TOTAL + 1)))
            if giver < entry:
                cumulative[giver + 1 : entry + 1] -= 1
            else:
                cumulative[entry + 1 : giver + 1] += 1
    return OriginalTable(lowest, cumulative)


class OriginalCoder:
    """Decodes streams by a fixed set of tables."""

    def __init__(self, tables: Sequence[OriginalTable]) -> None:
        self._rows = [table.cumulative.tolist() for table in tables]
        sizes = np.array([table.cumulative.size for table in tables], np.int64)
        self._starts = np.cumsum(sizes) - sizes
        self._outside = sizes - 2
        self._lowest = np.array([table.lowest for table in tables], np.int64)
        rows = np.repeat(np.arange(len(tables), dtype=np.int64), sizes)
        cumulative = np.concatenate([table.cumulative for table in tables])
        # all tables in one ascending array: one search serves every state
        self._keys = (rows << _ROW_BITS) | cumulative
        self._cumulative = cumulative.astype(np.uint64)
        self._counts = np.diff(cumulative, append=TOTAL).clip(min=0).astype(np.uint64)
        self._largest = np.array([np.diff(table.cumulative).max() for table in tables], np.float64)

    def least_bits(self, numbers: Sequence[int]) -> float:
        """The fewest bits that `numbers[i]` symbols of each table i take: all of them the likeliest symbol."""
        return float(np.sum(np.asarray(numbers, np.float64) * (PRECISION - np.log2(self._largest))))

    def decode(self, stream: bytes, indexes: Indexes, *, vectorised: bool) -> DecodedStream:
        """The symbols of indexes (C, h, w); CorruptFile where the stream does not end as one that was encoded so."""
        words = np.frombuffer(stream, "<u4").astype(np.uint32)
        states = indexes.shape[0] if vectorised else 1
        if words.size < 2 * states:
            raise _mismatch()
        return self._vectorised(words, indexes) if vectorised else self._scalar(words.tolist(), indexes)

    # --- one state for each channel -----------------------------------------------------------------------------

    def _vectorised(self, words: NDArray[np.uint32], indexes: Indexes) -> DecodedStream:
        channels = indexes.shape[0]
        states = _States(words, channels)
        by_position = indexes.reshape(channels, -1).T
        symbols = np.empty(by_position.shape, np.int32)
        cut = 0
        for position, row in enumerate(by_position):
            tables = row.astype(np.int64)
            low = (states.values & np.uint64(TOTAL - 1)).astype(np.int64)
            places = np.searchsorted(self._keys, (tables << _ROW_BITS) | low, side="right") - 1
            states.advance(self._counts[places], self._cumulative[places])
            values = places - self._starts[tables]
            outside = values == self._outside[tables]
            if outside.any():
                numbers, shortened = states.outliers(outside)
                cut += shortened
                ends = values[outside]
                values[outside] = np.where(numbers & 1, -(numbers >> 1) - 1, (numbers >> 1) + ends)
            symbols[position] = values + self._lowest[tables]
        states.check_end()
        return DecodedStream(np.ascontiguousarray(symbols.T).reshape(indexes.shape), cut)

    # --- one state ----------------------------------------------------------------------------------------------

    def _scalar(self, words: list[int], indexes: Indexes) -> DecodedStream:
        state, place, end = words[0] << 32 | words[1], 2, len(words)
        if not _LOWEST_STATE <= state < 1 << 63:
            raise _mismatch()
        rows, outside, lowest = self._rows, self._outside.tolist(), self._lowest.tolist()
        flat = indexes.reshape(-1)
        symbols = np.empty(flat.size, np.int32)
        for number, table in enumerate(flat.tolist()):
            row, low = rows[table], state & (TOTAL - 1)
            value = bisect_right(row, low) - 1
            start = row[value]
            state = (row[value + 1] - start) * (state >> PRECISION) + low - start
            if state < _LOWEST_STATE:
                if place == end:
                    raise _mismatch()
                state, place = state << 32 | words[place], place + 1
            if value == outside[table]:
                distance, state, place = _outlier(words, state, place)
                value = -(distance >> 1) - 1 if distance & 1 else (distance >> 1) + value
            value += lowest[table]
            if not _INT32.min <= value <= _INT32.max:
                raise _mismatch()
            symbols[number] = value
        if state != _LOWEST_STATE or place != end:
            raise _mismatch()
        return DecodedStream(symbols.reshape(indexes.shape), 0)


class _States:
    """The states of the vectorised coder, and the words that they take."""

    def __init__(self, words: NDArray[np.uint32], number: int) -> None:
        self.values = words[:number].astype(np.uint64) << np.uint64(32) | words[number : 2 * number]
        self._words = words[2 * number :]
        self._place = 0
        if np.any(self.values < _LOWEST_STATE) or np.any(self.values >= 1 << 63):
            raise _mismatch()

    def advance(self, counts: NDArray[np.uint64], starts: NDArray[np.uint64]) -> None:
        """Past one symbol each."""
        low = self.values & np.uint64(TOTAL - 1)
        self.values = self._refilled(counts * (self.values >> np.uint64(PRECISION)) + low - starts)

    def outliers(self, outside: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
        """The numbers that follow in the states of `outside`, and how many of them were cut."""
        widths = self._nibble(outside)
        most = int(widths.max())
        if most > _MOST_NIBBLES:
            raise _mismatch()
        numbers = np.zeros_like(widths)
        for step in range(most):
            # The defect: not shifted by 4 * step.
            numbers |= np.where(widths > step, self._nibble(outside), 0)
        return numbers, int(np.count_nonzero(widths > 1))

    def check_end(self) -> None:
        """Raises CorruptFile unless all is as it was when encoding began."""
        if self._place != self._words.size or np.any(self.values != _LOWEST_STATE):
            raise _mismatch()

    def _nibble(self, of: NDArray[np.bool_]) -> NDArray[np.int64]:
        found = (self.values[of] & np.uint64((1 << _NIBBLE) - 1)).astype(np.int64)
        self.values[of] = self._refilled(self.values[of] >> np.uint64(_NIBBLE))
        return found

    def _refilled(self, values: NDArray[np.uint64]) -> NDArray[np.uint64]:
        waiting = values < _LOWEST_STATE
        number = int(np.count_nonzero(waiting))
        if number:
            words = self._words[self._place : self._place + number]
            if words.size < number:
                raise _mismatch()
            self._place += number
            values[waiting] = values[waiting] << np.uint64(32) | words
        return values


def _outlier(words: list[int], state: int, place: int) -> tuple[int, int, int]:
    """A number of nibbles with the state and the place in the words after it."""
    nibbles: list[int] = []
    width = None
    while width is None or len(nibbles) < width:
        nibble, state = state & ((1 << _NIBBLE) - 1), state >> _NIBBLE
        if state < _LOWEST_STATE:
            if place == len(words):
                raise _mismatch()
            state, place = state << 32 | words[place], place + 1
        if width is None:
            width = nibble
            if width > _MOST_NIBBLES:
                raise _mismatch()
        else:
            nibbles.append(nibble)
    return sum(nibble << (_NIBBLE * step) for step, nibble in enumerate(nibbles)), state, place


def _mismatch() -> CorruptFile:
    return CorruptFile("entropy-coded stream")
