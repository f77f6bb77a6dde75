"""Starts the window: `python -m app [FILES]`, `hific-studio [FILES]`."""

import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

if sys.platform == "win32":
    import torch  # noqa: F401 (a DLL error follows where Qt comes first)

from PySide6.QtWidgets import QApplication

from app import preferences, theme
from app.dialogs import tell
from app.main_window import MainWindow
from app.paths import log_folder
from app.service import CodecService


def main(arguments: Sequence[str] | None = None) -> int:
    """Shows the window, with files to open where some are named; returns the exit code."""
    names = list(sys.argv[1:] if arguments is None else arguments)
    application = QApplication.instance() or QApplication(["hific-studio"])
    assert isinstance(application, QApplication)
    application.setApplicationName("HiFiC Studio")
    application.setStyle("Fusion")
    chosen = preferences.load()
    theme.apply(application, chosen.theme)
    _keep_log()
    window = MainWindow(CodecService(chosen.device), chosen)
    _catch_all(window)
    window.show()
    if names:
        window.open_paths([Path(name) for name in names])
    return application.exec()


def _keep_log() -> None:
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=log_folder() / "hific-studio.log", level=logging.INFO)
        # kept open for the life of the program
        faulthandler.enable(open(log_folder() / "crash.log", "a"))  # noqa: SIM115, PTH123
    except OSError:
        logging.basicConfig(level=logging.INFO)


def _catch_all(window: MainWindow) -> None:
    """What nobody caught goes to the log and into a dialog, never to a silent death."""

    def caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        logging.getLogger("app").error(details)
        if threading.current_thread() is threading.main_thread() and not issubclass(kind, KeyboardInterrupt):
            tell(window, "Something went wrong that should not have; please report it with the details.", details)

    sys.excepthook = caught
    threading.excepthook = lambda found: caught(found.exc_type, found.exc_value, found.exc_traceback)


if __name__ == "__main__":
    sys.exit(main())
