"""Training runs as processes of their own: started, found again, stopped; their log is read as it grows.

A run outlives the window: it is found by its folder, and is alive while the process that its file `pid` names is; the
file also has when that process began, since another may have taken its number by now.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from app.numerals import grouped
from app.service.processes import began

LOG = "log.jsonl"
PID = "pid"
STOP = "stop"
"""By which a run is asked to end where no signal can ask."""
_SAID = "hific: error: "
_EVERY = 500
"""Milliseconds between two looks at the log."""
_TAIL = 65_536
"""Bytes of a log that tell how far a run is."""
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_WISHED = (0, *(code for number in (signal.SIGTERM, signal.SIGINT) for code in (-number, 128 + number)))
"""Exit codes of a run that came to its end, or was asked to end."""
_KILLED = (-9, 128 + 9)
"""Those of a process that the system ended, as it does where memory is short."""
_SIGNALS_ASK = os.name == "posix"
"""Windows has SIGTERM by name alone: it ends a process at once."""


class TrainingRun(QObject):
    """One run in its folder."""

    told = Signal(dict)
    """A line of the log, as `hific train --json-lines` prints it."""
    ended = Signal(str)
    """The process is gone; what it last said on stderr, or how it broke off; empty where all went well."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._read = 0
        self._was_alive = self._asked = self._forced = False
        self._process: subprocess.Popen[bytes] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.look)

    def start(self, arguments: Sequence[str]) -> None:
        """Starts `hific train` with these arguments, detached from the window."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        command = [*_command_line(), "train", *arguments]
        with self._errors.open("wb") as errors:
            # a session of its own: it outlives the window and its terminal
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=None if _is_bundled() else Path(__file__).parents[1],
                start_new_session=True,
            )
        self._was_alive = True  # even one that is gone before the first look
        self.watch()

    @property
    def _errors(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.err")

    def watch(self) -> None:
        """Reads the log from its beginning, and on."""
        self.look()
        self._timer.start()

    def unwatch(self) -> None:
        """The run goes on without a window."""
        self._timer.stop()

    def look(self) -> None:
        """Tells of new lines, and of the end."""
        alive = self.alive
        with contextlib.suppress(OSError), (self.folder / LOG).open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # still being written
                self._read += len(line)
                with contextlib.suppress(ValueError):
                    self.told.emit(json.loads(line))
        if self._was_alive and not alive:
            self._timer.stop()
            self.ended.emit(self._said or self._broken_off)
        self._was_alive = alive

    @property
    def _said(self) -> str:
        with contextlib.suppress(OSError):
            lines = self._errors.read_text(errors="replace").splitlines()
            said = [line.removeprefix(_SAID) for line in lines if line.startswith(_SAID)]
            boxed = " ".join(line.strip("│ ") for line in lines if line.startswith("│"))
            crashed = lines[-1] if any(line.startswith("Traceback") for line in lines) else ""
            return said[-1] if said else boxed or crashed
        return ""

    @property
    def _broken_off(self) -> str:
        """What there is to say of an end that nobody asked for, and that the run could not tell of."""
        code = None if self._process is None else self._process.returncode
        # of a process that another window started there is no code; one that could not tidy up leaves its file
        expected = code in _WISHED if code is not None else not (self.folder / PID).exists()
        if expected or self._forced:
            return ""
        step = grouped(kept(self.folder))
        if code is None:
            return self.tr(
                "The run was ended, perhaps for want of memory: a new one with a smaller Batch or Crop needs less. "
                "This one goes on from step {}."
            ).format(step)
        if code in _KILLED:
            return self.tr(
                "The run was killed (signal 9), perhaps for want of memory: a new one with a smaller Batch or Crop "
                "needs less. This one goes on from step {}."
            ).format(step)
        return self.tr("The run broke off (exit code {}). It goes on from step {}.").format(code, step)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        if self._process is not None:
            return self._process.poll() is None
        return self._pid is not None

    @property
    def _pid(self) -> int | None:
        """The number of the run's process, while that runs."""
        with contextlib.suppress(OSError, ValueError):
            number, _, beginning = (self.folder / PID).read_text().partition(" ")
            found = began(int(number))
            if found and beginning in (found, ""):  # a run of an earlier release wrote its number alone
                return int(number)
        return None

    def stop(self) -> None:
        """Asks it to write a checkpoint and leave; asked again, ends it at once."""
        pid = self._process.pid if self._process is not None else self._pid
        if pid is not None:
            with contextlib.suppress(OSError):
                if self._asked or _SIGNALS_ASK:
                    os.kill(pid, _KILL if self._asked else signal.SIGTERM)
                else:
                    (self.folder / STOP).touch()
            self._forced, self._asked = self._asked, True

    def owns(self, path: Path) -> bool:
        """Whether a file lies in the run's folder."""
        return path.resolve().is_relative_to(self.folder.resolve())


def _is_bundled() -> bool:
    return getattr(sys, "frozen", False)


def _command_line() -> list[str]:
    """How `hific` starts: in a bundle it lies beside the window's program, else it is a module of this Python."""
    if _is_bundled():
        program = Path(sys.executable)
        return [str(program.with_name(f"hific{program.suffix}"))]
    return [sys.executable, "-m", "hific_core"]


class RunState(NamedTuple):
    """How far a run is."""

    kind: str
    """running, finished, stopped, failed, or empty for one that has not begun."""
    stage: str = ""
    step: int = 0
    total: int = 0


def state(folder: Path) -> RunState:
    """By its process and the end of its log."""
    kind, stage, step, total = "", "", 0, 0
    for event in _last_events(folder / LOG):
        match event.get("event"):
            case "begun" | "step":
                with contextlib.suppress(KeyError, TypeError, ValueError):
                    stage, step, total = str(event["stage"]), int(event["step"]), int(event["total"])
                    kind = "stopped"
            # of a run that was stopped before its first report, also of a finished one made longer
            case "checkpoint" | "validating":
                kind = "stopped"
            case "exported":
                kind = "finished"
            case "error":
                kind = "failed"
    return RunState("running" if TrainingRun(folder).alive else kind, stage, step, total)


def _last_events(path: Path) -> list[dict[str, Any]]:
    found = []
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - _TAIL, 0))
        for line in file.read().splitlines():
            with contextlib.suppress(ValueError):  # the first may be the end of a line
                event = json.loads(line)
                if isinstance(event, dict):
                    found.append(event)
    return found


def kept(folder: Path) -> int:
    """The step that a run goes on from: that of its newest checkpoint, 0 where there is none."""
    for stage in ("gan", "rd"):
        names = (path.stem.removeprefix("step-") for path in (folder / stage).glob("step-*.pt"))
        steps = [int(name) for name in names if name.isdecimal()]
        if steps:
            return max(steps)
    return 0


def runs(parent: Path) -> list[Path]:
    """Folders of runs, newest first."""
    found = [path.parent for path in parent.glob("*/run.json")]
    return sorted(found, key=lambda path: (path / "run.json").stat().st_mtime, reverse=True)


def summary(folder: Path) -> dict[str, Any]:
    """Data folder and stages of a run; empty where they cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        content: dict[str, Any] = json.loads((folder / "run.json").read_bytes())
        return content
    return {}
