"""The training panel to its end: sixteen pictures, a tiny model, which the viewer then uses."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app import dialogs, main_window, training
from app.service.processes import began
from app.training_run import LOG, PID, TrainingRun, runs
from hific_core import lpips_weights
from hific_core.models import zoo
from tests.conftest import smooth_picture

from .conftest import Make

LONG = 90_000
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the child finds its folders by XDG variables")


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_lpips_path: Path) -> Iterator[Path]:
    """Folders that the child process finds through its environment."""
    data, cache = tmp_path / "data", tmp_path / "cache"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (cache / "hific-studio").mkdir(parents=True)
    shutil.copyfile(tiny_lpips_path, cache / "hific-studio" / "lpips_alex.npz")
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: cache / "hific-studio" / "lpips_alex.npz")
    monkeypatch.setattr(zoo, "user_folder", lambda: data / "hific-studio" / "models")
    monkeypatch.setattr(main_window, "runs_folder", lambda: data / "hific-studio" / "runs")
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(16):
        Image.fromarray(smooth_picture(90, 100, seed).pixels).save(photos / f"{seed}.png")
    yield photos
    for path in runs(data / "hific-studio" / "runs"):  # a test that failed leaves no process behind
        TrainingRun(path).stop()


def test_a_folder_that_is_not_there_starts_no_run(window: Make, qtbot: QtBot, places: Path, tmp_path: Path) -> None:
    """Even where Start is pressed before the pictures are counted."""
    shown = window()
    panel, form = shown.train_panel, shown.train_panel.form
    form.data.setText(str(tmp_path / "none"))
    form.data.editingFinished.emit()
    panel.start.click()
    qtbot.waitUntil(lambda: "no pictures" in form.problem.text())
    qtbot.wait(50)
    assert shown.training.run is None and not panel.start.isEnabled()


def test_a_tiny_run_to_its_end(window: Make, qtbot: QtBot, places: Path) -> None:
    shown = window()
    panel, form = shown.train_panel, shown.train_panel.form
    shown.train_dock.toggleViewAction().trigger()
    assert not shown.train_dock.isHidden()
    form.data.setText(str(places))
    form.data.editingFinished.emit()
    qtbot.waitUntil(lambda: "16 pictures" in form.count.text())
    form.start_from.setCurrentIndex(form.start_from.findData("tiny"))
    form.name.setText("mine")
    for box, value in ((form.steps, 20), (form.gan_steps, 10), (form.batch, 2), (form.crop, 64)):
        box.setValue(value)
    panel.start.click()
    qtbot.waitUntil(panel.pause.isEnabled)
    assert not panel.start.isEnabled() and panel.stop.isEnabled()
    qtbot.waitUntil(panel.use.isEnabled, timeout=LONG)
    assert panel.charts.curve()[0]
    assert not panel.samples.picture.pixmap.isNull()
    qtbot.waitUntil(lambda: shown.model.findData("mine") >= 0, timeout=LONG)
    qtbot.waitUntil(lambda: not shown.training.running and not panel.pause.isEnabled(), timeout=LONG)
    panel.use.click()
    assert shown.model.currentData() == "mine"
    shown.show_picture(places / "3.png")
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=LONG)
    assert shown.viewing.shown.details.model == "mine"
    assert shown.controls.realism.isEnabled(), "the generative stage taught it what realism means"
    shown.controls.realism.setValue(100)
    qtbot.waitUntil(lambda: shown.viewing.shown.details.realism == 1.0, timeout=LONG)
    (row,) = (panel.runs.topLevelItem(0),)
    assert row is not None and (row.text(0), row.text(1)) == ("mine", "finished")
    assert "already" in form.wrong(), "its name is taken now"


@pytest.mark.parametrize(
    "event",
    [
        {"event": "begun", "stage": "rd", "step": 20, "total": 40},
        {"event": "checkpoint", "stage": "rd", "step": 30, "path": "x"},
    ],
    ids=["told at once", "as earlier releases wrote it"],
)
def test_a_finished_run_that_is_made_longer_goes_on(
    window: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, event: dict[str, object]
) -> None:
    """From the command line: its log has the model of its first end."""
    monkeypatch.setattr(main_window, "runs_folder", lambda: tmp_path)
    run = tmp_path / "mine"
    run.mkdir()
    (run / "run.json").write_text("{}")
    (run / LOG).write_text(json.dumps({"event": "exported", "name": "mine", "path": "x"}) + "\n")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        (run / PID).write_text(f"{process.pid} {began(process.pid)}")
        shown = window()
        training, panel = shown.training, shown.train_panel
        assert not training.running and panel.use.isEnabled(), "about to end, as far as the log tells"
        with (run / LOG).open("a") as file:
            file.write(json.dumps(event) + "\n")
        qtbot.waitUntil(lambda: training.running)
        assert not panel.use.isEnabled() and panel.state.text() == "Starting…"
        process.kill()
    qtbot.waitUntil(lambda: "want of memory" in panel.state.text())
    assert not training.running and panel.resume.isEnabled()


def test_a_paused_run_goes_on(window: Make, qtbot: QtBot, places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = window()
    panel, form = shown.train_panel, shown.train_panel.form
    form.data.setText(str(places))
    form.start_from.setCurrentIndex(form.start_from.findData("tiny"))
    form.stage.setCurrentIndex(form.stage.findData("rd"))
    for box, value in ((form.steps, 1_000_000), (form.batch, 2), (form.crop, 64)):
        box.setValue(value)
    panel.start.click()
    qtbot.waitUntil(lambda: bool(panel.charts.curve()[0]), timeout=LONG)
    assert shown.training.running
    panel.pause.click()
    qtbot.waitUntil(lambda: panel.pause.text() == "Continue", timeout=LONG)
    assert not shown.training.running
    run = shown.training.run
    assert run is not None and list((run.folder / "rd").glob("step-*.pt"))
    last = max(panel.charts.curve()[0])
    panel.pause.click()
    qtbot.waitUntil(lambda: max(panel.charts.curve()[0], default=0) > last, timeout=LONG)
    monkeypatch.setattr(dialogs, "leave_training", lambda parent: "cancel")
    assert not shown.close()
    panel.stop.click()
    qtbot.waitUntil(lambda: "Stopped" in panel.state.text(), timeout=LONG)
    assert not shown.training.running
    assert panel.chosen_run() == run.folder and panel.resume.isEnabled()


def test_what_a_run_died_of_is_in_the_windows_language(window: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "translated", str.upper)
    made = window()
    made.training._ended("photos holds no picture; name another folder.")
    assert "PHOTOS HOLDS NO PICTURE" in made.training._panel.state.text()
