"""`hific export`: the model of a run, installed or put elsewhere."""

import os
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from hific_core.cli.inputs import is_folder
from hific_core.cli.report import printable, say
from hific_core.errors import UnreadableImage
from hific_core.models import zoo
from hific_core.pixels.picture import Picture, read_picture
from hific_core.training.config import Settings


def export_command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run, or one of its checkpoints.")],
    name: Annotated[str | None, typer.Option(help="What the model shall be called; the run's name.")] = None,
    title: Annotated[str, typer.Option(help="What people read of it.")] = "",
    licence: Annotated[str | None, typer.Option(help="Under which it may be used.")] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="Another place than the installed models.")] = None,
    rates_on: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Pictures whose average rates the regimes shall have.")
    ] = None,
    tables_on: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Pictures whose latents shape the probability tables; without it they are Gaussian.",
        ),
    ] = None,
    mean_with: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Take the mean of each weight and that of a model, or of another run."),
    ] = None,
    note: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=TEXT", help="Into the model's file, beside the settings; more than once."),
    ] = None,
    realism: Annotated[
        bool, typer.Option(help="Whether the model offers the control that the generative stage taught it.")
    ] = True,
) -> None:
    """Make a model of a run's best checkpoint.

    Where two runs, one after the other, end in equally good weights, the mean of both is often better than either
    (--mean-with). The qualities of its regimes are measured on the run's held-out pictures, or on those of --rates-on;
    with --tables-on the probability tables of its latents are measured too, which makes files smaller.
    """
    found = export_run(run, name, to, licence, title, rates_on, notes_of(note or ()), realism, tables_on, mean_with)
    say(printable(f"{found['name']}: {found['path']}"))


def free_name(name: str) -> str:
    """The name, or that with a number, that no model has yet: a run that is made longer ends more than once."""
    taken = {model.card.name for model in zoo.listing().models}
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    folder = zoo.user_folder()
    return next(each for each in names if each not in taken and not os.path.lexists(folder / f"{each}.safetensors"))


def notes_of(texts: Sequence[str]) -> dict[str, str]:
    """NAME=TEXT as typed. Raises BadParameter."""
    notes = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier() or name in Settings.__dataclass_fields__:
            raise typer.BadParameter(f"{text!r} is not NAME=TEXT, or names a setting; write it as commit=1a2b3c.")
        notes[name] = value
    return notes


def export_run(
    run: Path,
    name: str | None,
    to: Path | None,
    licence: str | None,
    title: str = "",
    rates_on: Path | None = None,
    notes: Mapping[str, str] = MappingProxyType({}),
    realism: bool = True,
    tables_on: Path | None = None,
    mean_with: str | None = None,
) -> dict[str, Any]:
    """Name and path of the model.

    Raises WeightsMissing, WeightsDamaged, UnsupportedByModel (also where `mean_with` is another network),
    UnwritableFile, UnreadableImage where `rates_on` or `tables_on` holds no picture.
    """
    from hific_core.importing import refuse_known, target_of
    from hific_core.training import checkpoint
    from hific_core.training.export import export
    from hific_core.training.measured import evenly
    from hific_core.training.origins import mean_of, newest, origin, settings_of
    from hific_core.training.photos import named

    run = run.resolve()  # a dot has no name
    path = newest(run) if is_folder(run) else run
    folder = path.parents[1]
    state = checkpoint.load(path)
    settings = settings_of(path, state)
    weights = state.get("average") or state["network"]
    if mean_with is not None:
        other = origin(mean_with)
        weights = mean_of(weights, other)
        notes = {"mean_with": Path(other.name).name, **notes}
    learned, pictures = _pictures(state, folder, rates_on)
    shapes = [] if tables_on is None else evenly(_found(tables_on, "--tables-on"))
    name = name or folder.name
    target = to or target_of(zoo.user_folder(), name)
    if to is None:
        refuse_known(name)
    card = export(
        settings,
        weights,
        target,
        name,
        pictures,
        realism=realism,
        exclusive=to is None,
        tables_on=None if tables_on is None else (read_picture(tables_on / each) for each in shapes),
        title=title or f"{settings.family} trained for {state['step']} steps",
        licence="that of the pictures it was trained on" if licence is None else licence,
        training={
            **settings.as_plain(),
            "step": state["step"],
            **_prefixed("pictures", learned),
            **(_prefixed("tables_pictures", named(shapes)) if shapes else {}),
            **notes,
        },
    )
    return {"name": card.name, "path": str(target)}


def _found(folder: Path, option: str) -> list[str]:
    """Relative paths of the pictures in a folder, at any depth, sorted. Raises UnreadableImage."""
    from hific_core.training.photos import find

    names = find(folder)
    if not names:
        raise UnreadableImage(f"{folder} holds no picture; name another folder for {option}.")
    return names


def _pictures(
    state: Mapping[str, Any], folder: Path, rates_on: Path | None
) -> tuple[dict[str, int | str], list[Picture]]:
    """What is told of those that a run learned from, and those that rates are measured on."""
    from hific_core.device import choose_runtime
    from hific_core.training.engine import Engine
    from hific_core.training.export import middle
    from hific_core.training.photos import named
    from hific_core.training.plan import read_plan
    from hific_core.training.run import Run

    learned, pictures = _learned(state), []
    if rates_on is not None:
        pictures = [middle(read_picture(rates_on / each)) for each in _found(rates_on, "--rates-on")]
    if learned is None or rates_on is None:  # else the run's own pictures need not be at hand
        whole = Run(read_plan(folder), folder, Engine(choose_runtime("cpu", "float32").device), ())
        learned = learned or named(whole.train_names)
        pictures = pictures or list(whole.pictures().values())
    return learned, pictures


def _learned(state: Mapping[str, Any]) -> dict[str, int | str] | None:
    """What a checkpoint says of its pictures; older ones say nothing."""
    found = state.get("pictures")
    if isinstance(found, dict) and type(found.get("number")) is int and type(found.get("sha256")) is str:
        return found
    return None


def _prefixed(key: str, found: Mapping[str, int | str]) -> dict[str, int | str]:
    """What `photos.named` says, as cards have it."""
    return {key: found["number"], f"{key}_sha256": found["sha256"]}
