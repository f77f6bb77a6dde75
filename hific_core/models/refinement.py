"""Refinement while encoding: symbols are moved by ones where that buys more than it costs; decoders notice nothing.

Rounding each latent by itself is not what costs least: a symbol that hardly shows may be cheaper one step nearer to its
mean, and what one latent lost its neighbours can make up for. So descent, as in Campos et al. 2019 (arXiv 1906.01223)
and Yang et al. 2020 (arXiv 2006.04240), but on the integers themselves: a step computes the gradient of the distortion
by the decoded latents, foretells with it and the curvature what each symbol's step by one would change in bits and
distortion, and takes, at every other position, the best if it is a gain. A step that turns out wrong is taken back.

Squared error alone would buy its bits with texture, which LPIPS misses. Three things keep the character of plain
encoding (docs/effort.md): distortion counts more than in training, it counts less where the picture is busy, and part
of it is the distance from what the generator makes of latents that were not rounded.

Only bits of latents count; hyperlatents stay. Windows run one after the other, each beside what its neighbours have
become, always in float32.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.errors import UnsupportedByModel
from hific_core.models.cuts import cut, gathered
from hific_core.models.geometry import Area, Interval
from hific_core.models.inference import Done, InferenceModel
from hific_core.models.serving import LATENT_STRIDE, Controls, repeated

TOP_QUALITY = 1000
TOP_EFFORT = 10
STEPS_PER_EFFORT = 3
LONGEST = 48
"""Sides of a window, in latents."""
MARGIN = 8
"""Latents beside a window's core that it sees and does not change, where the picture goes on; distortion is measured on
the core and half of them, since what the generator makes of the outer half lacks its surroundings."""
_EMPHASIS = 6.5, 4.5
"""By how much more distortion weighs than in training, at the lowest quality and at the highest."""
_CALMER = 1.2
"""By how much more distortion counts, for each unit of the masking that a model was trained with: its distortion is
larger, so that the weights of its card are smaller for as many bits (docs/effort.md)."""
_MOST = 4.0
"""Of what a model's card may say of masking and structure."""
_PLAIN_SHARE = 0.5
"""Of the target, which is this much of what the generator makes of unrounded latents, the rest of the picture."""
_VISIBLE = 5.0
"""Standard deviation of a cell's luma, on 0..255, from which on errors begin to hide in it."""
_EXCHANGE = 30
"""So much lower is the quality that most efforts code at; an effort of 1 by half of it."""
_PROBES = 2
_DAMPING = 1.5
"""Factor on the curvature after a step that was taken back."""


class Plain(NamedTuple):
    """What plain encoding made of a picture, and out of what."""

    pixels: NDArray[np.uint8]
    """(H, W, 3)."""
    latents: NDArray[np.float32]
    """(C, h, w), not rounded."""
    z_hat: NDArray[np.int32]
    """(C', h', w')."""
    symbols: NDArray[np.int32]
    """(C, h, w), of latents less means."""


class Window(NamedTuple):
    """Latents that are run at once."""

    inputs: Area
    core: Area
    """Those that may change; the cores are all latents, each once."""
    measured: Area
    """Those on whose pixels distortion is measured."""


def coded_quality(model: InferenceModel, quality: int, effort: int) -> int:
    """The quality at which a picture is coded: what refinement makes better is spent on fewer bytes.

    Raises UnsupportedByModel for an effort out of range, or above 0 with a family that is not refined.
    """
    if not 0 <= effort <= TOP_EFFORT:
        raise UnsupportedByModel(f"Effort {effort} is outside 0 to {TOP_EFFORT}; choose one between.")
    if effort and not model.refinable:
        raise UnsupportedByModel(
            f"The model {model.card.name} was trained for texture more than for squared error, which is what effort "
            "heeds; leave --effort out."
        )
    return max(quality - round(_EXCHANGE * (1 - 2.0**-effort)), 0)


def refined(
    model: InferenceModel, plain: Plain, quality: int, effort: int, done: Done = lambda share: None
) -> NDArray[np.int32]:
    """Symbols (C, h, w), which take the place of `plain.symbols`; an `effort` of 0 changes nothing.

    In no window bits and distortion together, as weighed here, are more than before. Raises OutOfMemory, and what
    `done` raises.
    """
    symbols = plain.symbols
    if not effort:
        return symbols
    visibility = visibilities(plain.pixels, (plain.symbols.shape[1], plain.symbols.shape[2]))

    def work(window: Window, part: Done) -> NDArray[np.int32]:
        return _refine_window(model, plain, symbols, visibility, quality, STEPS_PER_EFFORT * effort, window, part)

    window_by_window(model, symbols, work, done)
    return symbols


def window_by_window(
    model: InferenceModel, symbols: NDArray[np.int32], work: Callable[[Window, Done], NDArray[np.int32]], done: Done
) -> None:
    """Replaces the symbols (C, h, w) of each window's core by what `work` makes of it, beside what its neighbours have
    become."""
    cut_windows = list(windows(symbols.shape[1], symbols.shape[2]))
    for number, window in enumerate(cut_windows):

        def part(share: float, number: int = number) -> None:
            done((number + share) / len(cut_windows))

        (found,) = model.shortage.run_windows([partial(work, window, part)], lambda share: None)
        symbols[(slice(None), *window.core.slices)] = found


def windows(height: int, width: int) -> Iterator[Window]:
    """Windows over latents of so many rows and columns, row by row; sides of at most `LONGEST`."""
    for rows in _cores(height):
        for columns in _cores(width):
            core = Area(rows, columns)
            yield Window(_grown(core, MARGIN, height, width), core, _grown(core, MARGIN // 2, height, width))


def _cores(total: int) -> list[Interval]:
    longest = LONGEST if total <= LONGEST else LONGEST - 2 * MARGIN
    number = -(-total // longest)
    return [Interval(total * k // number, total * (k + 1) // number) for k in range(number)]


def _grown(core: Area, margin: int, height: int, width: int) -> Area:
    rows, columns = (Interval(start - margin, stop + margin) for start, stop in core)
    return Area(rows.clipped(height), columns.clipped(width))


def visibilities(pixels: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.float32]:
    """How much an error counts in each cell of 16 x 16 pixels, `shape` of them: uint8 (H, W, 3) -> float32, mean 1.

    It falls with the standard deviation of the luma in the cell and those around it; cells beyond the picture repeat
    its last.
    """
    height, width = pixels.shape[:2]
    rows, columns = -(-height // LATENT_STRIDE), -(-width // LATENT_STRIDE)
    moments = np.empty((2, rows, columns))
    across = repeated(np.arange(columns * LATENT_STRIDE), width)
    for row in range(rows):
        down = repeated(np.arange(row * LATENT_STRIDE, (row + 1) * LATENT_STRIDE), height)
        luma = pixels[down].astype(np.float64).mean(axis=2)[:, across].reshape(LATENT_STRIDE, columns, LATENT_STRIDE)
        moments[:, row] = luma.mean((0, 2)), np.square(luma).mean((0, 2))
    around = np.pad(moments, ((0, 0), (1, 1), (1, 1)), mode="edge")
    # a cell counts as much as its eight neighbours together
    neighbours = sum(around[:, i : i + rows, j : j + columns] for i in range(3) for j in range(3))
    mean, square = (neighbours + 7 * moments) / 16
    found = 1 / np.sqrt(np.maximum(square - mean**2, 0) + _VISIBLE**2)
    found = (found / found.mean()).astype(np.float32)
    down, across = (repeated(np.arange(side), total) for side, total in zip(shape, found.shape, strict=True))
    return np.ascontiguousarray(found[down][:, across])


# --- one window -------------------------------------------------------------------------------------------------------


def _refine_window(
    model: InferenceModel,
    plain: Plain,
    symbols: NDArray[np.int32],
    visibility: NDArray[np.float32],
    quality: int,
    steps: int,
    window: Window,
    done: Done,
) -> NDArray[np.int32]:
    """New symbols (C, rows, columns) of the window's core."""
    started = torch.from_numpy(cut(symbols, window.inputs).astype(np.float32))[None]
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
        problem = _Problem.of(model, plain, visibility, quality, window)
        found = _descend(problem, started, steps, done)
    core = found[(0, slice(None), *window.core.within(window.inputs))]
    return core.to(torch.int32).numpy()


def _descend(problem: "_Problem", symbols: Tensor, steps: int, done: Done) -> Tensor:
    """The best of the symbols met on the way; float32 (1, C, rows, columns) on the processor, whole numbers."""
    done(0.0)
    curvature, damping = problem.curvature(symbols), 1.0
    best = problem.look(symbols)
    for step in range(steps):
        done(step / steps)
        moved = problem.moved(best, curvature * damping, parity=step % 2)
        tried = problem.look(moved)
        if tried.cost < best.cost:
            best = tried
        else:
            damping *= _DAMPING
    return best.symbols


class _Look(NamedTuple):
    """What symbols cost, and how that changes."""

    symbols: Tensor
    cost: float
    """Bits, and distortion in bits."""
    slope: Tensor
    """Of the distortion in bits, by each symbol, on the processor."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is minimised in a window; tensors (1, C, rows, columns) of its inputs, or pixels."""

    generate: Callable[[Tensor], Tensor]
    """Symbols, float32 on the device -> pixels."""
    device: torch.device
    scales: Tensor
    """On the processor, as all that bits come from: some devices cancel in erfc's tails."""
    latent_bits: Callable[[Tensor, Tensor], Tensor]
    target: Tensor
    weights: Tensor
    """Of squared errors on [0, 1], in bits: (1, 1, pixel rows, pixel columns)."""
    cells: Tensor
    """Mean weight of the pixels of a latent, on the processor: (1, 1, rows, columns)."""
    core: Tensor
    """Whether a position may change: (1, 1, rows, columns) of bool on the processor."""

    @classmethod
    def of(
        cls, model: InferenceModel, plain: Plain, visibility: NDArray[np.float32], quality: int, window: Window
    ) -> "_Problem":
        """The problem of a window, whose surroundings are what `plain` and the symbols so far say."""
        serving, device, inputs = model.serving, model.runtime.device, window.inputs
        painting = Painting.of(model, plain, inputs, quality)
        latents = torch.from_numpy(cut(plain.latents, inputs).copy())[None].to(device)
        x = original(plain, inputs).to(device)
        with torch.no_grad():
            target = torch.lerp(x, painting.paint(latents), _PLAIN_SHARE)
        weight = serving.distortion_weight(quality, model.card.training)
        assert weight is not None
        low, high = _EMPHASIS
        emphasis = low * (high / low) ** (quality / TOP_QUALITY) * calmer(model)
        weights = _weights(plain.pixels, visibility, window) * (emphasis * weight * 255**2 / 3)
        rows, columns = inputs.rows.length, inputs.columns.length
        cells = weights.reshape(1, 1, rows, LATENT_STRIDE, columns, LATENT_STRIDE).mean((3, 5))
        return cls(
            painting.generate,
            device,
            painting.scales,
            serving.latent_bits,
            target,
            weights.to(device),
            cells,
            movable(window),
        )

    def look(self, symbols: Tensor) -> _Look:
        """One pass forward and back through the generator."""
        with torch.enable_grad():
            moving = symbols.to(self.device, copy=True).requires_grad_()
            distortion = (self.weights * (self.generate(moving) - self.target).square()).sum()
            (slope,) = torch.autograd.grad(distortion, moving)
        bits = self.latent_bits(symbols[0], self.scales[0]).double() * self.core[0]
        return _Look(symbols, float(bits.sum()) + float(distortion.detach()), slope.cpu())

    def moved(self, look: _Look, curvature: Tensor, parity: int) -> Tensor:
        """At every other position of the core the one step by one that promises most, if any promises a gain."""
        now, down, up = (self.latent_bits(look.symbols[0] + by, self.scales[0])[None] for by in (0, -1, 1))
        down = down - now - look.slope + curvature
        up = up - now + look.slope + curvature
        change, channel = torch.minimum(down, up).min(dim=1, keepdim=True)
        rows, columns = look.symbols.shape[2:]
        turn = (torch.arange(rows)[:, None] + torch.arange(columns) + parity) % 2 == 0
        taken = (change < 0) & self.core & turn
        by = torch.where(down < up, -1.0, 1.0).gather(1, channel) * taken
        return look.symbols.scatter_add(1, channel, by)

    def curvature(self, symbols: Tensor) -> Tensor:
        """Half the second derivative of the distortion by each symbol alone, as far as the generator is linear.

        The diagonal of J^T J (Hutchinson's estimate, seeded), one number for each channel, times the weights.
        """
        draw = torch.Generator().manual_seed(1)
        total = torch.zeros_like(symbols)
        for _ in range(_PROBES):
            signs = torch.randint(0, 2, self.target.shape, generator=draw).float() * 2 - 1
            with torch.enable_grad():
                moving = symbols.to(self.device, copy=True).requires_grad_()
                (found,) = torch.autograd.grad((self.generate(moving) * signs.to(self.device)).sum(), moving)
            total += found.cpu().square()
        return total.mean((2, 3), keepdim=True) / _PROBES * self.cells


class Painting(NamedTuple):
    """What the networks make of a window's symbols."""

    paint: Callable[[Tensor], Tensor]
    """Latents, float32 (1, C, rows, columns) on the device -> pixels."""
    centre: Callable[[Tensor], Tensor]
    """Symbols, likewise -> the means around which they lie."""
    scales: Tensor
    """On the processor, as `Serving.latent_bits` takes them: (1, C, rows, columns)."""

    @classmethod
    def of(cls, model: InferenceModel, plain: Plain, inputs: Area, quality: int, realism: float = 0.0) -> "Painting":
        """Those at the window's inputs, in float32, with gradients by what they are given and not by weights."""
        serving, device = model.serving, model.runtime.device
        controls = Controls(
            torch.tensor([quality], device=device),
            torch.tensor([realism], device=device),
            (inputs.rows.start, inputs.columns.start),
        )
        means = torch.zeros((1, *cut(plain.latents, inputs).shape), device=device)
        if serving.means is not None:
            means = model.from_hyperlatents(serving.means, plain.z_hat, inputs, quality).float().clone()
        scales = model.from_hyperlatents(serving.scales, plain.z_hat, inputs, quality).float().cpu().clone()

        def paint(y_hat: Tensor) -> Tensor:
            x = y_hat.contiguous(memory_format=torch.channels_last)
            return serving.tail.run(serving.trunk.run(x, controls), controls).float()

        def centre(symbols: Tensor) -> Tensor:
            return means if serving.context is None else means + serving.context.run(symbols, controls)

        return cls(paint, centre, scales)

    def generate(self, symbols: Tensor) -> Tensor:
        """Symbols, float32 on the device -> pixels."""
        return self.paint(symbols + self.centre(symbols))


def calmer(model: InferenceModel) -> float:
    """By how much more distortion counts than the weights of the model's card say."""
    return 1 + _CALMER * told(model, "masking")


def told(model: InferenceModel, name: str) -> float:
    """What the card says that the model was trained with; 0 where it says nothing, or nothing that could be meant."""
    value = model.card.training.get(name)
    return value if type(value) is float and 0 <= value <= _MOST else 0.0


def original(plain: Plain, inputs: Area) -> Tensor:
    """The picture that a window's inputs paint, float32 (1, 3, rows, columns) in [0, 1], its edges repeated."""
    picture = gathered(plain.pixels.transpose(2, 0, 1), pixels_of(inputs), repeated)
    return torch.from_numpy(np.ascontiguousarray(picture))[None].float() / 255


def movable(window: Window) -> Tensor:
    """Which of a window's inputs may change: bool (1, 1, rows, columns)."""
    core = torch.zeros((1, 1, window.inputs.rows.length, window.inputs.columns.length), dtype=torch.bool)
    core[(..., *window.core.within(window.inputs))] = True
    return core


def measured_pixels(window: Window, height: int, width: int) -> Area:
    """The pixels, of a picture of `height` x `width`, on which distortion is measured."""
    measured = pixels_of(window.measured)
    return Area(measured.rows.clipped(height), measured.columns.clipped(width))


def pixels_of(latents: Area) -> Area:
    """What lies under them."""
    rows, columns = (Interval(start * LATENT_STRIDE, stop * LATENT_STRIDE) for start, stop in latents)
    return Area(rows, columns)


def _weights(pixels: NDArray[np.uint8], visibility: NDArray[np.float32], window: Window) -> Tensor:
    """How much errors count: 0 where nothing is measured; (1, 1, pixel rows, pixel columns)."""
    found = visibility[window.inputs.slices].repeat(LATENT_STRIDE, 0).repeat(LATENT_STRIDE, 1)
    measured = measured_pixels(window, *pixels.shape[:2])
    kept = np.zeros_like(found)
    inside = measured.within(pixels_of(window.inputs))
    kept[inside] = found[inside]
    return torch.from_numpy(kept)[None, None]
