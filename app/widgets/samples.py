"""Samples of a run: each picture beside its reconstructions, step by step.

Steps are counted anew in each stage; those of realism come after those of rate and distortion.
"""

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.numerals import grouped


class _Moment(NamedTuple):
    """Of a run; moments are in the order in which they come."""

    realism: bool
    step: int


class _Picture(QWidget):
    """A pixmap as large as there is room, never larger than it is."""

    def __init__(self) -> None:
        super().__init__()
        self.pixmap = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(320, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    def paintEvent(self, event: QPaintEvent) -> None:
        """In the middle."""
        if self.pixmap.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.pixmap.size()
        if size.width() > self.width() or size.height() > self.height():
            size.scale(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = self.rect()
        place.setSize(size)
        place.moveCenter(self.rect().center())
        painter.drawPixmap(place, self.pixmap)
        painter.end()


class Samples(QWidget):
    """The newest step is shown until someone looks at an earlier one."""

    def __init__(self) -> None:
        super().__init__()
        self._paths: dict[_Moment, list[Path]] = {}
        self._shown: _Moment | None = None
        self._number = 0
        self.picture, self.caption = _Picture(), QLabel(self.tr("No samples yet"))
        self.picture.setToolTip(self.tr("The original, then its reconstructions from left to right"))
        self.picture.setAccessibleName(self.picture.toolTip())
        self.earlier, self.later = QPushButton("‹"), QPushButton("›")
        self.next = QPushButton(self.tr("Next"))
        self.next.setToolTip(self.tr("Another picture of this step"))
        self.earlier.setAccessibleName(self.tr("Earlier step"))
        self.later.setAccessibleName(self.tr("Later step"))
        for button in (self.earlier, self.later):
            button.setToolTip(button.accessibleName())
            button.setMaximumWidth(32)
        self.earlier.clicked.connect(lambda: self._move(-1))
        self.later.clicked.connect(lambda: self._move(1))
        self.next.clicked.connect(self._next)
        row = QHBoxLayout()
        row.addWidget(self.caption, 1)
        for button in (self.earlier, self.later, self.next):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.picture, 1)
        self._show()

    def clear(self) -> None:
        """Another run."""
        self._paths.clear()
        self._shown, self._number = None, 0
        self._show()

    def add(self, step: int, path: Path, stage: str) -> None:
        """A file that was written: the original, then its reconstructions from left to right."""
        moment = _Moment(stage == "gan", step)
        newest = max(self._paths, default=moment)
        paths = self._paths.setdefault(moment, [])
        if path not in paths:
            paths.append(path)
        if self._shown in (None, newest):
            self._shown = max(moment, newest)
        self._show()

    def _move(self, by: int) -> None:
        moments = sorted(self._paths)
        if self._shown is not None:
            self._shown = moments[min(max(moments.index(self._shown) + by, 0), len(moments) - 1)]
        self._show()

    def _next(self) -> None:
        if self._shown is not None:
            self._number = (self._number + 1) % len(self._paths[self._shown])
        self._show()

    def _show(self) -> None:
        moments, shown = sorted(self._paths), self._shown
        paths = self._paths[shown] if shown is not None else []
        self.earlier.setEnabled(bool(moments) and shown != moments[0])
        self.later.setEnabled(bool(moments) and shown != moments[-1])
        self.next.setEnabled(len(paths) > 1)
        if shown is None:
            self.picture.pixmap = QPixmap()
            self.caption.setText(self.tr("No samples yet"))
        else:
            number = min(self._number, len(paths) - 1)
            self.picture.pixmap = QPixmap(str(paths[number]))
            text = (
                self.tr("Realism, step {}, picture {} of {}") if shown.realism else self.tr("Step {}, picture {} of {}")
            )
            self.caption.setText(text.format(grouped(shown.step), number + 1, len(paths)))
        self.picture.update()
