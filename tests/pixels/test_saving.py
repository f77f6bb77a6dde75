import struct

import numpy as np
import pytest
from PIL import Image

from hific_core.errors import UnwritableFile
from hific_core.pixels.picture import Picture, read_picture, write_picture


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.TIFF"])
def test_pixels_and_metadata_come_back(tmp_path, rgb, name, srgb_icc, exif_tools, xmp):
    make_exif, tags_of = exif_tools
    original = Picture(rgb, icc=srgb_icc, exif=make_exif(), xmp=xmp())
    assert write_picture(tmp_path / name, original) == ()
    back = read_picture(tmp_path / name)
    assert np.array_equal(back.pixels, rgb)
    assert (back.icc, back.xmp, back.notes) == (srgb_icc, xmp(), ())
    if name.lower().startswith("a.tif"):
        assert tags_of(back.exif)[1:] == tags_of(original.exif)[1:]
        assert tags_of(back.exif)[0][0x010F] == "Me"
    else:
        assert back.exif == original.exif


def test_jpeg_is_close_has_full_colour_resolution_and_its_metadata(tmp_path, rgb, srgb_icc, exif_tools, xmp):
    original = Picture(rgb, icc=srgb_icc, exif=exif_tools[0](), xmp=xmp())
    assert write_picture(tmp_path / "a.jpg", original) == ()
    back = read_picture(tmp_path / "a.jpg")
    assert np.abs(back.pixels.astype(int) - rgb).mean() < 2.5
    assert (back.icc, back.exif, back.xmp, back.notes) == (original.icc, original.exif, original.xmp, ())
    with Image.open(tmp_path / "a.jpg") as image:
        assert all(component[1:3] == (1, 1) for component in image.layer)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg", "a.ppm"])
def test_grey_is_written_as_one_channel(tmp_path, rng, name, grey_icc):
    grey = np.repeat(rng.integers(0, 256, (9, 14, 1), np.uint8), 3, axis=2)
    icc = None if name == "a.ppm" else grey_icc
    assert write_picture(tmp_path / name, Picture(grey, grey=True, icc=icc), jpeg_quality=100) == ()
    with Image.open(tmp_path / name) as image:
        assert image.mode == "L"
    back = read_picture(tmp_path / name)
    assert back.grey and back.icc == icc
    assert np.abs(back.pixels.astype(int) - grey).max() <= (2 if name == "a.jpg" else 0)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_grey_with_a_profile_for_colours_is_written_in_colour(tmp_path, rng, name, srgb_icc):
    """On one channel such a profile is invalid."""
    grey = np.repeat(rng.integers(0, 256, (9, 14, 1), np.uint8), 3, axis=2)
    assert write_picture(tmp_path / name, Picture(grey, grey=True, icc=srgb_icc), jpeg_quality=100) == ()
    with Image.open(tmp_path / name) as image:
        assert image.mode == "RGB"
    back = read_picture(tmp_path / name)
    assert back.grey and back.icc == srgb_icc and back.notes == ()
    assert np.abs(back.pixels.astype(int) - grey).max() <= (2 if name == "a.jpg" else 0)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
@pytest.mark.parametrize("grey", [False, True])
def test_alpha_and_what_lies_under_it_are_exact(tmp_path, rgb, rng, name, grey):
    pixels = np.repeat(rgb[:, :, :1], 3, axis=2) if grey else rgb
    alpha = rng.integers(0, 256, rgb.shape[:2], np.uint8)
    alpha[:5] = 0
    write_picture(tmp_path / name, Picture(pixels, alpha, grey))
    back = read_picture(tmp_path / name)
    assert np.array_equal(back.pixels, pixels)
    assert np.array_equal(back.alpha, alpha)
    assert back.grey == grey


@pytest.mark.parametrize("name", ["a.jpg", "a.ppm"])
@pytest.mark.parametrize("grey", [False, True])
def test_transparency_is_laid_on_white_with_a_note(tmp_path, name, grey):
    picture = Picture(np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16), np.uint8), grey)
    assert any("white" in note for note in write_picture(tmp_path / name, picture))
    assert read_picture(tmp_path / name).pixels.min() >= 254


def test_what_does_not_fit_is_left_out_with_a_note(tmp_path, rgb, grey_icc, exif_tools, xmp):
    long = Picture(rgb, exif=exif_tools[0]() + bytes(70_000), xmp=xmp() + b" " * 70_000)
    assert len(write_picture(tmp_path / "a.jpg", long)) == 2
    back = read_picture(tmp_path / "a.jpg")
    assert back.exif is None and back.xmp is None
    assert len(write_picture(tmp_path / "a.ppm", long)) == 1
    grey = Picture(np.zeros((4, 4, 3), np.uint8), grey=True, icc=grey_icc)
    assert "grey" in write_picture(tmp_path / "a.webp", grey)[0]


def test_structural_exif_tags_do_not_spoil_a_tiff(tmp_path, rgb):
    exif = Image.Exif()
    exif[256], exif[257], exif[258], exif[262], exif[0x0110] = 4000, 3000, 8, 6, "Model"
    assert write_picture(tmp_path / "a.tif", Picture(rgb, exif=exif.tobytes()[6:])) == ()
    assert np.array_equal(read_picture(tmp_path / "a.tif").pixels, rgb)


def test_damaged_exif_does_not_stop_a_tiff(tmp_path, rgb):
    notes = write_picture(tmp_path / "a.tif", Picture(rgb, exif=b"no block"))
    assert "EXIF" in notes[0]
    assert np.array_equal(read_picture(tmp_path / "a.tif").pixels, rgb)


def test_exif_that_tiff_cannot_say_does_not_stop_it(tmp_path, rgb):
    """Found by chance among damaged blocks: Pillow's writer raises SystemError."""
    block = bytes.fromhex(
        "49492a0008000000040006010800030000003e000000ff000800000000000000000028880200030000000000000096c6"
        "0200040000000000807f000000000000c07fe65e"
    )
    (note,) = write_picture(tmp_path / "a.tif", Picture(rgb, exif=block))
    assert "EXIF data cannot be expressed as TIFF tags" in note
    assert np.array_equal(read_picture(tmp_path / "a.tif").pixels, rgb)


@pytest.mark.parametrize("tag", [269, 700])
def test_a_number_where_a_text_belongs_is_no_address(tmp_path, rgb, tag):
    """libtiff takes it for one, and ends the whole process; so it does not end this one."""
    block = struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, tag, 4, 1, 0x41414141, 0)
    write_picture(tmp_path / "a.tif", Picture(rgb, exif=block))
    assert np.array_equal(read_picture(tmp_path / "a.tif").pixels, rgb)


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg", "a.webp"])
def test_no_exif_raises_anything_but_what_is_promised(tmp_path, rgb, name):
    rng = np.random.default_rng(5)
    for _ in range(40):
        entries = [
            struct.pack(
                "<HHI4s", int(rng.choice([269, 270, 271, 282, 306, 315, 33432, 34665, 34853, 700])), kind, count, raw
            )
            for kind, count, raw in ((*rng.integers(0, (14, 4)), rng.bytes(4)) for _ in range(5))
        ]
        block = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + b"".join(entries) + bytes(4)
        write_picture(tmp_path / name, Picture(rgb, exif=block))


def test_other_suffixes_are_refused_with_those_that_work(tmp_path, rgb):
    with pytest.raises(UnwritableFile, match=r"\.png, \.jpg"):
        write_picture(tmp_path / "a.xyz", Picture(rgb))
    assert list(tmp_path.iterdir()) == []


def test_too_wide_for_the_format_is_one_sentence_and_no_file(tmp_path):
    wide = Picture(np.zeros((1, 70_000, 3), np.uint8))
    for name in ("a.jpg", "a.webp"):
        with pytest.raises(UnwritableFile, match=r"try \.png"):
            write_picture(tmp_path / name, wide)
    assert list(tmp_path.iterdir()) == []
