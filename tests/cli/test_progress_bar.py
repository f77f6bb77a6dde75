import io
import sys

import pytest

from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import all_was_said
from hific_core.progress import silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_no_terminal_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("1/2 a.png") as progress:
        assert progress is silent
    assert capsys.readouterr() == ("", "")


def test_bar_on_a_terminal_shows_file_and_stage_and_nothing_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar("1/2 [red]a\n.png") as progress:
        progress("analyse", 0.5)
    assert "1/2 [red]a\\n.png  analyse" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_terminal_that_is_gone_hides_no_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Gone())
    with pytest.raises(KeyboardInterrupt), progress_bar("a.png"):
        raise KeyboardInterrupt
    monkeypatch.undo()
    assert not all_was_said()


def test_a_closed_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with progress_bar("a.png") as progress:
        assert progress is silent
