"""What happens when memory runs out: less at once, then the processor instead of the GPU, then a clear error."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import torch

from hific_core.errors import OutOfMemory
from hific_core.models.geometry import Area

T = TypeVar("T")
_KERNELS = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
_MOST_KERNELS = "128"
_SIGNS = ("can't allocate memory", "not enough memory", "out of memory", "could not create a", "std::bad_alloc")
"""Of the RuntimeErrors by which PyTorch and oneDNN tell of it on the processor."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the processor."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


@dataclass
class Shortage:
    """How far the work had to shrink, remembered for the pieces that follow, and what the person is told."""

    flee: Callable[[], bool]
    """Moves the networks to the processor; False where they are there already."""
    windows: int
    """How many windows may be in flight."""
    areas: dict[str, int] = field(default_factory=dict)
    """The largest area, by stage, that is tried at once, once one did not fit."""
    _notes: dict[str, None] = field(default_factory=dict)

    def take_notes(self) -> tuple[str, ...]:
        """What the person should know since the last call."""
        notes = tuple(self._notes)
        self._notes.clear()
        return notes

    def run_windows(self, jobs: Sequence[Callable[[], T]], done: Callable[[float], None]) -> list[T]:
        """Runs all jobs, some at a time; `done` hears the share done and may raise to stop.

        The results are in order. A job that met the end of memory runs again with half as many beside it.
        Raises OutOfMemory.
        """
        results: dict[int, T] = {}
        while len(results) < len(jobs):
            left = [number for number in range(len(jobs)) if number not in results]
            try:
                self._run_some(jobs, left, results, done)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._fewer_windows(error)
        return [results[number] for number in range(len(jobs))]

    def _run_some(
        self,
        jobs: Sequence[Callable[[], T]],
        left: Sequence[int],
        results: dict[int, T],
        done: Callable[[float], None],
    ) -> None:
        if self.windows == 1:
            for number in left:
                done(len(results) / len(jobs))
                results[number] = jobs[number]()
            return
        with ThreadPoolExecutor(self.windows) as pool:
            futures: dict[int, Future[T]] = {number: pool.submit(jobs[number]) for number in left}
            try:
                for number, future in futures.items():
                    done(len(results) / len(jobs))
                    results[number] = future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _fewer_windows(self, error: BaseException) -> None:
        _release()
        if self.windows > 1:
            self.windows //= 2
            self._note("Memory ran out, so the picture was encoded in fewer pieces at a time.")
        elif not self._flee():
            raise _hopeless() from error

    def over(self, stage: str, area: Area, multiple: int, run: Callable[[Area], T]) -> Iterator[tuple[Area, T]]:
        """`run` on an area or, where memory runs out, on its halves, cut at multiples of `multiple`.

        Raises OutOfMemory.
        """
        halves = area.halves(multiple)
        if halves is not None and area.size > self.areas.get(stage, area.size):
            for half in halves:
                yield from self.over(stage, half, multiple, run)
            return
        try:
            result = run(area)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self._smaller_areas(stage, area, halves is not None, error)
        else:
            yield area, result
            return
        yield from self.over(stage, area, multiple, run)

    def _smaller_areas(self, stage: str, area: Area, divisible: bool, error: BaseException) -> None:
        _release()
        if divisible:
            self.areas[stage] = area.size // 2 + 1
            self._note("Memory ran out, so the picture was computed in smaller pieces.")
        elif not self._flee():
            raise _hopeless() from error

    def _flee(self) -> bool:
        if not self.flee():
            return False
        self.areas.clear()
        self._note("The GPU's memory did not suffice even for small pieces; the processor took over.")
        return True

    def _note(self, text: str) -> None:
        self._notes[text] = None


def _release() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _hopeless() -> OutOfMemory:
    return OutOfMemory("There is not enough memory for even a small piece of the picture; close other programs.")


def give_back_freed() -> None:
    """Hands memory that is free inside this process back to the system, where the C library can (glibc).

    What was read and copied for another layout would otherwise count as this process's for as long as it runs: beside
    the weights of a wide network, a hundred megabytes.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def bound_kernels() -> None:
    """Has oneDNN keep no more than 128 of the kernels that it makes, which are others for every size of picture.

    A model takes some 30 for a size. By itself oneDNN keeps 1024, tens of megabytes after a hundred sizes. It asks when
    the first network of a process runs, so that training, which needs more and has one size, keeps what it had.
    """
    os.environ.setdefault(_KERNELS, _MOST_KERNELS)
