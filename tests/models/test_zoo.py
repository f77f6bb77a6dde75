"""Which model a name or a file means."""

import shutil
from pathlib import Path

import pytest

from hific_core.errors import WeightsMissing, WrongModel
from hific_core.models import zoo
from hific_core.models.card import read_card


@pytest.fixture(autouse=True)
def only_tiny(tiny_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tiny model under another file name, and nothing else installed."""
    shutil.copyfile(tiny_model_path, tmp_path / "some.safetensors")
    monkeypatch.setenv("HIFIC_MODELS", str(tmp_path))
    monkeypatch.setattr(zoo, "bundled_folder", lambda: tmp_path / "none")
    monkeypatch.setattr(zoo, "user_folder", lambda: tmp_path / "none")
    return tmp_path


def test_by_name_path_and_default(only_tiny: Path) -> None:
    path = only_tiny / "some.safetensors"
    assert zoo.named("tiny").path == zoo.named(str(path)).path == zoo.default().path == path
    with pytest.raises(WeightsMissing, match="installed are: tiny"):
        zoo.named("other")


def test_by_fingerprint(only_tiny: Path) -> None:
    card = read_card(only_tiny / "some.safetensors")
    assert zoo.for_file(card.entropy_fingerprint, card.generator_fingerprint).card == card
    assert zoo.for_file(card.entropy_fingerprint, "00000000").card == card
    with pytest.raises(WrongModel) as caught:
        zoo.for_file("00000000", card.generator_fingerprint)
    assert caught.value.needed == "00000000"


def test_a_damaged_file_is_a_problem_and_no_failure(only_tiny: Path) -> None:
    (only_tiny / "broken.safetensors").write_bytes(b"nothing")
    listing = zoo.listing()
    assert [model.card.name for model in listing.models] == ["tiny"]
    assert len(listing.problems) == 1
    assert "broken.safetensors" in listing.problems[0]


def test_nothing_installed(only_tiny: Path) -> None:
    (only_tiny / "some.safetensors").unlink()
    with pytest.raises(WeightsMissing, match="No model is installed"):
        zoo.default()


def test_the_model_that_ships_is_there_and_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.delenv("HIFIC_MODELS", raising=False)
    shipped = {model.card.name: model for model in zoo.listing().models if model.path.parent == zoo.bundled_folder()}
    card = shipped[zoo.DEFAULT_MODEL].card
    assert sorted(card.regimes.values()) == [card.regimes[regime] for regime in ("low", "med", "high")]
    assert shipped[zoo.DEFAULT_MODEL].path.stat().st_size <= 24_000_000
    assert card.licence
