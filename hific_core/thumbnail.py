"""What a file manager shows of a .hfc file, made without its network."""

import os
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hific_core.container import hfc_file, original_file
from hific_core.container.header import MAX_SIDE
from hific_core.errors import CorruptFile, HificError, UnreadableFile
from hific_core.preview import TAG, decode_preview

_PAPER, _EDGE, _FOLD, _BAND, _INK = "#f4f7fb", "#28476e", "#c9d6e6", "#28476e", "#1b2f49"
_GRID = 32
"""Units of the drawing's side; the page is 24 wide."""


def thumbnail_of(path: Path, side: int) -> Image.Image:
    """The file's preview, RGB or RGBA, at most `side` pixels long; where it has none, a page that says how large its
    picture is, RGBA of `side` x `side`. Raises what reading the container does.
    """
    if original_file.written_by_original(path):
        original = original_file.read(path, max_pixels=MAX_SIDE**2)
        image = _page(original.width, original.height, side)
    else:
        front = _front(path)
        header = front.head.header
        image = _preview(front) or _page(header.width, header.height, side)
    image.thumbnail((side, side))
    return image


def _preview(front: hfc_file.Front) -> Image.Image | None:
    """What the file carries; None where that is nothing or damaged."""
    data = front.metadata.get(TAG)
    try:
        return None if data is None else decode_preview(data)
    except CorruptFile:
        return None


def _front(path: Path) -> hfc_file.Front:
    if not os.path.isfile(path):  # noqa: PTH113 - Path raises where it may not look; a pipe would be waited for
        raise UnreadableFile(path, f"There is no file {path}; check its name and folder.")
    try:
        with path.open("rb") as file:
            return hfc_file.read_front(file, max_pixels=MAX_SIDE**2)
    except OSError as error:
        raise UnreadableFile(path, f"{path} could not be read ({error.strerror or error}).") from error
    except HificError as error:
        raise error.in_file(path) from None


def _page(width: int, height: int, side: int) -> Image.Image:
    """A page with a folded corner, RGBA of `side` x `side`, on it the picture's width and height in pixels."""
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)

    def at(*units: float) -> list[tuple[float, float]]:
        points = [unit * (side - 1) / _GRID for unit in units]
        return list(zip(points[::2], points[1::2], strict=True))

    line = max(1, side // 64)
    draw.polygon(at(4, 1, 20, 1, 28, 9, 28, 31, 4, 31), fill=_PAPER, outline=_EDGE, width=line)
    draw.polygon(at(20, 1, 28, 9, 20, 9), fill=_FOLD, outline=_EDGE, width=line)
    draw.rectangle(at(4, 12, 28, 19), fill=_BAND)
    _write(draw, "HFC", at(16, 15.5)[0], _PAPER, side * 5 / _GRID, side * 20 / _GRID)
    _write(draw, f"{width} x {height}", at(16, 25)[0], _INK, side * 4 / _GRID, side * 21 / _GRID)
    return image


def _write(
    draw: ImageDraw.ImageDraw, text: str, middle: tuple[float, float], colour: str, height: float, room: float
) -> None:
    """A line of text around its middle, at most `height` and `room` pixels large."""
    font = ImageFont.load_default(height)
    length = draw.textlength(text, font)
    if length > room:
        font = ImageFont.load_default(height * room / length)
    draw.text(middle, text, fill=colour, font=font, anchor="mm")
