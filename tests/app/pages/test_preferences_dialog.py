from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app import preferences as kept
from app.pages.preferences_dialog import PreferencesDialog
from app.preferences import Preferences

LANGUAGES = [("en", "English"), ("de", "Deutsch")]


def dialog(qtbot: QtBot, preferences: Preferences) -> PreferencesDialog:
    found = PreferencesDialog(None, preferences, LANGUAGES)
    qtbot.addWidget(found)
    return found


def test_what_is_chosen_is_kept(qtbot: QtBot, tmp_path: Path) -> None:
    chosen = Preferences()
    shown = dialog(qtbot, chosen)
    assert shown.beside.isChecked() and not shown.folder.isEnabled()
    shown.in_folder.setChecked(True)
    ok = shown.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled() and "folder" in shown.problem.text()
    shown.folder.setText(str(tmp_path))
    shown.suffix.setText("-small")
    shown.taken.setCurrentIndex(shown.taken.findData("skip"))
    shown.language.setCurrentIndex(shown.language.findData("de"))
    shown.theme.setCurrentIndex(shown.theme.findData("dark"))
    for box in (shown.structure, shown.strip, shown.measure):
        box.click()
    heard: list[bool] = []
    shown.applied.connect(lambda: heard.append(True))
    ok.click()
    assert heard == [True] and kept.load() == chosen
    found = (chosen.output_folder, chosen.suffix, chosen.on_collision, chosen.language, chosen.theme)
    assert found == (str(tmp_path), "-small", "skip", "de", "dark")
    assert (chosen.keep_structure, chosen.strip_metadata, chosen.measure) == (False, True, True)


def test_cancelling_changes_nothing(qtbot: QtBot) -> None:
    chosen = Preferences(output_folder="/somewhere", suffix="-s")
    shown = dialog(qtbot, chosen)
    assert shown.in_folder.isChecked() and shown.folder.text() == "/somewhere"
    shown.beside.setChecked(True)
    shown.reject()
    assert chosen == Preferences(output_folder="/somewhere", suffix="-s")


@pytest.mark.parametrize("suffix", ["/up", "a\\b", "what?"])
def test_a_suffix_that_is_no_part_of_a_name(qtbot: QtBot, suffix: str) -> None:
    shown = dialog(qtbot, Preferences())
    shown.suffix.setText(suffix)
    assert not shown.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    assert "suffix" in shown.problem.text()


def test_a_folder_as_a_person_writes_it(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    chosen = Preferences()
    shown = dialog(qtbot, chosen)
    ok = shown.buttons.button(QDialogButtonBox.StandardButton.Ok)
    shown.in_folder.setChecked(True)
    for text in ("small", "~nobody-of-that-name/small"):
        shown.folder.setText(text)
        assert not ok.isEnabled() and "whole path" in shown.problem.text()
    shown.folder.setText(" ~/small")
    ok.click()
    assert chosen.output_folder == str(Path("/home/someone/small"))
