from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.tall_area import TallArea


def test_nothing_is_cut_at_the_side(qtbot: QtBot) -> None:
    column = QWidget()
    layout = QVBoxLayout(column)
    for _ in range(40):
        layout.addWidget(QLabel("a line that must be seen as a whole"))
    area = TallArea(column)
    qtbot.addWidget(area)
    assert area.minimumSizeHint().width() > column.minimumSizeHint().width()
    area.resize(area.minimumSizeHint().width(), 100)
    area.show()
    assert area.viewport().width() >= column.minimumSizeHint().width()
    assert area.horizontalScrollBar().maximum() == 0 < area.verticalScrollBar().maximum()
