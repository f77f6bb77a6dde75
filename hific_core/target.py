"""The search for the quality that just fits a size."""

import math
import time
from collections.abc import Sequence
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
_SOUNDINGS = 3
"""Encodings without effort that come first where there is one: each takes a twentieth of the time or less."""


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
    encodings, at most fourteen, of which two are in memory; with an effort one or two of them make it, once up to three
    without have told how sizes grow. `seconds` is what all took together.
    Raises TargetUnreachable, UnsupportedByModel for a model of one rate, and what encoding raises.
    """
    card = codec.model.card
    if not card.abilities.continuous_rate:
        raise UnsupportedByModel(f"The model {card.name} has one rate only; leave the target out.")
    started = time.perf_counter()
    best: Encoded | None = None
    best_size = 0
    bracket = _Bracket(max_bytes, _soundings(codec, picture, max_bytes, progress) if effort else ())
    for probe in range(_PROBES):
        quality = bracket.next_quality(guided=probe < _GUIDED_PROBES)
        if quality is None:
            break
        part = _within(progress, (probe + 1) / (_PROBES + 1), 1 / (_PROBES + 1))
        encoded = codec.encode(picture, quality, realism=realism, effort=effort, lpips=lpips, progress=part)
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


def _soundings(codec: Codec, picture: Picture, max_bytes: int, progress: Progress) -> "_Sizes":
    """Sizes without effort, at qualities ever nearer to where a file would have `max_bytes`."""
    bracket = _Bracket(max_bytes)
    for number in range(_SOUNDINGS):
        quality = bracket.next_quality(guided=True)
        if quality is None or bracket.close:
            break
        part = _within(progress, number / _SOUNDINGS / (_PROBES + 1), 1 / _SOUNDINGS / (_PROBES + 1))
        bracket.add(quality, len(codec.encode(picture, quality, progress=part).file.pack()))
    return bracket.sizes


def _private_bytes(file: HfcFile) -> int:
    """What EXIF and XMP cost, the same at every quality."""
    kept = {tag: data for tag, data in file.metadata.items() if tag not in ("EXIF", "XMP_")}
    return file.metadata_bytes - replace(file, metadata=kept).metadata_bytes


_Sizes = Sequence[tuple[int, float]]
"""Qualities, and natural logarithms of bytes."""


class _Bracket:
    """Qualities still in question, and the sizes known so far."""

    def __init__(self, max_bytes: int, like: _Sizes = ()) -> None:
        """`like`: sizes of other files that grow in the same way."""
        self._limit = max_bytes
        self._aim = math.log(max(max_bytes, 1) * (1 + _CLOSE) / 2)
        self._low, self._high = 0, _TOP_QUALITY
        self._points: list[tuple[int, float]] = []
        self._like = like

    @property
    def sizes(self) -> _Sizes:
        """Those measured."""
        return self._points

    @property
    def smallest(self) -> int:
        """The smallest size measured, in bytes."""
        return round(math.exp(min(size for _, size in self._points)))

    @property
    def close(self) -> bool:
        """Whether one of them fits and is as good as the largest."""
        limit = math.log(max(self._limit, 1))
        return any(limit + math.log(_CLOSE) <= size <= limit for _, size in self._points)

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
        if not guided or not (self._points or self._like):
            return (self._low + self._high) // 2
        return min(max(round(self._guess()), self._low), self._high)

    def _guess(self) -> float:
        """From the size nearest to the target, with the growth between it and the next, or the usual one."""
        quality, size = self._nearest(self._points or self._like)[0]
        growth = _GROWTH
        for sizes in (self._points, self._like):
            if len(sizes) > 1:
                (first, one), (second, other) = self._nearest(sizes)[:2]
                growth = max((one - other) / (first - second), _GROWTH / 10) if one != other else growth
                break
        return quality + (self._aim - size) / growth

    def _nearest(self, sizes: _Sizes) -> list[tuple[int, float]]:
        return sorted(sizes, key=lambda each: abs(each[1] - self._aim))


def _within(progress: Progress, start: float, length: float) -> Progress:
    """The progress of one encoding, as a share of all."""
    return lambda stage, share: progress("search", start + length * share)
