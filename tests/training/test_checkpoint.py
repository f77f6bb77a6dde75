"""Checkpoints: whole or not at all, rotated, and never code."""

import pickle
from pathlib import Path

import pytest
import torch

from hific_core.errors import WeightsDamaged
from hific_core.training import checkpoint

PARTS = {"version": 1, "settings": {}, "skipped": 0, "optimizer": {}}


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("this must not run",))


def test_round_trip_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    checkpoint.save(path, {"step": 3, "network": {"w": torch.ones(2)}, **PARTS})
    content = checkpoint.load(path)
    assert content["step"] == 3
    assert torch.equal(content["network"]["w"], torch.ones(2))
    assert [p.name for p in tmp_path.iterdir()] == ["last.pt"]


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_pickle_with_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    harmful, text = tmp_path / "harmful.pt", tmp_path / "text.pt"
    harmful.write_bytes(pickle.dumps(Harmful()))
    torch.save({"x": Harmful()}, tmp_path / "zipped.pt")
    text.write_text("no checkpoint")
    torch.save({"step": 3}, tmp_path / "other.pt")
    for path in (harmful, text, tmp_path / "zipped.pt", tmp_path / "other.pt"):
        with pytest.raises(WeightsDamaged):
            checkpoint.load(path)
    assert capsys.readouterr().out == ""


def test_the_newest_stay_and_the_best(tmp_path: Path) -> None:
    for step in (5, 100, 20, 3, 1000):
        checkpoint.path_of(tmp_path, step).touch()
    (tmp_path / checkpoint.BEST).touch()
    assert checkpoint.latest(tmp_path) == checkpoint.path_of(tmp_path, 1000)
    checkpoint.rotate(tmp_path, kept=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.pt", "step-00000100.pt", "step-00001000.pt"]
    assert checkpoint.latest(tmp_path / "none") is None
