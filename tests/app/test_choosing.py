from pathlib import Path

from pytestqt.qtbot import QtBot

from app.choosing import Choosing, Effort
from app.jobs import Choice, ModelInfo, Models
from app.preferences import Preferences


def model(name: str, continuous: bool) -> ModelInfo:
    regimes = {"low": 200, "med": 500, "high": 800} if continuous else {"med": 500}
    return ModelInfo(name, "", "f", continuous, False, regimes, "0" * 8, "0" * 8, "", Path(name), continuous)


MODELS = Models((model("any", True), model("one", False)), ())


def test_each_way_of_saying_how_small(qtbot: QtBot) -> None:
    chosen = Preferences(quality=640, target_kb=35, strip_metadata=True)
    choosing = Choosing(chosen)
    qtbot.addWidget(choosing.boxes)
    choosing.set_models(MODELS)
    found = {}
    for way in ("low", "custom", "target"):
        choosing.use_way(way)
        found[way] = choosing.choice()
    assert found["low"] == Choice("any", "low", strip_metadata=True)
    assert found["custom"] == Choice("any", None, quality=640, strip_metadata=True)
    assert found["target"] == Choice("any", None, max_bytes=35_000, strip_metadata=True)
    assert choosing.quality.isHidden() and not choosing.target.isHidden()
    assert chosen.regime == "target" and Choosing(chosen).way == "target", "it is remembered"


def test_a_number_counts_when_it_rests(qtbot: QtBot) -> None:
    choosing = Choosing(Preferences(regime="custom"))
    qtbot.addWidget(choosing.boxes)
    heard: list[int] = []
    choosing.changed.connect(lambda: heard.append(choosing.choice().quality or 0))
    for value in (510, 520, 530):
        choosing.quality.setValue(value)
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [530]


def test_a_model_of_one_rate_cannot_be_asked_for_another(qtbot: QtBot) -> None:
    choosing = Choosing(Preferences(regime="target"))
    qtbot.addWidget(choosing.boxes)
    choosing.set_models(MODELS)
    choosing.use_model("one")
    assert choosing.way == "med" and choosing.choice() == Choice("one", "med")
    assert [choosing.serves(way) for way in ("low", "med", "high", "custom", "target")] == [False, True] + [False] * 3
    choosing.use_model("any")
    assert all(choosing.serves(way) for way in ("low", "custom", "target"))


def test_effort_is_off_by_default_and_remembered(qtbot: QtBot) -> None:
    chosen = Preferences()
    choosing = Choosing(chosen)
    qtbot.addWidget(choosing.boxes)
    choosing.set_models(MODELS)
    heard: list[tuple[int, bool]] = []

    def choice() -> tuple[int, bool]:
        found = choosing.choice()
        return found.effort, found.for_eye

    choosing.changed.connect(lambda: heard.append(choice()))
    assert choice() == (0, False)
    choosing.use_effort(Effort(10))
    choosing.use_effort(Effort(10))
    choosing.use_effort(Effort(10, True))
    assert heard == [(10, False), (10, True)], "what does not change is not compressed again"
    for way in ("low", "custom", "target"):
        choosing.use_way(way)
        assert choice() == (10, True)
    assert chosen.effort == 10 and chosen.effort_for_eye and Choosing(chosen).effort == Effort(10, True)
    for unknown in (Preferences(effort=7), Preferences(effort=1), Preferences(effort_for_eye=True)):
        assert Choosing(unknown).choice().effort == 0, "what the menu cannot show is off"
