"""What is measured: PSNR of all, the others of the middle of large pictures; stopped between."""

import numpy as np
import pytest

from app.jobs import Side
from app.layers import Layer
from app.service import beside
from app.worker import Stopped
from hific_core import lpips_weights, metrics
from tests.conftest import smooth_picture


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "none")  # type: ignore[operator]


def sides() -> tuple[Side, Side]:
    pixels = smooth_picture(300, 420).pixels
    other = np.clip(pixels.astype(int) + np.random.default_rng(0).integers(-9, 10, pixels.shape), 0, 255)
    return Side("a", Layer.of(pixels)), Side("b", Layer.of(other.astype(np.uint8)))


def test_numbers_are_those_of_eval() -> None:
    one, two = sides()
    found = beside.measure(one, two, lambda stage, share: None)
    expected = metrics.distances(one.layer.pixels, two.layer.pixels, None)
    assert found.psnr == pytest.approx(expected.psnr, abs=1e-9)
    assert (found.ms_ssim, found.lpips, found.lpips_missing, found.part) == (expected.ms_ssim, None, True, "")


def test_the_middle_of_a_large_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "MEASURED", 200)
    one, two = sides()
    found = beside.measure(one, two, lambda stage, share: None)
    rows, columns = slice(50, 250), slice(110, 310)
    assert found.ms_ssim == metrics.ms_ssim(one.layer.pixels[rows, columns], two.layer.pixels[rows, columns])
    assert found.psnr == pytest.approx(metrics.psnr(one.layer.pixels, two.layer.pixels), abs=1e-9)
    assert found.part == "middle 200 × 200"


def test_equal_pictures_are_not_apart() -> None:
    one, _ = sides()
    assert beside.measure(one, one, lambda stage, share: None).psnr == float("inf")


def test_measuring_can_be_stopped() -> None:
    one, two = sides()

    def stop(stage: str, share: float) -> None:
        if share > 0.1:
            raise Stopped

    with pytest.raises(Stopped):
        beside.measure(one, two, stop)
