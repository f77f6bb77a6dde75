"""What effort does while encoding: bytes are saved, or what the eye sees is made more like the picture."""

import numpy as np
from numpy.typing import NDArray

from hific_core.models import perceptual_refinement, refinement
from hific_core.models.inference import Done, InferenceModel
from hific_core.models.perceptual_refinement import Eye, Priorities
from hific_core.models.refinement import Plain


def coded_quality(model: InferenceModel, quality: int, effort: int, eye: Eye | None) -> int:
    """The quality at which a picture is coded. Raises UnsupportedByModel as `refinement.coded_quality` does."""
    lower = refinement.coded_quality(model, quality, effort)
    return lower if eye is None else Priorities.of(model).coded_quality(quality, effort, eye.realism)


def refined(
    model: InferenceModel, plain: Plain, quality: int, effort: int, eye: Eye | None, done: Done
) -> NDArray[np.int32]:
    """Symbols (C, h, w), which take the place of `plain.symbols`, by squared error or, with an `eye`, by LPIPS too.

    Raises OutOfMemory, and what `done` raises.
    """
    if eye is None:
        return refinement.refined(model, plain, quality, effort, done)
    return perceptual_refinement.refined(model, plain, quality, effort, eye, done)
