"""Crops: reproducible, of the right size, never from pictures that are too small or broken."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hific_core.errors import UnreadableImage
from hific_core.training.dataset import Crops


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for number in range(3):
        pixels = random.integers(0, 256, (140, 200 + number, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    Image.fromarray(np.zeros((20, 200, 3), np.uint8)).save(tmp_path / "small.png")
    (tmp_path / "text.jpg").write_text("no picture")
    return tmp_path


def test_small_and_broken_pictures_are_left_out(folder: Path) -> None:
    assert len(Crops(folder, 64, 0).pictures) == 3


def test_a_batch_is_a_function_of_seed_step_and_index(folder: Path) -> None:
    crops = Crops(folder, 64, seed=5)
    first = crops.batch(7, 4)
    assert first.shape == (4, 3, 64, 64)
    assert 0 <= first.min() < first.max() <= 1
    assert torch.equal(Crops(folder, 64, seed=5).batch(7, 2), first[:2])
    assert not torch.equal(crops.batch(8, 4), first)
    assert not torch.equal(Crops(folder, 64, seed=6).batch(7, 4), first)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match="64 x 64"):
        Crops(tmp_path, 64, 0)
