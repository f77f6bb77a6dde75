"""How a plane is cut for computation: fixed windows for the encoder, tiles of any size for the decoder.

Latents belong to the whole picture; only computation is cut. A window or a tile is run with all inputs that its
outputs depend on, so that no seam can be seen, and is padded only where the picture itself ends.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from hific_core.models.geometry import Area, Interval, Reach


class Window(NamedTuple):
    """One run along one axis."""

    inputs: Interval
    """What is run; of the same length in every window of a plane."""
    outputs: Interval
    """What is kept of it; together they are all outputs, each once."""


def windows(total: int, longest: int, reach: Reach) -> tuple[Window, ...]:
    """Cuts `total` inputs into windows of one length, at most `longest`, shifted inward at the end.

    The lengths depend on `total` alone, never on memory: kernels of another shape round differently. They are
    all but equal shares, since windows of one length for all pictures were measured to cost up to twice the
    work (docs/decisions/0006-windows.md).
    """
    stride = max(1, int(reach.inputs_per_output))
    if total <= longest:
        whole = Interval(0, total)
        return (Window(whole, reach.outputs(whole)),)
    if reach.whole:
        raise ValueError(f"what looks at all of {total} inputs cannot be cut into windows of {longest}")
    before, after = reach.halo()
    halo = before + after
    if longest - halo < stride:
        raise ValueError(f"windows of {longest} leave nothing beside a halo of {halo}")
    number = -(-(total - halo) // ((longest - halo) // stride * stride))
    step = -(-(total - halo) // (number * stride)) * stride
    starts = [min(k * step, total - step - halo) for k in range(number)]
    borders = [0, *(start + before for start in starts[1:]), total]
    return tuple(
        Window(Interval(start, start + step + halo), reach.outputs(Interval(*kept)))
        for start, kept in zip(starts, pairwise(borders), strict=True)
    )


class PlaneWindow(NamedTuple):
    """A window along both axes."""

    inputs: Area
    outputs: Area


def plane_windows(shape: tuple[int, int], longest: int, reaches: tuple[Reach, Reach]) -> Iterator[PlaneWindow]:
    """Windows over a plane of `shape` inputs, row by row."""
    rows, columns = (windows(total, longest, reach) for total, reach in zip(shape, reaches, strict=True))
    for row in rows:
        for column in columns:
            yield PlaneWindow(Area(row.inputs, column.inputs), Area(row.outputs, column.outputs))


def tiles(area: Area, longest: int, multiple: int) -> Iterator[Area]:
    """Cuts an area into all but equal tiles with sides of at most `longest`, row by row.

    Inner borders lie at multiples of `multiple` from the plane's origin.
    """
    for rows in _shares(area.rows, longest, multiple):
        for columns in _shares(area.columns, longest, multiple):
            yield Area(rows, columns)


def _shares(whole: Interval, longest: int, multiple: int) -> Iterator[Interval]:
    number = -(-whole.length // longest)
    if number == 1:
        yield whole
        return
    length = -(-whole.length // number)
    length = -(-length // multiple) * multiple
    start = whole.start
    while start < whole.stop:
        stop = min((start + length) // multiple * multiple, whole.stop)
        yield Interval(start, stop)
        start = stop
