"""Names that are taken, folders, scores and thumbnails, through the window."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.jobs import JobState
from app.main_window import MainWindow
from app.preferences import Preferences
from app.service import beside
from app.worker import Stopped
from hific_core.codec import Codec
from hific_core.container import hfc_file
from hific_core.metrics import distances
from hific_core.pixels.picture import read_picture
from tests.conftest import smooth_picture

from .conftest import Make

LONG = 60_000


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "deep" / "photo.jpg"
    path.parent.mkdir(parents=True)
    exif = Image.Exif()
    exif[274] = 6  # to be turned by a quarter
    Image.fromarray(smooth_picture(180, 240).pixels).save(path, exif=exif)
    return path


def finish(window: MainWindow, qtbot: QtBot, number: int) -> None:
    rows = window.queue.table.rows
    active = (JobState.waiting, JobState.running)
    qtbot.waitUntil(lambda: len(rows) == number and not any(row.state in active for row in rows), timeout=LONG)
    qtbot.waitUntil(lambda: not window.queue._due)  # totals too


def test_a_score_is_that_of_the_file(window: Make, qtbot: QtBot, photo: Path, tiny_codec: Codec) -> None:
    shown = window(Preferences(measure=True))
    shown.queue_dock.setFloating(True)
    shown.queue_dock.resize(900, 300)
    shown.open_paths([photo])
    finish(shown, qtbot, 1)
    (row,) = shown.queue.table.rows
    qtbot.waitUntil(lambda: row.score is not None, timeout=LONG)
    decoded = tiny_codec.decode(hfc_file.read(photo.with_suffix(".hfc"))).picture.pixels
    expected = distances(read_picture(photo).pixels, decoded, None)
    # the window's codec may paint in bfloat16, this one in float32
    assert row.score is not None and row.score.psnr == pytest.approx(expected.psnr, abs=0.02)
    assert row.score.ms_ssim == pytest.approx(expected.ms_ssim, abs=2e-3)
    qtbot.waitUntil(lambda: row.thumbnail is not None, timeout=LONG)
    assert row.thumbnail is not None
    assert (row.thumbnail.width(), row.thumbnail.height()) == (60, 80), "upright, as its EXIF says"


def test_names_that_are_taken(window: Make, qtbot: QtBot, photo: Path) -> None:
    output = photo.with_suffix(".hfc")
    output.write_bytes(b"mine")
    shown = window(Preferences(on_collision="skip"))
    shown.open_paths([photo])
    finish(shown, qtbot, 1)
    assert "skipped" in shown.queue.table.rows[0].reason and output.read_bytes() == b"mine"
    shown.preferences.on_collision = "overwrite"
    shown.queue.retry_asked.emit(shown.queue.table.rows[0])
    finish(shown, qtbot, 1)
    assert shown.queue.table.rows[0].state is JobState.done
    assert hfc_file.read(output).header.width == 180, "turned upright"
    assert sorted(path.name for path in photo.parent.iterdir()) == ["photo.hfc", "photo.jpg"]


@pytest.mark.parametrize("keep", [True, False])
def test_folders_in_the_output_folder(window: Make, qtbot: QtBot, photo: Path, tmp_path: Path, keep: bool) -> None:
    target = tmp_path / "out"
    shown = window(Preferences(output_folder=str(target), suffix="-s", keep_structure=keep))
    shown.open_paths([tmp_path / "in"])
    finish(shown, qtbot, 1)
    assert [str(path.relative_to(target)) for path in target.rglob("*.hfc")] == [
        str(Path("deep", "photo-s.hfc")) if keep else "photo-s.hfc"
    ]


def test_failed_ones_again(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "later.png"
    path.write_bytes(b"nothing yet")
    shown = window()
    shown.open_paths([path])
    finish(shown, qtbot, 1)
    (row,) = shown.queue.table.rows
    assert row.state is JobState.failed and "later.png" in row.reason
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(path)
    shown.menus.retry_action.trigger()
    finish(shown, qtbot, 1)
    assert row.state is JobState.done and row.reason == ""


def test_files_open_while_another_codec_is_searched(
    window: Make, qtbot: QtBot, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which takes a minute for large pictures."""
    begun, gate = threading.Event(), threading.Event()

    def search(*_: object) -> None:
        begun.set()
        gate.wait(3 * LONG / 1000)
        raise Stopped

    monkeypatch.setattr(beside, "rival", search)
    shown = window()
    shown.show_picture(photo)
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    shown.controls.other.setCurrentIndex(shown.controls.other.findData("avif"))
    qtbot.waitUntil(begun.is_set, timeout=LONG)
    try:
        shown.open_paths([photo])
        finish(shown, qtbot, 1)
        qtbot.waitUntil(lambda: shown.queue.table.rows[0].thumbnail is not None, timeout=LONG)
    finally:
        gate.set()
