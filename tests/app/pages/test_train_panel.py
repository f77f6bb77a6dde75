from pathlib import Path

from pytestqt.qtbot import QtBot

from app.pages.train_panel import TrainPanel


def test_a_wish_becomes_arguments(qtbot: QtBot) -> None:
    panel = TrainPanel()
    qtbot.addWidget(panel)
    asked: list[object] = []
    panel.start_asked.connect(asked.append)
    panel.start.click()
    assert asked == [] and "folder" in panel.state.text()
    panel.data.setText("/photos")
    panel.stage.setCurrentIndex(panel.stage.findData("rd"))
    panel.crop.setValue(200)
    panel.start.click()
    arguments = panel.wish().arguments(Path("/runs"))
    pairs = dict(zip(arguments[::2], arguments[1::2], strict=False))
    assert pairs["--data"] == "/photos" and pairs["--save"] == "/runs" and pairs["--stage"] == "rd"
    assert pairs["--crop"] == "192" and "--init" not in pairs
    assert asked == [panel.wish()]


def test_few_pictures_are_warned_of(qtbot: QtBot) -> None:
    panel = TrainPanel()
    qtbot.addWidget(panel)
    panel.set_count(16)
    assert "few" in panel.count.text()
    panel.set_count(5000)
    assert panel.count.text() == "5000 pictures"


def test_events_reach_curves_and_words(qtbot: QtBot) -> None:
    panel = TrainPanel()
    qtbot.addWidget(panel)
    losses = {"weighted_compression_loss": 1.5, "q_bpp": 0.4}
    step = {
        "event": "step",
        "stage": "rd",
        "step": 30,
        "total": 120,
        "losses": losses,
        "bpp": 0.4,
        "seconds_left": 90.0,
    }
    panel.hear(step)
    assert (panel.progress.value(), panel.progress.maximum()) == (30, 120)
    assert "30 / 120" in panel.state.text() and "1:30 min" in panel.state.text()
    assert panel.charts.curve()[0] == [30]
    assert not panel.use.isEnabled()
    panel.hear({"event": "exported", "name": "mine", "path": "x"})
    assert panel.use.isEnabled() and "mine" in panel.state.text()
    panel.hear({"event": "error", "text": "it broke"})
    assert panel.state.text() == "it broke"
