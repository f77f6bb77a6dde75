"""Whether a picture can be a file's original, and how that is shown."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.jobs import Side
from app.layers import Layer
from app.numerals import grouped

if TYPE_CHECKING:
    from hific_core.pixels.picture import Picture

translate = QCoreApplication.translate
_ROWS = 256
"""That are compared at once: of a true original the first ones are enough."""


def side_of(path: Path, number_of_bytes: int, picture: "Picture", alpha: Layer | None) -> Side:
    """What a pane shows of an original."""
    kilobytes = grouped(round(number_of_bytes / 1000))
    label = translate("session", "Original · {} · {} kB").format(path.suffix[1:].upper(), kilobytes)
    return Side(label, Layer.of(picture.pixels, alpha), picture.icc)


def of_another_size(path: Path, found: tuple[int, ...], size: tuple[int, int]) -> str | None:
    """A sentence on a picture (height, width, ...) that no file of `size` was made of; None for one that fits."""
    (height, width), (rows, columns) = size, found[:2]
    if (rows, columns) == size:
        return None
    return f"{path.name} is not the original: it has {columns} × {rows} pixels, the file {width} × {height}."


def decoded(path: Path, original: Layer, reconstruction: Layer) -> str | None:
    """A sentence on a picture that is the reconstruction itself, nowhere more than one of 255 levels away; else None.

    So far devices may differ. A photograph's grain is further away from what any lossy file gives; a plane of one
    colour has none, and may well be its own original.
    """
    for top in range(0, original.size[0], _ROWS):
        one, other = (each.pixels[top : top + _ROWS].astype(np.int16) for each in (original, reconstruction))
        if np.abs(one - other).max() > 1:
            return None
    if np.ptp(original.pixels, axis=(0, 1)).max() <= 1:
        return None
    return f"{path.name} is not the original, but what the file decodes to; find the original."
