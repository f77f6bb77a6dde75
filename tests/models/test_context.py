"""The checkerboard context: what it looks at, where it speaks, what a file with it claims and decodes to."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.device import choose_runtime
from hific_core.errors import WeightsDamaged
from hific_core.metrics import Lpips
from hific_core.models.context import ContextNetwork, anchors
from hific_core.models.geometry import Area, Interval
from hific_core.models.lite import CONTEXT, Lite
from hific_core.models.passes import Draws
from hific_core.models.weights import read_model
from hific_core.training.engine import Engine
from hific_core.training.export import export
from hific_core.training.trainer import Trainer
from tests.conftest import SMALL_LIMITS, TINY, levels_apart, smooth_picture, tiny_network
from tests.models.test_weights import changed, set_card
from tests.training.conftest import random_pictures, tiny_settings

KNOWING = replace(TINY, context=7)
SETTINGS = replace(tiny_settings("lite", "rd"), network=asdict(KNOWING))
QUALITY = 500


def knowing_network() -> Lite:
    """The tiny network with a context that says much: some tenths of a step."""
    network = Lite(KNOWING)
    network.load_state_dict(network.completed(tiny_network().state_dict()))
    random = torch.Generator().manual_seed(5)
    assert network.context is not None
    with torch.no_grad():
        for parameter in network.context.parameters():
            parameter.copy_(0.15 * torch.randn(parameter.shape, generator=random))
    return network.eval()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("context") / "knowing.safetensors"
    export(SETTINGS, knowing_network().state_dict(), target, "knowing", [], levels=24)
    return target


@pytest.fixture
def codec(path: Path) -> Codec:
    return Codec(read_model(path, choose_runtime("cpu", "float32")))


def added(symbols: torch.Tensor, origin: tuple[int, int] = (0, 0)) -> torch.Tensor:
    context = knowing_network().context
    assert context is not None
    with torch.inference_mode():
        return context(symbols, torch.tensor([QUALITY]), origin)


def test_it_looks_at_anchors_and_speaks_of_the_others() -> None:
    symbols = torch.randint(-3, 4, (1, 12, 9, 10), generator=torch.Generator().manual_seed(1)).float()
    known = anchors(9, 10)
    assert known[:2, :2].tolist() == [[True, False], [False, True]]
    found = added(symbols)
    assert torch.equal(found[known.expand_as(found)], torch.zeros(12 * 45))
    assert (found[~known.expand_as(found)] != 0).all()
    unknown = torch.where(known, symbols, torch.nan)
    assert torch.equal(added(unknown), found), "what is not known yet may be anything"


def test_the_checkerboard_is_the_planes() -> None:
    symbols = torch.randint(-3, 4, (1, 12, 9, 10), generator=torch.Generator().manual_seed(1)).float()
    whole = added(symbols)
    part = added(symbols[..., 2:7, 3:9], (2, 3))
    r = 1  # of a convolution of 3 x 3
    torch.testing.assert_close(part[..., r:-r, r:-r], whole[..., 2 + r : 7 - r, 3 + r : 9 - r], rtol=0, atol=1e-6)
    assert torch.equal(anchors(5, 6, (2, 3)), anchors(9, 10)[2:7, 3:9])


def test_at_first_it_adds_nothing() -> None:
    network = ContextNetwork(12, 7)
    assert not network(torch.ones(1, 12, 4, 4), torch.tensor([QUALITY])).any()


def test_the_codec_codes_what_training_saw(codec: Codec) -> None:
    """Symbols and picture, through the network's own training pass; levels may round either way."""
    picture = smooth_picture(128, 192)
    network = codec.model.serving.network
    x = torch.from_numpy(picture.pixels).permute(2, 0, 1)[None] / 255
    zeros = torch.zeros(1, 12, 8, 12), torch.zeros(1, 6, 2, 3)
    with torch.inference_mode():
        expected = network(x, Draws(torch.tensor([QUALITY]), torch.zeros(1), *zeros))
    encoded = codec.encode(picture, QUALITY)
    assert encoded.estimated_bits == pytest.approx(float(expected.rounded.total), rel=1e-4)
    pixels = (expected.reconstruction[0].clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).numpy()
    apart = levels_apart(codec.decode(encoded.file).picture.pixels, pixels)
    assert apart.max() <= 1 and (apart > 0).mean() < 1e-3


def test_windows_and_tiles_cannot_be_seen(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = smooth_picture(300, 417)
    whole = codec.encode(picture, QUALITY)
    pixels = codec.decode(whole.file).picture.pixels
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    cut = codec.encode(picture, QUALITY)
    assert (cut.symbols.latents != whole.symbols.latents).mean() < 1e-4
    apart = levels_apart(codec.decode(whole.file).picture.pixels, pixels)
    assert apart.max() <= 1 and (apart > 0).mean() <= 1e-4


def test_a_region_is_that_part_of_the_whole(codec: Codec) -> None:
    file = codec.encode(smooth_picture(600, 900), QUALITY).file
    whole = codec.decode(file).picture.pixels
    for area in (Area(Interval(505, 530), Interval(500, 801)), Area(Interval(0, 1), Interval(899, 900))):
        apart = levels_apart(codec.decode_region(file, area), whole[area.slices])
        assert apart.max() <= 1
        assert (apart > 0).sum() <= max(1, 1e-4 * apart.size)


def test_effort_knows_it(codec: Codec) -> None:
    """With effort the file costs less in bits and squared error, as the decoder sees them."""
    picture, weight = smooth_picture(160, 160, seed=2), codec.model.serving.distortion_weight(QUALITY, {})
    assert weight is not None
    costs = []
    for effort in (0, 4):
        data = codec.encode(picture, QUALITY, effort=effort).file.pack()
        error = np.square(codec.decode(parse(data)).picture.pixels.astype(float) - picture.pixels).mean()
        costs.append(8 * len(data) / picture.pixels[..., 0].size + weight * float(error))
    assert costs[1] < costs[0]


def test_the_entropy_fingerprint_covers_it(codec: Codec, tmp_path: Path) -> None:
    weights = knowing_network().state_dict()
    weights[f"{CONTEXT}layers.0.bias"] += 0.1
    target = tmp_path / "other.safetensors"
    export(SETTINGS, weights, target, "knowing", [], levels=24)
    other = read_model(target, choose_runtime("cpu", "float32")).card
    assert other.entropy_fingerprint != codec.model.card.entropy_fingerprint
    assert other.generator_fingerprint == codec.model.card.generator_fingerprint


@pytest.mark.parametrize("wrong", [{"context": 0}, {"context": 8}, {"context": 5000}, {"context": True}], ids=str)
def test_a_file_whose_card_claims_another_context_is_refused(path: Path, tmp_path: Path, wrong: dict[str, Any]) -> None:
    settings = read_model(path, choose_runtime("cpu", "float32")).card.network
    target = changed(path, tmp_path / "wrong.safetensors", set_card(network={**settings, **wrong}))
    with pytest.raises(WeightsDamaged):
        read_model(target, choose_runtime("cpu", "float32"))


def test_training_adds_it_and_moves_it(tiny_lpips_path: Path) -> None:
    trainer = Trainer(SETTINGS, Engine(torch.device("cpu")), Lpips(tiny_lpips_path))
    trainer.start_from(tiny_network().state_dict())
    before = trainer.network.context.layers[-1].weight.clone()
    assert not before.any()
    first = trainer.one_step(random_pictures(SETTINGS))
    alone = Trainer(tiny_settings("lite", "rd"), Engine(torch.device("cpu")), Lpips(tiny_lpips_path))
    alone.start_from(tiny_network().state_dict())
    without = alone.one_step(random_pictures(SETTINGS))
    assert torch.equal(first["q_bpp"], without["q_bpp"]), "at first the network does what it did"
    assert not torch.equal(trainer.network.context.layers[-1].weight, before)
