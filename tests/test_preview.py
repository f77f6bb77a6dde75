"""Previews: which files get one, what it may cost, what it shows, and hostile ones."""

import io
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, WebPImagePlugin

from hific_core.container.header import Header
from hific_core.container.hfc_file import HfcFile, parse
from hific_core.errors import CorruptFile
from hific_core.pixels.picture import Picture
from hific_core.preview import LEAST_BYTES, SHARE, TAG, decode_preview, encode_preview, with_preview

from .conftest import smooth_picture

PICTURE = smooth_picture(300, 500)
HEADER = Header(500, 300, 500, 0, bytes(4), bytes(4))


def file_of(size: int) -> HfcFile:
    """A file of exactly so many bytes, which need not decode."""
    file = HfcFile(HEADER, b"hyper", (random.Random(1).randbytes(size - 50),))
    return replace(file, hyperlatents=bytes(size - len(file.pack()) + 5))


def test_files_below_the_least_size_get_none() -> None:
    small = file_of(LEAST_BYTES - 1)
    assert len(small.pack()) == LEAST_BYTES - 1
    assert with_preview(small, PICTURE) is small


@pytest.mark.parametrize("size", [LEAST_BYTES, 300_000])
def test_it_is_metadata_of_at_most_its_share(size: int) -> None:
    file = file_of(size)
    packed = with_preview(file, PICTURE).pack()
    read = parse(packed)
    assert 0 < len(packed) - size <= SHARE * size
    assert read.metadata_bytes == len(packed) - size
    assert replace(read, metadata={}) == file
    assert decode_preview(read.metadata[TAG]).format is None


def test_a_limit_on_the_whole_file_is_kept() -> None:
    file = file_of(LEAST_BYTES)
    assert with_preview(file, PICTURE, max_bytes=LEAST_BYTES + 100) is file
    assert len(with_preview(file, PICTURE, max_bytes=LEAST_BYTES + 1500).pack()) <= LEAST_BYTES + 1500


def test_it_looks_like_the_picture() -> None:
    smooth = smooth_picture(300, 500)
    data = encode_preview(smooth, 20_000)
    assert data is not None
    shown = decode_preview(data)
    assert (shown.mode, shown.size) == ("RGB", (256, 154))
    expected = np.asarray(Image.fromarray(smooth.pixels).resize(shown.size, Image.Resampling.LANCZOS), np.float64)
    # measured 4.4, since WebP halves the resolution of colours; upside down it would be 71
    assert np.abs(np.asarray(shown, np.float64) - expected).mean() < 8


def test_less_room_gives_a_smaller_one_and_none_at_last() -> None:
    sizes = []
    for limit in (10_000, 1500, 700):
        data = encode_preview(PICTURE, limit)
        assert data is not None
        assert len(data) <= limit
        sizes.append(decode_preview(data).size)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    assert encode_preview(PICTURE, 60) is None


def test_transparency_and_small_pictures() -> None:
    alpha = np.zeros((20, 30), np.uint8)
    alpha[:, 15:] = 255
    data = encode_preview(replace(smooth_picture(20, 30), alpha=alpha), 10_000)
    assert data is not None
    shown = decode_preview(data)
    assert (shown.mode, shown.size) == ("RGBA", (30, 20))
    assert np.array_equal(np.asarray(shown)[..., 3], alpha)


def test_colours_are_srgb() -> None:
    """A profile whose red and green are exchanged tells whether it was heeded."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for tag in range(128 + 4, 128 + 4 + 12 * int.from_bytes(profile[128:132], "big"), 12):
        name = bytes(profile[tag : tag + 4])
        profile[tag : tag + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(name, name)
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 255
    for icc, brightest in ((None, 0), (bytes(profile), 1), (b"no profile", 0)):
        data = encode_preview(Picture(red, icc=icc), 10_000)
        assert data is not None
        assert np.asarray(decode_preview(data))[20, 20].argmax() == brightest


def _webp(width: int, height: int, mode: str = "L", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (width, height)).save(stream, "WEBP", **options)
    return stream.getvalue()


def _png() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (9, 9)).save(stream, "PNG")
    return stream.getvalue()


KINDS: tuple[dict[str, Any], ...] = ({}, {"mode": "RGBA"}, {"lossless": True})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_webp_tells_its_size_first(kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert decode_preview(_webp(2048, 3, **kind)).size == (2048, 3)
    large = [_webp(2049, 1, **kind), _webp(1, 2049, **kind)]
    # before Pillow, which takes memory for it, has seen it
    monkeypatch.setattr(WebPImagePlugin, "WebPImageFile", None)
    for data in large:
        with pytest.raises(CorruptFile) as caught:
            decode_preview(data)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("data", [b"", b"RIFF", _webp(9, 9)[:-9], b"RIFF\0\0\0\0WEBPVP9 " + bytes(20), _png()])
def test_hostile_previews(data: bytes) -> None:
    with pytest.raises(CorruptFile, match="preview"):
        decode_preview(data)
