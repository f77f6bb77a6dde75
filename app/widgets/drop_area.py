"""What an empty window shows: one sentence, what to press, and what was open last."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.notice import one_line

RECENT = 5
_AROUND = 80
"""Pixels beside a name: margins of the area and of the button."""


class DropArea(QWidget):
    """Drops themselves are the window's, wherever they fall."""

    open_asked = Signal()
    sample_asked = Signal()
    recent_asked = Signal(object)
    """A path."""

    def __init__(self) -> None:
        super().__init__()
        title = QLabel(self.tr("Drop photos here"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        title.setFont(font)
        text = QLabel(self.tr("They become .hfc files, far smaller than JPEG.\nA .hfc file opens beside its original."))
        open_button = QPushButton(self.tr("&Open…"))
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_asked)
        sample_button = QPushButton(self.tr("&Try the sample"))
        sample_button.clicked.connect(self.sample_asked)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch()
        self.recent = QWidget()
        self._recent = QVBoxLayout(self.recent)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(2)
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addLayout(buttons)
        layout.addSpacing(16)
        layout.addWidget(self.recent, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(240)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """The newest first; none of them need be there any more."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.recent.setVisible(bool(paths))
        if paths:
            title = QLabel(self.tr("Last opened"))
            title.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._recent.addWidget(title)
        for path in paths[:RECENT]:
            button = QPushButton()
            button.setFlat(True)
            button.setMinimumWidth(1)  # a long name must not keep the window wide
            button.setToolTip(str(path))
            button.setAccessibleName(path.name)
            button.clicked.connect(partial(self._ask, path))
            self._recent.addWidget(button)
        self._fit()

    def _fit(self) -> None:
        for button in self.recent.findChildren(QPushButton):
            button.setText(one_line(button.accessibleName(), button.fontMetrics(), self.width() - _AROUND))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names as long as there is room."""
        super().resizeEvent(event)
        self._fit()

    def _ask(self, path: Path, _: bool = False) -> None:
        self.recent_asked.emit(path)
