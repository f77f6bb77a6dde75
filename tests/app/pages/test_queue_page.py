from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.jobs import Compressed, Job, JobState
from app.pages.queue_page import QueuePage
from app.widgets.job_delegate import second_line
from app.widgets.job_table import Column, Row


def filled(qtbot: QtBot, width: int) -> tuple[QueuePage, list[Row]]:
    page = QueuePage()
    qtbot.addWidget(page)
    rows = []
    for name, size, state in (("b", 3000, JobState.done), ("a", 20_000, JobState.done), ("c", 0, JobState.failed)):
        job = Job(Path(f"/in/{name}.jpg"), Path(f"/out/{name}.hfc"))
        result = Compressed(job.source, job.planned, 100, 80, 40_000, size, 1.0) if size else None
        rows.append(Row(job, state=state, result=result, reason="" if size else "no picture"))
    rows.append(Row(Job(Path("/in/d.jpg"), Path("/out/d.hfc")), state=JobState.waiting, ticket=4))
    page.table.add(rows)
    page.refresh()
    page.resize(width, 400)
    page.show()
    QGuiApplication.processEvents()
    return page, rows


def columns(page: QueuePage) -> list[Column]:
    return [column for column in Column if not page.view.isColumnHidden(column)]


def test_narrow_is_a_list_and_wide_a_table(qtbot: QtBot) -> None:
    page, rows = filled(qtbot, 300)
    assert columns(page) == [Column.picture] and not page.view.horizontalHeader().isVisible()
    assert page.view.horizontalScrollBar().maximum() == 0
    assert second_line(rows[0]) == "3.000 bpp · −92% · done"
    assert second_line(rows[2]) == "failed: no picture"
    page.resize(900, 400)
    QGuiApplication.processEvents()
    assert page.view.horizontalHeader().isVisible()
    assert Column.psnr not in columns(page) and Column.bpp in columns(page)
    page.show_scores(True)
    assert Column.psnr in columns(page) and Column.ms_ssim in columns(page)


def test_columns_sort_as_numbers(qtbot: QtBot) -> None:
    page, _ = filled(qtbot, 900)
    page.view.sortByColumn(Column.size, Qt.SortOrder.DescendingOrder)
    names = [page.sorted.index(number, 0).data() for number in range(2)]
    assert names == ["a.jpg", "b.jpg"], "20 000 bytes are more than 3000"


def test_the_button_of_a_row(qtbot: QtBot) -> None:
    page, rows = filled(qtbot, 300)
    heard: list[tuple[str, object]] = []
    page.folder_asked.connect(lambda row: heard.append(("folder", row)))
    page.retry_asked.connect(lambda row: heard.append(("retry", row)))
    page.cancel_asked.connect(lambda row: heard.append(("cancel", row)))
    for number in (0, 2, 3):
        place = page.view.visualRect(page.sorted.index(number, 0))
        qtbot.mouseClick(
            page.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.right() - 12, place.center().y())
        )
    assert heard == [("folder", rows[0]), ("retry", rows[2]), ("cancel", rows[3])]


def test_all_failed_again_and_paths(qtbot: QtBot) -> None:
    page, rows = filled(qtbot, 300)
    heard: list[object] = []
    page.retry_asked.connect(heard.append)
    assert page.retry_all.isVisible()
    page.retry_all.click()
    assert heard == [rows[2]]
    next(action for action in page.menu_for(rows[0]).actions() if action.text() == "Copy path").trigger()
    assert QGuiApplication.clipboard().text() == str(Path("/out/b.hfc"))
    rows[2].state = JobState.cancelled
    page.refresh()
    assert not page.retry_all.isVisible()


def test_totals_of_many_changes_at_once_are_made_twice(qtbot: QtBot) -> None:
    """Now, and once more for all that came meanwhile."""
    page = QueuePage()
    qtbot.addWidget(page)
    refreshed: list[str] = []
    page.refreshed.connect(lambda: refreshed.append(page.total.text()))
    for number in range(100):
        page.table.add([Row(Job(Path(f"/in/{number}.jpg"), Path(f"/out/{number}.hfc")))])
        page.refresh_soon()
    assert len(refreshed) == 1
    qtbot.waitUntil(lambda: len(refreshed) == 2)
    assert "1 file " in refreshed[0] and "100 files" in refreshed[1]
    qtbot.wait(120)
    assert len(refreshed) == 2


def test_tab_leaves_the_rows(qtbot: QtBot) -> None:
    page, _ = filled(qtbot, 300)
    page.activateWindow()
    page.view.setFocus()
    page.view.setCurrentIndex(page.sorted.index(0, 0))
    qtbot.keyClick(page.view, Qt.Key.Key_Tab)
    assert page.focusWidget() is page.cancel_all
    qtbot.keyClick(page.cancel_all, Qt.Key.Key_Backtab)
    assert page.focusWidget() is page.view and page.view.currentIndex().row() == 0
