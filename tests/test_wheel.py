"""The wheel: built from a copy of the sources, unpacked, and run from there."""

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bundle.spec_parts import resources
from hific_core import __version__

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("setuptools", minversion="77", reason="building a wheel needs setuptools 77 or later")
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("app", "hific_core", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    code = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, target], cwd=source, check=True, capture_output=True)
    return next(target.glob("*.whl"))


def test_it_has_all_that_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entries = archive.read(f"hific_studio-{__version__}.dist-info/entry_points.txt").decode()
    assert wheel.name == f"hific_studio-{__version__}-py3-none-any.whl"  # no compiler is needed
    modules = {
        path.relative_to(ROOT).as_posix() for name in ("app", "hific_core") for path in (ROOT / name).rglob("*.py")
    }
    assert modules <= names
    assert {"app/py.typed", "hific_core/py.typed"} <= names
    assert {f"hific_{folder}/{Path(source).name}" for source, folder in resources()} <= names
    assert not any(name.startswith(("tests/", "bundle/", "docs/")) for name in names)
    parser = configparser.ConfigParser()
    parser.read_string(entries)
    assert dict(parser["console_scripts"]) == {"hific": "hific_core.__main__:main"}
    assert dict(parser["gui_scripts"]) == {"hific-studio": "app.__main__:main"}


def test_it_runs_outside_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "HIFIC_MODELS": "", "HOME": str(tmp_path)}
    command = [
        sys.executable,
        "-c",
        "import sys, hific_core.__main__ as m; print(m.__file__); sys.exit(m.main(['models']))",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert Path(lines[0]).is_relative_to(tmp_path / "site")
    assert any(line.startswith("lite-13") for line in lines[1:])
