"""`hific train`: a model from a folder of pictures."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hific_core.atomic import write_atomically
from hific_core.cli.export import export_run, free_name
from hific_core.cli.report import say
from hific_core.cli.training_bar import training_bar
from hific_core.cli.training_options import with_options
from hific_core.cli.training_plan import (
    Asked,
    Lengths,
    Preset,
    StageChoice,
    Start,
    Where,
    Wishes,
    begun,
    check_name,
    refuse_to_change,
    resumed,
)
from hific_core.errors import HificError, UnreadableFile, UnwritableFile
from hific_core.processes import began

if TYPE_CHECKING:
    from hific_core.training.engine import Engine
    from hific_core.training.events import Sink
    from hific_core.training.plan import Plan


class TrainingPrecision(StrEnum):
    """Of the heavy parts; float64 serves to compare runs."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    float64 = "float64"


@with_options
def train(
    data: Annotated[Path | None, typer.Option(help="Folder of pictures, searched to the bottom.")] = None,
    preset_: Annotated[Preset | None, typer.Option("--preset", help="lite; studio: as the shipped model is.")] = None,
    stage: Annotated[StageChoice | None, typer.Option(help="rd, then gan from its result: both.")] = None,
    init: Annotated[
        str | None, typer.Option(metavar="MODEL", help="First weights: a model's name, its file, a checkpoint, a run.")
    ] = None,
    realism_from: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Whose second generator, less its first, begins --init's.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Updates of the first stage.")] = None,
    gan_steps: Annotated[int | None, typer.Option(min=1, help="Updates of the generative stage.")] = None,
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
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = None,
    precision: Annotated[TrainingPrecision | None, typer.Option(help="Of the networks.")] = None,
    compile_: Annotated[bool | None, typer.Option("--compile/--no-compile", help="Compile the networks first.")] = None,
    export: Annotated[bool, typer.Option(help="Install the model at the end.")] = True,
    json_lines: Annotated[bool, typer.Option("--json-lines", help="Print one event a line.")] = False,
    **given: Any,
) -> None:
    """Train a model on pictures: rate and distortion first, then realism beside a discriminator.

    Ctrl-C, SIGTERM and the end of the terminal write a checkpoint; --resume goes on as if nothing had happened.
    Under torchrun several processes share each batch.
    """
    from hific_core.training import engine as engines

    _refuse_in_a_bundle(compile_)

    lengths, where = Lengths(steps, gan_steps), Where(data, val, lpips_weights)
    upkeep = {
        "log_every": log_every,
        "save_every": save_every,
        "validate_every": validate_every,
        "workers": workers,
        "cache_bytes": None if cache is None else cache * 10**6,
    }
    machine = {"device": device, "precision": precision and precision.value, "compiled": compile_}
    wishes = Wishes(upkeep, machine)
    start = Start(preset_, stage, init, realism_from, save, name)
    if resume is not None:
        refuse_to_change(resume, {**given, **start._asdict()})
        asked = resumed(resume, where, lengths, wishes)
    else:
        asked = begun(start, where, lengths, wishes, given)
    on = asked.plan.machine
    _refuse_in_a_bundle(on.compiled)  # as it was asked for elsewhere
    with engines.started(on.device, on.precision, on.compiled) as engine:
        _follow(asked, engine, export, json_lines)


def _refuse_in_a_bundle(compiled: bool | None) -> None:
    """A bundle has no torch._inductor, which needs torch's headers and a compiler."""
    if compiled and getattr(sys, "frozen", False):
        raise typer.BadParameter(
            "the bundled program has no --compile; install HiFiC Studio with pip for it, or say --no-compile."
        )


def _follow(asked: Asked, engine: "Engine", export: bool, json_lines: bool) -> None:
    from hific_core.training.events import Sink, log_file, tell, tensorboard
    from hific_core.training.events import json_lines as lines
    from hific_core.training.run import Run, Stop

    plan, folder, start = asked.plan, asked.folder, asked.start
    sinks: list[Sink] = []
    if export:
        check_name(asked)
    if asked.new:
        _check(plan, engine)
    if engine.leads:
        if asked.new:
            plan.check()
            plan.write(folder)  # one that goes on is written by the run, once that accepts it
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


def _check(plan: "Plan", engine: "Engine") -> None:
    """What would end a run at its start is told of before a folder has the name. Raises BadParameter."""
    from hific_core.models.families import family_of
    from hific_core.training.trainer import own_indexes

    try:
        for settings in plan.stages:
            family_of(settings.family).config(**settings.network)
            own_indexes(settings, engine)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


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
