"""The alpha channel of a .hfc file: uint8 (H, W) <-> a greyscale PNG, without loss."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from hific_core.errors import CorruptFile
from hific_core.pixels.opening import quiet_pillow

_PART = "alpha chunk"


def encode_alpha(alpha: NDArray[np.uint8]) -> bytes:
    """Return uint8 (H, W) as the bytes of a PNG."""
    stream = io.BytesIO()
    Image.fromarray(alpha).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def decode_alpha(data: bytes, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return uint8 of `shape` (height, width), read from the header before any pixel; raises CorruptFile."""
    try:
        with quiet_pillow(), PngImagePlugin.PngImageFile(io.BytesIO(data)) as image:
            if image.mode == "L" and image.size == shape[::-1]:
                return np.array(image)
    except Exception as error:  # hostile bytes raise nearly everything inside the plugin
        raise CorruptFile(_PART) from error
    raise CorruptFile(_PART)
