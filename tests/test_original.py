"""The original's .hfc files decoded: its own references, both coders, scales at a border, and nothing but errors."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hific_core.codec import Codec
from hific_core.container import original_file
from hific_core.device import choose_runtime
from hific_core.errors import Cancelled, CorruptFile, HificError, WrongModel
from hific_core.models import original_tables, zoo
from hific_core.models.card import read_card
from hific_core.models.hific import Hific
from hific_core.original import OriginalReader, open_original

from .conftest import TINY_HIFIC, smooth_picture, tiny_hific_network, tiny_network
from .models.test_hific import TOLERANCE, VARIANTS, reference, seeded_weights
from .original_files import Written, narrow, reader_of, write, write_narrow_model

PICTURE = smooth_picture(90, 140)


# --- the references ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first_reader(shared: Path) -> OriginalReader:
    return reader_of_variant(shared, "a")


def reader_of_variant(shared: Path, variant: str) -> OriginalReader:
    with torch.device("meta"):
        network = Hific(VARIANTS[variant])
    network.load_state_dict(seeded_weights(shared)("Hyperprior."), strict=False, assign=True)
    return OriginalReader(network, variant)


@pytest.mark.parametrize("variant", "abc")
def test_reference_files(variant: str, shared: Path, first_reader: OriginalReader) -> None:
    """Symbols equal those of the original, latents to a thousandth; the stream ends as it must at the first try."""
    reader = reader_of_variant(shared, variant)
    reader.__dict__["hyper_coder"] = first_reader.hyper_coder  # of one density
    expected = {name: value[0].numpy() for name, value in reference(shared, variant).items() if value.ndim == 4}
    found = reader.decode_symbols(original_file.read(shared / "parity" / f"ref_{variant}.hfc"))
    assert (found.tried, found.cut) == (0, 0)
    assert np.array_equal(found.symbols.hyperlatents, np.floor(expected["hyperlatents"] + 0.5))
    assert np.array_equal(found.symbols.latents, np.rint(expected["hfc_latents_decoded"] - expected["means"]))
    latents = found.symbols.latents + expected["means"]
    assert np.abs(latents - expected["hfc_latents_decoded"]).max() < TOLERANCE


def test_a_reference_read_with_the_other_likelihood(shared: Path, first_reader: OriginalReader) -> None:
    with pytest.raises(CorruptFile, match=r"The latents of the original's .hfc file do not end as they must"):
        first_reader.decode_symbols(original_file.read(shared / "parity" / "ref_b.hfc"))


# --- seeded files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vectorised", [True, False], ids=["vectorised", "scalar"])
@pytest.mark.parametrize("likelihood", ["gaussian", "logistic"])
def test_symbols_of_both_coders(vectorised: bool, likelihood: str) -> None:
    """Of the vectorised coder all but those that it cut."""
    network = narrow(likelihood)
    written = write(network, PICTURE, vectorised)
    found = reader_of(network).decode_symbols(original_file.parse(written.data))
    assert np.array_equal(found.symbols.hyperlatents, written.hyperlatents)
    assert np.count_nonzero(found.symbols.latents != written.symbols) <= found.cut
    assert (found.cut > 0) == vectorised
    assert found.cut < 0.05 * written.symbols.size
    assert np.ptp(written.symbols) > 10


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_narrow_model(tmp_path_factory.mktemp("original"))


@pytest.fixture(scope="module")
def codec(model_path: Path) -> Codec:
    return Codec(zoo.load(installed(model_path), choose_runtime("cpu", "float32")))


@pytest.fixture(scope="module")
def written() -> Written:
    return write(narrow(), PICTURE, vectorised=False)


def installed(path: Path) -> zoo.Installed:
    return zoo.Installed(read_card(path), path)


def test_pictures(written: Written, codec: Codec, model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    path.write_bytes(written.data)
    stages: list[str] = []
    found = open_original(
        path,
        lambda model: codec,
        model=installed(model_path),
        progress=lambda stage, share: stages.append(stage),
    )
    assert (found.file.height, found.file.width, found.model.path) == (90, 140, model_path)
    assert list(dict.fromkeys(stages)) == ["decode", "synthesise"]
    with torch.no_grad():
        pixels = codec.model.serving.network.pixels(written.latents)[0, :, :90, :140]  # type: ignore[operator]
    expected = (pixels.clamp(0, 1) * 255).permute(1, 2, 0).numpy()
    assert found.decoded.picture.pixels.dtype == np.uint8
    assert np.abs(found.decoded.picture.pixels - expected).max() < 0.51
    assert np.array_equal(found.decoded.symbols.latents, written.symbols)
    assert found.decoded.notes == found.decoded.damaged == ()

    def stop(stage: str, share: float) -> None:
        if stage == "synthesise":
            raise Cancelled

    with pytest.raises(Cancelled):
        open_original(path, lambda model: codec, model=installed(model_path), progress=stop)
    with pytest.raises(HificError, match=f"^{path}: "):
        open_original(path, lambda model: codec, model=installed(model_path), max_pixels=10)


# --- scales at a border -----------------------------------------------------------------------------------------


def with_scales_at_levels(number: int, vectorised: bool) -> tuple[Hific, list[tuple[int, int]]]:
    """A network that has, for `PICTURE`, in each of some channels a scale just above a level.

    Their places, with the indexes of the levels themselves: what another machine might have found.
    """
    network = deepcopy(narrow())
    with torch.no_grad():
        hyperlatents = torch.from_numpy(write(network, PICTURE, vectorised).hyperlatents)[None].float()
        scales, levels, flipped = network.raw_scales(hyperlatents)[0].numpy(), original_tables.scale_levels(), []
        for channel in np.argsort(-scales.max((1, 2)))[:number].tolist():
            at = np.unravel_index(scales[channel].argmax(), scales[channel].shape)
            largest = scales[channel][at]
            index = int(original_tables.scale_indexes(largest)) - 1
            assert index > 15  # where neighbours have different tables
            network.Hyperprior.synthesis_std.conv3.bias[channel] += float(levels[index]) + 4e-6 - float(largest)
            flipped.append((int(np.ravel_multi_index((channel, *at), scales.shape)), index))
    return network, flipped


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("vectorised", [True, False], ids=["vectorised", "scalar"])
def test_scales_at_a_level_are_tried_on_its_other_side(number: int, vectorised: bool) -> None:
    network, flipped = with_scales_at_levels(number, vectorised)
    ours, theirs = (original_file.parse(write(network, PICTURE, vectorised, each).data) for each in ([], flipped))
    assert ours.latents != theirs.latents
    read, expected = (reader_of(network).decode_symbols(file) for file in (theirs, ours))
    assert (read.tried, expected.tried) == (number, 0)
    assert np.array_equal(read.symbols.latents, expected.symbols.latents)


def test_scales_elsewhere_are_not_tried() -> None:
    network = narrow()
    place = int(write(network, PICTURE, True).symbols.argmax())
    data = write(network, PICTURE, True, [(place, 63)]).data
    with pytest.raises(CorruptFile, match="it is damaged, or tiny is not the model"):
        reader_of(network).decode_symbols(original_file.parse(data))


# --- refusals ---------------------------------------------------------------------------------------------------


def test_another_model(written: Written) -> None:
    file = original_file.parse(written.data)
    with pytest.raises(CorruptFile, match="or other is not the model that it was made with"):
        OriginalReader(narrow(seed=9), "other").decode_symbols(file)
    with pytest.raises(WrongModel, match="12 latent and 8 hyperlatent channels, which other does not have"):
        OriginalReader(tiny_hific_network(replace(TINY_HIFIC, latents=11)), "other").decode_symbols(file)
    with pytest.raises(WrongModel, match="lite is not a model of the original HiFiC"):
        OriginalReader(tiny_network(), "lite")


def test_a_large_claim_in_few_bytes(written: Written) -> None:
    """Refused before an array of its size is made."""
    data = bytearray(written.data)
    data[:20] = np.array([1023, 1023, 65472, 65472, 8, 1023, 1023, 12, 4092, 4092], "<u2").tobytes()
    file = original_file.parse(bytes(data), max_pixels=2**32)
    assert file.pixels == 65472**2
    with pytest.raises(CorruptFile, match="The hyperlatents of"):
        reader_of(narrow()).decode_symbols(file)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_damage_is_an_error_or_another_file(written: Written, data: st.DataObject) -> None:
    damaged = bytearray(written.data)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(0, len(damaged)))] if data.draw(st.booleans()) else damaged
    try:
        found = reader_of(narrow()).decode_symbols(original_file.parse(bytes(damaged)))
    except HificError:
        return
    assert found.symbols.latents.shape == written.symbols.shape
