"""The original's other architectures at reduced width: exported, used, tiled, decoded in another process."""

import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse, write
from hific_core.device import choose_runtime
from hific_core.errors import HificError, OutOfMemory, TilesUnsupported, WeightsDamaged
from hific_core.models.geometry import Area, Interval
from hific_core.models.hific import Hific
from hific_core.models.passes import Draws
from hific_core.models.weights import read_model
from hific_core.training.export import ONE_QUALITY, export
from tests.conftest import SMALL_LIMITS, TINY_HIFIC, levels_apart, smooth_picture, tiny_hific_network
from tests.make_golden import symbols_digest
from tests.models.test_weights import Change, changed, set_array
from tests.test_exactness import PLAIN_PROCESSOR, digests_elsewhere
from tests.training.conftest import tiny_settings

OPTIONS: dict[str, dict[str, Any]] = {
    "noise": {"noise_channels": 3},
    "instance": {"norm": "instance"},
    "mixture": {"mixture": 4, "likelihood": "logistic"},
}
LEVELS = {"noise": 24, "instance": 24, "mixture": 48}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The inference file of a seeded network with an option, made when first asked for."""
    folder = tmp_path_factory.mktemp("options")

    def path_of(option: str) -> Path:
        path = folder / f"{option}.safetensors"
        if not path.exists():
            network = tiny_hific_network(replace(TINY_HIFIC, **OPTIONS[option]))
            settings = replace(tiny_settings("hific-med"), network=asdict(network.config))
            export(settings, network.state_dict(), path, option, [], levels=LEVELS[option])
        return path

    return path_of


@pytest.fixture
def codec_with(exported: Callable[[str], Path]) -> Callable[[str], Codec]:
    return lambda option: Codec(read_model(exported(option), choose_runtime("cpu", "float32")))


def generator_of(codec: Codec) -> Any:
    network = codec.model.serving.network
    assert isinstance(network, Hific)
    return network.Generator


@pytest.mark.parametrize(
    "option", ["mixture", *(pytest.param(name, marks=pytest.mark.slow) for name in ("noise", "instance"))]
)
def test_the_same_symbols_elsewhere(
    exported: Callable[[str], Path], codec_with: Callable[[str], Codec], tmp_path: Path, option: str
) -> None:
    codec = codec_with(option)
    expected, here, files = {}, {}, []
    for size in ((1, 1), (70, 560)):
        encoded = codec.encode(smooth_picture(*size), ONE_QUALITY)
        decoded = codec.decode(parse(encoded.file.pack()))
        assert all(np.array_equal(*pair) for pair in zip(encoded.symbols, decoded.symbols, strict=True))
        files.append(tmp_path / f"{size[0]}.hfc")
        write(files[-1], encoded.file)
        expected[files[-1].name] = symbols_digest(encoded.symbols)
        here[files[-1].name] = zlib.crc32(decoded.picture.pixels.tobytes())
    found, pixels = digests_elsewhere(exported(option), files, *PLAIN_PROCESSOR, "--noise", "1e-2")
    assert found == expected
    assert pixels != here, "the disturbance reached no pixel, so that it proved nothing"


# --- noise ------------------------------------------------------------------------------------------------------


def test_noise_reaches_the_picture_and_is_the_same_each_time(
    codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = codec_with("noise")
    file = codec.encode(smooth_picture(100, 130), ONE_QUALITY).file
    first = codec.decode(file).picture.pixels
    assert np.array_equal(first, codec.decode(file).picture.pixels)
    monkeypatch.setattr(generator_of(codec), "trunk", silenced(generator_of(codec).trunk))
    assert not np.array_equal(first, codec.decode(file).picture.pixels)


def silenced(trunk: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda y_hat, noise: trunk(y_hat, torch.zeros_like(noise))


def test_tiles_of_noise_cannot_be_seen(codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch) -> None:
    codec = codec_with("noise")
    file = codec.encode(smooth_picture(300, 417), ONE_QUALITY).file
    whole = codec.decode(file).picture.pixels
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    apart = levels_apart(codec.decode(file).picture.pixels, whole)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


@pytest.mark.parametrize(
    "area",
    [Area(Interval(0, 1), Interval(0, 1)), Area(Interval(500, 530), Interval(500, 800))],
    ids=["corner", "inside"],
)
def test_a_region_of_noise_is_that_part_of_the_whole(codec_with: Callable[[str], Codec], area: Area) -> None:
    codec = codec_with("noise")
    file = codec.encode(smooth_picture(600, 900), ONE_QUALITY).file
    apart = levels_apart(codec.decode_region(file, area), codec.decode(file).picture.pixels[area.slices])
    assert apart.max() <= 1
    assert (apart > 0).sum() <= max(1, 1e-4 * apart.size)


# --- instance norm ----------------------------------------------------------------------------------------------


def test_whole_pictures_pass_as_the_network_alone_computes_them(codec_with: Callable[[str], Codec]) -> None:
    """Longer than a tile of other networks, so that only one that is not cut gives the network's own pixels."""
    codec = codec_with("instance")
    height, width = 80, 640
    encoded = codec.encode(smooth_picture(height, width), ONE_QUALITY)
    decoded = codec.decode(parse(encoded.file.pack()))
    assert all(np.array_equal(*pair) for pair in zip(encoded.symbols, decoded.symbols, strict=True))
    network = codec.model.serving.network
    assert isinstance(network, Hific)
    with torch.inference_mode():
        z_hat, symbols = (torch.from_numpy(each)[None].float() for each in decoded.symbols)
        pixels = network.pixels(symbols + network.means(z_hat)[..., : symbols.shape[2], : symbols.shape[3]])
    expected = (pixels[0, :, :height, :width] * 255 + 0.5).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    apart = levels_apart(decoded.picture.pixels, expected)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


def test_instance_norm_with_tiles_is_refused_with_the_reason(
    codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = codec_with("instance")
    picture = smooth_picture(100, 140)
    file = codec.encode(picture, ONE_QUALITY).file
    monkeypatch.setattr(codec.model, "_longest_side", 128)
    for refused in (lambda: codec.encode(picture, ONE_QUALITY), lambda: codec.decode(file)):
        with pytest.raises(TilesUnsupported, match="no tile equals the whole, and 100 x 140 pixels") as caught:
            refused()
        assert str(caught.value).count("\n") == 0


def test_the_longest_side_with_instance_norm(codec_with: Callable[[str], Codec]) -> None:
    codec = codec_with("instance")
    codec.model.check_area(Area.whole(1088, 1088), 1088, 1088)
    with pytest.raises(TilesUnsupported, match="at most 1088"):
        codec.encode(smooth_picture(16, 1089), ONE_QUALITY)


def test_regions_with_instance_norm_are_refused(codec_with: Callable[[str], Codec]) -> None:
    codec = codec_with("instance")
    file = codec.encode(smooth_picture(70, 90), ONE_QUALITY).file
    with pytest.raises(TilesUnsupported, match="decode the whole picture instead of a region"):
        codec.decode_region(file, Area.whole(70, 89))
    assert np.array_equal(codec.decode_region(file, Area.whole(70, 90)), codec.decode(file).picture.pixels)


def test_memory_that_runs_out_does_not_lead_to_tiles(
    codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = codec_with("instance")
    file = codec.encode(smooth_picture(200, 200), ONE_QUALITY).file
    runs = []

    def scarce(x: torch.Tensor, controls: object) -> torch.Tensor:
        runs.append(x.shape)
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(codec.model.serving.trunk, "run", scarce)
    with pytest.raises(OutOfMemory, match="close other programs"):
        codec.decode(file)
    assert len(runs) == 1


# --- mixtures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (64, 65), (333, 517), (560, 1100)], ids=str)
def test_symbols_of_mixtures_come_back_at_the_estimated_size(
    codec_with: Callable[[str], Codec], size: tuple[int, int]
) -> None:
    codec = codec_with("mixture")
    encoded = codec.encode(smooth_picture(*size), ONE_QUALITY)
    data = encoded.file.pack()
    symbols, damaged = codec.decode_symbols(parse(data))
    assert all(np.array_equal(*pair) for pair in zip(encoded.symbols, symbols, strict=True))
    assert damaged == ()
    assert encoded.symbols.latents.any()
    assert len(data) <= encoded.estimated_bits / 8 * 1.005 + 40


def test_the_estimate_of_mixtures_is_that_of_training(codec_with: Callable[[str], Codec]) -> None:
    """What a file is expected to cost is what a training pass counts without noise."""
    codec = codec_with("mixture")
    picture = smooth_picture(128, 192)
    encoded = codec.encode(picture, ONE_QUALITY)
    network = codec.model.serving.network
    with torch.inference_mode():
        y = network.latents(torch.from_numpy(picture.pixels).permute(2, 0, 1)[None].float() / 255)
        z = network.hyper_analysis(y)
        rounding = (torch.floor(y + 0.5) - y, torch.floor(z + 0.5) - z)
        coded = network.Hyperprior.code(y, Draws(torch.zeros(1), torch.zeros(1), *rounding), "logistic")
    for bits in (coded.noisy, coded.rounded):
        assert encoded.estimated_bits == pytest.approx(bits.total.item(), rel=1e-4)


def test_the_decoder_sees_the_rounded_latents(codec_with: Callable[[str], Codec]) -> None:
    codec = codec_with("mixture")
    picture = smooth_picture(100, 130)
    latents = codec.model.analyse(picture.pixels, ONE_QUALITY).latents
    assert np.array_equal(codec.encode(picture, ONE_QUALITY).symbols.latents, np.floor(latents + np.float32(0.5)))


def test_tiles_regions_and_damage_with_mixtures(
    codec_with: Callable[[str], Codec], monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = codec_with("mixture")
    file = codec.encode(smooth_picture(560, 1100), ONE_QUALITY).file
    whole = codec.decode(file).picture.pixels
    area = Area(Interval(500, 530), Interval(700, 760))
    only = replace(file, partitions=tuple(s if n in (1, 4) else None for n, s in enumerate(file.partitions)))
    assert levels_apart(codec.decode_region(only, area), whole[area.slices]).max() <= 1
    salvaged = codec.decode(replace(file, partitions=(*file.partitions[:5], b"\1" * 9)), salvage=True)
    assert salvaged.damaged == ("partition 5",)
    file = codec.encode(smooth_picture(150, 200), ONE_QUALITY).file
    whole = codec.decode(file).picture.pixels
    monkeypatch.setattr(type(codec.model.serving), "limits", SMALL_LIMITS)
    apart = levels_apart(codec.decode(file).picture.pixels, whole)
    assert apart.max() <= 1
    assert (apart > 0).mean() <= 1e-4


def test_hostile_files_of_mixtures(codec_with: Callable[[str], Codec]) -> None:
    """An error with a sentence, never another exception, never a picture."""
    codec = codec_with("mixture")
    data = codec.encode(smooth_picture(8, 8), ONE_QUALITY).file.pack()
    random = np.random.default_rng(0)
    wrong = [data[:length] for length in random.choice(len(data), 60, replace=False)]
    for bit in random.choice(8 * len(data), 200, replace=False).tolist():
        wrong.append(data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :])
    for damaged in wrong:
        with pytest.raises(HificError) as caught:
            codec.decode_symbols(parse(damaged))
        assert str(caught.value).count("\n") == 0


BROKEN: dict[str, Change] = {
    "fractions": set_array("twin.fractions", lambda a: a[:, :-1]),
    "a fraction": set_array("twin.fractions", lambda a: a + np.int32(1000)),
    "mean bits": set_array("twin.mean_bits", lambda a: a[:-1]),
    "no mean bits": lambda arrays, card: arrays.pop("twin.mean_bits"),
    "no bits for a mean": set_array("twin.mean_bits", lambda a: a * np.int32(0)),
    "thresholds": set_array("twin.thresholds", lambda a: a[:, :-1]),
    "flat thresholds": set_array("twin.thresholds", lambda a: a.reshape(-1, a.shape[2])),
    "no fractions": lambda arrays, card: arrays.pop("twin.fractions"),
    "components": lambda arrays, card: card["network"].update(mixture=3),
    "no mixture": lambda arrays, card: card["network"].update(mixture=0),
    "too many components": lambda arrays, card: card["network"].update(mixture=9),
    "half a component": lambda arrays, card: card["network"].update(mixture=4.0),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_broken_models_of_mixtures_are_refused(exported: Callable[[str], Path], tmp_path: Path, change: Change) -> None:
    path = changed(exported("mixture"), tmp_path / "broken.safetensors", change)
    with pytest.raises(WeightsDamaged, match="fresh copy"):
        read_model(path, choose_runtime("cpu", "float32"))
