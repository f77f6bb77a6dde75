"""Paints what a pane shows of a side: from the level of detail that is seen, in the screen's colours."""

import math
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QColorSpace, QImage, QPainter

from app.jobs import Side
from app.layers import CELL, Layer, Pixels

_MOST_BYTES = 192_000_000
"""Of converted parts that are kept for the next paint: panning within them converts nothing."""
_SMOOTH_BELOW = 2.0
"""Scale from which single pixels are shown as squares."""
_BOARD = QColor(144, 144, 144), QColor(160, 160, 160)
"""Of the squares under transparent pictures: quiet, and black text is seen on them as white is."""
_SQUARE = 8
_GROUND = 128
"""Under transparent pictures that are compared, as where they are measured."""
_LABEL_GROUND = QColor(0, 0, 0, 150)
_SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)


class Sight(NamedTuple):
    """From a picture to a pane."""

    scale: float
    """Device pixels for each pixel of the picture."""
    centre: QPointF
    """The place in the picture that the middle of the pane shows."""
    ratio: float
    """Device pixels for each logical one."""

    def to_picture(self, point: QPointF, pane: QRectF) -> QPointF:
        """The place in the picture under a place of the widget."""
        return self.centre + (point - pane.center()) * (self.ratio / self.scale)

    @property
    def whole(self) -> bool:
        """Whether a pixel is a whole number of device pixels, and can be shown as it is."""
        return self.scale >= 1 and abs(self.scale - round(self.scale)) < 1e-6


class _Part(NamedTuple):
    """What is visible of a level, and where it lies in the widget."""

    rows: slice
    columns: slice
    target: QRectF


class _Kept(NamedTuple):
    image: QImage
    layers: tuple[Layer, Layer | None]
    """Held, so that their identities stay theirs."""


class SidePainter:
    """Keeps converted parts of the pictures that it painted last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._screen = _SRGB
        self._board = _board()

    def set_screen(self, space: QColorSpace) -> None:
        """The colours that the screen shows."""
        self._screen = space if space.isValid() else _SRGB
        self._kept.clear()

    def paint(self, painter: QPainter, pane: QRectF, side: Side, sight: Sight) -> None:
        """A side, on squares where it is transparent."""
        level = side.layer.level(sight.scale)
        part = _visible(pane, side.layer, level, sight)
        if part is None:
            return
        rows, columns = (
            _widened(each, length) for each, length in zip(part[:2], side.layer.levels[level].shape[:2], strict=True)
        )
        image = self._image(side, level, rows, columns)
        source = QRectF(
            part.columns.start - columns.start,
            part.rows.start - rows.start,
            part.columns.stop - part.columns.start,
            part.rows.stop - part.rows.start,
        )
        if side.layer.alpha is not None:
            painter.setBrushOrigin(pane.topLeft())  # the same squares on both sides
            painter.fillRect(part.target.intersected(pane), self._board)
        _draw(painter, pane, part.target, image, source, sight)

    def paint_difference(
        self, painter: QPainter, pane: QRectF, left: Side, right: Side, gain: int, sight: Sight
    ) -> None:
        """How far what is seen of two sides is apart in stored values, times `gain`: transparency shows mid grey."""
        level = min(left.layer.level(sight.scale), right.layer.level(sight.scale))
        part = _visible(pane, left.layer, level, sight)
        if part is None:
            return
        one, other = (_laid_on_grey(side, level, part) for side in (left, right))
        apart = np.minimum(np.abs(one - other) * gain, 255).astype(np.uint8)
        image = _as_image(apart)
        _draw(painter, pane, part.target, image, QRectF(image.rect()), sight)

    def _image(self, side: Side, level: int, rows: slice, columns: slice) -> QImage:
        behind = None if side.layer.complete else side.behind
        key = (
            id(side.layer),
            side.layer.version,
            id(behind),
            behind.version if behind is not None else 0,
            level,
            rows.start,
            rows.stop,
            columns.start,
            columns.stop,
            side.icc,
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key].image
        image = _on_screen(_as_image(side.layer.cut(level, rows, columns, behind)), side.icc, self._screen)
        if side.layer.alpha is not None:
            image.setAlphaChannel(_as_alpha(side.layer.alpha.cut(level, rows, columns)))
        self._kept[key] = _Kept(image, (side.layer, behind))
        while len(self._kept) > 2 and sum(kept.image.sizeInBytes() for kept in self._kept.values()) > _MOST_BYTES:
            self._kept.popitem(last=False)
        return image


def paint_label(painter: QPainter, pane: QRectF, text: str, edge: Qt.AlignmentFlag) -> None:
    """What a side is, at the left or right edge of its pane."""
    metrics = painter.fontMetrics()
    width, height = min(metrics.horizontalAdvance(text) + 16, pane.width() - 16), metrics.height() + 8
    left = pane.left() + 8 if edge == Qt.AlignmentFlag.AlignLeft else pane.right() - width - 8
    box = QRectF(left, pane.bottom() - height - 8, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_LABEL_GROUND)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(Qt.GlobalColor.white)
    elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) - 12)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, elided)


def _on_screen(image: QImage, icc: bytes | None, screen: QColorSpace) -> QImage:
    """The colours that `icc`, or else sRGB, means by the image's values."""
    space = QColorSpace.fromIccProfile(icc) if icc is not None else _SRGB
    if space.isValid() and space.colorModel() == QColorSpace.ColorModel.Gray:
        image = image.convertToFormat(QImage.Format.Format_Grayscale8)  # Qt gives a grey profile to no other image
    elif not space.isValid() or space.colorModel() != QColorSpace.ColorModel.Rgb:
        space = _SRGB
    if space != screen:
        image.setColorSpace(space)
        image = image.convertedToColorSpace(screen, QImage.Format.Format_RGB32)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _as_image(pixels: Pixels) -> QImage:
    """A copy: Qt's images do not hold the arrays that they look at."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _as_alpha(alpha: Pixels) -> QImage:
    alpha = np.ascontiguousarray(alpha)
    height, width = alpha.shape
    return QImage(alpha.data, width, height, width, QImage.Format.Format_Alpha8).copy()


def _laid_on_grey(side: Side, level: int, part: _Part) -> NDArray[np.int32]:
    """What is visible of a level, (h, w, 3), as it is measured: hidden pixels are alike on every side."""
    pixels = side.layer.cut(level, part.rows, part.columns, side.behind).astype(np.int32)
    if side.layer.alpha is None:
        return pixels
    alpha = side.layer.alpha.cut(level, part.rows, part.columns)[..., None].astype(np.int32)
    return (pixels * alpha + _GROUND * (255 - alpha) + 127) // 255


def _board() -> QBrush:
    """What transparent pictures lie on, the same in every theme."""
    tile = QImage(2 * _SQUARE, 2 * _SQUARE, QImage.Format.Format_RGB32)
    tile.fill(_BOARD[0])
    painter = QPainter(tile)
    for place in (0, _SQUARE):
        painter.fillRect(place, place, _SQUARE, _SQUARE, _BOARD[1])
    painter.end()
    return QBrush(tile)


def _widened(part: slice, length: int) -> slice:
    """Out to whole cells, so that a small move finds what it needs."""
    return slice(part.start // CELL * CELL, min(-(-part.stop // CELL) * CELL, length))


def _visible(pane: QRectF, layer: Layer, level: int, sight: Sight) -> _Part | None:
    """Rows and columns of a level that a pane shows."""
    step = 2**level
    per_pixel = sight.scale * step / sight.ratio
    top_left = sight.to_picture(pane.topLeft(), pane) / step
    bottom_right = sight.to_picture(pane.bottomRight(), pane) / step
    height, width = layer.levels[level].shape[:2]
    first = max(0, math.floor(top_left.x())), max(0, math.floor(top_left.y()))
    last = min(width, math.ceil(bottom_right.x()) + 1), min(height, math.ceil(bottom_right.y()) + 1)
    if first[0] >= last[0] or first[1] >= last[1]:
        return None
    origin = pane.topLeft() + QPointF(first[0] - top_left.x(), first[1] - top_left.y()) * per_pixel
    if sight.whole:  # on device pixels
        origin = QPointF(round(origin.x() * sight.ratio) / sight.ratio, round(origin.y() * sight.ratio) / sight.ratio)
    size = (last[0] - first[0]) * per_pixel, (last[1] - first[1]) * per_pixel
    return _Part(slice(first[1], last[1]), slice(first[0], last[0]), QRectF(origin.x(), origin.y(), *size))


def _draw(painter: QPainter, pane: QRectF, target: QRectF, image: QImage, source: QRectF, sight: Sight) -> None:
    painter.save()
    painter.setClipRect(pane, Qt.ClipOperation.IntersectClip)
    smooth = sight.scale < _SMOOTH_BELOW and not sight.whole
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(target, image, source)
    painter.restore()
