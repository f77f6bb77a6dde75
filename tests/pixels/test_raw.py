import struct

import numpy as np
import pytest
from PIL import Image

from hific_core.errors import UnreadableImage
from hific_core.pixels.picture import Picture, read_picture, write_picture

PIXELS = bytes(range(12)) * 4
PLAIN = {256: (4, 4), 257: (4, 4), 258: (3, 8), 259: (3, 1), 262: (3, 2), 277: (3, 3), 278: (4, 4), 279: (4, 48)}
PREVIEW = {254: (4, 1), 330: (4, 0)}
TOLD = r"x.*is a camera's raw file; develop it to TIFF or JPEG first\."


def tiff(more, order="<", big=False):
    """A TIFF file of 4 x 4 pixels whose only directory has `more` tags, too: number -> (type, value)."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    head += struct.pack(order + "HHQ", 8, 0, 16) if big else struct.pack(order + "I", 8)
    count, entry, last = ("Q", "HHQ", "Q") if big else ("H", "HHI", "I")
    width = struct.calcsize(last)
    tags = {**PLAIN, 273: (4, 0), **more}
    end = len(head) + struct.calcsize("<" + count) + len(tags) * (struct.calcsize("<" + entry) + width) + width
    body = struct.pack(order + count, len(tags))
    for tag, (kind, value) in sorted((tags | {273: (4, end)}).items()):
        packed = struct.pack(order + {1: "4s", 3: "H", 4: "I"}[kind], value)
        body += struct.pack(order + entry, tag, kind, 4 if kind == 1 else 1) + packed.ljust(width, b"\0")
    return head + body + bytes(width) + PIXELS


@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True)])
def test_a_preview_before_the_raw_is_not_taken_for_the_picture(tmp_path, order, big):
    path = tmp_path / "x.tif"
    path.write_bytes(tiff({}, order, big))
    assert read_picture(path).pixels.tobytes() == PIXELS, "else this tests nothing"
    for more in (PREVIEW, {50706: (1, b"\1\4\0\0")}):
        path.write_bytes(tiff(more, order, big))
        with pytest.raises(UnreadableImage, match=TOLD):
            read_picture(path)


def test_a_raw_that_pillow_cannot_read_is_not_called_damaged(tmp_path):
    (tmp_path / "x.dng").write_bytes(tiff({50706: (1, b"\1\4\0\0"), 262: (3, 32803)}))
    with pytest.raises(UnreadableImage, match=TOLD):
        read_picture(tmp_path / "x.dng")


@pytest.mark.parametrize("name", ["x.NEF", "x.cr2", "x.3fr"])
def test_a_name_decides_where_the_content_is_tiff(tmp_path, rgb, name):
    (tmp_path / name).write_bytes(tiff({}))
    with pytest.raises(UnreadableImage, match=TOLD):
        read_picture(tmp_path / name)
    Image.fromarray(rgb).save(tmp_path / name, "PNG")
    assert np.array_equal(read_picture(tmp_path / name).pixels, rgb)


@pytest.mark.parametrize(
    "beginning",
    [b"IIRO", b"IIU\0", b"FUJIFILMCCD-RAW 0201", b"II*\0\x10\0\0\0CR\2\0", b"\0\0\0\x18ftypcrx ", b"FOVb"],
)
def test_raws_with_a_beginning_of_their_own_are_known_by_it(tmp_path, beginning):
    (tmp_path / "x").write_bytes(beginning + bytes(200))
    with pytest.raises(UnreadableImage, match=TOLD):
        read_picture(tmp_path / "x")


@pytest.mark.parametrize("more", [{254: (4, 1)}, {254: (4, 0), 330: (4, 0)}, {330: (4, 0)}])
def test_tiff_with_some_of_the_marks_is_read(tmp_path, more):
    """A reduced picture alone; pyramids, whose first directory is the whole picture."""
    (tmp_path / "x.tif").write_bytes(tiff(more))
    assert read_picture(tmp_path / "x.tif").pixels.tobytes() == PIXELS


def test_a_thumbnail_behind_the_picture_does_no_harm(tmp_path, rgb):
    small = Image.fromarray(rgb[::4, ::4])
    small.encoderinfo = {"tiffinfo": {254: 1}}
    Image.fromarray(rgb).save(tmp_path / "x.tif", save_all=True, append_images=[small])
    assert np.array_equal(read_picture(tmp_path / "x.tif").pixels, rgb)


def test_a_cut_directory_is_damage(tmp_path):
    (tmp_path / "x.tif").write_bytes(tiff(PREVIEW)[:60])
    with pytest.raises(UnreadableImage, match="damaged"):
        read_picture(tmp_path / "x.tif")


def test_what_is_written_of_a_raws_exif_is_no_raw(tmp_path, rgb):
    exif = Image.Exif()
    exif[50706], exif[0x0110] = b"\1\4\0\0", "Camera"
    write_picture(tmp_path / "x.tif", Picture(rgb, exif=exif.tobytes()[6:]))
    with Image.open(tmp_path / "x.tif") as image:
        assert image.getexif()[0x0110] == "Camera"
    assert np.array_equal(read_picture(tmp_path / "x.tif").pixels, rgb)
