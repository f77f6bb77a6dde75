"""`hific watch`: compresses what arrives in a folder, each picture once and whenever it changes, until stopped."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from hific_core.cli import options
from hific_core.cli.batch import FAILED, Job, Result, StopBatch, plain_errors
from hific_core.cli.compress import Compressor, Rate, chosen_model
from hific_core.cli.inputs import Stamp, is_folder, search, stamp_of
from hific_core.cli.loading import Codecs, eye_for
from hific_core.cli.options import Collision, Precision, Regime
from hific_core.cli.outputs import Folders
from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import Report, say
from hific_core.cli.review import Review
from hific_core.cli.sizes import parse_size
from hific_core.errors import FileChanged, HificError, NameTaken, UnreadableFile, UnwritableFile
from hific_core.pixels.formats import is_readable
from hific_core.progress import Progress

_LONGEST_WAIT = 64
"""Looks, until an output that could not be written is tried again."""


class Arrivals:
    """Which pictures of a folder have come and are whole, each told once.

    A picture is whole when two looks in a row find the same stamp; one that changes later is told again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, Stamp] = {}
        self._told: dict[Path, Stamp] = {}
        self._problems: set[str] = set()
        self.failed: set[Path] = set()
        """Pictures that other permissions may make readable: theirs count as a change."""

    def look(self) -> tuple[list[Path], list[UnreadableFile]]:
        """The pictures that have become whole, and folders that cannot be read, each told once too."""
        problems: list[UnreadableFile] = []
        found = ((path, stamp_of(path)) for path in search(self._folder, is_readable, problems))
        now = {path: stamp for path, stamp in found if stamp is not None}  # else gone again
        whole = [path for path, stamp in now.items() if stamp.size and self._seen.get(path) == stamp]
        arrived = [path for path in whole if not self._is_told(path, now[path])]
        self._told = {path: stamp for path, stamp in self._told.items() if path in now}
        self._told.update((path, now[path]) for path in arrived)
        self._seen = now
        new = [problem for problem in problems if str(problem) not in self._problems]
        self._problems = {str(problem) for problem in problems}
        return arrived, new

    def has(self, path: Path) -> bool:
        """Whether the last look found the picture."""
        return path in self._seen

    def is_as_told(self, path: Path) -> bool:
        """Whether the picture is there and unchanged; else it is told again once it is whole."""
        stamp = stamp_of(path)
        return stamp is not None and self._is_told(path, stamp)

    def _is_told(self, path: Path, stamp: Stamp) -> bool:
        told = self._told.get(path)
        return told == stamp if path in self.failed else _same_content(told, stamp)


def _same_content(one: Stamp | None, other: Stamp | None) -> bool:
    """Whether size and time are the same; links, permissions and attributes change neither."""
    return one is not None and other is not None and one[:2] == other[:2]


class _Unwritten(NamedTuple):
    """A picture whose output could not be written, and when to try again."""

    sentence: str
    wait: int
    """Looks between the last attempt and the next."""
    due: int
    """The number of that look."""


class Watch:
    """The work on a folder: what arrives goes to `output`, its structure kept, or without that beside itself.

    `work` does it under a rule: skip, or overwrite for an output of this same watch whose picture has changed.
    """

    def __init__(
        self,
        folder: Path,
        output: Path | None,
        work: Callable[[Collision], Callable[[Job, Progress], Result]],
        report: Report,
    ) -> None:
        self._arrivals = Arrivals(folder)
        self._folder, self._output = folder, output
        self._work, self._report = work, report
        self._looks = 0
        self._made: dict[Path, Stamp | None] = {}
        """By picture: its output as it was written."""
        self._unwritten: dict[Path, _Unwritten] = {}
        self.done = self.failed = 0
        """Pictures so far; folders that could not be read have failed, too."""

    def look(self) -> None:
        """Compresses what has become whole; raises the HificError of a StopBatch, and nothing else."""
        self._looks += 1
        arrived, problems = self._arrivals.look()
        self._made = {path: stamp for path, stamp in self._made.items() if self._arrivals.has(path)}
        for problem in problems:
            self._fail(problem.path or self._folder, problem)
        due = [path for path, each in self._unwritten.items() if each.due <= self._looks]
        for path in dict.fromkeys((*arrived, *due)):
            before = self._unwritten.pop(path, None)
            rule = self._rule(path)
            if rule is not None:
                self._compress(Job(path, self.planned(path)), rule, before)

    def _rule(self, path: Path) -> Collision | None:
        """None where there is nothing to do, now or at all."""
        if not self._arrivals.is_as_told(path):
            return None
        planned = self.planned(path)
        if not os.path.lexists(planned):
            return Collision.skip
        # what else is there was made from it, perhaps by an earlier watch
        ours = self._made.get(path)
        return Collision.overwrite if _same_content(ours, stamp_of(planned)) else None

    def planned(self, path: Path) -> Path:
        """Where the .hfc file of a picture goes.

        It keeps the whole name, so that it does not depend on what else arrives: photo.jpg becomes photo.jpg.hfc.
        """
        place = path.parent if self._output is None else self._output / path.relative_to(self._folder).parent
        return place / f"{path.name}.hfc"

    def _compress(self, job: Job, rule: Collision, before: _Unwritten | None) -> None:
        try:
            with plain_errors(job.input), progress_bar(job.input.name) as progress:
                result = self._work(rule)(job, progress)
        except StopBatch as stop:
            assert isinstance(stop.__cause__, HificError)
            raise stop.__cause__ from None
        except (NameTaken, FileChanged):  # another process was faster; it is told again
            return
        except UnwritableFile as error:  # a full disk, or a share that is away, may be back soon
            wait = 1 if before is None else min(2 * before.wait, _LONGEST_WAIT)
            self._unwritten[job.input] = _Unwritten(str(error), wait, self._looks + wait)
            if before is None or before.sentence != str(error):
                self._fail(job.input, error)
            return
        except HificError as error:
            self._arrivals.failed.add(job.input)
            self._fail(job.input, error)
            return
        self._arrivals.failed.discard(job.input)
        self._made[job.input] = stamp_of(job.planned)
        self.done += 1
        self._report.done(result.record, result.warnings)

    def _fail(self, path: Path, error: HificError) -> None:
        self.failed += 1
        self._report.failed(path, error)


@contextmanager
def until_stopped() -> Iterator[None]:
    """Ends the block, and nothing more, at Ctrl-C, SIGTERM, or what else the program takes for Ctrl-C."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Searched to the bottom, again and again.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the .hfc files; else beside the pictures.")
    ] = None,
    interval: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks.")] = 2.0,
    regime: Annotated[Regime | None, typer.Option(help="The rate, as for compress; med unless given.")] = None,
    quality: Annotated[int | None, typer.Option(min=0, max=1000, help="The rate, as for compress.")] = None,
    target_bpp: Annotated[float | None, typer.Option(help="The rate, as for compress.")] = None,
    target_size: Annotated[
        int | None, typer.Option(parser=parse_size, metavar="SIZE", help="The rate, as for compress.")
    ] = None,
    realism: options.Realism = None,
    effort: options.Effort = 0,
    perceptual: options.Perceptual = False,
    lpips_weights: options.LpipsWeights = None,
    device: options.Device = "auto",
    precision: options.PrecisionOption = Precision.auto,
    model: options.Model = None,
    strip_metadata: options.StripMetadata = False,
    max_pixels: options.MaxPixels = options.DEFAULT_MAX_PIXELS,
    as_json: options.AsJson = False,
) -> None:
    """Compress the pictures of a folder and those that arrive in it, until Ctrl-C or SIGTERM.

    A picture is taken once it has stopped growing, that is, when two looks find the same. photo.jpg becomes
    photo.jpg.hfc; where that was there before, the picture counts as done. One that changes is compressed anew. One
    that fails is tried again when it changes or, if it was its output that failed, after a while. The exit code is 1
    if any failed.
    """
    rate = Rate(regime, quality, target_bpp, target_size)
    rate.check()
    for each in (folder, output):
        if each is not None and not is_folder(each) and (each is folder or os.path.lexists(each)):
            raise typer.BadParameter(f"{each} is not a folder.")
    if lpips_weights is not None and not perceptual:
        raise typer.BadParameter("--lpips-weights has no place without --perceptual.")
    chosen, codecs = chosen_model(model, regime), Codecs(device, precision)
    work = Compressor(
        chosen,
        codecs,
        rate,
        realism or 0.0,
        Collision.skip,
        strip_metadata,
        max_pixels,
        True,
        Review(),
        effort,
        eye_for(effort, lpips_weights, codecs.of(chosen)) if perceptual else None,
    )
    watched = Watch(folder, output, lambda rule: replace(work, rule=rule, folders=Folders()), Report(as_json))
    with until_stopped():
        say(f"hific: watching {folder}; Ctrl-C ends it", err=True)
        while True:
            watched.look()
            time.sleep(interval)
    say(f"hific: stopped; {watched.done} compressed, {watched.failed} failed", err=True)
    raise typer.Exit(FAILED if watched.failed else 0)
