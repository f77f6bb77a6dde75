import io
import json
import sys
from pathlib import Path

import pytest

from hific_core.cli.report import Report, Skipped, all_was_said, printable, say, sentence_for
from hific_core.errors import HificError, UnreadableFile


def test_lines_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    record = Skipped("a.png", "a.hfc")
    Report(as_json=False).done(record, ("something was reduced",))
    assert capsys.readouterr() == ("a.png: skipped, a.hfc is there\n", "hific: note: something was reduced\n")
    Report(as_json=True).done(record, ("it is in the record",))
    out, err = capsys.readouterr()
    assert json.loads(out) == {"input": "a.png", "output": "a.hfc", "skipped": True}
    assert err == ""


def test_failures_go_to_both(capsys: pytest.CaptureFixture[str]) -> None:
    Report(as_json=True).failed(Path("d/a.png"), HificError("a.png is empty; get another."))
    out, err = capsys.readouterr()
    assert json.loads(out) == {"input": "d/a.png", "error": "d/a.png is empty; get another."}
    assert err == "hific: error: d/a.png is empty; get another.\n"


def test_every_sentence_names_the_file_once() -> None:
    path = Path("d/a")
    assert sentence_for(path, HificError("It is damaged.")) == "d/a: It is damaged."
    assert sentence_for(path, HificError("d/a is damaged.")) == "d/a is damaged."
    assert sentence_for(path, UnreadableFile(Path("out/b"), "out/b is full.")) == "out/b is full."


def test_names_cannot_forge_lines() -> None:
    assert printable("a\nb\x1b[2J\udcff é") == "a\\nb\\x1b[2J\\udcff é"


def test_what_cannot_be_printed_is_known_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full(io.StringIO):
        reason: OSError = OSError(28, "No space left on device")

        def write(self, text: str) -> int:
            raise self.reason

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Full())
        say("one")
        say("two")
        assert not all_was_said()
        Full.reason = BrokenPipeError(32, "Broken pipe")  # nobody wants more
        with pytest.raises(BrokenPipeError):
            say("three")
    assert capsys.readouterr().err.count("Not everything could be printed (No space left on device)") == 1
    assert all_was_said()
