"""German is complete, what is compiled is what is written, and the window speaks it."""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import language
from tests.conftest import smooth_picture

from .conftest import Make

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "translations"
SOURCES = sorted(FOLDER.glob("*.ts"))


def messages(path: Path) -> Iterator[tuple[str, str, str]]:
    """Context, text, translation; an unfinished one is empty."""
    for context in ElementTree.parse(path).iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            done = "" if translation.get("type") == "unfinished" else translation.text or ""
            yield context.findtext("name", ""), message.findtext("source", ""), done


def test_every_text_is_translated(tmp_path: Path) -> None:
    program = shutil.which("pyside6-lupdate", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("pyside6-lupdate is not installed beside Python")
    copies = [Path(shutil.copy(path, tmp_path)) for path in SOURCES]
    files = [str(path) for path in sorted((ROOT / "app").rglob("*.py"))]
    command = [program, *files, "-ts", *map(str, copies), "-no-obsolete", "-locations", "none"]
    subprocess.run(command, check=True, capture_output=True)
    missing = [text for path in copies for _, text, translation in messages(path) if not translation]
    assert not missing, "run `make translations`, then translate what it marks as unfinished"
    assert copies, "there is a translation"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_translations_keep_places_and_keys(path: Path) -> None:
    for _, text, translation in messages(path):
        assert translation.count("{}") == text.count("{}"), text
        assert ("&" in translation) == ("&" in text), text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    translator = QTranslator()
    assert translator.load(str(path.with_suffix(".qm"))), "run `make translations`"
    for context, text, translation in messages(path):
        assert translator.translate(context, text) == translation, "run `make translations`"


def test_languages_that_are_there() -> None:
    assert language.available() == [("en", "English"), ("de", "Deutsch")]


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    installed = language.install(qapp, "de")
    assert installed
    yield
    for each in installed:
        qapp.removeTranslator(each)
    assert language.install(qapp, "en") == []


def test_the_window_speaks_german(german: None, window: Make, qtbot: QtBot) -> None:
    shown = window()
    titles = [action.text().replace("&", "") for action in shown.menuBar().actions()]
    assert titles == ["Datei", "Bearbeiten", "Modell", "Ansicht", "Vergleich", "Training", "Hilfe"]
    keys = [action.text().lower().partition("&")[2][0] for action in shown.menuBar().actions()]
    assert len(set(keys)) == len(keys)
    assert shown.queue.total.text() == "Nichts wartet"
    assert shown.train_panel.form.problem.text() == "Wählen Sie einen Ordner mit Bildern."


def test_numbers_of_a_picture_are_german(german: None, window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(smooth_picture(180, 240).pixels).save(path)
    shown = window()
    shown.show_picture(path)
    qtbot.waitUntil(lambda: "dB" in shown.readout.as_text(), timeout=60_000)
    assert re.fullmatch(r"tiny · \d+,\d kB", shown.viewing.shown.reconstruction.label)
    text = shown.readout.as_text()
    for value in (r"bpp\t\d,\d{3} bpp", r"psnr\t\d+,\d\d dB", r"time\tCodieren \d+,\d s, Decodieren \d+,\d s"):
        assert re.search(value, text), text
    assert "." in shown.readout.as_csv().splitlines()[1], "a table is for programs"
    shown.controls.other.setCurrentIndex(shown.controls.other.findData("webp"))
    qtbot.waitUntil(lambda: "Bytes" in shown.view._left.label, timeout=60_000)
