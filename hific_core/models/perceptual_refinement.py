"""Refinement for the eye: descent on latents towards what LPIPS and squared error together find near.

The encoder sees a picture once and guesses; much of what LPIPS misses afterwards could have been said in as many bits.
So bits + weight * (squared error + k * LPIPS), as in training, is minimised for this picture by moving the latents. The
generator is shown their rounded values with straight-through gradients, and bits are those of latents with uniform
noise, as in training too (Campos et al. 2019, arXiv 1906.01223; Yang et al. 2020, arXiv 2006.04240). Each latent steps
by its slope over the root of that slope's recent mean square (RMSprop, Tieleman and Hinton 2012).

LPIPS sees the picture without its first few rows and columns, drawn anew in each step: else it would be pleased at the
one phase of AlexNet's grid that it is usually measured at, and hardly at others (docs/shipped-model.md).

Where the model was trained so, errors count more in calm places than in busy ones, and so does structure that is gone
(`visibility.py`): what its encoder minimises for all pictures is minimised for this one, with less of LPIPS.

What is painted is realism as asked for. Where that is more than 0 it also counts, as in training, how far local means
and spreads of AlexNet's features are apart (`texture.py`). The windows, and what stays as it is, are those of
`refinement.py`.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.least_side import LEAST_SIDE_LPIPS
from hific_core.metrics import Lpips
from hific_core.models.cuts import cut
from hific_core.models.inference import Done, InferenceModel
from hific_core.models.layers import round_straight_through
from hific_core.models.refinement import (
    TOP_QUALITY,
    Painting,
    Plain,
    Window,
    calmer,
    measured_pixels,
    movable,
    original,
    pixels_of,
    told,
    window_by_window,
)
from hific_core.texture import Texture, textures, textures_apart
from hific_core.visibility import structural_distance, visibility

STEPS_PER_EFFORT = 10
_STEP, _SHRINK = 0.05, 0.25
"""The first step in symbols where there are `STEPS_PER_EFFORT`, and the power of their number with which it shrinks;
from there steps fall to nothing along a line."""
_MEMORY = 0.9
"""Of the mean square of a latent's slopes, by whose root its step is divided. Slopes themselves have none: with Adam's
momentum 30 steps reached what 10 do without (docs/effort.md)."""
_OFFSETS = 8
"""Rows and columns, fewer than these, that LPIPS may leave out: AlexNet looks every four pixels and then at every
second of these."""
_STRUCTURE = 6000.0, 600.0
"""Weight of structure at the lowest and the highest quality, geometric between, times the share that the model was
trained with."""
_GROWTH = 0.43
"""Power of the effort with which the quality grows that a picture is coded at."""


class Priorities(NamedTuple):
    """What counts how much beside the squared error on 0..255, and what gained bytes are spent on (docs/effort.md)."""

    lpips: tuple[float, float]
    """Weight of LPIPS at the lowest and the highest quality, geometric between."""
    textures: float
    """Weight, at realism 1, of the distance of textures beside LPIPS."""
    exchange: tuple[int, int]
    """So much higher, at realism 0 and at 1, is the quality that an effort of 1 codes at when quality 0 is asked for:
    what is gained in bytes is spent on the picture, and a file is about as large as one without effort."""
    fall: float
    """Share of that which is lost up to the highest quality."""

    @classmethod
    def of(cls, model: InferenceModel) -> "Priorities":
        """Less LPIPS for a model that was trained for structure, which then is heeded beside it."""
        return _BESIDE_STRUCTURE if told(model, "structure") else _ALONE

    def coded_quality(self, quality: int, effort: int, realism: float) -> int:
        """The quality at which a picture is coded."""
        faithful, realistic = self.exchange
        most = faithful + (realistic - faithful) * realism
        left = 1 - self.fall * quality / TOP_QUALITY
        return min(quality + round(most * left * effort**_GROWTH), TOP_QUALITY)


_ALONE = Priorities((5000.0, 500.0), 2.0, (27, 0), 0.95)
"""LPIPS as in lite-8's training (docs/shipped-model.md); at realism 1 textures have all that is gained."""
_BESIDE_STRUCTURE = Priorities((2500.0, 150.0), 1.0, (27, 25), 0.6)


@dataclass(frozen=True, slots=True)
class Eye:
    """For whom encoding is refined."""

    lpips: Lpips
    """It is moved to the model's device, also when that changes because memory ran out."""
    realism: float = 0.0
    """That the picture will be looked at with."""


def refined(
    model: InferenceModel, plain: Plain, quality: int, effort: int, eye: Eye, done: Done = lambda share: None
) -> NDArray[np.int32]:
    """Symbols (C, h, w), which take the place of `plain.symbols`; an `effort` of 0 changes nothing.

    In no window bits and distortion together, as weighed here, are more than before. Raises OutOfMemory, and what
    `done` raises.
    """
    symbols = plain.symbols
    if effort:

        def work(window: Window, part: Done) -> NDArray[np.int32]:
            with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
                problem = _Problem.of(model, plain, symbols, quality, eye, window)
                found = _descend(problem, STEPS_PER_EFFORT * effort, part)
            return found[(0, slice(None), *window.core.within(window.inputs))].to(torch.int32).numpy()

        window_by_window(model, symbols, work, done)
    return symbols


def _descend(problem: "_Problem", steps: int, done: Done) -> Tensor:
    """Symbols, whole numbers: those that were there, or better ones."""
    draw = torch.Generator().manual_seed(1)
    first, before = problem.sight(draw), math.inf
    moving = problem.started()
    square, longest = torch.zeros_like(moving), _STEP * (STEPS_PER_EFFORT / steps) ** _SHRINK
    for step in range(steps):
        done(step / steps)
        look = problem.look(moving, problem.sight(draw) if step else first)
        if not step:
            before = problem.bits(problem.symbols) + look.distortion
        square = torch.lerp(look.slope.square(), square, _MEMORY)
        typical = (square / (1 - _MEMORY ** (step + 1))).sqrt()
        moving = moving - longest * (1 - step / steps) * look.slope / (typical + 1e-8)
    found = problem.placed(moving.round())
    return found if problem.cost(found, first) < before else problem.symbols


class _Look(NamedTuple):
    """How latents that are being moved cost, and how that changes."""

    distortion: float
    """In bits, of what they round to."""
    slope: Tensor
    """Of bits and distortion by each latent."""


class _Sight(NamedTuple):
    """The picture as LPIPS sees it from one offset."""

    top: int
    left: int
    directions: list[Tensor]
    """Empty where a side is too short for LPIPS."""
    textures: list[Texture]
    """Empty at realism 0."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is minimised in a window; tensors (1, C, rows, columns) of its inputs on the processor, or pixels."""

    painting: Painting
    model: InferenceModel
    eye: Eye
    symbols: Tensor
    """float32, whole numbers: those that were there."""
    latents: Tensor
    """Not rounded, on the device."""
    core: Tensor
    """Whether a position may change: bool (1, 1, rows, columns)."""
    target: Tensor
    """Pixels of the picture on which distortion is measured, on the device."""
    place: tuple[slice, slice]
    """Where they lie in what is painted."""
    visible: Tensor
    """By how much an error counts at each of them."""
    weight: float
    """Bits for one of the mean squared error on 0..255."""
    distance: float
    """Weight of LPIPS beside it."""
    textures: float
    """That of textures beside LPIPS."""
    structure: float
    """That of structure beside the squared error."""

    @classmethod
    def of(
        cls,
        model: InferenceModel,
        plain: Plain,
        symbols: NDArray[np.int32],
        quality: int,
        eye: Eye,
        window: Window,
    ) -> "_Problem":
        """The problem of a window, whose surroundings are what `plain` and the symbols so far say."""
        device, inputs = model.runtime.device, window.inputs
        eye.lpips.to(device)
        place = measured_pixels(window, *plain.pixels.shape[:2]).within(pixels_of(inputs))
        target = original(plain, inputs)[(..., *place)].to(device)
        weight = model.serving.distortion_weight(quality, model.card.training)
        assert weight is not None
        priorities, share = Priorities.of(model), quality / TOP_QUALITY
        return cls(
            Painting.of(model, plain, inputs, quality, eye.realism),
            model,
            eye,
            torch.from_numpy(cut(symbols, inputs).astype(np.float32))[None],
            torch.from_numpy(cut(plain.latents, inputs).copy())[None].to(device),
            movable(window),
            target,
            place,
            visibility(target, told(model, "masking")),
            weight * calmer(model) * target.shape[2] * target.shape[3],
            _between(priorities.lpips, share),
            priorities.textures * eye.realism,
            _between(_STRUCTURE, share) * told(model, "structure"),
        )

    def sight(self, draw: torch.Generator) -> _Sight:
        """From an offset that is drawn."""
        lpips, room = self.eye.lpips, min(self.target.shape[2:]) - LEAST_SIDE_LPIPS + 1
        if room < 1:
            return _Sight(0, 0, [], [])
        top, left = (int(each) for each in torch.randint(min(_OFFSETS, room), (2,), generator=draw))
        with torch.no_grad():
            layers = lpips.rectified(self.target[..., top:, left:])
            return _Sight(top, left, lpips.directions(layers), textures(layers) if self.eye.realism else [])

    def started(self) -> Tensor:
        """The latents less their means, which round to the symbols that were there."""
        with torch.no_grad():
            residuals = (self.latents - self.painting.centre(self.symbols.to(self.latents.device))).cpu()
        return torch.where(residuals.round() == self.symbols, residuals, self.symbols)

    def placed(self, moving: Tensor) -> Tensor:
        """What may change, beside what does not."""
        return torch.where(self.core, moving, self.symbols)

    def look(self, moving: Tensor, sight: _Sight) -> _Look:
        """Distortion and slope.

        Bits are the mean over uniform noise between -1/2 and 1/2, the derivative of which is the difference between the
        ends; to the generator rounding is the identity.
        """
        soft = self.placed(moving).requires_grad_()
        with torch.enable_grad():
            distortion = self._distortion(round_straight_through(soft), sight)
            (found,) = torch.autograd.grad(distortion, soft)
        soft = soft.detach()
        slope = (found + self._each(soft + 0.5) - self._each(soft - 0.5)) * self.core
        return _Look(float(distortion.detach()), slope)

    def cost(self, symbols: Tensor, sight: _Sight) -> float:
        """Bits, and distortion in bits, of whole numbers."""
        with torch.no_grad():
            return self.bits(symbols) + float(self._distortion(symbols, sight))

    def bits(self, symbols: Tensor) -> float:
        """Of whole numbers, where they may change."""
        return float((self._each(symbols) * self.core).sum())

    def _each(self, residuals: Tensor) -> Tensor:
        """Bits of each latent."""
        return self.model.serving.latent_bits(residuals[0], self.painting.scales[0])[None]

    def _distortion(self, symbols: Tensor, sight: _Sight) -> Tensor:
        """In bits; LPIPS counts not where a side is too short for it."""
        pixels = self.painting.generate(symbols.to(self.target.device))[(..., *self.place)]
        error = (self.visible * ((pixels - self.target) * 255).square()).mean()
        if self.structure:
            error = error + self.structure * structural_distance(self.target, pixels).sum()
        if sight.directions:
            error = error + self.distance * self._seen(pixels, sight)
        return (error * self.weight).cpu()

    def _seen(self, pixels: Tensor, sight: _Sight) -> Tensor:
        """How far these pixels are from the picture to the eye."""
        layers = self.eye.lpips.rectified(pixels[..., sight.top :, sight.left :])
        distance = self.eye.lpips.between(sight.directions, layers).sum()
        if sight.textures:
            distance = distance + self.textures * textures_apart(sight.textures, layers).sum()
        return distance


def _between(ends: tuple[float, float], share: float) -> float:
    """Geometric."""
    low, high = ends
    return low * (high / low) ** share
