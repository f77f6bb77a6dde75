"""A checkpoint of the original becomes a model: its values, its name, and nothing half-written when it fails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from hific_core import importing
from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.errors import Cancelled, HificError, UnreadableFile, UnsupportedByModel, UnwritableFile, WeightsDamaged
from hific_core.importing import Imported, import_checkpoint
from hific_core.models import zoo
from hific_core.models.hific import Hific
from hific_core.models.weights import read_model
from hific_core.training.origins import origin

from .conftest import TINY_HIFIC, smooth_picture, tiny_hific_network
from .original_checkpoints import args_of, saved_by_training, tiny_critic, write_tiny_checkpoint


@pytest.fixture(scope="module", autouse=True)
def few_levels() -> Iterator[None]:
    """Enough for a model that works; the tables of 128 take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "LEVELS", 12)
        yield


def imported(source: Path, folder: Path, **options: Any) -> Imported:
    return import_checkpoint(source, folder=folder, **options)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Imported, Hific]:
    """A checkpoint with a discriminator, imported with it, and the network that is in it."""
    folder = tmp_path_factory.mktemp("import")
    network = write_tiny_checkpoint(folder / "hific_med.pt")
    return imported(folder / "hific_med.pt", folder / "models" / "new", keep_discriminator=True), network


def test_the_model_is_installed_under_the_originals_name(tiny: tuple[Imported, Hific]) -> None:
    found, _ = tiny
    card = zoo.named(str(found.path)).card
    assert (card.name, found.path.name, card.regimes) == ("HIFIC-med", "HIFIC-med.safetensors", {"med": 500})
    assert (zoo.series_of(card), card.title) == ("HIFIC", "The original HiFiC's hific_med.pt")
    assert card.training == {
        "imported": "hific_med.pt",
        "regime": "med",
        "target_rate": 0.3,
        "steps": 70000,
        "epoch": 3,
    }
    assert found.notes == ()
    assert [path.name for path in found.path.parent.iterdir()] == ["HIFIC-med.safetensors"]


def test_weights_stay_as_they_are(tiny: tuple[Imported, Hific]) -> None:
    """To the last bit in the file and in the network that serves the codec."""
    found, network = tiny
    stored, expected = load_file(found.path), network.state_dict()
    served = read_model(found.path, choose_runtime("cpu", "float32")).serving.network.state_dict()
    assert set(served) == set(expected)
    for name, value in expected.items():
        assert stored[f"network.{name}"].dtype == torch.float32
        assert torch.equal(stored[f"network.{name}"], value)
        assert torch.equal(served[name], value)


def test_pictures_are_coded_with_it(tiny: tuple[Imported, Hific]) -> None:
    codec = Codec(read_model(tiny[0].path, choose_runtime("cpu", "float32")))
    encoded = codec.encode(smooth_picture(70, 90), 500)
    decoded = codec.decode(encoded.file)
    assert np.array_equal(decoded.symbols.latents, encoded.symbols.latents)
    assert np.ptp(encoded.symbols.latents) > 4
    assert decoded.picture.pixels.shape == (70, 90, 3)


def test_training_goes_on_with_weights_and_discriminator(tiny: tuple[Imported, Hific]) -> None:
    found, network = tiny
    start, critic = origin(str(found.path)), tiny_critic(TINY_HIFIC.latents).state_dict()
    assert (start.family, start.name) == ("hific", "HIFIC-med")
    assert all(torch.equal(start.weights[name], value) for name, value in network.state_dict().items())
    assert start.discriminator is not None
    assert set(start.discriminator) == set(critic)
    assert all(torch.equal(start.discriminator[name], value) for name, value in critic.items())


def test_without_being_asked_the_discriminator_is_left_out(tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "a.pt", replace(TINY_HIFIC, residual_blocks=1), legacy=True)
    found = imported(tmp_path / "a.pt", tmp_path)
    assert not [name for name in load_file(found.path) if name.startswith("discriminator.")]
    assert origin(str(found.path)).discriminator is None


def test_name_and_regime(tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "a.pt")
    found = imported(tmp_path / "a.pt", tmp_path, name="Mine-high", regime="high")
    assert (found.card.name, found.card.regimes) == ("Mine-high", {"high": 500})
    assert found.notes == ("The checkpoint's args say regime = med: high is taken, as you said.",)
    args = args_of(TINY_HIFIC)
    del args["regime"]
    content = saved_by_training(tiny_hific_network(), args=args)
    torch.save(content, tmp_path / "hific_hi.pt")
    assert imported(tmp_path / "hific_hi.pt", tmp_path).card.name == "HIFIC-high"
    torch.save(content, tmp_path / "unknown.pt")
    with pytest.raises(HificError, match="name one with --regime"):
        imported(tmp_path / "unknown.pt", tmp_path)
    with pytest.raises(UnwritableFile, match="choose another --name"):
        imported(tmp_path / "hific_hi.pt", tmp_path)
    for name in ("", "../up", "a/b", ".hidden", "line\nbreak"):
        with pytest.raises(UnwritableFile, match="choose another --name"):
            imported(tmp_path / "a.pt", tmp_path / "new", name=name)
    with pytest.raises(UnwritableFile, match=r"too long .*; choose a shorter --name"):
        imported(tmp_path / "a.pt", tmp_path / "new", name="x" * 244)
    assert not (tmp_path / "new").exists()


def test_a_name_of_any_installed_model_is_refused(
    tiny_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoo, "user_folder", lambda: tmp_path / "own")
    monkeypatch.setattr(zoo, "bundled_folder", lambda: tiny_model_path.parent)
    write_tiny_checkpoint(tmp_path / "a.pt")
    with pytest.raises(UnwritableFile, match=r"a model called tiny already, at .*; choose another --name"):
        import_checkpoint(tmp_path / "a.pt", name="tiny")
    assert not (tmp_path / "own").exists()


def test_a_model_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "a.pt")
    target = tmp_path / "models" / "HIFIC-med.safetensors"

    def appearing(stage: str, share: float) -> None:
        if stage == "write" and not target.exists():
            target.write_bytes(b"of another process")

    with pytest.raises(UnwritableFile, match="already"):
        imported(tmp_path / "a.pt", tmp_path / "models", progress=appearing)
    assert target.read_bytes() == b"of another process"


def test_weights_next_to_nothing_are_refused_in_a_sentence(tmp_path: Path) -> None:
    network = tiny_hific_network()
    last = network.Hyperprior.synthesis_std.conv3
    last.weight.data.mul_(1e-30)
    torch.save(saved_by_training(network), tmp_path / "a.pt")
    with pytest.raises(WeightsDamaged, match="beyond exact float64"):
        imported(tmp_path / "a.pt", tmp_path / "models")
    last.bias.data.zero_()
    torch.save(saved_by_training(network), tmp_path / "a.pt")
    assert imported(tmp_path / "a.pt", tmp_path / "models").path.exists()


def test_what_can_only_be_trained_is_refused_at_once(tmp_path: Path) -> None:
    config = replace(TINY_HIFIC, mixture=9)
    torch.save(saved_by_training(Hific(config)), tmp_path / "a.pt")
    with pytest.raises(UnsupportedByModel, match="can be trained, but not code pictures: the coder knows mixtures of"):
        imported(tmp_path / "a.pt", tmp_path)


@pytest.mark.parametrize(
    "options",
    [{"norm": "instance"}, {"noise_channels": 2}, {"mixture": 2}, {"likelihood": "logistic", "normalised_input": True}],
    ids=str,
)
def test_every_option_codes_pictures(options: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Hific(replace(TINY_HIFIC, **options))
    torch.save(saved_by_training(network), tmp_path / "a.pt")
    found = imported(tmp_path / "a.pt", tmp_path)
    codec = Codec(read_model(found.path, choose_runtime("cpu", "float32")))
    served = codec.model.serving.network.state_dict()
    assert all(torch.equal(served[name], value) for name, value in network.state_dict().items())
    encoded = codec.encode(smooth_picture(70, 90), 500)
    decoded = codec.decode(encoded.file)
    assert np.array_equal(decoded.symbols.latents, encoded.symbols.latents)
    assert decoded.picture.pixels.shape == (70, 90, 3)


def test_weights_that_are_no_numbers(tmp_path: Path) -> None:
    content = saved_by_training(tiny_hific_network())
    content["model_state_dict"]["Generator.conv_block_out.1.bias"][1] = float("inf")
    torch.save(content, tmp_path / "a.pt")
    with pytest.raises(WeightsDamaged, match=r"in Generator.conv_block_out.1.bias that are no numbers"):
        imported(tmp_path / "a.pt", tmp_path)


@pytest.mark.parametrize("stop", [Cancelled, KeyboardInterrupt])
def test_stopped_at_any_stage_it_leaves_nothing(stop: type[BaseException], tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "a.pt")
    seen: set[str] = set()
    stages = ("read", "check", "tables", "twin", "write")
    for wanted in stages:

        def stopping(stage: str, share: float, wanted: str = wanted) -> None:
            seen.add(stage)
            if stage == wanted:
                raise stop

        with pytest.raises(stop):
            imported(tmp_path / "a.pt", tmp_path / "models", progress=stopping)
        assert not list(tmp_path.glob("models/*"))
    assert seen == set(stages)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    write_tiny_checkpoint(tmp_path / "a.pt")
    (tmp_path / "file").write_text("no folder")
    stages: set[str] = set()
    with pytest.raises(UnwritableFile, match=r"takes no file \(Not a directory\); choose another"):
        imported(tmp_path / "a.pt", tmp_path / "file" / "models", progress=lambda stage, share: stages.add(stage))
    assert stages == {"read"}, "it was refused before the minutes of preparing"
    with pytest.raises(UnreadableFile):
        imported(tmp_path / "none.pt", tmp_path)
