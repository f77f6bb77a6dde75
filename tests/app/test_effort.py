"""Taking longer, as a person asks for it: for smaller files, and for the eye."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app import dialogs
from app.choosing import EFFORTS, Effort
from app.jobs import Shown
from app.main_window import MainWindow
from app.preferences import Preferences
from hific_core import lpips_weights
from hific_core.progress import Progress
from tests.conftest import smooth_picture

from .conftest import Make

LONG = 60_000
EYE = Effort(1, for_eye=True)


def photo_in(window: MainWindow, qtbot: QtBot, folder: Path, height: int) -> Shown:
    """What the window shows of a photo that it compressed."""
    path = folder / "photo.png"
    Image.fromarray(smooth_picture(height, 90).pixels).save(path)
    window.show_picture(path)
    qtbot.waitUntil(lambda: window.viewing.shown is not None, timeout=LONG)
    shown = window.viewing.shown
    assert shown is not None
    return shown


def take(window: MainWindow, effort: Effort) -> None:
    window.menus._efforts.actions()[EFFORTS.index(effort)].trigger()


def taken(window: MainWindow) -> list[Effort]:
    """What the menu says is chosen."""
    return [effort for effort, each in zip(EFFORTS, window.menus._efforts.actions(), strict=True) if each.isChecked()]


def again(window: MainWindow, qtbot: QtBot, before: Shown) -> Shown:
    """What is shown when the picture was compressed once more."""
    qtbot.waitUntil(lambda: window.viewing.shown is not before and window.viewing.shown is not None, timeout=LONG)
    shown = window.viewing.shown
    assert shown is not None
    return shown


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_lpips_path: Path) -> Path:
    path = tmp_path / "weights.npz"
    shutil.copyfile(tiny_lpips_path, path)
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: path)
    return path


def test_the_shown_picture_is_compressed_again(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    shown = window()
    before = photo_in(shown, qtbot, tmp_path, 60)
    assert taken(shown) == [Effort(0)]
    take(shown, Effort(3))
    after = again(shown, qtbot, before)
    assert taken(shown) == [Effort(3)]
    assert after.details.quality < before.details.quality == after.details.asked_quality
    assert shown.controls.quality.value() == before.details.quality, "the slider stays where it was"
    assert after.details.regime == before.details.regime == "med"


def test_a_model_that_cannot_take_longer_says_so(
    window: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_hific_path: Path
) -> None:
    monkeypatch.setenv("HIFIC_MODELS", str(tiny_hific_path.parent))
    found = photo_in(window(Preferences(effort=3)), qtbot, tmp_path, 80)
    assert any("longer work would gain nothing" in note for note in found.details.notes)


def test_for_the_eye_where_the_weights_are_at_hand(window: Make, qtbot: QtBot, tmp_path: Path, at_hand: Path) -> None:
    shown = window()
    before = photo_in(shown, qtbot, tmp_path, 60)
    take(shown, EYE)
    after = again(shown, qtbot, before)
    assert taken(shown) == [EYE]
    assert after.details.quality > before.details.quality == after.details.asked_quality, "gains are spent on quality"
    assert (shown.preferences.effort, shown.preferences.effort_for_eye) == (1, True)


def test_weights_are_fetched_once_if_the_person_wants_them(
    window: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_lpips_path: Path
) -> None:
    path = tmp_path / "fetched.npz"
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: path)
    asked: list[bool] = []

    def fetch(progress: Progress) -> Path:
        return Path(shutil.copyfile(tiny_lpips_path, path))

    def answer(wanted: bool) -> None:
        monkeypatch.setattr(dialogs, "really_fetch_lpips", lambda parent: asked.append(wanted) or wanted)

    monkeypatch.setattr(lpips_weights, "fetch", fetch)
    shown = window()
    before = photo_in(shown, qtbot, tmp_path, 60)
    answer(False)
    take(shown, EYE)
    qtbot.waitUntil(lambda: asked == [False])
    assert taken(shown) == [Effort(0)] and shown.viewing.shown is before
    answer(True)
    take(shown, EYE)
    after = again(shown, qtbot, before)
    assert asked == [False, True] and path.is_file() and taken(shown) == [EYE]
    take(shown, Effort(3, for_eye=True))
    again(shown, qtbot, after)
    assert asked == [False, True], "nobody is asked twice"


def test_what_was_chosen_last_counts(
    window: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, at_hand: Path
) -> None:
    """Weights may come when something else is wanted."""
    shown = window()
    answers: list[object] = []
    kept = shown.commands._look_for_eye

    def hear(effort: Effort, found: object) -> None:
        kept(effort, found)
        answers.append(found)

    monkeypatch.setattr(shown.commands, "_look_for_eye", hear)
    take(shown, EYE)
    take(shown, Effort(3))
    qtbot.waitUntil(lambda: answers == [True])
    assert taken(shown) == [Effort(3)] == [shown.choosing.effort]


def test_weights_that_are_gone_are_never_done_without(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    shown = window(Preferences(effort=1, effort_for_eye=True))
    path = tmp_path / "photo.png"
    Image.fromarray(smooth_picture(60, 90).pixels).save(path)
    shown.show_picture(path)
    qtbot.waitUntil(lambda: bool(shown.findChildren(QMessageBox)), timeout=LONG)
    (box,) = shown.findChildren(QMessageBox)
    assert "LPIPS weights are no longer at" in box.text() and "Take longer" in box.text()
    assert shown.viewing.shown is None
    box.close()


def test_the_slider_keeps_what_else_was_chosen(window: Make) -> None:
    choosing = window(Preferences(strip_metadata=True, effort=3)).choosing
    found = choosing.choice_at(700)
    assert (found.quality, found.regime, found.strip_metadata, found.effort) == (700, None, True, 3)
