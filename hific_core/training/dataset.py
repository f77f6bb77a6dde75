"""Crops of photographs, decoded once and kept in memory."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from hific_core.errors import UnreadableImage


class Crops:
    """Random crops; which, is a function of (seed, step, index of the sample in the batch) alone."""

    def __init__(self, folder: Path, crop: int, seed: int) -> None:
        """Raises UnreadableImage when the folder holds no picture of at least `crop` pixels a side."""
        self.crop, self.seed = crop, seed
        self.pictures = [picture for path in sorted(folder.rglob("*")) if (picture := _read(path, crop)) is not None]
        if not self.pictures:
            raise UnreadableImage(f"{folder} holds no picture of at least {crop} x {crop} pixels; name another folder.")

    def batch(self, step: int, size: int) -> Tensor:
        """float32 (size, 3, crop, crop) in [0, 1]."""
        return torch.stack([self._sample(step, index) for index in range(size)])

    def _sample(self, step: int, index: int) -> Tensor:
        random = np.random.default_rng([self.seed, step, index])
        picture = self.pictures[random.integers(len(self.pictures))]
        # A third of the crops is taken at half size: finer texture, as in pictures from larger cameras.
        half = random.random() < 1 / 3 and min(picture.shape[:2]) >= 2 * self.crop
        side = self.crop * (2 if half else 1)
        top, left = (int(random.integers(length - side + 1)) for length in picture.shape[:2])
        patch = torch.from_numpy(picture[top : top + side, left : left + side]).permute(2, 0, 1).float() / 255
        if half:
            patch = torch.nn.functional.avg_pool2d(patch, 2)
        return patch.flip(2) if random.random() < 0.5 else patch


def _read(path: Path, crop: int) -> np.ndarray | None:
    try:
        with Image.open(path) as image:
            pixels = np.array(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    return pixels if min(pixels.shape[:2]) >= crop else None
