"""The queue: what was dropped, how far it is, what failed and why."""

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QMenu, QPushButton, QTableView, QVBoxLayout, QWidget

from app.jobs import JobState
from app.widgets.job_table import JobTable, Row


class QueuePage(QWidget):
    """Double click opens a row; its menu cancels, retries, shows the folder."""

    open_asked = Signal(object)
    cancel_asked = Signal(object)
    retry_asked = Signal(object)
    folder_asked = Signal(object)
    details_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.table = JobTable()
        self.view = QTableView()
        self.view.setModel(self.table)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.view.verticalHeader().hide()
        self.view.setShowGrid(False)
        self.view.setAlternatingRowColors(True)
        self.view.setAccessibleName(self.tr("Queue"))
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column, width in ((0, 110), (1, 120)):  # names and reasons are as long as they like
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.view.setColumnWidth(column, width)
        header.setStretchLastSection(True)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.activated.connect(self._activated)
        self.total = QLabel()
        self.cancel_all = QPushButton(self.tr("Cancel all"))
        self.cancel_all.clicked.connect(self._cancel_all)
        self.clear = QPushButton(self.tr("Clear finished"))
        self.clear.clicked.connect(self._clear)
        bottom = QHBoxLayout()
        bottom.addWidget(self.total, 1)
        bottom.addWidget(self.clear)
        bottom.addWidget(self.cancel_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        self.refresh()

    def refresh(self) -> None:
        """Totals and what can be pressed."""
        rows = self.table.rows
        self.total.setText(self.table.summary() if rows else self.tr("Nothing waits"))
        active = any(row.state in (JobState.waiting, JobState.running) for row in rows)
        self.cancel_all.setEnabled(active)
        self.clear.setEnabled(any(row.state not in (JobState.waiting, JobState.running) for row in rows))

    def _clear(self) -> None:
        self.table.remove_finished()
        self.refresh()

    def _cancel_all(self) -> None:
        for row in list(self.table.rows):
            if row.state in (JobState.waiting, JobState.running):
                self.cancel_asked.emit(row)

    def _activated(self, index: QModelIndex) -> None:
        row = self.table.rows[index.row()]
        if row.state is JobState.done:
            self.open_asked.emit(row)
        elif row.state is JobState.failed:
            self.details_asked.emit(row)

    def _menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if index.isValid():
            self.menu_for(self.table.rows[index.row()]).popup(self.view.viewport().mapToGlobal(place))

    def menu_for(self, row: Row) -> QMenu:
        """What can be done with a row in its state."""
        menu = QMenu(self)
        for text, states, signal in (
            (self.tr("Open"), (JobState.done,), self.open_asked),
            (self.tr("Cancel"), (JobState.waiting, JobState.running), self.cancel_asked),
            (self.tr("Try again"), (JobState.failed, JobState.cancelled), self.retry_asked),
            (self.tr("Details…"), (JobState.failed,), self.details_asked),
            (self.tr("Show in folder"), (JobState.done,), self.folder_asked),
        ):
            if row.state in states:
                menu.addAction(text, partial(signal.emit, row))
        return menu
