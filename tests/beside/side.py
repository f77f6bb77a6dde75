"""One side of the comparison in a process of its own, and how it is driven: a JSON list in, a JSON value out."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any


def seconds_of(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of the processor, which other programs disturb less: of all threads together."""
    started, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - spent


def peak() -> int:
    """The most memory that this process has had, in bytes; Linux counts in kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


WORKS = (
    "sizes",
    "encode",
    "decode",
    "networks_encode",
    "networks_decode",
    "entropy_encode",
    "entropy_decode",
    "to_file",
    "from_file",
)
"""What a side can be asked for: methods of these names."""


def serve(load: Callable[[], object]) -> None:
    """Answers lines of ["name of the work", argument, ...] until there are no more."""
    answers = _answers()
    side = load()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        assert name in WORKS
        answers.write(json.dumps(getattr(side, name)(*arguments)) + "\n")
        answers.flush()


def _answers() -> IO[str]:
    """What was stdout; whatever else is printed from now on goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


class Side:
    """A running side."""

    def __init__(self, module: str, *arguments: Path | int, errors: Path) -> None:
        command = [sys.executable, "-m", f"tests.beside.{module}", *map(str, arguments)]
        self._errors = errors
        with errors.open("w") as file:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True
            )

    def __call__(self, *request: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{request} came to nothing:\n{self._errors.read_text()[-2000:]}")
        return json.loads(answer)

    def __enter__(self) -> "Side":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
