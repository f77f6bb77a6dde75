"""The exact integer twin of a mixture network: for each component of each latent a weight, a mean and a scale.

As in `fixed_point.py`, integers in float64 all the way; what comes out are small integers that `entropy/mixture.py`
turns into probabilities. How fine they are: docs/decisions/0007-mixture.md.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.models.fixed_point import IntegerLayer, check_exact, halo_of, last_sums

LOGIT_BITS = 4
"""Logits of weights are told apart down to 2^-4."""
LARGEST_DISTANCE = 255
"""Logits further below the largest than this, in units of 2^-4, count as this: a weight has 8 bits."""
MEAN_LIMIT = 2**24
_LOGIT_LIMIT = 2.0**20


@dataclass(frozen=True, slots=True)
class FixedPointMixture:
    """Integer hyperlatents to the parameters of the latents' mixtures.

    The last layer has outputs (3, C, K): logits, means and logarithms of scales.
    """

    layers: tuple[IntegerLayer, ...]
    thresholds: NDArray[np.int64]
    """(C, K, levels - 1), ascending along levels: the index is how many lie below the sum of the log scale."""
    fractions: NDArray[np.int32]
    """(2, C, K): sums of logits and of means stand for themselves times 2^-fraction."""
    mean_bits: NDArray[np.int32]
    """(levels,): a mean beside a scale of this level is a multiple of 2^-bits."""
    _thresholds: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises WeightsDamaged where a sum might leave float64's exact integers."""
        check_exact(self.layers, self.thresholds)
        channels, components, boundaries = self.thresholds.shape
        thresholds = self.thresholds.astype(np.float64).reshape(channels * components, boundaries)
        object.__setattr__(self, "_thresholds", torch.from_numpy(thresholds))

    @property
    def channels(self) -> int:
        """C, number of latent channels."""
        return self.thresholds.shape[0]

    @property
    def levels(self) -> int:
        """Number of scales in the table."""
        return self.thresholds.shape[2] + 1

    @property
    def halo(self) -> int:
        """Hyperlatents beyond an area, on every side, that the parameters inside it depend on."""
        return halo_of(self.layers)

    def indexes(self, z_hat: NDArray[np.int32], level: int | None) -> NDArray[np.int32]:
        """int32 (C', h, w), any values -> int32 (3, K, C, 4h, 4w): weight, mean and scale index of each component.

        A weight is the distance of its logit to the largest of the latent's, in units of 2^-4, 0..255; a mean counts
        units of 2^-mean_bits, rounded down, its magnitude at most 2^24. `level` as for the twin of a scale network.
        """
        logits, means, log_scales = last_sums(self.layers, z_hat, level).chunk(3)
        found = torch.searchsorted(self._thresholds, log_scales.flatten(1), out_int32=True)
        plane = log_scales.shape[1:]
        shape = (*self.thresholds.shape[:2], *plane)
        scales = found.numpy().reshape(shape)
        logit_fractions, mean_fractions = self.fractions[..., None, None]
        units = _scaled(means, self.mean_bits[scales] - mean_fractions)
        steps = np.floor(_scaled(logits, LOGIT_BITS - logit_fractions) + 0.5)
        steps = np.clip(steps, -_LOGIT_LIMIT, _LOGIT_LIMIT)
        parameters = np.empty((3, shape[1], shape[0], *plane), np.int32)
        into = parameters.swapaxes(1, 2)
        into[0] = np.minimum(steps.max(axis=1, keepdims=True) - steps, LARGEST_DISTANCE)
        into[1] = np.clip(np.floor(units), -MEAN_LIMIT, MEAN_LIMIT)
        into[2] = scales
        return parameters


def _scaled(sums: Tensor, exponents: NDArray[np.integer]) -> NDArray[np.float64]:
    """sums (C * K, h, w) times 2^exponents (C, K, h, w) or (C, K, 1, 1), exact."""
    channels, components = exponents.shape[:2]
    scaled: NDArray[np.float64] = np.ldexp(
        sums.numpy().reshape(channels, components, *sums.shape[1:]), exponents.astype(np.int32)
    )
    return scaled
