import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from hific_core.pixels import metadata
from hific_core.pixels.metadata import colour_space, fitting_icc
from hific_core.pixels.picture import read_picture


def test_a_profile_is_kept_only_where_it_fits(srgb_icc, grey_icc):
    assert fitting_icc(srgb_icc, stored_grey=False) == (srgb_icc, ())
    assert fitting_icc(grey_icc, stored_grey=True) == (grey_icc, ())
    for icc, grey in [(srgb_icc, True), (grey_icc, False), (b"junk", False)]:
        kept, notes = fitting_icc(icc, grey)
        assert kept is None and len(notes) == 1


def test_colour_space_of_what_is_no_profile():
    assert colour_space(b"") is None
    assert colour_space(bytes(200)) is None


def test_broken_exif_is_a_note(tmp_path, rgb):
    for name in ("a.jpg", "a.png", "a.webp"):
        Image.fromarray(rgb).save(tmp_path / name, exif=b"Exif\0\0this is no TIFF block at all")
        picture = read_picture(tmp_path / name)
        assert picture.exif is None
        assert picture.notes == ("The EXIF data is damaged and was dropped.",)


def test_too_much_metadata_is_dropped_with_a_note(tmp_path, rgb, xmp, monkeypatch):
    monkeypatch.setattr(metadata, "MAX_METADATA_BYTES", 64)
    Image.fromarray(rgb).save(tmp_path / "a.webp", lossless=True, xmp=xmp())
    picture = read_picture(tmp_path / "a.webp")
    assert picture.xmp is None
    assert "larger than" in picture.notes[0]


@pytest.mark.parametrize("style", [b'tiff:Orientation="8"', b"<tiff:Orientation>8</tiff:Orientation>"])
def test_xmp_orientation_is_reset_and_serves_where_exif_has_none(tmp_path, rgb, style):
    packet = b"<x:xmpmeta>" + style + b"</x:xmpmeta>"
    Image.fromarray(rgb).save(tmp_path / "a.webp", lossless=True, xmp=packet)
    picture = read_picture(tmp_path / "a.webp")
    assert picture.xmp == packet.replace(b"8", b"1")
    assert np.array_equal(picture.pixels, np.rot90(rgb, 1))


def test_exif_orientation_beats_that_of_xmp(tmp_path, rgb, exif_tools, xmp):
    Image.fromarray(rgb).save(tmp_path / "a.webp", lossless=True, xmp=xmp(8), exif=exif_tools[0](1))
    picture = read_picture(tmp_path / "a.webp")
    assert np.array_equal(picture.pixels, rgb)
    assert picture.xmp == xmp(1)


def test_gain_map_is_a_note(tmp_path, rgb):
    packet = b'<x:xmpmeta hdrgm:Version="1.0"/>'
    Image.fromarray(rgb).save(tmp_path / "a.jpg", xmp=packet)
    picture = read_picture(tmp_path / "a.jpg")
    assert picture.xmp == packet
    assert "gain map" in picture.notes[0]


def test_extended_xmp_is_a_note(tmp_path, rgb):
    Image.fromarray(rgb).save(tmp_path / "a.jpg", xmp=b'<x:xmpmeta xmpNote:HasExtendedXMP="0"/>')
    assert "extended" in read_picture(tmp_path / "a.jpg").notes[0]


def test_the_orientation_in_xmp_turns_no_avif(tmp_path, rgb, xmp):
    """Only boxes do (ISO 23000-22)."""
    Image.fromarray(rgb).save(tmp_path / "a.avif", xmp=xmp(6))
    picture = read_picture(tmp_path / "a.avif")
    assert picture.pixels.shape == rgb.shape
    assert picture.xmp == xmp(1)


TEXTS = ("Comments and other texts in the file are not kept.",)


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.gif", "GIF"), ("a.jp2", "JPEG2000")])
def test_comments_are_a_note(tmp_path, rgb, name, kind):
    for comment, notes in ((b"Copyright me", TEXTS), (b" ", ()), (b"Created with GIMP", ()), (b"Created by me", TEXTS)):
        Image.fromarray(rgb).convert("P" if kind == "GIF" else "RGB").save(tmp_path / name, comment=comment)
        assert read_picture(tmp_path / name).notes == notes


@pytest.mark.parametrize(
    ("name", "notes"),
    [("Copyright", TEXTS), ("Raw profile type iptc", TEXTS), ("Software", ()), ("date:create", ())],
)
@pytest.mark.parametrize("behind", [False, True])
def test_texts_of_png_are_a_note_unless_nobody_wrote_them(tmp_path, rgb, xmp, name, notes, behind):
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", xmp().decode())
    if not behind:
        texts.add_text(name, "something")
    Image.fromarray(rgb).save(tmp_path / "a.png", pnginfo=texts)
    if behind:  # the pixels
        body = b"tEXt" + name.encode() + b"\0something"
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        whole = (tmp_path / "a.png").read_bytes()
        (tmp_path / "a.png").write_bytes(whole[:-12] + chunk + whole[-12:])
    picture = read_picture(tmp_path / "a.png")
    assert picture.xmp == xmp() and picture.notes == notes
