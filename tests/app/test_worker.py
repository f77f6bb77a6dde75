import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.worker import Failure, Lane


def described(error: BaseException) -> Failure | None:
    return None if isinstance(error, KeyError) else Failure(f"it was {error}", "details")


class Heard:
    def __init__(self, lane: Lane) -> None:
        self.events: list[tuple[Any, ...]] = []
        for name in ("started", "progressed", "finished", "failed", "cancelled"):
            getattr(lane, name).connect(lambda *values, name=name: self.events.append((name, *values)))

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [event[1:] for event in self.events if event[0] == name]


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[tuple[Lane, Heard]]:
    made = Lane("test", described)
    yield made, Heard(made)
    made.close()


def test_urgent_work_goes_before_what_waits(lane: tuple[Lane, Heard], qtbot: QtBot) -> None:
    worker, heard = lane
    gate, order = threading.Event(), []
    worker.submit(1, lambda progress: gate.wait(5))
    for number, urgent in ((2, False), (3, False), (4, True)):
        worker.submit(number, lambda progress, number=number: order.append(number), urgent)
    assert worker.busy
    gate.set()
    qtbot.waitUntil(lambda: len(heard.of("finished")) == 4)
    assert order == [4, 2, 3]
    qtbot.waitUntil(lambda: not worker.busy)


def test_cancelling_what_waits_and_what_runs(lane: tuple[Lane, Heard], qtbot: QtBot) -> None:
    worker, heard = lane
    running = threading.Event()

    def endless(progress: Any) -> None:
        while True:
            running.set()
            progress("work", 0.5)

    worker.submit(1, endless)
    worker.submit(2, lambda progress: None)
    running.wait(5)
    worker.cancel(2)
    worker.cancel(1)
    qtbot.waitUntil(lambda: len(heard.of("cancelled")) == 2)
    assert sorted(heard.of("cancelled")) == [(1,), (2,)]
    assert heard.of("finished") == [] and heard.of("failed") == []
    worker.submit(3, lambda progress: "still alive")
    qtbot.waitUntil(lambda: heard.of("finished") == [(3, "still alive")])


def test_failures_are_described_and_harm_nothing(lane: tuple[Lane, Heard], qtbot: QtBot) -> None:
    worker, heard = lane

    def fail(error: BaseException) -> Any:
        def work(progress: Any) -> None:
            raise error

        return work

    worker.submit(1, fail(ValueError("bad")))
    worker.submit(2, fail(KeyError("means cancelled")))
    worker.submit(3, fail(SystemExit(3)))
    qtbot.waitUntil(lambda: len(heard.of("failed")) == 2)
    assert heard.of("failed")[0] == (1, Failure("it was bad", "details"))
    assert heard.of("cancelled") == [(2,)]


def test_closing_stops_what_runs(qtbot: QtBot) -> None:
    worker = Lane("test", described)
    started = threading.Event()

    def endless(progress: Any) -> None:
        while True:
            started.set()
            progress("work", 0.0)

    worker.submit(1, endless)
    started.wait(5)
    worker.close()
    assert not worker._thread.isRunning()


def test_closing_waits_only_so_long_for_work_that_does_not_listen(qtbot: QtBot) -> None:
    worker = Lane("test", described)
    begun, gate = threading.Event(), threading.Event()
    worker.submit(1, lambda progress: begun.set() or gate.wait(30))
    begun.wait(5)
    assert not worker.close(0.05) and not gate.is_set()
    gate.set()
    assert worker.close(5), "its thread was not destroyed while it ran"
