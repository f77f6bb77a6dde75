"""A second start, as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from app import instance
from app.instance import Instance

ROOT = Path(__file__).parents[2]


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_a_second_start_hands_its_files_over(qtbot: QtBot, tmp_path: Path) -> None:
    """The whole program is started, in the same place for preferences."""
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "APPDATA": str(tmp_path)}
    named = start("-c", "from app import instance; print(instance.name())", **home).communicate()[0].strip()
    first = Instance(named)
    assert first.listening
    heard: list[list[Path]] = []
    first.asked.connect(heard.append)
    second = start("-m", "app", "photo.jpg", "/else/where.hfc", **home)
    try:
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=30_000)
    finally:
        second.kill()
    assert second.returncode == 0, second.communicate()[1]
    assert heard == [[ROOT / "photo.jpg", Path("/else/where.hfc").absolute()]]
    first.close()
    assert not instance.hand_over([], named), "nobody listens any more"


def test_what_a_crash_left_behind_is_no_obstacle(qtbot: QtBot, tmp_path: Path) -> None:
    name = f"hific-studio-test-{os.getpid()}"
    program = (
        "import os, sys; from PySide6.QtCore import QCoreApplication; from app.instance import Instance; "
        f"a = QCoreApplication([]); i = Instance({name!r}); print(i.listening, flush=True); os._exit(1)"
    )
    assert start("-c", program).communicate()[0].strip() == "True"
    again = Instance(name)
    assert again.listening
    again.close()


def test_what_is_no_message_is_not_heard(qtbot: QtBot) -> None:
    name = f"hific-studio-test-{os.getpid()}"
    first = Instance(name)
    heard: list[object] = []
    first.asked.connect(heard.append)
    for said in (b"no json\n", b'{"a": 1}\n', b"[1]\n"):
        socket = QLocalSocket()
        socket.connectToServer(name)
        assert socket.waitForConnected(2000)
        socket.write(said)
        socket.flush()
        qtbot.wait(30)
        socket.abort()
    assert heard == [] and first.listening
    first.close()


def test_version_and_help_load_neither_qt_nor_torch() -> None:
    program = (
        "import sys\nfor name in ('torch', 'PySide6'): sys.modules[name] = None\n"
        "from app.__main__ import main\nmain([sys.argv[1]])"
    )
    version = start("-c", program, "--version").communicate()
    assert version[0].startswith("hific-studio ") and version[1] == ""
    text = start("-c", program, "--help").communicate()[0]
    assert "FILE" in text and ".hfc" in text
