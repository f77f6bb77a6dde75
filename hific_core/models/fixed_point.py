"""The exact integer twin of the scale network.

Every tensor holds integers in float64: weights of 16 bits, activations below 2^16, hyperlatents clamped to
+-2^15. Each sum stays below 2^53 (`largest_sum`, checked when a model is prepared and again when it is loaded),
so every addition is exact and the result is the same in any order, on any processor, with any library. Rescaling
multiplies by powers of two and rounds half up. The last sums are compared with integer thresholds: what comes out
is the index of a scale, and no float of the network was ever near it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.errors import WeightsDamaged

WEIGHT_BITS = 16
ACTIVATION_BITS = 16
HYPERLATENT_LIMIT = 2**15
LARGEST_ACTIVATION = 2**ACTIVATION_BITS - 1
EXACT_LIMIT = 2**53


@dataclass(frozen=True, slots=True)
class IntegerLayer:
    """One convolution of stride 1, its borders padded with zeros; then, but for the last layer, ReLU.

    The integer sum `s` of output channel `o` stands for `s * 2^-(fraction of the input + weight_fraction[o])`.
    """

    weight: NDArray[np.int16]
    """(O, I, k, k)."""
    bias: NDArray[np.int64]
    """(O,), at the scale of the sums."""
    shift: NDArray[np.int32]
    """(O,): sums are divided by 2^shift to become activations of the next layer; unused in the last layer."""
    upscale: int
    """Factor of the pixel shuffle that follows; 1 for none."""
    _bias: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keeps the bias in float64 too."""
        object.__setattr__(self, "_bias", torch.from_numpy(self.bias.astype(np.float64)))

    def largest_sum(self, largest_input: int) -> int:
        """Upper bound of every partial sum's magnitude when no input exceeds `largest_input`."""
        weights = np.abs(self.weight.astype(np.int64)).sum(axis=(1, 2, 3))
        return max(
            int(weight) * largest_input + abs(int(bias)) for weight, bias in zip(weights, self.bias, strict=True)
        )

    def sums(self, x: Tensor) -> Tensor:
        """Integers in float64 (N, I, h, w) -> integer sums in float64 (N, O, h, w), before the shuffle."""
        # Widened anew each time, a thousandth of the work that follows: wide networks would keep 50 MB of it.
        weight = torch.from_numpy(self.weight.astype(np.float64))
        return nn.functional.conv2d(x, weight, padding=self.weight.shape[2] // 2).add_(self._bias[:, None, None])

    def activations(self, sums: Tensor) -> Tensor:
        """Sums, which are overwritten -> what the next layer receives: rescaled, rounded, in 0..2^16 - 1, shuffled."""
        factor = torch.from_numpy(np.ldexp(1.0, -self.shift))[:, None, None]
        x = sums.mul_(factor).add_(0.5).floor_().clamp_(0, LARGEST_ACTIVATION)
        return nn.functional.pixel_shuffle(x, self.upscale) if self.upscale > 1 else x


@dataclass(frozen=True, slots=True)
class FixedPointScales:
    """Integer hyperlatents and quality level to scale indexes."""

    layers: tuple[IntegerLayer, ...]
    thresholds: NDArray[np.int64]
    """(C, levels - 1), ascending along levels: the index is how many of its channel lie below the sum."""
    _thresholds: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises WeightsDamaged where a sum might leave float64's exact integers."""
        check_exact(self.layers, self.thresholds)
        object.__setattr__(self, "_thresholds", torch.from_numpy(self.thresholds.astype(np.float64)))

    @property
    def channels(self) -> int:
        """C, number of latent channels."""
        return self.thresholds.shape[0]

    @property
    def levels(self) -> int:
        """Number of scales in the table."""
        return self.thresholds.shape[1] + 1

    @property
    def halo(self) -> int:
        """Hyperlatents beyond an area, on every side, that the indexes inside it depend on."""
        return halo_of(self.layers)

    def sums(self, z_hat: NDArray[np.int32], level: int | None) -> Tensor:
        """Last layer's sums, float64 (C, 4h, 4w), for hyperlatents (C', h, w).

        `level` is `quality // 8`, one more channel; None for a network that knows no quality.
        """
        return last_sums(self.layers, z_hat, level)

    def indexes(self, z_hat: NDArray[np.int32], level: int | None) -> NDArray[np.uint8]:
        """int32 (C', h, w), any values, and the level as for `sums` -> uint8 (C, 4h, 4w) in 0..levels - 1."""
        sums = self.sums(z_hat, level)
        found = torch.searchsorted(self._thresholds, sums.flatten(1), out_int32=True)
        return found.to(torch.uint8).reshape(sums.shape).numpy()


def check_exact(layers: Sequence[IntegerLayer], thresholds: NDArray[np.int64]) -> None:
    """Raises WeightsDamaged where a sum might leave float64's exact integers, or an index would mean nothing."""
    for number, layer in enumerate(layers):
        largest = layer.largest_sum(HYPERLATENT_LIMIT if number == 0 else LARGEST_ACTIVATION)
        if largest >= EXACT_LIMIT:
            raise WeightsDamaged(
                f"Layer {number} of the integer scale network may reach {largest}, beyond exact float64; "
                "prepare the model again with smaller weights."
            )
    if not layers or np.any(thresholds[..., 1:] < thresholds[..., :-1]):
        raise WeightsDamaged(
            "The integer scale network has no layers, or thresholds that are not ascending; get a fresh copy."
        )


def halo_of(layers: Sequence[IntegerLayer]) -> int:
    """Hyperlatents beyond an area, on every side, that the outputs inside it depend on."""
    reach, scale = 0.0, 1.0
    for layer in layers:
        reach += layer.weight.shape[2] // 2 / scale
        scale *= layer.upscale
    return math.ceil(reach)


def last_sums(layers: Sequence[IntegerLayer], z_hat: NDArray[np.int32], level: int | None) -> Tensor:
    """Last layer's sums, float64 (O, 4h, 4w), for hyperlatents (C', h, w); `level` as for `FixedPointScales.sums`."""
    x = torch.from_numpy(z_hat.astype(np.float64)).clamp_(-HYPERLATENT_LIMIT, HYPERLATENT_LIMIT)[None]
    if level is not None:
        x = torch.cat([x, torch.full((1, 1, *x.shape[2:]), float(level), dtype=torch.float64)], dim=1)
    with torch.inference_mode():
        for layer in layers[:-1]:
            x = layer.activations(layer.sums(x))
        return layers[-1].sums(x)[0]
