"""`hific`'s hyperprior: the networks between latents and hyperlatents, densities and likelihoods.

Modules are named as in the original's checkpoints; see `hific.py`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hific_core.models.layers import lower_bound, round_straight_through
from hific_core.models.passes import Bits, Draws, full
from hific_core.models.priors import SMALLEST_LIKELIHOOD, SMALLEST_SCALE, FactorizedDensity


class Coded(NamedTuple):
    """What a training pass through a hyperprior yields."""

    y_hat: Tensor
    """Decoded latents, whose gradient is that of the latents."""
    noisy: Bits
    rounded: Bits


class HificHyperAnalysis(nn.Module):
    """Latents (N, latents, h, w), sides multiples of 4 and at least 8 -> hyperlatents (N, filters, h/4, w/4).

    The first convolution pads with zeros, the others by reflection.
    """

    def __init__(self, latents: int, filters: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(latents, filters, 3, padding=1)
        self.conv2 = nn.Conv2d(filters, filters, 5, stride=2, padding=2, padding_mode="reflect")
        self.conv3 = nn.Conv2d(filters, filters, 5, stride=2, padding=2, padding_mode="reflect")

    def forward(self, y: Tensor) -> Tensor:
        return self.conv3(nn.functional.relu(self.conv2(nn.functional.relu(self.conv1(y)))))


class HificHyperSynthesis(nn.Module):
    """Rounded hyperlatents (N, filters, h, w) -> means, or raw scales, of the latents (N, latents, 4h, 4w)."""

    def __init__(self, latents: int, filters: int) -> None:
        super().__init__()
        self.conv1 = nn.ConvTranspose2d(filters, filters, 5, stride=2, padding=2, output_padding=1)
        self.conv2 = nn.ConvTranspose2d(filters, filters, 5, stride=2, padding=2, output_padding=1)
        self.conv3 = nn.ConvTranspose2d(filters, latents, 3, padding=1)

    def forward(self, z_hat: Tensor) -> Tensor:
        return self.conv3(nn.functional.relu(self.conv2(nn.functional.relu(self.conv1(z_hat)))))


class HificDensity(FactorizedDensity):
    """The factorised density with a gate after its last step too, which the original has."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.last_gate = f"a_{self.steps - 1}"
        self.register_parameter(self.last_gate, nn.Parameter(torch.zeros(channels, 1, 1)))

    def cumulative_logits(self, x: Tensor) -> Tensor:
        """Logits of the cumulative distribution at `x`, float32 (C, 1, n) -> (C, 1, n)."""
        x = super().cumulative_logits(x)
        return x + torch.tanh(getattr(self, self.last_gate)) * torch.tanh(x)

    def bits(self, z: Tensor) -> Tensor:
        """Information of hyperlatents float32 (N, C, h, w), rounded or noisy; same shape, in bits."""
        flat = z.transpose(0, 1).reshape(z.shape[1], 1, -1)
        lower, upper = self.cumulative_logits(flat - 0.5), self.cumulative_logits(flat + 0.5)
        # The difference of two sigmoids is taken on the side where they are small: no cancellation.
        sign = -torch.sign(lower + upper).detach()
        masses = (torch.sigmoid(sign * upper) - torch.sigmoid(sign * lower)).abs()
        return bits_of(masses).reshape(z.shape[1], z.shape[0], *z.shape[2:]).transpose(0, 1)


class HificHyperprior(nn.Module):
    """The networks between latents and hyperlatents, and the density of the latter."""

    def __init__(self, latents: int, filters: int) -> None:
        super().__init__()
        self.analysis_net = HificHyperAnalysis(latents, filters)
        self.synthesis_mu = HificHyperSynthesis(latents, filters)
        self.synthesis_std = HificHyperSynthesis(latents, filters)
        self.hyperlatent_likelihood = HificDensity(filters)

    def code(self, y: Tensor, draws: Draws, likelihood: str) -> Coded:
        """A training pass over latents (N, C, h, w): as in the original, noisy hyperlatents give means and scales."""
        masses = MASSES[likelihood]
        z = full(self.analysis_net(y))
        noisy_z = z + draws.hyperlatents
        means = full(self.synthesis_mu(noisy_z))
        scales = lower_bound(full(self.synthesis_std(noisy_z)), SMALLEST_SCALE)
        y_hat = round_straight_through(y - means) + means
        with torch.autocast(y.device.type, enabled=False):
            density = self.hyperlatent_likelihood
            noisy = Bits(summed(bits_of(masses(y + draws.latents - means, scales))), summed(density.bits(noisy_z)))
            with torch.no_grad():
                rounded = Bits(
                    summed(bits_of(masses(y_hat - means, scales))), summed(density.bits(round_straight_through(z)))
                )
        return Coded(y_hat, noisy, rounded)


def as_convolution(transposed: nn.ConvTranspose2d) -> nn.Conv2d:
    """An ordinary 3 x 3 convolution, zeros around, that sums the very products of a hyper-synthesis layer.

    For a kernel of 5, stride 2, padding 2 and output padding 1, a pixel shuffle by 2 must follow; for a kernel
    of 3, stride 1 and padding 1 nothing. Raises ValueError for any other layer. (I, O, k, k) -> (4O or O, I, 3, 3).
    """
    t, bias = transposed, transposed.bias
    geometry = (t.kernel_size, t.stride, t.padding, t.output_padding, t.dilation, t.groups)
    weight = t.weight.detach()
    inputs, outputs = weight.shape[:2]
    if bias is not None and geometry == ((5, 5), (2, 2), (2, 2), (1, 1), (1, 1), 1):
        # Output 2i + r receives input i + d through tap 2(1 - d) + r, of six with a zero at the end.
        taps = nn.functional.pad(weight, (0, 1, 0, 1)).reshape(inputs, outputs, 3, 2, 3, 2).flip(2, 4)
        kernel = taps.permute(1, 3, 5, 0, 2, 4).reshape(4 * outputs, inputs, 3, 3)
        shift = bias.detach().repeat_interleave(4)
    elif bias is not None and geometry == ((3, 3), (1, 1), (1, 1), (0, 0), (1, 1), 1):
        kernel, shift = weight.flip(2, 3).transpose(0, 1).contiguous(), bias.detach().clone()
    else:
        raise ValueError(f"{transposed} cannot be rearranged into a 3 x 3 convolution")
    layer = nn.Conv2d(inputs, len(shift), 3, padding=1, device="meta")
    layer.weight, layer.bias = nn.Parameter(kernel), nn.Parameter(shift)
    return layer


def summed(bits: Tensor) -> Tensor:
    """(N, C, h, w) -> (N,)."""
    return bits.sum((1, 2, 3))


def _gaussian_masses(residuals: Tensor, scales: Tensor) -> Tensor:
    """Mass of the unit bins around `residuals` under N(0, scale^2); in the lower tail, where nothing cancels."""
    distance, root = residuals.abs(), 0.5**0.5
    return 0.5 * (torch.erfc((distance - 0.5) / scales * root) - torch.erfc((distance + 0.5) / scales * root))


def _logistic_masses(residuals: Tensor, scales: Tensor) -> Tensor:
    """The same under the logistic distribution with mean 0 and the given scales."""
    distance = residuals.abs()
    return torch.sigmoid((0.5 - distance) / scales) - torch.sigmoid((-0.5 - distance) / scales)


MASSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "gaussian": _gaussian_masses,
    "logistic": _logistic_masses,
}


def bits_of(masses: Tensor) -> Tensor:
    """Bits of probabilities: bounded below as in the original, which then adds the bound once more."""
    return -torch.log2(lower_bound(masses, SMALLEST_LIKELIHOOD) + SMALLEST_LIKELIHOOD)
