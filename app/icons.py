"""Icons of one set: drawings in one colour, tinted as the text of the window is."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.paths import resource

_SIZES = (16, 20, 24, 32, 48, 64)
APPLICATION = "hific-studio"


def icon(name: str, palette: QPalette) -> QIcon:
    """As bright or dark as the palette's button text, paler where it is disabled."""
    groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled)
    return _icon(name, *(palette.color(group, QPalette.ColorRole.ButtonText).rgba() for group in groups))


@lru_cache(maxsize=128)
def _icon(name: str, normal: int, disabled: int) -> QIcon:
    found = QIcon()
    for size in _SIZES:
        for mode, colour in ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, disabled)):
            found.addPixmap(pixmap(name, size, QColor.fromRgba(colour)), mode)
    return found


def application_icon() -> QIcon:
    """In colours of its own."""
    found = QIcon()
    for size in (*_SIZES, 128, 256):
        found.addPixmap(pixmap(APPLICATION, size, QColor(Qt.GlobalColor.black)))
    return found


def pixmap(name: str, size: int, colour: QColor) -> QPixmap:
    """`size` pixels square, what is drawn in currentColor in `colour`."""
    drawing = (resource("icons") / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour.name()).encode()))
    found = QPixmap(QSize(size, size))
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return found
