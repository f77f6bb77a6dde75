"""Reading pickles of other people: plain settings come through, nothing is run."""

import argparse
import os
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.errors import WeightsDamaged
from hific_core.models.original_pickle import load, settings


def _original_class(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> Any:
    """A class that pickles under the original's name, whose module is gone again when the pickle is read."""
    found = type(name, (), {"__module__": module, "regime": "low"})
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:length]), types.ModuleType(".".join(parts[:length])))
    setattr(sys.modules[module], name, found)
    return found


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_settings_of_every_kind(legacy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, plain = tmp_path / "x.pt", {"regime": "low", "n": 9, "rate": 0.14, "image_dims": (3, 8, 8)}
    struct = _original_class(monkeypatch, "src.helpers.utils", "Struct")()
    struct.__dict__.update(plain)
    config = _original_class(monkeypatch, "default_config", "hific_args")
    kinds = {
        "dictionary": plain | {"rate": np.float64(0.14), "n": np.int64(9), "dataset_path": Path("data")},
        "namespace": argparse.Namespace(**plain),
        "struct": struct,
        "class": config,
    }
    torch.save(kinds, path, _use_new_zipfile_serialization=not legacy)
    monkeypatch.undo()
    assert "default_config" not in sys.modules
    found = {kind: settings(value) for kind, value in load(path).items()}
    expected = {"regime": "low", "n": 9, "rate": 0.14}
    assert found == {"dictionary": expected, "namespace": expected, "struct": expected, "class": {}}


class _Runs:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_no_code_is_run(legacy: bool, tmp_path: Path) -> None:
    path, target = tmp_path / "x.pt", tmp_path / "made"
    torch.save({"args": _Runs(target)}, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(WeightsDamaged, match=r"it holds a \w+\.mkdir, and only tensors and plain settings are loaded"):
        load(path)
    assert not target.exists()
