from pathlib import Path

from pytestqt.qtbot import QtBot

from app.jobs import ModelInfo
from app.pages.controls import Controls


def model(continuous: bool, realism: bool) -> ModelInfo:
    regimes = {"med": 432}
    return ModelInfo("m", "", "f", continuous, realism, regimes, "0" * 8, "0" * 8, "", Path("m"), True)


def test_sliders_that_do_nothing_say_why(qtbot: QtBot) -> None:
    controls = Controls()
    qtbot.addWidget(controls)
    assert not controls.quality.isEnabled() and controls.why.text() == ""
    controls.set_model(model(True, True), True)
    assert controls.quality.isEnabled() and controls.realism.isEnabled() and controls.why.text() == ""
    controls.set_model(model(False, False), True)
    assert not controls.quality.isEnabled() and not controls.realism.isEnabled()
    assert "one rate" in controls.why.text() and "no realism" in controls.why.text()
    controls.set_model(model(True, True), False)
    assert not controls.quality.isEnabled() and controls.realism.isEnabled()
    assert "Without the original" in controls.why.text()


def test_a_moving_slider_asks_once_when_it_rests(qtbot: QtBot) -> None:
    controls = Controls()
    qtbot.addWidget(controls)
    controls.set_model(model(True, True), True)
    asked: list[int] = []
    controls.quality_asked.connect(asked.append)
    for value in range(100, 400, 10):
        controls.quality.setValue(value)
    qtbot.waitUntil(lambda: bool(asked))
    qtbot.wait(200)
    assert asked == [390]
    assert controls.quality_number.value() == 390
