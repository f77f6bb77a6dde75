import json
from pathlib import Path

import pytest

from hific_core.models import zoo

from .conftest import Hific


def test_json_describes_each_model(hific: Hific, tiny_model_path: Path) -> None:
    outcome = hific("models", "--json")
    record = json.loads(outcome.out)
    card = zoo.named("tiny").card
    assert record == {
        "name": "tiny",
        "title": "",
        "family": "lite",
        "continuous_rate": True,
        "realism": False,
        "multiple": 16,
        "regimes": {"low": 200, "med": 500, "high": 800},
        "entropy_fingerprint": card.entropy_fingerprint,
        "generator_fingerprint": card.generator_fingerprint,
        "licence": "",
        "path": str(tiny_model_path),
        "default": True,
    }
    assert (outcome.code, outcome.err) == (0, "")


def test_lines_for_people_end_with_where_to_put_others(hific: Hific, tiny_model_path: Path) -> None:
    outcome = hific("models")
    assert outcome.out.startswith("tiny (default): ")
    assert "low 200, med 500, high 800" in outcome.out
    assert str(tiny_model_path) in outcome.out
    assert str(zoo.user_folder()) in outcome.out.splitlines()[-1]
    assert "HIFIC-low, -med and -high are at https://zenodo.org/record/4026003" in outcome.out.splitlines()[-2]


def test_damaged_weights_are_a_problem_to_name(hific: Hific, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"no weights")
    monkeypatch.setenv("HIFIC_MODELS", str(tmp_path))
    outcome = hific("models")
    assert outcome.code == 0
    assert outcome.out.startswith("No model is installed.\n")
    assert outcome.err.startswith(f"hific: error: {tmp_path / 'bad.safetensors'}")
