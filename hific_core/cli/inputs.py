"""From the arguments of a command to the files it works on."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hific_core.errors import UnreadableFile


class Input(NamedTuple):
    """A file to work on, and the folder argument it was found in, None if it was named itself."""

    path: Path
    root: Path | None


@dataclass(frozen=True, slots=True)
class Found:
    """The files in the order of the arguments, each once, and what could not be searched."""

    inputs: tuple[Input, ...]
    problems: tuple[UnreadableFile, ...]


def find_inputs(
    arguments: Sequence[Path], wanted: Callable[[Path], bool], kind: str, apart_from: Path | None = None
) -> Found:
    """All files that the arguments mean: those named themselves, and in folders the `wanted` ones.

    Folders are searched to the bottom in the order of names, without following links to folders, and
    without hidden files and folders, and without the folder `apart_from` unless it is named itself. `kind` is what a
    folder without any is said to lack.
    """
    inputs: dict[str, Input] = {}
    problems: list[UnreadableFile] = []
    for argument in arguments:
        if is_folder(argument):
            before = len(problems)
            found = [Input(path, argument) for path in search(argument, wanted, problems, apart_from)]
            if not found and len(problems) == before:
                problems.append(UnreadableFile(argument, f"There are no {kind} in {argument}; name other files."))
        else:
            found = [Input(argument, None)]
        for each in found:
            inputs.setdefault(os.path.abspath(each.path), each)  # noqa: PTH100 - no link is to be resolved
    return Found(tuple(inputs.values()), tuple(problems))


class Stamp(NamedTuple):
    """By which a file is known to have changed; times are nanoseconds."""

    size: int
    modified: int
    changed: int
    """Its permissions, too."""


def stamp_of(path: Path) -> Stamp | None:
    """None for what may not be looked at."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def is_folder(path: Path) -> bool:
    """Whether the path is a folder; what may not be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_same(path: Path, other: Path) -> bool:
    """Whether both are one file or folder, whatever links lead there; what is not there is none."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def check_regular(path: Path) -> None:
    """Raise UnreadableFile for what is there and no file: reading a pipe might wait for ever."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # reading it will say what is wrong
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UnreadableFile(path, f"{path} is a device, not a file; choose a file.")


def search(
    folder: Path, wanted: Callable[[Path], bool], problems: list[UnreadableFile], apart_from: Path | None = None
) -> Iterator[Path]:
    """The `wanted` files of a folder, as `find_inputs` searches it; what cannot be read is added to `problems`."""

    def note(error: OSError) -> None:
        place = Path(error.filename or folder)
        if place == folder or not isinstance(error, FileNotFoundError):  # else it went away during the search
            problems.append(UnreadableFile(place, _unsearched(place, error)))

    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not (apart_from is not None and is_same(Path(place) / name, apart_from))
        )
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith(".") or not wanted(path):
                continue
            if _may_be_file(path):
                yield path
            elif _dangles(path):
                problems.append(UnreadableFile(path, f"{path} is a link to what is not there; mend or remove it."))


def _unsearched(folder: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"There is no folder {folder}; bring it back or name another."
    if isinstance(error, PermissionError):
        return f"There is no permission to search the folder {folder}; change its permissions."
    return f"The folder {folder} could not be searched ({error.strerror or error}); check its disk and try again."


def _dangles(path: Path) -> bool:
    try:
        return path.is_symlink() and not path.exists()
    except OSError:
        return True  # a loop of links


def _may_be_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # reading it will say why not
