"""A thread with a queue: work goes in, signals come out, and cancelling acts at the next word of progress."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

Progress = Callable[[str, float], None]
Work = Callable[[Progress], object]
_left_behind: list["Lane"] = []
"""Closed while their work did not end in time: Qt ends the program where a running thread is destroyed."""
_MOST_OFTEN = 0.06
"""Seconds between two words of progress."""
_STACK = 16 << 20
"""Bytes: macOS gives threads too little for torch."""


class Stopped(Exception):
    """Someone cancelled."""


class Failure(NamedTuple):
    """What a person reads, and what helps to find the cause."""

    sentence: str
    details: str
    kind: str = ""
    """Name of the error's class, where something can be offered against it."""


class _Task(NamedTuple):
    ticket: int
    work: Work
    stop: threading.Event


class _Thread(QThread):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()


class Lane(QObject):
    """One thread; tasks run one after the other, urgent ones before the others."""

    started = Signal(int)
    progressed = Signal(int, str, float)
    finished = Signal(int, object)
    failed = Signal(int, object)
    """The second is a Failure."""
    cancelled = Signal(int)
    idle = Signal()

    def __init__(self, name: str, describe: Callable[[BaseException], Failure | None]) -> None:
        """`describe` turns an exception into what a person reads, None for one that means "cancelled"."""
        super().__init__()
        self._describe = describe
        self._tasks: deque[_Task] = deque()
        self._urgent: deque[_Task] = deque()
        self._lock = threading.Condition()
        self._current: _Task | None = None
        self._closing = False
        # this object stays with the window's thread, so that its signals reach their receivers there
        self._thread = _Thread(self._run)
        self._thread.setObjectName(name)
        self._thread.setStackSize(_STACK)
        self._thread.start()

    def submit(self, ticket: int, work: Work, urgent: bool = False) -> None:
        """Queues work; what is urgent goes before what is not, each in its order."""
        task = _Task(ticket, work, threading.Event())
        with self._lock:
            (self._urgent if urgent else self._tasks).append(task)
            self._lock.notify()

    def cancel(self, ticket: int) -> None:
        """Takes it from the queue, or stops it at its next word of progress."""
        with self._lock:
            queues = (self._urgent, self._tasks)
            waiting = next((task for queue in queues for task in queue if task.ticket == ticket), None)
            if waiting is not None:
                (self._urgent if waiting in self._urgent else self._tasks).remove(waiting)
            elif self._current is not None and self._current.ticket == ticket:
                self._current.stop.set()
        if waiting is not None:
            self.cancelled.emit(ticket)

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        with self._lock:
            return self._current is not None or bool(self._tasks or self._urgent)

    @property
    def current(self) -> int | None:
        """The number of what runs."""
        with self._lock:
            return None if self._current is None else self._current.ticket

    def leave(self) -> None:
        """Drops what waits, stops what runs at its next word of progress, and begins nothing any more."""
        with self._lock:
            self._closing = True
            self._tasks.clear()
            self._urgent.clear()
            if self._current is not None:
                self._current.stop.set()
            self._lock.notify()

    def close(self, patience: float | None = None) -> bool:
        """Leaves, and waits for the thread, at most `patience` seconds; whether it has ended."""
        self.leave()
        forever = QDeadlineTimer.ForeverConstant.Forever
        ended = self._thread.wait(QDeadlineTimer(forever if patience is None else round(patience * 1000)))
        if not ended:
            _left_behind.append(self)
        return ended

    def _run(self) -> None:
        while True:
            with self._lock:
                while not (self._tasks or self._urgent or self._closing):
                    self._lock.wait()
                if self._closing:
                    return
                task = self._current = (self._urgent or self._tasks).popleft()
            self._work_on(task)
            del task  # and with it the pictures that its work held
            with self._lock:
                self._current = None
                empty = not (self._tasks or self._urgent)
            if empty:
                self.idle.emit()

    def _work_on(self, task: _Task) -> None:
        last = 0.0

        def progress(stage: str, share: float) -> None:
            nonlocal last
            if task.stop.is_set():
                raise Stopped
            now = time.monotonic()
            if now - last > _MOST_OFTEN:
                last = now
                self.progressed.emit(task.ticket, stage, share)

        self.started.emit(task.ticket)
        try:
            result = task.work(progress)
        except Stopped:
            self.cancelled.emit(task.ticket)
        except BaseException as error:  # a worker must outlive whatever its work raises
            failure = self._describe(error)
            if failure is None:
                self.cancelled.emit(task.ticket)
            else:
                self.failed.emit(task.ticket, failure)
        else:
            self.finished.emit(task.ticket, result)
