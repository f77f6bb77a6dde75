"""One command over many files: one bad file never stops the rest."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hific_core.cli.inputs import Found, Input, check_regular
from hific_core.cli.options import Collision
from hific_core.cli.outputs import Destination, is_wanted, plan
from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import Record, Report, Skipped, say
from hific_core.errors import HificError, NameTaken
from hific_core.processes import gathered, own_share, rank_and_world
from hific_core.progress import Progress

FAILED = 1
DAMAGED = 3


class StopBatch(Exception):
    """What failed for one file would fail for all; its cause is the HificError to show."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file."""

    record: Record
    warnings: tuple[str, ...] = ()
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One input and where its output is meant to go."""

    input: Path
    planned: Path


@contextmanager
def stopping_batch(*kinds: type[HificError]) -> Iterator[None]:
    """Let errors of these kinds end the whole batch."""
    try:
        yield
    except kinds as error:
        raise StopBatch from error


def plan_jobs(found: Found, where: Destination) -> tuple[Job, ...]:
    """All inputs with their outputs."""
    outputs = plan(found.inputs, where)
    return tuple(Job(each.path, output) for each, output in zip(found.inputs, outputs, strict=True))


def convert(
    found: Found,
    where: Destination,
    rule: Collision,
    work: Callable[[Job, Progress], Result],
    report: Report,
) -> int:
    """Turn every input into its output with `work`; return the exit code.

    Raises the HificError of a StopBatch, and nothing else that is a file's fault.
    """
    inputs = resolved(found.inputs)
    jobs = {job.input: job for job in plan_jobs(found, where)}

    def convert_one(path: Path, label: str) -> Result:
        job = jobs[path]
        if not is_wanted(job.planned, rule, inputs):
            return Result(Skipped(str(path), str(job.planned)))
        try:
            with progress_bar(label) as progress:
                return work(job, progress)
        except NameTaken:  # another process was faster
            return Result(Skipped(str(path), str(job.planned)))

    return for_each(found, convert_one, report)


def for_each(found: Found, work: Callable[[Path, str], Result], report: Report) -> int:
    """Do `work` with each file and its label for a progress bar, report on it, and return the exit code.

    Under torchrun this process does its share, and all return the same code when the last is done.
    """
    rank, _ = rank_and_world()
    found = Found(tuple(own_share(found.inputs)), found.problems if rank == 0 else ())
    return max(gathered(_each(found, work, report)), key=(0, DAMAGED, FAILED).index)


def _each(found: Found, work: Callable[[Path, str], Result], report: Report) -> int:
    total = len(found.inputs) + len(found.problems)
    failures, damaged, done = 0, False, 0
    try:
        for problem in found.problems:
            failures += 1
            report.failed(problem.path or Path(), problem)
        for number, each in enumerate(found.inputs, 1):
            try:
                with plain_errors(each.path):
                    check_regular(each.path)
                    result = work(each.path, f"{number}/{len(found.inputs)} {each.path.name}")
            except HificError as error:
                failures += 1
                report.failed(each.path, error)
                continue
            done += 1
            damaged = damaged or result.damaged
            report.done(result.record, result.warnings)
    except StopBatch as stop:
        assert isinstance(stop.__cause__, HificError)
        raise stop.__cause__ from None
    except KeyboardInterrupt:
        say(f"hific: stopped when {done} of {total} were done; no other file was written", err=True)
        raise
    if failures and total > 1:
        say(f"hific: {failures} of {total} failed", err=True)
    return FAILED if failures else DAMAGED if damaged else 0


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn whatever a file brings about, and the several ways to run out of memory, into a HificError.

    One of this package, and a StopBatch, passes.
    """
    try:
        yield
    except (HificError, StopBatch):
        raise
    except OSError as error:
        raise HificError(f"{path} could not be worked on ({error.strerror or error}); try again.") from error
    except (MemoryError, RuntimeError) as error:
        # torch reports it, on every device, as a RuntimeError with these words
        words = ("out of memory", "allocate memory", "not enough memory")
        if not isinstance(error, MemoryError) and not any(word in str(error) for word in words):
            reason = str(error).partition("\n")[0]
            raise HificError(f"{path} failed in the networks ({reason}); try --device cpu.") from error
        raise HificError(f"{path} does not fit in memory; close other programs, or scale the picture down.") from error
    except Exception as error:  # a mistake of ours, or of a library: the other files must not suffer from it
        raise HificError(
            f"{path} could not be worked on ({type(error).__name__}: {error}); please report this with the file."
        ) from error


def resolved(inputs: Sequence[Input]) -> frozenset[Path]:
    """The paths of the inputs without links: none of them may be overwritten."""
    return frozenset(_resolved(inputs))


def _resolved(inputs: Sequence[Input]) -> Iterator[Path]:
    for each in inputs:
        try:
            yield each.path.resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name with a zero byte
            yield each.path
