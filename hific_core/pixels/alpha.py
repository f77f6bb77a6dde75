"""The alpha channel of a .hfc file: uint8 (H, W) <-> a greyscale PNG, without loss. And what is seen through it.

The colours of hidden pixels are coded like all others, since a picture keeps them.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from hific_core.errors import CorruptFile
from hific_core.pixels.opening import quiet_pillow

_PART = "alpha chunk"
GROUND = 128
"""The mid grey under pictures that are measured."""
_PIXELS_AT_ONCE = 2_000_000


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


def laid_on_grey(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """uint8 (H, W, 3), not premultiplied, and (H, W) or None -> what is seen of it on mid grey, (H, W, 3).

    What nobody sees is grey in every picture, and so does not count where pictures are compared. Opaque pixels keep
    their values; where all are opaque, the array itself is returned.
    """
    if alpha is None or alpha.min(initial=255) == 255:
        return pixels
    laid = np.empty(pixels.shape, np.uint8)
    step = max(_PIXELS_AT_ONCE // max(pixels.shape[1], 1), 1)
    for top in range(0, len(pixels), step):
        rows = slice(top, top + step)
        opaque = alpha[rows, :, np.newaxis].astype(np.uint16)
        # rounded; 255 x 255 + 127 has room
        laid[rows] = (pixels[rows] * opaque + GROUND * (255 - opaque) + 127) // 255
    return laid
