"""The metrics against published numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hific_core.errors import WeightsDamaged, WeightsMissing
from hific_core.metrics import Lpips, psnr


def tensor(path: Path) -> torch.Tensor:
    pixels = np.array(Image.open(path).convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255


def test_lpips_on_the_published_pair(shared: Path) -> None:
    lpips = Lpips(shared / "metrics" / "lpips_alex.npz")
    reference = tensor(shared / "metrics" / "ex_ref.png")
    for name, expected in (("ex_p0.png", 0.722), ("ex_p1.png", 0.138)):
        assert lpips(reference, tensor(shared / "metrics" / name)).item() == pytest.approx(expected, abs=5e-4)
    assert lpips(reference, reference).item() == 0.0


def test_psnr_and_lpips_of_a_quantised_picture(shared: Path) -> None:
    path = shared / "data" / "kodak" / "kodim01.png"
    pixels = np.array(Image.open(path).convert("RGB"))
    coarse = pixels // 16 * 16 + 8
    assert psnr(pixels, coarse) == pytest.approx(34.939, abs=5e-4)
    lpips = Lpips(shared / "metrics" / "lpips_alex.npz")
    other = torch.from_numpy(coarse).permute(2, 0, 1)[None].float() / 255
    assert lpips(tensor(path), other).item() == pytest.approx(0.01234, abs=5e-6)


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
