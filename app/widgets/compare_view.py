"""Two pictures under one transform: side by side, split by a slider, in turn, or as their difference."""

import math
from enum import Enum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QColorSpace,
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.jobs import Side
from app.layers import Region
from app.widgets.loupe import paint_loupe
from app.widgets.side_painter import SidePainter, Sight, paint_label

SURROUND = QColor(96, 96, 96)
"""The same neutral grey in every theme: a white or black one would change how the picture looks."""
_GRAB = 12
_LARGEST_SCALE = 32.0
_STEP = 1.25


class Mode(Enum):
    """How the sides are shown."""

    side_by_side = "side_by_side"
    slider = "slider"
    difference = "difference"


class CompareView(QWidget):
    """Holds two sides and what is their original; `moved` tells the pixel under the cursor and `zoomed` the scale."""

    moved = Signal(object)
    """(column, row) or None."""
    zoomed = Signal(float)
    """Device pixels for each pixel of the picture."""
    region_changed = Signal(object)
    """A Region, what is visible of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self._left: Side | None = None
        self._right: Side | None = None
        self._original: Side | None = None
        self._painter = SidePainter()
        self._loupe: QPointF | None = None
        self._has_loupe = False
        self._mode = Mode.side_by_side
        self._split = 0.5
        self._gain = 8
        self._flicker = False
        self._fitting = True
        self._scale = 1.0
        self._centre = QPointF()
        self._grabbed: QPoint | None = None
        self._moving_split = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 240)
        self.setAccessibleName(self.tr("Comparison"))
        self.setAccessibleDescription(self.tr("The original and its reconstruction; hold Space to see the original"))

    # --- what is shown ------------------------------------------------------------------------------------------

    def set_sides(self, left: Side | None, right: Side | None, original: Side | None = None) -> None:
        """Shows other pictures; zoom and place stay where the size is the same. `original` where that is not `left`."""
        before, panes = self._size(), len(self._panes())
        self._left, self._right, self._original = left, right, original or left
        if self._size() != before:
            self.fit()
        elif len(self._panes()) != panes:
            self._refit()
        self.update()

    def set_mode(self, mode: Mode) -> None:
        """Another way to compare."""
        self._mode = mode
        self._refit()
        self.update()

    def set_gain(self, gain: int) -> None:
        """By how much differences are multiplied."""
        self._gain = gain
        self.update()

    def set_split(self, share: float) -> None:
        """Where the slider stands, from 0 to 1."""
        self._split = min(max(share, 0.0), 1.0)
        self.update()

    def set_flicker(self, active: bool) -> None:
        """Shows the original in place of everything while `active`."""
        if active != self._flicker:
            self._flicker = active
            self.update()

    def set_loupe(self, active: bool) -> None:
        """Magnifies both sides under the cursor while `active`."""
        self._has_loupe = active
        self._loupe = QPointF(self.mapFromGlobal(QCursor.pos())) if active and self.underMouse() else None
        self.update()

    def set_screen(self, space: QColorSpace) -> None:
        """The colours that the screen shows."""
        self._painter.set_screen(space)
        self.update()

    @property
    def scale(self) -> float:
        """Device pixels for each pixel of the picture."""
        return self._scale

    def colours_at(self, column: int, row: int) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
        """Stored values of both sides at a pixel."""
        return tuple(
            None if side is None else tuple(int(v) for v in side.layer.pixels[row, column])
            for side in (self._left, self._right)
        )  # type: ignore[return-value]

    # --- zoom and place -----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole picture, never larger than 100 %."""
        size = self._size()
        self._fitting = True
        if size is None:
            return
        pane = self._panes()[0]
        ratio = self.devicePixelRatioF()
        self._scale = min(pane.width() * ratio / size[1], pane.height() * ratio / size[0], 1.0)
        self._centre = QPointF(size[1] / 2, size[0] / 2)
        self._changed()

    def _refit(self) -> None:
        """What fitted goes on fitting; of anything else another part may be seen."""
        if self._fitting:
            self.fit()
        else:
            self.region_changed.emit(self.region)

    def zoom_to(self, scale: float, around: QPointF | None = None) -> None:
        """`around`: what stays where it is, in this widget; its middle without."""
        size = self._size()
        if size is None:
            return
        pane = self._pane_at(around)
        middle = pane.center()
        anchor = around if around is not None else middle
        before = self._to_picture(anchor, pane)
        smallest = min(0.02, 64 / max(size))
        self._scale = min(max(scale, smallest), _LARGEST_SCALE)
        self._fitting = False
        offset = (anchor - middle) * (self.devicePixelRatioF() / self._scale)
        self._centre = before - offset
        self._changed()

    def zoom_by(self, steps: float, around: QPointF | None = None) -> None:
        """In steps of a quarter."""
        self.zoom_to(self._scale * _STEP**steps, around)

    def pan_by(self, delta: QPointF) -> None:
        """By so many logical pixels."""
        self._centre -= delta * (self.devicePixelRatioF() / self._scale)
        self._fitting = False
        self._changed()

    def _changed(self) -> None:
        size = self._size()
        if size is not None:
            self._centre = QPointF(
                min(max(self._centre.x(), 0.0), float(size[1])), min(max(self._centre.y(), 0.0), float(size[0]))
            )
        self.zoomed.emit(self._scale)
        self.region_changed.emit(self.region)
        self.update()

    def _size(self) -> tuple[int, int] | None:
        side = self._left or self._right
        return None if side is None else side.size

    def _panes(self) -> list[QRectF]:
        whole = QRectF(self.rect())
        if self._mode is Mode.side_by_side and self._left is not None and self._right is not None:
            half = math.floor(whole.width() / 2)
            return [
                QRectF(0, 0, half - 1, whole.height()),
                QRectF(half + 1, 0, whole.width() - half - 1, whole.height()),
            ]
        return [whole]

    def _pane_at(self, point: QPointF | None) -> QRectF:
        panes = self._panes()
        return panes[0] if point is None else next((pane for pane in panes if pane.contains(point)), panes[0])

    @property
    def _sight(self) -> Sight:
        return Sight(self._scale, self._centre, self.devicePixelRatioF())

    def _to_picture(self, point: QPointF, pane: QRectF) -> QPointF:
        return self._sight.to_picture(point, pane)

    @property
    def region(self) -> Region | None:
        """What is visible of the picture; None where there is none."""
        size = self._size()
        if size is None:
            return None
        pane = self._panes()[0]
        first, last = self._to_picture(pane.topLeft(), pane), self._to_picture(pane.bottomRight(), pane)
        top, left = max(math.floor(first.y()), 0), max(math.floor(first.x()), 0)
        bottom, right = min(math.ceil(last.y()), size[0]), min(math.ceil(last.x()), size[1])
        return Region(top, left, max(bottom - top, 0), max(right - left, 0))

    # --- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Only what is visible is cut from the picture, at the level of detail that is seen."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), SURROUND)
        left, right = self._left, self._right
        panes = self._panes()
        if self._flicker and self._original is not None:
            for pane in panes:
                self._painter.paint(painter, pane, self._original, self._sight)
                paint_label(painter, pane, self._original.label, Qt.AlignmentFlag.AlignLeft)
        elif len(panes) == 2 and left is not None and right is not None:
            for pane, side in zip(panes, (left, right), strict=True):
                self._painter.paint(painter, pane, side, self._sight)
                paint_label(painter, pane, side.label, Qt.AlignmentFlag.AlignLeft)
        elif left is not None and right is not None and self._mode is Mode.difference:
            self._painter.paint_difference(painter, panes[0], left, right, self._gain, self._sight)
            paint_label(painter, panes[0], self.tr("Difference × {}").format(self._gain), Qt.AlignmentFlag.AlignLeft)
        elif left is not None and right is not None and self._mode is Mode.slider:
            self._paint_split(painter, panes[0], left, right)
        elif (only := right or left) is not None:
            self._painter.paint(painter, panes[0], only, self._sight)
            paint_label(painter, panes[0], only.label, Qt.AlignmentFlag.AlignLeft)
        if self._loupe is not None and left is not None and right is not None:
            paint_loupe(painter, self._painter, panes, (left, right), self._loupe, self._sight)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_split(self, painter: QPainter, pane: QRectF, left: Side, right: Side) -> None:
        x = self._split_x()
        for side, clip, edge in (
            (left, QRectF(0, 0, x, pane.height()), Qt.AlignmentFlag.AlignLeft),
            (right, QRectF(x, 0, pane.width() - x, pane.height()), Qt.AlignmentFlag.AlignRight),
        ):
            painter.save()
            painter.setClipRect(clip)
            self._painter.paint(painter, pane, side, self._sight)
            paint_label(painter, pane, side.label, edge)
            painter.restore()
        painter.setPen(QPen(Qt.GlobalColor.black, 3))
        painter.drawLine(QPointF(x, 0), QPointF(x, pane.height()))
        painter.setPen(QPen(Qt.GlobalColor.white, 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, pane.height()))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawEllipse(QPointF(x, pane.height() / 2), 7, 7)

    # --- mouse and keyboard -------------------------------------------------------------------------------------

    def _split_x(self) -> float:
        return self._split * self.width()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grabs the slider or the picture."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        near = abs(event.position().x() - self._split_x()) < _GRAB
        self._moving_split = self._mode is Mode.slider and near
        self._grabbed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves what is grabbed."""
        position = event.position()
        if self._grabbed is not None and self._moving_split:
            self.set_split(position.x() / max(self.width(), 1))
        elif self._grabbed is not None:
            self.pan_by(position - QPointF(self._grabbed))
            self._grabbed = position.toPoint()
        on_split = self._mode is Mode.slider and abs(position.x() - self._split_x()) < _GRAB
        self.setCursor(Qt.CursorShape.SplitHCursor if on_split else Qt.CursorShape.ArrowCursor)
        self.moved.emit(self._pixel_at(position))
        if self._has_loupe:
            self._loupe = position
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._grabbed = None
        self._moving_split = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole picture and 100 %."""
        if self._fitting and self._scale < 1:
            self.zoom_to(1.0, event.position())
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """No pixel is under the cursor any more."""
        self.moved.emit(None)
        if self._loupe is not None:
            self._loupe = None
            self.update()

    def _pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        size = self._size()
        if size is None:
            return None
        found = self._to_picture(point, self._pane_at(point))
        column, row = math.floor(found.x()), math.floor(found.y())
        return (column, row) if 0 <= column < size[1] and 0 <= row < size[0] else None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms around the cursor; a touchpad's two fingers pan, with Ctrl zoom."""
        fingers = event.pixelDelta()
        if not fingers.isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(QPointF(fingers))
            return
        self.zoom_by(event.angleDelta().y() / 120, event.position())

    def event(self, event: QEvent) -> bool:
        """Pinching zooms; a screen of another density shows as much as before of what fitted."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_to(self._scale * (1 + event.value()), event.position())
            return True
        handled = super().event(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:  # the scale is in device pixels
            self._refit()
        return handled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space flickers, arrows pan (or move the slider with Shift), 1 2 3 place the slider."""
        step = 64.0
        moves = {
            Qt.Key.Key_Left: QPointF(step, 0),
            Qt.Key.Key_Right: QPointF(-step, 0),
            Qt.Key.Key_Up: QPointF(0, step),
            Qt.Key.Key_Down: QPointF(0, -step),
        }
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Space:
            self.set_flicker(True)
        elif key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
            self.set_split({Qt.Key.Key_1: 0.0, Qt.Key.Key_2: 0.5, Qt.Key.Key_3: 1.0}[key])
        elif key in moves and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.set_split(self._split - moves[key].x() / step / 50)
        elif key in moves:
            self.pan_by(moves[key])
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Ends the flicker."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.set_flicker(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        """A key that is let go elsewhere is not seen here."""
        self.set_flicker(False)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What fitted goes on fitting."""
        if self._fitting:
            self.fit()
