"""Refinement for the eye: what it minimises, at every phase of LPIPS's grid; where it is cut; what it leaves alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.errors import Cancelled, UnsupportedByModel
from hific_core.metrics import Lpips
from hific_core.models import perceptual_refinement
from hific_core.models.inference import InferenceModel
from hific_core.models.lite_serving import LiteServing
from hific_core.pixels.picture import Picture
from hific_core.texture import texture_distance
from hific_core.visibility import structural_distance
from tests.conftest import smooth_picture, tiny_card, tiny_network
from tests.models.test_refinement import WIDE, assert_beside_its_neighbour


@pytest.fixture
def lpips(tiny_lpips_path: Path) -> Lpips:
    return Lpips(tiny_lpips_path)


@pytest.fixture
def realistic_codec(tiny_codec: Codec) -> Codec:
    """With realism as an input of its one generator."""
    model = tiny_codec.model
    card = replace(model.card, abilities=tiny_card(realism=True).abilities)
    return Codec(InferenceModel(card, LiteServing, tiny_network, model.twin, model.tables, model.runtime))


def busy_picture(height: int, width: int) -> Picture:
    random = np.random.default_rng(3)
    noise = random.normal(0, 25, (height, width, 1))
    return Picture((smooth_picture(height, width, seed=2).pixels + noise).clip(0, 255).astype(np.uint8))


def coded_quality(codec: Codec, quality: int, effort: int, realism: float) -> int:
    return perceptual_refinement.Priorities.of(codec.model).coded_quality(quality, effort, realism)


def cost(codec: Codec, lpips: Lpips, picture: Picture, effort: int, offset: int = 0, realism: float = 0.0) -> float:
    """Bits of the real file per pixel, squared error and LPIPS, weighed as the module does; coded at quality 600."""
    quality = 600
    coded = [coded_quality(codec, asked, effort, realism) for asked in range(1001)]
    asked = next(each for each in range(1001) if coded[each] >= quality)
    data = codec.encode(picture, asked, realism=realism, effort=effort, lpips=lpips).file.pack()
    decoded = codec.decode(parse(data)).picture.pixels
    error = float(np.square(decoded.astype(float) - picture.pixels).mean())
    x, y = (
        torch.from_numpy(each[offset:, offset:]).permute(2, 0, 1)[None].float() / 255
        for each in (picture.pixels, decoded)
    )
    low, high = perceptual_refinement._ALONE.lpips
    distance = float(lpips(x, y)) * low * (high / low) ** (quality / 1000)
    weight = codec.model.serving.distortion_weight(quality, codec.model.card.training)
    assert weight is not None
    return 8 * len(data) / picture.pixels[..., 0].size + weight * (error + distance)


@pytest.mark.parametrize("offset", [0, 5])
def test_more_effort_costs_less_at_every_phase(tiny_codec: Codec, lpips: Lpips, offset: int) -> None:
    plain, little, more = (cost(tiny_codec, lpips, busy_picture(96, 96), effort, offset) for effort in (0, 1, 5))
    assert little < plain
    assert more < 0.985 * plain, "even of a network that nobody trained"


@pytest.mark.parametrize("realism", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("structure", [0.0, 0.8])
def test_what_is_gained_is_spent_on_quality(
    realistic_codec: Codec, lpips: Lpips, realism: float, structure: float
) -> None:
    codec = taught(realistic_codec, structure=structure)
    qualities = [coded_quality(codec, 600, effort, realism) for effort in range(11)]
    assert qualities == sorted(qualities) and qualities[0] == 600
    assert (qualities[0] < qualities[1] < qualities[10]) == (realism < 1 or structure > 0), "else textures have all"
    coded = [coded_quality(codec, quality, 10, realism) for quality in range(1001)]
    assert coded == sorted(coded) and coded[-1] == 1000, "more asked for is never less"
    encoded = codec.encode(smooth_picture(64, 64), 600, realism=realism, effort=3, lpips=lpips)
    assert encoded.file.header.quality == qualities[3]


def test_at_realism_1_textures_count_too(realistic_codec: Codec, lpips: Lpips) -> None:
    """Local means and spreads come nearer than where LPIPS and squared error alone are heeded."""
    picture = busy_picture(128, 128)

    def texture() -> float:
        encoded = realistic_codec.encode(picture, 600, realism=1.0, effort=5, lpips=lpips)
        decoded = realistic_codec.decode(encoded.file, realism=1.0).picture.pixels
        x, y = (torch.from_numpy(each).permute(2, 0, 1)[None].float() / 255 for each in (picture.pixels, decoded))
        return float(texture_distance(lpips.rectified(x), lpips.rectified(y)))

    heeded = texture()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(perceptual_refinement, "_ALONE", perceptual_refinement._ALONE._replace(textures=0.0))
        assert heeded < 0.99 * texture()


def taught(codec: Codec, **training: float) -> Codec:
    """The same model with a card that says it was trained so."""
    model = codec.model
    card = replace(model.card, training={**model.card.training, **training})
    return Codec(InferenceModel(card, LiteServing, tiny_network, model.twin, model.tables, model.runtime))


def test_structure_counts_where_the_model_was_trained_for_it(tiny_codec: Codec, lpips: Lpips) -> None:
    picture = busy_picture(128, 128)

    def gone(codec: Codec) -> float:
        decoded = codec.decode(codec.encode(picture, 600, effort=5, lpips=lpips).file).picture.pixels
        x, y = (torch.from_numpy(each).permute(2, 0, 1)[None].float() / 255 for each in (picture.pixels, decoded))
        return float(structural_distance(x, y))

    assert gone(taught(tiny_codec, structure=4.0)) < 0.99 * gone(tiny_codec), "even of a network that nobody trained"


def test_calm_places_count_more_where_the_model_was_trained_so(tiny_codec: Codec, lpips: Lpips) -> None:
    picture = busy_picture(128, 128)
    picture.pixels[:, :64] = smooth_picture(128, 128, seed=2).pixels[:, :64]

    def error(codec: Codec) -> float:
        decoded = codec.decode(codec.encode(picture, 600, effort=5, lpips=lpips).file).picture.pixels
        return float(np.square(decoded[:, :56].astype(float) - picture.pixels[:, :56]).mean())

    assert error(taught(tiny_codec, masking=2.0)) < 0.98 * error(tiny_codec)


@pytest.mark.parametrize("value", [-1.0, 5.0, float("nan"), float("inf"), "0.7", 1, None])
def test_what_a_card_cannot_mean_is_not_heeded(tiny_codec: Codec, lpips: Lpips, value: object) -> None:
    picture = smooth_picture(64, 64)
    odd = taught(tiny_codec, masking=value, structure=value)  # type: ignore[arg-type]
    files = [codec.encode(picture, 600, effort=1, lpips=lpips).file.pack() for codec in (tiny_codec, odd)]
    assert files[0] == files[1]


def test_files_decode_to_the_refined_symbols(tiny_codec: Codec, lpips: Lpips) -> None:
    picture = smooth_picture(100, 60)
    encoded = tiny_codec.encode(picture, 600, effort=3, lpips=lpips)
    symbols, damaged = tiny_codec.decode_symbols(parse(encoded.file.pack()))
    assert damaged == ()
    assert np.array_equal(symbols.latents, encoded.symbols.latents)
    plain = tiny_codec.encode(picture, encoded.file.header.quality).symbols
    assert np.array_equal(plain.hyperlatents, symbols.hyperlatents)
    assert not np.array_equal(plain.latents, symbols.latents)


def test_the_same_picture_makes_the_same_bytes(tiny_codec: Codec, lpips: Lpips) -> None:
    picture = smooth_picture(*WIDE)
    first, second = (tiny_codec.encode(picture, 600, effort=1, lpips=lpips).file.pack() for _ in range(2))
    assert first == second


def test_no_effort_is_plain_encoding(tiny_codec: Codec, lpips: Lpips) -> None:
    picture = smooth_picture(50, 90)
    assert tiny_codec.encode(picture, 600, lpips=lpips).file == tiny_codec.encode(picture, 600).file


@pytest.mark.parametrize("shape", [(8, 8), (30, 200), (34, 33)])
def test_pictures_too_small_for_lpips(tiny_codec: Codec, lpips: Lpips, shape: tuple[int, int]) -> None:
    picture = smooth_picture(*shape)
    encoded = tiny_codec.encode(picture, 600, effort=2, lpips=lpips)
    assert tiny_codec.decode(parse(encoded.file.pack())).picture.pixels.shape == picture.pixels.shape


def test_families_trained_for_texture_refuse(tiny_hific_codec: Codec, lpips: Lpips) -> None:
    with pytest.raises(UnsupportedByModel, match="tiny-hific was trained for texture"):
        tiny_hific_codec.encode(smooth_picture(80, 80), 500, effort=1, lpips=lpips)


def test_a_window_sees_what_its_neighbour_became(
    tiny_codec: Codec, lpips: Lpips, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Symbols of the first window lie around the second's core as they were left, and are not changed by it."""
    looks: list[np.ndarray] = []
    kept = perceptual_refinement._descend

    def watch(problem: perceptual_refinement._Problem, steps: int, done: Callable) -> torch.Tensor:  # type: ignore[type-arg]
        found = kept(problem, steps, done)
        looks.extend((problem.symbols[0].numpy().copy(), found[0].numpy().copy()))
        return found

    monkeypatch.setattr(perceptual_refinement, "_descend", watch)
    tiny_codec.encode(smooth_picture(*WIDE), 500, effort=2, lpips=lpips)
    assert_beside_its_neighbour(tiny_codec, looks)


def test_it_can_be_cancelled(tiny_codec: Codec, lpips: Lpips) -> None:
    def stop(stage: str, share: float) -> None:
        if stage == "refine" and share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        tiny_codec.encode(smooth_picture(64, 64), 500, effort=2, lpips=lpips, progress=stop)
