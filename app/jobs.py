"""What passes between the window and its workers: plain values, no Qt, no codec."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(H, W, 3)."""


class JobState(Enum):
    """Of one row of the queue."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


@dataclass(frozen=True, slots=True)
class Choice:
    """What pictures are compressed with."""

    model: str
    """Empty for the default."""
    regime: str | None
    quality: int | None = None
    """Instead of a regime."""
    max_bytes: int | None = None
    """Instead of either: the most that a file may have."""
    strip_metadata: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One file that was dropped or lies in a dropped folder."""

    path: Path
    root: Path | None
    """The folder that was dropped."""
    is_hfc: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to compress."""

    source: Path
    planned: Path
    """Where the output shall lie; numbered where that is taken."""


@dataclass(frozen=True, slots=True)
class Compressed:
    """What came of a job."""

    source: Path
    output: Path
    width: int
    height: int
    source_bytes: int
    bytes: int
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def bits_per_pixel(self) -> float:
        """Of the whole file."""
        return 8 * self.bytes / (self.width * self.height)

    @property
    def saving(self) -> float:
        """Share of the original's bytes that is gone; negative where the file grew."""
        return 1 - self.bytes / self.source_bytes if self.source_bytes else 0.0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the menus need to know of a model."""

    name: str
    title: str
    family: str
    continuous_rate: bool
    realism: bool
    regimes: Mapping[str, int]
    """Quality of each regime that it, or its series, serves."""
    entropy_fingerprint: str
    generator_fingerprint: str
    licence: str
    path: Path
    default: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What dropped files and folders hold."""

    found: tuple[Found, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """What is installed, and sentences on files that are damaged."""

    models: tuple[ModelInfo, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One picture of a comparison, with smaller copies for zooming out."""

    label: str
    pyramid: tuple[Pixels, ...]
    """The picture, its half, its quarter, and so on."""
    icc: bytes | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.pyramid[0].shape[0], self.pyramid[0].shape[1]


@dataclass(frozen=True, slots=True)
class Details:
    """What the readout says of the shown file."""

    name: str
    width: int
    height: int
    bytes: int
    hyperlatent_bytes: int
    latent_bytes: int
    metadata_bytes: int
    original_bytes: int | None
    model: str
    quality: int
    regime: str | None
    realism: float
    encode_seconds: float | None
    decode_seconds: float
    device: str
    notes: tuple[str, ...] = ()

    @property
    def bits_per_pixel(self) -> float:
        """Of the whole file."""
        return 8 * self.bytes / (self.width * self.height)


@dataclass(frozen=True, slots=True)
class Metrics:
    """How far two sides are apart."""

    psnr: float
    ms_ssim: float | None
    lpips: float | None
    lpips_missing: bool
    """Whether LPIPS lacks its weights."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file in the viewer."""

    original: Side | None
    reconstruction: Side
    details: Details


def pyramid(pixels: Pixels, smallest: int = 256) -> tuple[Pixels, ...]:
    """The picture and its halves, each pixel the mean of four, until both sides are at most `smallest`."""
    levels = [pixels]
    while max(levels[-1].shape[:2]) > smallest and min(levels[-1].shape[:2]) >= 2:
        even = levels[-1][: levels[-1].shape[0] // 2 * 2, : levels[-1].shape[1] // 2 * 2]
        total = even[::2, ::2].astype(np.uint16)
        total += even[1::2, ::2]
        total += even[::2, 1::2]
        total += even[1::2, 1::2]
        levels.append(((total + 2) >> 2).astype(np.uint8))
    return tuple(levels)


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks can run."""

    name: str
    """As `choose_runtime` takes it."""
    title: str
    """For people; empty for what the window words itself: auto and cpu."""


@dataclass(frozen=True, slots=True)
class Score:
    """How far a written file is from its original."""

    psnr: float
    ms_ssim: float | None
    """None for pictures too small for it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A job that was not done, since its output was there already."""

    output: Path
