"""Colours that a file names by numbers (H.273, "CICP" or "nclx") instead of an ICC profile, and a profile for them.

AVIF, HEIC and PNG do. Sizes in a file are never trusted: what does not fit names no colours.
"""

import struct
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

_MOST_CHUNKS: Final = 1000  # of a PNG, before its pixels
_MOST_BOXES: Final = 100  # of an AVIF, before the box that describes it
_META_BYTES: Final = 2**20
_PQ, _HLG = 16, 18
_SRGB: Final = 1
_NAMES: Final = {_SRGB: "sRGB", 9: "BT.2020", 12: "Display P3"}
_PRIMARIES: Final = {
    _SRGB: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_GAMMAS: Final = {4: 2.2, 5: 2.8, 8: 1.0}
"""Curves that are far from that of sRGB; those of television are shown by it."""
_D65: Final = (0.3127, 0.3290)
_D50: Final = (0.9642, 1.0, 0.8249)
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


class Cicp(NamedTuple):
    """Numbers of H.273 for the primaries and the transfer characteristics."""

    primaries: int
    transfer: int


def named_colours(image: ImageFile.ImageFile, file: IO[bytes]) -> Cicp | None:
    """Return what an opened picture says; `file` comes back at its old position."""
    position = file.tell()
    try:
        match image.format:
            case "PNG":
                return _of_png(file)
            case "AVIF":
                return _of_avif(file)
            case "HEIF":
                nclx = image.info.get("nclx_profile") or {}
                return Cicp(int(nclx["color_primaries"]), int(nclx["transfer_characteristics"]))
    except (struct.error, KeyError, IndexError):  # cut, or not there
        pass
    finally:
        file.seek(position)
    return None


def colour_note(colours: Cicp | None) -> tuple[str, ...]:
    """Return the sentence for colours that no profile here can show."""
    if colours is None or colours.transfer not in (_PQ, _HLG):
        return ()
    return ("The picture is HDR (PQ or HLG); it is kept without tone mapping and looks flat.",)


def profile_of(colours: Cicp | None) -> bytes | None:
    """Return an ICC profile; None for what sRGB shows as it is, for HDR and for primaries not known here."""
    if colours is None or colours.primaries not in _PRIMARIES or colours.transfer in (_PQ, _HLG):
        return None
    gamma = _GAMMAS.get(colours.transfer)
    if colours.primaries == _SRGB and gamma is None:
        return None
    name = _NAMES[colours.primaries]
    return _profile(name if gamma is None else f"{name}, gamma {gamma}", _PRIMARIES[colours.primaries], gamma)


# --- where files say it ----------------------------------------------------------------------------------------------


def _of_png(file: IO[bytes]) -> Cicp | None:
    file.seek(8)
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack(">I4s", file.read(8))
        if kind == b"cICP" and length == 4:
            return Cicp(*struct.unpack(">BB", file.read(2)))
        if kind in (b"IDAT", b"IEND"):
            break
        file.seek(length + 4, 1)
    return None


def _of_avif(file: IO[bytes]) -> Cicp | None:
    """From the `colr` box of the primary item (ISO 23008-12, 9.3)."""
    parts = dict(_boxes(_meta_box(file)[4:]))
    primary = parts[b"pitm"]
    (item,) = struct.unpack_from(">I" if primary[0] else ">H", primary, 4)
    inside = list(_boxes(parts[b"iprp"]))
    properties = list(_boxes(dict(inside)[b"ipco"]))
    for number in (number for kind, body in inside if kind == b"ipma" for number in _associated(body, item)):
        if 0 < number <= len(properties):
            kind, body = properties[number - 1]
            if kind == b"colr" and body[:4] == b"nclx":
                return Cicp(*struct.unpack_from(">HH", body, 4))
    return None


def _meta_box(file: IO[bytes]) -> bytes:
    start, end = 0, file.seek(0, 2)
    for _ in range(_MOST_BOXES):
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        if kind == b"meta":
            return file.read(min(size - 8, _META_BYTES)) if size >= 8 else file.read(_META_BYTES)
        start += size
        if size < 8 or start >= end:
            break
    return b""


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The whole boxes that lie in `data`, each its type and content."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _associated(body: bytes, item: int) -> list[int]:
    """The numbers of an item's properties, from 1, in an `ipma` box."""
    wide_item, wide_number = body[0] > 0, body[3] & 1
    (count,) = struct.unpack_from(">I", body, 4)
    at = 8
    for _ in range(count):
        (found,) = struct.unpack_from(">I" if wide_item else ">H", body, at)
        at += 4 if wide_item else 2
        numbers = struct.unpack_from(f">{body[at]}{'H' if wide_number else 'B'}", body, at + 1)
        at += 1 + body[at] * (2 if wide_number else 1)
        if found == item:
            return [number & (0x7FFF if wide_number else 0x7F) for number in numbers]
    return []


# --- an ICC profile --------------------------------------------------------------------------------------------------


def _profile(name: str, primaries: tuple[tuple[float, float], ...], gamma: float | None) -> bytes:
    """A display profile of version 4 (ICC.1:2022, 8.4.3): white of D65; the curve of sRGB, or a power."""
    # D65 as seen under D50, which all profiles are written for
    responses = _BRADFORD @ _xyz(_D65)
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(_BRADFORD @ np.array(_D50) / responses) @ _BRADFORD
    columns = np.stack([_xyz(each) for each in primaries], axis=1)
    matrix = adapted @ columns * np.linalg.solve(columns, _xyz(_D65))
    srgb = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    curve = _fixed("para", *(srgb if gamma is None else (gamma,)), kind=0 if gamma else 3)
    tags = {
        "desc": _text(name),
        "cprt": _text("CC0"),
        "wtpt": _fixed("XYZ ", *_D50),
        "chad": _fixed("sf32", *adapted.flat),
        **{f"{letter}XYZ": _fixed("XYZ ", *matrix[:, band]) for band, letter in enumerate("rgb")},
        **dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve),
    }
    entries, body = b"", b""
    begin = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for tag, content in tags.items():
        if content not in places:
            places[content] = begin + len(body)
            body += content + bytes(-len(content) % 4)
        entries += struct.pack(">4sII", tag.encode(), places[content], len(content))
    head = struct.pack(">I4sI", begin + len(body), b"", 0x04400000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed("", *_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + body


def _xyz(chromaticity: tuple[float, float]) -> NDArray[np.float64]:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _fixed(signature: str, *values: float, kind: int | None = None) -> bytes:
    """Numbers of 16.16 bits as a tag's content, or bare without a signature; `kind` is that of a curve."""
    head = signature.encode() + bytes(4) if signature else b""
    if kind is not None:
        head += struct.pack(">HH", kind, 0)
    return head + struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(encoded), 28) + encoded
