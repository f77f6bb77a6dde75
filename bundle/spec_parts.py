"""What `build_app.spec` asks for: data, metadata, licences and the slimmer copies of large libraries."""

import platform
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

from bundle import licences
from bundle.contents import Entry

ROOT = Path(__file__).parents[1]
VERSIONS = ("hific-studio", "torch", "PySide6-Essentials", "numpy", "pillow", "constriction", "safetensors", "pi-heif")
"""Distributions whose version the program names; the metadata of these go in."""
STRIPPED = re.compile(r"torch/lib/lib(torch|c10).*|libpython3.*|python3\.\d+/lib-dynload/.*")
"""Libraries that carry symbols which only a debugger reads; those that auditwheel has changed are left alone."""


def resources() -> list[tuple[str, str]]:
    """Source and folder of every file that the wheel has as `hific_resources`, and the notices beside them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"]["hific_resources"]
    files = sorted({path for pattern in patterns for path in (ROOT / "resources").glob(pattern) if path.is_file()})
    return [(str(path), str(path.parent.relative_to(ROOT))) for path in files]


def languages() -> tuple[str, ...]:
    """Codes of the window's translations."""
    return tuple(path.stem.rpartition("_")[2] for path in sorted((ROOT / "resources/translations").glob("*.qm")))


def metadata(work: Path) -> list[tuple[str, str]]:
    """A METADATA file of each of VERSIONS that is installed; the lists of files beside it stay out."""
    found = []
    for name in VERSIONS:
        found_as = distribution(name)
        # a checkout that pip installed in place has the same under an older name
        text = found_as.read_text("METADATA") or found_as.read_text("PKG-INFO")
        if text is not None:
            folder = f"{name.replace('-', '_').lower()}-{found_as.version}.dist-info"
            target = work / folder / "METADATA"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            found.append((str(target), folder))
    return found


def is_of_system(source: str) -> bool:
    """Whether a library comes from neither Python nor a package of it."""
    return not any(Path(source).is_relative_to(place) for place in (sys.prefix, sys.base_prefix, ROOT))


def is_for_others(target: str, source: str) -> bool:
    """Whether a library is in the bundle only because another is linked with it."""
    return is_of_system(source) or target.startswith("PySide6/Qt/lib/") or ".libs/" in target


def slimmer(binaries: Iterable[Entry], work: Path) -> list[Entry]:
    """The same with copies of STRIPPED without their symbol tables, where there is a `strip`."""
    found = []
    for target, source, kind in binaries:
        if sys.platform.startswith("linux") and STRIPPED.fullmatch(target) and shutil.which("strip"):
            copy = work / "stripped" / target
            copy.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["strip", "--strip-unneeded", "-o", str(copy), source], check=True)
            source = str(copy)
        found.append((target, source, kind))
    return found


def write_licences(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """The folder `licences` for what is in the tables, as a table of data."""
    names = packages_distributions()
    distributions: dict[str, Distribution] = {}
    found = [licences.of_python(platform.python_version())]
    for target, source, kind in entries:
        top = target.replace("\\", "/").partition("/")[0].partition(".")[0]
        for name in names.get(top, ()):
            distributions.setdefault(name, distribution(name))
        if sys.platform.startswith("linux") and kind == "BINARY" and is_of_system(source):
            found.append(licences.of_system_library(Path(source)))
    for name in ("hific-studio", "pyinstaller"):
        distributions.setdefault(name, distribution(name))
    licences.write([*found, *map(licences.of_distribution, distributions.values())], folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(str(Path("licences", path.relative_to(folder))), str(path), "DATA") for path in files]
