import os
import shutil
from pathlib import Path

import pytest

from tests.bundle.root import INSTALLED, Missing, Root


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a root, on a machine that has all programs."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "debian_version").touch()
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    return tmp_path


def test_a_root_with_a_python_proves_nothing(there: Path) -> None:
    (there / "usr" / "bin" / "python3.11").touch()
    with pytest.raises(Missing, match=r"has a Python \(python3.11\)"):
        Root(there, there)


def test_what_is_missing_is_said(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "Xvfb" else program)
    with pytest.raises(Missing, match=r"no Xvfb here; install it first \(on Debian: apt-get install xvfb\)"):
        Root(there, there)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Missing, match="run it with sudo"):
        Root(there, there)


def test_the_home_is_new_and_names_lead_into_the_bundle(there: Path) -> None:
    (there / "home" / "person").mkdir(parents=True)
    (there / "home" / "person" / "old").touch()
    root = Root(there, there)
    assert not any(root.home.iterdir())
    script = root.command("hific", "info", "a file", display=":7")[-1]
    assert script.endswith(f"DISPLAY=:7 {INSTALLED}/hific info 'a file'")
    assert root.command("/usr/bin/env")[-1].endswith(" /usr/bin/env")
