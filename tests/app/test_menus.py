"""Menus as a person uses them: every entry, models that come and go, devices, help."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QColorSpace, QGuiApplication, QStatusTipEvent
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app import dialogs
from app.jobs import Device
from app.menus import plain
from app.preferences import Preferences
from hific_core.models import zoo
from tests.conftest import smooth_picture

from .conftest import Make


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    monkeypatch.setattr(zoo, "user_folder", lambda: folder)
    return folder


def test_every_entry_has_a_tip_and_a_key_of_its_own(window: Make) -> None:
    shown = window()
    chosen_from_lists = set(shown.menus.model_menu.actions()) | set(shown.menus.device_menu.actions())
    keys = []
    for _, action in shown.menus.all():
        assert action.statusTip(), action.text()
        if action not in chosen_from_lists:
            assert not action.shortcut().isEmpty(), action.text()
            keys.append(action.shortcut().toString())
    assert len(keys) > 35 and len(keys) == len(set(keys))
    mnemonics = [action.text().lower().partition("&")[2][0] for action in shown.menuBar().actions()]
    assert len(set(mnemonics)) == len(mnemonics), "menus open by Alt and a letter"


def test_shortcuts_are_those_of_the_actions(window: Make) -> None:
    shown = window()
    listed = dict(shown.commands.shortcuts().entries())
    assert listed["Open…"] == "Ctrl+O" and listed["Training panel"] == "Ctrl+T" and listed["Custom quality"] == "Alt+4"
    assert "Space, held" in listed.values()
    assert all(
        action.text().replace("&", "") in listed for _, action in shown.menus.all() if action.shortcut().toString()
    )


def test_a_model_comes_and_goes(
    window: Make, qtbot: QtBot, own: Path, monkeypatch: pytest.MonkeyPatch, tiny_hific_path: Path
) -> None:
    shown = window()
    assert not shown.menus.remove_action.isEnabled()
    assert "not one of your own" in shown.menus.remove_action.statusTip()
    monkeypatch.setattr(dialogs, "model_to_import", lambda parent: tiny_hific_path)
    shown.commands.import_model()
    qtbot.waitUntil(lambda: shown.model.currentData() == "tiny-hific", timeout=30_000)
    copy = own / tiny_hific_path.name
    assert copy.read_bytes() == tiny_hific_path.read_bytes()
    assert [path.name for path in own.iterdir()] == [copy.name]
    ways = {action.text(): action.isEnabled() for action in shown.menus._ways.actions()}
    assert ways == {"Low": False, "Medium": True, "High": False, "Custom quality": False, "Target size": False}
    assert shown.menus.remove_action.isEnabled()
    monkeypatch.setattr(dialogs, "really_remove", lambda parent, name: False)
    shown.menus.remove_action.trigger()
    assert copy.is_file()
    monkeypatch.setattr(dialogs, "really_remove", lambda parent, name: name == "tiny-hific")
    shown.menus.remove_action.trigger()
    qtbot.waitUntil(lambda: shown.model.currentData() == "tiny")
    assert not copy.exists() and not shown.menus.remove_action.isEnabled()


def test_what_is_no_model_says_so(
    window: Make, qtbot: QtBot, own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown = window()
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"no tensors")
    monkeypatch.setattr(dialogs, "model_to_import", lambda parent: wrong)
    shown.commands.import_model()
    qtbot.waitUntil(lambda: bool(shown.findChildren(QMessageBox)))
    assert "wrong.safetensors" in shown.findChildren(QMessageBox)[0].text()
    assert not own.exists()


def test_regimes_from_the_menu(window: Make) -> None:
    shown = window()
    actions = dict(zip(("low", "med", "high", "custom", "target"), shown.menus._ways.actions(), strict=True))
    assert actions["med"].isChecked()
    actions["target"].trigger()
    assert shown.choosing.way == "target" and actions["target"].isChecked() and not actions["med"].isChecked()


def test_devices_are_asked_for_once_and_by_name(window: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: "NVIDIA H100")
    shown = window(Preferences(device="cuda:7"))
    menu = shown.menus.device_menu
    qtbot.waitUntil(lambda: len(menu.actions()) == 3)
    assert [action.text() for action in menu.actions()] == ["Automatic", "Processor", "NVIDIA H100"]
    assert shown.preferences.device == "auto", "a device that is gone is not asked for"
    assert menu.actions()[0].isChecked()
    menu.actions()[2].trigger()
    assert shown.preferences.device == "cuda:0" and shown.service._session.device == "cuda:0"
    shown.menus.set_devices((Device("cuda:0", "R&D card"),))
    assert menu.actions()[0].text() == "R&&D card", "painted as R&D card"


def test_system_info_and_published_models(window: Make) -> None:
    shown = window()
    shown.commands.copy_system_info()
    text = QGuiApplication.clipboard().text()
    assert all(f"{name}: " in text for name in ("hific-studio", "torch", "Python", "System", "Device", "Model"))
    shown.commands.published_models()
    (box,) = shown.findChildren(QMessageBox)
    assert "4026003" in box.text()
    box.close()


def test_preferences_from_the_menu(window: Make) -> None:
    shown = window()
    dialog = shown.commands.preferences_dialog()
    assert dialog.language.count() == 3, "the system's, English, German"
    dialog.theme.setCurrentIndex(dialog.theme.findData("dark"))
    dialog.measure.setChecked(True)
    dialog.accept()
    QGuiApplication.processEvents()
    themes = {action.data(): action.isChecked() for action in shown.menus._themes.actions()}
    assert themes == {"system": False, "light": False, "dark": True}
    assert shown.palette().window().color().lightness() < 128 and shown.preferences.measure
    shown.commands.use_theme("system")


def test_themes_tint_the_icons(window: Make) -> None:
    shown = window()

    def brightest() -> int:
        QGuiApplication.processEvents()
        image = shown.menus.open_action.icon().pixmap(24, 24).toImage()
        colours = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        return max(colour.lightness() for colour in colours if colour.alpha() == 255)

    shown.commands.use_theme("dark")
    assert brightest() > 180
    shown.commands.use_theme("light")
    assert brightest() < 80
    shown.commands.use_theme("system")


def test_a_damaged_model_is_told_until_it_is_understood(window: Make, qtbot: QtBot, own: Path) -> None:
    own.mkdir()
    (own / "broken.safetensors").write_bytes(b"junk")
    shown = window()
    QGuiApplication.sendEvent(shown, QStatusTipEvent("Open"))
    QGuiApplication.sendEvent(shown, QStatusTipEvent(""))
    assert shown.notice.isVisible() and "broken.safetensors" in shown.notice.label.text()
    shown.notice.button.click()
    assert not shown.notice.isVisible()


def test_without_a_picture_nothing_looks_at_one(window: Make, qtbot: QtBot, tmp_path: Path) -> None:
    shown = window()
    names = {"Fit", "100 %", "Zoom in", "Zoom out", "Loupe", "Side by side", "Slider", "Difference"}

    def can_be_chosen() -> set[str]:
        return {
            text for _, action in shown.menus.all() if action.isEnabled() and (text := plain(action.text())) in names
        }

    assert {plain(action.text()) for _, action in shown.menus.all()} > names and can_be_chosen() == set()
    path = tmp_path / "photo.png"
    Image.fromarray(smooth_picture(90, 120).pixels).save(path)
    shown.show_picture(path)
    qtbot.waitUntil(lambda: can_be_chosen() == names, timeout=30_000)
    qtbot.waitUntil(lambda: shown.viewing.shown is not None, timeout=30_000)
    assert can_be_chosen() == names


def test_the_screen_s_colours_from_a_file(window: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, right = tmp_path / "not.icc", tmp_path / "wide.icc"
    wrong.write_bytes(b"hello")
    right.write_bytes(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile().data())
    chosen = iter((right, wrong, None))
    monkeypatch.setattr(dialogs, "profile_to_open", lambda parent: next(chosen))
    shown = window()
    system, own = shown.menus._screens.actions()
    assert system.isChecked() and not own.isChecked()
    own.trigger()
    assert shown.preferences.screen_profile == str(right) and own.isChecked()
    own.trigger()
    (box,) = shown.findChildren(QMessageBox)
    assert "not.icc holds no colour profile" in box.text()
    box.close()
    assert shown.preferences.screen_profile == str(right) and own.isChecked(), "the old one stays"
    system.trigger()
    assert shown.preferences.screen_profile == "" and system.isChecked()
    own.trigger()  # and cancelled
    assert shown.preferences.screen_profile == "" and system.isChecked() and not own.isChecked()
