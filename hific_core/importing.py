"""A checkpoint of the original to an installed model: read, checked, prepared, written.

Its weights stay in float32, so that pictures are what the original makes of them to a thousandth, and so that files
which the original wrote can be decoded: those depend on the last bits of its scale network.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from hific_core.atomic import make_folder
from hific_core.errors import HificError, UnsupportedByModel, UnwritableFile, WeightsDamaged
from hific_core.models import original_checkpoint as checkpoints
from hific_core.models import zoo
from hific_core.models.card import REGIMES, Abilities, ModelCard
from hific_core.models.hific import Hific
from hific_core.models.original_checkpoint import Checkpoint
from hific_core.models.serving import LATENT_STRIDE
from hific_core.models.weights import write_model
from hific_core.prepare import LEVELS, prepare
from hific_core.progress import Progress, silent

ONE_QUALITY = 500
"""What the files of a model of one rate name as their quality."""
_SERIES = "HIFIC"
_LONGEST_NAME = 255
"""Bytes, on nearly every disk."""


class Imported(NamedTuple):
    """A model that was written, and what the person should know about it."""

    card: ModelCard
    path: Path
    notes: tuple[str, ...]


def import_checkpoint(
    source: Path,
    *,
    name: str | None = None,
    regime: str | None = None,
    keep_discriminator: bool = False,
    folder: Path | None = None,
    progress: Progress = silent,
) -> Imported:
    """Makes a model of a checkpoint that the original trained.

    Without `regime` that of its args is taken, or of the name, or of the file's; without `name` it is called
    HIFIC-low, -med or -high; without `folder` it goes to the person's models. `keep_discriminator` keeps what training
    on needs. Raises UnreadableFile, WeightsDamaged, WeightsMissing, UnsupportedByModel, UnwritableFile and what
    `progress` raises; then nothing is written.
    """
    progress("read", 0.0)
    checkpoint = checkpoints.read(source)
    regime, notes = _regime(checkpoint, regime, name, source)
    name = f"{_SERIES}-{regime}" if name is None else name
    target = target_of(folder or zoo.user_folder(), name)
    if folder is None:
        refuse_known(name)
    critic = checkpoints.critic_of(checkpoint, source) if keep_discriminator else {}
    _refuse_training_only(checkpoint)
    make_folder(target)  # before the minutes of preparing
    network = network_of(checkpoint, source, progress)
    card = ModelCard(
        name=name,
        family="hific",
        network={},
        abilities=Abilities(continuous_rate=False, realism=False, multiple=LATENT_STRIDE),
        regimes={regime: ONE_QUALITY},
        entropy_fingerprint="0" * 8,
        generator_fingerprint="0" * 8,
        title=f"The original HiFiC's {source.name}",
        training={"imported": source.name, **checkpoint.training},
    )
    content = prepare(network, card, LEVELS, full_precision=True, progress=progress)
    arrays = {key: value.float().numpy() for key, value in _finite(critic, source).items()}
    progress("write", 0.0)
    write_model(target, content._replace(discriminator=arrays), exclusive=True)
    progress("write", 1.0)
    return Imported(content.card, target, (*checkpoint.notes, *notes))


def network_of(checkpoint: Checkpoint, source: Path, progress: Progress = silent) -> Hific:
    """The network with the checkpoint's weights, which are not copied where they are float32 already.

    Raises WeightsDamaged where one of them is not finite, and what `progress` raises.
    """
    with torch.device("meta"):
        network = Hific(checkpoint.config)
    network.load_state_dict(_finite(checkpoint.weights, source, progress), strict=True, assign=True)
    return network.eval().requires_grad_(False)


def _finite(weights: Mapping[str, Tensor], source: Path, progress: Progress = silent) -> dict[str, Tensor]:
    found = {}
    for number, (key, value) in enumerate(weights.items()):
        progress("check", number / len(weights))
        found[key] = value.detach().float().contiguous()
        if not bool(torch.isfinite(found[key]).all()):
            raise WeightsDamaged(f"{source} holds values in {key} that are no numbers; get a fresh copy.")
    return found


def _regime(checkpoint: Checkpoint, wanted: str | None, name: str | None, source: Path) -> tuple[str, tuple[str, ...]]:
    """The regime, and a note where the checkpoint says another than the person. Raises HificError."""
    told = checkpoint.regime
    found = wanted or told or _named_regime(name or "") or _named_regime(source.stem)
    if found is None:
        raise HificError(f"{source} does not say of which regime it is; name one with --regime.")
    if told is not None and found != told:
        return found, (f"The checkpoint's args say regime = {told}: {found} is taken, as you said.",)
    return found, ()


def _named_regime(name: str) -> str | None:
    """The regime that ends a name; the published files are called hific_low, hific_med and hific_hi."""
    found = re.search(r"[-_. ](low|med|hi)(?:gh)?$", name.lower())
    return None if found is None else next(regime for regime in REGIMES if regime.startswith(found[1]))


def target_of(folder: Path, name: str) -> Path:
    """Where a model of this name goes. Raises UnwritableFile for no name of a file, and one that is taken."""
    target = folder / f"{name}.safetensors"
    if not name or name.startswith(".") or not name.isprintable() or {"/", "\\", ":"} & set(name):
        raise UnwritableFile(folder, f"{name!r} cannot name a model's file; choose another --name.")
    if len(os.fsencode(target.name)) > _LONGEST_NAME:
        raise UnwritableFile(folder, f"{name!r} is too long for a model's file; choose a shorter --name.")
    if os.path.lexists(target):
        raise UnwritableFile(target, f"There is a model at {target} already; choose another --name.")
    return target


def refuse_known(name: str) -> None:
    """Of two models of one name only one could be meant. Raises UnwritableFile."""
    for other in zoo.listing().models:
        if other.card.name == name:
            raise UnwritableFile(
                other.path, f"There is a model called {name} already, at {other.path}; choose another --name."
            )


def _refuse_training_only(checkpoint: Checkpoint) -> None:
    """What can be trained only is refused before anything is prepared. Raises UnsupportedByModel."""
    reason = checkpoint.config.training_only
    if reason is not None:
        raise UnsupportedByModel(f"The checkpoint's network can be trained, but not code pictures: {reason}.")
