"""The metrics against published numbers."""

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from hific_core import metrics
from hific_core.compare import encode_at
from hific_core.errors import WeightsDamaged, WeightsMissing
from hific_core.metrics import (
    LEAST_PATCHES,
    Lpips,
    Moments,
    distances,
    fd_alex,
    frechet_distance,
    ms_ssim,
    patch_features,
    psnr,
)

from .conftest import smooth_picture


def tensor(path: Path) -> torch.Tensor:
    pixels = np.array(Image.open(path).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


@pytest.fixture
def lpips(tiny_lpips_path: Path) -> Lpips:
    return Lpips(tiny_lpips_path)


def test_lpips_on_the_published_pair(shared: Path) -> None:
    lpips = Lpips(shared / "metrics" / "lpips_alex.npz")
    reference = tensor(shared / "metrics" / "ex_ref.png")
    for name, expected in (("ex_p0.png", 0.722), ("ex_p1.png", 0.138)):
        assert lpips(reference, tensor(shared / "metrics" / name)).item() == pytest.approx(expected, abs=5e-4)
    assert lpips(reference, reference).item() == 0.0


def test_a_quantised_picture(shared: Path) -> None:
    path = shared / "data" / "kodak" / "kodim01.png"
    pixels = np.array(Image.open(path).convert("RGB"))
    coarse = pixels // 16 * 16 + 8
    lpips = Lpips(shared / "metrics" / "lpips_alex.npz")
    found = distances(pixels, coarse, lpips)
    assert found.psnr == psnr(pixels, coarse) == pytest.approx(34.939, abs=5e-4)
    assert found.ms_ssim == ms_ssim(pixels, coarse) == pytest.approx(0.99161, abs=5e-6)
    assert found.lpips == pytest.approx(0.01234, abs=5e-6)


def test_small_pictures_have_no_ms_ssim() -> None:
    for height, width, known in ((161, 161, True), (160, 400, False), (400, 160, False), (1, 1, False)):
        pixels = smooth_picture(height, width).pixels
        found = distances(pixels, pixels, None)
        assert found == (np.inf, pytest.approx(1.0, abs=1e-6) if known else None, None)


@pytest.mark.parametrize("shape", [(31, 400), (333, 257), (250, 144)])
@pytest.mark.parametrize("part", [240, 64, 16])
def test_lpips_in_parts_is_that_of_all(
    lpips: Lpips, shape: tuple[int, int], part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = np.random.default_rng(2)
    one, two = (stream.integers(0, 256, (*shape, 3), dtype=np.uint8) for _ in range(2))
    x, y = (torch.from_numpy(each).permute(2, 0, 1)[None].float() / 255 for each in (one, two))
    monkeypatch.setattr(metrics, "_PART", part)
    shares: list[float] = []
    # parts are summed in float64, each of them convolved in float32
    assert metrics.perceptual_distance(one, two, lpips, shares.append) == pytest.approx(lpips(x, y).item(), rel=1e-6)
    assert shares == sorted(set(shares)) and len(shares) > 1 and shares[0] == 0 and shares[-1] < 1


def test_parts_of_lpips_know_how_far_alexnet_looks(lpips: Lpips, monkeypatch: pytest.MonkeyPatch) -> None:
    """With less around them parts see borders that are not there."""
    stream = np.random.default_rng(2)
    one, two = (stream.integers(0, 256, (333, 257, 3), dtype=np.uint8) for _ in range(2))
    monkeypatch.setattr(metrics, "_PART", 64)
    right = metrics.perceptual_distance(one, two, lpips)
    monkeypatch.setattr(metrics, "_AROUND", 48)
    assert metrics.perceptual_distance(one, two, lpips) != pytest.approx(right, rel=1e-6)


@pytest.mark.parametrize("shape", [(161, 161), (200, 333), (1001, 301)])
def test_ms_ssim_by_rows_is_that_of_all(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    from pytorch_msssim import ms_ssim as library_ms_ssim

    stream = np.random.default_rng(1)
    waves = np.sin(np.indices(shape)[..., None] / (9, 14, 23)).sum(0) * 50 + 128
    one = waves.astype(np.uint8)
    two = np.clip(waves + stream.normal(0, 12, (*shape, 3)), 0, 255).astype(np.uint8)
    x, y = (torch.from_numpy(each).permute(2, 0, 1)[None].float() for each in (one, two))
    expected = float(library_ms_ssim(x, y, data_range=255))
    assert 0.5 < expected < 0.99
    for values in (10**9, 5000, 1):
        monkeypatch.setattr(metrics, "_SIMILAR_AT_ONCE", values)
        shares: list[float] = []
        # sums of float32 in another order
        assert ms_ssim(one, two, shares.append) == pytest.approx(expected, abs=3e-6)
        assert shares[0] == 0 and shares == sorted(shares) and shares[-1] < 1


def test_lpips_needs_31_pixels(lpips: Lpips) -> None:
    for height, width, known in ((31, 31, True), (30, 200, False)):
        pixels = smooth_picture(height, width).pixels
        found = distances(pixels, 255 - pixels, lpips).lpips
        assert (found is not None and found > 0) == known


def test_psnr_by_rows_is_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = smooth_picture(50, 40).pixels, smooth_picture(50, 40, 1).pixels
    shares: list[float] = []
    whole = psnr(one, two)
    monkeypatch.setattr(metrics, "_VALUES_AT_ONCE", 7 * 120 + 5)
    assert psnr(one, two, shares.append) == whole
    assert whole == pytest.approx(10 * np.log10(255**2 / np.mean((one.astype(float) - two) ** 2)), abs=1e-9)
    assert shares == [row / 50 for row in range(0, 50, 7)]


def test_psnr_of_equal_pictures_is_infinite() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    assert psnr(pixels, pixels) == np.inf


def test_lpips_weights_missing_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        Lpips(tmp_path / "none.npz")
    for name, arrays in (("few.npz", {"conv0_w": np.zeros((1, 1, 1, 1))}), ("none.npz", {})):
        np.savez(tmp_path / name, **arrays)
        with pytest.raises(WeightsDamaged):
            Lpips(tmp_path / name)
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(WeightsDamaged):
        Lpips(tmp_path / "text.npz")
    np.savez(tmp_path / "whole.npz", conv0_w=np.zeros((64, 3, 11, 11)))
    data = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(data[: len(data) // 2])
    with pytest.raises(WeightsDamaged):
        Lpips(tmp_path / "cut.npz")


def test_patches_are_those_of_the_definition(lpips: Lpips) -> None:
    pixels = smooth_picture(128 + 6 * 64 + 63, 128 + 5 * 64 + 1).pixels  # 42 patches, more than one batch
    features = patch_features(lpips, pixels)
    assert features.shape == (42, lpips.heads[-1].weight.shape[1])
    top, left = 3 * 64, 4 * 64
    x = torch.from_numpy(pixels[top : top + 128, left : left + 128]).permute(2, 0, 1)[None].float() / 255
    expected = lpips.rectified(x)[-1].mean((2, 3))[0].numpy()
    np.testing.assert_allclose(features[3 * 6 + 4], expected, rtol=1e-4, atol=1e-6)
    assert patch_features(lpips, pixels[:127]).shape == (0, features.shape[1])


def test_moments_do_not_depend_on_the_portions() -> None:
    samples = np.random.default_rng(1).normal(3, 2, (1000, 5))
    moments = Moments()
    for portion in (samples[:0], samples[:1], samples[1:700], samples[700:]):
        moments.add(portion)
    assert moments.count == 1000
    np.testing.assert_allclose(moments.mean, samples.mean(axis=0))
    np.testing.assert_allclose(moments.covariance, np.cov(samples, rowvar=False))


def test_frechet_distance_where_it_is_known() -> None:
    """With diagonal covariances it is the squared distance of the means and of the standard deviations."""
    corners = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)], np.float64)  # covariance 4/3
    first, second = Moments(), Moments()
    first.add(corners * [1, 2])
    second.add(corners * [4, 3] + [5, -1])
    assert frechet_distance(first, second) == pytest.approx(25 + 1 + 4 / 3 * (9 + 1))
    assert frechet_distance(second, first) == pytest.approx(frechet_distance(first, second))
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-12)
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    turned = Moments(), Moments()
    for moments, samples in zip(turned, (corners * [1, 2], corners * [4, 3] + [5, -1]), strict=True):
        moments.add(samples @ turn)
    assert frechet_distance(*turned) == pytest.approx(frechet_distance(first, second))


def test_fd_alex_needs_a_thousand_patches() -> None:
    samples = np.random.default_rng(1).normal(0, 1, (LEAST_PATCHES, 3))
    few, enough = Moments(), Moments()
    few.add(samples[1:])
    enough.add(samples)
    assert fd_alex(few, enough) is None
    assert fd_alex(enough, few) is None
    assert fd_alex(enough, enough) == pytest.approx(0, abs=1e-9)


@pytest.mark.slow
def test_fd_alex_of_avif_on_kodak(shared: Path) -> None:
    """Published in shared/metrics/README.md: 9.3 at 0.30 bits per pixel (Pillow, speed 4, 4:2:0)."""
    lpips = Lpips(shared / "metrics" / "lpips_alex.npz")
    originals, decoded, rates = Moments(), Moments(), []
    for path in sorted((shared / "data" / "kodak").glob("*.png")):
        pixels = np.array(Image.open(path).convert("RGB"))
        number = pixels[..., 0].size
        # the steps of its quality are coarse: on average 4 % below the limit
        rival = encode_at("avif", pixels, int(0.314 * number / 8))
        rates.append(rival.size * 8 / number)
        originals.add(patch_features(lpips, pixels))
        decoded.add(patch_features(lpips, rival.pixels))
    assert originals.count == 1848
    assert np.mean(rates) == pytest.approx(0.30, abs=0.005)
    assert fd_alex(originals, decoded) == pytest.approx(9.3, abs=0.2)


def test_ssimulacra2_is_that_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its function gets are the pictures, the original first."""
    seen = []

    def stand_in(original: Any, distorted: Any) -> float:
        seen.append([np.array(Image.open(file)) for file in (original, distorted)])
        return 41.5

    monkeypatch.setitem(sys.modules, "ssimulacra2", types.SimpleNamespace(compute_ssimulacra2=stand_in))
    original, other = np.random.default_rng(7).integers(0, 256, (2, 9, 8, 3), np.uint8)
    assert metrics.ssimulacra2(original, other) == 41.5
    assert np.array_equal(seen[0][0], original) and np.array_equal(seen[0][1], other)
    assert metrics.ssimulacra2(original[:7], other[:7]) is None, "it looks at 8 pixels"
    large = np.zeros((2001, 2000, 3), np.uint8)
    assert metrics.ssimulacra2(large, large) is None, "it would take gigabytes"
    monkeypatch.setitem(sys.modules, "ssimulacra2", None)
    assert metrics.ssimulacra2(original, other) is None
    assert len(seen) == 1


def test_ssimulacra2_of_known_losses() -> None:
    pytest.importorskip("ssimulacra2", reason="the package ssimulacra2 is not installed")
    ramp = np.indices((64, 64)).sum(0).astype(np.uint8)[..., None].repeat(3, 2)
    noise = np.random.default_rng(1).normal(0, 1, ramp.shape)
    scores = [
        metrics.ssimulacra2(ramp, np.clip(ramp + strength * noise, 0, 255).astype(np.uint8)) for strength in (0, 2, 9)
    ]
    assert scores[0] == pytest.approx(100)
    assert scores[0] > scores[1] > scores[2]
