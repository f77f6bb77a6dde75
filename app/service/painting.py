"""How a file becomes a layer: what the person looks at comes first, the rest behind it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from app.jobs import Focus, Shown
from app.layers import CELL, Layer, Region, regions
from app.worker import Progress
from hific_core.container.hfc_file import HfcFile

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.models.geometry import Area
    from hific_core.pixels.picture import Picture

TILE = 8 * CELL
"""Side of what is painted at once: larger tiles repeat less of their borders."""
_SMALL = 3_000_000
"""Pixels of a picture that is painted soon enough without a choice of its parts."""
_MOST = 0.5
"""Share of the picture that is worth being done on its own before the whole."""
_BLOCK = 64
"""Pixels between hyperlatents: a part of a picture that begins there has the latents of the whole."""
_MARGIN = 4 * _BLOCK
"""Pixels around a part, beyond which the networks hardly look."""


class Tell(NamedTuple):
    """How a worker says how far it is."""

    opened: Callable[[Shown], None]
    """A file or another version of it is on its way: its layers fill from now on."""
    painted: Callable[[], None]
    """More of the layers is known."""


def looked_at(focus: Focus, layer: Layer) -> Region | None:
    """The part to do first, on borders of cells; None where the whole picture is as good."""
    height, width = layer.size
    if focus.region is None or height * width <= _SMALL:
        return None
    found = focus.region.grown(CELL, 0, height, width)
    return found if 0 < found.height * found.width <= _MOST * height * width else None


def preview(
    codec: "Codec", picture: "Picture", quality: int, realism: float, layer: Layer, focus: Focus, tell: Tell
) -> None:
    """Encodes and decodes the part that is looked at alone: as good as what the whole file will show there."""
    wanted = looked_at(focus, layer)
    if wanted is None:
        return
    crop = wanted.grown(_BLOCK, _MARGIN, *layer.size)
    alone = replace(picture, pixels=picture.pixels[crop.slices], alpha=None, icc=None, exif=None, xmp=None)
    file = codec.encode(alone, quality).file
    inside = wanted._replace(top=wanted.top - crop.top, left=wanted.left - crop.left)
    layer.put(wanted, codec.decode_region(file, area_of(inside), realism=realism))
    tell.painted()


def paint_first(
    codec: "Codec", file: HfcFile, realism: float, layer: Layer, focus: Focus, tell: Tell, progress: Progress
) -> None:
    """The part that is looked at, without the rest of the file."""
    wanted = looked_at(focus, layer)
    if wanted is not None:
        layer.put(wanted, codec.decode_region(file, area_of(wanted), realism=realism, progress=progress))
        tell.painted()


def paint(
    codec: "Codec", file: HfcFile, realism: float, layer: Layer, focus: Focus, tell: Tell, progress: Progress
) -> None:
    """All of it, always going on with the tile that is nearest to what is looked at."""
    tiles = regions(*layer.size, TILE)
    total = len(tiles)

    def overall(stage: str, share: float) -> None:
        done = total - len(tiles) - 1
        progress(stage, (done + share) / total if stage == "synthesise" and done >= 0 else share)

    def nearest() -> "Iterator[Area]":
        while tiles:
            chosen = min(tiles, key=lambda tile: _distance(tile, focus.region))
            tiles.remove(chosen)
            yield area_of(chosen)

    for area, pixels in codec.decode_areas(file, nearest(), realism=realism, progress=overall):
        (top, bottom), (left, right) = area
        layer.put(Region(top, left, bottom - top, right - left), pixels)
        tell.painted()


def area_of(region: Region) -> "Area":
    """As the codec calls it."""
    from hific_core.models.geometry import Area, Interval  # brings torch

    return Area(Interval(region.top, region.top + region.height), Interval(region.left, region.left + region.width))


def _distance(tile: Region, looked: Region | None) -> float:
    """Between centres; tiles that are seen come before all others."""
    if looked is None:
        return 0.0
    down = tile.top + tile.height / 2 - looked.top - looked.height / 2
    across = tile.left + tile.width / 2 - looked.left - looked.width / 2
    return (down**2 + across**2) ** 0.5 - (1e9 if tile.meets(looked) else 0)
