import numpy as np
import pytest
from PIL import Image, ImageOps

from hific_core.pixels import reduce
from hific_core.pixels.reduce import as_stored, reduce_to_rgb8


def reduced(image, bits=8, orientation=1):
    return reduce_to_rgb8(image, bits, orientation, grey_png=False, icc=None)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("strip_pixels", [2**22, 70])
def test_every_orientation_agrees_with_pillow_with_one_strip_and_with_many(rgb, monkeypatch, orientation, strip_pixels):
    monkeypatch.setattr(reduce, "_STRIP_PIXELS", strip_pixels)
    image = Image.fromarray(rgb)
    image.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(reduced(image, orientation=orientation).pixels, expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_as_stored_is_a_view(orientation):
    shown = np.zeros((2, 3), np.uint8)
    as_stored(shown, orientation)[0, 0] = 1
    assert shown.sum() == 1


def test_sixteen_bits_round_to_the_nearest():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    expected = np.rint(values.astype(np.float64) * 255 / 65535).astype(np.uint8)
    result = reduced(Image.fromarray(values), 16)
    assert np.array_equal(result.pixels[:, :, 1], expected)
    assert result.grey
    assert result.notes == ("The 16 bits per channel were reduced to 8.",)


def test_integers_above_sixteen_bits_are_stretched():
    image = Image.fromarray(np.array([[-100, 0, 300000]], np.int32))
    result = reduced(image, 32)
    assert result.pixels[0, :, 0].tolist() == [0, 0, 255]
    assert "300,000" in result.notes[0]


@pytest.mark.parametrize(
    "values, expected",
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([0.0, 99.6, 255.0], [0, 100, 255]),
        ([-2.0, 0.0, 2.0], [0, 128, 255]),
    ],
)
def test_floats_take_the_range_that_they_are_in(values, expected):
    result = reduced(Image.fromarray(np.array([values], np.float32)), 32)
    assert result.pixels[0, :, 2].tolist() == expected
    assert len(result.notes) == 1


def test_floats_that_are_not_finite_turn_black():
    values = np.array([[np.nan, np.inf, -np.inf, 1.0]], np.float32)
    assert reduced(Image.fromarray(values)).pixels[0, :, 0].tolist() == [0, 0, 0, 255]
    assert reduced(Image.fromarray(values[:, :1])).pixels.tolist() == [[[0, 0, 0]]]


def test_opaque_alpha_is_no_alpha(rgb):
    image = Image.fromarray(rgb)
    image.putalpha(255)
    result = reduced(image)
    assert result.alpha is None and result.notes == ()
    assert np.array_equal(result.pixels, rgb)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "HSV", "LAB"])
def test_other_colour_models_come_out_near(mode):
    if mode == "LAB":
        image = Image.new("LAB", (3, 2), (128, 128, 128))
        expected = (119, 119, 119)
    else:
        image = Image.new("RGB", (3, 2), (200, 100, 50)).convert(mode)
        expected = (200, 100, 50)
    result = reduced(image)
    assert np.abs(result.pixels.astype(int) - expected).max() <= 3
    assert bool(result.notes) == (mode in ("CMYK", "LAB"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "YCbCr"])
def test_equal_channels_are_grey_however_they_are_stored(rgb, mode):
    grey = Image.fromarray(rgb[:, :, 0])
    image = grey.convert("RGB").convert(mode)
    if mode == "P":
        image = Image.frombytes("P", grey.size, grey.tobytes())
        image.putpalette([255 - level // 3 for level in range(768)])
    result = reduced(image)
    assert result.grey and not result.stored_grey
    assert (result.pixels == result.pixels[:, :, :1]).all()
    assert np.ptp(result.pixels) > 100


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("place", [(0, 0, 0), (19, 30, 2), (10, 4, 1)])
def test_one_pixel_in_colour_is_no_grey_picture(rgb, monkeypatch, place, orientation):
    monkeypatch.setattr(reduce, "_STRIP_PIXELS", 70)
    values = np.repeat(rgb[:, :, :1], 3, axis=2)
    assert reduced(Image.fromarray(values), orientation=orientation).grey
    values[place] ^= 1
    assert not reduced(Image.fromarray(values), orientation=orientation).grey


def test_a_picture_in_colour_is_looked_at_until_the_first_strip_that_is_not_grey(rgb, monkeypatch):
    looked = []
    monkeypatch.setattr(reduce, "_STRIP_PIXELS", 31)
    monkeypatch.setattr(reduce, "_is_grey", lambda strip: bool(looked.append(strip)) or len(looked) < 3)
    assert not reduced(Image.fromarray(rgb)).grey
    assert len(looked) == 3
