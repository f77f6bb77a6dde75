import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme


@pytest.mark.parametrize(("name", "dark"), [("dark", True), ("light", False)])
def test_the_window_is_as_dark_as_asked(qtbot: QtBot, qapp: QApplication, name: str, dark: bool) -> None:
    try:
        theme.apply(qapp, name)
        colours = [
            qapp.palette().color(role).lightness() for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Text)
        ]
        assert (colours[0] < 128) == dark
        assert abs(colours[0] - colours[1]) > 120, "text must stand out"
    finally:
        theme.apply(qapp, "system")
