from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot

from app.jobs import Compressed, Job, JobState, Score
from app.widgets.job_table import SORT_ROLE, Column, JobTable, Row, saving_text, size_text, time_text


def row(name: str, **changes: object) -> Row:
    return Row(Job(Path(f"/in/{name}.jpg"), Path(f"/out/{name}.hfc")), **changes)  # type: ignore[arg-type]


def test_cells_and_totals(qtbot: QtBot) -> None:
    table = JobTable()
    result = Compressed(Path("/in/a.jpg"), Path("/out/a.hfc"), 1000, 800, 500_000, 25_000, 2.0)
    done = row("a", state=JobState.done, result=result, score=Score(31.456, None))
    running = row("c", state=JobState.running, stage="analyse", share=0.6, ticket=7, source_bytes=1_000_000)
    table.add([done, row("b", state=JobState.failed, reason="no picture"), running])
    cells = [[table.data(table.index(y, x)) for x in range(table.columnCount())] for y in range(table.rowCount())]
    numbers = ["1000 × 800", "500 kB", "25.0 kB", "−95%", "0.250", "31.46", "–", "2.0 s", ""]
    assert cells[0] == ["a.jpg", "done", *numbers]
    assert cells[1][1] == "failed: no picture"
    assert cells[2][1] == "encoding 60%"
    # two seconds for 500 kB: 400 kB that are left take 1.6
    assert table.summary() == "3 files · 500 kB → 25.0 kB (−95%) · 1 to do · 1.6 s left · 1 failed"
    assert table.data(table.index(1, 0), Qt.ItemDataRole.ToolTipRole) == "no picture"
    assert table.data(table.index(1, 0), Qt.ItemDataRole.AccessibleTextRole) == "b.jpg, failed: no picture"
    assert table.of(7) is running and table.of(8) is None
    assert table.mimeData([table.index(0, 1), table.index(0, 2)]).urls() == [QUrl.fromLocalFile("/out/a.hfc")]
    assert table.flags(table.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert not table.flags(table.index(1, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert table.data(table.index(0, Column.psnr), SORT_ROLE) == 31.456
    table.remove_finished()
    assert [each.job.source.stem for each in table.rows] == ["c"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (5_000_000, "5.0 MB"), (2.5e9, "2.50 GB")],
)
def test_sizes(size: float, text: str) -> None:
    assert size_text(size) == text


def test_times_and_savings() -> None:
    assert [time_text(seconds) for seconds in (0.25, 59.9, 61, 7200)] == ["0.2 s", "59.9 s", "1:01 min", "2.0 h"]
    assert [saving_text(share) for share in (0.96, 0.0, -0.5)] == ["−96%", "−0%", "+50%"]
