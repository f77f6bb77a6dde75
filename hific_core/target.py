"""The search for the quality that just fits a size."""

import time
from dataclasses import replace

from hific_core.codec import Codec, Encoded
from hific_core.errors import TargetUnreachable, UnsupportedByModel
from hific_core.pixels.picture import Picture
from hific_core.progress import Progress, silent

_TOP_QUALITY = 1000
_PROBES = (_TOP_QUALITY + 1).bit_length()


def bytes_for_rate(bits_per_pixel: float, picture: Picture) -> int:
    """The most bytes that a whole file may have at that rate."""
    height, width = picture.pixels.shape[:2]
    return int(bits_per_pixel * height * width / 8)


def encode_to_target(
    codec: Codec, picture: Picture, *, max_bytes: int, realism: float = 0.0, progress: Progress = silent
) -> Encoded:
    """Compress to the highest quality found whose whole file has at most `max_bytes`.

    At most ten encodings, of which two are in memory; `seconds` is what they took together. Sizes need not
    grow with every step of the quality, so a higher one may fit as well, but the result always does.
    Raises TargetUnreachable, UnsupportedByModel for a model of one rate, and what encoding raises.
    """
    card = codec.model.card
    if not card.abilities.continuous_rate:
        raise UnsupportedByModel(f"The model {card.name} has one rate only; leave the target out.")
    started = time.perf_counter()
    best: Encoded | None = None
    smallest: int | None = None
    low, high = 0, _TOP_QUALITY
    for probe in range(_PROBES):
        if low > high:
            break
        quality = (low + high) // 2
        encoded = codec.encode(picture, quality, realism=realism, progress=_within(progress, probe))
        size = len(encoded.file.pack())
        smallest = size if smallest is None else min(smallest, size)
        if size <= max_bytes:
            best, low = encoded, quality + 1
        else:
            high = quality - 1
    if best is None:
        raise TargetUnreachable(max_bytes, smallest or 0)
    progress("search", 1.0)
    return replace(best, seconds=time.perf_counter() - started)


def _within(progress: Progress, probe: int) -> Progress:
    """The progress of one probe, as a share of all."""
    return lambda stage, share: progress("search", (probe + share) / _PROBES)
