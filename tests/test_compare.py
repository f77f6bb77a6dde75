import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, features

from hific_core.compare import RIVALS, check_rival, encode_at
from hific_core.errors import Cancelled, CodecMissing, UnreadableImage

from .conftest import smooth_picture

PIXELS = smooth_picture(24, 32).pixels
OPTIONS = {"jpeg": {"optimize": True}, "webp": {"method": 6}, "avif": {"speed": 4, "subsampling": "4:2:0"}}


@cache
def file_at(codec: str, quality: int, mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(stream, codec, quality=quality, **OPTIONS[codec])
    return stream.getvalue()


@pytest.mark.parametrize("codec", RIVALS)
def test_the_largest_file_that_fits(codec: str) -> None:
    limits = [len(file_at(codec, quality)) - less for quality, less in ((30, 0), (60, 1), (100, 0))]
    for limit in (*limits, 10**6):
        rival = encode_at(codec, PIXELS, limit)
        data = file_at(codec, rival.quality)
        assert (rival.name, rival.exceeded) == (codec, False)
        assert rival.size == len(data) <= limit
        better = [len(file_at(codec, quality)) for quality in range(rival.quality, min(rival.quality + 3, 101))]
        # sizes need not rise with every step
        assert rival.size >= 0.97 * max(size for size in better if size <= limit)
        with Image.open(io.BytesIO(data)) as image:
            np.testing.assert_array_equal(rival.pixels, np.array(image.convert("RGB")))
        assert rival.encode_seconds > 0
        assert rival.decode_seconds > 0


@pytest.mark.parametrize("codec", RIVALS)
def test_the_smallest_file_is_marked_where_none_fits(codec: str) -> None:
    rival = encode_at(codec, PIXELS, 10)
    assert rival.exceeded
    # at the low end a better quality can have a byte less
    assert rival.size == len(file_at(codec, rival.quality)) <= len(file_at(codec, int(codec == "jpeg")))


def test_grey_pictures_have_one_channel() -> None:
    grey = np.repeat(np.array(Image.fromarray(PIXELS).convert("L"))[..., None], 3, axis=2)
    assert encode_at("jpeg", grey, 10).size == len(file_at("jpeg", 1, "L"))
    for codec in RIVALS:
        pixels = encode_at(codec, grey, 2000).pixels
        assert pixels.shape == grey.shape
        assert np.ptp(pixels.astype(int), axis=2).max() <= 1


def test_progress_rises_and_stops_the_work() -> None:
    shares = []
    encode_at("webp", PIXELS, 500, lambda stage, share: shares.append((stage, share)))
    assert shares == sorted(shares)
    assert shares[0] == ("webp", 0.0)
    assert shares[-1] == ("webp", 1.0)

    def cancel(stage: str, share: float) -> None:
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        encode_at("webp", PIXELS, 500, cancel)


def test_a_picture_that_the_format_cannot_hold() -> None:
    with pytest.raises(UnreadableImage, match="WebP cannot hold this picture"):
        encode_at("webp", np.zeros((1, 16384, 3), np.uint8), 1000)


def test_codecs_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CodecMissing, match="jpeg, webp, avif"):
        encode_at("gif", PIXELS, 1000)
    monkeypatch.setattr(features, "check", lambda name: name != "avif")
    check_rival("webp")
    with pytest.raises(CodecMissing, match="cannot write AVIF"):
        check_rival("avif")
