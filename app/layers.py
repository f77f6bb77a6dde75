"""A picture as far as it is known, with smaller copies for zooming out; on disk where it is large."""

import contextlib
import math
import os
import tempfile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.paths import scratch_folder

Pixels = NDArray[np.uint8]
"""(H, W, 3), or (H, W) of a transparency."""
CELL = 256
"""What becomes known becomes so in squares of this side."""
IN_MEMORY = 48_000_000
"""Pixels of the largest picture that is held in memory; larger ones lie in a file that is gone with the program."""
UNKNOWN = 96
"""The grey where nothing is known yet: the surround's."""
_SMALLEST = 256


class Region(NamedTuple):
    """A part of a picture, in its pixels; may be empty."""

    top: int
    left: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def meets(self, other: "Region") -> bool:
        """Whether they share a pixel."""
        return (
            self.top < other.top + other.height
            and other.top < self.top + self.height
            and self.left < other.left + other.width
            and other.left < self.left + self.width
        )

    def grown(self, multiple: int, margin: int, height: int, width: int) -> "Region":
        """With a margin, out to multiples, clipped to a picture of `height` x `width`."""
        top = max(self.top - margin, 0) // multiple * multiple
        left = max(self.left - margin, 0) // multiple * multiple
        bottom = min(-(-(self.top + self.height + margin) // multiple) * multiple, height)
        right = min(-(-(self.left + self.width + margin) // multiple) * multiple, width)
        return Region(top, left, max(bottom - top, 0), max(right - left, 0))


def regions(height: int, width: int, side: int) -> list[Region]:
    """A picture cut into squares, row by row."""
    return [
        Region(top, left, min(side, height - top), min(side, width - left))
        for top in range(0, height, side)
        for left in range(0, width, side)
    ]


class Layer:
    """One side of a comparison. A worker puts pixels in while the window reads: a cell is known once it is whole."""

    def __init__(self, height: int, width: int, alpha: "Layer | None" = None) -> None:
        """Nothing is known but the transparency. Raises OSError where there is no room on the disk."""
        self._start(_empty(height, width, 3), alpha)
        self._known = np.zeros((-(-height // CELL), -(-width // CELL)), bool)

    @classmethod
    def of(cls, pixels: Pixels, alpha: "Layer | None" = None) -> "Layer":
        """A picture, or the (H, W) of a transparency, that is known; its array is not copied."""
        layer = cls.__new__(cls)
        layer._start(pixels, alpha)
        height, width = layer.size
        layer._known = np.ones((-(-height // CELL), -(-width // CELL)), bool)
        for region in regions(height, width, 8 * CELL):
            layer._reduce(region)
        return layer

    def _start(self, pixels: Pixels, alpha: "Layer | None") -> None:
        self.version = 0
        """Grows with every change."""
        self.alpha = alpha
        """How opaque each pixel is, at the same levels; None where all are. Both sides may have the same one."""
        levels = [pixels]
        while max(levels[-1].shape[:2]) > _SMALLEST and min(levels[-1].shape[:2]) >= 2:
            levels.append(_empty(levels[-1].shape[0] // 2, levels[-1].shape[1] // 2, *pixels.shape[2:]))
        self.levels = tuple(levels)

    @property
    def pixels(self) -> Pixels:
        """All of them, known or not."""
        return self.levels[0]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def complete(self) -> bool:
        """Whether every pixel is known."""
        return bool(self._known.all())

    def level(self, scale: float) -> int:
        """How often the picture is halved to be shown at `scale`."""
        wanted = max(0, math.floor(-math.log2(scale))) if scale < 1 else 0
        return min(wanted, len(self.levels) - 1)

    def put(self, region: Region, pixels: Pixels) -> None:
        """Makes a region known, whose sides lie on borders of cells or of the picture."""
        self.pixels[region.slices] = pixels
        self._reduce(region)
        rows, columns = (
            slice(first // CELL, -(-(first + length) // CELL))
            for first, length in ((region.top, region.height), (region.left, region.width))
        )
        self._known[rows, columns] = True
        self.version += 1

    def _reduce(self, region: Region) -> None:
        """Each pixel of a smaller copy is the mean of four, of which transparent ones say nothing."""
        top, left, bottom, right = region.top, region.left, region.top + region.height, region.left + region.width
        for level, (fine, coarse) in enumerate(zip(self.levels, self.levels[1:], strict=False)):
            top, left, bottom, right = top // 2, left // 2, bottom // 2, right // 2
            part = slice(2 * top, 2 * bottom), slice(2 * left, 2 * right)
            weights = None if self.alpha is None else self.alpha.levels[level][part]
            coarse[top:bottom, left:right] = _mean(fine[part], weights)

    def cut(self, level: int, rows: slice, columns: slice, behind: "Layer | None" = None) -> Pixels:
        """A part of a level; what is not known comes from `behind`, of the same size, or is grey."""
        found = self.levels[level][rows, columns]
        cell = CELL >> level
        down, across = (np.arange(part.start, part.stop) // max(cell, 1) for part in (rows, columns))
        known = self._known[
            np.minimum(down, self._known.shape[0] - 1)[:, None], np.minimum(across, self._known.shape[1] - 1)
        ]
        if known.all():
            return found
        if behind is None:
            return np.where(known[..., None], found, np.uint8(UNKNOWN))
        return np.where(known[..., None], found, behind.cut(level, rows, columns))


_QUARTERS = tuple((slice(down, None, 2), slice(across, None, 2)) for down in (0, 1) for across in (0, 1))


def _mean(fine: Pixels, weights: Pixels | None) -> NDArray[np.uint16]:
    """Of each two by two pixels; the plain one where all four weigh nothing."""
    total = fine[_QUARTERS[0]].astype(np.uint16)
    for quarter in _QUARTERS[1:]:
        total += fine[quarter]
    total += 2
    total >>= 2
    if weights is None or weights.min() == 255:
        return total
    heavy, weight = np.zeros(total.shape, np.uint32), np.zeros(total.shape[:2], np.uint16)
    for quarter in _QUARTERS:
        heavy += fine[quarter] * weights[quarter].astype(np.uint16)[..., None]  # 255 x 255 has room
        weight += weights[quarter]
    heavy += weight[..., None] // 2
    heavy //= np.maximum(weight, 1)[..., None]
    np.copyto(total, heavy, where=weight[..., None] > 0, casting="same_kind")
    return total


def _empty(height: int, width: int, *channels: int) -> Pixels:
    """uint8 (height, width) and channels, in memory or, where it is large, in a file without a name."""
    shape = height, width, *channels
    if height * width <= IN_MEMORY:
        return np.zeros(shape, np.uint8)
    folder = scratch_folder()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    size = math.prod(shape)
    with tempfile.TemporaryFile(dir=folder if folder.is_dir() else None) as file:
        # room is taken now: to find the disk full while painting would end the program
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        return np.memmap(file, np.uint8, "r+", shape=shape)


def on_disk(pixels: Pixels) -> Pixels:
    """The same picture where large ones lie. Raises OSError where there is no room."""
    if pixels.shape[0] * pixels.shape[1] <= IN_MEMORY:
        return pixels
    copy = _empty(*pixels.shape)
    copy[:] = pixels
    return copy
