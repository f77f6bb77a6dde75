"""The queue's wires: a row for each dropped picture, a request for each row."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import Choice, Compressed, Found, JobState
from app.pages.queue_page import QueuePage
from app.service import CodecService
from app.widgets.job_table import Row
from app.worker import Failure


class Queueing(QObject):
    """One bad file never stops the rest."""

    compressed = Signal(object)
    """A Compressed."""

    def __init__(self, service: CodecService, page: QueuePage, choice: Callable[[], Choice]) -> None:
        super().__init__()
        self._service, self._page, self._choice = service, page, choice
        page.cancel_asked.connect(lambda row: service.cancel(row.ticket))
        page.retry_asked.connect(self._submit)
        service.started.connect(self._started)
        service.progressed.connect(self._progressed)
        service.finished.connect(self._finished)
        service.failed.connect(self._failed)
        service.cancelled.connect(self._cancelled)

    def add(self, pictures: Sequence[Found], folder: Path | None, suffix: str) -> None:
        """Plans the outputs of all together and asks for each."""
        for job in self._service.plan(pictures, folder, suffix):
            row = Row(job)
            self._page.table.add(row)
            self._submit(row)

    def _submit(self, row: Row) -> None:
        row.state, row.reason, row.stage, row.share = JobState.waiting, "", "", 0.0
        row.ticket = self._service.compress(row.job, self._choice())
        self._show(row)

    def _show(self, row: Row) -> None:
        self._page.table.changed(row)
        self._page.refresh()

    def _started(self, ticket: int) -> None:
        row = self._page.table.of(ticket)
        if row is not None:
            row.state = JobState.running
            self._show(row)

    def _progressed(self, ticket: int, stage: str, share: float) -> None:
        row = self._page.table.of(ticket)
        if row is not None:
            row.stage, row.share = stage, share
            self._page.table.changed(row)

    def _finished(self, ticket: int, answer: object) -> None:
        row = self._page.table.of(ticket)
        if row is not None and isinstance(answer, Compressed):
            row.state, row.result, row.reason = JobState.done, answer, " ".join(answer.notes)
            self._show(row)
            self.compressed.emit(answer)

    def _failed(self, ticket: int, failure: Failure) -> None:
        row = self._page.table.of(ticket)
        if row is not None:
            row.state, row.reason, row.details = JobState.failed, failure.sentence, failure.details
            self._show(row)

    def _cancelled(self, ticket: int) -> None:
        row = self._page.table.of(ticket)
        if row is not None:
            row.state = JobState.cancelled
            self._show(row)
