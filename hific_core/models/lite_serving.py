"""`lite` as the codec uses it."""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from hific_core.models.generator import LiteGenerator
from hific_core.models.hyperprior import QUALITY_STEP
from hific_core.models.lite import TOP_QUALITY, Lite
from hific_core.models.noise import noise_for
from hific_core.models.priors import bounded_scales, gaussian_bits
from hific_core.models.serving import (
    LATENT_STRIDE,
    Controls,
    Limits,
    Part,
    Positions,
    Serving,
    Stage,
    repeated,
    rounded_up,
)

USUAL_WEIGHTS = {"lambda_low": 0.0006, "lambda_high": 0.024}
"""Of distortion at the qualities 0 and `TOP_QUALITY`, where the card does not say with what the model was trained."""
_WEIGHTS_WITHIN = 1e-6, 1.0


def _weight(training: Mapping[str, Any], name: str) -> float:
    """One that the card names, or the usual one where it names none that could be meant."""
    value, (lowest, highest) = training.get(name), _WEIGHTS_WITHIN
    return value if type(value) is float and lowest <= value <= highest else USUAL_WEIGHTS[name]


def interpolated(first: LiteGenerator, second: LiteGenerator, share: float) -> LiteGenerator:
    """The generator whose weights lie `share` of the way from those of `first` to those of `second`.

    What only the second one has is 0 in the first.
    """
    between, start = deepcopy(second), dict(first.named_parameters())
    with torch.no_grad():
        for name, parameter in between.named_parameters():
            parameter.mul_(share)
            if name in start:
                parameter.add_(start[name], alpha=1 - share)
    return between


class LiteServing(Serving):
    """Its encoder needs sides of a multiple of 16; what is missing repeats the edge."""

    coded_multiple = 1
    parts = MappingProxyType(
        {Part.ENCODING: ("encoder", "hyper_analysis", "scale_network"), Part.PAINTING: ("generator", "realistic")}
    )
    limits = Limits(analysis=2304, hyper_analysis=256, hyper_synthesis=48, trunk=192, tail=1024)

    def __init__(self, network: Lite) -> None:
        n = self._network = network
        self.network = network
        e, g = n.encoder, n.generator
        self.density = n.density
        self.analysis = Stage(
            lambda x, c: n.latents(x, c.quality), e.stem, e.fine, e.down, e.coarse, e.out, reduced=True
        )
        self.hyper_analysis = Stage(lambda y, c: n.hyper_analysis(y, c.quality), n.hyper_analysis)
        self.means = Stage(lambda z, c: n.mean_network(z, c.quality), n.mean_network)
        if n.context is not None:
            context = n.context
            self.context = Stage(lambda s, c: context(s, c.quality, c.origin), context)
        self.scales = Stage(lambda z, c: bounded_scales(n.scale_network(z, c.quality)), n.scale_network)
        self.trunk = Stage(self._trunk, g.stem, g.coarse, g.up, g.fine, reduced=True)
        self.tail = Stage(lambda x, c: self._generator(float(c.realism)).tail(x), g.head)

    def _generator(self, realism: float) -> LiteGenerator:
        """The one that paints this realism."""
        first, second = self._network.generator, self._network.realistic
        if second is None or realism == 0:
            return first
        return second if realism == 1 else interpolated(first, second, realism)

    def _trunk(self, y_hat: Tensor, controls: Controls) -> Tensor:
        generator, c = self._generator(float(controls.realism)), self._network.config
        input_ = torch.zeros_like(controls.realism) if c.realistic else controls.realism
        features = generator.features(controls.quality.to(torch.float32) / TOP_QUALITY, input_)
        noise = None if generator.grain is None else noise_for(c.noise_channels, controls.origin, y_hat)
        return generator.trunk(y_hat / self._network.gains(controls.quality), features, noise)

    @staticmethod
    def twin_level(quality: int) -> int | None:
        return quality // QUALITY_STEP

    @staticmethod
    def distortion_weight(quality: int, training: Mapping[str, Any]) -> float | None:
        low, high = (_weight(training, name) for name in USUAL_WEIGHTS)
        return low * (high / low) ** (quality / TOP_QUALITY)

    @staticmethod
    def padded_side(side: int) -> int:
        return rounded_up(side, LATENT_STRIDE)

    @staticmethod
    def pixel_source(positions: Positions, side: int) -> Positions:
        return repeated(positions, side)

    def latent_bits(self, residuals: Tensor, scales: Tensor) -> Tensor:
        return gaussian_bits(residuals, scales)
