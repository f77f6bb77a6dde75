"""A column that scrolls upwards and downwards alone."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class TallArea(QScrollArea):
    """Never narrower than what it holds, so that nothing is cut at its side."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self._content = widget
        self.setWidget(widget)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        """As wide as its content must be, with the bar beside it."""
        hint = super().minimumSizeHint()
        hint.setWidth(self._content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width())
        return hint
