"""Hostile streams and indexes, straight to the coders of the entropy stage."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hific_core.entropy.coder import Coder, TableCoder
from hific_core.entropy.mixture import MixtureCoder
from hific_core.entropy.original_coder import OriginalCoder, table_of_masses
from hific_core.entropy.tables import PackedTables, gaussian_table, pack, scale_levels, table_from_masses, unpack
from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Case, Target
from tests.original_files import encode as encode_as_original

SAMPLES = 64


class Sample(NamedTuple):
    """A stream that an encoder made, and the indexes that it goes with."""

    stream: bytes
    indexes: NDArray[np.integer]


def _damage(mutator: Mutator, samples: list[Sample], largest_index: int) -> Sample:
    """Another stream, other indexes, or both."""
    stream, indexes = mutator.of(samples)
    kind = mutator.below(6)
    if kind < 3:
        stream = mutator.damaged(stream, mutator.of(samples).stream)
    elif kind == 3:
        stream = mutator.of(samples).stream
    elif kind == 4:
        stream = mutator.noise(120)
    if mutator.chance(0.3) or kind == 5:
        indexes = indexes.copy()
        for _ in range(1 + mutator.below(4)):
            indexes.flat[mutator.below(indexes.size)] = mutator.below(largest_index + 1)
    return Sample(stream, indexes)


def _is_its_own(coder: Coder, sample: Sample) -> None:
    """What is decoded at all is what the stream was made of."""
    symbols = coder.decode(*sample)
    assert symbols.dtype == np.int32
    assert coder.encode(symbols, sample.indexes) == sample.stream


def tables(folder: Path) -> Case:
    """The coder of tables, escapes up to the limits of int32 among the samples."""
    even, (low, high) = ["0.25"] * 4, (-(2**31), 2**31 - 1)
    found = [gaussian_table(level) for level in scale_levels(12, 0.11, 32)]
    found += [table_from_masses(["0.5", "0.3"], 7), table_from_masses(even, low), table_from_masses(even, high - 3)]
    coder, random, samples = TableCoder(found), np.random.default_rng(1), []
    for _ in range(SAMPLES):
        shape = tuple(random.integers(1, 5, 3))
        indexes = random.integers(0, len(found), shape).astype(np.uint8)
        symbols = random.normal(0, 6, shape) * 2.0 ** (random.integers(0, 28, shape) * (random.random(shape) < 0.1))
        symbols = symbols.astype(np.int32)
        samples.append(Sample(coder.encode(symbols, indexes), indexes))

    def case(mutator: Mutator) -> None:
        _is_its_own(coder, _damage(mutator, samples, len(found) - 1))

    return case


def mixtures(folder: Path) -> Case:
    """The coder of mixtures; their parameters are bent within what the integer network can yield."""
    levels, bits = [gaussian_table(level) for level in scale_levels(6, 4.0, 200)], [3, 3, 4, 4, 5, 5]
    coder = MixtureCoder(levels, np.array(bits, np.int32))
    random, samples = np.random.default_rng(2), []
    for _ in range(SAMPLES):
        shape = (random.integers(1, 4), *random.integers(1, 4, 2))
        indexes = np.stack(
            [random.integers(0, 256, shape), random.integers(-400, 400, shape), random.integers(0, 6, shape)]
        ).astype(np.int32)
        indexes[0, 0] = 0
        symbols = random.integers(-30, 30, shape[1:]).astype(np.int32)
        symbols[random.random(symbols.shape) < 0.05] = 2**31 - 1
        samples.append(Sample(coder.encode(symbols, indexes), indexes))

    def case(mutator: Mutator) -> None:
        stream, indexes = _damage(mutator, samples, 5)  # few enough to be a distance, a mean and a scale
        _is_its_own(coder, Sample(stream, indexes))

    return case


def originals(folder: Path) -> Case:
    """The coders of the original, vectorised and scalar."""
    coder, samples = _original_coder(), {}
    random, table_list = np.random.default_rng(3), _original_tables()
    for vectorised in (False, True):
        samples[vectorised] = []
        for _ in range(SAMPLES):
            shape = (random.integers(1, 5), *random.integers(1, 3, 2))
            indexes = random.integers(0, len(table_list), shape).astype(np.uint8)
            symbols = np.rint(random.normal(0, 3, shape)).astype(np.int32)
            stream = encode_as_original(table_list, symbols, indexes, vectorised)
            samples[vectorised].append(Sample(stream, indexes))

    def case(mutator: Mutator) -> None:
        vectorised = mutator.chance(0.5)
        stream, indexes = _damage(mutator, samples[vectorised], len(table_list) - 1)
        stream = stream[: len(stream) // 4 * 4]
        found = coder.decode(stream, indexes, vectorised=vectorised)
        assert found.symbols.shape == indexes.shape

    return case


@cache
def _original_tables():  # type: ignore[no-untyped-def]
    widths = (0.6, 1.5, 4.0)
    steps = np.arange(-6, 7)
    masses = [np.exp(-np.abs(steps) / width) for width in widths]
    return [table_of_masses(-6, np.append(each / each.sum(), 1e-3).astype(np.float32)) for each in masses]


def _original_coder() -> OriginalCoder:
    return OriginalCoder(_original_tables())


def packed_tables(folder: Path) -> Case:
    """The probability tables of a model file."""
    whole = pack([gaussian_table(level) for level in scale_levels(3, 0.2, 3)])

    def case(mutator: Mutator) -> None:
        arrays = []
        for array in whole:
            if mutator.chance(0.5):
                data = mutator.damaged(array.tobytes())
                array = np.frombuffer(data[: len(data) // 4 * 4], array.dtype)
            if mutator.chance(0.1):
                array = array.astype(mutator.of((np.int64, np.float32, np.int32)))
            if mutator.chance(0.05):
                array = array[None]
            arrays.append(array)
        for table in unpack(PackedTables(*arrays)):
            assert table.counts.sum() == 1 << 24

    return case


TARGETS = (
    Target("stream of tables", 120_000, tables, 0.9, frozenset({"opened"})),
    Target("stream of mixtures", 40_000, mixtures, 0.9, frozenset({"opened"})),
    Target("stream of the original", 60_000, originals, 0.3, frozenset({"decode", "__init__"})),
    Target("probability tables", 15_000, packed_tables, 0.3, frozenset()),
)
