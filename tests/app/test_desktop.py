"""The file type on a Linux desktop: what is installed, that it goes again, and what other programs make of it."""

import configparser
import os
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from app import desktop
from app.__main__ import main
from app.paths import resource
from hific_core.container.header import MAGIC
from tests.conftest import GOLDEN

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktops of Linux")
LINUX = resource("linux")
PYTHON = Path(sys.executable)
METAINFO = LINUX / "io.github.hific_studio.hific_studio.metainfo.xml"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folders, in a path that needs quoting, and programs that only have to be there."""
    bin_folder = tmp_path / 'b in"$'
    bin_folder.mkdir()
    for name in ("python", "hific", "hific-studio"):
        (bin_folder / name).write_text("#!/bin/sh\n")
        (bin_folder / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bin_folder / "python"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data home"))
    return tmp_path / "data home"


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} here")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def entry(path: Path, section: str) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path, encoding="utf-8")
    return parser[section]


def test_everything_comes_and_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(desktop, "_UPDATES", ())  # they keep files of their own
    (home / "applications").mkdir(parents=True)
    (home / "applications" / "other.desktop").write_text("another's")
    before = tree(home)
    for _ in range(2):  # again over what is there
        assert main(["--install-desktop"]) == 0
    installed = tree(home).keys() - before.keys()
    assert installed == {
        "applications/hific-studio.desktop",
        "mime/packages/hific-studio.xml",
        "thumbnailers/hific-studio.thumbnailer",
        *(
            f"icons/hicolor/{size}/{name}"
            for size in ("48x48", "128x128", "256x256")
            for name in ("apps/hific-studio.png", "mimetypes/image-x-hfc.png")
        ),
        "icons/hicolor/scalable/apps/hific-studio.svg",
        "icons/hicolor/scalable/mimetypes/image-x-hfc.svg",
    }
    assert {str(home / name) for name in installed} <= set(capsys.readouterr().out.splitlines())
    assert main(["--remove-desktop"]) == 0
    assert tree(home) == before
    assert [path.name for path in home.iterdir()] == ["applications"]
    assert main(["--remove-desktop"]) == 0
    assert tree(home) == before


def test_entries_name_whole_paths_quoted(home: Path, tmp_path: Path) -> None:
    desktop.install()
    started = entry(home / "applications" / "hific-studio.desktop", "Desktop Entry")
    thumbnailer = entry(home / "thumbnailers" / "hific-studio.thumbnailer", "Thumbnailer Entry")
    assert started["TryExec"] == f'{tmp_path}/b in"$/hific-studio'
    # a backslash before the quote and the dollar, itself escaped as all are in a string
    assert started["Exec"] == rf'"{tmp_path}/b in\\"\\$/hific-studio" %F'
    assert thumbnailer["Exec"] == rf'"{tmp_path}/b in\\"\\$/hific" thumbnail --size %s %i %o'
    assert started["MimeType"] == thumbnailer["MimeType"] == "image/x-hfc;"


def test_a_plain_path_is_not_quoted() -> None:
    assert desktop._quoted("/opt/hific/bin/hific") == "/opt/hific/bin/hific"
    assert desktop._quoted("/opt/100%/hific") == '"/opt/100%%/hific"'


def test_what_cannot_be_installed_is_said(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert main(["--install-desktop"]) == 1
    assert "There is no program hific-studio to start" in capsys.readouterr().err
    assert not home.exists()
    with pytest.raises(SystemExit):
        main(["--install-desktop", "--remove-desktop"])


def test_no_qt_and_no_torch(home: Path) -> None:
    code = (
        "import sys; from app.__main__ import main\n"
        "assert main(['--install-desktop']) == main(['--remove-desktop']) == 0\n"
        "sys.exit(any(name in sys.modules for name in ('PySide6', 'torch', 'hific_core')))"
    )
    # where the package is not installed, the programs are found there
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run([PYTHON, "-c", code], check=False, env={**os.environ, "PATH": path})
    assert done.returncode == 0


def test_the_magic_is_that_of_the_format() -> None:
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    kind = ET.parse(LINUX / "hific-studio.xml").getroot().find(f"{space}mime-type")
    assert kind is not None
    match = kind.find(f"{space}magic/{space}match")
    assert match is not None
    assert int(match.attrib["value"], 16).to_bytes(4, "big") == MAGIC
    assert [each.attrib["pattern"] for each in kind.iter(f"{space}glob")] == ["*.hfc"]


def test_the_icon_is_the_window_s() -> None:
    shipped = LINUX / "hicolor" / "scalable" / "apps" / "hific-studio.svg"
    assert shipped.read_bytes() == (resource("icons") / "hific-studio.svg").read_bytes()
    for path in (LINUX / "hicolor").rglob("*.png"):
        with Image.open(path) as image:
            assert f"{image.width}x{image.height}" == path.parts[-3]


def test_desktop_file_validate(home: Path) -> None:
    needs("desktop-file-validate")
    desktop.install()
    for path in (LINUX / "hific-studio.desktop", home / "applications" / "hific-studio.desktop"):
        done = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


def test_appstreamcli_validate() -> None:
    needs("appstreamcli")
    command = ["appstreamcli", "validate", "--no-net", METAINFO]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_gio_knows_the_type_by_content_and_its_program(home: Path, tmp_path: Path) -> None:
    needs("gio", "update-mime-database", "update-desktop-database")
    desktop.install()
    unnamed = tmp_path / "unnamed"
    shutil.copyfile(GOLDEN / "plain-low.hfc", unnamed)
    named = tmp_path / "named.hfc"
    named.write_bytes(b"dear diary")
    for path in (unnamed, named):
        assert "standard::content-type: image/x-hfc" in _out("gio", "info", "-a", "standard::content-type", path)
    assert "hific-studio.desktop" in _out("gio", "mime", "image/x-hfc")
    desktop.remove()
    assert "image/x-hfc" not in _out("gio", "info", "-a", "standard::content-type", unnamed)
    assert "hific-studio.desktop" not in _out("gio", "mime", "image/x-hfc")


def _out(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.stdout


def test_the_thumbnailer_runs(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command of the entry, with the fields filled in as a file manager does."""
    if not PYTHON.with_name("hific").is_file():
        pytest.skip("the package is not installed")
    monkeypatch.setattr(sys, "executable", str(PYTHON))
    desktop.install()
    line = entry(home / "thumbnailers" / "hific-studio.thumbnailer", "Thumbnailer Entry")["Exec"]
    fields = {"%s": "128", "%i": str(GOLDEN / "plain-low.hfc"), "%o": str(tmp_path / "thumbnail.png")}
    subprocess.run([fields.get(each, each) for each in shlex.split(line)], check=True)
    with Image.open(tmp_path / "thumbnail.png") as image:
        assert image.size == (128, 128)
