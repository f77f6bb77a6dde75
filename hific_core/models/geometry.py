"""Which inputs an output of a stack of layers depends on: derived from the layers, one axis at a time.

All intervals are half-open and count positions along one axis (0: rows, 1: columns) of a picture or of latents.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from torch import nn

POINTWISE = (nn.ReLU, nn.LeakyReLU, nn.Linear, nn.ModuleList)
"""Layers that leave positions alone (a linear layer turns controls into features, and sees no position; a list of
layers may be empty)."""


class Interval(NamedTuple):
    """Positions start, ..., stop - 1."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of positions."""
        return self.stop - self.start

    def clipped(self, total: int) -> "Interval":
        """What of it lies in 0, ..., total - 1."""
        return Interval(max(self.start, 0), min(self.stop, total))

    def moved(self, by: int) -> slice:
        """As a slice of what begins at position `-by`."""
        return slice(self.start + by, self.stop + by)


class Area(NamedTuple):
    """A rectangle: rows and columns."""

    rows: Interval
    columns: Interval

    @classmethod
    def whole(cls, height: int, width: int) -> "Area":
        """All positions of a plane."""
        return cls(Interval(0, height), Interval(0, width))

    @property
    def size(self) -> int:
        """Number of positions."""
        return self.rows.length * self.columns.length

    @property
    def slices(self) -> tuple[slice, slice]:
        """As an index into an array of the whole plane."""
        return slice(*self.rows), slice(*self.columns)

    def within(self, origin: "Area") -> tuple[slice, slice]:
        """As an index into an array that covers `origin`."""
        return self.rows.moved(-origin.rows.start), self.columns.moved(-origin.columns.start)

    def halves(self, multiple: int) -> tuple["Area", "Area"] | None:
        """Two parts, cut across the longer axis at a multiple of `multiple` beyond its start; None if too small."""
        tall = self.rows.length >= self.columns.length
        axis = self.rows if tall else self.columns
        middle = axis.start + axis.length // 2 // multiple * multiple
        if middle == axis.start:
            return None
        one, other = Interval(axis.start, middle), Interval(middle, axis.stop)
        return (
            (self._replace(rows=one), self._replace(rows=other))
            if tall
            else (
                self._replace(columns=one),
                self._replace(columns=other),
            )
        )


_Step = Callable[[Interval], Interval]


@dataclass(frozen=True, slots=True)
class Reach:
    """One axis of a stack of layers."""

    steps: tuple[_Step, ...]
    """From the last layer to the first: outputs to the inputs that they depend on, as if there were no border."""
    inputs_per_output: Fraction
    """16 for an encoder of stride 16, 1/16 for a generator."""
    whole: bool = False
    """Whether every output depends on all inputs, as a norm over space makes it."""

    def needed(self, outputs: Interval, total: int) -> Interval:
        """The inputs, of `total`, that `outputs` depend on, beginning and ending where an output does.

        A stack run on these inputs alone gives the right values at `outputs`: what it pads lies further out.
        """
        if self.whole:
            return Interval(0, total)
        for step in self.steps:
            outputs = step(outputs)
        stride = max(1, int(self.inputs_per_output))
        start, stop = outputs.start // stride * stride, -(-outputs.stop // stride) * stride
        return Interval(start, stop).clipped(total)

    def halo(self) -> tuple[int, int]:
        """Inputs before and after those below an aligned run of outputs, both multiples of the stride."""
        run, side = 1024, 1 << 20
        outputs = Interval(side, side + run)
        inputs = Interval(int(side * self.inputs_per_output), int((side + run) * self.inputs_per_output))
        needed = self.needed(outputs, side * 1024)
        return inputs.start - needed.start, needed.stop - inputs.stop

    def outputs(self, inputs: Interval) -> Interval:
        """Where the outputs lie that a run on `inputs` gives; their ends are aligned."""
        return Interval(int(inputs.start / self.inputs_per_output), int(inputs.stop / self.inputs_per_output))


def reach(modules: Iterable[nn.Module], axis: int) -> Reach:
    """Reach along `axis` of modules that run one after the other, each one's layers in the order they are listed.

    Sums beside a layer (residuals) reach no further than the layer. Raises TypeError for an unknown layer.
    """
    steps: list[_Step] = []
    ratio, whole = Fraction(1), False
    for module in modules:
        for layer in module.modules():
            found = _step(layer, axis)
            if found is not None:
                steps.append(found[0])
                ratio *= found[1]
            elif isinstance(layer, nn.InstanceNorm2d):
                whole = True
            elif not isinstance(layer, POINTWISE) and not any(True for _ in layer.children()) and not _is_norm(layer):
                raise TypeError(f"the reach of {type(layer).__name__} is not known")
    return Reach(tuple(reversed(steps)), ratio, whole)


def _is_norm(layer: nn.Module) -> bool:
    """Whether a layer declares that it treats each position alone."""
    return bool(getattr(layer, "pointwise", False))


def _step(layer: nn.Module, axis: int) -> tuple[_Step, Fraction] | None:
    if isinstance(layer, nn.Conv2d):
        stride, padding = layer.stride[axis], layer.padding[axis]
        assert isinstance(padding, int)
        extent = layer.dilation[axis] * (layer.kernel_size[axis] - 1) + 1
        return partial(_convolved, stride=stride, before=padding, extent=extent), Fraction(stride)
    if isinstance(layer, nn.ConvTranspose2d):
        stride, padding = layer.stride[axis], layer.padding[axis]
        assert isinstance(padding, int)
        return partial(_transposed, stride=stride, before=padding, extent=layer.kernel_size[axis]), Fraction(1, stride)
    if isinstance(layer, nn.ReflectionPad2d):
        before = layer.padding[2 - 2 * axis]  # (left, right, top, bottom)
        return partial(_convolved, stride=1, before=before, extent=1), Fraction(1)
    if isinstance(layer, nn.PixelUnshuffle):
        r = layer.downscale_factor
        return partial(_convolved, stride=r, before=0, extent=r), Fraction(r)
    if isinstance(layer, nn.PixelShuffle):
        r = layer.upscale_factor
        return partial(_shuffled, factor=r), Fraction(1, r)
    return None


def _convolved(outputs: Interval, stride: int, before: int, extent: int) -> Interval:
    return Interval(outputs.start * stride - before, (outputs.stop - 1) * stride - before + extent)


def _transposed(outputs: Interval, stride: int, before: int, extent: int) -> Interval:
    first = -(-(outputs.start + before - extent + 1) // stride)
    return Interval(first, (outputs.stop - 1 + before) // stride + 1)


def _shuffled(outputs: Interval, factor: int) -> Interval:
    return Interval(outputs.start // factor, (outputs.stop - 1) // factor + 1)
