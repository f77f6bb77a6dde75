"""Pictures to files and back: symbols, sizes, metadata, damage, models."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import HfcFile, parse
from hific_core.device import choose_runtime
from hific_core.errors import Cancelled, CorruptFile, UnsupportedByModel, WrongModel
from hific_core.models.geometry import Area, Interval
from hific_core.models.inference import InferenceModel
from hific_core.models.lite_serving import LiteServing
from hific_core.models.serving import Controls
from hific_core.progress import Progress
from tests.conftest import smooth_picture, tiny_card, tiny_network

Run = Callable[[torch.Tensor, Controls], torch.Tensor]
SIZES = [(1, 1), (1, 5000), (8, 8), (9, 9), (16, 16), (64, 64), (65, 65), (333, 517), (700, 1030)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_symbols_come_back_at_every_size(tiny_codec: Codec, size: tuple[int, int]) -> None:
    encoded = tiny_codec.encode(smooth_picture(*size), 600)
    decoded = tiny_codec.decode(parse(encoded.file.pack()))
    for before, after in zip(encoded.symbols, decoded.symbols, strict=True):
        assert np.array_equal(before, after)
    assert decoded.picture.pixels.shape == (*size, 3)
    assert decoded.damaged == ()


def test_the_decoder_sees_what_the_encoder_saw(tiny_codec: Codec) -> None:
    """Latents decode to within half a step of the encoder's, so that nothing but rounding was lost."""
    picture, quality = smooth_picture(100, 60), 700
    latents = tiny_codec.model.analyse(picture.pixels, quality).latents
    symbols = tiny_codec.encode(picture, quality).symbols
    ((area, means),) = tiny_codec.model.mean_windows(symbols.hyperlatents, latents.shape[1:], quality)
    assert area == Area.whole(*latents.shape[1:])
    assert np.abs(symbols.latents + means - latents).max() <= 0.5 + 1e-5


def test_same_picture_same_bytes(tiny_codec: Codec) -> None:
    picture = smooth_picture(200, 300)
    assert tiny_codec.encode(picture, 300).file.pack() == tiny_codec.encode(picture, 300).file.pack()


def test_higher_quality_costs_more_bytes(tiny_codec: Codec) -> None:
    sizes = [len(tiny_codec.encode(smooth_picture(256, 256), q).file.pack()) for q in (0, 500, 1000)]
    assert sizes == sorted(set(sizes))


def test_bytes_beside_the_streams(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(512, 512), 1000).file
    assert len(file.pack()) - file.hyperlatent_bytes - file.latent_bytes <= 40


def test_realism_is_refused_by_a_model_without(tiny_codec: Codec) -> None:
    with pytest.raises(UnsupportedByModel, match="no realism"):
        tiny_codec.encode(smooth_picture(8, 8), 500, realism=0.5)
    file = tiny_codec.encode(smooth_picture(8, 8), 500).file
    with pytest.raises(UnsupportedByModel, match="no realism"):
        tiny_codec.decode(file, realism=1.0)


def test_realism_changes_the_picture_and_not_the_symbols(tiny_codec: Codec) -> None:
    network = tiny_network()
    with torch.no_grad():
        for name, parameter in network.generator.named_parameters():
            if "modulate" in name:
                parameter.add_(torch.linspace(-0.5, 0.5, parameter.numel()).reshape(parameter.shape))
    model = tiny_codec.model
    card = replace(model.card, abilities=tiny_card(realism=True).abilities)
    runtime = choose_runtime("cpu", "float32")
    codec = Codec(InferenceModel(card, LiteServing, lambda: network, model.twin, model.tables, runtime))
    file = codec.encode(smooth_picture(64, 64), 500, realism=1.0).file
    assert file.header.realism == 255
    default, faithful = codec.decode(file), codec.decode(file, realism=0.0)
    assert np.array_equal(default.symbols.latents, faithful.symbols.latents)
    assert np.array_equal(default.picture.pixels, codec.decode(file, realism=1.0).picture.pixels)
    assert not np.array_equal(default.picture.pixels, faithful.picture.pixels)


@pytest.mark.parametrize("quality", [-1, 1001])
def test_quality_out_of_range(tiny_codec: Codec, quality: int) -> None:
    with pytest.raises(UnsupportedByModel, match="outside"):
        tiny_codec.encode(smooth_picture(8, 8), quality)


def with_header(file: HfcFile, **changes: bytes) -> HfcFile:
    return replace(file, header=replace(file.header, **changes))  # type: ignore[arg-type]


def test_another_entropy_model_is_an_error(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(20, 20), 500).file
    with pytest.raises(WrongModel) as caught:
        tiny_codec.decode(with_header(file, entropy_fingerprint=b"\1\2\3\4"))
    assert caught.value.needed == "01020304"


def test_another_generator_decodes_and_says_so(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(20, 20), 500).file
    decoded = tiny_codec.decode(with_header(file, generator_fingerprint=b"\1\2\3\4"))
    assert "01020304" in decoded.notes[0]
    assert tiny_codec.decode(file).notes == ()


def test_exchanged_partitions_are_noticed(tiny_codec: Codec) -> None:
    """Bytes that are whole but not those of this place: the checksum over symbols finds them."""
    file = tiny_codec.encode(smooth_picture(512, 1024, seed=4), 900).file
    exchanged = replace(file, partitions=file.partitions[::-1])
    with pytest.raises(CorruptFile) as caught:
        tiny_codec.decode(parse(exchanged.pack()))
    assert caught.value.part == "partition 0"


def test_exchanged_hyperlatents_are_noticed(tiny_codec: Codec) -> None:
    one, other = (tiny_codec.encode(smooth_picture(300, 300, seed=seed), 900).file for seed in (1, 2))
    with pytest.raises(CorruptFile):
        tiny_codec.decode(replace(one, hyperlatents=other.hyperlatents))


def test_salvage_paints_damage_grey_and_keeps_the_rest(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(600, 1030, seed=4), 900).file
    whole = tiny_codec.decode(file).picture.pixels
    broken = tiny_codec.decode(replace(file, partitions=(*file.partitions[:4], None, file.partitions[5])), salvage=True)
    assert broken.damaged == ("partition 4",)
    assert (broken.picture.pixels[512:, 512:1024] == 128).all()
    # Further than the generator's receptive field from the hole, nothing differs.
    assert np.array_equal(broken.picture.pixels[:256, :256], whole[:256, :256])


def test_salvage_of_wrong_symbols(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(512, 1500, seed=4), 900).file
    first, second, third = file.partitions
    exchanged = replace(file, partitions=(second, first, third))
    assert tiny_codec.decode(exchanged, salvage=True).damaged == ("partition 0", "partition 1")


def test_damaged_alpha(tiny_codec: Codec) -> None:
    picture = replace(smooth_picture(30, 40), alpha=np.eye(30, 40, dtype=np.uint8) * 255)
    file = tiny_codec.encode(picture, 500).file
    wrong = replace(file, metadata={**file.metadata, "ALPH": b"not a PNG"})
    with pytest.raises(CorruptFile, match="alpha"):
        tiny_codec.decode(wrong)
    assert tiny_codec.decode(wrong, salvage=True).damaged == ("alpha chunk",)


def test_unknown_chunks_are_passed_over(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(30, 40), 500).file
    decoded = tiny_codec.decode(parse(replace(file, metadata={"NEW9": b"?"}).pack()))
    assert (decoded.picture.exif, decoded.picture.icc, decoded.picture.xmp) == (None, None, None)


def test_progress_grows_and_can_stop(tiny_codec: Codec) -> None:
    seen: list[tuple[str, float]] = []
    file = tiny_codec.encode(smooth_picture(520, 520), 500, progress=lambda *step: seen.append(step)).file
    for stage in ("analyse", "code"):
        shares = [share for name, share in seen if name == stage]
        assert shares == sorted(shares)
        assert shares[0] == 0.0

    def stop(stage: str, share: float) -> None:
        if share >= 0.5:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        tiny_codec.encode(smooth_picture(520, 520), 500, progress=stop)
    with pytest.raises(Cancelled):
        tiny_codec.decode(file, progress=stop)


def test_noise_in_float_networks_reaches_no_symbol(tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tiny_codec.encode(smooth_picture(300, 200), 800).file
    quiet = tiny_codec.decode(file)
    serving = tiny_codec.model.serving
    generator = torch.Generator().manual_seed(0)
    for name in ("means", "trunk", "tail"):
        exact = getattr(serving, name).run

        def noisy(x: torch.Tensor, controls: Controls, exact: Run = exact) -> torch.Tensor:
            y = exact(x, controls)
            return y * (1 + 1e-3 * torch.randn(y.shape, generator=generator))

        monkeypatch.setattr(getattr(serving, name), "run", noisy)
    decoded = tiny_codec.decode(file)
    assert np.array_equal(decoded.symbols.latents, quiet.symbols.latents)
    assert not np.array_equal(decoded.picture.pixels, quiet.picture.pixels), "noise that reaches nothing proves nothing"


def test_absurdly_few_bytes_for_hyperlatents_are_refused(tiny_codec: Codec) -> None:
    """Checked before anything as large as the claim is allocated."""
    tracemalloc.start()
    try:
        with pytest.raises(CorruptFile, match="hyperlatents"):
            tiny_codec._check_plausible(bytes(1000), (tiny_codec.model.hyperlatent_channels, 10_000, 10_000))
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_a_default_realism_that_the_model_lacks_is_a_note(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(20, 20), 500).file
    asking = replace(file, header=replace(file.header, realism=128))
    decoded = tiny_codec.decode(asking)
    assert "realism 0.50" in decoded.notes[0]
    assert np.array_equal(decoded.picture.pixels, tiny_codec.decode(file).picture.pixels)


def test_each_partition_decodes_alone(tiny_codec: Codec) -> None:
    encoded = tiny_codec.encode(smooth_picture(600, 1100, seed=3), 800)
    streams = encoded.file.partitions
    for number, window in enumerate([np.s_[:, :32, :32], np.s_[:, :32, 32:64], np.s_[:, :32, 64:], np.s_[:, 32:, :32]]):
        alone = replace(encoded.file, partitions=tuple(s if i == number else None for i, s in enumerate(streams)))
        symbols, damaged = tiny_codec.decode_symbols(alone, salvage=True)
        assert len(damaged) == 5
        assert np.array_equal(symbols.latents[window], encoded.symbols.latents[window])
        assert np.abs(symbols.latents).sum() == np.abs(encoded.symbols.latents[window]).sum()


def test_nothing_to_salvage_is_an_error(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(20, 20), 500).file
    with pytest.raises(CorruptFile, match="nothing can be saved"):
        tiny_codec.decode(replace(file, partitions=(None,)), salvage=True)


def test_a_flipped_view_of_a_picture(tiny_codec: Codec) -> None:
    picture = smooth_picture(40, 50)
    view = replace(picture, pixels=picture.pixels[::-1, ::-1])
    copy = replace(picture, pixels=np.ascontiguousarray(view.pixels))
    assert tiny_codec.encode(view, 500).file.pack() == tiny_codec.encode(copy, 500).file.pack()


def test_areas_one_after_the_other_are_parts_of_the_whole(tiny_codec: Codec) -> None:
    file = tiny_codec.encode(smooth_picture(300, 420), 500).file
    whole = tiny_codec.decode(file).picture.pixels
    asked: list[str] = []

    def areas() -> Iterator[Area]:
        for area in (Area(Interval(100, 300), Interval(7, 33)), Area.whole(300, 420)):
            asked.append("asked")
            yield area

    for area, pixels in tiny_codec.decode_areas(file, areas(), Area.whole(300, 420)):
        asked.append("given")
        assert np.array_equal(pixels, whole[area.slices])
    assert asked == ["asked", "given", "asked", "given"]


@pytest.mark.parametrize("stage", ["analyse", "synthesise"])
def test_work_inside_a_window_can_be_stopped(tiny_codec: Codec, stage: str) -> None:
    """Progress is heard before every layer: the last word may come from any of them."""
    picture = smooth_picture(100, 130)
    file = tiny_codec.encode(picture, 500).file
    heard: list[tuple[str, float]] = []

    def count(name: str, share: float) -> None:
        heard.append((name, share))

    def work(progress: Progress) -> object:
        return (
            tiny_codec.encode(picture, 500, progress=progress)
            if stage == "analyse"
            else tiny_codec.decode(file, progress=progress)
        )

    work(count)
    number = sum(name == stage for name, _ in heard)
    assert number > 4, "one window, one tile, and several layers"
    for stop_at in (2, number // 2, number):
        left = stop_at

        def stop(name: str, share: float) -> None:
            nonlocal left
            left -= name == stage
            if left == 0:
                raise Cancelled

        with pytest.raises(Cancelled):
            work(stop)
    assert tiny_codec.encode(picture, 500).file.pack() == file.pack(), "nothing of it stays"
