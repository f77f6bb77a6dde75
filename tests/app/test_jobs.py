from pathlib import Path

import numpy as np

from app.jobs import Compressed, pyramid


def test_levels_are_means_of_four() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (601, 1024, 3), np.uint8)
    levels = pyramid(pixels)
    assert [level.shape[:2] for level in levels] == [(601, 1024), (300, 512), (150, 256)]
    assert levels[0] is pixels
    mean = pixels[10:12, 20:22].astype(float).mean((0, 1))
    assert np.abs(levels[1][5, 10] - mean).max() <= 0.5


def test_a_line_of_pixels_has_levels_as_long_as_it_can() -> None:
    assert len(pyramid(np.zeros((1, 5000, 3), np.uint8))) == 1


def test_rates() -> None:
    done = Compressed(Path("a"), Path("b"), 100, 80, 4000, 1000, 1.0)
    assert (done.bits_per_pixel, done.saving) == (1.0, 0.75)
