from pathlib import Path

from app.jobs import Compressed


def test_rates() -> None:
    done = Compressed(Path("a"), Path("b"), 100, 80, 4000, 1000, 1.0)
    assert (done.bits_per_pixel, done.saving) == (1.0, 0.75)
