"""What is known of a picture, at every level, in memory and on disk."""

from pathlib import Path

import numpy as np
import pytest

from app import layers
from app.layers import CELL, UNKNOWN, Layer, Region, regions


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def test_levels_are_means_of_four() -> None:
    pixels = noise(601, 1024)
    layer = Layer.of(pixels)
    assert [level.shape[:2] for level in layer.levels] == [(601, 1024), (300, 512), (150, 256)]
    assert layer.pixels is pixels and layer.complete
    mean = pixels[10:12, 20:22].astype(float).mean((0, 1))
    assert np.abs(layer.levels[1][5, 10] - mean).max() <= 0.5


def test_a_line_of_pixels_has_levels_as_long_as_it_can() -> None:
    assert len(Layer.of(np.zeros((1, 5000, 3), np.uint8)).levels) == 1


@pytest.mark.parametrize("side", [CELL, 3 * CELL])
def test_a_picture_that_came_in_parts_is_that_which_came_at_once(side: int) -> None:
    pixels = noise(1037, 1555)
    layer = Layer(1037, 1555)
    parts = regions(1037, 1555, side)
    assert sum(part.height * part.width for part in parts) == 1037 * 1555
    for number, part in enumerate(reversed(parts), start=1):
        assert not layer.complete
        layer.put(part, pixels[part.slices])
        assert layer.version == number
    assert layer.complete
    for found, expected in zip(layer.levels, Layer.of(pixels).levels, strict=True):
        assert np.array_equal(found, expected)


def test_what_lies_under_the_transparency_does_not_bleed_into_smaller_copies() -> None:
    red, hidden, alpha = (200, 10, 30), (0, 0, 0), np.zeros((600, 800), np.uint8)
    alpha[:301, :401] = 255
    alpha[301:310] = 51
    pixels = np.where(alpha[..., None] > 0, np.uint8(red), np.uint8(hidden))
    pixels[400:, 500:] = 99
    seen = Layer.of(alpha)
    layer = Layer(600, 800, seen)
    for region in regions(600, 800, CELL):
        layer.put(region, pixels[region.slices])
    whole = Layer.of(pixels, seen)
    assert [level.shape for level in seen.levels] == [(600, 800), (300, 400), (150, 200)]
    for level in (1, 2):
        covered = seen.levels[level] > 0
        assert 0 < (seen.levels[level] == 255).sum() < covered.sum() < covered.size
        assert (whole.levels[level][covered] == red).all()
        assert np.array_equal(whole.levels[level], layer.levels[level])
    assert (whole.levels[2][110:, 130:] == 99).all(), "a mean of what is all transparent"
    opaque = Layer.of(np.full((600, 800), 255, np.uint8))
    for found, expected in zip(Layer.of(pixels, opaque).levels, Layer.of(pixels).levels, strict=True):
        assert np.array_equal(found, expected)


def test_what_is_not_known_is_grey_or_what_is_behind() -> None:
    pixels, before = noise(700, 800), noise(700, 800, 1)
    layer = Layer(700, 800)
    layer.put(Region(CELL, CELL, CELL, CELL), pixels[CELL : 2 * CELL, CELL : 2 * CELL])
    rows, columns = slice(100, 600), slice(10, 700)
    expected = np.full((700, 800, 3), UNKNOWN, np.uint8)
    expected[CELL : 2 * CELL, CELL : 2 * CELL] = pixels[CELL : 2 * CELL, CELL : 2 * CELL]
    assert np.array_equal(layer.cut(0, rows, columns), expected[rows, columns])
    behind = Layer.of(before)
    expected = before.copy()
    expected[CELL : 2 * CELL, CELL : 2 * CELL] = pixels[CELL : 2 * CELL, CELL : 2 * CELL]
    assert np.array_equal(layer.cut(0, rows, columns, behind), expected[rows, columns])
    half = Layer.of(expected).levels[1]
    assert np.array_equal(layer.cut(1, slice(0, 350), slice(0, 400), behind), half)


def test_large_pictures_lie_in_a_file_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "IN_MEMORY", 500_000)
    monkeypatch.setattr(layers, "scratch_folder", lambda: tmp_path / "scratch")
    pixels = noise(800, 1000)
    layer = Layer(800, 1000)
    assert isinstance(layer.pixels, np.memmap) and not isinstance(layer.levels[1], np.memmap)
    layer.put(Region(0, 0, 800, 1000), pixels)
    assert np.array_equal(layer.pixels, pixels)
    assert list((tmp_path / "scratch").iterdir()) == []
    assert isinstance(layers.on_disk(pixels), np.memmap) and layers.on_disk(pixels[:9]).base is pixels


def test_regions_grow_to_multiples_inside_the_picture() -> None:
    assert Region(70, 500, 100, 100).grown(64, 10, 200, 640) == Region(0, 448, 192, 192)
    assert Region(150, 500, 100, 200).grown(64, 0, 200, 640) == Region(128, 448, 72, 192)
    assert Region(0, 0, 10, 10).meets(Region(9, 9, 5, 5)) and not Region(0, 0, 10, 10).meets(Region(10, 0, 5, 5))
