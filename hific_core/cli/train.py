"""`hific train`: a model from a folder of pictures."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hific_core.atomic import write_atomically
from hific_core.cli.export import export_run, free_name
from hific_core.cli.report import say
from hific_core.cli.training_bar import training_bar
from hific_core.cli.training_options import BY_NAME, applied, with_options
from hific_core.errors import HificError, UnreadableFile, UnwritableFile
from hific_core.processes import began
from hific_core.training.config import STAGES, Settings, preset

if TYPE_CHECKING:
    from hific_core.training.engine import Engine
    from hific_core.training.events import Sink
    from hific_core.training.origins import Origin
    from hific_core.training.run import Plan, Upkeep


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


class TrainingPrecision(StrEnum):
    """Of the heavy parts; float64 serves to compare runs."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    float64 = "float64"


@with_options
def train(
    data: Annotated[Path | None, typer.Option(help="Folder of pictures, searched to the bottom.")] = None,
    preset_: Annotated[Preset, typer.Option("--preset", help="Where the settings start.")] = Preset.lite,
    stage: Annotated[StageChoice, typer.Option(help="rd, then gan from its result.")] = StageChoice.both,
    init: Annotated[
        str | None, typer.Option(metavar="MODEL", help="First weights: a model's name, its file, a checkpoint, a run.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Updates of the first stage.")] = None,
    gan_steps: Annotated[int | None, typer.Option(help="Updates of the generative stage.")] = None,
    val: Annotated[Path | None, typer.Option(help="Folder of pictures for validation.")] = None,
    lpips_weights: Annotated[Path | None, typer.Option(metavar="FILE", help="Else they are fetched once.")] = None,
    name: Annotated[str | None, typer.Option(help="Of the run and its model.")] = None,
    save: Annotated[Path | None, typer.Option(help="Folder of the runs.")] = None,
    resume: Annotated[Path | None, typer.Option(metavar="RUN", help="Go on with the run in this folder.")] = None,
    log_every: Annotated[int | None, typer.Option(min=1, help="Steps between reports: 50.")] = None,
    save_every: Annotated[int | None, typer.Option(min=1, help="Steps between checkpoints: 1000.")] = None,
    validate_every: Annotated[
        int | None, typer.Option(min=0, help="Steps between validations, 0 for none: 5000.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Processes that decode pictures: 2.")] = None,
    cache: Annotated[int | None, typer.Option(min=0, help="Megabytes for decoded pictures: 2147.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    precision: Annotated[TrainingPrecision, typer.Option(help="Of the networks.")] = TrainingPrecision.auto,
    compile_: Annotated[bool, typer.Option("--compile", help="Compile the networks first.")] = False,
    export: Annotated[bool, typer.Option(help="Install the model at the end.")] = True,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="Print one event a line.")] = False,
    **given: Any,
) -> None:
    """Train a model on pictures: rate and distortion first, then realism beside a discriminator.

    Ctrl-C, SIGTERM and the end of the terminal write a checkpoint; --resume goes on as if nothing had happened.
    Under torchrun several processes share each batch.
    """
    from hific_core.training import engine as engines
    from hific_core.training.run import Plan, Upkeep, begun, read_plan

    _refuse_in_a_bundle(compile_)

    cache_bytes = None if cache is None else cache * 10**6
    upkeep = partial(_upkeep, log_every, save_every, validate_every, workers, cache_bytes)
    if resume is not None:
        _refuse_to_change(resume, {**given, "init": init, "name": name, "save": save})
        folder, plan = resume.absolute(), read_plan(resume).at(data, val, lpips_weights)
        longer = tuple(_longer(each, steps, gan_steps) for each in plan.stages)
        plan = replace(plan, upkeep=upkeep(plan.upkeep), stages=longer)
        start = _origin(plan.init) if plan.init is not None and not begun(plan, folder) else None
    else:
        if data is None:
            raise typer.BadParameter("name a folder of pictures with --data.")
        start = _origin(init)
        stages = _stages(preset_, stage, start, steps, gan_steps, given)
        plan = Plan(stages, data, val, _lpips(lpips_weights), upkeep(Upkeep(workers=2)), _lasting(init))
        folder = _new_folder(save, name, stages[0])
    with engines.started(device, precision.value, compile_) as engine:
        _follow(plan, folder, engine, start, resume is None, export, json_lines)


def _upkeep(
    log_every: int | None,
    save_every: int | None,
    validate_every: int | None,
    workers: int | None,
    cache_bytes: int | None,
    before: "Upkeep",
) -> "Upkeep":
    """What was given; a run that goes on keeps the rest, and a new one has what is usual."""
    wanted = {
        "log_every": log_every,
        "save_every": save_every,
        "validate_every": validate_every,
        "workers": workers,
        "cache_bytes": cache_bytes,
    }
    return replace(before, **{name: value for name, value in wanted.items() if value is not None})


def _refuse_in_a_bundle(compiled: bool) -> None:
    """A bundle has no torch._inductor, which needs torch's headers and a compiler."""
    if compiled and getattr(sys, "frozen", False):
        raise typer.BadParameter("the bundled program has no --compile; install HiFiC Studio with pip for it.")


def _refuse_to_change(run: Path, given: Mapping[str, Any]) -> None:
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


def _longer(settings: Settings, steps: int | None, gan_steps: int | None) -> Settings:
    wanted = gan_steps if settings.stage == "gan" else steps
    return settings if wanted is None else replace(settings, steps=wanted)


def _origin(name: str | None) -> "Origin | None":
    from hific_core.training.origins import origin

    return None if name is None else origin(name)


def _stages(
    name: Preset,
    stage: StageChoice,
    start: "Origin | None",
    steps: int | None,
    gan_steps: int | None,
    given: dict[str, Any],
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
        wanted = gan_steps if each == "gan" and (gan_steps is not None or stage is StageChoice.both) else steps
        if wanted is not None:
            settings = replace(settings, steps=wanted)
        found.append(applied(settings, given))
    return tuple(found)


def _check_network(start: "Origin", settings: Settings, given: dict[str, Any]) -> None:
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


def _follow(
    plan: "Plan", folder: Path, engine: "Engine", start: "Origin | None", new: bool, export: bool, json_lines: bool
) -> None:
    from hific_core.training.events import Sink, log_file, tell, tensorboard
    from hific_core.training.events import json_lines as lines
    from hific_core.training.run import Run, Stop

    sinks: list[Sink] = []
    if engine.leads:
        if new:
            plan.check()
            plan.write(folder)
        sinks += [log_file(folder / "log.jsonl"), *filter(None, [tensorboard(folder / "tensorboard")])]
    with training_bar(engine.leads and not json_lines) as bar, _alive(folder, engine.leads):
        if engine.leads:
            sinks.append(lines(_print_line) if json_lines else bar)
        stop = Stop()
        try:
            run = Run(plan, folder, engine, sinks, stop)
            weights, critic = (start.weights, start.discriminator) if start is not None else (None, None)
            try:
                complete = run.go(weights, critic)
            except ValueError as error:
                raise UnreadableFile(folder, f"The run cannot start: {error}") from error
            if complete and export and engine.leads:
                _export(folder, sinks, run.trained)
        except HificError as error:
            tell(sinks, "error", text=str(error))
            raise
    if not complete:
        if engine.leads and not json_lines:
            say(f"stopped; `hific train --resume {folder}` goes on", err=True)
        # whoever made the file, or signalled another process of the run, sent this one no signal
        raise typer.Exit(128 + (stop.signal or signal.SIGTERM))


def _export(folder: Path, sinks: "Sequence[Sink]", trained: bool) -> None:
    """The model of a run's end, unless that end is an old one."""
    from hific_core.training.events import tell

    name = folder.resolve().name
    free = free_name(name)
    if trained or free == name:
        tell(sinks, "exported", **export_run(folder, free, None, None))
    else:
        tell(sinks, "note", text=f"The run is at its end, and there is a model called {name} already.")


@contextmanager
def _alive(folder: Path, leads: bool) -> Iterator[None]:
    """While the run goes on its folder names the process, so that others can find and stop it."""
    path = folder / "pid"
    if leads:
        with contextlib.suppress(OSError, ValueError):
            number, _, since = path.read_text().partition(" ")
            if since and int(number) != os.getpid() and began(int(number)) == since:
                raise UnwritableFile(
                    folder, f"The run in {folder} goes on already, as process {number}; stop that one first."
                )
        write_atomically(path, f"{os.getpid()} {began(os.getpid())}".encode())
    try:
        yield
    finally:
        if leads:
            path.unlink(missing_ok=True)


def _print_line(line: str) -> None:
    say(line, nl=False)
