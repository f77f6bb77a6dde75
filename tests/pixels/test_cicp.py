import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from hific_core.pixels.cicp import Cicp, named_colours, profile_of
from hific_core.pixels.picture import read_picture

from .test_formats import TURNED_HEIC

HDR = ("The picture is HDR (PQ or HLG); it is kept without tone mapping and looks flat.",)
P3, BT2020 = Cicp(12, 13), Cicp(9, 1)


def in_png(rgb, primaries, transfer, **options):
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG", **options)
    body = b"cICP" + bytes([primaries, transfer, 0, 1])
    chunk = struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body))
    return stream.getvalue()[:33] + chunk + stream.getvalue()[33:]


def in_avif(rgb, primaries, transfer, **options):
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "AVIF", **options)
    return renamed(stream.getvalue(), primaries, transfer)


def in_heic(rgb, primaries, transfer):
    pytest.importorskip("pi_heif")
    return renamed(TURNED_HEIC, primaries, transfer)


def renamed(data, primaries, transfer):
    at = data.index(b"nclx") + 4
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.fixture(params=[in_png, in_avif, in_heic])
def read(request, tmp_path, rgb):
    def read_with(primaries, transfer):
        (tmp_path / "a").write_bytes(request.param(rgb, primaries, transfer))
        return read_picture(tmp_path / "a")

    return read_with


@pytest.mark.parametrize(("primaries", "transfer"), [(12, 13), (9, 14), (12, 4), (1, 8)])
def test_colours_beyond_srgb_get_a_profile(read, primaries, transfer):
    picture = read(primaries, transfer)
    assert picture.icc == profile_of(Cicp(primaries, transfer)) is not None
    assert picture.notes == ()


@pytest.mark.parametrize(("primaries", "transfer"), [(1, 13), (1, 1), (1, 6), (2, 2), (22, 13)])
def test_what_is_srgb_or_unknown_stays_as_it_is(read, primaries, transfer):
    picture = read(primaries, transfer)
    assert picture.icc is None and picture.notes == ()


@pytest.mark.parametrize(("primaries", "transfer"), [(9, 16), (12, 18)])
def test_hdr_is_a_note(read, primaries, transfer):
    picture = read(primaries, transfer)
    assert picture.icc is None and picture.notes == HDR


@pytest.mark.parametrize("make", [in_png, in_avif])
def test_a_profile_in_the_file_goes_first(tmp_path, rgb, srgb_icc, make):
    for primaries, transfer in ((12, 13), (9, 16)):
        (tmp_path / "a").write_bytes(make(rgb, primaries, transfer, icc_profile=srgb_icc))
        picture = read_picture(tmp_path / "a")
        assert picture.icc == srgb_icc and picture.notes == ()


def test_a_grey_picture_needs_no_profile(tmp_path, rgb):
    for grey in (rgb[:, :, 0], np.repeat(rgb[:, :, :1], 3, axis=2)):
        (tmp_path / "a.png").write_bytes(in_png(grey, *P3))
        picture = read_picture(tmp_path / "a.png")
        assert picture.grey and picture.icc is None and picture.notes == ()


def test_reading_the_colours_does_no_harm_to_the_pixels(tmp_path, rgb):
    (tmp_path / "a.png").write_bytes(in_png(rgb, *P3))
    assert np.array_equal(read_picture(tmp_path / "a.png").pixels, rgb)


def test_colours_of_another_item_are_not_those_of_the_picture(tmp_path, rgb):
    """A gain map's, for example: of the four properties here, the primary item has all but the colours."""
    data = in_avif(rgb, *P3)
    at = data.index(b"ipma") + 12
    assert data[at : at + 7] == bytes([0, 1, 4, 1, 2, 0x83, 4])
    (tmp_path / "a.avif").write_bytes(data[: at + 6] + b"\1" + data[at + 7 :])
    assert read_picture(tmp_path / "a.avif").icc is None
    (tmp_path / "a.avif").write_bytes(data)
    assert read_picture(tmp_path / "a.avif").icc is not None


def test_sizes_in_a_file_are_not_trusted(tmp_path, rgb, rng):
    """Damage in any place of the boxes and of the first chunks: never another error, and the end is found."""
    for make, kind in ((in_png, "PNG"), (in_avif, "AVIF")):
        whole = make(rgb, *P3)
        image = Image.new("RGB", (1, 1))
        image.format = kind
        assert named_colours(image, io.BytesIO(whole)) == P3
        for at in range(min(len(whole), 300)):
            for value in (0, 1, 255):
                file = io.BytesIO(whole[:at] + bytes([value]) + whole[at + 1 :])
                file.seek(7)
                named_colours(image, file)
                assert file.tell() == 7
            assert named_colours(image, io.BytesIO(whole[: at // 2])) in (None, P3)


def test_the_profile_means_display_p3():
    """The numbers are those of Apple's own profile; red of sRGB is known in it as 234, 51, 35."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_of(P3)))
    found = [getattr(profile.profile, f"{each}_colorant")[0] for each in ("red", "green", "blue")]
    known = [(0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)]
    assert np.abs(np.array(found) - known).max() < 5e-5
    assert ImageCms.getProfileDescription(profile).strip() == "Display P3"
    red = Image.new("RGB", (1, 1), (255, 0, 0))
    assert ImageCms.profileToProfile(red, srgb(), profile).getpixel((0, 0)) == (234, 51, 35)


@pytest.mark.parametrize("colours", [P3, BT2020])
def test_grey_stays_grey_and_colours_grow_stronger(colours):
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_of(colours)))
    values = np.array([[(128, 128, 128), (255, 255, 255), (200, 100, 50)]], np.uint8)
    shown = np.asarray(ImageCms.profileToProfile(Image.fromarray(values), profile, srgb()))
    assert shown[0, :2].tolist() == [[128] * 3, [255] * 3]
    assert shown[0, 2, 0] > 200 and shown[0, 2, 2] < 50


def test_linear_light_is_shown_brighter():
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_of(Cicp(1, 8))))
    image = ImageCms.profileToProfile(Image.new("RGB", (1, 1), (128, 128, 128)), profile, srgb())
    assert image.getpixel((0, 0)) == (188, 188, 188)


def srgb():
    return ImageCms.createProfile("sRGB")
