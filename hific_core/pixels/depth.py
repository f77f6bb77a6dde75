"""How many bits per channel a file stores, and which PNGs are grey: Pillow's modes do not always tell."""

import re
from typing import IO, Final

from PIL import ImageFile, TiffImagePlugin

_HEAD_BYTES: Final = 4096
_PPM_HEADER: Final = re.compile(rb"P6\s(?:\s|#[^\n]*\n)*\d+\s(?:\s|#[^\n]*\n)*\d+\s(?:\s|#[^\n]*\n)*(\d+)\s")
_BITS_PER_SAMPLE: Final = 258
_GREY_PNG_COLOURS: Final = (0, 4)


def stored_bits(image: ImageFile.ImageFile, file: IO[bytes]) -> int:
    """Return the bits per channel in the file, 8 where unknown; `file` comes back at its old position."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, 8)
        return max(bits) if isinstance(bits, tuple) else int(bits)
    if "bit_depth" in image.info:
        return int(image.info["bit_depth"])
    head = peek(file)
    match image.format:
        case "PNG":
            return head[24]
        case "AVIF":
            at = head.find(b"av1C")
            return 10 if at >= 0 and len(head) > at + 6 and head[at + 6] & 0x40 else 8
        case "JPEG2000":
            at = head.find(b"\xff\x4f\xff\x51")
            return (head[at + 42] & 0x7F) + 1 if at >= 0 and len(head) > at + 42 else 8
        case "PPM":
            found = _PPM_HEADER.match(head)
            return int(found[1]).bit_length() if found else 8
    return 8


def is_grey_png(image: ImageFile.ImageFile, file: IO[bytes]) -> bool:
    """Whether a PNG stores grey with or without alpha; Pillow opens 16-bit grey with alpha as RGBA."""
    return image.format == "PNG" and peek(file)[25] in _GREY_PNG_COLOURS


def peek(file: IO[bytes]) -> bytes:
    """Return the first bytes of `file` and leave it where it was."""
    position = file.tell()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(position)
    return head
