"""Refinement: what it minimises, where it is cut, what stops it, what it needs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.device import choose_runtime
from hific_core.errors import Cancelled, UnsupportedByModel
from hific_core.models import refinement
from hific_core.models.refinement import LONGEST, MARGIN, coded_quality, visibilities, windows
from hific_core.models.weights import read_model
from hific_core.models.zoo import DEFAULT_MODEL
from hific_core.pixels.picture import Picture
from tests.conftest import smooth_picture

SHIPPED = Path(__file__).parents[2] / "resources" / "models" / f"{DEFAULT_MODEL}.safetensors"


@pytest.fixture(scope="module")
def shipped() -> Codec:
    return Codec(read_model(SHIPPED, choose_runtime("cpu", "float32")))


def objective(codec: Codec, picture: Picture, quality: int, effort: int) -> float:
    """Bits of the real file per pixel, and squared error, weighed as in training at `quality`."""
    data = codec.encode(picture, quality, effort=effort).file.pack()
    decoded = codec.decode(parse(data)).picture.pixels
    error = float(np.square(decoded.astype(float) - picture.pixels).mean())
    weight = codec.model.serving.distortion_weight(quality, codec.model.card.training)
    assert weight is not None
    return 8 * len(data) / picture.pixels[..., 0].size + weight * error


def test_more_effort_costs_less_in_bits_and_error(shipped: Codec) -> None:
    picture = smooth_picture(160, 160, seed=2)
    plain, little, more = (objective(shipped, picture, 800, effort) for effort in (0, 1, 4))
    assert little < 0.99 * plain
    assert more < 0.98 * plain


def test_errors_count_more_where_the_model_was_trained_with_masking() -> None:
    picture, codec = smooth_picture(96, 96, seed=2), Codec(read_model(SHIPPED, choose_runtime("cpu", "float32")))
    card = codec.model.card

    def error(masking: float) -> float:
        codec.model.card = replace(card, training={**card.training, "masking": masking})
        decoded = codec.decode(codec.encode(picture, 600, effort=3).file).picture.pixels
        return float(np.square(decoded.astype(float) - picture.pixels).mean())

    assert error(4.0) < 0.98 * error(0.0)
    assert error(5.0) == error(0.0), "nobody means that"


def test_files_decode_to_the_refined_symbols(tiny_codec: Codec) -> None:
    picture = smooth_picture(100, 60)
    encoded = tiny_codec.encode(picture, 600, effort=3)
    symbols, damaged = tiny_codec.decode_symbols(parse(encoded.file.pack()))
    assert damaged == ()
    assert np.array_equal(symbols.latents, encoded.symbols.latents)
    plain = tiny_codec.encode(picture, encoded.file.header.quality).symbols
    assert np.array_equal(plain.hyperlatents, symbols.hyperlatents)
    assert not np.array_equal(plain.latents, symbols.latents)


def test_no_effort_is_plain_encoding(tiny_codec: Codec) -> None:
    picture = smooth_picture(50, 90)
    assert tiny_codec.encode(picture, 600, effort=0).file == tiny_codec.encode(picture, 600).file
    assert coded_quality(tiny_codec.model, 600, 0) == 600


def test_effort_is_spent_on_a_lower_quality(tiny_codec: Codec) -> None:
    qualities = [coded_quality(tiny_codec.model, 600, effort) for effort in range(11)]
    assert qualities == sorted(qualities, reverse=True)
    assert qualities[1] < 600
    assert coded_quality(tiny_codec.model, 3, 10) == 0
    assert tiny_codec.encode(smooth_picture(20, 20), 600, effort=1).file.header.quality == qualities[1]


@pytest.mark.parametrize("effort", [-1, 11])
def test_effort_out_of_range(tiny_codec: Codec, effort: int) -> None:
    with pytest.raises(UnsupportedByModel, match="outside 0 to 10"):
        tiny_codec.encode(smooth_picture(8, 8), 500, effort=effort)


def test_families_trained_for_texture_refuse(tiny_hific_codec: Codec) -> None:
    with pytest.raises(UnsupportedByModel, match="tiny-hific was trained for texture"):
        tiny_hific_codec.encode(smooth_picture(80, 80), 500, effort=1)
    assert tiny_hific_codec.encode(smooth_picture(80, 80), 500, effort=0).file


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (32, 48), (48, 49), (130, 20), (100, 200)])
def test_cores_are_all_latents_each_once(shape: tuple[int, int]) -> None:
    times = np.zeros(shape, int)
    for window in windows(*shape):
        times[window.core.slices] += 1
        for axis, total in enumerate(shape):
            core, measured, inputs = (part[axis] for part in (window.core, window.measured, window.inputs))
            assert inputs.length <= LONGEST
            assert inputs.start == max(core.start - MARGIN, 0) or total <= LONGEST
            assert inputs.stop == min(core.stop + MARGIN, total) or total <= LONGEST
            assert inputs.start <= measured.start <= core.start < core.stop <= measured.stop <= inputs.stop
    assert (times == 1).all()


WIDE = (24, 800)
"""Two windows."""


def test_windows_in_flight_change_no_byte(tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = smooth_picture(*WIDE)
    assert len(list(windows(*tiny_codec.model.latent_shape(*WIDE)))) == 2
    first = tiny_codec.encode(picture, 500, effort=2).file
    for number in (1, 4):
        monkeypatch.setattr(tiny_codec.model.shortage, "windows", number)
        assert tiny_codec.encode(picture, 500, effort=2).file == first


def assert_beside_its_neighbour(codec: Codec, looks: list[np.ndarray]) -> None:
    """Of two windows' symbols before and after: the second sees what the first left, keeps it, and changes its own."""
    _, first, before, after = looks
    one, other = windows(*codec.model.latent_shape(*WIDE))
    start, border = other.inputs.columns.start, other.core.columns.start
    beside = first[:, :, start - one.inputs.columns.start : border - one.inputs.columns.start]
    assert np.array_equal(before[:, :, : border - start], beside)
    assert np.array_equal(after[:, :, : border - start], beside)
    assert not np.array_equal(before, after)


def test_a_window_sees_what_its_neighbour_became(tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    """Symbols of the first window lie around the second's core as they were left, and are not changed by it."""
    looks: list[np.ndarray] = []
    kept = refinement._descend

    def watch(problem: refinement._Problem, symbols: torch.Tensor, steps: int, done: Callable) -> torch.Tensor:  # type: ignore[type-arg]
        found = kept(problem, symbols, steps, done)
        looks.extend((symbols[0].numpy().copy(), found[0].numpy().copy()))
        return found

    monkeypatch.setattr(refinement, "_descend", watch)
    tiny_codec.encode(smooth_picture(*WIDE), 500, effort=2)
    assert_beside_its_neighbour(tiny_codec, looks)


def test_memory_does_not_grow_with_the_picture(tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pass through the generator is larger than a window, whatever the picture."""
    monkeypatch.setattr(refinement, "LONGEST", 20)
    monkeypatch.setattr(refinement, "MARGIN", 4)
    largest = 0
    network = tiny_codec.model.serving.network

    def note(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        nonlocal largest
        if torch.is_grad_enabled():
            largest = max(largest, inputs[0].shape[2] * inputs[0].shape[3])

    handle = network.generator.stem.register_forward_pre_hook(note)
    try:
        for side in (480, 960):
            tiny_codec.encode(smooth_picture(80, side), 500, effort=1)
            assert 0 < largest <= 20 * 20
    finally:
        handle.remove()


def test_progress_rises_and_stops_within_a_step(tiny_codec: Codec) -> None:
    picture = smooth_picture(*WIDE)
    heard: list[float] = []

    def hear(stage: str, share: float) -> None:
        if stage == "refine":
            heard.append(share)

    file = tiny_codec.encode(picture, 500, effort=2, progress=hear).file
    assert heard[0] == 0 and heard == sorted(heard) and heard[-1] < 1
    assert len(set(heard)) == 2 * 2 * refinement.STEPS_PER_EFFORT
    number = len(heard)
    for stop_at in (1, number // 2, number):
        heard.clear()

        def stop(stage: str, share: float, stop_at: int = stop_at) -> None:
            hear(stage, share)
            if len(heard) >= stop_at:
                raise Cancelled

        with pytest.raises(Cancelled):
            tiny_codec.encode(picture, 500, effort=2, progress=stop)
        assert len(heard) == stop_at, "nothing is heard after it"
    assert tiny_codec.encode(picture, 500, effort=2).file == file, "nothing of it stays"


# --- what counts ------------------------------------------------------------------------------------------------------


def test_errors_count_less_where_the_picture_is_busy() -> None:
    pixels = np.full((64, 96, 3), 120, np.uint8)
    pixels[:, 48:] = np.random.default_rng(1).integers(0, 255, (64, 48, 1))
    found = visibilities(pixels, (4, 6))
    assert found.shape == (4, 6) and found.dtype == np.float32
    assert found.mean() == pytest.approx(1, abs=1e-6)
    assert found[:, :2].min() > 2 * found[:, 4:].max()
    assert np.array_equal(visibilities(np.full((17, 40, 3), 9, np.uint8), (2, 4)), np.ones((2, 4), np.float32))
