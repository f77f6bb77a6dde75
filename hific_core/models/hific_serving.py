"""`hific` as the codec uses it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from torch import Tensor

from hific_core.models.hific import EXTENDED_SIDE, LATENT_MULTIPLE, PIXEL_MULTIPLE, SMALLEST_SIDE, Hific
from hific_core.models.hific_mixture import mixture_bits
from hific_core.models.layers import lower_bound
from hific_core.models.noise import noise_for
from hific_core.models.priors import SMALLEST_SCALE
from hific_core.models.serving import (
    Controls,
    Limits,
    Part,
    Positions,
    Serving,
    Stage,
    reflected,
    repeated,
    rounded_up,
)

LONGEST_WHOLE_SIDE = 1088
"""With instance norm the whole picture runs at once; so long is an encoder's window otherwise."""


class HificServing(Serving):
    """Pads as the original does: pixels and latents by reflection, what is too small for that by repetition."""

    coded_multiple = LATENT_MULTIPLE
    parts = MappingProxyType(
        {
            Part.ENCODING: (
                "Encoder",
                "Hyperprior.analysis_net",
                "Hyperprior.synthesis_std",
                "Hyperprior.synthesis_DLMM_params",
            ),
            Part.PAINTING: ("Generator",),
        }
    )
    limits = Limits(analysis=1088, hyper_analysis=256, hyper_synthesis=48, trunk=256, tail=320)

    def __init__(self, network: Hific) -> None:
        n = self._network = network
        self.network = network
        g, hyperprior = n.Generator, n.Hyperprior
        self.density = n.density
        blocks = [g.get_submodule(f"resblock_{number}") for number in range(g.residual_blocks)]
        doublings = [g.get_submodule(f"upconv_block{number}") for number in range(1, 5)]
        self.analysis = Stage(lambda x, _: n.latents(x), n.Encoder, reduced=True)
        self.hyper_analysis = Stage(lambda y, _: n.hyper_analysis(y), hyperprior.analysis_net)
        if n.config.mixture:
            self.means = None
            self.scales = Stage(lambda z, _: n.mixtures(z), n.mixtures)
        else:
            self.means = Stage(lambda z, _: n.means(z), hyperprior.synthesis_mu)
            self.scales = Stage(lambda z, _: lower_bound(n.raw_scales(z), SMALLEST_SCALE), hyperprior.synthesis_std)
        self.trunk = Stage(self._trunk, g.conv_block_init, *blocks, reduced=True)
        self.tail = Stage(lambda x, _: n.toned(g.tail(x)), *doublings, g.conv_block_out, reduced=True)

    def _trunk(self, y_hat: Tensor, controls: Controls) -> Tensor:
        noise = noise_for(self._network.config.noise_channels, controls.origin, y_hat)
        return self._network.Generator.trunk(y_hat, noise)

    @staticmethod
    def twin_level(quality: int) -> int | None:
        return None

    @staticmethod
    def padded_side(side: int) -> int:
        return EXTENDED_SIDE if side < SMALLEST_SIDE else rounded_up(side, PIXEL_MULTIPLE)

    @staticmethod
    def pixel_source(positions: Positions, side: int) -> Positions:
        return repeated(positions, side) if side < SMALLEST_SIDE else reflected(positions, side)

    @staticmethod
    def longest_side(settings: Mapping[str, Any]) -> int | None:
        return LONGEST_WHOLE_SIDE if settings.get("norm") == "instance" else None

    def latent_bits(self, residuals: Tensor, scales: Tensor) -> Tensor:
        config = self._network.config
        if config.mixture:
            return mixture_bits(residuals[None], scales[None], config.likelihood)[0]
        return self._network.latent_bits(residuals, scales)
