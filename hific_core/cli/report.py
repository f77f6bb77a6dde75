"""What the commands print: results on stdout as lines or JSON, all else on stderr."""

import json
import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import typer

from hific_core.errors import HificError

_unsaid: list[OSError] = []
"""Why something could not be printed; the first time is enough."""


@contextmanager
def printing() -> Iterator[None]:
    """What cannot be printed in the block, as on a full disk, ends no work; in the end `all_was_said` tells of it."""
    try:
        yield
    except BrokenPipeError:  # whoever read it has had enough
        raise
    except OSError as error:
        _unsaid[:] = _unsaid or [error]


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """A line on stdout, or on stderr; all commands print by this alone."""
    with printing():
        typer.echo(text, err=err, nl=nl)


def on_terminal() -> bool:
    """Whether a person may watch stderr, which is None where it is closed and in a window's program on Windows."""
    return sys.stderr is not None and sys.stderr.isatty()


def all_was_said() -> bool:
    """Whether all has been printed since this was asked the last time; if not, tries to say that."""
    if not _unsaid:
        return True
    reason = _unsaid[0].strerror or _unsaid[0]
    print_error(f"Not everything could be printed ({reason}); free some space, or send it elsewhere.")
    _unsaid.clear()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:  # Python would try again at its end, and fail with a code of its own
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return False


class Record(Protocol):
    """A frozen dataclass whose fields are a JSON object, and which has a line for people."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def line(self) -> str:
        """The same for people."""
        ...


@dataclass(frozen=True, slots=True)
class Failed:
    """An input that came to nothing."""

    input: str
    error: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input whose output was there already."""

    input: str
    output: str
    skipped: bool = True

    def line(self) -> str:
        """The same for people."""
        return f"{self.input}: skipped, {self.output} is there"


@dataclass(frozen=True, slots=True)
class Report:
    """Prints records as JSON or as lines."""

    as_json: bool

    def done(self, record: Record, warnings: tuple[str, ...] = ()) -> None:
        """One result; JSON holds the warnings itself."""
        if self.as_json:
            _print_json(record)
            return
        say(printable(record.line()))
        for warning in warnings:
            say(printable(f"hific: note: {warning}"), err=True)

    def failed(self, path: Path, error: HificError) -> None:
        """One input that failed: a line on stderr, and with JSON an object as well."""
        sentence = sentence_for(path, error)
        if self.as_json:
            _print_json(Failed(str(path), sentence))
        print_error(sentence)


def print_error(sentence: str) -> None:
    """One line on stderr."""
    say(printable(f"hific: error: {sentence}"), err=True)


def sentence_for(path: Path, error: HificError) -> str:
    """The error's sentence, which names its file by the path that the person knows."""
    sentence = str(error)
    if error.path is not None or re.search(rf"(?<!\w){re.escape(str(path))}(?!\w)", sentence):
        return sentence
    if sentence.startswith(f"{path.name} "):
        return f"{path}{sentence.removeprefix(path.name)}"
    return f"{path}: {sentence}"


def printable(text: str) -> str:
    """The text on one line, with escapes for what would move the cursor or is no character."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def finite(record: dict[str, Any]) -> dict[str, Any]:
    """The same with null for numbers that JSON does not have."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in record.items()
    }


def _print_json(record: Any) -> None:
    say(json.dumps(finite(asdict(record))))
