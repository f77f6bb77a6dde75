"""How a picture's latents are divided into partitions that decode alone: 32 x 32 latents, 512 x 512 pixels each."""

from collections.abc import Iterator
from typing import NamedTuple

from hific_core.container.header import MAX_PARTITIONS, PARTITION_SIDE
from hific_core.errors import TooManyPartitions
from hific_core.models.geometry import Area, Interval
from hific_core.models.serving import LATENT_STRIDE

PARTITION_LATENTS = PARTITION_SIDE // LATENT_STRIDE


class Partition(NamedTuple):
    """One partition and where it lies."""

    number: int
    """Its place in the file: row by row."""
    area: Area
    """Its latents."""
    share: float
    """Of the partitions gone through, how many came before, in [0, 1)."""

    @property
    def name(self) -> str:
        """As errors call it."""
        return f"partition {self.number}"

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Its pixels, as an index that may reach beyond the picture."""
        rows, columns = (slice(start * LATENT_STRIDE, stop * LATENT_STRIDE) for start, stop in self.area)
        return rows, columns


def check_partitions(height: int, width: int) -> None:
    """Whether a file can hold a picture of so many pixels. Raises TooManyPartitions."""
    if -(-height // PARTITION_SIDE) * -(-width // PARTITION_SIDE) > MAX_PARTITIONS:
        raise TooManyPartitions(height, width)


def partitions(shape: tuple[int, int], needed: Area | None = None) -> Iterator[Partition]:
    """The partitions of latents of `shape`, row by row as in the file; only those that `needed` latents lie in."""
    rows, columns = (_along(side) for side in shape)
    wanted = Area.whole(*shape) if needed is None else needed
    meets = [_meeting(axis, interval) for axis, interval in zip((rows, columns), wanted, strict=True)]
    total = len(meets[0]) * len(meets[1])
    for done, (row, column) in enumerate((r, c) for r in meets[0] for c in meets[1]):
        yield Partition(row * len(columns) + column, Area(rows[row], columns[column]), done / total)


def aligned(area: Area, shape: tuple[int, int]) -> Area:
    """The smallest area of whole partitions around `area`."""
    rows, columns = (
        Interval(
            start // PARTITION_LATENTS * PARTITION_LATENTS, min(-(-stop // PARTITION_LATENTS) * PARTITION_LATENTS, side)
        )
        for (start, stop), side in zip(area, shape, strict=True)
    )
    return Area(rows, columns)


def _along(side: int) -> list[Interval]:
    return [Interval(start, min(start + PARTITION_LATENTS, side)) for start in range(0, side, PARTITION_LATENTS)]


def _meeting(axis: list[Interval], wanted: Interval) -> list[int]:
    return [n for n, part in enumerate(axis) if part.start < wanted.stop and part.stop > wanted.start]
