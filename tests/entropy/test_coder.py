"""The coder is exact, tight, and calm on any bytes."""

import constriction
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hific_core.entropy.coder import TableCoder
from hific_core.entropy.symbols import symbols_checksum
from hific_core.entropy.tables import PRECISION, TOTAL, Table, gaussian_table, scale_levels, table_from_masses
from hific_core.errors import CorruptFile

LOW, HIGH = -(2**31), 2**31 - 1
LEVELS = scale_levels(16, 0.11, 64)
EVEN = ["0.25"] * 4
TABLES = [
    *(gaussian_table(level) for level in LEVELS),
    table_from_masses(["0.5", "0.3"], 7),
    table_from_masses(EVEN, LOW),
    table_from_masses(EVEN, HIGH - 3),
]
CODER = TableCoder(TABLES)


def sample(shape: tuple[int, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    indexes = rng.integers(0, len(LEVELS), shape).astype(np.uint8)
    scales = np.array([float(level) for level in LEVELS])
    return np.round(rng.normal(size=shape) * scales[indexes]).astype(np.int32), indexes


def information(symbols: np.ndarray, indexes: np.ndarray) -> float:
    """Bits of symbols that need no escape."""
    pairs = zip(symbols.ravel().tolist(), indexes.ravel().tolist(), strict=True)
    return sum(PRECISION - np.log2(float(TABLES[i].counts[s - TABLES[i].lowest])) for s, i in pairs)


def check_bins(counts: np.ndarray) -> None:
    """State 2^24 + q decodes to the entry whose bin holds q, and leaves its count + q - its beginning."""
    model = constriction.stream.model.Categorical(counts.astype(np.float64) - 1, perfect=False)
    begins = np.cumsum(counts, dtype=np.int64) - counts
    for entry, (begin, count) in enumerate(zip(begins.tolist(), counts.tolist(), strict=True)):
        for offset in (0, count - 1):
            ans = constriction.stream.stack.AnsCoder(np.array([TOTAL + begin + offset], np.uint32))
            assert ans.decode(model) == entry
            assert ans.get_compressed().tolist() == [count + offset]


@pytest.mark.parametrize("index", range(len(TABLES)))
def test_every_bin_boundary_is_exact(index: int) -> None:
    check_bins(TABLES[index].counts)


def test_bins_of_awkward_counts() -> None:
    rng = np.random.default_rng(3)
    for size in (2, 3, 100, 3000):
        cuts = np.sort(rng.choice(TOTAL - 1, size - 1, replace=False)) + 1
        check_bins(np.diff(cuts, prepend=0, append=TOTAL).astype(np.uint32))
    check_bins(np.array([1, TOTAL - 1], np.uint32))
    check_bins(np.array([1] * 999 + [TOTAL - 999], np.uint32))


def test_the_stream_is_pinned() -> None:
    symbols = np.array([[0, 1, -1, 5], [-40, 8, 100000, LOW], [HIGH, 0, 3, -2]], np.int32)
    indexes = np.array([[0, 3, 7, 9], [15, 16, 2, 0], [1, 0, 8, 5]], np.uint8)
    stream = CODER.encode(symbols, indexes)
    words = np.frombuffer(stream + bytes(-len(stream) % 4), "<u4")
    assert [hex(word) for word in words] == [
        "0xfefffa61",
        "0xfd0d3cff",
        "0x44cbaae4",
        "0xd4ee64b5",
        "0x89692ef2",
        "0x4389d284",
        "0x31d02",
    ]
    assert np.array_equal(CODER.decode(stream, indexes), symbols)


def test_two_coders_agree_and_index_width_does_not_matter() -> None:
    symbols, indexes = sample((5, 7, 11))
    stream = CODER.encode(symbols, indexes)
    other = TableCoder([Table(table.lowest, table.counts.copy()) for table in TABLES])
    assert other.encode(symbols, indexes.astype(np.uint16)) == stream
    decoded = other.decode(stream, indexes.astype(np.uint16))
    assert decoded.dtype == np.int32
    assert np.array_equal(decoded, symbols)


def test_tables_in_ascending_order_need_no_permutation() -> None:
    """The bytes are those of the general way, and so are the symbols of it."""
    random = np.random.default_rng(5)
    indexes = np.sort(random.integers(0, len(TABLES), 3000)).astype(np.uint16)
    symbols = random.integers(-40, 40, 3000).astype(np.int32)
    coder = TableCoder(TABLES)
    assert coder._group(indexes)[0] is None
    stream = coder.encode(symbols, indexes)
    group = coder._group
    coder._group = lambda found: (np.argsort(found, kind="stable"), group(found)[1])  # type: ignore[method-assign]
    assert coder.encode(symbols, indexes) == stream
    assert np.array_equal(coder.decode(stream, indexes), symbols)
    assert np.array_equal(TableCoder(TABLES).decode(stream, indexes), symbols)


def test_arrays_that_are_not_contiguous() -> None:
    symbols, indexes = (array.transpose(2, 0, 1)[::2] for array in sample((6, 8, 10)))
    assert np.array_equal(CODER.decode(CODER.encode(symbols, indexes), indexes), symbols)


anything = st.integers(LOW, HIGH) | st.integers(-30, 30) | st.sampled_from([LOW, LOW + 4, HIGH, HIGH - 4, 0])
pairs = st.lists(st.tuples(anything, st.integers(0, len(TABLES) - 1)), max_size=60)


@given(pairs)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_int32_survives(content: list[tuple[int, int]]) -> None:
    symbols = np.array([symbol for symbol, _ in content], np.int32)
    indexes = np.array([index for _, index in content], np.uint8)
    stream = CODER.encode(symbols, indexes)
    assert np.array_equal(CODER.decode(stream, indexes), symbols)


def test_every_escape_length_survives() -> None:
    distances = [
        0,
        *(sign * ((1 << bits) + off) for bits in range(32) for off in (-1, 0, 1) for sign in (1, -1)),
    ]
    symbols = np.clip(np.array(distances), LOW, HIGH).astype(np.int32)
    for index in range(len(TABLES)):
        indexes = np.full(symbols.shape, index, np.uint8)
        assert np.array_equal(CODER.decode(CODER.encode(symbols, indexes), indexes), symbols)


def test_nothing_costs_nothing() -> None:
    for shape in ((0,), (0, 3), (4, 0, 2)):
        nothing = np.zeros(shape, np.int32)
        assert CODER.encode(nothing, nothing.astype(np.uint8)) == b""
        assert CODER.decode(b"", nothing.astype(np.uint8)).shape == shape
    with pytest.raises(CorruptFile):
        CODER.decode(b"\1", np.zeros(0, np.uint8))


def test_a_single_number_without_shape() -> None:
    stream = CODER.encode(np.array(9, np.int32), np.array(4, np.uint8))
    assert CODER.decode(stream, np.array(4, np.uint8)) == 9


@pytest.mark.parametrize("count", [1, 10, 100, 1000, 10000])
def test_size_is_the_information_the_checksum_and_less_than_a_byte(count: int) -> None:
    excess = []
    for seed in range(40 if count < 10000 else 5):
        symbols, indexes = sample((count,), seed)
        ideal = information(symbols, indexes) + 16
        excess.append((len(CODER.encode(symbols, indexes)) * 8 - ideal - 0.001 * ideal) / 8)
    assert np.mean(excess) < 1
    assert max(excess) < 2


def test_every_truncation_is_noticed() -> None:
    symbols, indexes = sample((300,))
    symbols[::50] *= 100000
    stream = CODER.encode(symbols, indexes)
    for end in range(len(stream)):
        with pytest.raises(CorruptFile):
            CODER.decode(stream[:end], indexes)
    for tail in (b"\0", b"\1", b"\0\0\0\1", bytes(4), b"x" * 1000):
        with pytest.raises(CorruptFile):
            CODER.decode(stream + tail, indexes)


def test_every_flipped_bit_is_noticed() -> None:
    symbols, indexes = sample((100,))
    stream = CODER.encode(symbols, indexes)
    for bit in range(len(stream) * 8):
        flipped = bytearray(stream)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CorruptFile) as error:
            CODER.decode(bytes(flipped), indexes)
        assert error.value.part == "entropy-coded stream"


def test_damage_in_a_picture_of_zeros_is_noticed() -> None:
    """With symbols that cost almost nothing any small state decays to zero: only the checksum stands then."""
    indexes = np.zeros(100_000, np.uint8)
    stream = CODER.encode(np.zeros(indexes.shape, np.int32), indexes)
    assert len(stream) <= 4
    for bit in range(len(stream) * 8):
        flipped = bytearray(stream)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CorruptFile):
            CODER.decode(bytes(flipped), indexes)


def test_a_wrong_index_is_noticed() -> None:
    symbols, indexes = sample((500,))
    stream = CODER.encode(symbols, indexes)
    for place in range(0, 500, 5):
        wrong = indexes.copy()
        wrong[place] = (wrong[place] + 1) % len(LEVELS)
        with pytest.raises(CorruptFile):
            CODER.decode(stream, wrong)


@given(st.binary(max_size=80), st.lists(st.integers(0, len(TABLES) - 1), max_size=40))
@settings(derandomize=True, max_examples=1000, deadline=None)
def test_random_bytes_are_corrupt_or_the_stream_of_what_they_decode_to(stream: bytes, flat: list[int]) -> None:
    indexes = np.array(flat, np.uint8)
    try:
        symbols = CODER.decode(stream, indexes)
    except CorruptFile:
        return
    assert CODER.encode(symbols, indexes) == stream


def test_hostile_escapes_stay_bounded() -> None:
    """Words of ones decode to escapes without end; each costs its share of one vectorised pass."""
    indexes = np.zeros(100_000, np.uint8)
    for stream in (b"\xff" * 1_000_000, b"\xff" * 3, b"", b"\xff\xff\xff\1" * 100_000):
        with pytest.raises(CorruptFile):
            CODER.decode(stream, indexes)


def test_an_escape_beyond_int32_is_corrupt() -> None:
    indexes = np.array([0], np.uint8)
    ans = constriction.stream.stack.AnsCoder()
    for chunk in (0xFFFF, 0xFFFF):
        ans.encode_reverse(np.array([chunk], np.int32), constriction.stream.model.Uniform(1 << 16))
    ans.encode_reverse(np.array([33], np.int32), constriction.stream.model.Uniform(34))
    counts = TABLES[0].counts
    model = constriction.stream.model.Categorical(counts - 1.0, perfect=False)
    ans.encode_reverse(np.array([counts.size - 1], np.int32), model)
    with pytest.raises(CorruptFile):
        CODER.decode(ans.get_compressed().astype("<u4").tobytes().rstrip(b"\0"), indexes)


def test_constrictions_refusal_is_corrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def __init__(self, _words: np.ndarray) -> None: ...
        def decode(self, *_: object) -> None:
            raise AssertionError

    monkeypatch.setitem(TableCoder.decode.__globals__, "_Ans", Refusing)
    with pytest.raises(CorruptFile):
        CODER.decode(b"\1", np.zeros(3, np.uint8))


def test_errors_of_the_caller() -> None:
    symbols, indexes = sample((4,))
    for wrong in (indexes + np.uint8(100), indexes.astype(np.int64), indexes.astype(np.float32)):
        with pytest.raises(ValueError, match="index"):
            CODER.encode(symbols, wrong)
        with pytest.raises(ValueError, match="index"):
            CODER.decode(b"", wrong)
    with pytest.raises(ValueError, match="go with"):
        CODER.encode(symbols, indexes[:2])
    with pytest.raises(ValueError, match="go with"):
        CODER.encode(symbols.astype(np.int64), indexes)


def test_what_is_left_is_the_checksum() -> None:
    symbols = np.array([4, 5], np.int32)
    even = TableCoder([Table(4, np.array([TOTAL // 2, TOTAL // 2 - 1, 1], np.uint32))])
    stream = even.encode(symbols, np.zeros(2, np.uint8))
    words = np.frombuffer(stream + bytes(-len(stream) % 4), "<u4").astype(np.uint32)
    ans = constriction.stream.stack.AnsCoder(words)
    ans.decode(even._model(0), 2)
    assert ans.get_compressed().tolist() == [symbols_checksum(symbols)]
