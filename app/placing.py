"""Where the window lies and how its docks are arranged, from one start to the next."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from app import preferences as kept
from app.preferences import Preferences

_GRIP = 48
"""Pixels of the title bar that must be seen, so that the window can be pulled."""
_TITLE = 32
"""About the height of a title bar."""


def restore(window: QMainWindow, preferences: Preferences) -> None:
    """As it was, on a screen that is there."""
    window.resize(1280, 800)
    if preferences.geometry:
        window.restoreGeometry(QByteArray(kept.unpacked(preferences.geometry)))
    if preferences.state:
        window.restoreState(QByteArray(kept.unpacked(preferences.state)))
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if not window.isFullScreen() and not window.isMaximized():
        fitting = fitted(window.geometry(), screens)
        if fitting != window.geometry():
            window.setGeometry(fitting)


def fitted(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """`wanted` where its title bar can be reached on a screen, else the same size, or less, on the first."""
    title = QRect(wanted.left(), wanted.top() - _TITLE, wanted.width(), _TITLE + _GRIP)
    for screen in screens:
        seen = screen.intersected(title)
        if seen.width() >= 2 * _GRIP and seen.height() >= _GRIP:
            return wanted
    if not screens:
        return wanted
    first = screens[0]
    width, height = min(wanted.width(), first.width()), min(wanted.height(), first.height() - _TITLE)
    left = first.left() + (first.width() - width) // 2
    return QRect(left, first.top() + _TITLE + max((first.height() - _TITLE - height) // 2, 0), width, height)


def remember(window: QMainWindow, preferences: Preferences) -> None:
    """For the next start."""
    preferences.geometry = kept.packed(bytes(window.saveGeometry().data()))
    preferences.state = kept.packed(bytes(window.saveState().data()))
