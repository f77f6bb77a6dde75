from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import dialogs
from app.preferences import Preferences, load, packed, unpacked

from .conftest import Make


def test_what_was_chosen_survives(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "preferences.json"
    chosen = Preferences(model="lite-1", regime="low", strip_metadata=True)
    for number in range(12):
        chosen.remember(tmp_path / f"{number}.hfc")
    chosen.remember(tmp_path / "5.hfc")
    chosen.save(path)
    found = load(path)
    assert found == chosen
    assert len(found.recent) == 10
    assert found.recent[0] == str(tmp_path / "5.hfc")
    assert len(set(found.recent)) == 10


@pytest.mark.parametrize(
    "text",
    ["no json", "[]", '{"regime": 3}', '{"recent": "x"}', '{"recent": [null]}', '{"quality": 1000000000000}', "\x00"],
)
def test_a_broken_file_is_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(text)
    assert load(path) == Preferences()
    assert not path.exists()
    assert path.with_suffix(".broken").read_text() == text


def test_unknown_names_of_a_newer_program_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"regime": "high", "colour": "blue"}')
    assert load(path) == Preferences(regime="high")
    assert load(tmp_path / "none.json") == Preferences()


def test_state_as_text() -> None:
    assert unpacked(packed(b"\x00\xff")) == b"\x00\xff"
    assert unpacked("no base64!") == b""


def test_what_is_chosen_is_kept_at_once(
    window: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session may end without a word to its programs."""
    shown = window()
    monkeypatch.setattr(dialogs, "output_folder", lambda parent, now: str(tmp_path / "out"))
    shown.regime.setCurrentIndex(0)
    assert load().regime == "low"
    shown.commands.folder_dialog()
    shown.commands.use_theme("dark")
    shown.commands.use_theme("system")
    shown.show_file(tmp_path / "a.hfc", None)
    shown.controls.realism_asked.emit(0.5)
    found = load()
    assert (found.output_folder, found.theme, found.realism_told) == (str(tmp_path / "out"), "system", True)
    assert found.recent == [str(tmp_path / "a.hfc")]
    shown.regime.setCurrentIndex(shown.regime.findData("custom"))
    shown.choosing.quality.setValue(321)
    qtbot.waitUntil(lambda: load().quality == 321)
    shown.preferences.forget()
    assert load().recent == []
