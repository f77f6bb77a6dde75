"""Camera raw files: Pillow takes the small preview in many of them for the picture, so they are refused."""

from pathlib import PurePath
from typing import IO, Final

from PIL import TiffImagePlugin

from hific_core.errors import UnreadableImage

_RAW_SUFFIXES: Final = frozenset(
    {".3fr", ".arw", ".cr2", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos"}
    | {".nef", ".nrw", ".orf", ".pef", ".rw2", ".rwl", ".sr2", ".srf", ".srw"}
)
_RAW_BEGINNINGS: Final = (
    *(b"IIRO", b"IIRS", b"MMOR"),  # Olympus
    b"IIU\0",  # Panasonic and Leica
    b"II\x1a\0\0\0HEAPCCDR",  # Canon CRW
    b"FUJIFILMCCD-RAW",
    b"FOVb",  # Sigma
    b"\0MRM",  # Minolta
)
_TIFF_BEGINNINGS: Final = tuple(TiffImagePlugin.PREFIXES)
_NEW_SUBFILE_TYPE, _SUB_DIRECTORIES, _DNG_VERSION = 254, 330, 50706
_REDUCED: Final = 1


def refuse_raw(file: IO[bytes], name: str, head: bytes) -> None:
    """Raise UnreadableImage for a camera's raw file; `head` are its first 16 bytes."""
    raw = head.startswith(_RAW_BEGINNINGS) or head[4:12] == b"ftypcrx "
    if not raw and head.startswith(_TIFF_BEGINNINGS):
        by_name = PurePath(name).suffix.lower() in _RAW_SUFFIXES
        raw = by_name or head[8:10] == b"CR" or _begins_with_preview(file, head)
    if raw:
        raise UnreadableImage(f"{name} is a camera's raw file; develop it to TIFF or JPEG first.")


def _begins_with_preview(file: IO[bytes], head: bytes) -> bool:
    """Whether a TIFF's first directory is a DNG's, or holds a reduced picture of one in a directory below it."""
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(head if head[2:3] == b"+" else head[:8])  # BigTIFF's is longer
        file.seek(tags.next)
        tags.load(file)
        if _DNG_VERSION in tags:
            return True
        return _SUB_DIRECTORIES in tags and bool(tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED)
    except Exception:  # Pillow's tag parser raises nearly everything on hostile files; its reader says so later
        return False
