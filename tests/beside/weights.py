"""Seeded weights of the paper's full size whose rates are those of a trained model: about 0.4 bits per pixel.

Only the statistics are made to fit: each latent's spread is what its predicted scale says, each hyperlatent's is that
of its density, both over the bundled sample. Without that the estimate would be all floor and tails, and sizes beside
it would mean nothing. The pictures mean nothing.
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hific_core.models.hific import Hific, HificConfig, padded_latents, padded_pixels
from hific_core.models.hific_hyperprior import HificDensity
from hific_core.models.priors import SMALLEST_SCALE
from hific_core.models.weights import write_model
from hific_core.pixels.picture import read_picture
from hific_core.prepare import prepare
from tests.conftest import tiny_card

SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "coffee.png"
LATENT_SPREADS = (0.03, 1.0)
HYPERLATENT_SPREADS = (0.1, 1.0)
_NARROWEST_DENSITY = 0.05


class Files(NamedTuple):
    """The same weights for both sides."""

    ours: Path
    original: Path
    """A checkpoint as the original's `torch.save` makes it."""


def seeded_network(config: HificConfig | None = None) -> Hific:
    """Weights that are exact in half precision, as ours are stored; the density's in single."""
    torch.manual_seed(0)
    network = Hific(config).eval()
    with torch.no_grad():
        _fit(network, torch.from_numpy(read_picture(SAMPLE).pixels).permute(2, 0, 1)[None].float() / 255)
        for name, parameter in network.named_parameters():
            if "hyperlatent_likelihood" not in name:
                parameter.copy_(parameter.half().float())
    return network


def write_weights(folder: Path) -> Files:
    """Both files, some 360 and 740 MB, in a minute or two; those that are there already are taken."""
    files = Files(folder / "beside-hific.safetensors", folder / "beside-hific.pt")
    if not (files.ours.is_file() and files.original.is_file()):
        network = seeded_network()
        torch.save({"model_state_dict": network.state_dict(), "args": original_args()}, files.original)
        write_model(files.ours, prepare(network, replace(tiny_card("beside-hific"), regimes={"med": 500})))
    return files


def original_args() -> dict[str, object]:
    """The entries of the original's config that its model asks for when it only codes."""
    return {
        "model_type": "compression_gan",
        "model_mode": "evaluation",
        "gan_loss_type": "non_saturating",
        "discriminator_steps": 1,
        "likelihood_type": "gaussian",
        "latent_channels": 220,
        "n_residual_blocks": 9,
        "use_channel_norm": True,
        "use_latent_mixture_model": False,
        "normalize_input_image": False,
        "sample_noise": False,
        "noise_dim": 32,
        "image_dims": (3, 256, 256),
        "latent_dims": (220, 16, 16),
        "batch_size": 1,
        "log_interval": 1000,
        "gpu": 0,
    }


def _fit(network: Hific, x: Tensor) -> None:
    """Makes spreads and scales agree, from the encoder to the scale network."""
    c, hyperprior = network.config, network.Hyperprior
    spreads = _between(LATENT_SPREADS, c.latents)
    last = network.Encoder.conv_block_out[-1]
    x = padded_pixels(x)
    _shape(last, network.latents(x), torch.zeros(c.latents), spreads)
    y = padded_latents(network.latents(x))
    hyper_spreads = _between(HYPERLATENT_SPREADS, c.hyper_filters)
    _shape(hyperprior.analysis_net.conv3, network.hyper_analysis(y), torch.zeros(c.hyper_filters), hyper_spreads)
    _narrow(network.density, hyper_spreads)
    z_hat = (network.hyper_analysis(y) + 0.5).floor()
    _shape(hyperprior.synthesis_mu.conv3, network.means(z_hat), torch.zeros(c.latents), 0.1 * spreads)
    residual = (y - network.means(z_hat)).std((0, 2, 3))
    _shape(
        hyperprior.synthesis_std.conv3, network.raw_scales(z_hat), residual.clamp_min(SMALLEST_SCALE), 0.1 * residual
    )


def _between(limits: tuple[float, float], number: int) -> Tensor:
    """Numbers even in their logarithms, in a seeded order."""
    low, high = (math.log(limit) for limit in limits)
    return torch.linspace(low, high, number).exp()[torch.randperm(number)]


def _shape(layer: nn.Module, output: Tensor, mean: Tensor, spread: Tensor) -> None:
    """Gives each channel of a last layer, whose `output` is (1, C, h, w) now, another mean and spread."""
    assert isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)
    assert layer.bias is not None
    factor = spread / output.std((0, 2, 3)).clamp_min(1e-6)
    transposed = isinstance(layer, nn.ConvTranspose2d)
    layer.weight.mul_(factor[None, :, None, None] if transposed else factor[:, None, None, None])
    layer.bias.copy_(mean + (layer.bias - output.mean((0, 2, 3))) * factor)


def _narrow(density: HificDensity, spreads: Tensor) -> None:
    """Makes each channel's density a logistic one about 0 of the given spread: without gates its chain is linear."""
    low, high = _logits_at(density, len(spreads))
    wanted = 1 / (spreads * math.sqrt(3) / math.pi).clamp_min(_NARROWEST_DENSITY)
    factor = (wanted / (high - low)) ** (1 / density.steps)
    for step in range(density.steps):
        weight = getattr(density, f"H_{step}")
        weight.copy_((nn.functional.softplus(weight) * factor[:, None, None]).expm1().log())
    low, _ = _logits_at(density, len(spreads))
    # not quite 0, from where the original's search for a median would never leave
    offset = torch.rand(len(spreads)) * 0.2 - 0.1
    getattr(density, f"b_{density.steps - 1}").sub_((low + wanted * offset)[:, None, None])


def _logits_at(density: HificDensity, channels: int) -> tuple[Tensor, Tensor]:
    """Of each channel, at 0 and at 1."""
    logits = density.cumulative_logits(torch.tensor([0.0, 1.0]).expand(channels, 1, 2))[:, 0]
    return logits[:, 0], logits[:, 1]
