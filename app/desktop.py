"""The file type on a Linux desktop: what `hific-studio --install-desktop` puts under a person's folders.

Starter, file type, icons and thumbnailer, as the specifications of freedesktop.org have them. No Qt is needed here.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.paths import resource

_PROGRAMS = ("hific-studio", "hific")
_PLACES = {
    "hific-studio.desktop": "applications",
    "hific-studio.xml": "mime/packages",
    "hific-studio.thumbnailer": "thumbnailers",
}
"""Files of `resources/linux`, and the folder of each; icons keep the place that they have there."""
_UPDATES = (("update-mime-database", "mime"), ("update-desktop-database", "applications"))
_COMMAND = re.compile(r"^(Exec|TryExec)=(\S+)", re.MULTILINE)


def install() -> list[Path]:
    """Writes all files, over older ones, and returns where; raises OSError, with one sentence."""
    programs = {name: _program(name) for name in _PROGRAMS}
    written = []
    for source, target in _files():
        data = source.read_bytes()
        if target.suffix in (".desktop", ".thumbnailer"):
            data = _with_programs(data.decode(), programs).encode()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        written.append(target)
    _update()
    return written


def remove() -> list[Path]:
    """Removes what `install` writes, with folders that are empty then, and returns what was there."""
    found = [target for _, target in _files() if os.path.lexists(target)]
    for target in found:
        target.unlink()
    if found:
        _update()
    for target in found:
        _remove_empty(target.parent)
    return found


def data_home() -> Path:
    """Where a person's own starters, file types and icons lie."""
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def _files() -> Iterator[tuple[Path, Path]]:
    """Each file that ships with the program, and where it goes."""
    shipped = resource("linux")
    for name, place in _PLACES.items():
        yield shipped / name, data_home() / place / name
    for icon in sorted((shipped / "hicolor").rglob("*.*g")):
        yield icon, data_home() / "icons" / icon.relative_to(shipped)


def _program(name: str) -> Path:
    """The one beside this Python, else the one in PATH; raises FileNotFoundError."""
    beside = Path(sys.executable).with_name(name)
    if beside.is_file():
        return beside
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"There is no program {name} to start; install it first, as with `pip install .`.")
    return Path(found).absolute()


def _with_programs(text: str, programs: dict[str, Path]) -> str:
    """The entry with whole paths: a desktop does not search where a virtual environment lies."""

    def whole(line: re.Match[str]) -> str:
        path = str(programs[line[2]])
        return f"{line[1]}={_quoted(path) if line[1] == 'Exec' else _escaped(path)}"

    return _COMMAND.sub(whole, text)


def _quoted(path: str) -> str:
    """As an argument of Exec (Desktop Entry Specification 1.5, "The Exec key")."""
    quoted = re.sub(r'(["`$\\])', r"\\\1", path).replace("%", "%%")
    return _escaped(quoted if re.fullmatch(r"[\w./+@:,-]+", path) else f'"{quoted}"')


def _escaped(text: str) -> str:
    """As a value of a string."""
    return text.replace("\\", "\\\\")


def _update() -> None:
    """Lets the desktop's own programs, where it has them, take note."""
    for program, folder in _UPDATES:
        if shutil.which(program) and (data_home() / folder).is_dir():
            subprocess.run([program, data_home() / folder], capture_output=True, check=False)


def _remove_empty(folder: Path) -> None:
    while folder != data_home() and (not folder.is_dir() or not any(folder.iterdir())):
        if folder.is_dir():
            folder.rmdir()
        folder = folder.parent
