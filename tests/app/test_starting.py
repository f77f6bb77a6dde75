"""The program as a whole: started, and ended from outside."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """The environment of a person without preferences."""
    own = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {**os.environ, **own, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}


def test_what_does_not_listen_does_not_hold_the_program_up(places: dict[str, str]) -> None:
    """A download from a network that is silent: the program ends, without a crash."""
    program = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app import dialogs, starting
from app.main_window import MainWindow
from hific_core import lpips_weights
lpips_weights.fetch = lambda progress: time.sleep(60)
dialogs.really_stop_fetching = lambda parent: True
def leave():
    window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    window.readout.lpips_asked.emit()
    QTimer.singleShot(200, window.close)
application = QApplication([])
QTimer.singleShot(500, leave)
starting.start([])
raise SystemExit("it went on")
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=places, capture_output=True, text=True, timeout=40, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(os.name != "posix", reason="Windows has no signals for windows")
@pytest.mark.parametrize("dialog", [False, True], ids=["", "a question is open"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "logout"])
def test_signals_end_the_program_and_lose_nothing(
    places: dict[str, str], tmp_path: Path, number: int, dialog: bool
) -> None:
    program = f"""
import os, signal
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app import dialogs, starting
from app.main_window import MainWindow
signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored where tests run in the background
def go():
    window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    window.queue_dock.hide()
    window.regime.setCurrentIndex(0)
    QTimer.singleShot(200, lambda: os.kill(os.getpid(), {int(number)}))
    if {dialog}:
        dialogs.really_remove(window, "lite")
application = QApplication([])
QTimer.singleShot(500, go)
raise SystemExit(starting.start([]))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=places, capture_output=True, text=True, timeout=40, check=False
    )
    assert result.returncode == 0 and "Traceback" not in result.stderr, result.stderr
    kept = json.loads((tmp_path / "config" / "hific-studio" / "preferences.json").read_text())
    assert kept["regime"] == "low" and kept["state"]
