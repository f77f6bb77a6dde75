import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from hific_core.pixels.picture import Picture, read_picture, without_private

THUMBNAIL = b"\xff\xd8" + b"tiny preview" * 40 + b"\xff\xd9"


def png16(values, colour_type):
    """Encode uint16 (H, W, channels) as a PNG, which Pillow cannot for colour."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_upright_and_say_so(tmp_path, rgb, exif_tools, name, orientation):
    make_exif, tags_of = exif_tools
    exif = Image.Exif()
    exif.load(make_exif(orientation))
    options = {"lossless": True} if name == "a.webp" else {}
    Image.fromarray(rgb).save(tmp_path / name, exif=exif, **options)
    Image.fromarray(rgb).save(tmp_path / f"plain-{name}", **options)
    plain = read_picture(tmp_path / f"plain-{name}").pixels
    upright = {1: plain, 2: plain[:, ::-1], 3: plain[::-1, ::-1], 4: plain[::-1], 5: plain.swapaxes(0, 1)}
    upright |= {6: np.rot90(plain, -1), 7: plain[::-1, ::-1].swapaxes(0, 1), 8: np.rot90(plain, 1)}
    picture = read_picture(tmp_path / name)
    assert np.array_equal(picture.pixels, upright[orientation])
    assert picture.pixels.flags.c_contiguous and picture.pixels.flags.writeable
    main, camera, gps = tags_of(picture.exif)
    assert main.get(0x0112, 1) == 1
    assert camera[0x927C].startswith(b"MAKERNOTE-")
    assert [float(value) for value in gps[2]] == [48, 8, 15]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_exif_is_kept_to_the_byte_without_its_preview(tmp_path, rgb, exif_tools, name):
    make_exif, _ = exif_tools
    block = b"Exif\0\0" + make_exif(3, THUMBNAIL)
    Image.fromarray(rgb).save(tmp_path / name, exif=block)
    assert read_picture(tmp_path / name).exif == make_exif(1)


def test_without_private_keeps_the_colours(rgb, srgb_icc):
    picture = Picture(rgb, icc=srgb_icc, exif=b"where I live", xmp=b"who I am")
    stripped = without_private(picture)
    assert (stripped.exif, stripped.xmp, stripped.icc) == (None, None, srgb_icc)
    assert stripped.pixels is rgb


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_exact(tmp_path, rng, mode):
    values = rng.integers(0, 256, (11, 17, len(mode)), np.uint8)
    Image.fromarray(values, None).save(tmp_path / "a.png")
    picture = read_picture(tmp_path / "a.png")
    assert np.array_equal(picture.alpha, values[:, :, -1])
    assert np.array_equal(picture.pixels, np.broadcast_to(values[:, :, :-1], (11, 17, 3)))
    assert picture.grey == (mode == "LA") and picture.notes == ()


@pytest.mark.parametrize("transparency", [3, bytes([255, 0, 128, 7])])
@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_palettes_keep_their_transparency(tmp_path, rng, transparency, suffix):
    if suffix == ".gif" and isinstance(transparency, bytes):
        pytest.skip("GIF has one transparent colour")
    indexes = rng.integers(0, 4, (9, 13), np.uint8)
    palette = rng.integers(0, 256, (4, 3), np.uint8)
    image = Image.frombytes("P", (13, 9), indexes.tobytes())
    image.putpalette(palette.tobytes())
    image.save(tmp_path / f"a{suffix}", transparency=transparency)
    levels = [255, 255, 255, 0] if transparency == 3 else list(transparency)
    picture = read_picture(tmp_path / f"a{suffix}")
    opaque = indexes != 3
    assert np.array_equal(picture.alpha, np.array(levels, np.uint8)[indexes])
    assert np.array_equal(picture.pixels[opaque], palette[indexes][opaque])
    assert not picture.grey


def test_transparent_colours_of_grey_and_rgb(tmp_path, rgb):
    Image.fromarray(rgb).save(tmp_path / "a.png", transparency=tuple(rgb[4, 5].tolist()))
    picture = read_picture(tmp_path / "a.png")
    assert np.array_equal(picture.alpha == 0, (rgb == rgb[4, 5]).all(axis=2))
    grey = rgb[:, :, 0] // 64 * 85
    image = Image.fromarray(grey)
    for bits, key in ((8, 85), (2, 1)):
        image.save(tmp_path / "g.png", transparency=key, bits=bits)
        picture = read_picture(tmp_path / "g.png")
        assert np.array_equal(picture.pixels[:, :, 0], grey) and picture.grey
        assert np.array_equal(picture.alpha == 0, grey == 85), bits


@pytest.mark.parametrize("mode", ["1", "L"])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_grey_stays_grey(tmp_path, rgb, mode, suffix):
    image = Image.fromarray(rgb).convert("L").convert(mode)
    image.save(tmp_path / f"a{suffix}")
    picture = read_picture(tmp_path / f"a{suffix}")
    assert picture.grey and picture.notes == () and picture.alpha is None
    assert np.array_equal(picture.pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif"])
def test_black_and_white_in_colour_is_grey_and_keeps_its_profile(tmp_path, rgb, srgb_icc, name):
    """As photo software exports it; as colours, the codec would give it coloured speckles."""
    image = Image.fromarray(np.repeat(rgb[:, :, :1], 3, axis=2))
    image.save(tmp_path / name, icc_profile=srgb_icc)
    picture = read_picture(tmp_path / name)
    assert picture.grey and picture.icc == srgb_icc and picture.notes == ()


def test_sixteen_bits_in_colour_are_grey_where_eight_of_them_are(tmp_path, rng):
    high = np.repeat(rng.integers(0, 256, (8, 9, 1)), 3, axis=2)
    for name, low in (("a.png", rng.integers(0, 128, (8, 9, 3))), ("b.png", 0)):
        (tmp_path / name).write_bytes(png16(high * 256 + low, 2))
        assert read_picture(tmp_path / name).grey


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jp2"])
def test_sixteen_bit_grey_is_rounded_not_clipped(tmp_path, rng, suffix):
    values = rng.integers(0, 65536, (40, 40), np.uint16)
    options = {"irreversible": False} if suffix == ".jp2" else {}
    Image.fromarray(values).save(tmp_path / f"a{suffix}", **options)
    picture = read_picture(tmp_path / f"a{suffix}")
    expected = np.rint(values / 257).astype(np.uint8)
    assert np.array_equal(picture.pixels[:, :, 0], expected)
    assert picture.grey and picture.notes == ("The 16 bits per channel were reduced to 8.",)


@pytest.mark.parametrize("colour_type, channels", [(2, 3), (4, 2), (6, 4)])
def test_sixteen_bit_colour_png(tmp_path, rng, colour_type, channels):
    narrow = rng.integers(0, 256, (8, 9, channels))
    (tmp_path / "a.png").write_bytes(png16(narrow * 257, colour_type))
    picture = read_picture(tmp_path / "a.png")
    colours = narrow if channels == 3 else narrow[:, :, :-1]
    assert np.array_equal(picture.pixels, np.broadcast_to(colours, (8, 9, 3)))
    assert picture.grey == (channels == 2)
    assert (picture.alpha is None) == (channels == 3)
    if channels != 3:
        assert np.array_equal(picture.alpha, narrow[:, :, -1])
    assert picture.notes == ("The 16 bits per channel were reduced to 8.",)


def test_big_endian_tiff_and_pgm_of_sixteen_bits(tmp_path):
    values = np.array([[0, 128, 129, 65535, 40000]], np.uint16)
    expected = [0, 0, 1, 255, 156]
    (tmp_path / "a.pgm").write_bytes(b"P5\n5 1\n65535\n" + values.astype(">u2").tobytes())
    Image.frombytes("I;16B", (5, 1), values.astype(">u2").tobytes()).save(tmp_path / "a.tif")
    for name in ("a.pgm", "a.tif"):
        picture = read_picture(tmp_path / name)
        assert picture.pixels[0, :, 0].tolist() == expected
        assert len(picture.notes) == 1


def test_float_tiff_is_a_note(tmp_path):
    Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32)).save(tmp_path / "a.tif")
    picture = read_picture(tmp_path / "a.tif")
    assert picture.pixels[0, :, 0].tolist() == [0, 128, 255]
    assert "floating" in picture.notes[0]


def test_cmyk_jpeg_as_adobe_writes_it_is_not_a_negative(tmp_path, srgb_icc):
    image = Image.new("RGB", (32, 32), (250, 40, 20))
    image.convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    picture = read_picture(tmp_path / "a.jpg")
    assert np.abs(picture.pixels.astype(int) - (250, 40, 20)).max() <= 4
    assert len(picture.notes) == 1 and "CMYK" in picture.notes[0]


def cmyk_profile():
    """Build an ICC profile (v2, lut8): paper is white, cyan ink middle grey, every other ink black."""
    ramp = bytes(range(256))
    table = bytearray(16 * 3)
    for corner, lightness in ((0b0000, 255), (0b1000, 128)):
        table[3 * corner : 3 * corner + 3] = bytes([lightness, 128, 128])
    for corner in range(16):
        table[3 * corner + 1 : 3 * corner + 3] = bytes([128, 128])
    identity = struct.pack(">9i", *(65536 * (index % 4 == 0) for index in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + ramp * 4 + bytes(table) + ramp * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    size = 128 + 4 + 2 * 12 + len(lut) + len(white)
    head = struct.pack(">I4sI4s4s4s12x4s", size, bytes(4), 0x02100000, b"prtr", b"CMYK", b"Lab ", b"acsp")
    head += bytes(68 - len(head)) + struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    tags = struct.pack(">I4sII4sII", 2, b"A2B0", 156, len(lut), b"wtpt", 156 + len(lut), len(white))
    return head + tags + lut + white


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk_goes_through_its_profile_which_is_not_kept(tmp_path, name):
    image = Image.new("CMYK", (32, 16), (0, 0, 0, 0))
    image.paste((255, 0, 0, 0), (16, 0, 32, 16))
    image.save(tmp_path / name, icc_profile=cmyk_profile())
    picture = read_picture(tmp_path / name)
    assert np.abs(picture.pixels[8, 4].astype(int) - 255).max() <= 3
    assert np.abs(picture.pixels[8, 28].astype(int) - 119).max() <= 3
    assert picture.icc is None
    assert picture.notes == ("CMYK was converted to sRGB with the profile in the file.",)


def test_a_profile_of_the_wrong_kind_in_a_cmyk_file_is_not_kept(tmp_path, srgb_icc):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", icc_profile=srgb_icc)
    picture = read_picture(tmp_path / "a.jpg")
    assert picture.icc is None and len(picture.notes) == 1


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.tif", "a.png"])
def test_animations_and_pages_give_the_first_with_a_note(tmp_path, name):
    frames = [Image.new("RGB", (12, 8), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if name == "a.webp" else {}
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
    picture = read_picture(tmp_path / name)
    assert (picture.pixels == (255, 0, 0)).all()
    assert picture.notes == ("Only the first of 3 frames or pages is kept.",)


def test_a_second_picture_in_a_jpeg_is_a_note(tmp_path, rgb):
    Image.fromarray(rgb).save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[Image.fromarray(rgb[::-1])])
    assert "Only the main picture" in read_picture(tmp_path / "a.jpg").notes[0]


def test_the_content_decides_and_not_the_name(tmp_path, rgb):
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG")
    (tmp_path / "really-a-png.jpg").write_bytes(stream.getvalue())
    assert np.array_equal(read_picture(tmp_path / "really-a-png.jpg").pixels, rgb)


def test_a_wide_gamut_profile_is_kept_and_the_values_are_untouched(tmp_path, rgb, srgb_icc):
    wide = ImageCms.ImageCmsProfile(io.BytesIO(srgb_icc)).tobytes()[:-4] + b"P3!!"
    Image.fromarray(rgb).save(tmp_path / "a.png", icc_profile=wide)
    picture = read_picture(tmp_path / "a.png")
    assert picture.icc == wide
    assert np.array_equal(picture.pixels, rgb)


def tiff_of_pages(number):
    """A grey TIFF file of 4 x 4 pixels whose pages all have the same ones."""
    tags = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 4), (279, 16)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    size, first = 2 + len(entries) + 4, 8 + 16
    file = [b"II*\0" + struct.pack("<I", first) + bytes(range(16))]
    for page in range(1, number + 1):
        next_page = first + size * page if page < number else 0
        file.append(struct.pack("<H", len(tags)) + entries + struct.pack("<I", next_page))
    return b"".join(file)


@pytest.mark.parametrize(("pages", "words"), [(1000, "1000"), (3000, "more than 1,000")])
def test_pages_beyond_number_are_not_counted(tmp_path, pages, words):
    """A file of some megabytes may have a hundred thousand; Pillow's time for them grows with their square."""
    (tmp_path / "a.tif").write_bytes(tiff_of_pages(pages))
    picture = read_picture(tmp_path / "a.tif")
    assert picture.notes == (f"Only the first of {words} frames or pages is kept.",)
    assert picture.pixels[..., 0].tobytes() == bytes(range(16))
