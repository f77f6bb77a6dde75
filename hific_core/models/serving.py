"""What a model family offers to the codec: its networks as stages that can be cut, and how it pads."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.models.geometry import Reach, reach
from hific_core.models.priors import FactorizedDensity

Positions = NDArray[np.int64]

LATENT_STRIDE = 16
"""Pixels per latent, in both directions."""
HYPER_STRIDE = 4
"""Latents per hyperlatent, in both directions."""


class Part(Enum):
    """Of a network's weights."""

    SHARED = "shared"
    """What both sides need."""
    ENCODING = "encoding"
    PAINTING = "painting"


class Controls(NamedTuple):
    """What the networks are told beside their input; a family may ignore it."""

    quality: Tensor
    """Integer (1,) in 0..1000."""
    realism: Tensor
    """float32 (1,) in [0, 1]."""
    origin: tuple[int, int] = (0, 0)
    """Row and column of the input's first position in the whole plane, for what depends on places (noise)."""


class Stage:
    """One network (1, C, H, W) -> (1, C', H', W') and, by axis, how its outputs depend on its inputs."""

    def __init__(self, run: Callable[[Tensor, Controls], Tensor], *modules: nn.Module, reduced: bool = False) -> None:
        """`modules`: all that look at positions, in the order in which they run; `reduced`: whether the runtime's
        reduced precision is good enough."""
        self.run = run
        self.reduced = reduced
        self.reaches: tuple[Reach, Reach] = (reach(modules, 0), reach(modules, 1))


class Limits(NamedTuple):
    """The longest sides of what is computed at once, in positions of each stage's input (tail: of its output)."""

    analysis: int
    hyper_analysis: int
    hyper_synthesis: int
    trunk: int
    tail: int


class Serving(ABC):
    """A family's networks, on one device; what is static is known without them."""

    coded_multiple: ClassVar[int]
    """Rows and columns of the latents are reflected up to a multiple of this before they are coded."""
    limits: ClassVar[Limits]
    parts: ClassVar[Mapping[Part, tuple[str, ...]]] = MappingProxyType({})
    """The network's modules that only one side runs, by name: `analysis`, `hyper_analysis` and `scales` need ENCODING,
    `trunk` and `tail` need PAINTING. Every parameter of the network lies in a module that is in one part as a whole.
    What is not named here is shared, and read at once."""

    network: nn.Module
    density: FactorizedDensity
    analysis: Stage
    """Pixels in [0, 1] -> latents, gained and not rounded."""
    hyper_analysis: Stage
    """Latents -> hyperlatents, not rounded."""
    means: Stage | None
    """Rounded hyperlatents -> means of the latents; None where latents are rounded as they are."""
    context: Stage | None = None
    """Symbols of the latents at anchors (`models/context.py`) -> what they add to the means between; None for none."""
    scales: Stage
    """Rounded hyperlatents -> scales of the latents, the floats' own (for the estimate), at least the smallest; or
    whatever else `latent_bits` needs."""
    trunk: Stage
    """Decoded latents -> features, at their resolution or a finer one."""
    tail: Stage
    """Features -> pixels, about [0, 1]."""

    @abstractmethod
    def __init__(self, network: Any) -> None: ...

    @staticmethod
    @abstractmethod
    def twin_level(quality: int) -> int | None:
        """What the integer twin is told of the quality; None where it knows none."""

    @staticmethod
    @abstractmethod
    def padded_side(side: int) -> int:
        """Length of a picture's side of so many pixels as the encoder receives it."""

    @staticmethod
    @abstractmethod
    def pixel_source(positions: Positions, side: int) -> Positions:
        """For positions on a padded side: the pixels, of `side`, that they repeat."""

    @staticmethod
    def longest_side(settings: Mapping[str, Any]) -> int | None:
        """Of a picture in pixels, where a network of these settings looks at all of it at once; None where it is cut
        at will."""
        return None

    @staticmethod
    def distortion_weight(quality: int, training: Mapping[str, Any]) -> float | None:
        """Bits per pixel that the mean squared error, on 0..255, may cost for one less of it; None where the family was
        trained for something else than bits and squared error, so that encoding is not refined by them.

        `training`: what the model's card says of its training, whatever that is."""
        return None

    @abstractmethod
    def latent_bits(self, residuals: Tensor, scales: Tensor) -> Tensor:
        """Information in bits, float32 (C, h, w), of rounded latents minus means; `scales` as the stage gives them."""


def rounded_up(side: int, multiple: int) -> int:
    """The next multiple."""
    return -(-side // multiple) * multiple


def repeated(positions: Positions, side: int) -> Positions:
    """Sources where the last position is repeated beyond the end."""
    return np.minimum(positions, side - 1)


def reflected(positions: Positions, side: int) -> Positions:
    """Sources where a side is reflected at its end, the last position not repeated; for less than one side."""
    return np.where(positions < side, positions, 2 * (side - 1) - positions)
