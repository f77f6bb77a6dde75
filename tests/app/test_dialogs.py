"""Questions as a person answers them."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app import dialogs


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
