import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from hific_core.errors import CorruptFile
from hific_core.pixels.alpha import decode_alpha, encode_alpha, laid_on_grey


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (64, 3)])
def test_alpha_comes_back_exactly(rng, shape):
    alpha = rng.integers(0, 256, shape, np.uint8)
    assert np.array_equal(decode_alpha(encode_alpha(alpha), shape), alpha)


def test_everything_else_is_a_corrupt_alpha_chunk(rng):
    good = encode_alpha(rng.integers(0, 256, (9, 9), np.uint8))
    colour = io.BytesIO()
    Image.new("RGB", (9, 9)).save(colour, "PNG")
    cases = [(good, (9, 8)), (b"", (9, 9)), (b"junk", (9, 9)), (colour.getvalue(), (9, 9))]
    cases += [(good[:length], (9, 9)) for length in range(0, len(good) - 24, 5)]
    for data, shape in cases:
        with pytest.raises(CorruptFile) as caught:
            decode_alpha(data, shape)
        assert caught.value.part == "alpha chunk"


def test_a_claim_of_ten_gigapixels_is_refused_before_decoding():
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    with pytest.raises(CorruptFile):
        decode_alpha(data, (10, 10))


def test_what_is_seen_on_grey_is_rounded_and_hides_what_is_hidden(rng, monkeypatch):
    monkeypatch.setattr("hific_core.pixels.alpha._PIXELS_AT_ONCE", 1000)
    pixels = rng.integers(0, 256, (40, 300, 3), np.uint8)
    alpha = rng.integers(0, 256, (40, 300), np.uint8)
    alpha[:, :50], alpha[:, 250:] = 0, 255
    share = alpha[..., None] / 255
    laid = laid_on_grey(pixels, alpha)
    assert laid.dtype == np.uint8
    assert np.array_equal(laid, np.floor(pixels * share + 128 * (1 - share) + 0.5 - 1e-9).astype(np.uint8))
    assert np.all(laid[:, :50] == 128) and np.array_equal(laid[:, 250:], pixels[:, 250:])


def test_opaque_pictures_are_not_copied(rng):
    pixels = rng.integers(0, 256, (4, 5, 3), np.uint8)
    assert laid_on_grey(pixels, None) is pixels
    assert laid_on_grey(pixels, np.full((4, 5), 255, np.uint8)) is pixels
