"""The window driven as a person would, with the tiny model behind it."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app import commands, dialogs, preferences
from app.jobs import JobState
from app.main_window import MainWindow
from app.preferences import Preferences
from app.viewing import original_of
from app.widgets.compare_view import Mode
from app.widgets.job_table import size_text
from hific_core import lpips_weights, preview, resources
from hific_core.container import hfc_file
from hific_core.models import zoo
from tests.conftest import smooth_picture

from .conftest import Make

LONG = 60_000


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "photo.png"
    path.parent.mkdir()
    Image.fromarray(smooth_picture(180, 240).pixels).save(path)
    return path


@pytest.fixture
def copied(qapp: QApplication) -> Iterator[QMimeData]:
    """To be filled; it leaves the clipboard before Qt ends."""
    data = QMimeData()
    yield data
    qapp.clipboard().clear()


def welcome(window: MainWindow, data: QMimeData) -> bool:
    keys = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys)
    enter.ignore()
    window.dragEnterEvent(enter)
    return enter.isAccepted()


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    keys = Qt.KeyboardModifier.NoModifier
    assert welcome(window, data)
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys))


def idle(window: MainWindow) -> bool:
    rows = window.queue.table.rows
    done = bool(rows) and all(row.state not in (JobState.waiting, JobState.running) for row in rows)
    return done and not window.queue._due


def with_others(folder: Path) -> Path:
    """A 16-bit PNG, a broken JPEG and a text file besides."""
    folder.mkdir()
    Image.fromarray((np.arange(8100, dtype=np.uint16) * 8).reshape(90, 90)).save(folder / "deep.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (folder / "notes.txt").write_text("hello")
    return folder


def check_dropped(shown: MainWindow, qtbot: QtBot, folder: Path) -> None:
    """Of 24 pictures and the others: 25 files, two named failures, correct totals."""
    drop(shown, folder)
    qtbot.waitUntil(lambda: idle(shown), timeout=10 * LONG)
    rows = shown.queue.table.rows
    files = sorted(folder.glob("*.hfc"))
    assert len(rows) == 27 and len(files) == 25
    failed = {row.job.source.name: row.reason for row in rows if row.state is JobState.failed}
    assert sorted(failed) == ["broken.jpg", "notes.txt"]
    assert all(name in reason for name, reason in failed.items())
    done = [row.result for row in rows if row.result is not None]
    assert sum(each.bytes for each in done) == sum(path.stat().st_size for path in files)
    before, after = (sum(getattr(each, name) for each in done) for name in ("source_bytes", "bytes"))
    assert all(each.source_bytes == each.source.stat().st_size for each in done)
    total = shown.queue.total.text()
    assert all(words in total for words in ("27 files", "2 failed", f"{size_text(before)} → {size_text(after)}"))
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    assert shown.centre.currentWidget() is shown.view


def test_a_dropped_folder(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    folder = with_others(tmp_path / "dropped")
    for seed in range(24):
        Image.fromarray(smooth_picture(40 + seed, 60, seed).pixels).save(folder / f"picture{seed:02}.png")
    shown = window()
    check_dropped(shown, qtbot, folder)
    assert not shown.queue.cancel_all.isEnabled()


@pytest.mark.slow
def test_kodak_is_dropped(
    window: Make, qtbot: QtBot, tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the model that ships: below a third of a bit per pixel on average."""
    monkeypatch.setattr(zoo, "bundled_folder", lambda: resources.folder("models"))
    monkeypatch.delenv("HIFIC_MODELS")
    folder = with_others(tmp_path / "dropped")
    for path in sorted((shared / "data" / "kodak").glob("*.png")):
        shutil.copyfile(path, folder / path.name)
    shown = window()
    assert shown.model.currentData() == zoo.DEFAULT_MODEL
    check_dropped(shown, qtbot, folder)
    rates = [
        row.result.bits_per_pixel for row in shown.queue.table.rows if row.result and "deep" not in row.job.source.name
    ]
    assert np.mean(rates) == pytest.approx(0.30, rel=0.03)


def test_a_single_picture_opens_beside_its_original(window: Make, qtbot: QtBot, picture: Path) -> None:
    shown = window()
    drop(shown, picture)
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    found = shown.viewing.shown
    assert found is not None and found.original is not None
    size = picture.with_suffix(".hfc").stat().st_size
    assert found.details.bytes == size
    assert np.array_equal(found.original.layer.pixels, smooth_picture(180, 240).pixels)
    assert f"{8 * size / (180 * 240):.3f} bpp" in shown.readout.as_text()
    qtbot.waitUntil(lambda: "dB" in shown.readout.as_text(), timeout=LONG)
    assert shown.windowTitle().startswith("photo.hfc")
    # again: nothing is overwritten
    drop(shown, picture)
    qtbot.waitUntil(lambda: len(list(picture.parent.glob("*.hfc"))) == 2, timeout=LONG)


def test_a_file_alone_and_a_file_beside_its_original(window: Make, qtbot: QtBot, picture: Path, tmp_path: Path) -> None:
    shown = window()
    drop(shown, picture)
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    hfc = picture.with_suffix(".hfc")
    assert original_of(hfc) == picture
    alone = tmp_path / "alone.hfc"
    alone.write_bytes(hfc.read_bytes())
    assert original_of(alone) is None
    shown.open_paths([alone])
    qtbot.waitUntil(lambda: not shown.viewing.has_original, timeout=LONG)
    assert not shown.controls.quality.isEnabled()
    assert "Without the original" in shown.controls.why.text()
    shown.open_paths([hfc])
    qtbot.waitUntil(lambda: shown.viewing.has_original, timeout=LONG)
    assert shown.preferences.recent[:2] == [str(hfc), str(alone)]


def test_quality_regime_and_rival(window: Make, qtbot: QtBot, picture: Path) -> None:
    shown = window()
    shown.show_picture(picture)
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    assert list(picture.parent.iterdir()) == [picture], "looking at a picture writes nothing"
    shown.controls.quality.setValue(900)
    qtbot.waitUntil(lambda: shown.viewing.shown.details.quality == 900, timeout=LONG)
    large = shown.viewing.shown.details.bytes
    shown.regime.setCurrentIndex(0)
    qtbot.waitUntil(lambda: shown.viewing.shown.details.regime == "low", timeout=LONG)
    assert shown.viewing.shown.details.bytes < large
    assert shown.controls.quality.value() == 200
    assert shown.preferences.regime == "low"
    shown.controls.other.setCurrentIndex(shown.controls.other.findData("webp"))
    qtbot.waitUntil(lambda: shown.view._left is not None and "WEBP" in shown.view._left.label, timeout=LONG)
    assert "bytes" in shown.view._left.label
    shown.controls.other.setCurrentIndex(0)
    assert shown.view._left is shown.viewing.shown.original
    assert "no realism" in shown.controls.why.text()


def test_saving_and_exporting(
    window: Make, qtbot: QtBot, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "LEAST_BYTES", 1)
    monkeypatch.setattr(preview, "SHARE", 30.0)
    shown = window()
    assert not shown.menus.save_action.isEnabled()
    shown.show_picture(picture)
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    targets = iter((tmp_path / "kept.hfc", tmp_path / "seen.png"))
    monkeypatch.setattr(dialogs, "file_to_save", lambda *_: next(targets))
    shown.menus.save_action.trigger()
    shown.menus.export_action.trigger()
    qtbot.waitUntil(lambda: (tmp_path / "seen.png").is_file(), timeout=LONG)
    kept = hfc_file.read(tmp_path / "kept.hfc")
    assert kept.header.width == 240
    assert preview.decode_preview(kept.metadata[preview.TAG]).width == 240
    assert shown.viewing.shown.details.metadata_bytes == kept.metadata_bytes
    exported = np.array(Image.open(tmp_path / "seen.png"))
    assert np.array_equal(exported, shown.viewing.shown.reconstruction.layer.pixels)
    shown.commands.copy_csv()
    assert QGuiApplication.clipboard().text().startswith("name,width,height,bytes")


def test_cancelling_leaves_no_file_and_goes_on(window: Make, qtbot: QtBot, picture: Path) -> None:
    shown = window()
    paths = []
    for number in range(3):
        path = picture.with_name(f"{number}.png")
        Image.fromarray(smooth_picture(400, 500, number).pixels).save(path)
        paths.append(path)
    drop(shown, *paths)
    qtbot.waitUntil(lambda: len(shown.queue.table.rows) == 3)
    shown.queue.cancel_all.click()
    qtbot.waitUntil(lambda: idle(shown), timeout=LONG)
    states = [row.state for row in shown.queue.table.rows]
    assert states.count(JobState.cancelled) >= 2
    files = list(picture.parent.glob("*.hfc"))
    assert len(files) == states.count(JobState.done)
    row = next(row for row in shown.queue.table.rows if row.state is JobState.cancelled)
    menu = shown.queue.menu_for(row)
    assert [action.text() for action in menu.actions()] == ["Try again", "Copy path"]
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: row.state is JobState.done, timeout=LONG)


def test_a_damaged_file_says_what_to_do(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "bad.hfc").write_bytes(b"no such thing")
    shown = window()
    shown.open_paths([tmp_path / "bad.hfc"])
    qtbot.waitUntil(lambda: bool(shown.findChildren(QMessageBox)))
    (box,) = shown.findChildren(QMessageBox)
    assert "bad.hfc" in box.text()
    assert "Copy details" in [button.text() for button in box.buttons()]
    next(button for button in box.buttons() if button.text() == "Copy details").click()
    assert "Traceback" in QGuiApplication.clipboard().text()
    box.close()


def test_state_survives_a_restart(window: Make, qtbot: QtBot) -> None:
    first = window()
    first.regime.setCurrentIndex(2)
    first.queue_dock.hide()
    first.close()
    found = preferences.load()
    assert found.regime == "high"
    second = window(found)
    assert second.regime.currentData() == "high"
    assert second.queue_dock.isHidden() and not second.picture_dock.isHidden()


def test_closing_while_busy_asks(window: Make, qtbot: QtBot, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = window()
    monkeypatch.setattr(type(shown.service), "busy", property(lambda self: True))
    monkeypatch.setattr(dialogs, "really_close", lambda parent: False)
    assert not shown.close()
    monkeypatch.setattr(dialogs, "really_close", lambda parent: True)
    assert shown.close()


def test_closing_while_weights_are_fetched_asks_and_does_not_wait(
    window: Make, qtbot: QtBot, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate = threading.Event(), threading.Event()
    monkeypatch.setattr(lpips_weights, "fetch", lambda progress: begun.set() or gate.wait(60))
    shown = window()
    shown.show_picture(picture)
    qtbot.waitUntil(shown.readout._lpips_button.isVisible, timeout=LONG)
    shown.readout._lpips_button.click()
    qtbot.waitUntil(begun.is_set)
    monkeypatch.setattr(dialogs, "really_stop_fetching", lambda parent: False)
    assert not shown.close() and shown.isVisible()
    monkeypatch.setattr(dialogs, "really_stop_fetching", lambda parent: True)
    before = time.monotonic()
    assert shown.close() and shown.service.left_behind and shown.isHidden()
    assert time.monotonic() - before < 10
    gate.set()


def test_every_button_has_a_name(window: Make) -> None:
    shown = window()
    for button in shown.findChildren(QAbstractButton):
        if button.objectName().startswith("qt_"):
            continue  # Qt's own
        assert button.text() or button.accessibleName(), button


def test_modes_from_the_menu(window: Make) -> None:
    shown = window()
    shown.controls.mode.setCurrentIndex(shown.controls.mode.findData(Mode.difference))
    assert shown.view._mode is Mode.difference


def test_void_calls_do_not_drop_references(qtbot: QtBot) -> None:
    """PySide6 6.12.0 takes a reference from None with every void call, until Python 3.11 aborts."""
    from PySide6.QtWidgets import QLabel

    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(2000):
        label.setText(str(number))
    assert sys.getrefcount(None) > before - 100


def test_the_window_needs_no_torch(tmp_path: Path) -> None:
    """It is painted before torch is imported, and comes up where torch cannot be."""
    program = """
import sys
sys.modules["torch"] = None
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow
from app.preferences import Preferences
from app.service import CodecService
application = QApplication([])
window = MainWindow(CodecService("cpu"), Preferences())
window.show()
application.processEvents()
print(window.grab().toImage().width())
window.close()
"""
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "1280"


def test_recent_files_of_long_names_and_of_names_with_an_ampersand(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    names = ["R&D.hfc", f"{'from the long way home ' * 10}.hfc"]
    shown = window(Preferences(recent=[str(tmp_path / name) for name in names]))
    short, long = shown.drop_area.recent.findChildren(QAbstractButton)
    assert (short.text(), short.accessibleName()) == ("R&&D.hfc", "R&D.hfc"), "painted as R&D.hfc"
    for width in (1280, 900):
        shown.resize(width, 600)
        QApplication.processEvents()
        assert shown.width() == width
        assert long.text().startswith("from the long") and "…" in long.text() and long.text().endswith(".hfc")
        assert long.fontMetrics().horizontalAdvance(long.text()) < long.width() < shown.drop_area.width()
    shown.commands.fill_recent()
    first, second = shown.menus.recent.actions()[:2]
    assert first.text().endswith("R&&D.hfc") and "…" in second.text()
    assert second.statusTip() == str(tmp_path / names[1])


def test_recent_files(window: Make, tmp_path: Path) -> None:
    shown = window(Preferences(recent=[str(tmp_path / "a.hfc")]))
    shown.commands.fill_recent()
    asked: list[object] = []
    shown.drop_area.recent_asked.connect(asked.append)
    (button,) = shown.drop_area.recent.findChildren(QAbstractButton)
    button.click()
    assert asked == [tmp_path / "a.hfc"] and button.text() == "a.hfc"
    texts = [action.text() for action in shown.menus.recent.actions() if not action.isSeparator()]
    assert texts == [str(tmp_path / "a.hfc"), "Clear"]
    shown.menus.recent.actions()[-1].trigger()
    assert shown.preferences.recent == []


@pytest.mark.parametrize("addresses", [[], ["https://example.org/photo.jpg"]], ids=["alone", "from a browser"])
def test_a_pasted_picture_is_shown_and_written_nowhere_until_it_is_saved(
    window: Make,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    copied: QMimeData,
    addresses: list[str],
) -> None:
    monkeypatch.setattr(commands, "scratch_folder", lambda: tmp_path / "scratch")
    pixels = smooth_picture(90, 140).pixels
    copied.setImageData(QImage(pixels.data, 140, 90, 420, QImage.Format.Format_RGB888).copy())
    if addresses:
        copied.setUrls([QUrl(address) for address in addresses])
    QGuiApplication.clipboard().setMimeData(copied)
    shown = window()
    shown.menus.paste_action.trigger()
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    assert np.array_equal(shown.viewing.shown.original.layer.pixels, pixels)
    assert shown.menus.save_action.isEnabled() and not shown.queue.table.rows
    assert list((tmp_path / "scratch").iterdir()) == []
    assert str(tmp_path / "scratch" / "pasted.png") not in shown.preferences.recent


def test_an_address_is_no_file(window: Make, copied: QMimeData) -> None:
    shown = window()
    copied.setUrls([QUrl("https://example.org/photo.jpg")])
    assert not welcome(shown, copied)
    QGuiApplication.clipboard().setMimeData(copied)
    shown.menus.paste_action.trigger()
    assert "Nothing was copied" in shown.statusBar().currentMessage()
