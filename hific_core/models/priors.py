"""Probability models of the float networks: what training minimises and what integer tables are made from."""

import math

import torch
from torch import Tensor, nn

from hific_core.models.layers import lower_bound

SMALLEST_SCALE = 0.11
"""Lower bound of every scale, as in Balle et al. 2018 (arXiv 1802.01436)."""
LARGEST_SCALE = 256.0
SMALLEST_LIKELIHOOD = 1e-9


class FactorizedDensity(nn.Module):
    """One learned density per hyperlatent channel (Balle et al. 2018, arXiv 1802.01436, appendix 6.1).

    The cumulative distribution is a chain of four small matrices with softplus weights and gated tanh
    between them, so that it is monotone; the mass of an integer is the difference at its two half-integers.
    """

    def __init__(self, channels: int, widths: tuple[int, ...] = (3, 3, 3), spread: float = 10.0) -> None:
        super().__init__()
        sizes = (1, *widths, 1)
        self.steps = len(sizes) - 1
        scale = spread ** (1 / self.steps)
        for k in range(self.steps):
            weight = math.log(math.expm1(1 / scale / sizes[k + 1]))
            shape = (channels, sizes[k + 1], sizes[k])
            self.register_parameter(f"H_{k}", nn.Parameter(torch.full(shape, weight)))
            self.register_parameter(f"b_{k}", nn.Parameter(torch.rand(channels, sizes[k + 1], 1) - 0.5))
            if k < self.steps - 1:
                self.register_parameter(f"a_{k}", nn.Parameter(torch.zeros(channels, sizes[k + 1], 1)))

    def cumulative_logits(self, x: Tensor) -> Tensor:
        """Logits of the cumulative distribution at `x`, float32 (C, 1, n) -> (C, 1, n)."""
        for k in range(self.steps):
            x = nn.functional.softplus(getattr(self, f"H_{k}")) @ x + getattr(self, f"b_{k}")
            if k < self.steps - 1:
                x = x + torch.tanh(getattr(self, f"a_{k}")) * torch.tanh(x)
        return x

    def bits(self, z: Tensor) -> Tensor:
        """Information of hyperlatents float32 (N, C, h, w), rounded or noisy; same shape, in bits."""
        flat = z.transpose(0, 1).reshape(z.shape[1], 1, -1)
        lower, upper = self.cumulative_logits(flat - 0.5), self.cumulative_logits(flat + 0.5)
        # The difference of two sigmoids is taken on the side where they are small: no cancellation.
        sign = -torch.sign(lower + upper).detach()
        mass = (torch.sigmoid(sign * upper) - torch.sigmoid(sign * lower)).abs()
        bits = -torch.log2(mass.clamp(min=SMALLEST_LIKELIHOOD))
        return bits.reshape(z.shape[1], z.shape[0], *z.shape[2:]).transpose(0, 1)


def gaussian_bits(residuals: Tensor, scales: Tensor) -> Tensor:
    """Information in bits of latents minus means, rounded or noisy, under N(0, scale^2) over unit bins.

    Both float32 of one shape; `scales` at least `SMALLEST_SCALE`.
    """
    distance = residuals.abs()
    root = math.sqrt(0.5)
    upper = torch.erfc((distance - 0.5) / scales * root)
    lower = torch.erfc((distance + 0.5) / scales * root)
    return -torch.log2((0.5 * (upper - lower)).clamp(min=SMALLEST_LIKELIHOOD))


def bounded_scales(log_scales: Tensor) -> Tensor:
    """Natural logarithms of scales to scales in [SMALLEST_SCALE, LARGEST_SCALE]."""
    bounded = lower_bound(log_scales, math.log(SMALLEST_SCALE))
    return torch.exp(-lower_bound(-bounded, -math.log(LARGEST_SCALE)))
