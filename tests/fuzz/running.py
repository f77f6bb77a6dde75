"""Runs the cases of a target: only refusals come out, each within bounded time and memory."""

import resource  # of Unix alone, as the timers are
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from hific_core.errors import HificError
from tests.fuzz.mutation import Mutator

SECONDS = 10
"""Of processor time that one case may take before it counts as endless; the usual one takes less than a thousandth."""
ROOM = 512 * 2**20
"""Bytes of address space that a case may ask for: 64 MiB of inflated chunks, twice, and what libraries reserve."""
GROWTH = 160 * 2**20
"""Bytes of memory in use that any case may add: the same 64 MiB, twice, and a margin."""
_BLOCK = 2000

Case = Callable[[Mutator], None]
"""Does one case; raises what refuses it."""


class Target(NamedTuple):
    """One border that hostile bytes cross."""

    name: str
    cases: int
    """Of a million."""
    prepare: Callable[[Path], Case]
    """Given a folder of its own."""
    least_deep: float
    """The share of cases that must get past the functions of `shallow`."""
    shallow: frozenset[str] = frozenset()
    refusals: tuple[type[Exception], ...] = (HificError,)
    """What may come out."""


@dataclass
class Tally:
    """What became of the cases."""

    cases: int = 0
    parsed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """By the function that refused."""
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    growth: int = 0
    """Bytes, the most that memory in use grew within a block of cases."""

    def add(self, other: "Tally") -> None:
        """Those of another piece."""
        self.cases += other.cases
        self.parsed += other.parsed
        self.refused += other.refused
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.growth = max(self.growth, other.growth)

    def deep(self, target: Target) -> float:
        """The share of cases that got past the first checks."""
        return 1 - sum(self.refused[name] for name in target.shallow) / max(self.cases, 1)

    def line(self, target: Target) -> str:
        """For people."""
        places = ", ".join(f"{name} {count}" for name, count in self.refused.most_common(6))
        return (
            f"{target.name}: {self.cases:,} cases, {self.cases - self.parsed:,} refused at {len(self.refused)} places, "
            f"{self.parsed:,} parsed, {self.deep(target):.0%} deep; {self.seconds:.1f} s, slowest "
            f"{self.slowest[0] * 1e3:.0f} ms ({self.slowest[1]}), memory +{self.growth / 2**20:.0f} MiB; {places}"
        )


def run(target: Target, case: Case, piece: int, number: int) -> Tally:
    """The cases of a piece; raises AssertionError, with the case's name, for what is no refusal."""
    tally, mutator = Tally(), Mutator()
    with _guarded():
        for first in range(0, number, _BLOCK):
            with _bounded_memory(tally):
                for index in range(first, min(first + _BLOCK, number)):
                    _one(target, case, f"{target.name}:{piece}:{index}", mutator, tally)
    assert tally.growth < GROWTH, tally.line(target)
    return tally


def _one(target: Target, case: Case, name: str, mutator: Mutator, tally: Tally) -> None:
    mutator.begin(name)
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        case(mutator)
    except target.refusals as error:
        if isinstance(error, HificError):
            assert str(error).strip() and "\n" not in str(error), f"{name}: no sentence: {error!r}"
        tally.refused[_place(error)] += 1
    except BaseException as error:
        raise AssertionError(f"{name}: {type(error).__name__}: {error}") from error
    else:
        tally.parsed += 1
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.process_time() - started
    tally.cases += 1
    tally.seconds += took
    if took > tally.slowest[0]:
        tally.slowest = took, name


def _place(error: BaseException) -> str:
    """The function that found the first fault."""
    while error.__cause__ is not None:
        error = error.__cause__
    traceback = error.__traceback__
    assert traceback is not None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_name


class TooLong(BaseException):
    """A case that seems to have no end; no `except Exception` stops it."""


@contextmanager
def _guarded() -> Iterator[None]:
    """Endless cases and absurd allocations fail at once, where they are."""

    def end(*_: object) -> None:
        raise TooLong(f"more than {SECONDS} seconds of processor time")

    before = signal.signal(signal.SIGPROF, end)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_status("VmSize") + ROOM, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _bounded_memory(tally: Tally) -> Iterator[None]:
    """Notes the highest memory in use above that at the beginning; Linux alone tells it."""
    if sys.platform != "linux":
        yield
        return
    Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew
    before = _status("VmRSS")
    yield
    tally.growth = max(tally.growth, _status("VmHWM") - before)


def _status(field_name: str) -> int:
    """Bytes that the system counts for this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field_name + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(field_name)
