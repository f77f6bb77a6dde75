"""The original's other entropy model: latents follow a mixture of discretised logistics or Gaussians each.

The original can only train it; here `fixed_point_mixture.py` and `entropy/mixture.py` code with it.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.models.hific_hyperprior import (
    MASSES,
    Coded,
    HificDensity,
    HificHyperAnalysis,
    HificHyperSynthesis,
    as_convolution,
    summed,
)
from hific_core.models.layers import lower_bound, round_straight_through
from hific_core.models.passes import Bits, Draws, full
from hific_core.models.priors import SMALLEST_LIKELIHOOD

SMALLEST_LOG_SCALE = -3
"""Lower bound of the logarithm of every component's scale."""


class MixtureSynthesis(HificHyperSynthesis):
    """Hyperlatents (N, filters, h, w) -> (N, 3 * latents * components, 4h, 4w): logits, means, log scales."""

    def __init__(self, latents: int, filters: int, components: int) -> None:
        super().__init__(latents, filters)
        self.conv_out = nn.Conv2d(latents, 3 * latents * components, 1)

    def forward(self, z_hat: Tensor) -> Tensor:
        return self.conv_out(super().forward(z_hat))


class MixtureHyperprior(nn.Module):
    """Named as the original's HyperpriorDLMM; the latents are rounded as they are, around no mean."""

    def __init__(self, latents: int, filters: int, components: int) -> None:
        super().__init__()
        self.analysis_net = HificHyperAnalysis(latents, filters)
        self.synthesis_DLMM_params = MixtureSynthesis(latents, filters, components)
        self.hyperlatent_likelihood = HificDensity(filters)

    def code(self, y: Tensor, draws: Draws, likelihood: str) -> Coded:
        """A training pass over latents (N, C, h, w)."""
        z = full(self.analysis_net(y))
        noisy_z = z + draws.hyperlatents
        parameters = full(self.synthesis_DLMM_params(noisy_z))
        y_hat = round_straight_through(y)
        with torch.autocast(y.device.type, enabled=False):
            density = self.hyperlatent_likelihood
            noisy = Bits(summed(mixture_bits(y + draws.latents, parameters, likelihood)), summed(density.bits(noisy_z)))
            with torch.no_grad():
                rounded = Bits(
                    summed(mixture_bits(y_hat, parameters, likelihood)),
                    summed(density.bits(round_straight_through(z))),
                )
        return Coded(y_hat, noisy, rounded)


def mixture_bits(y: Tensor, parameters: Tensor, likelihood: str) -> Tensor:
    """Bits of latents (N, C, h, w) under mixtures of K: `parameters` (N, 3 * C * K, h, w); same shape as `y`."""
    batch, channels, height, width = y.shape
    logits, means, log_scales = parameters.reshape(batch, 3, channels, -1, height, width).unbind(1)
    scales = torch.exp(lower_bound(log_scales, float(SMALLEST_LOG_SCALE)))
    masses = lower_bound(MASSES[likelihood](y[:, :, None] - means, scales), SMALLEST_LIKELIHOOD)
    return -torch.logsumexp(torch.log_softmax(logits, dim=2) + torch.log(masses), dim=2) / math.log(2)


def as_one_convolution(synthesis: MixtureSynthesis) -> nn.Conv2d:
    """The last two layers, between which there is no ReLU, as one 3 x 3 convolution with float64 weights.

    Products are added one channel after the other: the same sums on every machine.
    """
    inner, outer = as_convolution(synthesis.conv3), synthesis.conv_out
    assert inner.bias is not None
    assert outer.bias is not None
    kernel, shift = _exactly(inner.weight), _exactly(inner.bias)
    mixed = _exactly(outer.weight)[:, :, 0, 0]
    weight = np.zeros((len(mixed), *kernel.shape[1:]))
    bias = _exactly(outer.bias).copy()
    for channel in range(len(kernel)):
        weight += mixed[:, channel, None, None, None] * kernel[channel]
        bias += mixed[:, channel] * shift[channel]
    layer = nn.Conv2d(kernel.shape[1], len(mixed), 3, padding=1, device="meta")
    layer.weight, layer.bias = (nn.Parameter(torch.from_numpy(each), requires_grad=False) for each in (weight, bias))
    return layer


def _exactly(values: Tensor) -> NDArray[np.float64]:
    array: NDArray[np.float64] = values.detach().cpu().double().numpy()
    return array
