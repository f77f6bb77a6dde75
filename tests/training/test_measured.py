"""Tables of a histogram: exact, symmetric, whole, smaller where symbols are not what was assumed."""

from pathlib import Path

import numpy as np
import pytest

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.entropy.coder import TableCoder
from hific_core.entropy.tables import TOTAL, Table, gaussian_table, scale_levels
from hific_core.errors import UnsupportedByModel
from hific_core.models.weights import Prepared, read_model, write_model
from hific_core.pixels.picture import Picture
from hific_core.training import export, measured
from tests.conftest import smooth_picture, tiny_network

from .conftest import tiny_settings

GAUSSIANS = [gaussian_table(scale) for scale in scale_levels(6, 0.2, 6.0)]
REACH = max(table.highest for table in GAUSSIANS)


def laplacian(seed: int, number: int = 30_000) -> tuple[np.ndarray, np.ndarray]:
    """Symbols, int32, of Laplacians with the standard deviations of the levels, and their levels, uint8."""
    random = np.random.default_rng(seed)
    indexes = random.integers(0, len(GAUSSIANS), number).astype(np.uint8)
    scales = np.array([float(scale) for scale in scale_levels(6, 0.2, 6.0)])
    return np.rint(random.laplace(0, scales[indexes] / np.sqrt(2))).astype(np.int32), indexes


def counted(symbols: np.ndarray, indexes: np.ndarray, levels: int, reach: int) -> np.ndarray:
    """A histogram, symbol by symbol."""
    found = np.zeros((levels, 2 * reach + 3), np.int64)
    for symbol, index in zip(symbols.reshape(-1).tolist(), indexes.reshape(-1).tolist(), strict=True):
        found[index, min(max(symbol, -reach - 1), reach + 1) + reach + 1] += 1
    return found


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return measured.measured_tables(GAUSSIANS, counted(*laplacian(0), len(GAUSSIANS), REACH))


def test_laplacian_symbols_take_fewer_bytes(tables: list[Table]) -> None:
    symbols, indexes = laplacian(1)
    before = TableCoder(GAUSSIANS).encode(symbols, indexes)
    after = TableCoder(tables).encode(symbols, indexes)
    assert len(after) < 0.98 * len(before)
    assert np.array_equal(TableCoder(tables).decode(after, indexes), symbols)


def test_tables_are_whole_and_symmetric(tables: list[Table]) -> None:
    for table, assumed in zip(tables, GAUSSIANS, strict=True):
        assert (table.lowest, table.counts.size) == (assumed.lowest, assumed.counts.size)
        assert table.counts.sum(dtype=np.int64) == TOTAL
        assert table.counts.min() >= 1
        assert np.array_equal(table.counts[:-1], table.counts[-2::-1])


def test_what_was_not_seen_stays_as_it_was_assumed() -> None:
    counts = np.zeros((len(GAUSSIANS), 2 * REACH + 3), np.int64)
    counts[3, REACH + 1] = 1000
    found = measured.measured_tables(GAUSSIANS, counts)
    for level, (table, assumed) in enumerate(zip(found, GAUSSIANS, strict=True)):
        assert np.array_equal(table.counts, assumed.counts) == (level != 3)


def test_counts_are_shares_in_exact_numbers() -> None:
    """Of 2^24, with the pseudo-counts of the Gaussian: what Python's integers say, to one unit of rounding."""
    assumed, seen = GAUSSIANS[0], [0] * (2 * REACH + 3)
    centre = REACH + 1
    seen[centre], seen[centre + 1], seen[centre - 1], seen[-1], seen[0] = 70, 7, 2, 1, 3
    table = measured.measured_table(assumed, seen)
    middle, weight = assumed.highest, 83 + measured.PSEUDO_COUNTS
    for place, number in ((middle, 70), (middle + 1, 4.5), (middle - 1, 4.5), (-1, 4)):
        share = (number * TOTAL + measured.PSEUDO_COUNTS * int(assumed.counts[place])) / weight
        assert abs(int(table.counts[place]) - share) <= 1


def test_symbols_far_outside_survive(tables: list[Table]) -> None:
    limits = np.iinfo(np.int32)
    symbols = np.array([0, limits.max, REACH + 1, -REACH - 1, limits.min, 1] * len(tables), np.int32)
    indexes = np.repeat(np.arange(len(tables), dtype=np.uint8), 6)
    coder = TableCoder(tables)
    assert np.array_equal(coder.decode(coder.encode(symbols, indexes), indexes), symbols)


@pytest.mark.parametrize(("codec", "qualities"), [("tiny_codec", measured.QUALITIES), ("tiny_hific_codec", (500,))])
@pytest.mark.parametrize("reach", [1, 40])
def test_a_histogram_counts_every_symbol(
    codec: str, qualities: tuple[int, ...], reach: int, request: pytest.FixtureRequest
) -> None:
    model: Codec = request.getfixturevalue(codec)
    pictures = [smooth_picture(70, 90, 1), smooth_picture(33, 40, 2)]
    found = measured.histogram(model, iter(pictures), reach)
    expected = np.zeros_like(found)
    levels = model.model.twin.levels
    for picture in pictures:
        for quality in qualities:
            z_hat, symbols = model.encode(picture, quality).symbols
            indexes = model.model.twin.indexes(z_hat, quality // 8 if len(qualities) > 1 else None)
            inside = indexes[:, : symbols.shape[1], : symbols.shape[2]]
            expected += counted(symbols, inside, levels, reach)
    assert np.array_equal(found, expected)
    assert (found[:, [0, -1]].sum() > 0) == (reach == 1)
    assert len(np.flatnonzero(found.sum(axis=1))) > 5


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    random = np.random.default_rng(5)
    noise = Picture(random.integers(0, 256, (96, 112, 3), np.uint8))
    return [smooth_picture(160, 128, 3), noise]


@pytest.fixture(scope="module")
def before() -> Prepared:
    return export.prepared(tiny_settings("lite"), tiny_network().state_dict(), "before", 24)


@pytest.fixture(scope="module")
def after(before: Prepared, pictures: list[Picture]) -> Prepared:
    return measured.with_measured_tables(before, export.codec_of(before), pictures)


def test_a_model_with_measured_tables(
    before: Prepared, after: Prepared, pictures: list[Picture], tmp_path: Path
) -> None:
    path = tmp_path / "after.safetensors"
    write_model(path, after)
    codec, plain = Codec(read_model(path, choose_runtime("cpu", "float32"))), export.codec_of(before)
    assert after.card.entropy_fingerprint != before.card.entropy_fingerprint
    assert after.card.generator_fingerprint == before.card.generator_fingerprint
    for quality in measured.QUALITIES:
        sizes = []
        for picture in pictures:
            encoded, other = codec.encode(picture, quality), plain.encode(picture, quality)
            decoded, _ = codec.decode_symbols(encoded.file)
            for kind in ("hyperlatents", "latents"):
                assert np.array_equal(getattr(decoded, kind), getattr(other.symbols, kind))
            assert encoded.estimated_bits == other.estimated_bits
            sizes.append((len(encoded.file.pack()), len(other.file.pack())))
        smaller, larger = (sum(side) for side in zip(*sizes, strict=True))
        assert smaller < larger


def test_only_the_tables_of_latents_change(before: Prepared, after: Prepared) -> None:
    changed = {name for name in before.tables if not np.array_equal(before.tables[name], after.tables[name])}
    assert changed == {"scale.counts"}
    assert all(before.tables[name].dtype == after.tables[name].dtype for name in before.tables)
    assert after.twin is before.twin and after.weights is before.weights


def test_at_most_so_many_and_evenly() -> None:
    names = [str(number) for number in range(10)]
    assert measured.evenly(names, 4) == ["0", "2", "5", "7"]
    assert measured.evenly(names, 10) == measured.evenly(names) == names
    assert measured.evenly([], 4) == []


def test_other_latents_than_gaussian_ones_are_refused() -> None:
    mixture, logistic = {"mixture": 2}, {"likelihood": "logistic"}
    for network in (mixture, logistic):
        with pytest.raises(UnsupportedByModel, match="--tables-on"):
            measured.check_measurable("hific", network)
    measured.check_measurable("hific", {"likelihood": "gaussian"})
    measured.check_measurable("lite", {})
