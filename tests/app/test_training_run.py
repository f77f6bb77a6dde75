import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import training_run
from app.service.processes import began
from app.training_run import LOG, PID, RunState, TrainingRun, runs, state, summary
from hific_core.training.run import STOP_FILE


def test_lines_are_told_once_and_whole(qtbot: QtBot, tmp_path: Path) -> None:
    run = TrainingRun(tmp_path)
    heard: list[dict[str, object]] = []
    run.told.connect(heard.append)
    run.look()
    with (tmp_path / LOG).open("a") as file:
        file.write('{"event": "step", "step": 1}\n{"event": "st')
        file.flush()
        run.look()
        file.write('ep", "step": 2}\n')
        file.flush()
        run.look()
        run.look()
    assert [event["step"] for event in heard] == [1, 2]


def test_alive_while_the_named_process_is(qtbot: QtBot, tmp_path: Path) -> None:
    run = TrainingRun(tmp_path)
    assert not run.alive
    (tmp_path / PID).write_text(str(os.getpid()))
    assert run.alive
    (tmp_path / PID).write_text("no number")
    assert not run.alive


def test_a_process_that_took_the_number_is_not_the_run(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it told to end."""
    run, told = TrainingRun(tmp_path), []
    monkeypatch.setattr(os, "kill", lambda *signal: told.append(signal))
    (tmp_path / PID).write_text(f"{os.getpid()} {began(os.getpid())}")
    assert run.alive
    run.stop()
    assert told == [(os.getpid(), signal.SIGTERM)]
    (tmp_path / PID).write_text(f"{os.getpid()} {began(os.getpid())}0")
    run = TrainingRun(tmp_path)
    assert not run.alive
    assert state(tmp_path).kind != "running"
    run.stop()
    assert len(told) == 1


def test_where_no_signal_asks_a_file_does(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows; whoever asks again does not want to wait."""
    told: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "kill", lambda *signal: told.append(signal))
    monkeypatch.setattr(training_run, "_SIGNALS_ASK", False)
    (tmp_path / PID).write_text(str(os.getpid()))
    run = TrainingRun(tmp_path)
    run.stop()
    assert (tmp_path / STOP_FILE).exists()
    assert not told
    run.stop()
    assert [pid for pid, _ in told] == [os.getpid()]


def test_what_cannot_start_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    run = TrainingRun(tmp_path / "run")
    complaints: list[str] = []
    run.ended.connect(complaints.append)
    run.start(["--data", str(tmp_path), "--preset", "lite", "--crop", "65"])
    qtbot.waitUntil(lambda: bool(complaints), timeout=30_000)
    assert "multiple of 64" in complaints[0] or "crop" in complaints[0]
    run.unwatch()


@pytest.mark.parametrize(("window", "command_line"), [("hific-studio", "hific"), ("hific-studio.exe", "hific.exe")])
def test_in_a_bundle_the_program_beside_the_window_s_trains(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: str, command_line: str
) -> None:
    program = tmp_path / command_line
    program.write_text('#!/bin/sh\necho "hific: error: I was given $*" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / window))
    run = TrainingRun(tmp_path / "runs" / "run")
    complaints: list[str] = []
    run.ended.connect(complaints.append)
    run.start(["--data", "photos"])
    qtbot.waitUntil(lambda: bool(complaints), timeout=30_000)
    assert complaints == ["I was given train --data photos"]


def ended(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    run: TrainingRun,
    script: str,
    after: Callable[[], None] = lambda: None,
) -> str:
    """What is said of a run that is a shell script; `after`: what happens while it goes on."""
    monkeypatch.setattr(training_run, "_command_line", lambda: ["/bin/sh", "-c", script])
    said: list[str] = []
    run.ended.connect(said.append)
    run.start([])
    after()
    qtbot.waitUntil(lambda: bool(said), timeout=30_000)
    return said[0]


def keep(folder: Path, *names: str) -> Path:
    """A run with checkpoints."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("kill -9 $$", ("killed (signal 9)", "memory", "step 2,000.")),
        ("exit 137", ("killed (signal 9)", "memory", "step 2,000.")),
        ("kill -11 $$", ("broke off (exit code -11)", "step 2,000.")),
        ("exit 0", ()),
        ("kill -15 $$", ()),
        ("exit 143", ()),
        ("exit 130", ()),
        ("echo 'hific: error: no memory' >&2; kill -9 $$", ("no memory",)),
    ],
)
def test_what_broke_off_is_no_wish_to_stop(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: tuple[str, ...]
) -> None:
    folder = keep(tmp_path / "run", "rd/step-00001000.pt", "rd/step-00002000.pt", "rd/best.pt", "gan/start.pt")
    said = ended(qtbot, monkeypatch, TrainingRun(folder), script)
    assert all(word in said for word in words) and bool(said) == bool(words)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_who_stops_twice_knows_what_ended_the_run(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = TrainingRun(tmp_path / "run")

    def stop_twice() -> None:
        run.stop()
        run.stop()

    assert ended(qtbot, monkeypatch, run, "trap '' TERM; sleep 30", stop_twice) == ""


def test_a_run_of_another_window_that_left_its_file_was_killed(qtbot: QtBot, tmp_path: Path) -> None:
    for tidy in (True, False):
        folder = keep(tmp_path / str(tidy), "gan/step-00000500.pt", "rd/step-00002000.pt")
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
            (folder / PID).write_text(f"{process.pid} {began(process.pid)}")
            run, said = TrainingRun(folder), []
            run.ended.connect(said.append)
            run.look()
            process.kill()
        if tidy:
            (folder / PID).unlink()
        run.look()
        assert len(said) == 1
        assert said == [""] if tidy else "memory" in said[0] and "step 500." in said[0]


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b")):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "run.json"
        path.write_text(json.dumps({"data": name}))
        os.utime(path, (time.time() + number, time.time() + number))
    (tmp_path / "c").mkdir()
    assert [path.name for path in runs(tmp_path)] == ["b", "a"]
    assert summary(tmp_path / "a") == {"data": "a"}
    assert summary(tmp_path / "c") == {}


def test_how_far_a_run_is(tmp_path: Path) -> None:
    log = tmp_path / LOG
    assert state(tmp_path) == RunState("")
    step = {"event": "step", "stage": "rd", "step": 30, "total": 120, "padding": "x" * 3000}
    lines = [json.dumps({**step, "step": number}) for number in range(10, 40)]
    log.write_text("\n".join([*lines, '{"event": "st']))
    assert state(tmp_path) == RunState("stopped", "rd", 39, 120)
    with log.open("a") as file:
        file.write("\n" + json.dumps({"event": "error", "text": "no memory"}) + "\n")
    assert state(tmp_path).kind == "failed"
    with log.open("a") as file:
        file.write(json.dumps({"event": "exported", "name": "x", "path": "y"}) + "\n")
    assert state(tmp_path).kind == "finished"
    with log.open("a") as file:
        file.write(json.dumps({"event": "checkpoint", "stage": "rd", "step": 45, "path": "y"}) + "\n")
    assert state(tmp_path) == RunState("stopped", "rd", 39, 120), "made longer, and ended before its first report"
    with log.open("a") as file:
        file.write(json.dumps({"event": "exported", "name": "x", "path": "y"}) + "\n")
        file.write(json.dumps({"event": "begun", "stage": "rd", "step": 45, "total": 240}) + "\n")
    assert state(tmp_path) == RunState("stopped", "rd", 45, 240), "made longer again, and killed at once"
    assert state(keep(tmp_path / "killed", LOG)).kind == ""
    (tmp_path / PID).write_text(str(os.getpid()))
    assert state(tmp_path).kind == "running"


def test_files_of_a_run_are_its_own(tmp_path: Path) -> None:
    run = TrainingRun(tmp_path / "run")
    assert run.owns(tmp_path / "run" / "rd" / "samples" / "step-1.png")
    assert not run.owns(tmp_path / "run" / ".." / "other.png")
