"""Checkpoints become models whose regimes have the rates that they name."""

from pathlib import Path

import pytest

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.models.lite import Lite
from hific_core.models.weights import read_model
from hific_core.training import checkpoint, export
from tests.conftest import TINY, smooth_picture, tiny_network


def test_regimes_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "Lite", lambda: Lite(TINY))
    monkeypatch.setattr(export, "RATES", {"low": 0.16, "high": 0.4})
    state = tiny_network().state_dict()
    parts = {"model": state, "optimizer": {}, "skipped": 0, "config": {"seed": 3}}
    checkpoint.save(tmp_path / "last.pt", {"average": state, "step": 7, **parts})
    pictures = [smooth_picture(256, 256, seed) for seed in range(2)]
    target = tmp_path / "new.safetensors"
    card = export.export(tmp_path / "last.pt", target, "new", "New", "CC0", pictures)
    assert dict(card.training) == {"seed": 3, "step": 7}
    codec = Codec(read_model(target, choose_runtime("cpu", "float32")))
    assert codec.model.card == card
    for regime, rate in {"low": 0.16, "high": 0.4}.items():
        found = export.average_rate(codec, pictures, card.regimes[regime])
        assert found == pytest.approx(rate, rel=0.03)


def test_nearest_quality_and_no_measurement_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def rate(codec: object, pictures: object, quality: int) -> float:
        calls.append(quality)
        return quality / 1000

    monkeypatch.setattr(export, "average_rate", rate)
    known: dict[int, float] = {}
    for wanted, quality in ((0.3004, 300), (0.3006, 301), (0.0, 0), (2.0, 1000)):
        assert export.quality_for(None, [], wanted, known) == quality  # type: ignore[arg-type]
    assert len(calls) == len(set(calls))
