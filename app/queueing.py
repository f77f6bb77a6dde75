"""The queue's wires: a row for each dropped picture, a request for each row, then its thumbnail and its score."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from app.jobs import Choice, Compressed, Found, JobState, Score, Skipped
from app.pages.queue_page import QueuePage
from app.preferences import Preferences
from app.requests import Requests
from app.service import CodecService
from app.widgets.job_delegate import THUMBNAIL
from app.widgets.job_table import ACTIVE, Row
from app.worker import Failure

RULES = ("unique", "skip", "overwrite")


class Queueing(QObject):
    """One bad file never stops the rest."""

    compressed = Signal(object)
    """A Compressed."""

    def __init__(
        self,
        requests: Requests,
        service: CodecService,
        page: QueuePage,
        choice: Callable[[], Choice],
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self._requests, self._service, self._page = requests, service, page
        self._choice, self._preferences = choice, preferences
        self._without_thumbnail: deque[Row] = deque()
        self._painting = False
        self._scoring: dict[int, Row] = {}
        page.show_scores(preferences.measure)
        page.cancel_asked.connect(self._cancel)
        page.retry_asked.connect(self._submit)
        service.started.connect(self._started)
        service.progressed.connect(self._progressed)
        service.finished.connect(self._finished)
        service.failed.connect(self._failed)
        service.cancelled.connect(self._cancelled)

    def add(self, pictures: Sequence[Found]) -> None:
        """Plans the outputs of all together and asks for each."""
        p = self._preferences
        if not p.keep_structure:
            pictures = [replace(each, root=None) for each in pictures]
        folder = Path(p.output_folder) if p.output_folder else None
        rows = [Row(job, source_bytes=_size(job.source)) for job in self._service.plan(pictures, folder, p.suffix)]
        self._page.table.add(rows)
        for row in rows:
            self._submit(row)
        self._page.refresh()
        self._without_thumbnail += rows
        self._next_thumbnail()

    def _submit(self, row: Row) -> None:
        row.state, row.reason, row.details, row.stage, row.share = JobState.waiting, "", "", "", 0.0
        row.result = row.score = None
        rule = self._preferences.on_collision
        ticket = self._service.compress_by(row.job, self._choice(), rule if rule in RULES else RULES[0])
        self._page.table.asked(row, ticket)
        self._show(row)

    def _cancel(self, row: Row) -> None:
        if row.score_ticket is not None:
            self._service.cancel(row.score_ticket)
        if row.state in ACTIVE and row.ticket is not None:
            self._service.cancel(row.ticket)

    def _show(self, row: Row) -> None:
        self._page.table.changed(row)
        self._page.refresh_soon()

    # --- what the service says ----------------------------------------------------------------------------------

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
        if row is None:
            self._scored(ticket, answer)
        elif isinstance(answer, Skipped):
            row.state = JobState.cancelled
            row.reason = self.tr("skipped: {} is there already").format(answer.output.name)
            self._show(row)
        elif isinstance(answer, Compressed):
            row.state, row.result, row.reason = JobState.done, answer, " ".join(answer.notes)
            self._show(row)
            self._score(row, answer)
            self.compressed.emit(answer)

    def _failed(self, ticket: int, failure: Failure) -> None:
        row = self._page.table.of(ticket)
        if row is not None:
            row.state, row.reason, row.details = JobState.failed, failure.sentence, failure.details
            self._show(row)
        else:
            self._scored(ticket, failure)

    def _cancelled(self, ticket: int) -> None:
        row = self._page.table.of(ticket)
        if row is not None:
            row.state = JobState.cancelled
            self._show(row)
        else:
            self._scored(ticket, None)

    # --- scores and thumbnails ----------------------------------------------------------------------------------

    def _score(self, row: Row, done: Compressed) -> None:
        if self._preferences.measure:
            row.score_ticket = self._service.score(done)
            self._scoring[row.score_ticket] = row

    def _scored(self, ticket: int, answer: object) -> None:
        row = self._scoring.pop(ticket, None)
        if row is not None and row.score_ticket == ticket:
            row.score_ticket = None
            if isinstance(answer, Score):
                row.score = answer
            elif isinstance(answer, Failure):
                row.reason, row.details = self.tr("not measured: {}").format(answer.sentence), answer.details
            self._page.table.changed(row)

    def _next_thumbnail(self) -> None:
        """One at a time: a thousand of them must not keep other work of that thread waiting."""
        if self._painting or not self._without_thumbnail:
            return
        row = self._without_thumbnail.popleft()
        self._painting = True

        def have(answer: object) -> None:
            self._painting = False
            if isinstance(answer, np.ndarray):
                height, width = answer.shape[:2]
                image = QImage(answer.data, width, height, 3 * width, QImage.Format.Format_RGB888)
                row.thumbnail = QPixmap.fromImage(image)  # a copy: the array goes
                self._page.table.changed(row)
            self._next_thumbnail()

        self._requests.ask(self._service.thumbnail(row.job.source, 2 * THUMBNAIL), have)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
