"""Which language the window speaks."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.paths import resource

PREFIX = "hific_studio_"
SOURCE = "en"
"""The language that the program's texts are written in."""


def available() -> list[tuple[str, str]]:
    """Code and own name of each language, English first."""
    codes = [SOURCE, *sorted(path.stem.removeprefix(PREFIX) for path in _folder().glob(f"{PREFIX}*.qm"))]
    # English is that of no country here
    return [(code, "English" if code == SOURCE else QLocale(code).nativeLanguageName().capitalize()) for code in codes]


def install(application: QCoreApplication, chosen: str) -> list[QTranslator]:
    """Makes all windows from now on speak `chosen`, or the system's language where that is empty.

    Returns what must be kept as long as the program runs; none for English or where there is no translation.
    """
    locale = QLocale(chosen) if chosen else QLocale.system()
    if chosen:
        QLocale.setDefault(locale)
    installed = []
    if locale.language() is not QLocale(SOURCE).language():
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in ((PREFIX[:-1], str(_folder())), ("qtbase", qt)):
            translator = QTranslator(application)
            if translator.load(locale, name, "_", folder):
                application.installTranslator(translator)
                installed.append(translator)
    return installed


def _folder() -> Path:
    return resource("translations")
