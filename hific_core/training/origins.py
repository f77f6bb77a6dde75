"""Where first weights come from: an installed model, an inference file, a checkpoint, or the folder of a run."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from torch import Tensor

from hific_core.errors import UnsupportedByModel, WeightsDamaged, WeightsMissing
from hific_core.models import zoo
from hific_core.training import checkpoint
from hific_core.training.config import STAGES, Settings


class Origin(NamedTuple):
    """What a run starts from."""

    name: str
    family: str
    network: Mapping[str, Any]
    """Settings of the family's network."""
    weights: Mapping[str, Tensor]
    discriminator: Mapping[str, Tensor] | None


def origin(name: str) -> Origin:
    """Raises WeightsMissing, WeightsDamaged."""
    path = Path(name)
    if os.path.isdir(name):  # noqa: PTH112 - Path raises where a folder may not be searched
        path = newest(path)
    if path.suffix == ".pt":
        return _of_checkpoint(path)
    model = zoo.named(name)
    try:
        with safe_open(model.path, framework="pt") as file:
            weights, critic = (_below(file, prefix) for prefix in ("network.", "discriminator."))
    except Exception as error:  # safetensors raises its own and those of torch
        raise WeightsDamaged(f"{model.path} could not be read ({error}); get a fresh copy.") from error
    return Origin(model.card.name, model.card.family, model.card.network, weights, critic or None)


def mean_of(weights: Mapping[str, Tensor], other: Origin) -> dict[str, Tensor]:
    """The mean of each weight of two networks of one kind, float32. Raises UnsupportedByModel."""
    shapes = ({name: value.shape for name, value in each.items()} for each in (weights, other.weights))
    if next(shapes) != next(shapes):
        raise UnsupportedByModel(f"{other.name} is another network than the run's; name a model with the same layers.")
    return {name: (value.float().cpu() + other.weights[name]) / 2 for name, value in weights.items()}


def with_realism_of(start: Origin, other: Origin) -> Origin:
    """With a second generator that is the first one and what the other's second differs from its first.

    What only a second generator has comes from the other. Raises UnsupportedByModel.
    """
    first, second = "generator.", "realistic."
    ours, theirs = start.weights, other.weights
    known = {name: value.shape for name, value in ours.items() if name.startswith(first)}
    if known != {name: value.shape for name, value in theirs.items() if name.startswith(first)}:
        raise UnsupportedByModel(f"{other.name} has another generator than {start.name}; name another for realism.")
    found = {name: value for name, value in theirs.items() if name.startswith(second)}
    if not found:
        raise UnsupportedByModel(f"{other.name} has no second generator; name another for realism.")
    for name in found:
        like = name.replace(second, first, 1)
        if like in known:
            if found[name].shape != known[like]:
                raise UnsupportedByModel(f"The generators of {other.name} are not alike; name another for realism.")
            found[name] = ours[like] + found[name] - theirs[like]
    settings = ("realistic", "noise_channels")
    network = {**start.network, **{name: other.network[name] for name in settings if name in other.network}}
    return start._replace(network=network, weights={**ours, **found})


def _below(file: Any, prefix: str) -> dict[str, Tensor]:
    """The tensors of an open file whose names begin with a prefix, which they lose."""
    names = [each for each in file.keys() if each.startswith(prefix)]  # noqa: SIM118
    return {each.removeprefix(prefix): file.get_tensor(each).float() for each in names}


def newest(folder: Path) -> Path:
    """The checkpoint of a run's last stage: its best, or its newest. Raises WeightsMissing."""
    for stage in STAGES[::-1]:
        best = folder / stage / checkpoint.BEST
        found = best if best.is_file() else checkpoint.latest(folder / stage)
        if found is not None:
            return found
    raise WeightsMissing(f"{folder} holds no checkpoint yet; name another run.")


def _of_checkpoint(path: Path) -> Origin:
    if not os.path.isfile(path):  # noqa: PTH113 - Path raises where a folder may not be searched
        raise WeightsMissing(f"There is no checkpoint at {path}; name another.")
    state = checkpoint.load(path)
    settings = settings_of(path, state)
    weights = state.get("average") or state["network"]
    return Origin(str(path), settings.family, settings.network, _floats(weights), state.get("discriminator"))


def settings_of(path: Path, state: Mapping[str, Any]) -> Settings:
    """Of a loaded checkpoint. Raises WeightsDamaged."""
    try:
        return Settings.from_plain(state["settings"])
    except (TypeError, ValueError) as error:
        raise WeightsDamaged(f"{path} has settings that are not known here ({error}); name another run.") from error


def _floats(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.to(torch.float32) for name, value in weights.items()}
