import sys

import pytest

from hific_core.cli.training_bar import sentence, training_bar

STEP = {
    "event": "step",
    "stage": "rd",
    "step": 3,
    "total": 9,
    "losses": {"weighted_compression_loss": 1.25},
    "bpp": 0.5,
    "samples_per_second": 8.0,
}


def test_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with training_bar(True) as show:
        show(STEP)
        show({"event": "checkpoint", "step": 3, "path": "x"})
        show({"event": "note", "text": "a.jpg is left out: it is no picture"})
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "rd 3/9  loss 1.2500  0.500 bpp  8.0 pictures/s",
        "note: a.jpg is left out: it is no picture",
    ]


def test_validation_in_one_line() -> None:
    scores = {"med": {"bits_per_pixel": 0.3, "psnr": 29.5, "lpips": 0.1, "bytes": 1.0, "ms_ssim": None}}
    event = {"event": "validation", "step": 5, "scores": scores, "fd_alex": {"med": None}}
    assert sentence(event) == "validation at step 5: med 0.300 bpp, PSNR 29.50, LPIPS 0.1000"


def test_nothing_for_other_processes(capsys: pytest.CaptureFixture[str]) -> None:
    with training_bar(False) as show:
        show(STEP)
    assert capsys.readouterr().err == ""


def test_a_closed_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with training_bar(True) as show:
        show(STEP)
