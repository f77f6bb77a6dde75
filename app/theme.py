"""Light, dark, or as the system has it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

SCHEMES = {"system": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
_ROLES = QPalette.ColorRole
_DARK = {
    _ROLES.Window: "#2b2b2b",
    _ROLES.WindowText: "#e6e6e6",
    _ROLES.Base: "#1f1f1f",
    _ROLES.AlternateBase: "#272727",
    _ROLES.Text: "#e6e6e6",
    _ROLES.Button: "#383838",
    _ROLES.ButtonText: "#e6e6e6",
    _ROLES.ToolTipBase: "#383838",
    _ROLES.ToolTipText: "#e6e6e6",
    _ROLES.PlaceholderText: "#9a9a9a",
    _ROLES.Link: "#7fb2ff",
    _ROLES.Highlight: "#3c78c8",
    _ROLES.HighlightedText: "#ffffff",
}


def apply(application: QApplication, theme: str) -> None:
    """Asks the platform; where it does not know dark windows, a palette of our own."""
    application.setPalette(QPalette())
    application.styleHints().setColorScheme(SCHEMES.get(theme, Qt.ColorScheme.Unknown))
    application.processEvents()
    is_dark = application.palette().color(_ROLES.Window).lightness() < 128
    if theme == "dark" and not is_dark:
        application.setPalette(_dark())
    elif theme == "light" and is_dark:
        application.setPalette(application.style().standardPalette())


def _dark() -> QPalette:
    palette = QPalette()
    for role, colour in _DARK.items():
        palette.setColor(role, QColor(colour))
    for role in (_ROLES.WindowText, _ROLES.Text, _ROLES.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#7d7d7d"))
    return palette
