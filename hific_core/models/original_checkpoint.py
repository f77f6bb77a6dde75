"""The original's checkpoints: its trained weights, and the architecture that they and its `args` tell of.

What `save_model` of the original writes is a dictionary with `model_state_dict` (with `module.` before every name where
the model ran on several GPUs), `args`, the states of two or three optimisers and, once more, the discriminator. The
names of its tensors are those of `hific.py` and `discriminator.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hific_core.errors import WeightsDamaged, WeightsMissing
from hific_core.models import original_pickle
from hific_core.models.card import REGIMES
from hific_core.models.discriminator import Discriminator
from hific_core.models.hific import Hific, HificConfig

NETWORKS = ("Encoder.", "Generator.", "Hyperprior.")
_CRITIC = "Discriminator."
_LEFT_OUT = (
    # tables that an evaluation model makes anew, and the density once more
    "Hyperprior.hyperprior_entropy_model.",
    "Hyperprior.prior_entropy_model.",
    "Hyperprior.prior_density.",
    # what training measures with
    "perceptual_loss.",
)
_SHOWN = 3
_WIDEST = 1 << 16
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint of the original holds for this program."""

    config: HificConfig
    weights: Tensors
    """float, under the names of `Hific` and of its shapes."""
    discriminator: Tensors | None
    """Under the names of `Discriminator`, where it has one."""
    regime: str | None
    """Of `args`: low, med or high."""
    training: Mapping[str, Any]
    """Plain facts for the card."""
    notes: tuple[str, ...]
    """Where `args` and tensors disagree, and what had to be assumed."""


def read(path: Path) -> Checkpoint:
    """Raises UnreadableFile, WeightsDamaged, which names the first three keys that do not fit."""
    content = original_pickle.load(path)
    if not isinstance(content, Mapping) or not isinstance(content.get("model_state_dict"), Mapping):
        keys = list(content) if isinstance(content, Mapping) else []
        raise _no_checkpoint(path, [f"{key} (unknown)" for key in keys[:_SHOWN]] or ["there are none"])
    tensors = {str(name).removeprefix("module."): value for name, value in content["model_state_dict"].items()}
    args = original_pickle.settings(content.get("args"))
    critic = {name.removeprefix(_CRITIC): value for name, value in tensors.items() if name.startswith(_CRITIC)}
    if not critic and isinstance(content.get("discriminator_state_dict"), Mapping):
        critic = {str(name).removeprefix("module."): v for name, v in content["discriminator_state_dict"].items()}
    weights = {name: value for name, value in tensors.items() if not name.startswith((*_LEFT_OUT, _CRITIC))}
    config, notes = architecture(weights, args, path)
    with torch.device("meta"):
        _check(path, weights, Hific(config).state_dict())
        if critic:
            width = _size(critic, "conv1.weight_orig", 0, 64)
            _check(path, critic, Discriminator(config.latents, width).state_dict(), _CRITIC)
    regime = args.get("regime")
    training: dict[str, Any] = {
        key: args[key] for key in ("regime", "target_rate", "dataset", "gan_loss_type") if key in args
    }
    training |= {key: content[key] for key in ("steps", "epoch") if isinstance(content.get(key), int)}
    return Checkpoint(config, weights, critic or None, regime if regime in REGIMES else None, training, notes)


def critic_of(checkpoint: Checkpoint, path: Path) -> Tensors:
    """The discriminator. Raises WeightsMissing."""
    if checkpoint.discriminator is None:
        raise WeightsMissing(f"{path} holds no discriminator; leave --keep-discriminator out.")
    return checkpoint.discriminator


def architecture(tensors: Tensors, args: Mapping[str, Any], path: Path) -> tuple[HificConfig, tuple[str, ...]]:
    """The options that tensors show, those that only `args` tell, and notes. Raises WeightsDamaged."""
    notes = []
    usual = HificConfig()
    if not args:
        notes.append("The checkpoint has no args that can be read: a gaussian likelihood and inputs in [0, 1] assumed.")
    likelihood = args.get("likelihood_type", usual.likelihood)
    if likelihood not in ("gaussian", "logistic"):
        raise WeightsDamaged(f"{path} has latents of the likelihood {likelihood!r}, which is not known here.")
    normalised = args.get("normalize_input_image", usual.normalised_input)
    missing = [key for key in ("likelihood_type", "normalize_input_image") if args and key not in args]
    notes += [f"The checkpoint's args lack {key}: the original's default is taken." for key in missing]
    depth = 0
    while f"Generator.resblock_{depth}.conv1.weight" in tensors:
        depth += 1
    numbers = zip(range(1, 6), usual.channels, strict=True)
    channels = tuple(_size(tensors, f"Encoder.conv_block{n}.1.weight", 0, width) for n, width in numbers)
    latents = _size(tensors, "Encoder.conv_block_out.1.weight", 0, usual.latents)
    width = _size(tensors, "Generator.upconv_block1.0.weight", 0, channels[-1])
    mixed = _size(tensors, "Hyperprior.synthesis_DLMM_params.conv_out.weight", 0, 0)
    config = HificConfig(
        latents=latents,
        residual_blocks=depth or usual.residual_blocks,
        hyper_filters=_size(tensors, "Hyperprior.hyperlatent_likelihood.H_0", 0, usual.hyper_filters),
        likelihood=likelihood,
        normalised_input=bool(normalised),
        channels=channels,  # type: ignore[arg-type]
        norm="instance" if "Encoder.conv_block1.2.weight" in tensors else "channel",
        noise_channels=max(width - channels[-1], 0),
        mixture=mixed // (3 * latents),
    )
    return config, (*notes, *_disagreements(config, args))


def _disagreements(config: HificConfig, args: Mapping[str, Any]) -> list[str]:
    """What `args` say otherwise than the tensors, which are right: they are what was trained."""
    shown: dict[str, object] = {
        "latent_channels_DLMM" if config.mixture else "latent_channels": config.latents,
        "n_residual_blocks": config.residual_blocks,
        "use_channel_norm": config.norm == "channel",
        "sample_noise": config.noise_channels > 0,
        "use_latent_mixture_model": config.mixture > 0,
    }
    if config.noise_channels:
        shown["noise_dim"] = config.noise_channels
    if config.mixture:
        shown["mixture_components"] = config.mixture
    return [
        f"The checkpoint's args say {key} = {args[key]}, its tensors {value}: the tensors are followed."
        for key, value in shown.items()
        if key in args and args[key] != value
    ]


def _size(tensors: Tensors, name: str, axis: int, otherwise: int) -> int:
    """A size that a tensor shows; where there is none, `otherwise`, so that the check names what is missing."""
    value = tensors.get(name)
    if not isinstance(value, Tensor) or value.ndim <= axis or not 1 <= value.shape[axis] <= _WIDEST:
        return otherwise
    return value.shape[axis]


def _check(path: Path, found: Tensors, expected: Tensors, prefix: str = "") -> None:
    """Every tensor has its name, its shape, a type of floats, and as many values as it claims."""
    odd = [f"{prefix}{name} ({reason})" for name, value in found.items() if (reason := _misfit(value, expected, name))]
    odd += [f"{prefix}{name} (missing)" for name in expected if name not in found]
    if odd:
        raise _no_checkpoint(path, odd[:_SHOWN])


def _misfit(value: object, expected: Tensors, name: str) -> str | None:
    if name not in expected:
        return "unknown"
    if not isinstance(value, Tensor) or not value.is_floating_point():
        return "no tensor of floats"
    if value.layout != torch.strided or value.device.type != "cpu":
        return "no tensor that has all its values"
    if value.shape != expected[name].shape:
        return f"{_shape(value)} instead of {_shape(expected[name])}"
    if value.numel() * value.element_size() > value.untyped_storage().nbytes():
        return "fewer values than it claims"
    return None


def _shape(value: Tensor) -> str:
    return " x ".join(map(str, value.shape)) or "one number"


def _no_checkpoint(path: Path, odd: list[str]) -> WeightsDamaged:
    return WeightsDamaged(
        f"{path} is no checkpoint of the original HiFiC: what does not fit begins with {', '.join(odd)}; "
        "choose another file."
    )
