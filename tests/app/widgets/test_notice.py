from pytestqt.qtbot import QtBot

from app.preferences import Preferences
from app.widgets.notice import ElidedLabel, Notice

from ..conftest import Make


def test_it_stays_until_it_is_closed(qtbot: QtBot) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    assert notice.isHidden()
    notice.say("Something")
    assert not notice.isHidden() and notice.label.text() == "Something"
    notice.button.click()
    assert notice.isHidden()


def test_a_long_line_does_not_make_the_window_wide(qtbot: QtBot) -> None:
    label = ElidedLabel("very long " * 200)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() <= 0 < label.sizeHint().width()
    label.resize(100, 20)
    assert not label.grab().isNull() and label.toolTip().startswith("very long")


def test_the_first_realism_says_once_what_it_does(window: Make) -> None:
    shown = window(Preferences())
    shown.controls.realism_asked.emit(0.0)
    assert shown.notice.isHidden()
    shown.controls.realism_asked.emit(0.4)
    assert not shown.notice.isHidden()
    assert "invents texture" in shown.notice.label.text() and "evidence" in shown.notice.label.text()
    shown.notice.button.click()
    shown.controls.realism_asked.emit(0.5)
    assert shown.notice.isHidden() and shown.preferences.realism_told
