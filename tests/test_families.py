"""Both families through the codec: every size, tiles and windows without a seam, regions, little memory."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.errors import OutOfMemory, UnsupportedByModel
from hific_core.models.geometry import Area, Interval
from tests.conftest import SMALL_LIMITS, levels_apart, smooth_picture

SIZES = [(1, 1), (1, 5000), (8, 8), (9, 9), (64, 64), (65, 65), (333, 517)]
MED = 500


@pytest.fixture(params=["lite", "hific"])
def codec(request: pytest.FixtureRequest) -> Codec:
    fixture = "tiny_codec" if request.param == "lite" else "tiny_hific_codec"
    found: Codec = request.getfixturevalue(fixture)
    return found


@pytest.fixture
def small_limits(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    yield


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_symbols_come_back_at_every_size(codec: Codec, size: tuple[int, int]) -> None:
    encoded = codec.encode(smooth_picture(*size), MED)
    decoded = codec.decode(parse(encoded.file.pack()))
    for before, after in zip(encoded.symbols, decoded.symbols, strict=True):
        assert np.array_equal(before, after)
    assert encoded.symbols.latents.any()
    assert decoded.picture.pixels.shape == (*size, 3)


def test_one_rate_is_one_rate(tiny_hific_codec: Codec) -> None:
    with pytest.raises(UnsupportedByModel, match="one rate"):
        tiny_hific_codec.encode(smooth_picture(20, 20), 501)


def test_file_bytes_are_close_to_the_estimate(codec: Codec) -> None:
    encoded = codec.encode(smooth_picture(400, 500), MED)
    # coarse tables (24 levels) cost a few per cent
    assert len(encoded.file.pack()) < encoded.estimated_bits / 8 * 1.05 + 40


def test_tiles_cannot_be_seen(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    file = codec.encode(smooth_picture(300, 417), MED).file
    whole = codec.decode(file).picture.pixels
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    apart = levels_apart(codec.decode(file).picture.pixels, whole)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


def test_tiles_in_reduced_precision(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = replace(codec.model.runtime, dtype=torch.bfloat16)
    monkeypatch.setattr(codec.model, "runtime", runtime)
    file = codec.encode(smooth_picture(200, 300), MED).file
    whole = codec.decode(file).picture.pixels
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    apart = levels_apart(codec.decode(file).picture.pixels, whole)
    assert (apart > 2).mean() <= 0.01


def test_windows_yield_what_the_whole_yields(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = smooth_picture(700, 917).pixels
    whole = codec.model.analyse(pixels, MED)
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    cut = codec.model.analyse(pixels, MED)
    assert np.abs(cut.latents - whole.latents).max() < 1e-4 * np.abs(whole.latents).max()
    assert np.abs(cut.hyperlatents - whole.hyperlatents).max() < 1e-3 * np.abs(whole.hyperlatents).max()


@pytest.mark.usefixtures("small_limits")
def test_a_file_of_windows_decodes(codec: Codec) -> None:
    encoded = codec.encode(smooth_picture(700, 917), MED)
    decoded = codec.decode(parse(encoded.file.pack()))
    assert np.array_equal(decoded.symbols.latents, encoded.symbols.latents)


@pytest.mark.parametrize(
    "area",
    [
        Area(Interval(0, 1), Interval(0, 1)),
        Area(Interval(500, 530), Interval(700, 1100)),
        Area(Interval(599, 600), Interval(0, 1100)),
        Area(Interval(33, 600), Interval(1099, 1100)),
    ],
    ids=["corner", "across partitions", "last row", "last column"],
)
def test_a_region_is_that_part_of_the_whole(codec: Codec, area: Area) -> None:
    file = codec.encode(smooth_picture(600, 1100), MED).file
    whole = codec.decode(file).picture.pixels
    region = codec.decode_region(file, area)
    apart = levels_apart(region, whole[area.slices])
    assert region.shape == (area.rows.length, area.columns.length, 3)
    assert apart.max() <= 1
    assert (apart > 0).sum() <= max(1, 1e-4 * apart.size)


def test_a_region_needs_no_other_partition(codec: Codec) -> None:
    file = codec.encode(smooth_picture(512, 2048), MED).file
    area = Area(Interval(10, 20), Interval(900, 1000))
    kept = {1, 2}  # the second partition ends at 1024: the third lies within the reach
    alone = replace(file, partitions=tuple(s if n in kept else None for n, s in enumerate(file.partitions)))
    assert np.array_equal(codec.decode_region(alone, area), codec.decode_region(file, area))


@pytest.mark.parametrize(
    "area", [Area.whole(0, 5), Area.whole(41, 50), Area(Interval(-1, 5), Interval(0, 5))], ids=["none", "high", "low"]
)
def test_a_region_outside_is_refused(codec: Codec, area: Area) -> None:
    file = codec.encode(smooth_picture(40, 50), MED).file
    with pytest.raises(ValueError, match="not inside"):
        codec.decode_region(file, area)


def scarce(codec: Codec, monkeypatch: pytest.MonkeyPatch, largest: int, stages: tuple[str, ...]) -> None:
    """Stages that run out of memory when their input has more than `largest` positions."""
    for name in stages:
        stage = getattr(codec.model.serving, name)
        run: Callable[..., torch.Tensor] = stage.run

        def limited(x: torch.Tensor, controls: object, run: Callable[..., torch.Tensor] = run) -> torch.Tensor:
            if x[0, 0].numel() > largest:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return run(x, controls)

        monkeypatch.setattr(stage, "run", limited)


def test_the_decoder_goes_on_in_smaller_pieces(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    file = codec.encode(smooth_picture(600, 700), MED).file
    whole = codec.decode(file)
    assert whole.notes == ()
    scarce(codec, monkeypatch, 1100, ("trunk", "tail"))
    monkeypatch.setattr(codec.model.shortage, "areas", {})
    small = codec.decode(file)
    assert "smaller pieces" in small.notes[0]
    apart = levels_apart(small.picture.pixels, whole.picture.pixels)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


def test_too_little_memory_for_anything_is_an_error(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    file = codec.encode(smooth_picture(100, 100), MED).file
    scarce(codec, monkeypatch, 0, ("analysis", "trunk"))
    monkeypatch.setattr(codec.model.shortage, "areas", {})
    monkeypatch.setattr(codec.model.shortage, "windows", 2)
    with pytest.raises(OutOfMemory, match="close other programs"):
        codec.decode(file)
    with pytest.raises(OutOfMemory, match="close other programs"):
        codec.encode(smooth_picture(100, 100), MED)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("windows", [1, 2, 5])
def test_bytes_do_not_depend_on_memory(codec: Codec, monkeypatch: pytest.MonkeyPatch, windows: int) -> None:
    """Windows of one shape, however many are in flight, even when some have to be run again."""
    picture = smooth_picture(700, 917)
    expected = codec.encode(picture, MED).file.pack()
    monkeypatch.setattr(codec.model.shortage, "windows", windows)
    failures = [3]
    run = codec.model.serving.analysis.run

    def failing(x: torch.Tensor, controls: object) -> torch.Tensor:
        if failures[0] and windows > 1:
            failures[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(x, controls)  # type: ignore[arg-type]

    monkeypatch.setattr(codec.model.serving.analysis, "run", failing)
    monkeypatch.setattr(codec.model, "_flee", lambda: False)
    encoded = None
    while encoded is None:
        try:
            encoded = codec.encode(picture, MED)
        except OutOfMemory:  # all three failures met the last window in flight
            monkeypatch.setattr(codec.model.shortage, "windows", windows)
    assert encoded.file.pack() == expected
    assert bool(encoded.notes) == (windows > 1)
