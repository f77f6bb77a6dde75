"""What `hific train` asks for: the plan of a new run, or of one that goes on."""

import os
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import typer

from hific_core.cli.training_options import BY_NAME, applied
from hific_core.errors import DeviceMissing, UnwritableFile
from hific_core.training.config import STAGES, Settings, preset

if TYPE_CHECKING:
    from hific_core.training.origins import Origin
    from hific_core.training.plan import Machine, Plan, Upkeep

Kept = TypeVar("Kept", "Upkeep", "Machine")


class Preset(StrEnum):
    """Where settings start."""

    lite = "lite"
    hific_low = "hific-low"
    hific_med = "hific-med"
    hific_high = "hific-high"


class StageChoice(StrEnum):
    """Which stages."""

    rd = "rd"
    gan = "gan"
    both = "both"


class Lengths(NamedTuple):
    """Updates of the stages, None where nothing was said."""

    steps: int | None
    gan_steps: int | None


class Where(NamedTuple):
    """Where things lie, None where nothing was said."""

    data: Path | None
    validation: Path | None
    lpips_weights: Path | None


class Asked(NamedTuple):
    """A run as the command line wants it."""

    plan: "Plan"
    folder: Path
    start: "Origin | None"
    """First weights that it must still be given."""
    new: bool


class Wishes(NamedTuple):
    """Fields of an `Upkeep` and a `Machine`, None where nothing was said."""

    upkeep: Mapping[str, int | None]
    machine: Mapping[str, str | bool | None]


def resumed(run: Path, where: Where, lengths: Lengths, wishes: Wishes) -> Asked:
    """A run that goes on keeps what it was begun with, but for what is given.

    Raises UnreadableFile, DeviceMissing, and UnreadableImage where pictures are said to lie in a folder without any.
    """
    from hific_core.training.plan import has_begun, read_plan

    folder, plan = run.absolute(), read_plan(run).at(*where)
    longer = tuple(_longer(each, lengths) for each in plan.stages)
    upkeep, machine = _changed(plan.upkeep, wishes.upkeep), _changed(plan.machine, wishes.machine)
    plan = replace(plan, upkeep=upkeep, machine=machine, stages=longer)
    if wishes.machine["device"] is None:
        _check_kept_device(run, plan.machine.device)
    if where.data or where.validation:
        plan.check()  # it is kept
    start = _origin(plan.init) if plan.init is not None and not has_begun(plan, folder) else None
    return Asked(plan, folder, start, False)


def begun(
    preset_: Preset,
    stage: StageChoice,
    init: str | None,
    where: Where,
    lengths: Lengths,
    wishes: Wishes,
    given: Mapping[str, Any],
    place: tuple[Path | None, str | None],
) -> Asked:
    """A new run; `place`: folder of the runs, and its name. Raises BadParameter, UnwritableFile."""
    from hific_core.training.plan import Machine, Plan, Upkeep

    if where.data is None:
        raise typer.BadParameter("name a folder of pictures with --data.")
    start = _origin(init)
    stages = _stages(preset_, stage, start, lengths, given)
    weights = _lpips(where.lpips_weights)
    upkeep, machine = _changed(Upkeep(workers=2), wishes.upkeep), _changed(Machine(), wishes.machine)
    plan = Plan(stages, where.data, where.validation, weights, upkeep, _lasting(init), machine)
    return Asked(plan, _new_folder(*place, stages[0]), start, True)


def _check_kept_device(run: Path, device: str) -> None:
    from hific_core.device import choose_runtime

    try:
        choose_runtime(device)
    except DeviceMissing as error:
        raise DeviceMissing(
            f"The run in {run} was on the device {device!r}, which is not here; choose another, as in --device auto."
        ) from error


def _changed(before: Kept, wanted: Mapping[str, Any]) -> Kept:
    return replace(before, **{name: value for name, value in wanted.items() if value is not None})


def refuse_to_change(run: Path, given: Mapping[str, Any]) -> None:
    """What decides what a run learns was decided when it began. Raises BadParameter."""
    for name, value in given.items():
        if value is not None:
            flag = "--" + name.replace("_", "-")
            raise typer.BadParameter(
                f"{flag} cannot change a run; start another one with --init {run} and a new --name."
            )


def _lasting(init: str | None) -> str | None:
    """First weights as a run can be resumed with from anywhere: a path is made absolute."""
    return str(Path(init).absolute()) if init is not None and Path(init).exists() else init


def _longer(settings: Settings, lengths: Lengths) -> Settings:
    wanted = lengths.gan_steps if settings.stage == "gan" else lengths.steps
    return settings if wanted is None else replace(settings, steps=wanted)


def _origin(name: str | None) -> "Origin | None":
    from hific_core.training.origins import origin

    return None if name is None else origin(name)


def _stages(
    name: Preset,
    stage: StageChoice,
    start: "Origin | None",
    lengths: Lengths,
    given: Mapping[str, Any],
) -> tuple[Settings, ...]:
    chosen = STAGES if stage is StageChoice.both else (stage.value,)
    found = []
    for each in chosen:
        settings = preset(name.value, each)  # type: ignore[arg-type]
        if start is not None:
            if start.family != settings.family:
                raise typer.BadParameter(f"{start.name} is of the family {start.family}; choose another --preset.")
            settings = replace(settings, network=dict(start.network))
            _check_network(start, settings, given)
        steps, gan_steps = lengths
        wanted = gan_steps if each == "gan" and (gan_steps is not None or stage is StageChoice.both) else steps
        if wanted is not None:
            settings = replace(settings, steps=wanted)
        found.append(applied(settings, given))
    return tuple(found)


def _check_network(start: "Origin", settings: Settings, given: Mapping[str, Any]) -> None:
    """First weights bring their own network, but for what may be added to it."""
    from hific_core.models.families import family_of

    family, changed = family_of(start.family), applied(settings, given).network
    for name, value in given.items():
        field = BY_NAME[name].field
        if value is None or not BY_NAME[name].of_network or field not in start.network:
            continue
        was, wanted = settings.network[field], changed[field]
        if wanted == was or (field in family.addable and not was):
            continue
        grows = field in family.growable
        if grows and all(new >= old for new, old in zip(_numbers(wanted), _numbers(was), strict=True)):
            continue
        raise typer.BadParameter(
            f"{start.name} has {field} {was}, which training {'can only raise' if grows else 'cannot change'}; leave "
            f"{BY_NAME[name].flag} out."
        )


def _numbers(setting: int | tuple[int, ...]) -> tuple[int, ...]:
    return setting if isinstance(setting, tuple) else (setting,)


def _lpips(named: Path | None) -> Path:
    """The named file, or the person's own, fetched if need be."""
    from hific_core import lpips_weights as weights
    from hific_core.cli.progress_bar import progress_bar

    path = named or weights.cached_path()
    if named is None and not weights.at_hand():
        typer.echo("hific: fetching the LPIPS weights, 233 MB once", err=True)
        with progress_bar("AlexNet") as progress:
            path = weights.fetch(progress)
    return path


def _new_folder(save: Path | None, name: str | None, settings: Settings) -> Path:
    from datetime import datetime

    from platformdirs import user_data_path

    parent = save or user_data_path("hific-studio") / "runs"
    folder = parent / (name or f"{settings.preset}-{datetime.now():%Y%m%d-%H%M%S}")
    if os.path.lexists(folder):
        raise UnwritableFile(folder, f"There is a run in {folder} already; go on with --resume, or choose a --name.")
    return folder
