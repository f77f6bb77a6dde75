"""`hific models`: which models are installed, and where others go."""

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from hific_core.cli import options
from hific_core.cli.report import Report, print_error, printable, say
from hific_core.models import zoo
from hific_core.models.zoo import PUBLISHED

group = typer.Typer(invoke_without_command=True, no_args_is_help=False)


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """One model; the fields are those of the JSON."""

    name: str
    title: str
    family: str
    continuous_rate: bool
    realism: bool
    multiple: int
    """Pixels: sides are padded to a multiple of this."""
    regimes: Mapping[str, int]
    """Quality of each."""
    entropy_fingerprint: str
    generator_fingerprint: str
    licence: str
    path: str
    default: bool

    def line(self) -> str:
        """The same for people."""
        regimes = ", ".join(
            f"{name} {quality}" for name, quality in sorted(self.regimes.items(), key=lambda item: item[1])
        )
        return (
            f"{self.name}{' (default)' if self.default else ''}: {self.title or self.family}; family {self.family}, "
            f"{'any rate' if self.continuous_rate else 'one rate'}, {'with' if self.realism else 'no'} realism "
            f"control; quality of the regimes: {regimes}; fingerprint {self.entropy_fingerprint}, generator "
            f"{self.generator_fingerprint}; licence {self.licence or 'not stated'}; {self.path}"
        )


@group.callback()
def models(context: typer.Context, as_json: options.AsJson = False) -> None:
    """List the installed models, and the weights files that are damaged; or import one.

    Without a command after it, it lists.
    """
    if context.invoked_subcommand is None:
        _list(as_json)


def _list(as_json: bool) -> None:
    report = Report(as_json)
    listing = zoo.listing()
    preferred = zoo.default() if listing.models else None
    for installed in listing.models:
        report.done(_described(installed, installed == preferred))
    for problem in listing.problems:
        print_error(problem)
    if not listing.models and not as_json:
        say("No model is installed.")
    if not as_json:
        say(
            f"The original HiFiC's checkpoints HIFIC-low, -med and -high are at {PUBLISHED}; download one and "
            "`hific models import FILE` it."
        )
        say(
            printable(
                f"To decode a file that needs another fingerprint, ask its sender for the model (a .safetensors file) "
                f"and put it into {zoo.user_folder()}, or name it with --model."
            )
        )


def _described(installed: zoo.Installed, default: bool) -> InstalledModel:
    card = installed.card
    return InstalledModel(
        name=card.name,
        title=card.title,
        family=card.family,
        continuous_rate=card.abilities.continuous_rate,
        realism=card.abilities.realism,
        multiple=card.abilities.multiple,
        regimes=card.regimes,
        entropy_fingerprint=card.entropy_fingerprint,
        generator_fingerprint=card.generator_fingerprint,
        licence=card.licence,
        path=str(installed.path),
        default=default,
    )
