"""What a person does while other work is still going on: nothing is lost, and nothing lands under another's name."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app import commands, dialogs
from app.choosing import Effort
from app.jobs import Compressed
from app.main_window import MainWindow
from app.service import session
from app.service.session import Session
from hific_core import compare
from hific_core.codec import Codec
from hific_core.container import hfc_file
from hific_core.errors import UnreadableImage
from tests.conftest import smooth_picture

from .conftest import Make

LONG = 60_000


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "in" / "first.png", tmp_path / "in" / "second.png"
    paths[0].parent.mkdir()
    Image.fromarray(smooth_picture(400, 600).pixels).save(paths[0])
    Image.fromarray(smooth_picture(700, 900, seed=4).pixels).save(paths[1])
    return paths


@pytest.fixture
def realism(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny model as if it had the control."""
    has_realism(monkeypatch)


def has_realism(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "_realism", lambda self, codec, wanted: wanted)
    monkeypatch.setattr(Codec, "_check_realism", lambda self, wanted: None)


def settled(window: MainWindow) -> bool:
    return not window.viewing.comes and not window.service.busy


def shown(window: MainWindow, qtbot: QtBot, path: Path) -> MainWindow:
    window.show_picture(path)
    qtbot.waitUntil(lambda: window.viewing.shown_path == path and settled(window), timeout=LONG)
    return window


def test_saving_while_another_opens_saves_what_is_seen(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pictures
    made = shown(window(), qtbot, first)
    proposals: list[Path] = []

    def answer(parent: object, proposed: Path, pattern: str) -> Path:
        proposals.append(proposed)
        return tmp_path / proposed.name

    monkeypatch.setattr(dialogs, "file_to_save", answer)
    made.show_picture(second)
    made.commands.save_dialog()
    made.commands.export_dialog()
    qtbot.waitUntil(lambda: (tmp_path / "first-decoded.png").is_file() and settled(made), timeout=LONG)
    assert proposals == [first.with_suffix(".hfc"), first.parent / "first-decoded.png"]
    header = hfc_file.read(tmp_path / "first.hfc").header
    assert (header.width, header.height) == (600, 400) == Image.open(tmp_path / "first-decoded.png").size
    assert made.viewing.shown.details.name == "second.png"
    made.commands.save_dialog()
    qtbot.waitUntil(lambda: (tmp_path / "second.hfc").is_file() and settled(made), timeout=LONG)
    assert hfc_file.read(tmp_path / "second.hfc").header.width == 900


def test_an_export_does_not_take_the_place_of_the_original(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, pictures[0])
    before = pictures[0].read_bytes()
    monkeypatch.setattr(dialogs, "file_to_save", lambda *_: pictures[0])
    made.commands.export_dialog()
    (box,) = made.findChildren(QMessageBox)
    assert "first.png is the original" in box.text()
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert pictures[0].read_bytes() == before


def test_realism_does_not_undo_a_quality_that_is_on_its_way(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], realism: None
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.viewing.encode_again(made.choosing.choice_at(900))
    made.viewing.decode_again(0.5)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    details = made.viewing.shown.details
    assert (details.quality, details.realism) == (900, 0.5)
    assert made.controls.quality.value() == 900


def test_realism_counts_for_the_file_that_is_being_opened(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], tmp_path: Path, realism: None
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.requests.ask(made.service.save(made.viewing.shown, tmp_path / "first.hfc"), lambda _: None)
    qtbot.waitUntil((tmp_path / "first.hfc").is_file, timeout=LONG)
    for opens, name in (
        (lambda: made.show_picture(pictures[1]), "second.png"),
        (lambda: made.show_file(tmp_path / "first.hfc", None), "first.hfc"),
    ):
        opens()
        made.viewing.decode_again(0.25)
        qtbot.waitUntil(lambda: settled(made), timeout=LONG)
        assert (made.viewing.shown.details.name, made.viewing.shown.details.realism) == (name, 0.25)


def test_a_saved_file_proposes_the_realism_that_is_seen(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], tmp_path: Path, realism: None
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.viewing.decode_again(1.0)
    qtbot.waitUntil(lambda: made.viewing.shown.details.realism == 1.0 and not made.service.busy, timeout=LONG)
    path = tmp_path / "saved.hfc"
    made.requests.ask(made.service.save(made.viewing.shown, path), lambda _: None)
    qtbot.waitUntil(path.is_file, timeout=LONG)
    assert hfc_file.read(path).header.realism == 255
    assert path.stat().st_size == made.viewing.shown.details.bytes
    made.open_paths([path])
    qtbot.waitUntil(lambda: made.viewing.shown.details.name == "saved.hfc", timeout=LONG)
    assert made.viewing.shown.details.realism == 1.0


def test_realism_outlasts_a_model_without_it(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.viewing.decode_again(0.5)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown.details.realism == 0
    has_realism(monkeypatch)
    made.viewing.encode_again(made.choosing.choice_at(700))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown.details.realism == 0.5


def test_realism_outlasts_work_that_is_cancelled_with_a_model_without_it(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, pictures[0])
    with monkeypatch.context() as with_realism:
        has_realism(with_realism)
        made.viewing.decode_again(0.5)
        qtbot.waitUntil(lambda: settled(made), timeout=LONG)
        assert made.viewing.shown.details.realism == 0.5
    made.viewing.encode_again(made.choosing.choice_at(600))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    before = made.viewing.shown
    assert before.details.realism == 0
    made.viewing.encode_again(made.choosing.choice_at(950))
    made.service.cancel(made.viewing._coming)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown is before
    has_realism(monkeypatch)
    made.viewing.encode_again(made.choosing.choice_at(700))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown.details.realism == 0.5


def test_a_realism_that_is_cancelled_is_not_chosen(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], realism: None
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.viewing.decode_again(0.5)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    made.viewing.decode_again(0.75)
    made.service.cancel(made.viewing._coming)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    made.viewing.encode_again(made.choosing.choice_at(700))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown.details.realism == 0.5


def test_longer_work_keeps_the_quality_of_the_slider(window: Make, qtbot: QtBot, pictures: tuple[Path, Path]) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.controls.quality.setValue(800)
    qtbot.waitUntil(lambda: made.viewing.shown.details.asked_quality == 800 and settled(made), timeout=LONG)
    made.choosing.use_effort(Effort(3))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown.details.asked_quality == 800 > made.viewing.shown.details.quality
    made.choosing.use_way("high")
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown.details.regime == "high"


def test_a_second_pasted_picture_is_not_lost_to_a_slider(
    window: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "scratch_folder", lambda: tmp_path / "scratch")
    made = window()
    for side in (120, 200):
        pixels = np.ascontiguousarray(smooth_picture(90, side).pixels)
        QGuiApplication.clipboard().setImage(
            QImage(pixels.data, side, 90, 3 * side, QImage.Format.Format_RGB888).copy()
        )
        made.commands.paste()
        made.viewing.encode_again(made.choosing.choice_at(700))
        qtbot.waitUntil(lambda: settled(made), timeout=LONG)
        assert (made.viewing.shown.details.width, made.viewing.shown.details.quality) == (side, 700)
    assert made.viewing.shown.details.name == "pasted.png"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_another_codec_s_picture_does_not_come_back_over_the_next_file(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, pictures[0])
    sizes: list[tuple[object, object]] = []
    set_sides = made.view.set_sides

    def noted(left: object, right: object, *original: object) -> None:
        sizes.append((left and left.size, right and right.size))
        set_sides(left, right, *original)

    made.controls.other.setCurrentIndex(made.controls.other.findData("webp"))
    made.show_picture(pictures[1])
    monkeypatch.setattr(made.view, "set_sides", noted)
    qtbot.waitUntil(lambda: settled(made) and made.view._left.label.startswith("WEBP · "), timeout=LONG)
    assert set(sizes) == {((700, 900), (700, 900))}


def test_the_other_side_is_as_chosen_after_a_file_that_could_not_be_opened(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], tmp_path: Path
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.controls.other.setCurrentIndex(made.controls.other.findData("webp"))
    qtbot.waitUntil(lambda: "WEBP" in made.readout.as_text(), timeout=LONG)
    (tmp_path / "no.png").write_bytes(b"no picture")
    made.show_picture(tmp_path / "no.png")
    qtbot.waitUntil(lambda: bool(made.findChildren(QMessageBox)), timeout=LONG)
    qtbot.waitUntil(lambda: made.view._left.label.startswith("WEBP · ") and settled(made), timeout=LONG)
    assert made.viewing.shown_path == pictures[0]


def test_a_codec_that_cannot_hold_the_picture_gives_way_to_the_original(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise UnreadableImage("WebP cannot hold this picture; leave it out.")

    made = shown(window(), qtbot, pictures[0])
    monkeypatch.setattr(compare, "encode_at", refuses)
    made.controls.other.setCurrentIndex(made.controls.other.findData("webp"))
    qtbot.waitUntil(lambda: bool(made.findChildren(QMessageBox)), timeout=LONG)
    assert made.controls.other.currentIndex() == 0
    assert made.view._left.label.startswith("Original · ")


def test_only_what_was_dropped_to_be_seen_opens(window: Make, qtbot: QtBot, pictures: tuple[Path, Path]) -> None:
    made = shown(window(), qtbot, pictures[0])
    opened: list[Path] = []
    made.show_file = lambda path, original: opened.append(original)  # type: ignore[method-assign]
    made.open_paths([pictures[1]])
    qtbot.waitUntil(lambda: bool(made._open_next), timeout=LONG)
    earlier = Compressed(pictures[0], pictures[0].with_suffix(".hfc"), 1, 1, 1, 1, 0.0, ())
    made.queueing.compressed.emit(earlier)
    assert opened == []
    qtbot.waitUntil(lambda: opened == [pictures[1]], timeout=LONG)


def test_a_picture_of_another_size_is_said_not_to_be_the_original(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, pictures[0])
    alone = tmp_path / "alone.hfc"
    made.requests.ask(made.service.save(made.viewing.shown, alone), lambda _: None)
    qtbot.waitUntil(alone.is_file, timeout=LONG)
    made.show_file(alone, None)
    qtbot.waitUntil(lambda: made.viewing.shown_path == alone, timeout=LONG)
    monkeypatch.setattr(dialogs, "picture_to_open", lambda *_: pictures[1])
    made.controls.find_original.click()
    qtbot.waitUntil(lambda: "second.png is not the original" in made.readout._notes.text(), timeout=LONG)
    assert "900 × 700" in made.readout._notes.text() and not made.viewing.has_original


def test_what_the_codec_does_is_told_first_and_what_came_of_it_stays(
    window: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = window()
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    bar = made.statusBar()
    made.service.progressed.emit(7, "avif", 0.1)
    assert bar.currentMessage() == "encoding AVIF" and made._current == 7
    monkeypatch.setattr(type(made.service), "coded", 8)
    made.service.progressed.emit(8, "analyse", 0.2)
    made.service.progressed.emit(7, "avif", 0.3)
    assert bar.currentMessage() == "encoding" and made._current == 8
    made.commands.say("Saved")
    made.service.progressed.emit(8, "analyse", 0.4)
    made.service.finished.emit(8, None)
    assert bar.currentMessage() == "Saved"


def test_what_is_still_being_painted_is_what_is_saved(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, pictures[0])
    proposals: list[Path] = []
    held = threading.Event()
    paint = session.paint
    monkeypatch.setattr(session, "paint", lambda *args: (held.wait(LONG / 1000), paint(*args)))
    monkeypatch.setattr(dialogs, "file_to_save", lambda parent, proposed, pattern: proposals.append(proposed))
    made.show_picture(pictures[1])
    qtbot.waitUntil(lambda: made.view._right.size == (700, 900), timeout=LONG)
    made.commands.save_dialog()
    made.controls.other.setCurrentIndex(made.controls.other.findData("jpeg"))
    assert proposals == [pictures[1].with_suffix(".hfc")] and made.view._left.size == (700, 900)
    held.set()
    qtbot.waitUntil(lambda: settled(made) and made.view._left.label.startswith("JPEG · "), timeout=LONG)
    assert made.view._left.size == (700, 900)


def test_the_quality_of_the_slider_comes_back_with_its_picture(
    window: Make, qtbot: QtBot, pictures: tuple[Path, Path]
) -> None:
    made = shown(window(), qtbot, pictures[0])
    made.controls.quality.setValue(800)
    qtbot.waitUntil(lambda: made.viewing.shown.details.asked_quality == 800 and settled(made), timeout=LONG)
    made.show_picture(pictures[1])
    made.service.cancel(made.viewing._coming)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    made.choosing.use_effort(Effort(3))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert (made.viewing.shown_path, made.viewing.shown.details.asked_quality) == (pictures[0], 800)


def test_a_picture_that_cannot_be_kept_is_said(window: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(commands, "scratch_folder", lambda: tmp_path / "file")
    made = window()
    QGuiApplication.clipboard().setImage(QImage(8, 8, QImage.Format.Format_RGB888))
    made.commands.paste()
    assert made.statusBar().currentMessage() == f"What was copied could not be kept in {tmp_path / 'file'}."


def test_pasted_pictures_go_with_the_window(window: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "scratch_folder", lambda: tmp_path / "scratch")
    made = window()
    (tmp_path / "scratch" / "pasted-of-a-crash").mkdir(parents=True)
    (tmp_path / "scratch" / "other").mkdir()
    monkeypatch.setattr(dialogs, "may_stop", lambda *_: True)
    QGuiApplication.clipboard().setImage(QImage(64, 64, QImage.Format.Format_RGB888))
    made.commands.paste()
    made.close()
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["other"]
