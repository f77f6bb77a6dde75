"""A wish to stop, by a signal or a file: a checkpoint is left, work is cut short, and the run goes on later."""

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from hific_core.codec import Codec
from hific_core.errors import WeightsDamaged
from hific_core.training import checkpoint
from hific_core.training.engine import Engine
from hific_core.training.plan import Plan
from hific_core.training.run import STOP_FILE, Run, Stop

from .conftest import Events, tiny_settings

ENGINE = Engine(torch.device("cpu"))
Make = Callable[..., Plan]


def test_a_wish_to_stop_leaves_a_checkpoint(plan: Make, tmp_path: Path) -> None:
    stop, events = Stop(), Events()

    def after_three(event: Any) -> None:
        if event["event"] == "step" and event["step"] == 3:
            stop.signal = signal.SIGTERM

    asked = plan(tiny_settings("lite", steps=9))
    assert not Run(asked, tmp_path, ENGINE, [events, after_three], stop).go()
    assert [path.name for path in checkpoint.numbered(tmp_path / "rd")] == ["step-00000004.pt"]
    assert Run(asked, tmp_path, ENGINE, [events]).go()
    assert [event["step"] for event in events.of("step")] == list(range(1, 10))
    other = replace(asked, stages=(replace(asked.stages[0], learning_rate=1.0),))
    with pytest.raises(WeightsDamaged, match="other settings"):
        Run(other, tmp_path, ENGINE, []).go()


def test_a_file_stops_a_run_where_no_signal_can(plan: Make, tmp_path: Path) -> None:
    wish, events = tmp_path / STOP_FILE, Events()

    def after_three(event: Any) -> None:
        if event["event"] == "step" and event["step"] == 3:
            wish.touch()

    asked = plan(tiny_settings("lite", steps=6))
    wish.touch()  # of an earlier run, which was gone before it looked
    assert not Run(asked, tmp_path, ENGINE, [events, after_three]).go()
    assert [path.name for path in checkpoint.numbered(tmp_path / "rd")] == ["step-00000004.pt"]
    assert not wish.exists()
    assert Run(asked, tmp_path, ENGINE, [events]).go()
    assert [event["step"] for event in events.of("step")] == list(range(1, 7))


@pytest.mark.parametrize("by_file", [False, True], ids=["signal", "file"])
def test_a_wish_to_stop_ends_a_validation(
    plan: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_file: bool
) -> None:
    """It is heard between pictures; of what was measured until then nothing is kept, and the run goes on later."""
    stop, events, encode, seen = Stop(), Events(), Codec.encode, [0]

    def at_the_second_picture(codec: Codec, *arguments: Any, **options: Any) -> Any:
        seen[0] += 1
        if seen[0] == 2:
            if by_file:
                (tmp_path / STOP_FILE).touch()
            else:
                stop.signal = signal.SIGTERM
        return encode(codec, *arguments, **options)

    monkeypatch.setattr(Codec, "encode", at_the_second_picture)
    asked = plan(tiny_settings("lite", steps=5), validate_every=3, validation_pictures=9)
    asked = replace(asked, validation=asked.data / "a")
    assert not Run(asked, tmp_path, ENGINE, [events], stop).go()
    assert seen == [2], "no further picture"
    assert [event["event"] for event in events if event["event"] != "note"] == [
        *("begun", "step", "step", "step", "validating", "checkpoint")
    ]
    (path,) = checkpoint.numbered(tmp_path / "rd")
    state = checkpoint.load(path)
    assert (state["step"], state["best"]) == (3, None)
    assert not (tmp_path / "rd" / checkpoint.BEST).exists() and not (tmp_path / STOP_FILE).exists()
    assert list((tmp_path / "rd" / "samples").iterdir()) == []
    monkeypatch.undo()
    assert Run(asked, tmp_path, ENGINE, [events]).go()
    assert [event["step"] for event in events.of("step")] == list(range(1, 6))
    assert [event["step"] for event in events.of("validation")] == [5]


def test_a_file_that_asked_to_stop_keeps_no_picture_from_an_export(plan: Make, tmp_path: Path) -> None:
    run = Run(plan(tiny_settings("lite")), tmp_path, ENGINE, [])
    (tmp_path / STOP_FILE).touch()
    assert run.pictures()
