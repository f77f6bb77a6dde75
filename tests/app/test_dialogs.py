"""Questions as a person answers them."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app import commands, dialogs
from hific_core.pixels.formats import WRITABLE_SUFFIXES


@pytest.mark.parametrize(
    ("button", "answer"), [("Keep it running", "keep"), ("Stop it", "stop"), ("Cancel", "cancel"), ("", "cancel")]
)
def test_a_run_that_goes_on_when_the_window_closes(qtbot: QtBot, button: str, answer: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    def press() -> None:
        (box,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]
        found = [each for each in box.buttons() if each.text().replace("&", "") == button]
        if found:
            found[0].click()
        else:  # closed by Escape or its corner
            box.reject()

    QTimer.singleShot(50, press)
    assert dialogs.leave_training(parent) == answer


@pytest.mark.parametrize("details", ["", "Traceback: line 1"])
def test_return_closes_what_went_wrong(qtbot: QtBot, details: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = dialogs.tell(parent, "It is damaged.", details)
    assert box.isVisible()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert not box.isVisible()


def test_many_things_that_went_wrong_fit_on_the_screen(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    sentences = [f"/folder/{number} holds no files." for number in range(60)]
    box = dialogs.tell_all(parent, sentences)
    assert box.text().splitlines() == [*sentences[:5], "and 55 more"]
    assert box.detailedText().splitlines() == sentences
    assert box.height() < 400
    box.close()
    few = dialogs.tell_all(parent, sentences[:5])
    assert few.text().splitlines() == sentences[:5] and not few.detailedText()
    few.close()


@pytest.mark.parametrize(
    ("typed", "saved"), [("beach", "beach.hfc"), ("beach.v2", "beach.v2.hfc"), ("beach.HFC", "beach.HFC"), ("", None)]
)
def test_a_name_without_an_ending_gets_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, saved: str | None
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    chosen = str(tmp_path / typed) if typed else ""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen, ""))
    found = dialogs.file_to_save(parent, tmp_path / "photo.hfc", "*.hfc")
    assert found == (None if saved is None else tmp_path / saved)


def test_every_kind_of_picture_that_can_be_written_is_taken(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    for suffix in WRITABLE_SUFFIXES:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, end=suffix: (str(tmp_path / f"a{end}"), ""))
        assert dialogs.file_to_save(parent, tmp_path / "b.png", commands.PICTURES) == tmp_path / f"a{suffix}"


def test_a_completed_name_that_is_taken_is_asked_about(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    (tmp_path / "beach.hfc").write_bytes(b"an earlier one")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "beach"), ""))
    for answer, found in ((QMessageBox.StandardButton.No, None), (QMessageBox.StandardButton.Yes, "beach.hfc")):
        monkeypatch.setattr(QMessageBox, "question", lambda *_, answer=answer: answer)
        assert dialogs.file_to_save(parent, tmp_path / "photo.hfc", "*.hfc") == (found and tmp_path / found)
