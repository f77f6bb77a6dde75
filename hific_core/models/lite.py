"""`lite`: the structure of HiFiC in efficient layers, all rates in one weights file."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hific_core.models.context import ContextNetwork
from hific_core.models.encoder import LiteEncoder
from hific_core.models.generator import LiteGenerator
from hific_core.models.hyperprior import HyperAnalysis, MeanNetwork, ScaleNetwork
from hific_core.models.layers import ConditionedBlock, round_straight_through
from hific_core.models.passes import Bits, Draws, Pass, frozen, full
from hific_core.models.priors import FactorizedDensity, bounded_scales, gaussian_bits

TOP_QUALITY = 1000
CONTEXT = "context."
"""Prefix of the context's parameters."""
SECOND = "realistic."
"""Prefix of the second generator's parameters."""
_FURTHER = re.compile(r"\.head\.further\.\d+$")


@dataclass(frozen=True, slots=True)
class LiteConfig:
    """Widths and depths; pairs are (1/8 resolution, 1/16 resolution)."""

    latents: int = 192
    hyperlatents: int = 96
    hyper_width: int = 96
    mean_width: int = 128
    encoder_widths: tuple[int, int] = (128, 256)
    encoder_blocks: tuple[int, int] = (3, 3)
    generator_widths: tuple[int, int] = (128, 256)
    generator_blocks: tuple[int, int] = (4, 4)
    kernels: tuple[int, int] = (3, 5)
    features: int = 64
    thin: int = 24
    thin_layers: int = 1
    """Convolutions at half of the resolution before the generator's last one."""
    context: int = 0
    """Width of the network by which symbols tell about those between them (`context.py`); 0 for none."""
    anchors: int = 9
    """Number of qualities, evenly spaced over 0..1000, at which gains are learned."""
    realistic: bool = False
    """Whether a second generator paints realism 1. Between 0 and 1 lie the generators whose weights do (network
    interpolation, Wang et al. 2019, arXiv 1811.10515). Without it realism is an input of the one generator."""
    noise_channels: int = 0
    """Of standard normal noise at 1/16 of the resolution, which the second generator makes texture of."""

    def __post_init__(self) -> None:
        """Raises ValueError for noise that nobody hears, and for no thin layer."""
        if self.thin_layers < 1:
            raise ValueError("the generator needs at least one thin layer")
        if self.noise_channels and not self.realistic:
            raise ValueError("only a second generator has noise")


class LogGains(nn.Module):
    """Per-channel gains on the latents, interpolated geometrically between anchors of quality."""

    def __init__(self, channels: int, anchors: int) -> None:
        super().__init__()
        # A step size that falls with the square root of the distortion weight (see training/config.py).
        spread = torch.linspace(-1.0, 1.0, anchors) * math.log(2.5)
        self.log_gains = nn.Parameter(spread[:, None].repeat(1, channels))

    def forward(self, quality: Tensor) -> Tensor:
        """Integer quality (N,) in 0..1000 -> gains float32 (N, C, 1, 1)."""
        last = self.log_gains.shape[0] - 1
        position = quality.to(self.log_gains.dtype) * (last / TOP_QUALITY)
        below = position.floor().clamp(max=last - 1).long()
        share = (position - below)[:, None]
        log_gain = self.log_gains[below] * (1 - share) + self.log_gains[below + 1] * share
        return torch.exp(log_gain)[:, :, None, None]


class Lite(nn.Module):
    """Encoder, hyperprior and generator; `forward` trains, the named parts serve the codec."""

    def __init__(self, config: LiteConfig | None = None) -> None:
        super().__init__()
        c = config or LiteConfig()
        self.config = c
        self.gains = LogGains(c.latents, c.anchors)
        self.encoder = LiteEncoder(c.encoder_widths, c.encoder_blocks, c.kernels, c.latents, c.features)
        self.hyper_analysis = HyperAnalysis(c.latents, c.mean_width, c.hyperlatents)
        self.density = FactorizedDensity(c.hyperlatents)
        self.mean_network = MeanNetwork(c.hyperlatents, c.mean_width, c.latents)
        self.scale_network = ScaleNetwork(c.hyperlatents, c.hyper_width, c.latents)
        self.context = ContextNetwork(c.latents, c.context) if c.context else None
        sizes = (c.generator_widths, c.generator_blocks, c.kernels, c.latents, c.features, c.thin, c.thin_layers)
        self.generator = LiteGenerator(*sizes)
        self.realistic = LiteGenerator(*sizes, c.noise_channels) if c.realistic else None

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights."""
        return self.gains.log_gains.dtype

    def latents(self, x: Tensor, quality: Tensor) -> Tensor:
        """Pixels float32 (N, 3, H, W) in [0, 1], integer quality (N,) -> gained latents (N, C, H/16, W/16)."""
        y = self.encoder(x, quality.to(self.dtype) / TOP_QUALITY)
        return full(y) * self.gains(quality)

    def completed(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Weights of a network with fewer blocks or thin layers, no context or no second generator, and what they lack.

        They do what they did: further blocks, thin layers and the context add nothing, and the second generator paints
        what the first one does.
        """
        weights = {**self._idle_layers(weights), **weights}
        if self.context is not None and not any(name.startswith(CONTEXT) for name in weights):
            idle = ContextNetwork(self.config.latents, self.config.context).state_dict(prefix=CONTEXT)
            weights = {**weights, **idle}
        if self.realistic is None or any(name.startswith(SECOND) for name in weights):
            return dict(weights)
        copied = {f"{SECOND}{name}": weights[f"generator.{name}"] for name in self.generator.state_dict()}
        if self.realistic.grain is not None:
            name, weight = next(self.realistic.grain.named_parameters())
            copied[f"{SECOND}grain.{name}"] = torch.zeros_like(weight)
        return {**weights, **copied}

    def _idle_layers(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Weights of those blocks and thin layers that `weights` know nothing of; what they add to their input is 0."""
        idle: dict[str, Tensor] = {}
        for name, module in self.named_modules():
            block = isinstance(module, ConditionedBlock)
            if not block and not _FURTHER.search(name):
                continue
            network = name.split(".")[0]
            known = any(key.startswith(f"{network}.") for key in weights)
            if known and not any(key.startswith(f"{name}.") for key in weights):
                for key, value in module.state_dict(prefix=f"{name}.").items():
                    adds = not block or ".narrow." in key
                    idle[key] = torch.zeros_like(value) if adds else value
        return idle

    def pixels(self, y_hat: Tensor, quality: Tensor, realism: Tensor) -> Tensor:
        """Decoded gained latents, integer quality (N,), realism (N,) in [0, 1] -> (N, 3, 16h, 16w), not clamped."""
        ungained = y_hat / self.gains(quality)
        return self.generator(ungained, quality.to(self.dtype) / TOP_QUALITY, realism)

    def forward(self, x: Tensor, draws: Draws, freeze_coding: bool = False) -> Pass:
        """A training pass: uniform noise for the rate, straight-through rounding for the decoder.

        `freeze_coding`: encoder and entropy model get no gradient. Where there is a second generator, all pictures of a
        batch are either its own (realism 1) or the first one's (0).
        """
        quality = draws.quality
        with frozen(freeze_coding):
            y = self.latents(x, quality)
            z = full(self.hyper_analysis(y, quality))
            z_hat = round_straight_through(z)
            means = full(self.mean_network(z_hat, quality))
            scales = bounded_scales(full(self.scale_network(z_hat, quality)))
            if self.context is not None:
                means = means + full(self.context(round_straight_through(y - means), quality))
            y_hat = round_straight_through(y - means) + means
            with torch.autocast(x.device.type, enabled=False):
                noisy = self._bits(y + draws.latents - means, scales, z + draws.hyperlatents)
                with torch.no_grad():
                    rounded = self._bits(y_hat - means, scales, z_hat)
            ungained = y_hat / self.gains(quality)
        relative = quality.to(self.dtype) / TOP_QUALITY
        if self.realistic is not None and bool((draws.realism == 1).all()):
            reconstruction = self.realistic(ungained, relative, torch.zeros_like(draws.realism), draws.generator)
        else:
            reconstruction = self.generator(ungained, relative, draws.realism)
        # without their gains: the discriminator need not learn what a quality does to the latents
        return Pass(reconstruction, noisy, rounded, ungained.detach())

    def _bits(self, residuals: Tensor, scales: Tensor, z: Tensor) -> Bits:
        bits = gaussian_bits(residuals, scales), self.density.bits(z)
        return Bits(*(each.sum((1, 2, 3)) for each in bits))
