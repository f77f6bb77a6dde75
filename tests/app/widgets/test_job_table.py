from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.jobs import Compressed, Job, JobState
from app.widgets.job_table import JobTable, Row, size_text, time_text


def row(name: str, **changes: object) -> Row:
    return Row(Job(Path(f"/in/{name}.jpg"), Path(f"/out/{name}.hfc")), **changes)  # type: ignore[arg-type]


def test_cells_and_totals(qtbot: QtBot) -> None:
    table = JobTable()
    result = Compressed(Path("/in/a.jpg"), Path("/out/a.hfc"), 1000, 800, 500_000, 25_000, 2.0)
    table.add(row("a", state=JobState.done, result=result))
    table.add(row("b", state=JobState.failed, reason="no picture"))
    table.add(row("c", state=JobState.running, stage="analyse", share=0.61, ticket=7))
    cells = [[table.data(table.index(y, x)) for x in range(table.columnCount())] for y in range(table.rowCount())]
    assert cells[0] == ["a.jpg", "done", "1000 × 800", "500 kB", "25.0 kB", "95%", "0.250", "2.0 s"]
    assert cells[1][1] == "failed: no picture"
    assert cells[2][1] == "encoding 61%"
    assert table.summary() == "3 files · 500 kB → 25.0 kB · 1 left · 2.0 s · 1 failed"
    assert table.data(table.index(1, 0), Qt.ItemDataRole.ToolTipRole) == "no picture"
    assert table.of(7) is table.rows[2] and table.of(8) is None
    table.remove_finished()
    assert [each.job.source.stem for each in table.rows] == ["c"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (5_000_000, "5.0 MB"), (2.5e9, "2.50 GB")],
)
def test_sizes(size: float, text: str) -> None:
    assert size_text(size) == text


def test_times() -> None:
    assert [time_text(seconds) for seconds in (0.25, 59.9, 61, 7200)] == ["0.2 s", "59.9 s", "1:01 min", "2.0 h"]
