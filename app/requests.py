"""Questions to the service and what is to be done with their answers."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from app.service import CodecService
from app.worker import Failure

Done = Callable[[object], None]


class _Waiting(NamedTuple):
    done: Done
    opened: Done | None
    painted: Callable[[], None] | None
    gone: Callable[[Failure | None], None] | None


class Requests(QObject):
    """By number; an answer that nobody waits for any more is dropped."""

    failed = Signal(object)
    """A Failure that nobody else hears."""

    def __init__(self, service: CodecService) -> None:
        super().__init__()
        self.service = service
        self._waiting: dict[int, _Waiting] = {}
        service.finished.connect(self._finished)
        service.failed.connect(self._failed)
        service.cancelled.connect(self._cancelled)
        service.opened.connect(self._opened)
        service.painted.connect(self._painted)

    def ask(
        self,
        ticket: int,
        done: Done,
        *,
        opened: Done | None = None,
        painted: Callable[[], None] | None = None,
        gone: Callable[[Failure | None], None] | None = None,
    ) -> int:
        """`done` hears the answer, `opened` and `painted` of what is known of it before; returns the number.

        `gone` hears that it was cancelled (None) or failed, of which nobody else hears then.
        """
        self._waiting[ticket] = _Waiting(done, opened, painted, gone)
        return ticket

    def drop(self, ticket: int | None) -> None:
        """Cancels, and forgets what was to be done."""
        if ticket is not None:
            self._waiting.pop(ticket, None)
            self.service.cancel(ticket)

    def _finished(self, ticket: int, answer: object) -> None:
        waiting = self._waiting.pop(ticket, None)
        if waiting is not None:
            waiting.done(answer)

    def _opened(self, ticket: int, answer: object) -> None:
        waiting = self._waiting.get(ticket)
        if waiting is not None and waiting.opened is not None:
            waiting.opened(answer)

    def _painted(self, ticket: int) -> None:
        waiting = self._waiting.get(ticket)
        if waiting is not None and waiting.painted is not None:
            waiting.painted()

    def _failed(self, ticket: int, failure: Failure) -> None:
        waiting = self._waiting.pop(ticket, None)
        if waiting is not None and waiting.gone is not None:
            waiting.gone(failure)
        elif waiting is not None:
            self.failed.emit(failure)

    def _cancelled(self, ticket: int) -> None:
        waiting = self._waiting.pop(ticket, None)
        if waiting is not None and waiting.gone is not None:
            waiting.gone(None)
