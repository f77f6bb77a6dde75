"""What is measured: all of a picture, by LPIPS the middle of large ones; stopped between."""

from pathlib import Path

import numpy as np
import pytest

from app.jobs import Focus, Side
from app.layers import Layer, Region
from app.service import beside, painting
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


def test_another_codec_s_picture_is_as_transparent_as_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "_SMALL", 0)
    alpha = Layer.of(np.full((300, 620), 7, np.uint8))
    original = Side("a", Layer.of(smooth_picture(300, 620).pixels, alpha))
    focus, told = Focus(), list[Side]()
    focus.region = Region(0, 0, 100, 100)
    found = beside.rival("jpeg", original, 9000, focus, lambda stage, share: None, told.append)
    assert [side.layer.alpha for side in (*told, found)] == [alpha, alpha] and found.layer.complete


def test_numbers_are_those_of_eval() -> None:
    one, two = sides()
    found = beside.measure(one, two, lambda stage, share: None)
    expected = metrics.distances(one.layer.pixels, two.layer.pixels, None)
    assert found.psnr == pytest.approx(expected.psnr, abs=1e-9)
    assert (found.ms_ssim, found.lpips, found.lpips_missing, found.part) == (expected.ms_ssim, None, True, "")


def test_what_nobody_sees_does_not_count(tiny_lpips_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tiny_lpips_path)
    one, two = (side.layer.pixels.copy() for side in sides())
    alpha = np.full(one.shape[:2], 255, np.uint8)
    alpha[:, :200] = 0
    layer = Layer.of(alpha)
    plain = beside.measure(Side("a", Layer.of(one, layer)), Side("b", Layer.of(two, layer)), lambda stage, share: None)
    assert np.isfinite(plain.psnr)
    one[:, :200], two[:, :200] = 0, 255
    wild = beside.measure(Side("a", Layer.of(one, layer)), Side("b", Layer.of(two, layer)), lambda stage, share: None)
    assert wild == plain
    two[:, 200:] = one[:, 200:]
    same = beside.measure(Side("a", Layer.of(one, layer)), Side("b", Layer.of(two, layer)), lambda stage, share: None)
    assert same.psnr == float("inf")


def test_lpips_sees_the_middle_of_a_large_picture(monkeypatch: pytest.MonkeyPatch, tiny_lpips_path: Path) -> None:
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tiny_lpips_path)
    monkeypatch.setattr(beside, "MEASURED", 200)
    one, two = sides()
    found = beside.measure(one, two, lambda stage, share: None)
    pixels = one.layer.pixels, two.layer.pixels
    middle = [np.ascontiguousarray(each[50:250, 110:310]) for each in pixels]
    assert found.lpips == metrics.perceptual_distance(*middle, metrics.Lpips(tiny_lpips_path))
    assert (found.part, found.lpips_missing) == ("middle 200 × 200", False)
    assert found.ms_ssim == metrics.ms_ssim(*pixels)
    assert found.psnr == pytest.approx(metrics.psnr(*pixels), abs=1e-9)


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
