"""The pictures of a run: found by name, decoded when drawn, kept under a limit of bytes.

A picture that cannot be read or is smaller than the crop is met when it is drawn: it is reported once, left out,
and another is drawn in its place, so that a folder of 100,000 pictures needs no reading before the first step.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from hific_core.errors import HificError, UnreadableImage
from hific_core.pixels.formats import is_readable
from hific_core.pixels.picture import read_picture
from hific_core.training.config import Settings
from hific_core.training.draws import Purpose, random

_ATTEMPTS = 200
"""So many pictures in a row that are no good end the run."""


class Split(NamedTuple):
    """Paths relative to the folder, sorted."""

    train: list[str]
    held_out: list[str]


class Sample(NamedTuple):
    """One crop, and what was found out on the way."""

    pixels: Tensor
    """uint8 (3, crop, crop)."""
    problems: tuple[tuple[str, str], ...]
    """Path and reason of each picture that had to be left out."""


def find(folder: Path) -> list[str]:
    """Relative paths of all that look like pictures by their name, at any depth, sorted."""
    return sorted(os.path.relpath(path, folder) for path in _walk(folder))


def _walk(folder: Path) -> Iterator[str]:
    for root, _, names in os.walk(folder):
        for name in names:
            if not name.startswith(".") and is_readable(Path(name)):
                yield os.path.join(root, name)  # noqa: PTH118 (a hundred thousand of them)


def split(names: Sequence[str], share: float) -> Split:
    """Holds out a share by a hash of the names, at least one of two or more: additions move no other picture."""
    ranks = {name: _rank(name) for name in names}
    held_out = [name for name in names if ranks[name] < share]
    if not held_out and share > 0 and len(names) > 1:
        held_out = [min(names, key=lambda name: ranks[name])]
    kept = set(held_out)
    return Split([name for name in names if name not in kept], held_out)


def apart(folder: Path, names: Sequence[str], other: Path, others: Sequence[str]) -> list[str]:
    """The names in a folder without those of files that another folder has too, under whatever name."""
    taken = {_identity(other / name) for name in others} - {None}
    return [name for name in names if _identity(folder / name) not in taken]


def _identity(path: Path) -> tuple[int, int] | None:
    """Of what lies there, however many links lead to it; None for nothing."""
    try:
        found = os.stat(path)  # noqa: PTH116 (a hundred thousand of them)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def shuffled(names: Sequence[str]) -> list[str]:
    """In an order that says nothing of them, and that additions do not change."""
    return sorted(names, key=_rank)


def named(names: Sequence[str]) -> dict[str, int | str]:
    """How many pictures, and a checksum of their names: what a model says of those it learned from."""
    packed = "\n".join(sorted(names)).encode(errors="surrogateescape")
    return {"number": len(names), "sha256": hashlib.sha256(packed).hexdigest()}


def _rank(name: str) -> float:
    digest = hashlib.sha256(Path(name).as_posix().encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


class Photos(Dataset[Sample]):
    """Random-scale crops with flips; sample n is that of round n // batch and index n % batch."""

    def __init__(self, folder: Path, names: Sequence[str], settings: Settings, cache_bytes: int = 0) -> None:
        """Raises UnreadableImage for a folder without a picture."""
        if not names:
            raise UnreadableImage(f"{folder} holds no picture to train on; name another folder.")
        self._folder, self._names = folder, list(names)
        self._settings = settings
        self._limit = cache_bytes
        self._cached = 0
        self._cache: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._bad: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, number: int) -> Sample:
        """Raises UnreadableImage where hardly any picture is good."""
        s = self._settings
        stream = random(s.seed, Purpose.CROP, number // s.batch, number % s.batch)
        problems: list[tuple[str, str]] = []
        for _ in range(_ATTEMPTS):
            which = int(stream.integers(len(self._names)))
            pixels = self._picture(which)
            if pixels is not None:
                return Sample(self._crop(pixels, stream), tuple(problems))
            problems.append((self._names[which], self._bad[which]))
        raise UnreadableImage(
            f"Hardly any picture in {self._folder} is readable and of {s.crop} x {s.crop} pixels at least; "
            "name another folder, or lower --crop."
        )

    def _picture(self, which: int) -> NDArray[np.uint8] | None:
        if which in self._bad:
            return None
        if which in self._cache:
            self._cache.move_to_end(which)
            return self._cache[which]
        try:
            pixels = read_picture(self._folder / self._names[which]).pixels
        except HificError as error:
            self._bad[which] = str(error)
            return None
        height, width = pixels.shape[:2]
        if min(height, width) < self._settings.crop:
            self._bad[which] = f"it has {width} x {height} pixels, less than a crop of {self._settings.crop}"
            return None
        self._keep(which, pixels)
        return pixels

    def _keep(self, which: int, pixels: NDArray[np.uint8]) -> None:
        if pixels.nbytes > self._limit:
            return
        self._cache[which] = pixels
        self._cached += pixels.nbytes
        while self._cached > self._limit:
            self._cached -= self._cache.popitem(last=False)[1].nbytes

    def _crop(self, pixels: NDArray[np.uint8], stream: np.random.Generator) -> Tensor:
        s = self._settings
        height, width = pixels.shape[:2]
        scale = max(stream.uniform(s.scale_min, s.scale_max), s.crop / min(height, width))
        side = min(round(s.crop / scale), height, width)
        top, left = (int(stream.integers(length - side + 1)) for length in (height, width))
        part = pixels[top : top + side, left : left + side]
        if side != s.crop:
            image = Image.fromarray(part).resize((s.crop, s.crop), Image.Resampling.LANCZOS)
            part = np.asarray(image)
        if stream.random() < 0.5:
            part = part[:, ::-1]
        return torch.from_numpy(np.ascontiguousarray(part.transpose(2, 0, 1)))


def collate(samples: Sequence[Sample]) -> tuple[Tensor, tuple[tuple[str, str], ...]]:
    """uint8 (N, 3, crop, crop) and all problems."""
    return torch.stack([sample.pixels for sample in samples]), tuple(p for sample in samples for p in sample.problems)
