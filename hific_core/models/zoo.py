"""Which models there are, and which one a person or a file means. Lists without loading a network.

Models are `*.safetensors` files in the folder that ships with the program, in the person's own folder, and in
the folders that the environment variable HIFIC_MODELS names (separated as in PATH).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from platformdirs import user_data_path

from hific_core import resources
from hific_core.errors import HificError, UnsupportedByModel, WeightsMissing, WrongModel
from hific_core.models.card import REGIMES, ModelCard, read_card

if TYPE_CHECKING:
    from hific_core.device import Runtime
    from hific_core.models.inference import InferenceModel

DEFAULT_MODEL = "lite-13"
PUBLISHED = "https://zenodo.org/record/4026003"
"""Where the original's checkpoints are: HIFIC-low, HIFIC-med and HIFIC-high (Zenodo record 4026003)."""


class Installed(NamedTuple):
    """A model's card and where its weights lie."""

    card: ModelCard
    path: Path


class Listing(NamedTuple):
    """The installed models in order of preference, and what is wrong with files that are none, and with folders."""

    models: tuple[Installed, ...]
    problems: tuple[str, ...]


def bundled_folder() -> Path:
    """Where the models that ship with the program lie, in a checkout or installed."""
    return resources.folder("models")


def user_folder() -> Path:
    """Where a person's own models lie."""
    return user_data_path("hific-studio") / "models"


def _files(problems: list[str]) -> Iterator[Path]:
    """A folder that cannot be read is added to `problems`."""
    extra = [Path(folder) for folder in os.environ.get("HIFIC_MODELS", "").split(os.pathsep) if folder]
    for folder in (*extra, bundled_folder(), user_folder()):
        try:
            yield from sorted(path for path in folder.iterdir() if path.match("*.safetensors"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            reason = error.strerror or error
            problems.append(f"The folder {folder} could not be read ({reason}); change its permissions.")


def listing() -> Listing:
    """Reads all cards; a damaged file or a locked folder is a problem to report, not a failure."""
    models: list[Installed] = []
    problems: list[str] = []
    for path in _files(problems):
        try:
            models.append(Installed(read_card(path), path))
        except HificError as error:
            problems.append(str(error))
    return Listing(tuple(models), tuple(problems))


def named(name: str) -> Installed:
    """The model of that name, series, or path to a weights file; of a series, the medium one where there is one.

    Raises WeightsMissing, WeightsDamaged.
    """
    models = listing().models
    for model in models:
        if model.card.name == name:
            return model
    series = [model for model in models if series_of(model.card) == name]
    if series:
        return next((model for model in series if "med" in model.card.regimes), series[0])
    if name.endswith(".safetensors") or os.path.isfile(name):  # noqa: PTH113 - Path raises where a folder may not be searched
        return Installed(read_card(Path(name)), Path(name))
    known = ", ".join(model.card.name for model in models) or "none"
    raise WeightsMissing(f"There is no model called {name!r}; installed are: {known}.")


def series_of(card: ModelCard) -> str:
    """What models of one rate each have in common: the name without its regime, as in "HIFIC" of "HIFIC-med"."""
    for regime in card.regimes:
        if not card.abilities.continuous_rate and card.name.lower().endswith(f"-{regime}"):
            return card.name[: -len(regime) - 1]
    return card.name


def regimes_of(model: Installed) -> list[str]:
    """The regimes that the model and, where it has one rate, its series serve, from the lowest."""
    found = set(model.card.regimes)
    if not model.card.abilities.continuous_rate:
        series = series_of(model.card)
        found.update(*(other.card.regimes for other in listing().models if series_of(other.card) == series))
    return [regime for regime in REGIMES if regime in found]


def for_regime(model: Installed, regime: str) -> Installed:
    """The model itself where it has that regime, or the one of its series that has. Raises UnsupportedByModel."""
    if regime in model.card.regimes:
        return model
    series = series_of(model.card)
    if not model.card.abilities.continuous_rate:
        for other in listing().models:
            if regime in other.card.regimes and series_of(other.card) == series:
                return other
    known = ", ".join(regimes_of(model))
    raise UnsupportedByModel(f"The model {model.card.name} has no regime {regime}; it has {known}.")


def default() -> Installed:
    """The model that compresses unless another is named. Raises WeightsMissing."""
    models = listing().models
    if not models:
        raise WeightsMissing(f"No model is installed; put a weights file into {user_folder()}.")
    return next((model for model in models if model.card.name == DEFAULT_MODEL), models[0])


def for_file(entropy_fingerprint: str, generator_fingerprint: str) -> Installed:
    """The model that decodes a file: its own generator where there is one. Raises WrongModel."""
    fitting = [model for model in listing().models if model.card.entropy_fingerprint == entropy_fingerprint]
    if not fitting:
        raise WrongModel(entropy_fingerprint)
    same = (model for model in fitting if model.card.generator_fingerprint == generator_fingerprint)
    return next(same, fitting[0])


def load(installed: Installed, runtime: "Runtime") -> "InferenceModel":
    """The model, ready on its device. Raises WeightsMissing, WeightsDamaged."""
    from hific_core.models.weights import read_model  # torch comes in here, and not for a listing

    return read_model(installed.path, runtime)
