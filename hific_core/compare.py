"""Other codecs at the same number of bytes, through Pillow: what a .hfc file is measured against."""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from hific_core.errors import CodecMissing, UnreadableImage
from hific_core.pixels.opening import quiet_pillow, raised_limit
from hific_core.progress import Progress, silent


class _Settings(NamedTuple):
    """How Pillow is asked to write; qualities are whole numbers up to 100."""

    title: str
    lowest: int
    options: Mapping[str, Any]
    """Subsampling of JPEG and WebP is 4:2:0 by themselves, of grey pictures by AVIF itself 4:0:0."""


_SETTINGS: Mapping[str, _Settings] = {
    "jpeg": _Settings("JPEG", 1, {"optimize": True}),
    "webp": _Settings("WebP", 0, {"method": 6}),
    "avif": _Settings("AVIF", 0, {"speed": 4}),
}
_TOP_QUALITY = 100
RIVALS = tuple(_SETTINGS)


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """What another codec makes of a picture; `pixels` is uint8 (H, W, 3), decoded from a file of `size` bytes."""

    name: str
    quality: int
    """On the codec's own scale."""
    size: int
    pixels: NDArray[np.uint8]
    exceeded: bool
    """Whether even its smallest file, which this is then, has more bytes than allowed."""
    encode_seconds: float
    """Of this one encoding, not of the search for it."""
    decode_seconds: float


class _Encoded(NamedTuple):
    """One encoding that was tried."""

    quality: int
    data: bytes
    seconds: float


def check_rival(codec_name: str) -> None:
    """Raises CodecMissing for a name that is not known, or a codec that this Pillow was built without."""
    if codec_name not in _SETTINGS:
        raise CodecMissing(f"There is no codec {codec_name!r} to compare with; choose among {', '.join(RIVALS)}.")
    present = features.check("jpg" if codec_name == "jpeg" else codec_name)
    if not present:
        title = _SETTINGS[codec_name].title
        raise CodecMissing(f"This installation of Pillow cannot write {title}; leave {codec_name} out.")


def encode_at(codec_name: str, pixels: NDArray[np.uint8], max_bytes: int, progress: Progress = silent) -> Rival:
    """Encode uint8 (H, W, 3) to the largest file of at most `max_bytes`, else to the smallest there is, marked.

    Bisects the quality, so with a codec whose size falls somewhere as its quality rises a slightly larger file
    may be missed. Three equal channels are given to the codec as one. Raises CodecMissing, UnreadableImage for a
    picture that the format cannot hold, and what `progress` raises.
    """
    check_rival(codec_name)
    settings = _SETTINGS[codec_name]
    with quiet_pillow(), raised_limit(pixels[..., 0].size):
        try:
            best = _search(_as_image(pixels), settings, max_bytes, progress)
            started = time.perf_counter()
            with Image.open(io.BytesIO(best.data), formats=[settings.title.upper()]) as image:
                decoded = np.array(image.convert("RGB"))
            decode_seconds = time.perf_counter() - started
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).rstrip(".")
            raise UnreadableImage(f"{settings.title} cannot hold this picture ({reason}); leave it out.") from error
    size = len(best.data)
    progress(codec_name, 1.0)
    return Rival(codec_name, best.quality, size, decoded, size > max_bytes, best.seconds, decode_seconds)


def _search(image: Image.Image, settings: _Settings, max_bytes: int, progress: Progress) -> _Encoded:
    low, high = settings.lowest, _TOP_QUALITY
    probes = (high - low + 1).bit_length()
    fitting: _Encoded | None = None
    smallest: _Encoded | None = None
    probe = 0
    while low <= high:
        progress(settings.title.lower(), probe / probes)
        probe += 1
        encoded = _encode(image, settings, (low + high) // 2)
        size = len(encoded.data)
        if size <= max_bytes:
            low = encoded.quality + 1
            if fitting is None or size >= len(fitting.data):
                fitting = encoded
        else:
            high = encoded.quality - 1
            if smallest is None or size <= len(smallest.data):
                smallest = encoded
    best = fitting or smallest
    assert best is not None
    return best


def _encode(image: Image.Image, settings: _Settings, quality: int) -> _Encoded:
    started = time.perf_counter()
    stream = io.BytesIO()
    image.save(stream, settings.title.upper(), quality=quality, **settings.options)
    return _Encoded(quality, stream.getvalue(), time.perf_counter() - started)


def _as_image(pixels: NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    grey = np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 0], pixels[..., 2])
    return image.convert("L") if grey else image
