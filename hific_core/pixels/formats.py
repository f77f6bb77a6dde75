"""Which file names are taken for pictures, which can be written, and how HEIC reaches Pillow."""

from pathlib import Path
from types import ModuleType
from typing import Final

from hific_core.errors import UnreadableImage

HEIC_SUFFIXES: Final = frozenset({".heic", ".heics", ".heif", ".heifs", ".hif"})

READABLE_SUFFIXES: Final = HEIC_SUFFIXES | frozenset(
    {
        ".apng",
        ".avif",
        ".avifs",
        ".blp",
        ".bmp",
        ".bw",
        ".cur",
        ".dcx",
        ".dds",
        ".dib",
        ".fit",
        ".fits",
        ".gif",
    }
    | {
        ".icb",
        ".icns",
        ".ico",
        ".j2c",
        ".j2k",
        ".jfif",
        ".jp2",
        ".jpc",
        ".jpe",
        ".jpeg",
        ".jpf",
        ".jpg",
        ".jpx",
    }
    | {
        ".pbm",
        ".pcd",
        ".pcx",
        ".pfm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".psd",
        ".qoi",
        ".ras",
        ".rgb",
        ".rgba",
    }
    | {".sgi", ".tga", ".tif", ".tiff", ".vda", ".vst", ".webp", ".xbm", ".xpm"}
)

WRITABLE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".ppm")

REFUSED_FORMATS: Final = frozenset({"EPS", "IPTC", "WMF", "BUFR", "GRIB", "HDF5", "MPEG", "HFC"})
"""Pillow formats that are no pixels, that start another program (EPS runs Ghostscript; IPTC opens any format inside
it, EPS too), or our own.

A reader of pictures must not turn on whether somebody has loaded `hific_core.pillow_plugin`."""

_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)


def is_readable(path: Path) -> bool:
    """Whether the name ends like a picture; what decides when reading is the content, never the name."""
    return path.suffix.lower() in READABLE_SUFFIXES


def looks_like_heic(head: bytes) -> bool:
    """Whether a file that begins with `head` (12 bytes or more) is a HEIF container."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def heic_reader(name: str) -> ModuleType:
    """Return the optional module pi_heif, or raise UnreadableImage that says how to install it."""
    try:
        import pi_heif
    except ImportError as error:
        raise UnreadableImage(
            f"{name} is a HEIC picture, and reading those needs an extra package; run `pip install pi-heif`."
        ) from error
    module: ModuleType = pi_heif
    return module
