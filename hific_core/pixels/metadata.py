"""EXIF, XMP and ICC of an opened picture: taken as bytes, checked, and never a reason to fail."""

import re
from typing import Any, Final, NamedTuple

from PIL import Image, ImageFile, TiffImagePlugin

from hific_core.pixels.exif import clean_exif, exif_of_tiff, without_prefix

MAX_METADATA_BYTES: Final = 16 * 2**20

_XMP_ORIENTATION: Final = re.compile(rb"(tiff:Orientation(?:\s*=\s*[\"']|>)\s*)([0-9])")
_GAIN_MAP_MARKS: Final = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496", b"HDRGainMap")
_IPTC_BLOCK: Final = 0x0404
_TURNED_BY_BOXES: Final = ("AVIF", "HEIF")
"""Formats that only boxes of their own turn (ISO 23000-22), which Pillow gives as EXIF and pi_heif applies."""
_SIGNATURE: Final = re.compile(
    rb"\s*($|created by openjpeg|created with (the )?gimp|creator: gd-jpeg|file written by adobe|lavc\d)", re.IGNORECASE
)
"""How a comment begins that is a program's name, which some leave in all that they write."""
_UNTOLD_TEXTS: Final = frozenset({"XML:com.adobe.xmp", "Raw profile type exif", "Software", "Creation Time"})
"""Texts of PNG that are kept elsewhere, or that nobody wrote."""


class Metadata(NamedTuple):
    """What travels beside the pixels; `exif` is a TIFF block without the "Exif\\0\\0" of JPEG."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None


class Collected(NamedTuple):
    """Metadata as read, the orientation (1 to 8) that the pixels still need, and notes for the user."""

    metadata: Metadata
    orientation: int
    notes: tuple[str, ...]


def collect(image: ImageFile.ImageFile, early: dict[Any, Any], tiff_exif: bytes | None) -> Collected:
    """Take the metadata of a loaded picture.

    `early` is its `info` from before loading: Pillow's TIFF plugin turns the pixels itself and edits the XMP
    then, while PNG finds chunks behind the pixels only on loading.
    """
    notes: list[str] = []
    is_tiff = isinstance(image, TiffImagePlugin.TiffImageFile)
    info = {**image.info, **early} if is_tiff else image.info
    block = tiff_exif if is_tiff else _exif_bytes(info)
    exif, orientation = _checked_exif(_within_limit(block, "EXIF", notes), notes)
    xmp, xmp_orientation = _reset_xmp(_within_limit(_xmp_bytes(info), "XMP", notes))
    icc = _within_limit(_as_bytes(info.get("icc_profile")), "ICC", notes)
    notes += _unkept(image, info, xmp)
    if image.format in _TURNED_BY_BOXES:
        xmp_orientation = None
    turn = 1 if is_tiff else orientation or xmp_orientation or 1
    return Collected(Metadata(icc, exif, xmp), turn, tuple(notes))


def early_tiff_exif(image: ImageFile.ImageFile) -> bytes | None:
    """Return the EXIF block of a TIFF file not loaded yet, b"" when unreadable; None for other formats."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    try:
        return exif_of_tiff(image)
    except Exception:  # Pillow's tag parser raises nearly everything on hostile files
        return b""


def fitting_icc(icc: bytes | None, stored_grey: bool) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile if it is one for RGB, or for grey when the file stores one channel; else None and a note."""
    if icc is None:
        return None, ()
    space = colour_space(icc)
    if space == ("GRAY" if stored_grey else "RGB"):
        return icc, ()
    if space is None:
        return None, ("The colour profile is damaged and was dropped; colours are taken as sRGB.",)
    if stored_grey:
        return None, (f"The colour profile is one for {space} and was dropped: it does not fit a grey picture.",)
    return None, (f"The colour profile is one for {space} and was dropped: it does not fit a colour picture.",)


def is_one_channel(grey: bool, icc: bytes | None) -> bool:
    """Whether a picture is written as one channel: a grey one is not where its profile is one for RGB."""
    return grey and (icc is None or colour_space(icc) != "RGB")


def colour_space(icc: bytes) -> str | None:
    """Return the colour space that an ICC profile describes, such as "RGB"; None when it is no profile."""
    if len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    return icc[16:20].decode("ascii", "replace").strip()


def _exif_bytes(info: dict[Any, Any]) -> bytes | None:
    """Return the block from where JPEG, WebP, AVIF, HEIC, PNG or old ImageMagick PNGs have it."""
    if info.get("exif"):
        return _as_bytes(info["exif"])
    if raw := info.get("Raw profile type exif"):
        try:
            return bytes.fromhex("".join(str(raw).split("\n")[3:]))
        except ValueError:
            return b""
    return None


def _checked_exif(block: bytes | None, notes: list[str]) -> tuple[bytes | None, int | None]:
    if block is None:
        return None, None
    try:
        return clean_exif(without_prefix(block))
    except ValueError:
        notes.append("The EXIF data is damaged and was dropped.")
        return None, None


def _as_bytes(value: object) -> bytes | None:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return bytes(value) if isinstance(value, bytes | bytearray) and value else None


def _xmp_bytes(info: dict[Any, Any]) -> bytes | None:
    return _as_bytes(info.get("xmp") or info.get("XML:com.adobe.xmp"))


def _within_limit(block: bytes | None, name: str, notes: list[str]) -> bytes | None:
    if block is None or len(block) <= MAX_METADATA_BYTES:
        return block
    notes.append(f"The {name} data is larger than {MAX_METADATA_BYTES // 2**20} MiB and was dropped.")
    return None


def _reset_xmp(xmp: bytes | None) -> tuple[bytes | None, int | None]:
    """Return the packet with every tiff:Orientation set to 1, and the first value there was (1 to 8)."""
    if xmp is None:
        return None, None
    found = _XMP_ORIENTATION.search(xmp)
    if found is None:
        return xmp, None
    value = int(found[2])
    return _XMP_ORIENTATION.sub(rb"\g<1>1", xmp), value if 1 <= value <= 8 else 1


def _unkept(image: Image.Image, info: dict[Any, Any], xmp: bytes | None) -> list[str]:
    """Say what travels with the picture and has no place here."""
    segments = [content for _, content in getattr(image, "applist", [])] + [xmp or b""]
    auxiliary = info.get("aux") or {}
    notes = []
    marked = any(mark in segment for segment in segments for mark in _GAIN_MAP_MARKS)
    if marked or any("gainmap" in str(key).lower() for key in auxiliary):
        notes.append("The HDR gain map is not kept; the picture is its standard rendition.")
    if xmp and b"HasExtendedXMP" in xmp:
        notes.append("The extended part of the XMP data is not kept.")
    photoshop = info.get("photoshop")
    if isinstance(photoshop, dict) and _IPTC_BLOCK in photoshop:
        notes.append("IPTC captions are not kept, except those that are also in the XMP data.")
    if _has_comment(image, info):
        notes.append("Comments and other texts in the file are not kept.")
    return notes


def _has_comment(image: Image.Image, info: dict[Any, Any]) -> bool:
    comment = info.get("comment")  # of JPEG, GIF and JPEG 2000
    if isinstance(comment, str):
        comment = comment.encode("utf-8", "surrogateescape")
    if isinstance(comment, bytes) and not _SIGNATURE.match(comment):
        return True
    texts = getattr(image, "text", {}) if image.format == "PNG" else {}
    return any(not (name in _UNTOLD_TEXTS or name.startswith("date:")) for name in texts)
