"""Mixtures are coded by integers alone: the same bytes as unbounded integers give, tight, calm on any bytes."""

import tracemalloc
import zlib
from collections.abc import Iterator

import mpmath
import numpy as np
import pytest

from hific_core.entropy.mixture import LARGEST_COMPONENTS, MixtureCoder, component_weights
from hific_core.entropy.symbols import symbols_checksum
from hific_core.entropy.tables import TOTAL, Table, gaussian_table, logistic_table, scale_levels
from hific_core.errors import CorruptFile, WeightsDamaged

LEVELS = scale_levels(24, mpmath.exp(-3), 8.0)
BITS = np.array([8, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1], np.int32)
TABLES = [logistic_table(mpmath.ldexp(level, int(bits))) for level, bits in zip(LEVELS, BITS, strict=True)]
CODER = MixtureCoder(TABLES, BITS)
LOW, HIGH = -(2**31), 2**31 - 1


def sample(shape: tuple[int, ...], components: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Symbols drawn from mixtures of logistics, the mixtures' parameters, and the probability of each symbol."""
    random = np.random.default_rng(seed)
    parts = (components, *shape)
    logits, means = random.normal(0, 2, parts), random.normal(0, 3, parts)
    scales = random.integers(0, len(LEVELS), parts)
    steps = np.floor(logits * 16 + 0.5)
    parameters = np.stack([np.minimum(steps.max(0) - steps, 255), np.floor(means * 2.0 ** BITS[scales]), scales])
    weights = np.exp(logits) / np.exp(logits).sum(0)
    chosen = (random.random(shape) > weights.cumsum(0)).sum(0).clip(0, components - 1)[None]
    widths = np.array([float(level) for level in LEVELS])[scales]
    mean, width = (np.take_along_axis(each, chosen, 0)[0] for each in (means, widths))
    symbols = np.floor(mean + width * random.logistic(size=shape) + 0.5)
    distance = np.abs(symbols - means)
    inner, outer = (np.exp(-np.minimum((distance + side) / widths, 700)) for side in (-0.5, 0.5))
    masses = inner / (1 + inner) - outer / (1 + outer)
    return symbols.astype(np.int32), parameters.astype(np.int32), (weights * masses).sum(0)


def exact_counts(parameters: np.ndarray, symbol: int) -> int:
    """Cumulative counts of one symbol's mixture in Python's unbounded integers."""
    total = 0
    for distance, mean, scale in parameters.T.tolist():
        table, bits = TABLES[scale], int(BITS[scale])
        bins = (symbol << bits) + (1 << (bits - 1)) - mean - table.lowest
        inner = table.counts[:-1].tolist()
        total += int(component_weights()[distance]) * (int(table.counts[-1]) // 2 + sum(inner[: max(bins, 0)]))
    return total


class Reference:
    """Asymmetric numeral systems as constriction's AnsCoder has them: a state of 64 bits, words of 32."""

    def __init__(self, state: int) -> None:
        self.state, self.words = state, []

    def encode(self, begin: int, count: int) -> None:
        if self.state >> 40 >= count:
            self.words.append(self.state & 0xFFFFFFFF)
            self.state >>= 32
        self.state = (self.state // count << 24) + begin + self.state % count

    def stream(self) -> bytes:
        while self.state:
            self.words.append(self.state & 0xFFFFFFFF)
            self.state >>= 32
        return np.array(self.words, "<u4").tobytes().rstrip(b"\0")


def exact_decisions(
    symbols: np.ndarray, parameters: np.ndarray, members: list[int], depth: int, lowest: list[int]
) -> Iterator[tuple[int, int]]:
    """Begin and count, of 2^24, of each decision on the symbols of one group, in the order of decoding."""
    entries = dict.fromkeys(members, 0)
    low = dict.fromkeys(members, 0)
    high = {n: int(component_weights()[parameters[0, :, n]].sum()) * TOTAL for n in members}
    for position in reversed(range(depth)):
        for n, first in zip(members, lowest, strict=True):
            middle = exact_counts(parameters[:, :, n], first + entries[n] + (1 << position) - 1)
            whole, upper = high[n] - low[n], TOTAL // 2 - 1
            spare = max(whole.bit_length() - 39, 0)
            if whole:
                upper = (high[n] - middle >> spare) * (TOTAL - 2) // (whole >> spare)
            if int(symbols[n]) - first >> position & 1:
                entries[n] += 1 << position
                low[n] = middle
                yield TOTAL - 1 - upper, upper + 1
            else:
                high[n] = middle
                yield 0, TOTAL - 1 - upper


def test_bytes_are_those_of_unbounded_integers() -> None:
    """A decision at a time, as the module's docstring says it, in Python's integers and with its own coder."""
    symbols, parameters, _ = sample((60,), 3, seed=2)
    groups = list(CODER._groups(parameters))
    assert len(groups) > 2
    decisions = []
    for group in groups:
        members, lowest = group.members.tolist(), group.lowest.tolist()
        assert all(low < symbol < low + group.last for low, symbol in zip(lowest, symbols[members], strict=True))
        decisions += exact_decisions(symbols, parameters, members, group.depth, lowest)
    reference = Reference(symbols_checksum(symbols))
    for begin, count in reversed(decisions):
        reference.encode(begin, count)
    assert CODER.encode(symbols, parameters) == reference.stream()


def test_frozen_bytes() -> None:
    """A file written today is read for ever."""
    assert zlib.crc32(component_weights().astype("<i8").tobytes()) == 645333159
    symbols, parameters, _ = sample((3, 5, 4), seed=4)
    symbols[0, 0, :3] = LOW, HIGH, 777
    stream = CODER.encode(symbols, parameters)
    assert stream.hex() == "4d81ffffd062ea6632ce63659349f341a7faffcb178be426f4c59dff8b3a80f9e56244fc4a2b8021"
    assert np.array_equal(CODER.decode(stream, parameters), symbols)


def test_weights_fall_with_the_distance() -> None:
    weights = component_weights()
    assert weights.shape == (256,)
    assert (weights[0], weights[232], weights[233]) == (2**20, 1, 0)
    assert np.all(np.diff(weights[:233]) <= 0)


@pytest.mark.parametrize("components", [1, 2, 4, LARGEST_COMPONENTS])
@pytest.mark.parametrize("shape", [(0,), (1,), (7,), (12, 9, 5), (40, 17, 16)], ids=str)
def test_symbols_come_back(components: int, shape: tuple[int, ...]) -> None:
    symbols, parameters, _ = sample(shape, components)
    decoded = CODER.decode(CODER.encode(symbols, parameters), parameters)
    assert decoded.dtype == np.int32
    assert np.array_equal(decoded, symbols)


def test_any_symbol_under_any_parameters() -> None:
    random = np.random.default_rng(3)
    shape = (4, 3000)
    parameters = np.stack(
        [
            random.integers(0, 256, shape),
            random.integers(-(2**24), 2**24 + 1, shape) >> random.integers(0, 25, shape),
            random.integers(0, len(LEVELS), shape),
        ]
    ).astype(np.int32)
    parameters[0] -= parameters[0].min(0)
    symbols = (2.0 ** random.uniform(0, 31, 3000) * random.choice([-1, 1], 3000)).astype(np.int32)
    symbols[:2] = LOW, HIGH
    assert np.array_equal(CODER.decode(CODER.encode(symbols, parameters), parameters), symbols)


def test_bytes_are_close_to_the_information() -> None:
    symbols, parameters, probabilities = sample((64, 20, 20), seed=1)
    information = -np.log2(probabilities).sum() / 8
    assert information < len(CODER.encode(symbols, parameters)) < information * 1.002 + 8


def test_what_is_all_but_certain_costs_nothing() -> None:
    parameters = np.zeros((3, 4, 20_000), np.int32)
    assert len(CODER.encode(np.zeros(20_000, np.int32), parameters)) < 20


def test_no_symbol_in_the_window_is_dear() -> None:
    """Inside its window a symbol without any mass costs a decision of 24 bits and one bit for each that follows."""
    parameters = np.zeros((3, 2, 1), np.int32)
    parameters[1, 1] = 200 << 8  # a second component far away: between them lies nothing
    for symbol in range(-1, 203):
        symbols = np.array([symbol], np.int32)
        assert len(CODER.encode(symbols, parameters)) <= 8
        assert CODER.decode(CODER.encode(symbols, parameters), parameters) == symbol


def test_memory_does_not_grow_with_windows() -> None:
    parameters = np.zeros((3, 2, 2000), np.int32)
    parameters[1] = np.array([[-(2**24)], [2**24]])
    parameters[2] = 23
    symbols = np.zeros(2000, np.int32)
    (group,) = CODER._groups(parameters)
    assert group.depth == 25
    tracemalloc.start()
    try:
        assert np.array_equal(CODER.decode(CODER.encode(symbols, parameters), parameters), symbols)
        assert tracemalloc.get_traced_memory()[1] < 4e6
    finally:
        tracemalloc.stop()


def test_hostile_streams() -> None:
    """An error or, once in 65,536 times, wrong symbols that the checksum cannot tell; never another exception."""
    symbols, parameters, _ = sample((3, 8, 8), seed=5)
    symbols[0, 0, 0] = 10**6
    stream = CODER.encode(symbols, parameters)
    random = np.random.default_rng(6)
    wrong = [random.bytes(length) for length in range(200)]
    wrong += [stream[:length] for length in range(len(stream))]
    wrong += [bytes(255 * (place == n) ^ byte for n, byte in enumerate(stream)) for place in range(len(stream))]
    wrong += [stream + b"\0", stream + b"\1", b"\xff" * 4000]
    caught = 0
    for damaged in wrong:
        try:
            assert CODER.decode(damaged, parameters).shape == symbols.shape
        except CorruptFile:
            caught += 1
    assert caught >= len(wrong) - 1


def test_parameters_of_another_picture_are_noticed() -> None:
    symbols, parameters, _ = sample((3, 8, 8), seed=5)
    with pytest.raises(CorruptFile):
        CODER.decode(CODER.encode(symbols, parameters), sample((3, 8, 8), seed=6)[1])


def test_what_does_not_fit_is_refused() -> None:
    symbols, parameters, _ = sample((3, 8, 8))
    with pytest.raises(ValueError, match="does not go with"):
        CODER.encode(symbols[:2], parameters)
    with pytest.raises(ValueError, match="does not go with"):
        CODER.encode(symbols.astype(np.int64), parameters)
    with pytest.raises(ValueError, match="no mixtures"):
        CODER.encode(symbols, parameters.astype(np.uint8))
    with pytest.raises(ValueError, match="up to 8"):
        CODER.encode(symbols, np.concatenate([parameters] * 3, axis=1))


def test_tables_out_of_bounds_are_refused() -> None:
    far = Table(2**30, gaussian_table(1.0).counts)
    for tables, bits in (([far], [4]), (TABLES[:1], [0]), (TABLES[:1], [17])):
        with pytest.raises(WeightsDamaged, match="fresh copy"):
            MixtureCoder(tables, np.array(bits, np.int32))
