"""The queue as a table: a row for each picture, its state with its reason, totals."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt

from app.jobs import Compressed, Job, JobState

Index = QModelIndex | QPersistentModelIndex


@dataclass(slots=True)
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


class JobTable(QAbstractTableModel):
    """Rows in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._titles = (
            self.tr("Name"),
            self.tr("State"),
            self.tr("Pixels"),
            self.tr("Original"),
            self.tr("Size"),
            self.tr("Saving"),
            self.tr("bpp"),
            self.tr("Time"),
        )

    # --- content ------------------------------------------------------------------------------------------------

    def add(self, row: Row) -> None:
        """At the end."""
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows))
        self.rows.append(row)
        self.endInsertRows()

    def changed(self, row: Row) -> None:
        """Shows a row anew."""
        number = self.rows.index(row)
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(self._titles) - 1))

    def of(self, ticket: int) -> Row | None:
        """The row that a request belongs to."""
        return next((row for row in self.rows if row.ticket == ticket), None)

    def remove_finished(self) -> None:
        """Leaves what waits or runs."""
        self.beginResetModel()
        self.rows = [row for row in self.rows if row.state in (JobState.waiting, JobState.running)]
        self.endResetModel()

    def summary(self) -> str:
        """Totals in a line."""
        done = [row.result for row in self.rows if row.result is not None]
        failed = sum(row.state is JobState.failed for row in self.rows)
        left = sum(row.state in (JobState.waiting, JobState.running) for row in self.rows)
        parts = [self.tr("{} files").format(len(self.rows))]
        if done:
            before, after = (sum(getattr(each, name) for each in done) for name in ("source_bytes", "bytes"))
            parts.append(f"{size_text(before)} → {size_text(after)}")
        if left:
            seconds = sum(each.seconds for each in done) / len(done) * left if done else None
            parts.append(self.tr("{} left").format(left) + ("" if seconds is None else f" · {time_text(seconds)}"))
        if failed:
            parts.append(self.tr("{} failed").format(failed))
        return " · ".join(parts)

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

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows, says on hovering, and how it is aligned."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells(row)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.reason or str(row.result.output if row.result else row.job.source)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _cells(self, row: Row) -> tuple[str, ...]:
        done = row.result
        numbers = ("",) * 6
        if done is not None:
            numbers = (
                f"{done.width} × {done.height}",
                size_text(done.source_bytes),
                size_text(done.bytes),
                f"{done.saving:.0%}",
                f"{done.bits_per_pixel:.3f}",
                time_text(done.seconds),
            )
        return row.job.source.name, self._state(row), *numbers

    def _state(self, row: Row) -> str:
        match row.state:
            case JobState.waiting:
                return self.tr("waiting")
            case JobState.running:
                return f"{stage_text(row.stage)} {row.share:.0%}" if row.stage else self.tr("starting")
            case JobState.done:
                return self.tr("done") + (f" ({row.reason})" if row.reason else "")
            case JobState.cancelled:
                return self.tr("cancelled")
        return self.tr("failed: {}").format(row.reason)


def stage_text(stage: str) -> str:
    """The codec's word for what it does, for people."""
    names = {
        "read": QCoreApplication.translate("stage", "reading"),
        "analyse": QCoreApplication.translate("stage", "encoding"),
        "code": QCoreApplication.translate("stage", "coding"),
        "decode": QCoreApplication.translate("stage", "decoding"),
        "synthesise": QCoreApplication.translate("stage", "painting"),
        "write": QCoreApplication.translate("stage", "writing"),
        "search": QCoreApplication.translate("stage", "searching"),
        "download": QCoreApplication.translate("stage", "downloading"),
    }
    return names.get(stage, stage)


def size_text(size: float) -> str:
    """Bytes in units of a thousand."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def time_text(seconds: float) -> str:
    """A short length of time."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
