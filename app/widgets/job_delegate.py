"""How a row of the queue is painted: as two lines where the queue is narrow, and what its button does."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.icons import icon
from app.jobs import JobState
from app.numerals import decimal
from app.widgets.job_table import ACTIVE, ROW_ROLE, Column, Row, saving_text, state_text

THUMBNAIL = 40
NARROW_HEIGHT, WIDE_HEIGHT = 56, 32
_BUTTON = 20
_GAP = 8
Index = QModelIndex | QPersistentModelIndex


class JobDelegate(QStyledItemDelegate):
    """Paints the name's column in the narrow queue, and every row's button."""

    button_pressed = Signal(object)
    """Of a Row: cancels, tries again or shows the folder, as its state is."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for two lines, or for one."""
        size = super().sizeHint(option, index)
        size.setHeight(NARROW_HEIGHT if self.narrow else WIDE_HEIGHT)
        if index.column() == Column.action:
            size.setWidth(_BUTTON + _GAP)
        return size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's own way where that will do."""
        column = index.column()
        if self.narrow and column == Column.picture:
            self._paint_narrow(painter, option, index)
        else:
            super().paint(painter, option, index)
        if self._has_button(column):
            row: Row = index.data(ROW_ROLE)
            icon(button_of(row)[0], option.palette).paint(painter, self._button(option.rect))

    def _paint_narrow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(ROW_ROLE)
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        rect: QRect = option.rect.adjusted(_GAP, 0, -_GAP, 0)
        self._paint_thumbnail(
            painter, QRect(rect.left(), rect.center().y() - THUMBNAIL // 2 + 1, THUMBNAIL, THUMBNAIL), row
        )
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette: QPalette = option.palette
        colour = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        left = rect.left() + THUMBNAIL + _GAP
        width = self._button(option.rect).left() - _GAP - left
        metrics, line = option.fontMetrics, option.fontMetrics.height()
        top = rect.center().y() - line
        painter.save()
        painter.setPen(colour)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = metrics.elidedText(row.job.source.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(left, top, width, line), flags, name)
        if not selected:
            colour.setAlphaF(0.72)
        painter.setPen(colour)
        second = metrics.elidedText(second_line(row), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, top + line + 2, width, line), flags, second)
        if row.state is JobState.running:
            bar = QRect(left, option.rect.bottom() - 4, width, 3)
            painter.fillRect(bar, QColor(128, 128, 128, 70))
            bar.setWidth(round(width * row.share))
            painter.fillRect(bar, colour if selected else palette.color(QPalette.ColorRole.Highlight))
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, place: QRect, row: Row) -> None:
        if row.thumbnail is None:
            name = "warning" if row.state is JobState.failed else "picture"
            icon(name, QApplication.palette()).paint(painter, place.adjusted(8, 8, -8, -8))
            return
        size = row.thumbnail.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        where = QRect(0, 0, size.width(), size.height())
        where.moveCenter(place.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(where, row.thumbnail)

    # --- the button ---------------------------------------------------------------------------------------------

    def _has_button(self, column: int) -> bool:
        return column == (Column.picture if self.narrow else Column.action)

    def _button(self, rect: QRect) -> QRect:
        return QRect(rect.right() - _BUTTON - _GAP // 2, rect.center().y() - _BUTTON // 2 + 1, _BUTTON, _BUTTON)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """A click on the button acts; the row stays selected as it was."""
        if isinstance(event, QMouseEvent) and event.button() is Qt.MouseButton.LeftButton:
            inside = self._has_button(index.column()) and self._button(option.rect).contains(event.position().toPoint())
            if inside and event.type() is QEvent.Type.MouseButtonRelease:
                self.button_pressed.emit(index.data(ROW_ROLE))
            if inside:
                return True
        return super().editorEvent(event, model, option, index)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Says what the button does."""
        if index.isValid() and self._has_button(index.column()) and self._button(option.rect).contains(event.pos()):
            words = {
                "cancel": self.tr("Cancel"),
                "retry": self.tr("Try again"),
                "folder": self.tr("Show in folder"),
            }
            QToolTip.showText(event.globalPos(), words[button_of(index.data(ROW_ROLE))[0]], view)
            return True
        return super().helpEvent(event, view, option, index)


def button_of(row: Row) -> tuple[str, str]:
    """Icon of a row's button, and the name of what it asks for."""
    if row.state in ACTIVE:
        return "cancel", "cancel_asked"
    return ("folder", "folder_asked") if row.state is JobState.done else ("retry", "retry_asked")


def second_line(row: Row) -> str:
    """Bits per pixel and saving of what is done, the state of what is not."""
    if row.result is None:
        return state_text(row)
    parts = [f"{decimal(row.result.bits_per_pixel, 3)} bpp", saving_text(row.result.saving)]
    if row.score is not None:
        parts.append(f"{decimal(row.score.psnr, 1)} dB")
    return " · ".join([*parts, state_text(row)])
