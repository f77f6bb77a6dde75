"""The queue: what was dropped, how far it is, what failed and why."""

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QMenu, QTableView, QToolButton, QVBoxLayout, QWidget

from app.icons import icon
from app.jobs import JobState
from app.widgets.job_delegate import NARROW_HEIGHT, WIDE_HEIGHT, JobDelegate, button_of
from app.widgets.job_table import ACTIVE, ROW_ROLE, SORT_ROLE, Column, JobTable, Row

NARROW = 480
"""Pixels of width below which the queue is a list."""
NAME_WIDTH = 160
"""At least."""
_SOON = 50
"""Milliseconds that totals may be old: thousands of rows may change at once, and each is in them."""


class QueuePage(QWidget):
    """Double click opens a row; its menu and its button cancel, retry, show the folder."""

    open_asked = Signal(object)
    cancel_asked = Signal(object)
    retry_asked = Signal(object)
    folder_asked = Signal(object)
    details_asked = Signal(object)
    refreshed = Signal()
    """What can be pressed may have changed."""

    def __init__(self) -> None:
        super().__init__()
        self.table = JobTable()
        self.sorted = QSortFilterProxyModel()
        self.sorted.setSourceModel(self.table)
        self.sorted.setSortRole(SORT_ROLE)
        self.delegate = JobDelegate()
        self.delegate.button_pressed.connect(lambda row: getattr(self, button_of(row)[1]).emit(row))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON)
        self._soon.timeout.connect(self._refresh_due)
        self._due = False
        self._scores = False
        self._narrow: bool | None = None
        self._build_view()
        self.total = QLabel()
        self.total.setWordWrap(True)
        self.cancel_all, self.retry_all, self.clear = QToolButton(), QToolButton(), QToolButton()
        bottom = QHBoxLayout()
        bottom.addWidget(self.total, 1)
        for button, name, text, do in (
            (self.cancel_all, "cancel", self.tr("Cancel all"), self.cancel_everything),
            (self.retry_all, "retry", self.tr("Try all failed again"), self.retry_failed),
            (self.clear, "clear", self.tr("Empty the queue of what is done"), self.clear_finished),
        ):
            button.setObjectName(name)
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.setAutoRaise(True)
            button.setIconSize(QSize(20, 20))
            button.clicked.connect(do)
            bottom.addWidget(button)
        self._tint()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        self.setMinimumWidth(240)
        self._arrange()
        self.refresh()

    def _build_view(self) -> None:
        self.view = QTableView()
        self.view.setModel(self.sorted)
        self.view.setItemDelegate(self.delegate)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.view.verticalHeader().hide()
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.setAlternatingRowColors(True)
        self.view.setDragEnabled(True)
        self.view.setTabKeyNavigation(False)  # Tab would go from cell to cell and never out
        self.view.setIconSize(QSize(WIDE_HEIGHT - 6, WIDE_HEIGHT - 6))
        self.view.setAccessibleName(self.tr("Queue"))
        header = self.view.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.view.setSortingEnabled(True)
        header.setHighlightSections(False)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.activated.connect(self._activated)

    # --- a list or a table --------------------------------------------------------------------------------------

    def show_scores(self, shown: bool) -> None:
        """PSNR and MS-SSIM have columns when they are measured."""
        self._scores = shown
        self._narrow = None
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < NARROW
        if narrow is self._narrow:
            return
        self._narrow = self.delegate.narrow = narrow
        header = self.view.horizontalHeader()
        header.setVisible(not narrow)
        for column in Column:
            score = column in (Column.psnr, Column.ms_ssim)
            self.view.setColumnHidden(column, column is not Column.picture if narrow else score and not self._scores)
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(24)
        if narrow:
            header.setSectionResizeMode(Column.picture, QHeaderView.ResizeMode.Stretch)
        else:  # names and reasons are as long as they like
            for column, width in ((Column.picture, NAME_WIDTH), (Column.state, 100)):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
                self.view.setColumnWidth(column, width)
        self.view.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if narrow else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        self.view.verticalHeader().setDefaultSectionSize(NARROW_HEIGHT if narrow else WIDE_HEIGHT)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has icons of another colour."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "clear"):
            self._tint()

    def _tint(self) -> None:
        for button in (self.cancel_all, self.retry_all, self.clear):
            button.setIcon(icon(button.objectName(), self.palette()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wide enough for columns, or not."""
        super().resizeEvent(event)
        self._arrange()
        if not self._narrow:
            others = sum(self.view.columnWidth(column) for column in Column if column is not Column.picture)
            self.view.setColumnWidth(Column.picture, max(NAME_WIDTH, self.view.viewport().width() - others))

    # --- what is asked ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Totals and what can be pressed."""
        rows = self.table.rows
        self.total.setText(self.table.summary() if rows else self.tr("Nothing waits"))
        states = {row.state for row in rows}
        self.cancel_all.setEnabled(bool(states & set(ACTIVE)))
        self.clear.setEnabled(bool(states - set(ACTIVE)))
        self.retry_all.setVisible(JobState.failed in states)
        self.refreshed.emit()

    def refresh_soon(self) -> None:
        """The same now, or, where that was done just now, once for all that changes until it is due again."""
        if self._soon.isActive():
            self._due = True
        else:
            self.refresh()
            self._soon.start()

    def _refresh_due(self) -> None:
        if self._due:
            self._due = False
            self.refresh_soon()

    def clear_finished(self) -> None:
        """Leaves what waits or runs."""
        self.table.remove_finished()
        self.refresh()

    def cancel_everything(self) -> None:
        """What waits, and what runs."""
        for row in list(self.table.rows):
            if row.state in ACTIVE or row.score_ticket is not None:
                self.cancel_asked.emit(row)

    def retry_failed(self) -> None:
        """Every failed row again."""
        for row in list(self.table.rows):
            if row.state is JobState.failed:
                self.retry_asked.emit(row)

    def _activated(self, index: QModelIndex) -> None:
        row: Row = index.data(ROW_ROLE)
        if row.state is JobState.done:
            self.open_asked.emit(row)
        elif row.state is JobState.failed:
            self.details_asked.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete cancels the chosen rows."""
        if event.key() == Qt.Key.Key_Delete:
            for index in self.view.selectionModel().selectedRows():
                row: Row = index.data(ROW_ROLE)
                if row.state in ACTIVE:
                    self.cancel_asked.emit(row)
        else:
            super().keyPressEvent(event)

    def _menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if not index.isValid():  # asked for by the keyboard
            index = self.view.currentIndex()
        if index.isValid():
            self.menu_for(index.data(ROW_ROLE)).popup(self.view.viewport().mapToGlobal(place))

    def menu_for(self, row: Row) -> QMenu:
        """What can be done with a row in its state."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, states, signal in (
            (self.tr("Open"), (JobState.done,), self.open_asked),
            (self.tr("Cancel"), ACTIVE, self.cancel_asked),
            (self.tr("Try again"), (JobState.failed, JobState.cancelled), self.retry_asked),
            (self.tr("Details…"), (JobState.failed,), self.details_asked),
            (self.tr("Show in folder"), (JobState.done,), self.folder_asked),
        ):
            if row.state in states:
                menu.addAction(text, partial(signal.emit, row))
        path = str(row.result.output if row.result else row.job.source)
        menu.addAction(self.tr("Copy path"), partial(QGuiApplication.clipboard().setText, path))
        return menu
