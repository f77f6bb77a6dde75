"""The preview that a large .hfc file carries, so that file managers can show it without a network.

A small WebP in sRGB, made of the original's pixels, in the optional chunk PREV. It counts as metadata.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image, ImageCms, WebPImagePlugin

from hific_core.container.hfc_file import HfcFile
from hific_core.errors import CorruptFile
from hific_core.pixels.metadata import colour_space
from hific_core.pixels.opening import quiet_pillow
from hific_core.pixels.picture import Picture

TAG: Final = "PREV"
LEAST_BYTES: Final = 100_000
"""Of a file, below which it gets no preview."""
SHARE: Final = 0.02
"""Of the file, what a preview may cost at most."""
SIDE: Final = 256
"""Pixels of the longer side, at most."""

_LARGEST_SIDE: Final = 2048  # of a stranger's preview
_ENTRY_BYTES: Final = 15  # of the directory, at most: count, tag, method, length, CRC
_SIDES: Final = (SIDE, 192, 128, 96, 64)
_QUALITIES: Final = (75, 60, 45, 30)


def with_preview(file: HfcFile, picture: Picture, *, max_bytes: int | None = None) -> HfcFile:
    """The file with a preview of its picture, where it has LEAST_BYTES.

    It stays as it is where no preview fits into its SHARE, or into the `max_bytes` of the whole file.
    """
    size = len(file.pack())
    if size < LEAST_BYTES:
        return file
    limit = int(size * SHARE)
    if max_bytes is not None:
        limit = min(limit, max_bytes - size)
    data = encode_preview(picture, limit - _ENTRY_BYTES)
    return file if data is None else replace(file, metadata={**file.metadata, TAG: data})


def encode_preview(picture: Picture, limit: int) -> bytes | None:
    """The largest and then finest WebP of at most `limit` bytes; None where even the least is larger."""
    image = _shrunk(picture)
    for side, quality in _attempts():
        small = image.copy()
        small.thumbnail((side, side))
        stream = io.BytesIO()
        small.save(stream, "WEBP", quality=quality, method=6)
        if stream.tell() <= limit:
            return stream.getvalue()
    return None


def decode_preview(data: bytes) -> Image.Image:
    """The picture, RGB or RGBA, its size read before any pixel; raises CorruptFile."""
    if max(_webp_size(data)) > _LARGEST_SIDE:
        raise CorruptFile("preview")
    try:
        with quiet_pillow(), WebPImagePlugin.WebPImageFile(io.BytesIO(data)) as image:
            return image.convert("RGBA" if image.has_transparency_data else "RGB")
    except Exception as error:  # hostile bytes raise nearly everything inside the plugin
        raise CorruptFile("preview") from error


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from the first chunk (RFC 9649): Pillow takes memory for all pixels when it opens a WebP."""
    head = data[:30]
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        raise CorruptFile("preview")
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack("<I", head[21:25])
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    raise CorruptFile("preview")


def _attempts() -> Iterator[tuple[int, int]]:
    for side in _SIDES:
        for quality in _QUALITIES:
            yield side, quality


def _shrunk(picture: Picture) -> Image.Image:
    """RGB or RGBA in sRGB, at most SIDE pixels long."""
    # four pixels for each that is left are enough to average, however large the picture is
    step = max(1, max(picture.pixels.shape[:2]) // (4 * SIDE))
    image = Image.fromarray(np.ascontiguousarray(picture.pixels[::step, ::step]))
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(np.ascontiguousarray(picture.alpha[::step, ::step])))
    image.thumbnail((SIDE, SIDE))
    return _in_srgb(image, picture.icc)


def _in_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    if icc is None or colour_space(icc) != "RGB":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        converted = ImageCms.profileToProfile(image.convert("RGB"), source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):  # a damaged profile: the colours as they are stored
        return image
    assert converted is not None
    if image.mode == "RGBA":
        converted.putalpha(image.getchannel("A"))
    return converted
