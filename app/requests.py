"""Questions to the service and what is to be done with their answers."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.service import CodecService
from app.worker import Failure

Done = Callable[[object], None]


class Requests(QObject):
    """By number; an answer that nobody waits for any more is dropped."""

    failed = Signal(object)
    """A Failure that nobody else hears."""

    def __init__(self, service: CodecService) -> None:
        super().__init__()
        self.service = service
        self._waiting: dict[int, Done] = {}
        service.finished.connect(self._finished)
        service.failed.connect(self._failed)
        service.cancelled.connect(self._forget)

    def ask(self, ticket: int, done: Done) -> int:
        """`done` hears the answer; returns the number."""
        self._waiting[ticket] = done
        return ticket

    def drop(self, ticket: int | None) -> None:
        """Cancels, and forgets what was to be done."""
        if ticket is not None:
            self._waiting.pop(ticket, None)
            self.service.cancel(ticket)

    def _finished(self, ticket: int, answer: object) -> None:
        done = self._waiting.pop(ticket, None)
        if done is not None:
            done(answer)

    def _failed(self, ticket: int, failure: Failure) -> None:
        if self._waiting.pop(ticket, None) is not None:
            self.failed.emit(failure)

    def _forget(self, ticket: int) -> None:
        self._waiting.pop(ticket, None)
