"""`hific`: the network of the paper (Mentzer et al. 2020, arXiv 2006.09965, table 3a) as its PyTorch port builds it.

Modules are named as in the port's checkpoints (`Encoder`, `Generator`, `Hyperprior` and all below them), so that
those tensors load strictly under their own names; the discriminator, which only training needs, is in
`discriminator.py`. No layer looks at the whole picture: ChannelNorm is a norm over the channels of one position; the
original's other norm, instance norm, does.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from hific_core.models.hific_hyperprior import MASSES, HificDensity, HificHyperprior, bits_of
from hific_core.models.hific_mixture import MixtureHyperprior, MixtureSynthesis
from hific_core.models.passes import Draws, Pass, frozen, full

PIXEL_MULTIPLE = 16
"""Sides of what the encoder receives are multiples of this."""
LATENT_MULTIPLE = 4
"""Sides of what the hyper-analysis receives are multiples of this."""
SMALLEST_SIDE = 65
"""From this side on every reflection is possible: 5 latents, 8 with their padding, 4 and 2 further down."""
EXTENDED_SIDE = 128
"""What shorter sides are extended to."""

CODED_COMPONENTS = 8
"""Of a mixture, the most that can be coded (`entropy/mixture.py`)."""


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
    norm: Literal["channel", "instance"] = "channel"
    """Instance norm looks at the whole picture: no tile of it equals the whole, so that large ones are refused."""
    noise_channels: int = 0
    """Channels of standard normal noise beside the generator's features, 32 in the original; 0 is none."""
    mixture: int = 0
    """Components of the latents' mixture likelihood, 4 in the original; 0 is none."""

    @property
    def training_only(self) -> str | None:
        """Why a network of this config cannot code pictures, if it cannot."""
        if self.mixture > CODED_COMPONENTS:
            return f"the coder knows mixtures of {CODED_COMPONENTS} components at most, not of {self.mixture}"
        return None


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
        root, gamma, beta = torch.rsqrt(variance + self.epsilon), self.gamma.to(x.dtype), self.beta.to(x.dtype)
        if torch.is_grad_enabled():
            return torch.addcmul(beta, (x - mean) * root, gamma)
        # the same operations in one place: the planes are the most that encoding has in memory
        normed = (x - mean).mul_(root)
        return torch.addcmul(beta, normed, gamma, out=normed)


class HificEncoder(nn.Module):
    """float (N, 3, H, W), sides multiples of 16 -> latents float32 (N, latents, H/16, W/16), not rounded."""

    def __init__(self, config: HificConfig) -> None:
        super().__init__()
        channels, norm = config.channels, config.norm
        first, *_, last = channels
        self.conv_block1 = _normed(norm, nn.ReflectionPad2d(3), nn.Conv2d(3, first, 7))
        for number, (inputs, outputs) in enumerate(pairwise(channels), start=2):
            above_and_right = nn.ReflectionPad2d((0, 1, 1, 0))
            block = _normed(norm, above_and_right, nn.Conv2d(inputs, outputs, 3, stride=2))
            self.add_module(f"conv_block{number}", block)
        self.conv_block_out = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(last, config.latents, 3))

    def forward(self, x: Tensor) -> Tensor:
        for number in range(1, 6):
            for layer in _layers(self, f"conv_block{number}"):
                x = layer(x)
        with torch.autocast(x.device.type, enabled=False):  # what is rounded next deserves its last bits
            return self.conv_block_out(full(x))


class ResidualBlock(nn.Module):
    """(N, C, h, w) -> (N, C, h, w): two 3 x 3 convolutions, each normed, beside the identity."""

    def __init__(self, channels: int, norm: str = "channel") -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norm1 = _norm(norm, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norm2 = _norm(norm, channels)

    def forward(self, x: Tensor) -> Tensor:
        branch = nn.functional.relu(self.norm1(self.conv1(x)), inplace=True)
        branch = self.norm2(self.conv2(branch))
        return x + branch if torch.is_grad_enabled() else branch.add_(x)


class HificGenerator(nn.Module):
    """Decoded latents (N, latents, h, w), h and w at least 2 -> float32 (N, 3, 16h, 16w), neither tanh nor clamp."""

    def __init__(self, config: HificConfig) -> None:
        super().__init__()
        norm, latents = config.norm, config.latents
        first, *between, last = config.channels
        self.residual_blocks = config.residual_blocks
        self.conv_block_init = nn.Sequential(
            _norm(norm, latents), nn.ReflectionPad2d(1), nn.Conv2d(latents, last, 3), _norm(norm, last)
        )
        width = last + config.noise_channels
        for number in range(config.residual_blocks):
            self.add_module(f"resblock_{number}", ResidualBlock(width, norm))
        for number, (inputs, outputs) in enumerate(pairwise((width, *between[::-1], first)), start=1):
            doubled = nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)
            self.add_module(f"upconv_block{number}", _normed(norm, doubled))
        self.conv_block_out = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(first, 3, 7))

    def trunk(self, y_hat: Tensor, noise: Tensor | None = None) -> Tensor:
        """The part at 1/16 of the resolution, (N, latents, h, w) -> (N, channels[-1] + noise channels, h, w)."""
        head = self.conv_block_init(y_hat)
        if noise is not None:
            head = torch.cat([head, noise.to(head.dtype)], dim=1)
        x = head
        for number in range(self.residual_blocks):
            x = self.get_submodule(f"resblock_{number}")(x)
        return x + head

    def tail(self, x: Tensor) -> Tensor:
        """The upsampling part, (N, channels[-1], h, w) -> float32 (N, 3, 16h, 16w)."""
        for number in range(1, 5):
            for layer in _layers(self, f"upconv_block{number}"):
                x = layer(x)
        with torch.autocast(x.device.type, enabled=False):
            return self.conv_block_out(full(x))

    def forward(self, y_hat: Tensor, noise: Tensor | None = None) -> Tensor:
        return self.tail(self.trunk(y_hat, noise))


class Hific(nn.Module):
    """Encoder, hyperprior and generator; the state dict's names are the original's.

    Sides are those of padded pictures: `padded_pixels` before `latents`, `padded_latents` before `hyper_analysis`.
    """

    def __init__(self, config: HificConfig | None = None) -> None:
        super().__init__()
        c = config or HificConfig()
        self.config = c
        self._masses = MASSES[c.likelihood]
        self.Encoder = HificEncoder(c)
        self.Generator = HificGenerator(c)
        self.Hyperprior: HificHyperprior = (
            MixtureHyperprior(c.latents, c.hyper_filters, c.mixture)  # type: ignore[assignment]
            if c.mixture
            else HificHyperprior(c.latents, c.hyper_filters)
        )

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

    @property
    def mixtures(self) -> MixtureSynthesis:
        """Rounded hyperlatents (N, C', h, w) -> parameters of the latents' mixtures of K (N, 3 * C * K, 4h, 4w)."""
        synthesis = self.Hyperprior.synthesis_DLMM_params
        assert isinstance(synthesis, MixtureSynthesis)
        return synthesis

    def pixels(self, y_hat: Tensor, noise: Tensor | None = None) -> Tensor:
        """Decoded latents (N, C, h, w) -> (N, 3, 16h, 16w), where [0, 1] is black to white.

        Never clamped, so about [0, 1]; inside it where the input is normalised, since tanh came first.
        """
        return self.toned(self.Generator(y_hat, noise))

    def toned(self, x: Tensor) -> Tensor:
        """What the generator yields, in its own range, to the range of `pixels`."""
        return torch.tanh(x) * 0.5 + 0.5 if self.config.normalised_input else x

    def latent_bits(self, residuals: Tensor, scales: Tensor) -> Tensor:
        """Information in bits of latents minus means, rounded or noisy, under the configured likelihood.

        Both float32 of one shape, as is the result; `scales` at least `SMALLEST_SCALE`.
        """
        return bits_of(self._masses(residuals, scales))

    def forward(self, x: Tensor, draws: Draws, freeze_coding: bool = False) -> Pass:
        """A training pass; `x` (N, 3, H, W) in [0, 1], sides multiples of 64.

        `freeze_coding`: encoder and entropy model get no gradient.
        """
        with frozen(freeze_coding):
            coded = self.Hyperprior.code(self.latents(x), draws, self.config.likelihood)
        return Pass(self.pixels(coded.y_hat, draws.generator), coded.noisy, coded.rounded, coded.y_hat.detach())


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


def _layers(network: nn.Module, block: str) -> nn.Sequential:
    """To be run one by one, so that none of a block's large planes outlives the layer that reads it."""
    layers = network.get_submodule(block)
    assert isinstance(layers, nn.Sequential)
    return layers


def _norm(kind: str, channels: int) -> nn.Module:
    if kind == "instance":
        return nn.InstanceNorm2d(channels, momentum=0.1, affine=True, track_running_stats=False)
    return ChannelNorm(channels)


def _normed(norm: str, *layers: nn.Module) -> nn.Sequential:
    """Layers of which the last is a convolution, then norm and ReLU."""
    width = layers[-1].out_channels
    assert isinstance(width, int)
    return nn.Sequential(*layers, _norm(norm, width), nn.ReLU(inplace=True))


def _reflected(x: Tensor, multiple: int) -> Tensor:
    """(N, C, H, W) reflected at the right and the bottom until both sides are multiples of `multiple`."""
    bottom, right = (-side % multiple for side in x.shape[2:])
    return nn.functional.pad(x, (0, right, 0, bottom), mode="reflect") if bottom or right else x
