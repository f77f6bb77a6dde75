from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.jobs import Device, ModelInfo
from app.pages import train_panel
from app.pages.train_form import Wish
from app.pages.train_panel import RunRow, TrainPanel

PACE = {"bpp": 0.4, "seconds_left": 90.0}


def model(name: str, family: str) -> ModelInfo:
    return ModelInfo(name, "", family, True, False, {"med": 500}, "0" * 8, "0" * 8, "", Path(name), False)


@pytest.fixture
def panel(qtbot: QtBot) -> TrainPanel:
    found = TrainPanel()
    qtbot.addWidget(found)
    found.set_models((model("lite-13", "lite"), model("HIFIC-med", "hific")))
    return found


def filled(panel: TrainPanel) -> TrainPanel:
    panel.form.data.setText("/photos")
    panel.form.name.setText("mine")
    return panel


def test_a_wish_becomes_arguments(panel: TrainPanel) -> None:
    asked: list[object] = []
    panel.start_asked.connect(asked.append)
    panel.start.click()
    assert asked == [] and "folder" in panel.form.problem.text()
    form = filled(panel).form
    form.stage.setCurrentIndex(form.stage.findData("rd"))
    form.crop.setValue(200)
    panel.start.click()
    arguments = form.wish().arguments(Path("/runs"))
    pairs = dict(zip(arguments[::2], arguments[1::2], strict=False))
    assert pairs["--data"] == "/photos" and pairs["--save"] == "/runs" and pairs["--stage"] == "rd"
    assert pairs["--crop"] == "192" and "--init" not in pairs
    assert "--learning-rate" not in arguments, "the preset's, another for each stage"
    form.rate.setValue(0.0002)
    assert "0.0002" in form.wish().arguments(Path("/runs"))
    assert len(asked) == 1


def test_the_recipe_of_the_shipped_model_is_offered(panel: TrainPanel) -> None:
    asked: list[Wish] = []
    panel.start_asked.connect(asked.append)
    form = filled(panel).form
    form.preset.setCurrentIndex(form.preset.findText("Studio, any rate"))
    assert "shipped" in form.preset.toolTip() and form.regime.isHidden()
    panel.start.click()
    (wish,) = asked
    pairs = dict(zip(wish.arguments(Path("/runs"))[::2], wish.arguments(Path("/runs"))[1::2], strict=False))
    assert (pairs["--preset"], pairs["--stage"]) == ("studio", "both")
    given = "--steps", "--gan-steps", "--batch", "--crop"
    assert [pairs[flag] for flag in given] == ["60000", "3000", "16", "192"], "with others it is another recipe"


def test_a_preset_fills_in_what_nobody_has_changed(panel: TrainPanel) -> None:
    form = panel.form
    assert form.preset.currentData() == "lite"
    boxes = form.steps, form.gan_steps, form.batch, form.crop
    form.steps.setValue(500)
    for name, values in (("studio", [500, 3000, 16, 192]), ("lite", [500, 10_000, 8, 128])):
        form.preset.setCurrentIndex(form.preset.findData(name))
        assert [box.value() for box in boxes] == values
    form.preset.setCurrentIndex(form.preset.findData("studio"))
    form.start_from.setCurrentIndex(form.start_from.findData("lite-13"))
    assert form.preset.currentData() == "studio", "it is of the family of the first weights"
    form.start_from.setCurrentIndex(form.start_from.findData("HIFIC-med"))
    assert form.preset.currentData() == "hific"


@pytest.mark.parametrize(
    "name", ["", ".hidden", "up/there", "c:\\x", "what?", "x" * 81, "new\nline", "HOLIDAY", "lite-13"]
)
def test_names_that_cannot_be(panel: TrainPanel, name: str) -> None:
    panel.set_runs([RunRow(Path("/runs/holiday"), "stopped", "rd", 1, 2, "/photos")])
    form = filled(panel).form
    assert form.wrong() == "" and panel.start.isEnabled()
    form.name.setText(name)
    assert form.wrong() and not panel.start.isEnabled()
    assert form.problem.text() == form.wrong()


def test_what_does_not_go_together(panel: TrainPanel) -> None:
    form = filled(panel).form
    form.start_from.setCurrentIndex(form.start_from.findData("HIFIC-med"))
    assert form.family == "hific" and form.wrong() == "", "the preset follows the first weights"
    assert form.wish().preset == "hific-med"
    form.crop.setValue(64)
    assert "128" in form.wrong()
    form.crop.setValue(128)
    form.preset.setCurrentIndex(form.preset.findData("studio"))
    assert "hific" in form.wrong()
    form.start_from.setCurrentIndex(0)
    form.stage.setCurrentIndex(form.stage.findData("gan"))
    assert "start from" in form.wrong() and not form.steps.isEnabled()


def test_without_lpips_nothing_starts(panel: TrainPanel) -> None:
    form = filled(panel).form
    form.set_lpips(False)
    assert not form.lpips.isHidden() and "233 MB" in form.lpips_text.text()
    assert not panel.start.isEnabled() and "LPIPS" in form.problem.text()
    form.set_lpips(True)
    assert form.lpips.isHidden() and panel.start.isEnabled()


def test_few_pictures_are_warned_of(panel: TrainPanel) -> None:
    panel.form.set_count(16)
    assert "few" in panel.form.count.text()
    panel.form.set_count(5000)
    assert panel.form.count.text() == "5000 pictures"


def test_the_number_of_pictures_is_seen_whole(panel: TrainPanel, qtbot: QtBot) -> None:
    count = panel.form.count
    panel.resize(1100, 500)
    panel.show()
    heights = set()
    for number in (3, 4, 400, 4):
        panel.form.set_count(number)
        qtbot.waitUntil(lambda: count.isVisible() and not count.visibleRegion().isEmpty())
        qtbot.wait(20)
        needed = count.fontMetrics().boundingRect(count.rect(), Qt.TextFlag.TextWordWrap, count.text()).height()
        assert needed <= count.height() < needed + count.fontMetrics().height()
        heights.add(count.height())
    assert len(heights) == 2


def test_a_folder_without_pictures_starts_nothing(panel: TrainPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    panel.form.count_asked.connect(asked.append)
    form = filled(panel).form
    form.set_count(0)
    assert "no pictures in /photos" in form.wrong() and not panel.start.isEnabled()
    monkeypatch.setenv("HOME", "/home/someone")
    form.data.setText("~/Bilder")
    assert form.wrong() == "" and panel.start.isEnabled() and form.count.isHidden(), "nobody has counted there"
    form.data.editingFinished.emit()
    assert asked == [Path("/home/someone/Bilder")] and form.wish().data == asked[0]
    form.data.setText(" ")
    form.data.editingFinished.emit()
    assert len(asked) == 1 and "folder" in form.wrong()


@pytest.mark.parametrize(
    ("stage", "steps", "gan_steps", "every"),
    [("both", 500, 10_000, 2500), ("both", 20_000, 10_000, 5000), ("rd", 500, 10_000, 125), ("gan", 20_000, 7, 2)],
)
def test_validations_are_few_whatever_stage_is_long(
    panel: TrainPanel, stage: str, steps: int, gan_steps: int, every: int
) -> None:
    form = filled(panel).form
    form.stage.setCurrentIndex(form.stage.findData(stage))
    form.steps.setValue(steps)
    form.gan_steps.setValue(gan_steps)
    arguments = form.wish().arguments(Path("/runs"))
    assert arguments[arguments.index("--validate-every") + 1] == str(every)


def test_estimates_follow_what_is_asked(panel: TrainPanel) -> None:
    form = panel.form
    form.device.setCurrentIndex(form.device.findData("cpu"))
    form.stage.setCurrentIndex(form.stage.findData("rd"))
    for box, value in ((form.steps, 1000), (form.batch, 8), (form.crop, 192)):
        box.setValue(value)
    # 1,000 steps take 30:19 min, four validations of 24 pictures 16:30 min
    assert form.estimate.text() == "Roughly 46:49 min on two processor cores, far less on a GPU, and 0.9 GB of memory."
    form.set_count(100)
    assert "Roughly 32:18 min" in form.estimate.text(), "two pictures are held out"
    form.set_devices((Device("auto", ""), Device("cpu", ""), Device("cuda:0", "NVIDIA H100")))
    assert form.device.currentData() == "cpu", "what was chosen stays"
    form.device.setCurrentIndex(form.device.findText("NVIDIA H100"))
    assert "0.9 GB of the GPU's memory" in form.estimate.text()
    form.preset.setCurrentIndex(form.preset.findData("hific"))
    assert "7.0 GB" in form.estimate.text()


def test_events_reach_curves_and_words(panel: TrainPanel) -> None:
    panel.begin()
    panel.set_running(True)
    losses = {"weighted_compression_loss": 1.5, "q_bpp": 0.4}
    step = {"event": "step", "stage": "rd", "step": 30, "total": 120}
    panel.hear({**step, "losses": losses, "bpp": 0.4, "seconds_left": 90.0})
    assert (panel.progress.value(), panel.progress.maximum()) == (30, 120)
    assert "30 / 120" in panel.state.text() and "1:30 min" in panel.state.text()
    assert panel.charts.curve()[0] == [30]
    scores = {"low": {"psnr": 30.0, "lpips": 0.2}, "high": {"psnr": 34.0, "lpips": None}}
    panel.hear({"event": "validation", "step": 30, "scores": scores})
    for term, value in (("psnr", 32.0), ("lpips", 0.2)):
        panel.charts.term.setCurrentIndex(panel.charts.term.findData(term))
        assert panel.charts.curve() == ([30], [pytest.approx(value)])
    assert not panel.use.isEnabled()
    panel.hear({"event": "exported", "name": "mine", "path": "x"})
    assert panel.use.isEnabled() and "mine" in panel.state.text()
    begun = {"event": "begun", "stage": "rd", "step": 120, "total": 240}
    for event in (begun, {"event": "checkpoint", "step": 125}, {**step, "step": 130, "losses": losses} | PACE):
        panel.hear({"event": "exported", "name": "mine", "path": "x"})
        panel.hear(event)
        assert not panel.use.isEnabled() and "mine" not in panel.state.text(), "it was made longer"
    panel.end("")
    assert "Stopped" in panel.state.text()
    panel.hear({"event": "error", "text": "it broke"})
    assert panel.state.text() == "it broke"


@pytest.mark.parametrize("kind", ["note", "error"])
def test_what_a_run_tells_is_in_the_windows_language(
    panel: TrainPanel, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_panel, "translated", str.upper)
    panel.begin()
    panel.hear({"event": kind, "text": "it broke"})
    assert panel.state.text() == "IT BROKE"


def test_a_validation_is_seen_while_it_lasts(panel: TrainPanel) -> None:
    panel.begin()
    panel.hear({"event": "step", "stage": "rd", "step": 30, "total": 120, "losses": {}} | PACE)
    before, validated = panel.state.text(), {"event": "validation", "stage": "rd", "step": 30, "scores": {}}
    panel.hear({"event": "validating", "stage": "rd", "step": 30})
    assert panel.state.text().startswith("Validating at step 30")
    panel.hear(validated)
    assert panel.state.text() == before
    panel.hear({"event": "validating", "stage": "rd", "step": 30})
    panel.stopping()
    panel.hear(validated)
    assert "Writing a checkpoint" in panel.state.text(), "what was said since stays"


@pytest.mark.parametrize("kind", ["checkpoint", "begun"])
def test_a_validation_that_was_broken_off_is_not_said_to_go_on(panel: TrainPanel, kind: str) -> None:
    """Of a run that goes on after it was stopped, or killed, in its validation."""
    panel.begin()
    panel.hear({"event": "step", "stage": "rd", "step": 30, "total": 120, "losses": {}} | PACE)
    before = panel.state.text()
    panel.hear({"event": "validating", "stage": "rd", "step": 30})
    panel.hear({"event": kind, "stage": "rd", "step": 30, "total": 120, "path": "x"})
    assert panel.state.text() == before


@pytest.mark.parametrize("told", [True, False], ids=["told", "as earlier releases wrote it"])
def test_realism_hides_nothing_of_the_first_stage(panel: TrainPanel, told: bool) -> None:
    panel.begin()
    for stage, step in (("rd", 10), ("rd", 20), ("gan", 10)):
        losses = {"weighted_compression_loss": float(step)}
        panel.hear({"event": "step", "stage": stage, "step": step, "total": 20, "losses": losses} | PACE)
        where = {"step": step, **({"stage": stage} if told else {})}
        panel.hear({"event": "validation", **where, "scores": {"low": {"psnr": float(step), "lpips": None}}})
        panel.hear({"event": "sample", **where, "path": f"/runs/a/{stage}/samples/step-{step:08d}-0.png"})
    assert panel.samples.caption.text() == "Realism, step 10, picture 1 of 1"
    panel.samples.earlier.click()
    assert panel.samples.caption.text() == "Step 20, picture 1 of 1"
    panel.charts.smooth.setValue(0)
    for term in ("weighted_compression_loss", "psnr"):
        panel.charts.term.setCurrentIndex(panel.charts.term.findData(term))
        assert panel.charts.curve() == ([10, 20, 30], [10, 20, 10])


def test_what_can_be_pressed(panel: TrainPanel) -> None:
    filled(panel)
    rows = [
        RunRow(Path("/runs/a"), "stopped", "rd", 1200, 20_000, "/photos"),
        RunRow(Path("/runs/b"), "finished", "gan", 10, 10, "/photos"),
    ]
    panel.set_runs(rows)
    item = panel.runs.topLevelItem(0)
    assert item is not None and [item.text(number) for number in range(3)] == ["a", "stopped", "rd 1,200 / 20,000"]
    assert panel.resume.isEnabled() and panel.chosen_run() == Path("/runs/a")
    panel.runs.setCurrentItem(panel.runs.topLevelItem(1))
    assert not panel.resume.isEnabled() and panel.folder.isEnabled()
    panel.set_running(True)
    assert (panel.start.isEnabled(), panel.pause.isEnabled(), panel.stop.isEnabled()) == (False, True, True)
    panel.set_running(False, paused=True)
    panel.end("")
    asked: list[bool] = []
    panel.continue_asked.connect(lambda: asked.append(True))
    assert panel.pause.text() == "Continue" and "Paused" in panel.state.text()
    panel.pause.click()
    assert asked == [True]
