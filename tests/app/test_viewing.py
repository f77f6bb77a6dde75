"""The viewer: what comes first, what comes back, what is offered."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app import dialogs
from app.layers import CELL
from app.main_window import MainWindow
from app.service import painting, session
from app.viewing import original_of
from app.widgets.compare_view import Mode
from hific_core.container import hfc_file
from tests.conftest import smooth_picture
from tests.original_files import narrow, write, write_narrow_model

from .conftest import Make

LONG = 60_000


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "photo.png"
    path.parent.mkdir()
    Image.fromarray(smooth_picture(600, 1100).pixels).save(path)
    return path


def shown(window: MainWindow, qtbot: QtBot, path: Path) -> MainWindow:
    window.show_picture(path)
    qtbot.waitUntil(lambda: window.viewing.shown is not None, timeout=LONG)
    return window


def settled(window: MainWindow) -> bool:
    return window.viewing._coming is None and not window.service.busy


def test_the_visible_part_comes_first(
    window: Make, qtbot: QtBot, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "_SMALL", 0)
    monkeypatch.setattr(painting, "TILE", 2 * CELL)
    made = shown(window(), qtbot, picture)
    made.view.zoom_to(4.0)
    assert made.service.focus.region == made.view.region
    before = made.viewing.shown.reconstruction.layer
    known: list[np.ndarray] = []
    made.service.painted.connect(lambda ticket: known.append(made.view._right.layer._known.copy()))
    made.controls.quality.setValue(950)
    qtbot.waitUntil(lambda: made.viewing.shown.details.quality == 950, timeout=LONG)
    region = made.view.region.grown(CELL, 0, 600, 1100)
    first = np.zeros_like(known[0])
    first[region.top // CELL : -(-(region.top + region.height) // CELL)] = True
    first[:, : region.left // CELL] = first[:, -(-(region.left + region.width) // CELL) :] = False
    assert np.array_equal(known[0], first) and not first.all()
    layer = made.viewing.shown.reconstruction.layer
    assert layer.complete and layer is not before and not np.array_equal(layer.pixels, before.pixels)


def test_another_rate_while_a_picture_is_being_opened_is_that_picture_s(
    window: Make, qtbot: QtBot, picture: Path, tmp_path: Path
) -> None:
    made = shown(window(), qtbot, picture)
    other = tmp_path / "in" / "other.png"
    Image.fromarray(smooth_picture(300, 500, seed=4).pixels).save(other)
    made.show_picture(other)
    made.viewing.decode_again(0.0)
    made.viewing.encode_again(made.choosing.choice_at(950))
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    details = made.viewing.shown.details
    assert (details.name, details.quality, details.width) == ("other.png", 950, 500)
    assert made.viewing.shown_path == other


def test_what_came_of_work_stays_in_the_status_bar(window: Make, qtbot: QtBot, picture: Path, tmp_path: Path) -> None:
    made = shown(window(), qtbot, picture)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    told: list[str] = []
    made.statusBar().messageChanged.connect(told.append)
    made.requests.ask(
        made.service.export(made.viewing.shown, tmp_path / "out.png"),
        lambda answer: made.statusBar().showMessage("It is there."),
    )
    qtbot.waitUntil(lambda: "It is there." in told and settled(made), timeout=LONG)
    assert made.statusBar().currentMessage() == "It is there."


def test_what_was_shown_comes_back_when_its_successor_is_cancelled(window: Make, qtbot: QtBot, picture: Path) -> None:
    made = shown(window(), qtbot, picture)
    before = made.viewing.shown
    text = made.readout.as_text()
    made.controls.quality.setValue(950)
    qtbot.waitUntil(lambda: made.viewing._coming is not None, timeout=LONG)
    made.service.cancel(made.viewing._coming)
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert made.viewing.shown is before
    assert made.view._right.layer is before.reconstruction.layer
    assert made.controls.quality.value() == before.details.quality
    assert made.readout.as_text().split("psnr")[0] == text.split("psnr")[0]
    made.controls.quality.setValue(900)
    qtbot.waitUntil(lambda: made.viewing.shown.details.quality == 900, timeout=LONG)


def test_a_damaged_file_offers_what_can_be_saved(window: Make, qtbot: QtBot, picture: Path, tmp_path: Path) -> None:
    made = shown(window(), qtbot, picture)
    good = tmp_path / "good.hfc"
    made.requests.ask(made.service.save(made.viewing.shown, good), lambda _: None)
    qtbot.waitUntil(good.is_file, timeout=LONG)
    file = hfc_file.read(good)
    data = bytearray(good.read_bytes())
    at = data.index(file.partitions[2])
    data[at + len(file.partitions[2]) // 2] ^= 0xFF
    (tmp_path / "bad.hfc").write_bytes(data)
    made.show_file(tmp_path / "bad.hfc", None)
    qtbot.waitUntil(lambda: bool(made.findChildren(QMessageBox)), timeout=LONG)
    (box,) = made.findChildren(QMessageBox)
    assert "bad.hfc is damaged" in box.text() and made.viewing.shown.details.name == "photo.png"
    next(button for button in box.buttons() if button.text() == "Show what can be saved").click()
    qtbot.waitUntil(lambda: made.viewing.shown.details.name == "bad.hfc", timeout=LONG)
    assert "Damaged and left out: partition 2" in made.readout._notes.text()
    pixels = made.viewing.shown.reconstruction.layer.pixels
    assert (pixels[0:512, 1024:1536] == 128).all() and not (pixels[0:512, 0:512] == 128).all()


def test_an_original_that_is_found(
    window: Make, qtbot: QtBot, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, picture)
    alone = tmp_path / "alone.hfc"
    made.requests.ask(made.service.save(made.viewing.shown, alone), lambda _: None)
    qtbot.waitUntil(alone.is_file, timeout=LONG)
    assert original_of(alone) is None and made.controls.find_original.isHidden()
    made.open_paths([alone])
    qtbot.waitUntil(lambda: made.viewing.shown.details.name == "alone.hfc", timeout=LONG)
    assert not made.viewing.has_original and not made.controls.find_original.isHidden()
    monkeypatch.setattr(dialogs, "picture_to_open", lambda *_: picture)
    made.controls.find_original.click()
    qtbot.waitUntil(lambda: made.viewing.has_original, timeout=LONG)
    assert made.controls.find_original.isHidden()
    assert np.array_equal(made.viewing.shown.original.layer.pixels, smooth_picture(600, 1100).pixels)


def test_what_was_decoded_is_not_taken_for_the_original(tmp_path: Path) -> None:
    """`hific decompress` writes scan.png beside scan.hfc, which comes before scan.tif by name and after it in time."""
    hfc = tmp_path / "scan.hfc"
    for age, name in ((200, "scan.tif"), (100, "scan.hfc"), (50, "scan.png"), (20, "scan.txt")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (tmp_path / "scan.bmp").symlink_to(tmp_path / "gone")
    assert original_of(hfc) == tmp_path / "scan.tif"
    (tmp_path / "scan.tif").unlink()
    assert original_of(hfc) == tmp_path / "scan.png", "better than none: copying makes all files new"


def test_a_decoded_copy_beside_a_file_is_not_taken_for_its_original(
    window: Make, qtbot: QtBot, picture: Path, tmp_path: Path
) -> None:
    """Even where it is older than the file, as copying may leave it."""
    made = shown(window(), qtbot, picture)
    hfc, copy = tmp_path / "copy.hfc", tmp_path / "copy.png"
    made.requests.ask(made.service.export(made.viewing.shown, copy), lambda _: None)
    qtbot.waitUntil(copy.is_file, timeout=LONG)
    made.requests.ask(made.service.save(made.viewing.shown, hfc), lambda _: None)
    qtbot.waitUntil(hfc.is_file, timeout=LONG)
    os.utime(copy, (1e9, 1e9))
    assert original_of(hfc) == copy
    made.open_paths([hfc])
    qtbot.waitUntil(lambda: made.viewing.shown.details.name == "copy.hfc", timeout=LONG)
    assert not made.viewing.has_original and not made.controls.find_original.isHidden()
    assert "copy.png is not the original" in made.readout._notes.text()


def test_another_codec_begins_with_what_is_seen_and_is_measured(
    window: Make, qtbot: QtBot, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painting, "_SMALL", 0)
    made = shown(window(), qtbot, picture)
    made.view.zoom_to(2.0)
    labels: list[str] = []
    originals: list[object] = []
    made.service.opened.connect(lambda ticket, answer: labels.append(made.view._left.label))
    made.service.opened.connect(lambda ticket, answer: originals.append(made.view._original))
    made.controls.other.setCurrentIndex(made.controls.other.findData("webp"))
    qtbot.waitUntil(lambda: "WEBP" in made.readout.as_text(), timeout=LONG)
    assert labels == ["WEBP · …"]
    original = made.viewing.shown.original
    assert [*originals, made.view._original] == [original, original], "what the space key shows"
    assert made.view._left.layer.complete and "bytes" in made.view._left.label
    assert made.view._left.label in made.readout.as_text()
    made.controls.other.setCurrentIndex(0)
    assert "WEBP" not in made.readout.as_text()


@pytest.mark.parametrize("mode", [Mode.side_by_side, Mode.slider])
def test_the_loupe_magnifies_both_sides(window: Make, qtbot: QtBot, picture: Path, mode: Mode) -> None:
    from PySide6.QtCore import QPointF

    from app.widgets.loupe import loupe_boxes

    made = shown(window(), qtbot, picture)
    made.view.set_mode(mode)
    place = QPointF(made.view.width() / 4, made.view.height() / 2)
    plain = made.view.grab().toImage()
    made.view._has_loupe, made.view._loupe = True, place
    magnified = made.view.grab().toImage()
    boxes = loupe_boxes(made.view._panes(), place)
    for box in boxes:
        inside = box.center().toPoint()
        side = (made.view._left, made.view._right)[boxes.index(box)]
        at = made.view._to_picture(place, made.view._pane_at(place))
        near = side.layer.pixels[int(at.y()) - 1 : int(at.y()) + 2, int(at.x()) - 1 : int(at.x()) + 2].reshape(-1, 3)
        found = np.array(magnified.pixelColor(inside).getRgb()[:3])
        assert (near == found).all(1).any(), "single pixels, not interpolated"
    assert plain != magnified
    made.view.set_loupe(False)
    assert made.view.grab().toImage() == plain


def test_a_file_of_the_original_opens_with_the_model_that_fits(
    window: Make, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = narrow()
    (tmp_path / "models").mkdir()
    write_narrow_model(tmp_path / "models")
    monkeypatch.setenv("HIFIC_MODELS", str(tmp_path / "models"))
    original = smooth_picture(90, 140)
    path = tmp_path / "old.hfc"
    path.write_bytes(write(network, original, True).data)
    Image.fromarray(original.pixels).save(tmp_path / "old.png")
    made = window()
    made.open_paths([path])
    qtbot.waitUntil(lambda: made.viewing.shown is not None, timeout=LONG)
    found = made.viewing.shown
    assert (found.details.width, found.details.height, found.details.bytes) == (140, 90, path.stat().st_size)
    assert found.original is not None and found.details.realism == 0
    made.requests.ask(made.service.save(made.viewing.shown, tmp_path / "copy.hfc"), lambda _: None)
    made.requests.ask(made.service.export(made.viewing.shown, tmp_path / "seen.png"), lambda _: None)
    qtbot.waitUntil((tmp_path / "seen.png").is_file, timeout=LONG)
    assert (tmp_path / "copy.hfc").read_bytes() == path.read_bytes()
    qtbot.waitUntil(lambda: settled(made), timeout=LONG)
    assert np.array_equal(np.array(Image.open(tmp_path / "seen.png")), found.reconstruction.layer.pixels)


def test_a_broken_original_does_not_hide_its_file(window: Make, qtbot: QtBot, picture: Path, tmp_path: Path) -> None:
    made = shown(window(), qtbot, picture)
    made.requests.ask(made.service.save(made.viewing.shown, tmp_path / "photo.hfc"), lambda _: None)
    qtbot.waitUntil((tmp_path / "photo.hfc").is_file, timeout=LONG)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    made.open_paths([tmp_path / "photo.hfc"])
    qtbot.waitUntil(lambda: made.viewing.shown.details.name == "photo.hfc", timeout=LONG)
    assert not made.viewing.has_original and "photo.jpg" in made.readout._notes.text()


def test_few_bytes_that_claim_a_gigapixel_take_no_room(
    window: Make, qtbot: QtBot, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shown(window(), qtbot, picture)
    made.requests.ask(made.service.save(made.viewing.shown, tmp_path / "small.hfc"), lambda _: None)
    qtbot.waitUntil((tmp_path / "small.hfc").is_file, timeout=LONG)
    file = hfc_file.read(tmp_path / "small.hfc")
    header = replace(file.header, height=32_768, width=32_768)
    claimed = replace(file, header=header, partitions=(b"",) * 64**2)
    (tmp_path / "huge.hfc").write_bytes(claimed.pack())
    made_layers: list[tuple[int, ...]] = []
    monkeypatch.setattr(session, "Layer", lambda *size: made_layers.append(size))
    made.show_file(tmp_path / "huge.hfc", None)
    qtbot.waitUntil(lambda: bool(made.findChildren(QMessageBox)), timeout=LONG)
    (box,) = made.findChildren(QMessageBox)
    assert "huge.hfc is damaged" in box.text() and made_layers == []
