"""`hific`: the network of the paper (Mentzer et al. 2020, arXiv 2006.09965, table 3a) as its PyTorch port builds it.

Modules are named as in the port's checkpoints (`Encoder`, `Generator`, `Hyperprior` and all below them), so that
those tensors load strictly under their own names; the discriminator, which only training needs, is in
`discriminator.py`. No layer looks at the whole picture: ChannelNorm is a norm over the channels of one position.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from hific_core.models.layers import lower_bound
from hific_core.models.priors import SMALLEST_LIKELIHOOD, FactorizedDensity

PIXEL_MULTIPLE = 16
"""Sides of what the encoder receives are multiples of this."""
LATENT_MULTIPLE = 4
"""Sides of what the hyper-analysis receives are multiples of this."""
SMALLEST_SIDE = 65
"""From this side on every reflection is possible: 5 latents, 8 with their padding, 4 and 2 further down."""
EXTENDED_SIDE = 128
"""What shorter sides are extended to."""


@dataclass(frozen=True, slots=True)
class HificConfig:
    """The options of the original; the defaults are the paper's."""

    latents: int = 220
    residual_blocks: int = 9
    """9 in the paper; 7 is in use too."""
    hyper_filters: int = 320
    """320, or 192 for the small hyperprior."""
    likelihood: Literal["gaussian", "logistic"] = "gaussian"
    """Distribution of the latents around their means."""
    normalised_input: bool = False
    """Whether the networks work in [-1, 1], with tanh on the generator's output, instead of in [0, 1]."""
    channels: tuple[int, int, int, int, int] = (60, 120, 240, 480, 960)
    """Widths from full resolution to 1/16."""


class ChannelNorm(nn.Module):
    """Each position (N, C, H, W) less its mean over C, over its deviation; then `gamma` and `beta` per channel.

    The variance is the unbiased one (divided by C - 1); 1e-3 is added to it.
    """

    epsilon = 1e-3
    pointwise = True

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=1)
        normed = (x - mean) * torch.rsqrt(variance + self.epsilon)
        return torch.addcmul(self.beta.to(x.dtype), normed, self.gamma.to(x.dtype))


class HificEncoder(nn.Module):
    """float (N, 3, H, W), sides multiples of 16 -> latents float32 (N, latents, H/16, W/16), not rounded."""

    def __init__(self, channels: tuple[int, int, int, int, int], latents: int) -> None:
        super().__init__()
        first, *_, last = channels
        self.conv_block1 = _normed(nn.ReflectionPad2d(3), nn.Conv2d(3, first, 7))
        for number, (inputs, outputs) in enumerate(pairwise(channels), start=2):
            above_and_right = nn.ReflectionPad2d((0, 1, 1, 0))
            block = _normed(above_and_right, nn.Conv2d(inputs, outputs, 3, stride=2))
            self.add_module(f"conv_block{number}", block)
        self.conv_block_out = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(last, latents, 3))

    def forward(self, x: Tensor) -> Tensor:
        for number in range(1, 6):
            x = self.get_submodule(f"conv_block{number}")(x)
        with torch.autocast(x.device.type, enabled=False):  # what is rounded next deserves its last bits
            return self.conv_block_out(x.float())


class ResidualBlock(nn.Module):
    """(N, C, h, w) -> (N, C, h, w): two 3 x 3 convolutions, each normed, beside the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norm1 = ChannelNorm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norm2 = ChannelNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        branch = nn.functional.relu(self.norm1(self.conv1(x)), inplace=True)
        return x + self.norm2(self.conv2(branch))


class HificGenerator(nn.Module):
    """Decoded latents (N, latents, h, w), h and w at least 2 -> float32 (N, 3, 16h, 16w), neither tanh nor clamp."""

    def __init__(self, channels: tuple[int, int, int, int, int], latents: int, residual_blocks: int) -> None:
        super().__init__()
        first, *_, last = channels
        self.residual_blocks = residual_blocks
        self.conv_block_init = nn.Sequential(
            ChannelNorm(latents), nn.ReflectionPad2d(1), nn.Conv2d(latents, last, 3), ChannelNorm(last)
        )
        for number in range(residual_blocks):
            self.add_module(f"resblock_{number}", ResidualBlock(last))
        for number, (inputs, outputs) in enumerate(pairwise(channels[::-1]), start=1):
            doubled = nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)
            self.add_module(f"upconv_block{number}", _normed(doubled))
        self.conv_block_out = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(first, 3, 7))

    def trunk(self, y_hat: Tensor) -> Tensor:
        """The part at 1/16 of the resolution, (N, latents, h, w) -> (N, channels[-1], h, w)."""
        head = self.conv_block_init(y_hat)
        x = head
        for number in range(self.residual_blocks):
            x = self.get_submodule(f"resblock_{number}")(x)
        return x + head

    def tail(self, x: Tensor) -> Tensor:
        """The upsampling part, (N, channels[-1], h, w) -> float32 (N, 3, 16h, 16w)."""
        for number in range(1, 5):
            x = self.get_submodule(f"upconv_block{number}")(x)
        with torch.autocast(x.device.type, enabled=False):
            return self.conv_block_out(x.float())

    def forward(self, y_hat: Tensor) -> Tensor:
        return self.tail(self.trunk(y_hat))


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
        return _bits(masses).reshape(z.shape[1], z.shape[0], *z.shape[2:]).transpose(0, 1)


class HificHyperprior(nn.Module):
    """The networks between latents and hyperlatents, and the density of the latter."""

    def __init__(self, latents: int, filters: int) -> None:
        super().__init__()
        self.analysis_net = HificHyperAnalysis(latents, filters)
        self.synthesis_mu = HificHyperSynthesis(latents, filters)
        self.synthesis_std = HificHyperSynthesis(latents, filters)
        self.hyperlatent_likelihood = HificDensity(filters)


class Hific(nn.Module):
    """Encoder, hyperprior and generator; the state dict's names are the original's.

    Sides are those of padded pictures: `padded_pixels` before `latents`, `padded_latents` before `hyper_analysis`.
    """

    def __init__(self, config: HificConfig | None = None) -> None:
        super().__init__()
        c = config or HificConfig()
        self.config = c
        self._masses = _MASSES[c.likelihood]
        self.Encoder = HificEncoder(c.channels, c.latents)
        self.Generator = HificGenerator(c.channels, c.latents, c.residual_blocks)
        self.Hyperprior = HificHyperprior(c.latents, c.hyper_filters)

    @property
    def density(self) -> HificDensity:
        """The probability model of the rounded hyperlatents."""
        return self.Hyperprior.hyperlatent_likelihood

    def latents(self, x: Tensor) -> Tensor:
        """Pixels float32 (N, 3, H, W) in [0, 1], sides multiples of 16 -> latents (N, C, H/16, W/16)."""
        return self.Encoder(x * 2 - 1 if self.config.normalised_input else x)

    def hyper_analysis(self, y: Tensor) -> Tensor:
        """Latents (N, C, h, w), sides multiples of 4 and at least 8 -> hyperlatents (N, C', h/4, w/4), not rounded."""
        return self.Hyperprior.analysis_net(y)

    def means(self, z_hat: Tensor) -> Tensor:
        """Rounded hyperlatents (N, C', h, w) -> means of the latents (N, C, 4h, 4w)."""
        return self.Hyperprior.synthesis_mu(z_hat)

    def raw_scales(self, z_hat: Tensor) -> Tensor:
        """Rounded hyperlatents (N, C', h, w) -> scales (N, C, 4h, 4w): themselves, not logarithms, of any sign.

        What is meant is their maximum with `SMALLEST_SCALE`.
        """
        return self.Hyperprior.synthesis_std(z_hat)

    def pixels(self, y_hat: Tensor) -> Tensor:
        """Decoded latents (N, C, h, w) -> (N, 3, 16h, 16w), where [0, 1] is black to white.

        Never clamped, so about [0, 1]; inside it where the input is normalised, since tanh came first.
        """
        return self.toned(self.Generator(y_hat))

    def toned(self, x: Tensor) -> Tensor:
        """What the generator yields, in its own range, to the range of `pixels`."""
        return torch.tanh(x) * 0.5 + 0.5 if self.config.normalised_input else x

    def latent_bits(self, residuals: Tensor, scales: Tensor) -> Tensor:
        """Information in bits of latents minus means, rounded or noisy, under the configured likelihood.

        Both float32 of one shape, as is the result; `scales` at least `SMALLEST_SCALE`.
        """
        return _bits(self._masses(residuals, scales))


def padded_pixels(x: Tensor) -> Tensor:
    """Picture (N, 3, H, W) of any size as the encoder needs it: sides of a multiple of 16, at least 80."""
    return _reflected(extended(x), PIXEL_MULTIPLE)


def padded_latents(y: Tensor) -> Tensor:
    """Latents (N, C, h, w) of a padded picture as the hyper-analysis needs them: sides of a multiple of 4."""
    return _reflected(y, LATENT_MULTIPLE)


def extended(x: Tensor) -> Tensor:
    """Each side of (N, C, H, W) under 65 extended to 128 by repeating the last row or column."""
    bottom, right = (EXTENDED_SIDE - side if side < SMALLEST_SIDE else 0 for side in x.shape[2:])
    return nn.functional.pad(x, (0, right, 0, bottom), mode="replicate") if bottom or right else x


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


def _normed(*layers: nn.Module) -> nn.Sequential:
    """Layers of which the last is a convolution, then ChannelNorm and ReLU."""
    width = layers[-1].out_channels
    assert isinstance(width, int)
    return nn.Sequential(*layers, ChannelNorm(width), nn.ReLU(inplace=True))


def _reflected(x: Tensor, multiple: int) -> Tensor:
    """(N, C, H, W) reflected at the right and the bottom until both sides are multiples of `multiple`."""
    bottom, right = (-side % multiple for side in x.shape[2:])
    return nn.functional.pad(x, (0, right, 0, bottom), mode="reflect") if bottom or right else x


def _gaussian_masses(residuals: Tensor, scales: Tensor) -> Tensor:
    """Mass of the unit bins around `residuals` under N(0, scale^2); in the lower tail, where nothing cancels."""
    distance, root = residuals.abs(), 0.5**0.5
    return 0.5 * (torch.erfc((distance - 0.5) / scales * root) - torch.erfc((distance + 0.5) / scales * root))


def _logistic_masses(residuals: Tensor, scales: Tensor) -> Tensor:
    """The same under the logistic distribution with mean 0 and the given scales."""
    distance = residuals.abs()
    return torch.sigmoid((0.5 - distance) / scales) - torch.sigmoid((-0.5 - distance) / scales)


_MASSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "gaussian": _gaussian_masses,
    "logistic": _logistic_masses,
}


def _bits(masses: Tensor) -> Tensor:
    """Bits of probabilities: bounded below as in the original, which then adds the bound once more."""
    return -torch.log2(lower_bound(masses, SMALLEST_LIKELIHOOD) + SMALLEST_LIKELIHOOD)
