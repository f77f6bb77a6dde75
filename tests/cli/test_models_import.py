from pathlib import Path

import pytest

from hific_core.models import zoo

from ..original_checkpoints import write_tiny_checkpoint
from .conftest import Hific, names


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setattr(zoo, "user_folder", lambda: folder)
    return folder


def test_an_imported_model_is_listed_and_used(hific: Hific, models_folder: Path, tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "hific_med.pt")
    outcome = hific("models", "import", tmp_path / "hific_med.pt")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == f"HIFIC-med: {models_folder / 'HIFIC-med.safetensors'}\n"
    assert "HIFIC-med: The original HiFiC's hific_med.pt; family hific, one rate" in hific("models").out
    assert zoo.named("HIFIC").card.name == "HIFIC-med"
    again = hific("models", "import", tmp_path / "hific_med.pt")
    assert again.code == 1
    assert "choose another --name" in again.err
    elsewhere = hific("models", "import", tmp_path / "hific_med.pt", "--regime", "low", "--to", tmp_path / "other")
    assert elsewhere.code == 0
    assert elsewhere.err == "hific: note: The checkpoint's args say regime = med: low is taken, as you said.\n"
    assert names(tmp_path / "other") == ["HIFIC-low.safetensors"]


def test_what_is_no_checkpoint_is_one_sentence(hific: Hific, models_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_text("no checkpoint")
    outcome = hific("models", "import", tmp_path / "a.pt")
    assert outcome.code == 1
    assert outcome.err.startswith(f"hific: error: {tmp_path / 'a.pt'} is no checkpoint that can be read")
    assert outcome.err.count("\n") == 1
    assert not models_folder.exists()
