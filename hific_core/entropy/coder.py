"""Symbols <-> bytes with asymmetric numeral systems (Duda et al. 2015), through constriction's AnsCoder.

Order in which a stream is decoded (an ANS coder is a stack: the encoder goes through it backwards):
1. the symbols, grouped by table: tables in ascending index, within a table in C order of the array; a symbol
   outside the range of its table is the table's last entry, the escape;
2. the escaped symbols in the order of their escapes: the bit length (0 to 33, uniform) of each one's code,
   twice the distance beyond the first symbol outside the table, plus one if below; then, by ascending length,
   the bits under the leading one: the low 16 of all codes of that length, then the others;
3. what is left in the coder: the 16-bit checksum of the symbols. The first symbol of an ANS stream costs some
   24 bits whatever its probability, so that the checksum rides for about one bit.
The 32-bit words are stored little-endian, less the zero bytes at the very end.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import constriction
import numpy as np
from numpy.typing import NDArray

from hific_core.entropy.symbols import symbols_checksum
from hific_core.entropy.tables import PRECISION, Table
from hific_core.errors import CorruptFile

Symbols = NDArray[np.int32]
Indexes = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.int32]
"""Which table each symbol has; int32 for what else a coder is told of each."""

STREAM = "entropy-coded stream"
_MAX_LENGTH = 33
_CHUNK = 16
_Ans = constriction.stream.stack.AnsCoder
_uniform: Callable[[int], Any] = constriction.stream.model.Uniform
_LENGTHS = _uniform(_MAX_LENGTH + 1)


class _Group(NamedTuple):
    """The symbols order[start:stop] share one table."""

    table: int
    start: int
    stop: int


class Coder(Protocol):
    """What the codec needs of a coder, made of the tables that indexes refer to."""

    def least_bits(self, numbers: Sequence[int]) -> float:
        """A lower bound of the bits that `numbers[i]` symbols of each table i take, whatever they are."""

    def encode(self, symbols: Symbols, indexes: Indexes) -> bytes:
        """Any int32 symbols, with the table index of each, to a stream."""

    def decode(self, stream: bytes, indexes: Indexes) -> Symbols:
        """The symbols, in the shape of `indexes`; CorruptFile if `stream` is not one that `encode` makes."""


class TableCoder:
    """Codes symbols by a fixed set of tables; a table's constriction model is built when first used."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tuple(tables)
        self._models: dict[int, Any] = {}
        self._lowest = np.array([table.lowest for table in self._tables], np.int64)
        self._highest = np.array([table.highest for table in self._tables], np.int64)

    def least_bits(self, numbers: Sequence[int]) -> float:
        """The fewest bits that `numbers[i]` symbols of each table i take: all of them the likeliest symbol."""
        largest = (int(table.counts.max()) for table in self._tables)
        return sum(number * (PRECISION - math.log2(count)) for number, count in zip(numbers, largest, strict=True))

    def encode(self, symbols: Symbols, indexes: Indexes) -> bytes:
        """Any int32 symbols, with the table index of each, to a stream; ValueError if they do not fit."""
        if symbols.dtype != np.int32 or symbols.shape != indexes.shape:
            raise ValueError(f"{symbols.dtype} {symbols.shape} does not go with indexes {indexes.shape}")
        order, groups = self._group(indexes)
        grouped = symbols.reshape(-1) if order is None else symbols.reshape(-1)[order]
        entries = np.empty_like(grouped)
        escapes: list[NDArray[np.int64]] = []
        for group in groups:
            entries[group.start : group.stop] = self._to_entries(group, grouped, escapes)
        places = _joined(escapes)
        ans = begun(symbols)
        if places.size:
            encode_codes(ans, self._to_codes(grouped[places], _tables_at(places, order, indexes)))
        for group in reversed(groups):
            ans.encode_reverse(entries[group.start : group.stop], self._model(group.table))
        return stream_of(ans)

    def decode(self, stream: bytes, indexes: Indexes) -> Symbols:
        """The symbols, in the shape of `indexes`; CorruptFile if `stream` is not one that `encode` makes."""
        ans = opened(stream)
        order, groups = self._group(indexes)
        grouped = np.empty(indexes.size, np.int32)
        escapes: list[NDArray[np.int64]] = []
        try:
            for group in groups:
                entries = ans.decode(self._model(group.table), group.stop - group.start)
                grouped[group.start : group.stop] = self._from_entries(group, entries, escapes)
            places = _joined(escapes)
            if places.size:
                codes = decode_codes(ans, places.size)
                grouped[places] = self._from_codes(codes, _tables_at(places, order, indexes))
        except AssertionError as error:
            # What constriction raises for data that no encoder makes; its AnsCoder has no such data today.
            raise CorruptFile(STREAM) from error
        symbols = grouped
        if order is not None:
            symbols = np.empty_like(grouped)
            symbols[order] = grouped
        check_end(ans, symbols)
        return symbols.reshape(indexes.shape)

    def _group(self, indexes: Indexes) -> tuple[NDArray[np.int64] | None, list[_Group]]:
        """The order of coding, None where it is that of the array, and which symbols in it share a table."""
        if indexes.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"indexes must be uint8 or uint16, not {indexes.dtype}")
        flat = indexes.reshape(-1)
        sizes = np.bincount(flat, minlength=len(self._tables))
        if sizes.size > len(self._tables):
            raise ValueError(f"index {sizes.size - 1} is beyond the {len(self._tables)} tables")
        ends = np.cumsum(sizes)
        groups = [_Group(int(i), int(ends[i] - sizes[i]), int(ends[i])) for i in np.flatnonzero(sizes)]
        if np.all(flat[1:] >= flat[:-1]):
            return None, groups  # as hyperlatents are: no permutation of eight bytes a symbol
        # A stable sort of 8 or 16 bits is numpy's radix sort.
        return np.argsort(flat, kind="stable"), groups

    def _model(self, index: int) -> Any:
        if index not in self._models:
            # constriction gives every entry one count and shares the rest in proportion: exactly n - 1 here.
            weights = self._tables[index].counts.astype(np.float64) - 1
            self._models[index] = constriction.stream.model.Categorical(weights, perfect=False)
        return self._models[index]

    def _to_entries(self, group: _Group, grouped: Symbols, escapes: list[NDArray[np.int64]]) -> Symbols:
        table = self._tables[group.table]
        escape = table.counts.size - 1
        # Modulo 2^32 whatever lies outside the table lands at or beyond the escape.
        offsets = grouped[group.start : group.stop].view(np.uint32) - np.uint32(table.lowest & 0xFFFFFFFF)
        entries: Symbols = np.minimum(offsets, np.uint32(escape)).view(np.int32)
        escapes.append(np.flatnonzero(entries == escape) + group.start)
        return entries

    def _from_entries(self, group: _Group, entries: Symbols, escapes: list[NDArray[np.int64]]) -> Symbols:
        table = self._tables[group.table]
        escapes.append(np.flatnonzero(entries == table.counts.size - 1) + group.start)
        symbols: Symbols = entries + np.int32(table.lowest)
        return symbols

    def _to_codes(self, symbols: Symbols, indexes: Indexes) -> NDArray[np.int64]:
        below = symbols < self._lowest[indexes]
        beyond = np.where(below, self._lowest[indexes] - symbols, symbols - self._highest[indexes]) - 1
        codes: NDArray[np.int64] = 2 * beyond + below
        return codes

    def _from_codes(self, codes: NDArray[np.int64], indexes: Indexes) -> Symbols:
        beyond = codes // 2 + 1
        symbols = np.where(codes % 2 == 1, self._lowest[indexes] - beyond, self._highest[indexes] + beyond)
        limits = np.iinfo(np.int32)
        if symbols.min() < limits.min or symbols.max() > limits.max:
            raise CorruptFile(STREAM)
        return symbols.astype(np.int32)


def _tables_at(places: NDArray[np.int64], order: NDArray[np.int64] | None, indexes: Indexes) -> Indexes:
    """The table of each of some symbols, given by their places in the order of coding."""
    found: Indexes = indexes.reshape(-1)[places if order is None else order[places]]
    return found


def begun(symbols: Symbols) -> Any:
    """A coder that holds nothing but the checksum of the symbols that it will hold."""
    return _Ans(_words_of(symbols_checksum(symbols)))


def stream_of(ans: Any) -> bytes:
    """What a coder holds, as bytes."""
    stream: bytes = ans.get_compressed().astype("<u4").tobytes()
    return stream.rstrip(b"\0")


def opened(stream: bytes) -> Any:
    """The coder that gave `stream`. Raises CorruptFile where none did."""
    if stream.endswith(b"\0"):
        raise CorruptFile(STREAM)
    return _Ans(np.frombuffer(stream + bytes(-len(stream) % 4), "<u4").astype(np.uint32))


def check_end(ans: Any, symbols: Symbols) -> None:
    """Raises CorruptFile unless nothing is left but the checksum of all decoded symbols."""
    left = _words_of(symbols_checksum(symbols))
    if ans.num_words() != left.size or not np.array_equal(ans.get_compressed(), left):
        raise CorruptFile(STREAM)


def encode_codes(ans: Any, codes: NDArray[np.int64]) -> None:
    """Codes of escapes, 0..2^33 - 1: by lengths and bits, as the module's docstring says."""
    lengths = np.frexp(codes.astype(np.float64))[1].astype(np.int32)
    for members, shift, bits in reversed(list(_chunks(lengths))):
        chunk = (codes[members] >> shift) & ((1 << bits) - 1)
        ans.encode_reverse(chunk.astype(np.int32), _uniform(1 << bits))
    ans.encode_reverse(lengths, _LENGTHS)


def decode_codes(ans: Any, number: int) -> NDArray[np.int64]:
    """As many codes of escapes."""
    lengths = ans.decode(_LENGTHS, number)
    codes: NDArray[np.int64] = np.left_shift(np.int64(1), lengths.astype(np.int64)) >> 1
    for members, shift, bits in _chunks(lengths):
        codes[members] |= ans.decode(_uniform(1 << bits), members.size).astype(np.int64) << shift
    return codes


def _chunks(lengths: Symbols) -> Iterator[tuple[NDArray[np.int64], int, int]]:
    """Which codes have bits [shift, shift + bits) under their leading one, in decoding order."""
    for length in range(2, _MAX_LENGTH + 1):
        members = np.flatnonzero(lengths == length)
        if members.size:
            for shift in range(0, length - 1, _CHUNK):
                yield members, shift, min(_CHUNK, length - 1 - shift)


def _words_of(checksum: int) -> NDArray[np.uint32]:
    """An ANS state that holds only the checksum; zero is the empty state."""
    return np.array([checksum] if checksum else [], np.uint32)


def _joined(places: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(places) if places else np.zeros(0, np.int64)
