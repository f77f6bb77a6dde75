"""The licences of every part of the bundle, as a folder of texts and one list.

Parts are distributions (their own licence files, else what their metadata says), Python, PyInstaller's starter, Qt, and
libraries of the system that built the bundle (Debian's copyright files; elsewhere their names alone).
"""

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath
from typing import NamedTuple

_TEXT = re.compile(r"(licen[cs]e|copying|notice|copyright|authors|patents)", re.IGNORECASE)
_NO_TEXT = {".py", ".pyc", ".pyi", ".so", ".json", ".dll"}
_COMMON = re.compile(r"/usr/share/common-licenses/([\w.+-]*\w)")
_TEXTS = Path(__file__).with_name("texts")
_QT_PARTS = ("PySide6_Essentials", "shiboken6")
"""Their wheels bring no text."""
_QT = """\
Qt and Qt for Python (PySide6, shiboken6) are used under the GNU Lesser General Public License, version 3, whose text
is beside this file with that of the GPL, which it refers to. They are libraries of their own in _internal/PySide6 and
_internal/shiboken6, as The Qt Company publishes them on PyPI, unchanged but for the parts that are left out: you may
replace them by your own build of the same version. Their source is at https://download.qt.io/official_releases/ under
qt/ and QtForPython/; the licences of the third-party code in Qt are at https://doc.qt.io/qt-6/licenses-used-in-qt.html.
"""


class Licence(NamedTuple):
    """Of one part."""

    name: str
    version: str
    says: str
    """What the metadata call it: an SPDX expression, a name, or nothing."""
    texts: tuple[tuple[str, Path], ...]
    """Relative name and source of each text."""


def of_distribution(distribution: Distribution) -> Licence:
    """By the files that its installer listed, in its metadata folder or beside its modules."""
    texts = []
    for file in distribution.files or ():
        if _TEXT.search(file.name) and file.suffix not in _NO_TEXT:
            source = Path(str(distribution.locate_file(file)))
            if source.is_file():
                texts.append((_short(file), source))
    metadata = distribution.metadata
    classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License")]
    stated = [
        *metadata.get_all("License-Expression", []),
        *metadata.get_all("License", []),
        ", ".join(line.rpartition(" :: ")[2] for line in classifiers),
    ]
    says = next((line.strip() for each in stated for line in str(each).splitlines() if line.strip()), "")
    return Licence(str(metadata["Name"]), str(distribution.version), says, tuple(sorted(texts)))


def _short(file: PurePosixPath) -> str:
    """Without the folder of the metadata, whose name says nothing here; never out of the part's folder."""
    parts = [part for part in file.parts if part not in ("..", "/")]
    if parts and parts[0].endswith((".dist-info", ".egg-info")):
        parts = parts[1:]
    if len(parts) > 1 and parts[0] == "licenses":
        parts = parts[1:]
    return "/".join(parts)


def of_python(version: str) -> Licence:
    """That of the interpreter that builds the bundle."""
    standard = Path(sysconfig.get_path("stdlib"))
    found = [path for path in (standard / "LICENSE.txt", standard.parent / "LICENSE.txt") if path.is_file()]
    return Licence("Python", version, "PSF-2.0", tuple(("LICENSE.txt", path) for path in found[:1]))


def of_system_library(library: Path) -> Licence:
    """By the Debian package that it belongs to, with the common licences that its copyright file names."""
    package = _debian_package(library)
    copyright_file = Path("/usr/share/doc", package, "copyright")
    if not package or not copyright_file.is_file():
        return Licence(library.name, "", "a library of the system that built this bundle", ())
    common = sorted(set(_COMMON.findall(copyright_file.read_text(errors="replace"))))
    sources = [("copyright", copyright_file), *((name, Path("/usr/share/common-licenses", name)) for name in common)]
    return Licence(
        package, "", "of Debian, see its copyright file", tuple(each for each in sources if each[1].is_file())
    )


def _debian_package(library: Path) -> str:
    if shutil.which("dpkg-query") is None:
        return ""
    names = {str(library), str(library.resolve())}
    names |= {name.removeprefix("/usr") for name in names} | {f"/usr{name}" for name in names if name[:4] == "/lib"}
    done = subprocess.run(["dpkg-query", "--search", *sorted(names)], capture_output=True, text=True, check=False)
    return done.stdout.partition(":")[0].strip()


def write(licences: Iterable[Licence], folder: Path) -> None:
    """The texts in a folder for each part, Qt's note, and LIST.txt; what was in `folder` before goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = []
    for licence in sorted(set(licences), key=lambda each: each.name.lower()):
        for name, source in licence.texts:
            target = folder / licence.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        named = " ".join(filter(None, (licence.name, licence.version)))
        folder_name = "Qt" if licence.name in _QT_PARTS else licence.name
        where = f"texts in {folder_name}/" if licence.texts or licence.name in _QT_PARTS else "no text came with it"
        lines.append(f"{named}: {licence.says or 'no licence named'}; {where}\n")
    shutil.copytree(_TEXTS, folder / "Qt")
    (folder / "Qt" / "README.txt").write_text(_QT)
    (folder / "LIST.txt").write_text("".join(lines))
