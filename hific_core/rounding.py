"""Latents to symbols: less their means, which at every other position know the symbols around, and rounded."""

import numpy as np
from numpy.typing import NDArray

from hific_core.entropy.symbols import to_symbols
from hific_core.models.context import anchors
from hific_core.models.geometry import Area
from hific_core.models.inference import InferenceModel


def rounded(
    model: InferenceModel, latents: NDArray[np.float32], z_hat: NDArray[np.int32], quality: int
) -> NDArray[np.int32]:
    """float32 (C, h, w) and rounded hyperlatents -> symbols int32 (C, h, w), which take the latents' place in memory.

    Raises LatentsOutOfRange, OutOfMemory.
    """
    symbols, shape = latents.view(np.int32), (latents.shape[1], latents.shape[2])
    for area, means in model.mean_windows(z_hat, shape, quality):
        window = (slice(None), *area.slices)
        found = to_symbols(latents[window], means)
        if model.has_context:
            # between the anchors what is left of the latents waits, as floats, for the context of all anchors
            found = np.where(_anchors(area), found, (latents[window] - means).view(np.int32))
        symbols[window] = found
    for area, added in model.context_windows(symbols, quality):
        window, known = (slice(None), *area.slices), _anchors(area)
        rest = np.where(known, np.float32(0), latents[window])
        symbols[window] = np.where(known, symbols[window], to_symbols(rest, added))
    return symbols


def _anchors(area: Area) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = anchors(
        area.rows.length, area.columns.length, (area.rows.start, area.columns.start)
    ).numpy()
    return found
