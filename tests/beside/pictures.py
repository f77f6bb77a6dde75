"""The pictures that both sides code."""

import numpy as np
from numpy.typing import NDArray

from tests.bench import megapixel

SIZES = {"256 x 256": (256, 256), "768 x 512": (512, 768), "1024 x 1024": (1024, 1024)}
LARGEST = "1024 x 1024"


def picture(size: str) -> NDArray[np.uint8]:
    """uint8 (height, width, 3): the corner of the megapixel."""
    height, width = SIZES[size]
    return np.ascontiguousarray(megapixel().pixels[:height, :width])
