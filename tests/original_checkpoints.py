"""Checkpoints as the original's training saves them, a few channels wide and seeded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hific_core.models.discriminator import Discriminator
from hific_core.models.hific import Hific, HificConfig

from .conftest import TINY_HIFIC, tiny_hific_network

CRITIC_WIDTH = 4


def args_of(config: HificConfig, **others: Any) -> dict[str, Any]:
    """What the original's `args` say of such a network, with some of the rest."""
    return {
        "latent_channels": config.latents,
        "n_residual_blocks": config.residual_blocks,
        "likelihood_type": config.likelihood,
        "normalize_input_image": config.normalised_input,
        "use_channel_norm": config.norm == "channel",
        "sample_noise": config.noise_channels > 0,
        "noise_dim": config.noise_channels or 32,
        "use_latent_mixture_model": config.mixture > 0,
        "regime": "med",
        "target_rate": 0.3,
        "image_dims": (3, 256, 256),
        "lambda_schedule": {"vals": [2.0, 1.0], "steps": [50000]},
        "n_steps": 1000000,
        **others,
    }


def tiny_critic(latents: int) -> Discriminator:
    torch.manual_seed(5)
    return Discriminator(latents, CRITIC_WIDTH)


def saved_by_training(
    network: Hific, critic: Discriminator | None = None, args: Any = None, prefix: str = ""
) -> dict[str, Any]:
    """The dictionary that the original's `save_model` writes, Adam's states with it."""
    optimizer = torch.optim.Adam(network.Encoder.parameters())
    for parameter in network.Encoder.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    optimizer.zero_grad()
    tensors: dict[str, Tensor] = dict(network.state_dict())
    content: dict[str, Any] = {}
    if critic is not None:
        tensors |= {f"Discriminator.{name}": value for name, value in critic.state_dict().items()}
        content["discriminator_state_dict"] = critic.state_dict()
    return {
        "model_state_dict": {prefix + name: value for name, value in tensors.items()},
        "compression_optimizer_state_dict": optimizer.state_dict(),
        "epoch": 3,
        "steps": 70000,
        "args": args_of(network.config) if args is None else args,
        **content,
    }


def evaluation_tables(network: Hific) -> Mapping[str, Tensor]:
    """What a model made for evaluation has besides: its tables, and the density a second time."""
    tables = {
        f"Hyperprior.{kind}_entropy_model.{name}": torch.arange(6, dtype=torch.int32)
        for kind in ("prior", "hyperprior")
        for name in ("CDF", "CDF_offset", "CDF_length")
    }
    density = network.density.state_dict().items()
    again = {f"Hyperprior.hyperprior_entropy_model.distribution.{name}": value for name, value in density}
    return tables | {"Hyperprior.prior_entropy_model.scale_table_tensor": torch.ones(64)} | again


def write_tiny_checkpoint(path: Path, config: HificConfig = TINY_HIFIC, legacy: bool = False) -> Hific:
    """A checkpoint with a discriminator; returns the network that is in it."""
    network = tiny_hific_network(config)
    content = saved_by_training(network, tiny_critic(config.latents))
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return network
