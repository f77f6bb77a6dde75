"""Which model a name or a file means."""

import os
import shutil
from pathlib import Path

import pytest

from hific_core.errors import UnsupportedByModel, WeightsMissing, WrongModel
from hific_core.models import zoo
from hific_core.models.card import read_card
from tests.conftest import refuse


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


def test_a_folder_that_may_not_be_searched_is_a_problem_and_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked"
    refuse(locked, monkeypatch)
    monkeypatch.setattr(zoo, "user_folder", lambda: locked / "models")
    listing = zoo.listing()
    assert [model.card.name for model in listing.models] == ["tiny"]
    assert listing.problems == (
        f"The folder {locked / 'models'} could not be read (Permission denied); change its permissions.",
    )
    with pytest.raises(WeightsMissing):
        zoo.named(str(locked / "a.safetensors"))


def test_by_fingerprint(only_tiny: Path) -> None:
    card = read_card(only_tiny / "some.safetensors")
    assert zoo.for_file(card.entropy_fingerprint, card.generator_fingerprint).card == card
    assert zoo.for_file(card.entropy_fingerprint, "00000000").card == card
    with pytest.raises(WrongModel) as caught:
        zoo.for_file("00000000", card.generator_fingerprint)
    assert caught.value.needed == "00000000"


def test_a_series_of_models_of_one_rate(
    tiny_series: Path, tiny_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIFIC_MODELS", os.pathsep.join((str(tiny_series), str(tiny_model_path.parent))))
    low, med = zoo.named("TINY-low"), zoo.named("TINY-med")
    assert zoo.named("TINY") == med
    assert zoo.regimes_of(low) == zoo.regimes_of(med) == ["low", "med"]
    assert zoo.for_regime(med, "low") == low
    assert zoo.for_regime(med, "med") == med
    for model, known in ((med, "it has low, med"), (zoo.named("tiny"), "it has low, med, high")):
        with pytest.raises(UnsupportedByModel, match=known):
            zoo.for_regime(model, "top")


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
