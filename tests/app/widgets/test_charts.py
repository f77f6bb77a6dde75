import pytest
from pytestqt.qtbot import QtBot

from app.widgets.charts import Charts, smoothed


def test_smoothing_is_a_mean_from_the_start() -> None:
    assert smoothed([4.0, 4.0, 4.0], 0.9) == pytest.approx([4, 4, 4])
    assert smoothed([1.0, 5.0], 0.0) == [1, 5]
    found = smoothed([0.0] * 5 + [1.0] * 50, 0.5)
    assert found[5] == pytest.approx(0.5, abs=0.02) and found[-1] > 0.99


def test_curves_by_term(qtbot: QtBot) -> None:
    charts = Charts()
    qtbot.addWidget(charts)
    assert charts.plot is None, "nothing is drawn before it is seen"
    charts.show()
    charts.smooth.setValue(0)
    for step in range(1, 4):
        charts.add(step, {"weighted_compression_loss": 10.0 / step, "q_bpp": None, "unknown": 1.0}, "rd")
    assert charts.curve() == ([1, 2, 3], pytest.approx([10, 5, 10 / 3]))
    charts.log.setChecked(True)
    charts.term.setCurrentIndex(1)
    assert charts.curve() == ([], [])
    charts.clear()
    charts.term.setCurrentIndex(0)
    assert charts.curve() == ([], [])


def test_what_is_drawn(qtbot: QtBot) -> None:
    charts = Charts()
    qtbot.addWidget(charts)
    charts.smooth.setValue(0)
    for step in (10, 20, 30, 20, 40):  # resumed after 10
        charts.add(step, {"weighted_compression_loss": float(step)}, "rd")
    charts.show()
    qtbot.waitUntil(lambda: charts._line.getData()[0] is not None)
    assert list(charts._line.getData()[0]) == [10, 20, 40] == list(charts._raw.getData()[1])
    assert not charts._border.isVisible()


def test_realism_goes_on_behind_rate_and_distortion(qtbot: QtBot) -> None:
    charts = Charts()
    qtbot.addWidget(charts)
    charts.smooth.setValue(0)
    for stage, step in (("rd", 10), ("rd", 20), ("gan", 10), ("gan", 20), ("gan", 30), ("gan", 20)):
        charts.add(step, {"weighted_compression_loss": float(step)}, stage)
    assert charts.curve() == ([10, 20, 30, 40], [10, 20, 10, 20])
    charts.add(20, {"psnr": 30.0}, "gan")
    charts.term.setCurrentIndex(charts.term.findData("psnr"))
    assert charts.curve()[0] == [40], "also where the first stage has no value of this term"
    charts.show()
    qtbot.waitUntil(lambda: charts._border.isVisible())
    assert charts._border.value() == 20
    charts.clear()
    charts.add(10, {"psnr": 30.0}, "gan")
    assert charts.curve()[0] == [10], "a run of realism alone begins at its own beginning"
