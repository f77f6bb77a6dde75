"""Failures: sentences for what was foreseen, the details for all else."""

import errno

from pytestqt.qtbot import QtBot

from app.service.failures import described
from hific_core.errors import Cancelled, UnreadableImage


def test_what_is_said_of_an_error(qtbot: QtBot) -> None:
    assert described(Cancelled("stopped")) is None
    foreseen = described(UnreadableImage("a.png is empty; get a fresh copy of it."))
    assert foreseen is not None
    assert (foreseen.sentence, foreseen.kind) == ("a.png is empty; get a fresh copy of it.", "UnreadableImage")
    disk = described(OSError(errno.ENOSPC, "No space left on device", "out.hfc"))
    assert disk is not None and disk.sentence == "out.hfc could not be used (No space left on device); try again."
    bug = described(ZeroDivisionError("division by zero"))
    assert bug is not None and "please report it" in bug.sentence and "ZeroDivisionError" in bug.details
    assert "division" not in bug.sentence
