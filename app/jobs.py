"""What passes between the window and its workers: plain values, no Qt, no codec."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.layers import Layer, Region


class JobState(Enum):
    """Of one row of the queue."""

    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


RIVALS = "jpeg", "webp", "avif"
"""Other codecs, as `compare.encode_at` knows them."""


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
    effort: int = 0
    """0 to 10: how long encoding may take for a smaller file."""
    for_eye: bool = False
    """Whether it takes that long for a picture more alike to the eye instead; LPIPS must be at hand."""


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
    """One picture of a comparison, as far as it is known."""

    label: str
    layer: Layer
    icc: bytes | None = None
    behind: Layer | None = None
    """Of the same size; what is shown where `layer` is not known yet."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.layer.size


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
    decode_seconds: float | None
    """None as long as it goes on."""
    device: str
    notes: tuple[str, ...] = ()
    asked_quality: int | None = None
    """What was asked for, where that is known: effort codes at a little less, or more."""

    @property
    def bits_per_pixel(self) -> float:
        """Of the whole file."""
        return 8 * self.bytes / (self.width * self.height)


@dataclass(frozen=True, slots=True)
class Metrics:
    """How far two sides are apart."""

    label: str
    """Of the side that is not the original."""
    psnr: float
    ms_ssim: float | None
    lpips: float | None
    lpips_missing: bool
    """Whether LPIPS lacks its weights."""
    part: str = ""
    """What of the picture was measured, where that is not all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file in the viewer."""

    original: Side | None
    reconstruction: Side
    details: Details
    opened: object
    """What the codec's thread knows of it; the window only hands it back."""


class Focus:
    """What the person looks at: the window writes it, workers read it and do that part first."""

    def __init__(self) -> None:
        self.region: Region | None = None
        """None for the whole picture."""


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
