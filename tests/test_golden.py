"""Files that every release decodes to the same symbols."""

import json
from pathlib import Path

import pytest

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse, read
from hific_core.device import choose_runtime
from hific_core.errors import HificError
from hific_core.models.weights import read_model
from tests.conftest import GOLDEN, GOLDEN_MIXTURE
from tests.make_golden import pictures, symbols_digest

DIGESTS = json.loads((GOLDEN / "symbols.json").read_text())


def test_the_list_is_complete() -> None:
    assert {path.stem for path in GOLDEN.glob("*.hfc")} == set(DIGESTS)


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_symbols(tiny_codec: Codec, name: str) -> None:
    symbols, damaged = tiny_codec.decode_symbols(read(GOLDEN / f"{name}.hfc"))
    assert symbols_digest(symbols) == DIGESTS[name]
    assert damaged == ()


def test_metadata_and_alpha(tiny_codec: Codec) -> None:
    picture, _ = pictures()["alpha-metadata"]
    decoded = tiny_codec.decode(read(GOLDEN / "alpha-metadata.hfc")).picture
    assert decoded.alpha is not None
    assert picture.alpha is not None
    assert (decoded.alpha == picture.alpha).all()
    assert (decoded.xmp, decoded.icc, decoded.exif) == (picture.xmp, picture.icc, None)


def test_grey(tiny_codec: Codec) -> None:
    decoded = tiny_codec.decode(read(GOLDEN / "grey.hfc")).picture
    assert decoded.grey
    assert (decoded.pixels == decoded.pixels[..., :1]).all()


def test_the_model_is_small_and_loads() -> None:
    path = Path(GOLDEN / "tiny.safetensors")
    assert path.stat().st_size < 200_000
    model = read_model(path, choose_runtime("cpu", "float32"))
    assert model.card.entropy_fingerprint == "5398db02"
    assert model.card.generator_fingerprint == "8a18d906"


def test_every_cut_and_every_flipped_bit_of_a_whole_file(tiny_codec: Codec) -> None:
    """From bytes to pixels: an error with a sentence, never another exception, never a picture."""
    data = (GOLDEN / "pixel.hfc").read_bytes()
    tiny_codec.decode(parse(data))
    cut = [data[:length] for length in range(len(data))]
    flipped = [
        data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :] for bit in range(8 * len(data))
    ]
    for damaged in (*cut, *flipped):
        with pytest.raises(HificError) as caught:
            tiny_codec.decode(parse(damaged))
        assert str(caught.value).count("\n") == 0


def test_files_of_mixtures() -> None:
    digests = json.loads((GOLDEN_MIXTURE / "symbols.json").read_text())
    files = sorted(GOLDEN_MIXTURE.glob("*.hfc"))
    assert {path.stem for path in files} == set(digests) == {"escapes", "partitions", "pixel", "plain"}
    codec = Codec(read_model(GOLDEN_MIXTURE / "tiny-mixture.safetensors", choose_runtime("cpu", "float32")))
    assert codec.model.card.entropy_fingerprint == "1c70e865"
    for path in files:
        file = read(path)
        symbols, damaged = codec.decode_symbols(file)
        assert symbols_digest(symbols) == digests[path.stem]
        assert damaged == ()
        streams = codec.encode_symbols(symbols, 500, file.header.height, file.header.width)
        assert streams == (file.hyperlatents, file.partitions), "the same symbols are the same bytes for ever"
