"""The model families: all that preparing, loading and serving must know of each, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.models.hific import Hific, HificConfig
from hific_core.models.hific_hyperprior import as_convolution
from hific_core.models.hific_mixture import as_one_convolution
from hific_core.models.hific_serving import HificServing
from hific_core.models.lite import SECOND, Lite, LiteConfig
from hific_core.models.lite_serving import LiteServing
from hific_core.models.priors import FactorizedDensity
from hific_core.models.serving import Serving

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of network; `config` and `network` belong together."""

    name: str
    config: Callable[..., Any]
    network: type[nn.Module]
    """Built from a config, which it keeps as `config`."""
    serving: type[Serving]
    entropy_parts: tuple[str, ...]
    """Prefixes of the tensors that decode latents: the entropy fingerprint covers them."""
    generator_parts: tuple[str, ...]
    full_precision: tuple[str, ...]
    """Prefixes of tensors that are stored in float32, the others in float16."""
    continuous_rate: bool
    quality_plane: bool
    """Whether the scale network receives the quality as one more channel."""
    log_scales: bool
    """Whether the scale network yields natural logarithms of scales, or the scales themselves."""
    density: Callable[[Any], FactorizedDensity]
    scale_network: Callable[[Any], nn.Sequential]
    """The part from hyperlatents to scales, of convolutions, pixel shuffles and ReLU alone."""
    hyperlatents: Callable[[Any], int]
    """Number of hyperlatent channels of a config."""
    likelihood: Callable[[Any], str]
    """Distribution of latents around their means under a config; `prepare.py` has its tables by that name."""
    claimed_shapes: Callable[[Any, Arrays], Mapping[str, tuple[int, ...]]]
    """Shapes of tensors that fix every size a config claims; ValueError for a config out of bounds."""
    addable: frozenset[str] = frozenset()
    """Settings of the network that training may add to first weights that lack them."""
    growable: frozenset[str] = frozenset()
    """Numbers of blocks or layers that training may raise above those of first weights."""
    completed: Callable[[Any, Mapping[str, Tensor]], dict[str, Tensor]] = lambda network, weights: dict(weights)
    """A network and such weights -> all that the network has, doing what those weights do."""
    components: Callable[[Any], int] = lambda config: 0
    """Of the mixture that latents follow, 0 for a single distribution around a mean. With mixtures the part named
    `scale_network` yields logits, means and logarithms of scales (3, latents, components)."""

    def check_sizes(self, config: Any, weights: Arrays) -> None:
        """Every size that the card claims is that of a tensor in the file, before a network of that size is made.

        Raises ValueError, KeyError.
        """
        for name, shape in self.claimed_shapes(config, weights).items():
            if weights[name].shape != shape:
                raise ValueError(f"{name} has shape {weights[name].shape} instead of {shape}")


def family_of(name: str) -> Family:
    """The family that a card names. Raises ValueError."""
    if name not in FAMILIES:
        raise ValueError(f"no model family is called {name!r} here")
    return FAMILIES[name]


def register(family: Family) -> None:
    """Makes a family known to preparing and loading in this process (docs/extending.md)."""
    FAMILIES[family.name] = family


def family_of_network(network: nn.Module) -> Family:
    """The family of a network in memory. Raises TypeError."""
    for family in FAMILIES.values():
        if isinstance(network, family.network):
            return family
    raise TypeError(f"{type(network).__name__} is no network of a known family")


def _claimed_by_lite(c: LiteConfig, weights: Arrays) -> Mapping[str, tuple[int, ...]]:
    if not all(kernel in (1, 3, 5, 7) for kernel in c.kernels):
        raise ValueError("the kernels are not those of this family")
    widths = c.noise_channels, c.context
    if not all(type(each) is int and 0 <= each <= 1024 for each in widths) or type(c.realistic) is not bool:
        raise ValueError("the noise channels, the context or the second generator are not of this family")
    shapes: dict[str, tuple[int, ...]] = {
        "gains.log_gains": (c.anchors, c.latents),
        "density.b_0": (c.hyperlatents, 3, 1),
        "encoder.stem.1.weight": (c.encoder_widths[0], 192, 1, 1),
        "encoder.out.weight": (c.latents, c.encoder_widths[1], 1, 1),
        "encoder.conditioning.out.weight": (c.features, c.features),
        "mean_network.layers.0.weight": (4 * c.mean_width, c.hyperlatents + 1, 3, 3),
        "scale_network.layers.0.weight": (4 * c.hyper_width, c.hyperlatents + 1, 3, 3),
        "generator.stem.weight": (c.generator_widths[1], c.latents, 1, 1),
        "generator.head.lift.0.weight": (16 * c.thin, c.generator_widths[0], 1, 1),
    }
    if c.context:
        shapes["context.layers.0.weight"] = (c.context, c.latents + 1, 3, 3)
    if c.noise_channels:
        shapes[f"{SECOND}grain.0.weight"] = (4 * c.generator_widths[0], c.noise_channels, 1, 1)
    if type(c.thin_layers) is not int or not 1 <= c.thin_layers <= 16:
        raise ValueError(f"the generator has {c.thin_layers} thin layers")
    for layer in range(c.thin_layers - 1):
        shapes[f"generator.head.further.{layer}.weight"] = (c.thin, c.thin, 3, 3)
    stacks = {
        "encoder.fine": (c.encoder_blocks[0], c.encoder_widths[0]),
        "encoder.coarse": (c.encoder_blocks[1], c.encoder_widths[1]),
        "generator.fine": (c.generator_blocks[0], c.generator_widths[0]),
        "generator.coarse": (c.generator_blocks[1], c.generator_widths[1]),
    }
    for stack, (number, width) in stacks.items():
        if not 0 <= number <= 64:
            raise ValueError(f"{stack} has {number} blocks")
        for block in range(number):
            shapes[f"{stack}.blocks.{block}.narrow.weight"] = (width, 2 * width, 1, 1)
    if c.realistic:
        first = [name for name in shapes if name.startswith("generator.")]
        shapes.update({name.replace("generator.", SECOND, 1): shapes[name] for name in first})
    return shapes


def _claimed_by_hific(c: HificConfig, weights: Arrays) -> Mapping[str, tuple[int, ...]]:
    if c.training_only is not None:
        raise ValueError(c.training_only)
    if c.likelihood not in ("gaussian", "logistic") or type(c.normalised_input) is not bool:
        raise ValueError("the likelihood or the input's range is not one of this family")
    if c.norm not in ("channel", "instance"):
        raise ValueError("the norm is not one of this family")
    if type(c.mixture) is not int or c.mixture < 0:
        raise ValueError("the mixture is not one of this family")
    if not 0 <= c.residual_blocks <= 64 or len(c.channels) != 5:
        raise ValueError("the generator's depth is not one of this family")
    if type(c.noise_channels) is not int or not 0 <= c.noise_channels <= 1024:
        raise ValueError("the noise channels are not of this family")
    first, *_, last = c.channels
    noisy = last + c.noise_channels
    shapes: dict[str, tuple[int, ...]] = {
        "Encoder.conv_block1.1.weight": (first, 3, 7, 7),
        "Encoder.conv_block_out.1.weight": (c.latents, last, 3, 3),
        "Hyperprior.analysis_net.conv1.weight": (c.hyper_filters, c.latents, 3, 3),
        "Hyperprior.hyperlatent_likelihood.b_0": (c.hyper_filters, 3, 1),
        "Generator.conv_block_init.2.weight": (last, c.latents, 3, 3),
    }
    if c.mixture:
        outputs = 3 * c.latents * c.mixture
        shapes["Hyperprior.synthesis_DLMM_params.conv_out.weight"] = (outputs, c.latents, 1, 1)
    for number, width in enumerate(c.channels[1:], start=2):
        shapes[f"Encoder.conv_block{number}.1.weight"] = (width, c.channels[number - 2], 3, 3)
    for number in range(c.residual_blocks):
        shapes[f"Generator.resblock_{number}.conv1.weight"] = (noisy, noisy, 3, 3)
    return shapes


def _hific_scale_network(network: Hific) -> nn.Sequential:
    mixed = network.config.mixture > 0
    layers = network.mixtures if mixed else network.Hyperprior.synthesis_std
    first, second = as_convolution(layers.conv1), as_convolution(layers.conv2)
    third = as_one_convolution(network.mixtures) if mixed else as_convolution(layers.conv3)
    return nn.Sequential(first, nn.PixelShuffle(2), nn.ReLU(), second, nn.PixelShuffle(2), nn.ReLU(), third)


LITE = Family(
    name="lite",
    config=LiteConfig,
    network=Lite,
    serving=LiteServing,
    entropy_parts=("gains.", "mean_network.", "context."),
    generator_parts=("generator.", SECOND),
    # Gains and densities are few, and an estimate of the bits should not suffer from their rounding.
    full_precision=("gains", "density"),
    continuous_rate=True,
    quality_plane=True,
    log_scales=True,
    density=lambda network: network.density,
    scale_network=lambda network: network.scale_network.layers,
    hyperlatents=lambda config: config.hyperlatents,
    likelihood=lambda config: "gaussian",
    claimed_shapes=_claimed_by_lite,
    addable=frozenset({"realistic", "noise_channels", "context"}),
    growable=frozenset({"encoder_blocks", "generator_blocks", "thin_layers"}),
    completed=Lite.completed,
)

HIFIC = Family(
    name="hific",
    config=HificConfig,
    network=Hific,
    serving=HificServing,
    entropy_parts=("Hyperprior.synthesis_mu.",),
    generator_parts=("Generator.",),
    full_precision=("Hyperprior.hyperlatent_likelihood",),
    continuous_rate=False,
    quality_plane=False,
    log_scales=False,
    density=lambda network: network.density,
    scale_network=_hific_scale_network,
    hyperlatents=lambda config: config.hyper_filters,
    likelihood=lambda config: config.likelihood,
    claimed_shapes=_claimed_by_hific,
    components=lambda config: config.mixture,
)

FAMILIES: dict[str, Family] = {family.name: family for family in (LITE, HIFIC)}
