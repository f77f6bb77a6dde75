from functools import partial
from pathlib import Path

import pytest

from hific_core.atomic import write_atomically
from hific_core.cli.batch import Job, Result, StopBatch, convert, for_each, stopping_batch
from hific_core.cli.inputs import Found, Input
from hific_core.cli.options import Collision
from hific_core.cli.outputs import Destination, put
from hific_core.cli.report import Report, Skipped
from hific_core.errors import HificError, UnreadableFile, WeightsDamaged
from hific_core.progress import Progress

FOUND = Found(tuple(Input(Path(name), None) for name in ("a", "b", "c")), ())


def _result(path: Path, damaged: bool = False) -> Result:
    return Result(Skipped(str(path), "there"), damaged=damaged)


def _run(errors: dict[str, BaseException], found: Found = FOUND, damaged: str = "") -> tuple[int, list[str]]:
    seen = []

    def work(path: Path, label: str) -> Result:
        seen.append(label)
        if path.name in errors:
            raise errors[path.name]
        return _result(path, path.name == damaged)

    return for_each(found, work, Report(as_json=False)), seen


def test_one_bad_file_does_not_stop_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run({"b": HificError("It is bad.")}) == (1, ["1/3 a", "2/3 b", "3/3 c"])
    assert capsys.readouterr().err == "hific: error: b: It is bad.\nhific: 1 of 3 failed\n"


@pytest.mark.parametrize("rule", [Collision.skip, Collision.unique])
def test_another_process_that_is_faster_keeps_its_output(
    rule: Collision, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(job: Job, progress: Progress) -> Result:
        job.planned.write_bytes(b"of another process")
        output, _ = put(job.planned, rule, partial(write_atomically, data=b"ours"))
        return Result(Skipped("written to", str(output)))

    found = Found((Input(tmp_path / "a.png", None),), ())
    (tmp_path / "a.png").touch()
    assert convert(found, Destination(".hfc"), rule, work, Report(as_json=False)) == 0
    skipped = rule is Collision.skip
    assert ("a.png: skipped" in capsys.readouterr().out) is skipped
    assert [path.name for path in sorted(tmp_path.glob("*.hfc"))] == ["a.hfc"] if skipped else ["a (2).hfc", "a.hfc"]
    assert (tmp_path / "a.hfc").read_bytes() == b"of another process"


def test_exit_codes() -> None:
    assert _run({})[0] == 0
    assert _run({}, damaged="b")[0] == 3
    assert _run({"a": HificError("no")}, damaged="b")[0] == 1
    assert _run({}, Found(FOUND.inputs, (UnreadableFile(Path("d"), "d is locked."),)))[0] == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "does not fit in memory"),
        (RuntimeError("CUDA out of memory. Tried"), "does not fit in memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "does not fit in memory"),
        (OSError(5, "Input/output error"), "Input/output error"),
    ],
)
def test_the_system_refuses(error: BaseException, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run({"a": error})[0] == 1
    assert words in capsys.readouterr().err


def test_what_fails_for_all_stops_at_once() -> None:
    stop = StopBatch()
    stop.__cause__ = WeightsDamaged("The weights are damaged.")
    with pytest.raises(WeightsDamaged):
        _run({"a": stop})
    with pytest.raises(StopBatch), stopping_batch(WeightsDamaged):
        raise WeightsDamaged("x")
    with pytest.raises(HificError, match="x"), stopping_batch(WeightsDamaged):
        raise HificError("x")


def test_bugs_are_named_and_do_not_stop_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run({"a": ZeroDivisionError("a bug")}) == (1, ["1/3 a", "2/3 b", "3/3 c"])
    assert "a could not be worked on (ZeroDivisionError: a bug); please report" in capsys.readouterr().err


def test_ctrl_c_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        _run({"b": KeyboardInterrupt()})
    assert "stopped when 1 of 3 were done" in capsys.readouterr().err


def test_what_a_device_reports_is_one_files_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    _run({"a": RuntimeError("CUDA error: unspecified launch failure\nmore lines")})
    err = capsys.readouterr().err
    assert "CUDA error: unspecified launch failure" in err
    assert "--device cpu" in err
    assert "more lines" not in err
