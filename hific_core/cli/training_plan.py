"""What `hific train` asks for: the plan of a new run, or of one that goes on."""

import os
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import typer

from hific_core.cli.export import free_name
from hific_core.cli.report import say
from hific_core.cli.training_options import BY_NAME, applied
from hific_core.errors import DeviceMissing, UnwritableFile
from hific_core.models import zoo
from hific_core.training.config import STAGES, Settings, preset

if TYPE_CHECKING:
    from hific_core.training.origins import Origin
    from hific_core.training.plan import Machine, Plan, Upkeep

Kept = TypeVar("Kept", "Upkeep", "Machine")


class Preset(StrEnum):
    """Where settings start."""

    lite = "lite"
    studio = "studio"
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


class Start(NamedTuple):
    """Of a new run; None where nothing was said."""

    preset: Preset | None
    stage: StageChoice | None
    init: str | None
    realism_from: str | None
    save: Path | None
    """Folder of the runs."""
    name: str | None


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

    Raises BadParameter, UnreadableFile, DeviceMissing, and UnreadableImage where pictures are said to lie in a folder
    without any.
    """
    from hific_core.training.plan import has_begun, read_plan

    folder, plan = run.absolute(), read_plan(run).at(*where)
    if lengths.gan_steps is not None and plan.stages[-1].stage != "gan":
        raise typer.BadParameter("the run has no generative stage; leave --gan-steps out.")
    longer = tuple(_long(each, len(plan.stages) == 1, lengths) for each in plan.stages)
    upkeep, machine = _changed(plan.upkeep, wishes.upkeep), _changed(plan.machine, wishes.machine)
    plan = replace(plan, upkeep=upkeep, machine=machine, stages=longer)
    if wishes.machine["device"] is None:
        _check_kept_device(run, plan.machine.device)
    if where.data or where.validation:
        plan.check()  # it is kept
    start = None if has_begun(plan, folder) else _origin(plan.init, plan.realism_from)
    return Asked(plan, folder, start, False)


def begun(new: Start, where: Where, lengths: Lengths, wishes: Wishes, given: Mapping[str, Any]) -> Asked:
    """A new run. Raises BadParameter, UnwritableFile."""
    from hific_core.training.plan import Machine, Plan, Upkeep

    if where.data is None:
        raise typer.BadParameter("name a folder of pictures with --data.")
    start = _origin(new.init, new.realism_from)
    stages = _stages(new.preset or Preset.lite, new.stage or StageChoice.both, start, lengths, given)
    folder = _new_folder(new.save, new.name, stages[0])
    weights = _lpips(where.lpips_weights)
    upkeep, machine = _changed(Upkeep(workers=2), wishes.upkeep), _changed(Machine(), wishes.machine)
    init, realism_from = _lasting(new.init), _lasting(new.realism_from)
    plan = Plan(stages, where.data, where.validation, weights, upkeep, init, machine, realism_from)
    return Asked(plan, folder, start, True)


def check_name(asked: Asked) -> None:
    """Whether the model of the run's end can be called as the run is. Raises UnwritableFile."""
    from hific_core.importing import target_of

    name = asked.folder.resolve().name
    try:
        target_of(zoo.user_folder(), free_name(name))
    except UnwritableFile as error:
        if asked.new:
            raise
        raise UnwritableFile(
            asked.folder,
            f"{name!r} cannot name a model's file; say --no-export, then `hific export {asked.folder} --name NAME`.",
        ) from error


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


def _long(settings: Settings, lone: bool, lengths: Lengths) -> Settings:
    """So many steps as were said; those of the first stage are a lone stage's, whichever that is."""
    wanted = lengths.steps
    if settings.stage == "gan" and (lengths.gan_steps is not None or not lone):
        wanted = lengths.gan_steps
    return settings if wanted is None else replace(settings, steps=wanted)


def _origin(name: str | None, realism_from: str | None) -> "Origin | None":
    from hific_core.training.origins import origin, with_realism_of

    if name is None:
        if realism_from is not None:
            raise typer.BadParameter("--realism-from needs first weights; name them with --init.")
        return None
    start = origin(name)
    return start if realism_from is None else with_realism_of(start, origin(realism_from))


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
        found.append(applied(_long(settings, len(chosen) == 1, lengths), given))
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
        say("hific: fetching the LPIPS weights, 233 MB once", err=True)
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
