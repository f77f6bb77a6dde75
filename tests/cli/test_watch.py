"""A folder watched: each picture once, when it is whole, whatever else lies there, and a quiet end."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hific_core.atomic import write_atomically
from hific_core.cli.batch import Job, Result, StopBatch
from hific_core.cli.options import Collision
from hific_core.cli.outputs import put
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


def test_a_folder_that_goes_away_is_a_failure_and_may_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    watch, looks = watching(folder, tmp_path / "out")
    assert (looks(), watch.failed) == ([], 0)
    folder.rmdir()
    assert (looks(), watch.failed) == ([], 1)
    assert capsys.readouterr().err == f"hific: error: There is no folder {folder}; bring it back or name another.\n"
    folder.mkdir()
    (folder / "a.png").write_text("good")
    assert (looks(), watch.done, watch.failed) == (["a.png"], 1, 1)


class _Work:
    """Writes outputs without a network; fails for files that say so."""

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self.meanwhile: Callable[[], object] = list

    def __call__(self, rule: Collision) -> Callable[[Job, Progress], Result]:
        return partial(self._work, rule)

    def _work(self, rule: Collision, job: Job, progress: Progress) -> Result:
        self.inputs.append(job.input.name)
        self.meanwhile()
        if job.input.read_text() == "bad":
            raise UnreadableImage(f"{job.input.name} is bad.")
        if job.input.read_text() == "fatal":
            raise StopBatch from WeightsMissing("There is no model.")
        put(job.planned, rule, partial(write_atomically, data=f"of {job.input.read_text()}".encode()))
        return Result(Skipped(str(job.input), str(job.planned)))


Looks = Callable[[], list[str]]


def watching(folder: Path, output: Path | None = None, work: _Work | None = None) -> tuple[Watch, Looks]:
    """A watch and a function that looks twice and says what was worked on."""
    work = work or _Work()
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


def test_a_picture_that_changes_is_compressed_over_the_output_that_this_watch_wrote(tmp_path: Path) -> None:
    picture, output = tmp_path / "a.png", tmp_path / "a.png.hfc"
    watch, looks = watching(tmp_path)
    picture.write_text("first")
    assert looks() == ["a.png"]
    picture.write_text("second")
    assert looks() == ["a.png"]
    assert output.read_text() == "of second"
    output.write_text("someone else's")
    picture.write_text("third")
    assert looks() == []
    assert output.read_text() == "someone else's"
    output.unlink()
    picture.write_text("fourth")
    assert looks() == ["a.png"]
    assert (output.read_text(), watch.done) == ("of fourth", 3)
    _, later = watching(tmp_path)
    picture.write_text("fifth")
    assert later() == []
    assert names(tmp_path) == ["a.png", "a.png.hfc"]


def test_a_picture_that_changes_during_the_work_is_not_done(tmp_path: Path) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    work = _Work()
    _, looks = watching(tmp_path, work=work)
    for path in (first, second):
        path.write_text("half")

    def grow() -> None:
        work.meanwhile = list
        for path in (first, second):
            path.write_text("whole picture")

    work.meanwhile = grow
    assert looks() == ["a.png"], "b is no longer what was told"
    assert looks() == ["a.png", "b.png"]
    assert (tmp_path / "a.png.hfc").read_text() == (tmp_path / "b.png.hfc").read_text() == "of whole picture"


def test_another_process_that_is_faster_keeps_its_output(tmp_path: Path) -> None:
    work, output = _Work(), tmp_path / "a.png.hfc"
    watch, looks = watching(tmp_path, work=work)
    (tmp_path / "a.png").write_text("good")
    work.meanwhile = lambda: output.write_text("of another process")
    assert looks() == ["a.png"]
    assert (output.read_text(), watch.done, watch.failed) == ("of another process", 0, 0)
    assert names(tmp_path) == ["a.png", "a.png.hfc"]


def test_an_output_that_cannot_be_written_is_tried_again_ever_more_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    watch, looks = watching(tmp_path)
    (tmp_path / "a.png").write_text("good")
    with monkeypatch.context() as patch:
        patch.setattr("hific_core.atomic.os.fsync", full)
        assert [len(looks()) for _ in range(8)] == [1, 1, 1, 0, 1, 0, 0, 0]
    assert capsys.readouterr().err.count("disk is too full") == 1
    assert (watch.done, watch.failed) == (0, 1)
    assert [name for _ in range(8) for name in looks()] == ["a.png"]
    assert (watch.done, watch.failed) == (1, 1)
    assert (tmp_path / "a.png.hfc").read_text() == "of good"


def test_new_permissions_are_a_change(tmp_path: Path) -> None:
    _, looks = watching(tmp_path)
    (tmp_path / "a.png").write_text("bad")
    assert (looks(), looks()) == (["a.png"], [])
    (tmp_path / "a.png").chmod(0o640)
    assert looks() == ["a.png"]


def test_other_permissions_or_names_of_a_done_picture_are_no_change(tmp_path: Path) -> None:
    _, looks = watching(tmp_path)
    (tmp_path / "a.png").write_text("good")
    assert looks() == ["a.png"]
    (tmp_path / "a.png").chmod(0o640)
    os.link(tmp_path / "a.png", tmp_path / "a.other")
    (tmp_path / "a.png.hfc").chmod(0o640)
    assert (looks(), looks()) == ([], [])
    (tmp_path / "a.png").write_text("good and larger")
    assert looks() == ["a.png"], "over the output of this watch, whose content is its own still"


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
    outcome = hific("watch", tmp_path, "--lpips-weights", "x.npz")
    assert (outcome.code, "no place without" in outcome.err) == (2, True)


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
