"""From the command line to the window: torch first on Windows, one window for each person, the log, the event loop."""

import contextlib
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from app.splash import splash

if sys.platform == "win32":
    with splash():
        import torch  # noqa: F401 (a DLL error follows where Qt comes first)

from PySide6.QtCore import QCoreApplication, QSocketNotifier, Qt
from PySide6.QtWidgets import QApplication

from app import instance, language, placing, preferences, theme
from app.dialogs import tell
from app.icons import application_icon
from app.instance import Instance
from app.main_window import MainWindow
from app.paths import log_folder
from app.service import CodecService


def start(paths: Sequence[Path]) -> int:
    """Shows the window, or hands the paths to the one that is there; returns the exit code."""
    application = QApplication.instance() or QApplication(["hific-studio"])
    assert isinstance(application, QApplication)
    application.setApplicationName("HiFiC Studio")
    application.setDesktopFileName("hific-studio")
    application.setStyle("Fusion")
    socket_name = instance.name()
    if instance.hand_over(paths, socket_name):
        return 0
    listening = Instance(socket_name)
    chosen = preferences.load()
    translators = language.install(application, chosen.language)
    application.setWindowIcon(application_icon())
    theme.apply(application, chosen.theme)
    _keep_log()
    window = MainWindow(CodecService(chosen.device), chosen)
    _catch_all(window)
    listening.asked.connect(lambda found: _come(window, found))
    window.show()
    if paths:
        window.open_paths(paths)
    with _ended_by_signals(window):
        code = application.exec()
    window.service.close()  # a question may have been open
    listening.close()
    del translators
    if window.service.left_behind:  # nothing that it does is kept: the program does not wait for it
        logging.shutdown()
        os._exit(code)
    return code


@contextlib.contextmanager
def _ended_by_signals(window: MainWindow) -> Iterator[None]:
    """Ctrl-C and the end of the session close the window without a question; a training run goes on.

    Python's own handlers would wait until something happens in the window: a socket wakes it.
    """
    heard, told = socket.socketpair()

    def end() -> None:
        heard.recv(64)
        window.asks = False
        window.close()
        placing.remember(window, window.preferences)  # a question of its own may keep it from closing
        window.preferences.save()
        QCoreApplication.exit(0)  # from within a dialog too

    with heard, told:
        told.setblocking(False)
        notifier = QSocketNotifier(heard.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(end)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(told.fileno())
        yield
        signal.set_wakeup_fd(-1)
        notifier.setEnabled(False)


def _come(window: MainWindow, paths: Sequence[Path]) -> None:
    """Another start asked for these."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
    if paths:
        window.open_paths(paths)


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
            sentence = QCoreApplication.translate(
                "starting", "Something went wrong that should not have; please report it with the details."
            )
            with contextlib.suppress(RuntimeError):  # the window is gone already
                tell(window, sentence, details)

    sys.excepthook = caught
    threading.excepthook = lambda found: caught(found.exc_type, found.exc_value, found.exc_traceback)
