"""What the window says without a dialog: a line that may be cut, and a strip that stays until it is closed."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget


def one_line(text: str, metrics: QFontMetrics, width: int) -> str:
    """Of a button or a menu: cut in its middle where it is wider than `width` pixels; an & marks no key."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width).replace("&", "&&")


class ElidedLabel(QWidget):
    """One line, cut at its end where there is no room; all of it on hovering."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """All of the text."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._text), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As quiet as a disabled text would be, but easier to read."""
        painter = QPainter(self)
        colour = self.palette().windowText().color()
        colour.setAlphaF(0.75)
        painter.setPen(colour)
        text = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width() - 8)
        painter.drawText(self.rect().adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class Notice(QFrame):
    """Hidden until it has something to say."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setMargin(2)  # the dots of a first Ü stand above what a font says of itself
        self.button = QPushButton(self.tr("Understood"))
        self.button.clicked.connect(self._close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        self.hide()

    def say(self, text: str) -> None:
        """Shows it."""
        self.label.setText(text)
        self.show()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
