"""Drives the real window on a real (if virtual) screen, as a person would, and keeps what it looked like.

Run by test_on_screen.py as a process of its own: `python -m tests.app.on_screen FOLDER THEME`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app import theme
from app.main_window import MainWindow
from app.preferences import Preferences
from app.service import CodecService
from app.widgets.compare_view import Mode
from tests.app.test_window import drop, idle
from tests.conftest import smooth_picture

PATIENCE = 40_000


class Scene:
    """A window, a folder for pictures of it, and patience."""

    def __init__(self, application: QApplication, folder: Path, scheme: str) -> None:
        self.application, self.folder, self.scheme = application, folder, scheme
        theme.apply(application, scheme)
        self.window = MainWindow(CodecService("cpu"), Preferences(theme=scheme))
        self.window.resize(1200, 760)
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.window.activateWindow()  # no window manager does
        QTest.qWaitForWindowActive(self.window)
        self.wait(lambda: bool(self.window.models))

    def wait(self, until: Callable[[], object]) -> None:
        clock = QElapsedTimer()
        clock.start()
        while not until():
            self.application.processEvents()
            QTest.qWait(10)
            assert clock.elapsed() < PATIENCE, "waited too long"

    def look(self, name: str, widget: QWidget | None = None) -> np.ndarray:
        """The screen's own pixels, so that nothing is seen that a person would not see."""
        QTest.qWait(60)
        window = widget or self.window
        pixmap = window.screen().grabWindow(0)
        path = self.folder / f"{self.scheme}-{name}.png"
        assert pixmap.save(str(path))
        return np.asarray(Image.open(path).convert("RGB"))


def photos(folder: Path) -> list[Path]:
    folder.mkdir()
    paths = []
    for seed, (height, width) in enumerate(((360, 480), (480, 360), (300, 300))):
        paths.append(folder / f"photo-{seed}.png")
        Image.fromarray(smooth_picture(height, width, seed).pixels).save(paths[-1])
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    return paths


def compress(scene: Scene, folder: Path) -> None:
    """A dropped folder: rows with their states, one failure, the first picture beside its original."""
    window = scene.window
    scene.look("1-empty")
    drop(window, folder)
    scene.wait(lambda: idle(window))
    scene.wait(lambda: window.viewing.shown is not None)
    states = [row.state.value for row in window.queue.table.rows]
    assert sorted(states) == ["done", "done", "done", "failed"], states
    scene.look("2-queue")


def compare(scene: Scene) -> None:
    """The split slider by mouse, the flicker by Space, zoom by wheel and keys, the loupe."""
    window, view = scene.window, scene.window.view
    view.setFocus()
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    scene.wait(lambda: view._mode is Mode.slider)
    middle = QPoint(view.width() // 2, view.height() // 3)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(view, middle - QPoint(view.width() // 4, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle - QPoint(view.width() // 4, 0))
    assert abs(view._split - 0.25) < 0.02, view._split
    scene.look("3-slider")
    view.setFocus()
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert view._flicker
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert not view._flicker
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    scene.wait(lambda: view.scale == 1.0)
    view.zoom_by(4, QPointF(view.width() / 3, view.height() / 2))
    scene.look("4-zoomed")
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


def change(scene: Scene) -> None:
    """The quality slider by keys: another file of the same picture."""
    window = scene.window
    before = window.viewing.shown
    assert before is not None
    window.controls.quality.setFocus()
    for _ in range(3):
        QTest.keyClick(window.controls.quality, Qt.Key.Key_PageUp)
    wanted = min(before.details.quality + 150, 1000)
    scene.wait(lambda: window.viewing.shown is not None and window.viewing.shown.details.quality == wanted)
    scene.look("5-quality")


def menus(scene: Scene) -> None:
    """Every menu opens, has entries, and none of them lacks a text."""
    bar = scene.window.menuBar()
    for number, action in enumerate(bar.actions()):
        menu = action.menu()
        assert isinstance(menu, QMenu)
        menu.popup(scene.window.mapToGlobal(QPoint(60 * number, 24)))
        scene.wait(menu.isVisible)
        assert [entry for entry in menu.actions() if not entry.isSeparator()]
        if number in (0, 1):
            scene.look(f"6-menu-{number}")
        menu.close()


def train(scene: Scene, photos_folder: Path) -> None:
    """The panel, filled in by keys and clicks: a run of a few steps to its end, and its model in use."""
    window, panel, form = scene.window, scene.window.train_panel, scene.window.train_panel.form
    QTest.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    scene.wait(window.train_dock.isVisible)
    form.data.setFocus()
    QTest.keyClicks(form.data, str(photos_folder))
    QTest.keyClick(form.data, Qt.Key.Key_Return)
    scene.wait(form.count.text)
    form.name.clear()
    QTest.keyClicks(form.name, "seen")
    form.start_from.setCurrentIndex(form.start_from.findData("tiny"))
    form.stage.setCurrentIndex(form.stage.findData("rd"))
    for box, value in ((form.steps, 12), (form.batch, 1), (form.crop, 64)):
        box.setValue(value)
    scene.look("7-training")
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    scene.wait(panel.use.isEnabled)
    scene.wait(lambda: window.model.findData("seen") >= 0)
    scene.look("8-trained")
    QTest.mouseClick(panel.use, Qt.MouseButton.LeftButton)
    assert window.model.currentData() == "seen"
    scene.wait(lambda: window.viewing.shown is not None and window.viewing.shown.details.model == "seen")
    scene.look("9-used")
    scene.wait(lambda: not panel.stop.isEnabled())  # its process is gone


def main(folder: Path, scheme: str) -> None:
    application = QApplication.instance() or QApplication(["hific-studio"])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    scene = Scene(application, folder, scheme)
    pictures = photos(folder / f"photos-{scheme}").pop().parent
    compress(scene, pictures)
    compare(scene)
    change(scene)
    menus(scene)
    if scheme == "light":
        train(scene, pictures)
    scene.window.service.close()
    scene.window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
