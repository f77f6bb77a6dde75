"""Where the window lies and how its docks are arranged, from one start to the next."""

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from app import preferences as kept
from app.preferences import Preferences


def restore(window: QMainWindow, preferences: Preferences) -> None:
    """As it was, on a screen that is there."""
    window.resize(1280, 800)
    if preferences.geometry:
        window.restoreGeometry(QByteArray(kept.unpacked(preferences.geometry)))
    if preferences.state:
        window.restoreState(QByteArray(kept.unpacked(preferences.state)))
    if not any(screen.geometry().intersects(window.frameGeometry()) for screen in QGuiApplication.screens()):
        window.move(40, 40)


def remember(window: QMainWindow, preferences: Preferences) -> None:
    """For the next start."""
    preferences.geometry = kept.packed(bytes(window.saveGeometry().data()))
    preferences.state = kept.packed(bytes(window.saveState().data()))
