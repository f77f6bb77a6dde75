"""The loupe: the same place of both sides, magnified, beside one another under the cursor."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.jobs import Side
from app.widgets.side_painter import SidePainter, Sight

SIDE = 168.0
"""Of each of the two squares, in logical pixels."""
MAGNIFIED = 4
_SURROUND = QColor(96, 96, 96)


def loupe_boxes(panes: list[QRectF], place: QPointF) -> tuple[QRectF, QRectF]:
    """The squares of left and right side: one in each pane, or both around the cursor where there is one pane."""
    if len(panes) == 2:
        pane = next((each for each in panes if each.contains(place)), panes[0])
        inside = place - pane.topLeft()
        first, second = (_square(each.topLeft() + inside, each) for each in panes)
        return first, second
    left, right = panes[0].adjusted(0, 0, -SIDE, 0), panes[0].adjusted(SIDE, 0, 0, 0)
    return _square(place - QPointF(SIDE / 2, 0), left), _square(place + QPointF(SIDE / 2, 0), right)


def paint_loupe(
    painter: QPainter,
    sides_painter: SidePainter,
    panes: list[QRectF],
    sides: tuple[Side, Side],
    place: QPointF,
    sight: Sight,
) -> None:
    """Four times as large as around it, and never below four device pixels for each of the picture's."""
    pane = next((each for each in panes if each.contains(place)), panes[0])
    scale = float(round(max(sight.scale * MAGNIFIED, MAGNIFIED)))
    magnified = Sight(scale, sight.to_picture(place, pane), sight.ratio)
    for box, side in zip(loupe_boxes(panes, place), sides, strict=True):
        painter.fillRect(box, _SURROUND)
        sides_painter.paint(painter, box, side, magnified)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(Qt.GlobalColor.black, 3))
        painter.drawRect(box)
        painter.setPen(QPen(Qt.GlobalColor.white, 1))
        painter.drawRect(box)


def _square(centre: QPointF, pane: QRectF) -> QRectF:
    """Around a place, but inside its pane."""
    left = min(max(centre.x() - SIDE / 2, pane.left()), pane.right() - SIDE)
    top = min(max(centre.y() - SIDE / 2, pane.top()), pane.bottom() - SIDE)
    return QRectF(left, top, SIDE, SIDE)
