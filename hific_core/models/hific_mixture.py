"""The original's other entropy model: latents follow a mixture of discretised logistics or Gaussians each.

For training alone: neither the original nor this program has integer tables for it.
"""

import math

import torch
from torch import Tensor, nn

from hific_core.models.hific_hyperprior import (
    MASSES,
    Coded,
    HificDensity,
    HificHyperAnalysis,
    HificHyperSynthesis,
    summed,
)
from hific_core.models.layers import lower_bound, round_straight_through
from hific_core.models.passes import Bits, Draws, full
from hific_core.models.priors import SMALLEST_LIKELIHOOD

_SMALLEST_LOG_SCALE = -3.0


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
    scales = torch.exp(lower_bound(log_scales, _SMALLEST_LOG_SCALE))
    masses = lower_bound(MASSES[likelihood](y[:, :, None] - means, scales), SMALLEST_LIKELIHOOD)
    return -torch.logsumexp(torch.log_softmax(logits, dim=2) + torch.log(masses), dim=2) / math.log(2)
