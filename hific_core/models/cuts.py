"""Parts of planes: what a stage's run yields, what of it is wanted, what lies beyond a picture's end."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hific_core.models.geometry import Area
from hific_core.models.serving import Positions, Stage

Source = Callable[[Positions, int], Positions]


def outputs(stage: Stage, inputs: Area) -> Area:
    """Where the outputs lie that a run on `inputs` gives."""
    rows, columns = (reach.outputs(interval) for reach, interval in zip(stage.reaches, inputs, strict=True))
    return Area(rows, columns)


def cut(array: NDArray[Any], area: Area) -> NDArray[Any]:
    """An area of a whole plane (C, h, w)."""
    return array[(slice(None), *area.slices)]


def cut_of(array: NDArray[Any], covers: Area, area: Area) -> NDArray[Any]:
    """An area of an array (C, h, w) that covers only a part of the plane."""
    return array[(slice(None), *area.within(covers))]


def gathered(array: NDArray[Any], area: Area, source: Source) -> NDArray[Any]:
    """An area of a plane (C, h, w) that goes on beyond its end as `source` says; a view where it does not."""
    height, width = array.shape[1:]
    if area.rows.stop <= height and area.columns.stop <= width:
        return cut(array, area)
    rows, columns = (source(np.arange(*part), side) for part, side in zip(area, (height, width), strict=True))
    return array[:, rows[:, None], columns[None, :]]
