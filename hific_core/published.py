"""Which installed model decodes a .hfc file that the original HiFiC wrote: it names none itself. Loads no network."""

from hific_core.container.original_file import OriginalFile
from hific_core.errors import WrongModel
from hific_core.models import zoo


def fits(file: OriginalFile, latents: int, hyperlatents: int) -> bool:
    """Whether a network of so many latent and hyperlatent channels has the file's shapes."""
    return (file.latent_channels, file.hyper_shape[0]) == (latents, hyperlatents)


def model_for(file: OriginalFile, named: zoo.Installed | None = None) -> zoo.Installed:
    """The model that decodes a file: the named one, else the only installed one of its shapes. Raises WrongModel."""
    if named is not None:
        if not _has_shapes(named, file):
            raise wrong_shapes(file, named.card.name)
        return named
    fitting = fitting_models(file, zoo.listing().models)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(model.card.name for model in fitting)
        raise WrongModel(
            "",
            "The original HiFiC wrote this file, which does not say with which model: name one with --model; "
            f"{names} have its shapes.",
        )
    raise WrongModel(
        "",
        f"The original HiFiC wrote this file, and none of its models is installed: get them at {zoo.PUBLISHED} and "
        "`hific models import` the one that the file was made with.",
    )


def fitting_models(file: OriginalFile, models: tuple[zoo.Installed, ...]) -> list[zoo.Installed]:
    """Those of `models` that have the file's shapes, copies left out: of what decodes alike the first."""
    fitting: dict[tuple[str, str], zoo.Installed] = {}
    for model in models:
        if _has_shapes(model, file):
            fitting.setdefault((model.card.entropy_fingerprint, model.card.generator_fingerprint), model)
    return list(fitting.values())


def _has_shapes(model: zoo.Installed, file: OriginalFile) -> bool:
    network = model.card.network
    return (
        model.card.family == "hific"
        and not network.get("mixture")
        and (network.get("latents"), network.get("hyper_filters")) == (file.latent_channels, file.hyper_shape[0])
    )


def wrong_shapes(file: OriginalFile, name: str) -> WrongModel:
    """The error of a model that cannot have made the file."""
    return WrongModel(
        "",
        f"The original HiFiC wrote this file with {file.latent_channels} latent and {file.hyper_shape[0]} hyperlatent "
        f"channels, which {name} does not have; name another model with --model.",
    )
