"""What the commands print: results on stdout as lines or JSON, all else on stderr."""

import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import typer

from hific_core.errors import HificError


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
        typer.echo(printable(record.line()))
        for warning in warnings:
            typer.echo(printable(f"hific: note: {warning}"), err=True)

    def failed(self, path: Path, error: HificError) -> None:
        """One input that failed: a line on stderr, and with JSON an object as well."""
        sentence = sentence_for(path, error)
        if self.as_json:
            _print_json(Failed(str(path), sentence))
        print_error(sentence)


def print_error(sentence: str) -> None:
    """One line on stderr."""
    typer.echo(printable(f"hific: error: {sentence}"), err=True)


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
    typer.echo(json.dumps(finite(asdict(record))))
