"""The search for the quality that just fits a size."""

import math
import time
from dataclasses import replace

from hific_core.codec import Codec, Encoded
from hific_core.container.hfc_file import HfcFile
from hific_core.errors import TargetUnreachable, UnsupportedByModel
from hific_core.metrics import Lpips
from hific_core.pixels.picture import Picture
from hific_core.progress import Progress, silent

_TOP_QUALITY = 1000
_CLOSE = 0.995
"""A file of at least this share of the target is as good as the largest: a step of quality is about 0.15 %."""
_GROWTH = 0.0015
"""Guess, before two sizes are known: files grow by this much per step of quality (natural logarithm)."""
_GUIDED_PROBES = 4
_PROBES = _GUIDED_PROBES + (_TOP_QUALITY + 1).bit_length()


def bytes_for_rate(bits_per_pixel: float, picture: Picture) -> int:
    """The most bytes that a whole file may have at that rate."""
    height, width = picture.pixels.shape[:2]
    return int(bits_per_pixel * height * width / 8)


def encode_to_target(
    codec: Codec,
    picture: Picture,
    *,
    max_bytes: int,
    realism: float = 0.0,
    effort: int = 0,
    lpips: Lpips | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Compress to the largest file found of at most `max_bytes`, within half a percent where qualities allow it.

    Sizes need not grow with every step of the quality, but the result always fits. Usually three or four
    encodings, at most fourteen, of which two are in memory; `seconds` is what they took together.
    Raises TargetUnreachable, UnsupportedByModel for a model of one rate, and what encoding raises.
    """
    card = codec.model.card
    if not card.abilities.continuous_rate:
        raise UnsupportedByModel(f"The model {card.name} has one rate only; leave the target out.")
    started = time.perf_counter()
    best: Encoded | None = None
    best_size = 0
    bracket = _Bracket(max_bytes)
    for probe in range(_PROBES):
        quality = bracket.next_quality(guided=probe < _GUIDED_PROBES)
        if quality is None:
            break
        encoded = codec.encode(
            picture, quality, realism=realism, effort=effort, lpips=lpips, progress=_within(progress, probe)
        )
        size = len(encoded.file.pack())
        bracket.add(quality, size)
        if best_size < size <= max_bytes:
            best, best_size = encoded, size
        if _CLOSE * max_bytes <= best_size:
            break
    if best is None:
        raise TargetUnreachable(max_bytes, bracket.smallest, _private_bytes(encoded.file))
    progress("search", 1.0)
    return replace(best, seconds=time.perf_counter() - started)


def _private_bytes(file: HfcFile) -> int:
    """What EXIF and XMP cost, the same at every quality."""
    kept = {tag: data for tag, data in file.metadata.items() if tag not in ("EXIF", "XMP_")}
    return file.metadata_bytes - replace(file, metadata=kept).metadata_bytes


class _Bracket:
    """Qualities still in question, and the sizes known so far."""

    def __init__(self, max_bytes: int) -> None:
        self._limit = max_bytes
        self._aim = math.log(max(max_bytes, 1) * (1 + _CLOSE) / 2)
        self._low, self._high = 0, _TOP_QUALITY
        self._points: list[tuple[int, float]] = []

    @property
    def smallest(self) -> int:
        """The smallest size measured, in bytes."""
        return round(math.exp(min(size for _, size in self._points)))

    def add(self, quality: int, size: int) -> None:
        """Takes the size in bytes at a quality into account."""
        self._points.append((quality, math.log(max(size, 1))))
        if size <= self._limit:
            self._low = quality + 1
        else:
            self._high = quality - 1

    def next_quality(self, guided: bool) -> int | None:
        """Where to measure next: along a line of logarithms while `guided`, else halfway; None at the end."""
        if self._low > self._high:
            return None
        if not guided or not self._points:
            return (self._low + self._high) // 2
        return min(max(round(self._guess()), self._low), self._high)

    def _guess(self) -> float:
        """Through the two sizes nearest to the target, or through the only one with the usual growth."""
        nearest = sorted(self._points, key=lambda point: abs(point[1] - self._aim))
        quality, size = nearest[0]
        growth = _GROWTH
        if len(nearest) > 1 and nearest[1][1] != size:
            growth = max((size - nearest[1][1]) / (quality - nearest[1][0]), _GROWTH / 10)
        return quality + (self._aim - size) / growth


def _within(progress: Progress, probe: int) -> Progress:
    """The progress of one probe, as a share of all."""
    return lambda stage, share: progress("search", (probe + share) / _PROBES)
