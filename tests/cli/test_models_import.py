from pathlib import Path

import pytest
import torch

from hific_core import importing
from hific_core.importing import import_checkpoint
from hific_core.models import zoo

from ..conftest import TINY_HIFIC
from ..original_checkpoints import CRITIC_WIDTH, tiny_critic, write_tiny_checkpoint
from .conftest import Hific, Photo, names


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setattr(importing, "LEVELS", 12)  # the tables of 128 take seconds
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


def test_training_goes_on(
    hific: Hific, models_folder: Path, photo: Photo, tiny_lpips_path: Path, tmp_path: Path
) -> None:
    """One step at a rate of nothing leaves the imported weights and the imported discriminator as they are."""
    network = write_tiny_checkpoint(tmp_path / "hific_med.pt")
    imported = import_checkpoint(tmp_path / "hific_med.pt", keep_discriminator=True)
    for number in range(3):
        photo(f"photos/{number}.png", size=(140, 150))
    small = ("--batch", 2, "--crop", 128, "--discriminator-width", CRITIC_WIDTH, "--workers", 0, "--device", "cpu")
    still = ("--learning-rate", 0, "--discriminator-rate", 0, "--steps", 1, "--validate-every", 0, "--no-export")
    data = ("--data", tmp_path / "photos", "--lpips-weights", tiny_lpips_path, "--save", tmp_path, "--name", "run")
    outcome = hific(
        "train", "--init", imported.card.name, "--preset", "hific-med", "--stage", "gan", *small, *still, *data
    )
    assert outcome.code == 0, outcome.err
    state = torch.load(tmp_path / "run" / "gan" / "step-00000001.pt", weights_only=True)
    assert all(torch.equal(state["network"][name], value) for name, value in network.state_dict().items())
    critic = tiny_critic(TINY_HIFIC.latents).state_dict()
    kept = [name for name in critic if not name.endswith(("_u", "_v"))]  # which follow the weights
    assert all(torch.equal(state["discriminator"][name], critic[name]) for name in kept)
