import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

XMP = b'<x:xmpmeta><rdf:Description tiff:Orientation="%d" dc:rights="\xc3\xa9"/></x:xmpmeta>'


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def rgb(rng):
    """A smooth, asymmetric colour picture, uint8 (20, 31, 3)."""
    rows, columns = np.mgrid[0:20, 0:31]
    planes = np.stack([rows * 9 + 40, columns * 6 + 30, rows * 4 + columns * 3], axis=-1)
    return (planes + rng.integers(0, 9, planes.shape)).astype(np.uint8)


@pytest.fixture(scope="session")
def srgb_icc():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="session")
def grey_icc(srgb_icc):
    """A profile header that says GRAY; nothing here interprets its tags."""
    return srgb_icc[:16] + b"GRAY" + srgb_icc[20:]


def make_exif(orientation=1, thumbnail=b"", order="<", tail=b""):
    """Build an EXIF block with Make, Orientation, a maker note, GPS and, at the end, a preview."""

    def entry(tag, kind, count, value):
        return struct.pack(order + "HHI", tag, kind, count) + value

    def long(value):
        return struct.pack(order + "I", value)

    main_at, main_size = 8, 2 + 4 * 12 + 4
    exif_at = main_at + main_size
    note_at = exif_at + 2 + 12 + 4
    note = b"MAKERNOTE-" + bytes(range(20))
    gps_at = note_at + len(note)
    gps_values_at = gps_at + 2 + 2 * 12 + 4
    preview_at = gps_values_at + 24
    jpeg_at = preview_at + 2 + 2 * 12 + 4
    short = struct.pack(order + "HH", orientation, 0)
    block = (b"II*\0" if order == "<" else b"MM\0*") + long(main_at)
    block += struct.pack(order + "H", 4) + entry(0x010F, 2, 3, b"Me\0\0") + entry(0x0112, 3, 1, short)
    block += entry(0x8769, 4, 1, long(exif_at)) + entry(0x8825, 4, 1, long(gps_at))
    block += long(preview_at if thumbnail else 0)
    block += struct.pack(order + "H", 1) + entry(0x927C, 7, len(note), long(note_at)) + long(0) + note
    block += struct.pack(order + "H", 2) + entry(1, 2, 2, b"N\0\0\0") + entry(2, 5, 3, long(gps_values_at)) + long(0)
    block += struct.pack(order + "6I", 48, 1, 8, 1, 15, 1)
    if thumbnail:
        block += struct.pack(order + "H", 2) + entry(0x0201, 4, 1, long(jpeg_at))
        block += entry(0x0202, 4, 1, long(len(thumbnail))) + long(0) + thumbnail
    return block + tail


def tags_of(block):
    """Return what Pillow reads from an EXIF block: main tags, Exif and GPS directories."""
    exif = Image.Exif()
    exif.load(block)
    main = {tag: exif[tag] for tag in exif if tag not in (0x8769, 0x8825, 282, 283, 296)}
    return main, dict(exif.get_ifd(0x8769)), dict(exif.get_ifd(0x8825))


@pytest.fixture
def exif_tools():
    return make_exif, tags_of


@pytest.fixture
def xmp():
    return lambda orientation=1: XMP % orientation
