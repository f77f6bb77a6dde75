"""lite's second generator: what each realism shows, seams, regions, noise, what training moves and a file holds."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.errors import WeightsDamaged
from hific_core.metrics import Lpips
from hific_core.models.geometry import Area, Interval
from hific_core.models.lite import SECOND, Lite
from hific_core.models.passes import Draws
from hific_core.models.weights import read_model
from hific_core.training.engine import Engine
from hific_core.training.export import codec_of, export, prepared
from hific_core.training.trainer import Trainer
from tests.conftest import SMALL_LIMITS, TINY, levels_apart, smooth_picture, tiny_network
from tests.models.test_weights import changed, set_card
from tests.training.conftest import random_pictures, tiny_settings

REALISTIC = replace(TINY, realistic=True, noise_channels=5)
SETTINGS = replace(tiny_settings("lite", "gan"), network=asdict(REALISTIC))
QUALITY = 500


@pytest.fixture(scope="module")
def network() -> Lite:
    """The second generator has learned something, noise among it."""
    found = Lite(REALISTIC)
    found.load_state_dict(found.completed(tiny_network().state_dict()))
    random = torch.Generator().manual_seed(4)
    assert found.realistic is not None
    with torch.no_grad():
        for parameter in found.realistic.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=random))
    return found.eval()


@pytest.fixture(scope="module")
def path(network: Lite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("realistic") / "realistic.safetensors"
    export(SETTINGS, network.state_dict(), target, "realistic", [], levels=24)
    return target


@pytest.fixture
def codec(path: Path) -> Codec:
    return Codec(read_model(path, choose_runtime("cpu", "float32")))


def pixels(codec: Codec, realism: float, size: tuple[int, int] = (100, 130)) -> np.ndarray:
    file = codec.encode(smooth_picture(*size), QUALITY).file
    return codec.decode(file, realism=realism).picture.pixels


def test_realism_0_is_the_model_without_a_second_generator(codec: Codec, network: Lite) -> None:
    content = prepared(SETTINGS, network.state_dict(), "one", 24, realism=False)
    assert not any(name.startswith(SECOND) for name in content.weights)
    alone = codec_of(content)
    assert alone.model.card.entropy_fingerprint == codec.model.card.entropy_fingerprint
    assert np.array_equal(pixels(codec, 0.0), pixels(alone, 0.0))
    assert (codec.model.card.abilities.realism, alone.model.card.abilities.realism) == (True, False)


def test_realism_1_is_the_second_generator_with_noise_as_in_training(codec: Codec) -> None:
    """The whole picture through the network's own training pass; rounding to levels may go either way."""
    from hific_core.models.noise import noise_for

    picture = smooth_picture(128, 192)
    network = codec.model.serving.network
    x = torch.from_numpy(picture.pixels).permute(2, 0, 1)[None] / 255
    zeros = torch.zeros(1, TINY.latents, 8, 12), torch.zeros(1, TINY.hyperlatents, 2, 3)
    draws = Draws(torch.tensor([QUALITY]), torch.ones(1), *zeros, noise_for(5, (0, 0), zeros[0]))
    with torch.inference_mode():
        expected = (network(x, draws).reconstruction[0].clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).numpy()
    found = codec.decode(codec.encode(picture, QUALITY).file, realism=1.0).picture.pixels
    apart = levels_apart(found, expected)
    assert apart.max() <= 1 and (apart > 0).mean() < 1e-3


def test_between_lie_the_generators_whose_weights_do(codec: Codec, network: Lite) -> None:
    weights = {name: value.half().float() for name, value in network.state_dict().items()}
    for name in [each for each in weights if each.startswith(SECOND)]:
        first = weights.get(name.replace(SECOND, "generator.", 1), torch.zeros(()))
        weights[name] = 0.75 * first + 0.25 * weights[name]
    between = pixels(codec_of(prepared(SETTINGS, weights, "between", 24)), 1.0)
    apart = levels_apart(pixels(codec, 0.25), between)
    # weights are stored in half precision, those between are not
    assert apart.max() <= 1
    assert (apart > 0).mean() < 0.02
    assert levels_apart(between, pixels(codec, 0.0)).max() > 3


def test_noise_is_heard_at_realism_1_alone(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    faithful, realistic = pixels(codec, 0.0), pixels(codec, 1.0)
    assert np.array_equal(realistic, pixels(codec, 1.0)), "the same file shows the same picture each time"
    monkeypatch.setattr("hific_core.models.lite_serving.noise_for", lambda *_: torch.zeros(1, 5, 7, 9))
    assert np.array_equal(faithful, pixels(codec, 0.0))
    assert not np.array_equal(realistic, pixels(codec, 1.0))


@pytest.mark.parametrize("realism", [1.0, 0.5])
def test_tiles_cannot_be_seen(codec: Codec, realism: float, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pixels(codec, realism, (300, 417))
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    apart = levels_apart(pixels(codec, realism, (300, 417)), whole)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


def test_a_region_is_that_part_of_the_whole(codec: Codec) -> None:
    file = codec.encode(smooth_picture(600, 900), QUALITY).file
    area = Area(Interval(500, 530), Interval(500, 800))
    whole = codec.decode(file, realism=1.0).picture.pixels
    apart = levels_apart(codec.decode_region(file, area, realism=1.0), whole[area.slices])
    assert apart.max() <= 1
    assert (apart > 0).sum() <= max(1, 1e-4 * apart.size)


@pytest.mark.parametrize(
    "wrong",
    [{"realistic": False}, {"noise_channels": 6}, {"noise_channels": 2000}, {"realistic": 1}, {"noise_channels": True}],
    ids=str,
)
def test_a_file_whose_card_claims_another_generator_is_refused(
    path: Path, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    settings = read_model(path, choose_runtime("cpu", "float32")).card.network
    target = changed(path, tmp_path / "wrong.safetensors", set_card(network={**settings, **wrong}))
    with pytest.raises(WeightsDamaged):
        read_model(target, choose_runtime("cpu", "float32"))


# --- training ---------------------------------------------------------------------------------------------------


@pytest.fixture
def trainers(tiny_lpips_path: Path) -> Iterator[Any]:
    yield lambda settings: Trainer(settings, Engine(torch.device("cpu")), Lpips(tiny_lpips_path))


@pytest.mark.parametrize(
    ("stage", "expected"), [("gan", {"realistic"}), ("rd", {name for name, _ in Lite(TINY).named_children()})]
)
def test_each_stage_moves_its_generator(trainers: Any, stage: str, expected: set[str]) -> None:
    settings = replace(tiny_settings("lite", stage), network=asdict(REALISTIC), beta=0.0, perceptual_from=0)
    trainer = trainers(settings)
    assert trainer.discriminator is None
    trainer.start_from(tiny_network().state_dict())
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    for name in [each for each in before if each.startswith("generator.")]:
        assert torch.equal(before[name], before[name.replace("generator.", SECOND, 1)]), "it begins as a copy"
    for _ in range(2):
        trainer.one_step(random_pictures(settings))
    after = trainer.network.state_dict()
    assert {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])} == expected


def test_weights_that_know_a_second_generator_keep_it(network: Lite) -> None:
    kept = network.completed(network.state_dict())
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in kept.items())
    assert kept.keys() == network.state_dict().keys()
