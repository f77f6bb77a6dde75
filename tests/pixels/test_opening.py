import contextlib
import struct
import sys
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from hific_core.errors import TooLarge, UnreadableImage
from hific_core.pixels import opening
from hific_core.pixels.opening import quiet_pillow, raised_limit
from hific_core.pixels.picture import read_picture


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def claiming_png(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.gif", "a.avif", "a.jp2", "a.bmp"])
def test_truncated_files_are_unreadable_wherever_they_are_cut(tmp_path, rng, name):
    path = tmp_path / name
    Image.fromarray(rng.integers(0, 256, (60, 60, 3), np.uint8)).save(path)
    whole = path.read_bytes()
    for length in (3, 10, 30, len(whole) // 3, len(whole) * 2 // 3):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableImage, match=name):
            read_picture(path)


def test_flipped_bytes_raise_nothing_else(tmp_path, rng, rgb):
    for name in ("a.jpg", "a.png", "a.webp", "a.tif", "a.gif"):
        path = tmp_path / name
        Image.fromarray(rgb).save(path)
        whole = path.read_bytes()
        for _ in range(30):
            bent = bytearray(whole)
            for at in rng.integers(0, min(len(whole), 400), 3):
                bent[at] = rng.integers(0, 256)
            path.write_bytes(bent)
            try:
                read_picture(path, max_pixels=10**6)
            except (UnreadableImage, TooLarge):
                continue


@pytest.mark.parametrize(
    "content, told", [(b"", "empty"), (b"0123456789", "kind"), (b"Dear diary, today\n" * 50, "kind")]
)
def test_what_is_no_picture_is_told_apart(tmp_path, content, told):
    path = tmp_path / "notes.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match=rf"notes\.jpg.*{told}"):
        read_picture(path)


def test_missing_file_and_folder_have_their_own_sentences(tmp_path):
    with pytest.raises(UnreadableImage, match="does not exist"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(UnreadableImage, match="folder"):
        read_picture(tmp_path)


def test_no_permission(tmp_path, monkeypatch):
    def refuse(self, mode):
        raise PermissionError

    monkeypatch.setattr(opening.Path, "open", refuse)
    (tmp_path / "a.png").touch()
    with pytest.raises(UnreadableImage, match="permissions"):
        read_picture(tmp_path / "a.png")


def test_postscript_never_starts_a_program(tmp_path):
    (tmp_path / "a.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    with pytest.raises(UnreadableImage, match="kind"):
        read_picture(tmp_path / "a.eps")


def test_postscript_in_an_iptc_record_never_starts_a_program(tmp_path):
    """Pillow's plugin for these, asked about any file, opens what lies inside with all others."""

    def field(record, number, data):
        return bytes([0x1C, record, number]) + struct.pack(">H", len(data)) + data

    inside = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\nshowpage\n%%EOF\n"
    size = struct.pack(">H", 64)
    fields = ((3, 60, b"\1\0"), (3, 20, size), (3, 30, size), (3, 120, b"\5"), (8, 10, inside), (3, 1, b"x"))
    (tmp_path / "a.jpg").write_bytes(b"".join(field(*each) for each in fields))
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.format == "IPTC", "else this tests nothing"
    with pytest.raises(UnreadableImage, match="kind"):
        read_picture(tmp_path / "a.jpg")


def test_ten_gigapixels_are_refused_from_the_header(tmp_path):
    (tmp_path / "a.png").write_bytes(claiming_png(100_000, 100_000))
    with pytest.raises(TooLarge) as caught:
        read_picture(tmp_path / "a.png")
    assert (caught.value.pixels, caught.value.limit) == (10**10, 500_000_000)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp", "a.gif", "a.jpg"])
def test_the_limit_is_exact_and_pillows_own_does_not_matter(tmp_path, rgb, monkeypatch, name):
    Image.fromarray(rgb).save(tmp_path / name)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert read_picture(tmp_path / name, max_pixels=620).pixels.shape == (20, 31, 3)
    with pytest.raises(TooLarge) as caught:
        read_picture(tmp_path / name, max_pixels=619)
    assert caught.value.pixels == 620
    assert Image.MAX_IMAGE_PIXELS == 100


def test_concurrent_reads_leave_pillow_as_it_was(tmp_path, rgb, monkeypatch):
    paths = []
    for name in ("a.png", "a.tif", "a.webp", "a.jpg"):
        Image.fromarray(rgb).save(tmp_path / name)
        paths += [tmp_path / name] * 10
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    filters = list(warnings.filters)
    with ThreadPoolExecutor(6) as pool:
        pictures = list(pool.map(read_picture, paths))
    assert all(picture.pixels.shape == (20, 31, 3) for picture in pictures)
    assert Image.MAX_IMAGE_PIXELS == 100
    assert list(warnings.filters) == filters


def test_ordinary_reads_never_touch_the_guard(tmp_path, rgb, monkeypatch):
    Image.fromarray(rgb).save(tmp_path / "a.png")
    monkeypatch.setattr("hific_core.pixels.picture.raised_limit", None)
    read_picture(tmp_path / "a.png")


def test_overlapping_readers_restore_the_limit_last(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    inside, leave = threading.Event(), threading.Event()

    def first():
        with raised_limit(1000):
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(5)
    with raised_limit(2000):
        leave.set()
        thread.join()
        assert Image.MAX_IMAGE_PIXELS == 2000
    assert Image.MAX_IMAGE_PIXELS == 100


def test_warnings_of_pillow_are_dropped_and_others_pass():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet_pillow(), quiet_pillow():
            warnings.warn_explicit("bomb", UserWarning, "Image.py", 1, module="PIL.Image")
            with pytest.raises(UserWarning):
                warnings.warn("mine", stacklevel=1)
        with pytest.raises(UserWarning):
            warnings.warn_explicit("bomb", UserWarning, "Image.py", 1, module="PIL.Image")


def test_metadata_that_pillow_warns_of_says_nothing_on_stderr(tmp_path, rgb, capfd, exif_tools):
    block = exif_tools[0]()
    Image.fromarray(rgb).save(tmp_path / "a.tif", tiffinfo={270: "a description, long enough to be elsewhere"})
    whole = (tmp_path / "a.tif").read_bytes()
    at = whole.index(struct.pack("<HH", 270, 2)) + 8
    (tmp_path / "a.tif").write_bytes(whole[:at] + struct.pack("<I", 2**31) + whole[at + 4 :])
    Image.fromarray(rgb).save(tmp_path / "a.jpg", exif=b"Exif\0\0" + block[: len(block) // 2])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in ("a.tif", "a.jpg"):
            with contextlib.suppress(UnreadableImage):
                read_picture(tmp_path / name)
    sys.stderr.flush()
    assert caught == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "bad",
    [
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(3 * 2**20))),
        chunk(b"iCCP", b"x\0\7junk"),
        chunk(b"gAMA", b"\1"),
        chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(3 * 2**20))),
    ],
)
def test_a_png_whose_metadata_pillow_refuses_is_read_without(tmp_path, rgb, bad):
    path = tmp_path / "a.png"
    Image.fromarray(rgb).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:33] + bad + whole[33:])
    picture = read_picture(path)
    assert np.array_equal(picture.pixels, rgb)
