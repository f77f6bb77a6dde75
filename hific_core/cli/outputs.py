"""Where each output goes.

The name of an output is that of its input with another ending: photo.jpg becomes photo.hfc. Inputs of one batch
whose outputs would be called the same (in any mix of upper and lower case) all keep their whole name instead:
photo.jpg and photo.png become photo.jpg.hfc and photo.png.hfc, whichever comes first. Where even that is the same
(one folder for the outputs, inputs from several) the later ones are numbered in the order of the batch. So names
depend on the inputs alone, never on what the disk already holds, and an interrupted batch that is started again
finds its own outputs. Only then does the rule for collisions look at the disk.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol, TypeVar

import typer

from hific_core.atomic import make_folder
from hific_core.cli.inputs import Input, is_folder
from hific_core.cli.options import Collision
from hific_core.errors import NameTaken, UnwritableFile
from hific_core.pixels.formats import READABLE_SUFFIXES

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Destination:
    """What the options say about outputs; `file` is set for one output named as a whole, else `folder` or neither."""

    ending: str
    """With its dot."""
    suffix: str = ""
    folder: Path | None = None
    file: Path | None = None


def destination(
    output: Path | None, arguments: Sequence[Path], endings: Sequence[str], ending: str, suffix: str
) -> Destination:
    """Read --output: a folder, or the file for a single input if it has one of the `endings`.

    Raises typer.BadParameter for what can be neither.
    """
    if os.sep in suffix or "/" in suffix or "\0" in suffix:
        raise typer.BadParameter(f"--suffix {suffix!r} cannot be part of a file's name.")
    if output is None or is_folder(output):
        return Destination(ending, suffix, folder=output)
    if output.suffix.lower() in endings:
        if len(arguments) != 1 or is_folder(arguments[0]):
            raise typer.BadParameter(f"--output {output} names one file; name a folder for several inputs.")
        if suffix:
            raise typer.BadParameter(f"--suffix has no place beside --output {output}, which is a whole name.")
        return Destination(output.suffix, file=output)
    if os.path.lexists(output) or output.suffix.lower() in READABLE_SUFFIXES | {".hfc"}:
        raise typer.BadParameter(
            f"--output {output} is neither a folder nor a file name that ends in {' or '.join(endings)}."
        )
    return Destination(ending, suffix, folder=output)


def plan(inputs: Sequence[Input], where: Destination) -> tuple[Path, ...]:
    """The output of each input, no two the same; the module's docstring has the rule."""
    if where.file is not None:
        return (where.file,)
    places = [_folder(each, where) for each in inputs]
    short = [
        place / f"{each.path.stem}{where.suffix}{where.ending}" for each, place in zip(inputs, places, strict=True)
    ]
    uses = Counter(map(_key, short))
    taken = {_key(path) for path in short if uses[_key(path)] == 1}
    planned = []
    for each, place, path in zip(inputs, places, short, strict=True):
        if uses[_key(path)] > 1:
            whole = place / f"{each.path.name}{where.suffix}{where.ending}"
            path = next(name for name in _numbered(whole) if _key(name) not in taken)
            taken.add(_key(path))
        planned.append(path)
    return tuple(planned)


def is_wanted(planned: Path, rule: Collision, inputs: frozenset[Path]) -> bool:
    """Whether to begin work on an output, False to skip it.

    `inputs` are the resolved paths of the whole batch; raises UnwritableFile rather than overwrite one.
    """
    if rule is Collision.skip:
        return not os.path.lexists(planned)
    if rule is Collision.overwrite and planned.resolve() in inputs:
        raise UnwritableFile(
            planned, f"{planned} is one of the inputs and stays as it is; choose another --output or --suffix."
        )
    return True


class Write(Protocol[T_co]):
    """Writes to a path what is already at hand; `exclusive` as for `write_atomically`."""

    def __call__(self, path: Path, /, *, exclusive: bool) -> T_co:
        """Raises UnwritableFile."""
        ...


def put(planned: Path, rule: Collision, write: Write[T]) -> tuple[Path, T]:
    """The path written to at last, its folder made, and what `write` returned.

    Called when the work is done. Another process may write meanwhile, and even at once: only `overwrite` replaces what
    that has written. Raises UnwritableFile and, where an output to be skipped has appeared, NameTaken.
    """
    folder = planned.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise UnwritableFile(planned, f"The folder {folder} could not be made ({reason}); choose another.") from error
    if rule is not Collision.unique:
        return planned, write(planned, exclusive=rule is Collision.skip)
    for path in _numbered(planned):
        if not os.path.lexists(path):
            with suppress(NameTaken):
                return path, write(path, exclusive=True)
    raise AssertionError("there is always another number")


class Folders:
    """Those of outputs that have taken a file: each is tried once, before the work whose output would be lost."""

    def __init__(self) -> None:
        self._good: set[Path] = set()

    def check(self, planned: Path, rule: Collision) -> None:
        """Makes the folder of an output and tries it; raises UnwritableFile where it takes no file."""
        # what is written over may be a link, and is followed
        path = Path(os.path.realpath(planned)) if rule is Collision.overwrite else planned
        if path.parent not in self._good:
            make_folder(path)
            self._good.add(path.parent)


def prepare_folder(path: Path, option: str) -> None:
    """`make_folder` for what an option names; raises typer.BadParameter."""
    try:
        make_folder(path)
    except UnwritableFile as error:
        reason = getattr(error.__cause__, "strerror", None) or error.__cause__
        raise typer.BadParameter(f"{option} {path} cannot be written ({reason}); name another folder.") from error


def _folder(each: Input, where: Destination) -> Path:
    if where.folder is None:
        return each.path.parent
    return where.folder if each.root is None else where.folder / each.path.relative_to(each.root).parent


def _numbered(path: Path) -> Iterator[Path]:
    """The path itself, then 'name (2)', 'name (3)' and so on."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")


def _key(path: Path) -> str:
    """Equal for paths that some disk takes for the same."""
    return os.path.abspath(path).casefold()  # noqa: PTH100 - no link is to be resolved
