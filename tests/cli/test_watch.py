"""A folder watched: each picture once, when it is whole, whatever else lies there, and a quiet end."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hific_core.cli.batch import Job, Result, StopBatch
from hific_core.cli.report import Report, Skipped
from hific_core.cli.watch import Arrivals, Watch, until_stopped
from hific_core.container import hfc_file
from hific_core.errors import UnreadableImage, WeightsMissing
from hific_core.progress import Progress

from .conftest import Hific, Photo, names


def told(arrivals: Arrivals) -> list[str]:
    return [path.name for path in arrivals.look()[0]]


def test_a_picture_is_told_once_when_it_has_stopped_growing(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path)
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"no picture")
    (tmp_path / ".b.png").write_bytes(b"not there yet")
    assert told(arrivals) == []
    assert told(arrivals) == []  # empty
    (tmp_path / "a.png").write_bytes(b"half")
    assert told(arrivals) == []
    (tmp_path / "a.png").write_bytes(b"half and more")
    assert told(arrivals) == []
    assert told(arrivals) == ["a.png"]
    assert told(arrivals) == []
    (tmp_path / "sub").mkdir()
    (tmp_path / ".b.png").rename(tmp_path / "sub" / "b.png")
    assert told(arrivals) == []
    assert told(arrivals) == ["b.png"]
    (tmp_path / "a.png").write_bytes(b"another")
    assert (told(arrivals), told(arrivals), told(arrivals)) == ([], ["a.png"], [])
    (tmp_path / "a.png").unlink()
    assert told(arrivals) == []


def test_a_folder_that_cannot_be_read_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = Arrivals(tmp_path / "gone")
    counts = [len(arrivals.look()[1]) for _ in range(3)]
    assert counts == [1, 0, 0]
    (tmp_path / "gone").mkdir()
    assert arrivals.look() == ([], [])


class _Work:
    """Writes outputs without a network; fails for files that say so."""

    def __init__(self) -> None:
        self.inputs: list[str] = []

    def __call__(self, job: Job, progress: Progress) -> Result:
        self.inputs.append(job.input.name)
        if job.input.read_text() == "bad":
            raise UnreadableImage(f"{job.input.name} is bad.")
        if job.input.read_text() == "fatal":
            raise StopBatch from WeightsMissing("There is no model.")
        job.planned.parent.mkdir(parents=True, exist_ok=True)
        job.planned.write_text("done")
        return Result(Skipped(str(job.input), str(job.planned)))


Looks = Callable[[], list[str]]


def watching(folder: Path, output: Path | None = None) -> tuple[Watch, Looks]:
    """A watch and a function that looks twice and says what was worked on."""
    work = _Work()
    watch = Watch(folder, output, work, Report(False))

    def looks() -> list[str]:
        work.inputs.clear()
        watch.look()
        watch.look()
        return list(work.inputs)

    return watch, looks


def test_bad_files_do_not_stop_it_and_are_tried_again_when_they_change(tmp_path: Path) -> None:
    watch, looks = watching(tmp_path)
    for name, text in (("a.png", "good"), ("b.png", "bad"), ("c.png", "good")):
        (tmp_path / name).write_text(text)
    assert looks() == ["a.png", "b.png", "c.png"]
    assert (watch.done, watch.failed) == (2, 1)
    assert looks() == []
    (tmp_path / "b.png").write_text("good now")
    assert looks() == ["b.png"]
    (tmp_path / "a.png").write_text("changed, and compressed already")
    assert looks() == []


def test_names_do_not_depend_on_what_else_arrives_nor_on_a_new_start(tmp_path: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "out"
    (folder / "sub").mkdir(parents=True)
    _, looks = watching(folder, output)
    (folder / "a.jpg").write_text("good")
    assert looks() == ["a.jpg"]
    (folder / "a.png").write_text("good")
    (folder / "sub" / "a.png").write_text("good")
    assert looks() == ["a.png", "a.png"]
    assert names(output) == ["a.jpg.hfc", "a.png.hfc", "sub/a.png.hfc"]
    assert watching(folder, output)[1]() == []


def test_what_would_fail_for_all_ends_it(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("fatal")
    with pytest.raises(WeightsMissing):
        watching(tmp_path)[1]()


def test_usage(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    file = photo()
    for arguments in ((tmp_path / "none",), (file,), (tmp_path, "-o", file), (tmp_path, "--interval", 0)):
        assert hific("watch", *arguments).code == 2
    assert hific("watch", tmp_path, "--regime", "low", "--quality", 5).code == 2
    assert hific("watch", tmp_path, "--model", "nobody").code == 1


def test_both_ways_to_stop_end_it_quietly() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with until_stopped():
        signal.raise_signal(signal.SIGTERM)
        pytest.fail("it went on")
    with until_stopped():
        raise KeyboardInterrupt  # not the signal, to which a shell's background job is deaf
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_program_takes_what_arrives_and_ends_at_sigterm(photo: Photo, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    rate = ["--quality", "400", "--effort", "1"]
    command = [sys.executable, "-m", "hific_core", "watch", tmp_path / "in", "--interval", "0.1", "--json", *rate]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline() == f"hific: watching {tmp_path / 'in'}; Ctrl-C ends it\n"
    photo().rename(tmp_path / "in" / "late.png")
    record = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "hific: stopped; 1 compressed, 0 failed\n")
    assert record["output"] == str(tmp_path / "in" / "late.png.hfc")
    assert hfc_file.read(Path(record["output"])).header.width == 56
    assert record["quality"] < 400, "effort codes at less"
