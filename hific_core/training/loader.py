"""Crops in the order in which a run consumes them, made by worker processes where there are any."""

import signal
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader

from hific_core.errors import UnreadableImage
from hific_core.training.config import Settings
from hific_core.training.engine import Engine
from hific_core.training.photos import Photos, collate
from hific_core.training.trainer import own_indexes, rounds_of

Report = Callable[[str, str], None]
"""Hears of a picture that is left out, and why; once for each."""


class Loader:
    """From the first round of a step on; each part of each round is asked for once, in order."""

    def __init__(
        self, photos: Photos, settings: Settings, engine: Engine, step: int, workers: int, report: Report
    ) -> None:
        self._expected = _parts(settings, step)
        self._report = report
        self._told: set[str] = set()
        self._batches: Iterator[Any] = iter(
            DataLoader(
                photos,
                batch_sampler=_Numbers(settings, engine, step),
                num_workers=workers,
                collate_fn=collate,
                pin_memory=engine.device.type == "cuda",
                worker_init_fn=_deaf_to_signals,
            )
        )

    def close(self) -> None:
        """Ends the workers."""
        workers: list[BaseProcess] = getattr(self._batches, "_workers", [])
        self._batches = iter(())
        for worker in workers:  # what is not idle by now would not hear a gentler word
            if worker.is_alive():
                worker.kill()

    def __call__(self, round_: int, part: int) -> Tensor:
        """uint8 (N, 3, crop, crop) of this process."""
        expected = next(self._expected)
        if expected != (round_, part):
            raise ValueError(f"the next pictures are those of {expected}, not of {(round_, part)}")
        pixels, problems = self._next()
        for path, reason in problems:
            if path not in self._told:
                self._told.add(path)
                self._report(path, reason)
        return pixels

    def _next(self) -> Any:
        try:
            return next(self._batches)
        except UnreadableImage as error:
            # torch hands on what a worker raised, with the worker's traceback before its sentence
            sentence = str(error).strip().rpartition(f"{UnreadableImage.__name__}: ")[2]
            # else torch, which the exception's frames keep alive, would watch workers that are killed
            getattr(self._batches, "_shutdown_workers", lambda: None)()
            self.close()
            raise UnreadableImage(sentence) from None


class _Numbers:
    """Numbers of samples, a list for each part of each round."""

    def __init__(self, settings: Settings, engine: Engine, step: int) -> None:
        self._settings, self._step = settings, step
        self._indexes = own_indexes(settings, engine)

    def __iter__(self) -> Iterator[list[int]]:
        size = len(self._indexes) // self._settings.accumulate
        for round_, part in _parts(self._settings, self._step):
            chosen = self._indexes[part * size : (part + 1) * size]
            yield [round_ * self._settings.batch + index for index in chosen]


def _parts(settings: Settings, step: int) -> Iterator[tuple[int, int]]:
    rounds = rounds_of(settings)
    for round_ in range(step * rounds, settings.steps * rounds):
        for part in range(settings.accumulate):
            yield round_, part


def _deaf_to_signals(worker: int) -> None:
    """Ctrl-C, and what else ends a group of processes, is for the one that writes the checkpoint: it ends the workers.

    Where it is gone they end by themselves, within seconds.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:  # Windows has no SIGHUP
            signal.signal(number, signal.SIG_IGN)
