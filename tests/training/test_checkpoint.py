"""Checkpoints: whole or not at all, and never code."""

import pickle
from pathlib import Path

import pytest
import torch

from hific_core.errors import WeightsDamaged
from hific_core.training import checkpoint


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("this must not run",))


def test_round_trip_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    parts = {"average": {}, "optimizer": {}, "skipped": 0}
    checkpoint.save(path, {"step": 3, "model": {"w": torch.ones(2)}, **parts})
    content = checkpoint.load(path)
    assert content["step"] == 3
    assert torch.equal(content["model"]["w"], torch.ones(2))
    assert [p.name for p in tmp_path.iterdir()] == ["last.pt"]


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
