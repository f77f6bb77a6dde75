"""The original's two coders, decoded: known answers of its own code, every value, and nothing but CorruptFile."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hific_core.entropy.original_coder import OriginalCoder, OriginalTable, table_of_masses
from hific_core.errors import CorruptFile
from hific_core.models import original_tables

from ..original_files import encode

# What the original's own encoders made of these, with its logistic tables.
INDEXES = np.array([[[3, 0, 20], [7, 7, 1]], [[0, 12, 30], [5, 2, 2]]])
SYMBOLS = np.array([[[1, -700, 4], [0, -2, 90000]], [[0, 5, -20], [-1, 3, 1]]], np.int32)
SCALAR = bytes.fromhex("27a103003bfa0242535774f2c5f19bd3d2ac34d440027e58")
VECTORISED = bytes.fromhex("c52e7d020b00000051feb0c6e6116eaa0000230255a9f0ad40027e58c5cccc00")
CUT = np.array([[[1, -4, 4], [0, -2, 8]], [[0, 5, -20], [-1, 3, 1]]], np.int32)


@pytest.fixture(scope="module")
def tables() -> list[OriginalTable]:
    return [table_of_masses(*masses) for masses in original_tables.latent_masses("logistic")]


@pytest.fixture(scope="module")
def coder(tables: list[OriginalTable]) -> OriginalCoder:
    return OriginalCoder(tables)


def test_known_answers_of_the_original(coder: OriginalCoder, tables: list[OriginalTable]) -> None:
    """Both decoders, the vectorised one with the four bits that the original leaves of -700 and 90000."""
    scalar = coder.decode(SCALAR, INDEXES, vectorised=False)
    assert (scalar.symbols.dtype, scalar.cut) == (np.int32, 0)
    assert np.array_equal(scalar.symbols, SYMBOLS)
    vectorised = coder.decode(VECTORISED, INDEXES, vectorised=True)
    assert np.array_equal(vectorised.symbols, CUT)
    assert vectorised.cut == 2
    # the tests' own encoder is the original's, too
    assert encode(tables, SYMBOLS, INDEXES, False) == SCALAR
    assert encode(tables, SYMBOLS, INDEXES, True) == VECTORISED


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_every_symbol_comes_back(seed: int, channels: int, height: int, width: int, vectorised: bool) -> None:
    """The scalar coder keeps any value of 31 bits, the vectorised one what lies up to 7 beyond its table."""
    random = np.random.default_rng(seed)
    tables = [table_of_masses(*masses) for masses in original_tables.latent_masses("gaussian")[:20]]
    indexes = random.integers(0, 20, (channels, height, width))
    lowest = np.array([table.lowest for table in tables])[indexes]
    highest = np.array([table.lowest + table.cumulative.size - 3 for table in tables])[indexes]
    beyond = 7 if vectorised else int(random.choice([7, 2**10, 2**29]))
    symbols = random.integers(lowest - beyond, highest + beyond + 1).astype(np.int32)
    stream = encode(tables, symbols, indexes, vectorised)
    found = OriginalCoder(tables).decode(stream, indexes, vectorised=vectorised)
    assert np.array_equal(found.symbols, symbols)
    assert found.cut == 0


@pytest.mark.parametrize("vectorised", [False, True])
def test_a_change_shows_at_the_end(vectorised: bool, coder: OriginalCoder, tables: list[OriginalTable]) -> None:
    """Another byte, index or length of a stream without outliers, whose nibbles may be any."""
    random = np.random.default_rng(4)
    indexes = random.integers(0, 30, (3, 4, 5))
    symbols = random.integers(-2, 3, (3, 4, 5)).astype(np.int32)
    symbols[indexes < 12] = 0
    stream = encode(tables, symbols, indexes, vectorised)
    damaged = [stream[:-4], stream + b"\0\0\0\0", b"", stream[:4]]
    damaged += [stream[:i] + bytes([stream[i] ^ 1 << i % 8]) + stream[i + 1 :] for i in range(len(stream))]
    for data in damaged:
        with pytest.raises(CorruptFile):
            coder.decode(data, indexes, vectorised=vectorised)
    for place in np.ndindex(*indexes.shape):
        other = indexes.copy()
        other[place] += 1
        with pytest.raises(CorruptFile):
            coder.decode(stream, other, vectorised=vectorised)
    with pytest.raises(CorruptFile):
        coder.decode(stream, indexes, vectorised=not vectorised)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.booleans(), st.integers(0, 63))
def test_random_bytes_are_corrupt(data: bytes, vectorised: bool, index: int) -> None:
    tables = [table_of_masses(*original_tables.latent_masses("logistic")[index])]
    with pytest.raises(CorruptFile):
        OriginalCoder(tables).decode(data[: len(data) // 4 * 4], np.zeros((2, 3, 3), int), vectorised=vectorised)


def test_empty_counts_take_from_the_smallest() -> None:
    masses = np.array([0.5, 1e-9, 0.25, 1e-9, 0.25, 0.0], np.float32)
    table = table_of_masses(-2, masses)
    assert table.lowest == -2
    counts = np.diff(table.cumulative)
    # the first of the two smallest gives all three
    assert counts.tolist() == [32768, 1, 16381, 1, 16384, 1]


def test_what_is_no_mass() -> None:
    for masses in ([0.5], [0.5, -0.1], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]):
        with pytest.raises(ValueError, match="masses must"):
            table_of_masses(0, np.array(masses, np.float32))
    with pytest.raises(ValueError, match="masses must be float32"):
        table_of_masses(0, np.array([0.5, 0.5]))
    with pytest.raises(ValueError, match="more symbols than counts"):
        table_of_masses(0, np.ones(70000, np.float32))


def test_least_bits(coder: OriginalCoder, tables: list[OriginalTable]) -> None:
    numbers = [0] * 64
    numbers[0], numbers[63] = 1000, 10
    largest = [int(np.diff(tables[index].cumulative).max()) for index in (0, 63)]
    expected = 1000 * (16 - np.log2(largest[0])) + 10 * (16 - np.log2(largest[1]))
    assert coder.least_bits(numbers) == pytest.approx(expected)
