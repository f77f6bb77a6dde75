"""How a file becomes a layer: what the person looks at comes first, the rest behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.jobs import Focus, Shown
from app.layers import CELL, Layer, Pixels, Region, on_disk, regions
from app.worker import Progress
from hific_core.container.hfc_file import HfcFile

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.models.geometry import Area
    from hific_core.pixels.picture import Picture

TILE = 8 * CELL
"""Side of what is painted at once: larger tiles repeat less of their borders."""
GROUP = 16 * CELL
"""Side of what is read from the file at once: so much of the symbols is in memory."""
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


def transparency(file: HfcFile) -> Layer | None:
    """Of a file's picture, decoded once for all that is made of it; None where all is opaque. Raises CorruptFile."""
    from hific_core.pixels.alpha import decode_alpha

    if "ALPH" not in file.metadata:
        return None
    return transparent(decode_alpha(file.metadata["ALPH"], (file.header.height, file.header.width)), None)


def transparent(alpha: Pixels | None, known: Layer | None) -> Layer | None:
    """A transparency as a layer: `known` where that is the same, so that sides share it."""
    if alpha is None:
        return None
    same = known is not None and np.array_equal(alpha, known.pixels)
    return known if same else Layer.of(on_disk(alpha))


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
    if wanted is None or not codec.model.divisible:
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
    if wanted is not None and codec.model.divisible:
        layer.put(wanted, codec.decode_region(file, area_of(wanted), realism=realism, progress=progress))
        tell.painted()


def paint(
    codec: "Codec", file: HfcFile, realism: float, layer: Layer, focus: Focus, tell: Tell, progress: Progress
) -> None:
    """All of it, always going on with what is nearest to what is looked at: group by group, in each tile by tile."""
    whole = Region(0, 0, *layer.size)
    groups = regions(*layer.size, GROUP) if codec.model.divisible else [whole]
    total, done = whole.height * whole.width, 0
    while groups:
        group = _nearest(groups, focus)
        tiles = regions(group.height, group.width, TILE) if codec.model.divisible else [whole]
        tiles = [tile._replace(top=tile.top + group.top, left=tile.left + group.left) for tile in tiles]
        queue = (area_of(_nearest(tiles, focus)) for _ in range(len(tiles)))
        heard = _overall(progress, done, group.height * group.width, total, len(tiles))
        for area, pixels in codec.decode_areas(file, queue, area_of(group), realism=realism, progress=heard):
            (top, bottom), (left, right) = area
            layer.put(Region(top, left, bottom - top, right - left), pixels)
            done += area.size
            tell.painted()


def _overall(progress: Progress, done: int, group: int, total: int, tiles: int) -> Progress:
    """Progress with a group as one with the whole; its symbols count as a fifth of it."""
    painted = 0.0

    def heard(stage: str, share: float) -> None:
        nonlocal painted
        if stage == "synthesise":
            painted = max(painted, share / tiles)
        progress(stage, min((done + group * (0.2 * share if stage == "decode" else painted)) / total, 1.0))

    return heard


def _nearest(left: list[Region], focus: Focus) -> Region:
    """Takes what is to be done next."""
    chosen = min(left, key=lambda region: _distance(region, focus.region))
    left.remove(chosen)
    return chosen


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
