"""`hific watch`: compresses what arrives in a folder, each picture once, until it is stopped."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from hific_core.cli import options
from hific_core.cli.batch import FAILED, Job, Result, StopBatch, plain_errors
from hific_core.cli.compress import Compressor, Rate, chosen_model
from hific_core.cli.inputs import is_folder, search
from hific_core.cli.loading import Codecs, eye_for
from hific_core.cli.options import Collision, Precision, Regime
from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import Report
from hific_core.cli.review import Review
from hific_core.cli.sizes import parse_size
from hific_core.errors import HificError, NameTaken, UnreadableFile
from hific_core.pixels.formats import is_readable
from hific_core.progress import Progress


class _Stamp(NamedTuple):
    """By which a file is known to have changed."""

    size: int
    changed: int


class Arrivals:
    """Which pictures of a folder have come and are whole, each told once.

    A picture is whole when two looks in a row find the same size and time; one that changes later is told again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, _Stamp] = {}
        self._told: dict[Path, _Stamp] = {}
        self._problems: set[str] = set()

    def look(self) -> tuple[list[Path], list[UnreadableFile]]:
        """The pictures that have become whole, and folders that cannot be read, each told once too."""
        problems: list[UnreadableFile] = []
        now: dict[Path, _Stamp] = {}
        for path in search(self._folder, is_readable, problems):
            try:
                status = path.stat()
            except OSError:  # gone again
                continue
            now[path] = _Stamp(status.st_size, status.st_mtime_ns)
        whole = [path for path, stamp in now.items() if stamp.size and self._seen.get(path) == stamp]
        arrived = [path for path in whole if self._told.get(path) != now[path]]
        self._told = {path: stamp for path, stamp in self._told.items() if path in now}
        self._told.update((path, now[path]) for path in arrived)
        self._seen = now
        new = [problem for problem in problems if str(problem) not in self._problems]
        self._problems = {str(problem) for problem in problems}
        return arrived, new


class Watch:
    """The work on a folder: what arrives goes to `output`, its structure kept, or without that beside itself."""

    def __init__(
        self, folder: Path, output: Path | None, work: Callable[[Job, Progress], Result], report: Report
    ) -> None:
        self._arrivals = Arrivals(folder)
        self._folder, self._output = folder, output
        self._work, self._report = work, report
        self.done = self.failed = 0
        """Pictures so far."""

    def look(self) -> None:
        """Compresses what has become whole; raises the HificError of a StopBatch, and nothing else."""
        arrived, problems = self._arrivals.look()
        for problem in problems:
            self._report.failed(problem.path or self._folder, problem)
        for path in arrived:
            job = Job(path, self.planned(path))
            # what is there was made from it, perhaps by an earlier watch
            if os.path.lexists(path) and not os.path.lexists(job.planned):
                self._compress(job)

    def planned(self, path: Path) -> Path:
        """Where the .hfc file of a picture goes.

        It keeps the whole name, so that it does not depend on what else arrives: photo.jpg becomes photo.jpg.hfc.
        """
        place = path.parent if self._output is None else self._output / path.relative_to(self._folder).parent
        return place / f"{path.name}.hfc"

    def _compress(self, job: Job) -> None:
        try:
            with plain_errors(job.input), progress_bar(job.input.name) as progress:
                result = self._work(job, progress)
        except StopBatch as stop:
            assert isinstance(stop.__cause__, HificError)
            raise stop.__cause__ from None
        except NameTaken:  # another process was faster
            return
        except HificError as error:
            self.failed += 1
            self._report.failed(job.input, error)
            return
        self.done += 1
        self._report.done(result.record, result.warnings)


@contextmanager
def until_stopped() -> Iterator[None]:
    """Ends the block, and nothing more, at Ctrl-C or SIGTERM."""

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
    photo.jpg.hfc; where that is there already, the picture counts as done. One that fails is tried again when it
    changes. The exit code is 1 if any failed.
    """
    rate = Rate(regime, quality, target_bpp, target_size)
    rate.check()
    for each in (folder, output):
        if each is not None and not is_folder(each) and (each is folder or os.path.lexists(each)):
            raise typer.BadParameter(f"{each} is not a folder.")
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
    watched = Watch(folder, output, work, Report(as_json))
    with until_stopped():
        typer.echo(f"hific: watching {folder}; Ctrl-C ends it", err=True)
        while True:
            watched.look()
            time.sleep(interval)
    typer.echo(f"hific: stopped; {watched.done} compressed, {watched.failed} failed", err=True)
    raise typer.Exit(FAILED if watched.failed else 0)
