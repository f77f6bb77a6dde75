"""The window without a screen, with the tiny model alone and preferences of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import dialogs, preferences
from app.main_window import MainWindow
from app.preferences import Preferences
from app.service import CodecService
from hific_core import lpips_weights
from hific_core.models import zoo

Make = Callable[..., MainWindow]
QLocale.setDefault(QLocale("en"))  # wherever tests run: numbers are those of the texts


@pytest.fixture(autouse=True)
def own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_model_path: Path) -> None:
    monkeypatch.setattr(zoo, "bundled_folder", lambda: tmp_path / "none")
    monkeypatch.setattr(zoo, "user_folder", lambda: tmp_path / "none")
    monkeypatch.setenv("HIFIC_MODELS", str(tiny_model_path.parent))
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "no-weights.npz")
    monkeypatch.setattr(preferences, "preferences_file", lambda: tmp_path / "config" / "preferences.json")


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes windows that are closed at the end."""
    made: list[MainWindow] = []

    def make(chosen: Preferences | None = None) -> MainWindow:
        found = MainWindow(CodecService("cpu"), chosen or Preferences())
        made.append(found)
        found.show()
        qtbot.waitUntil(lambda: bool(found.models))
        return found

    yield make
    # a test that failed halfway must not wait for a person
    monkeypatch.setattr(dialogs, "leave_training", lambda parent: "stop")
    for question in ("really_close", "really_stop_fetching"):
        monkeypatch.setattr(dialogs, question, lambda parent: True)
    for each in made:
        each.service.close()
        each.close()
        each.deleteLater()
    QApplication.processEvents()
