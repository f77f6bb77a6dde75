"""The queue as a table: a row for each picture, its state with its reason, totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QUrl,
)
from PySide6.QtGui import QIcon, QPixmap

from app.jobs import RIVALS, Compressed, Job, JobState, Score
from app.numerals import decimal

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
"""What a column is sorted by: numbers as numbers."""
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Row."""
ACTIVE = (JobState.waiting, JobState.running)


class Column(IntEnum):
    """From left to right."""

    picture = 0
    state = 1
    pixels = 2
    original = 3
    size = 4
    saving = 5
    bpp = 6
    psnr = 7
    ms_ssim = 8
    time = 9
    action = 10


@dataclass(slots=True, eq=False)
class Row:
    """One picture."""

    job: Job
    ticket: int | None = None
    state: JobState = JobState.waiting
    stage: str = ""
    share: float = 0.0
    reason: str = ""
    details: str = ""
    result: Compressed | None = None
    source_bytes: int = 0
    thumbnail: QPixmap | None = None
    score: Score | None = None
    score_ticket: int | None = None


class JobTable(QAbstractTableModel):
    """Rows in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._places: dict[int, int] = {}
        """Of each row by its identity: dropped folders have thousands, and each asks some times where it is."""
        self._by_ticket: dict[int, Row] = {}
        self._titles = (
            self.tr("Name"),
            self.tr("State"),
            self.tr("Pixels"),
            self.tr("Original"),
            self.tr("Size"),
            self.tr("Saving"),
            self.tr("bpp"),
            self.tr("PSNR"),
            self.tr("MS-SSIM"),
            self.tr("Time"),
            "",
        )

    # --- content ------------------------------------------------------------------------------------------------

    def add(self, rows: Sequence[Row]) -> None:
        """At the end."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self._remember(rows)
            self.endInsertRows()

    def changed(self, row: Row) -> None:
        """Shows a row anew, if it is still there."""
        number = self._places.get(id(row))
        if number is not None:
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(self._titles) - 1))

    def asked(self, row: Row, ticket: int) -> None:
        """A row's newest request; earlier ones are its no more."""
        row.ticket = ticket
        self._by_ticket[ticket] = row

    def of(self, ticket: int) -> Row | None:
        """The row that a request belongs to."""
        row = self._by_ticket.get(ticket)
        return row if row is not None and row.ticket == ticket else None

    def remove_finished(self) -> None:
        """Leaves what waits or runs."""
        self.beginResetModel()
        self.rows = [row for row in self.rows if row.state in ACTIVE]
        self._places.clear()
        self._by_ticket.clear()
        self._remember(self.rows)
        self.endResetModel()

    def _remember(self, rows: Sequence[Row]) -> None:
        """Where the last rows are, and whose their requests are."""
        self._places.update({id(row): number for number, row in enumerate(rows, len(self._places))})
        self._by_ticket.update({row.ticket: row for row in rows if row.ticket is not None})

    def summary(self) -> str:
        """Totals in a line."""
        done = [row.result for row in self.rows if row.result is not None]
        failed = sum(row.state is JobState.failed for row in self.rows)
        left = sum(row.state in ACTIVE for row in self.rows)
        parts = [self.tr("1 file") if len(self.rows) == 1 else self.tr("{} files").format(len(self.rows))]
        if done:
            before, after = (sum(getattr(each, name) for each in done) for name in ("source_bytes", "bytes"))
            parts.append(f"{size_text(before)} → {size_text(after)} ({saving_text(1 - after / max(before, 1))})")
        if left:
            seconds = self.seconds_left()
            parts.append(self.tr("{} to do").format(left))
            parts += [] if seconds is None else [self.tr("{} left").format(time_text(seconds))]
        if failed:
            parts.append(self.tr("{} failed").format(failed))
        return " · ".join(parts)

    def seconds_left(self) -> float | None:
        """By the bytes of what is done and what is not; None before anything is done."""
        done = [row.result for row in self.rows if row.result is not None]
        known = sum(each.source_bytes for each in done)
        if not known:
            return None
        pace = sum(each.seconds for each in done) / known
        return pace * sum(row.source_bytes * (1 - row.share) for row in self.rows if row.state in ACTIVE)

    # --- Qt's questions -----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of pictures."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Finished files can be dragged out."""
        flags = super().flags(index)
        if index.isValid() and self.rows[index.row()].result is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The .hfc files."""
        results = [self.rows[number].result for number in sorted({index.row() for index in indexes})]
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(each.output)) for each in results if each is not None])
        return data

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows, says on hovering, how it is aligned and sorted."""
        row, column = self.rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(row)[column]
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.picture:
            return f"{row.job.source.name}, {state_text(row)}"  # all that the narrow queue has is in this cell
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.reason or str(row.result.output if row.result else row.job.source)
        if role == Qt.ItemDataRole.TextAlignmentRole and column > Column.state:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DecorationRole and column is Column.picture:
            return None if row.thumbnail is None else QIcon(row.thumbnail)
        if role == SORT_ROLE:
            return _sort_value(row, column)
        return row if role == ROW_ROLE else None

    def _cells(self, row: Row) -> tuple[str, ...]:
        done, score = row.result, row.score
        numbers, scores, seconds = ("",) * 5, ("", ""), ""
        if done is not None:
            numbers = (
                f"{done.width} × {done.height}",
                size_text(done.source_bytes),
                size_text(done.bytes),
                saving_text(done.saving),
                decimal(done.bits_per_pixel, 3),
            )
            seconds = time_text(done.seconds)
        if score is not None:
            scores = (decimal(score.psnr, 2), "–" if score.ms_ssim is None else decimal(score.ms_ssim, 4))
        return row.job.source.name, state_text(row), *numbers, *scores, seconds, ""


def state_text(row: Row) -> str:
    """What a row is doing, or what came of it and why."""
    translate = QCoreApplication.translate
    match row.state:
        case JobState.waiting:
            return translate("JobTable", "waiting")
        case JobState.running:
            return f"{stage_text(row.stage)} {row.share:.0%}" if row.stage else translate("JobTable", "starting")
        case JobState.done:
            return translate("JobTable", "done") + (f" ({row.reason})" if row.reason else "")
        case JobState.cancelled:
            return row.reason or translate("JobTable", "cancelled")
    return translate("JobTable", "failed: {}").format(row.reason)


def _sort_value(row: Row, column: Column) -> Any:
    done, score = row.result, row.score
    if column is Column.picture:
        return row.job.source.name.casefold()
    if column is Column.state:
        return list(JobState).index(row.state)
    if column is Column.psnr:
        return -1.0 if score is None else score.psnr
    if column is Column.ms_ssim:
        return -1.0 if score is None else score.ms_ssim or 0.0
    if done is None or column is Column.action:
        return -2.0
    return {
        Column.pixels: done.width * done.height,
        Column.original: done.source_bytes,
        Column.size: done.bytes,
        Column.saving: done.saving,
        Column.bpp: done.bits_per_pixel,
        Column.time: done.seconds,
    }[column]


def stage_text(stage: str) -> str:
    """The codec's word for what it does, for people."""
    names = {
        "read": QCoreApplication.translate("stage", "reading"),
        "analyse": QCoreApplication.translate("stage", "encoding"),
        "refine": QCoreApplication.translate("stage", "refining"),
        "code": QCoreApplication.translate("stage", "coding"),
        "decode": QCoreApplication.translate("stage", "decoding"),
        "synthesise": QCoreApplication.translate("stage", "painting"),
        "write": QCoreApplication.translate("stage", "writing"),
        "check": QCoreApplication.translate("stage", "checking"),
        "twin": QCoreApplication.translate("stage", "preparing"),
        "tables": QCoreApplication.translate("stage", "making tables"),
        "search": QCoreApplication.translate("stage", "searching"),
        "measure": QCoreApplication.translate("stage", "measuring"),
        "download": QCoreApplication.translate("stage", "downloading"),
    }
    if stage in RIVALS:
        return QCoreApplication.translate("stage", "encoding {}").format(stage.upper())
    return names.get(stage, stage)


def size_text(size: float) -> str:
    """Bytes in units of a thousand."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{decimal(size, 0 if unit == 'B' or size >= 100 else 1)} {unit}"
        size /= 1000
    return f"{decimal(size, 2)} GB"


def saving_text(saving: float) -> str:
    """How the size changed: less is −."""
    return f"{'−' if saving >= 0 else '+'}{abs(saving):.0%}"


def time_text(seconds: float) -> str:
    """A short length of time."""
    if seconds < 60:
        return f"{decimal(seconds, 1)} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min" if seconds < 3600 else f"{decimal(seconds / 3600, 1)} h"
