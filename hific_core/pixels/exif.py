"""EXIF as bytes: orientation read and reset, preview dropped, and not one other byte moved.

An EXIF block is a small TIFF file (TIFF 6.0, section 2; EXIF 3.0, section 4.5). Maker notes may hold
offsets from its beginning, so what stays must stay where it is: the block is patched in place, never rebuilt.
"""

import struct
from bisect import bisect_left
from typing import Final, NamedTuple

from PIL import Image, TiffImagePlugin

ORIENTATION: Final = 0x0112
EXIF_DIRECTORY: Final = 0x8769
GPS_DIRECTORY: Final = 0x8825
INTEROP_DIRECTORY: Final = 0xA005

_TYPE_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST_ENTRIES: Final = 1000  # cameras write fewer than 100; this and the next keep hostile blocks cheap
_MOST_DIRECTORIES: Final = 16
_DATA_POINTERS: Final = {0x0201: 0x0202, 0x0111: 0x0117}  # where a preview lies: tag of its length

STRUCTURE_TAGS: Final = frozenset(
    {
        254,
        255,
        *range(256, 260),
        *range(262, 267),
        273,
        277,
        278,
        279,
        280,
        281,
        284,
        288,
        289,
        *range(290, 294),
    }
    | {
        297,
        301,
        317,
        *range(318, 326),
        330,
        *range(332, 348),
        *range(512, 533),
        559,
        700,
        34377,
        34675,
        37724,
        50706,
        50707,
    }
)
"""Tags of a TIFF file that describe how its pixels are stored, or that travel elsewhere (XMP, ICC).

The last two say that a file is a DNG, which no file of ours is."""


class _Entry(NamedTuple):
    """One directory entry: 12 bytes at `at`, its `size` bytes of value at `value_at`."""

    tag: int
    kind: int
    at: int
    value_at: int
    size: int


class _Directory(NamedTuple):
    """One directory; `next_at` is where the offset of the next one is stored, 0 if the block ends before."""

    start: int
    end: int
    entries: tuple[_Entry, ...]
    next_at: int

    def extents(self) -> list[tuple[int, int]]:
        """Return the [start, end) ranges that the directory and its values take."""
        return [
            (self.start, self.end),
            *((e.value_at, e.value_at + e.size) for e in self.entries if e.size > 4),
        ]


class ExifBlock:
    """A block being patched; raises ValueError when its header or its first directory cannot be read."""

    def __init__(self, block: bytes) -> None:
        order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
        if order is None or len(block) < 14:
            raise ValueError("not an EXIF block")
        self.data = bytearray(block)
        self.order = order
        self.main = self._directory(self._long(4))

    def _long(self, at: int) -> int:
        return int(struct.unpack_from(self.order + "I", self.data, at)[0])

    def _directory(self, start: int) -> _Directory:
        """Read the directory at `start`; raises ValueError when it does not lie inside the block."""
        if not 8 <= start <= len(self.data) - 2:
            raise ValueError("directory outside the EXIF block")
        (count,) = struct.unpack_from(self.order + "H", self.data, start)
        end = start + 2 + 12 * count
        if end > len(self.data) or count > _MOST_ENTRIES:
            raise ValueError("directory cut off or absurdly long")
        entries = tuple(self._entry(start + 2 + 12 * index) for index in range(count))
        if end + 4 > len(self.data):
            return _Directory(start, end, entries, 0)
        return _Directory(start, end + 4, entries, end)

    def _entry(self, at: int) -> _Entry:
        tag, kind, count = struct.unpack_from(self.order + "HHI", self.data, at)
        size = _TYPE_SIZES.get(kind, 1) * count
        return _Entry(tag, kind, at, at + 8 if size <= 4 else self._long(at + 8), size)

    def take_orientation(self) -> int | None:
        """Set the orientation to 1; return what it was, 1 for none of 1 to 8, None without such a tag."""
        found: int | None = None
        for entry in self.main.entries:
            layout = {1: "B", 3: "H", 4: "I"}.get(entry.kind)
            if entry.tag == ORIENTATION and layout and entry.size == _TYPE_SIZES[entry.kind]:
                (value,) = struct.unpack_from(self.order + layout, self.data, entry.value_at)
                struct.pack_into(self.order + layout, self.data, entry.value_at, 1)
                found = value if 1 <= value <= 8 else 1
        return found

    def drop_preview(self) -> None:
        """Unlink every directory after the first, blank the preview, and cut it off where it lies last."""
        if not self.main.next_at or not self._long(self.main.next_at):
            return
        try:
            preview = self._directory(self._long(self.main.next_at))
        except ValueError:
            preview = None
        struct.pack_into("4x", self.data, self.main.next_at)
        if preview is None:
            return
        kept = _merged(self._kept_extents())
        firsts, lasts = [first for first, _ in kept], [last for _, last in kept]

        def free(start: int, end: int) -> bool:
            before = bisect_left(firsts, end)
            return 8 <= start < end <= len(self.data) and (before == 0 or lasts[before - 1] <= start)

        for start, end in _merged([each for each in preview.extents() + self._preview_data(preview) if free(*each)]):
            self.data[start:end] = bytes(end - start)
        del self.data[max(lasts[-1], len(self.data.rstrip(b"\0"))) :]

    def _preview_data(self, preview: _Directory) -> list[tuple[int, int]]:
        values = {e.tag: self._long(e.value_at) for e in preview.entries if e.kind == 4 and e.size == 4}
        pairs = [(values.get(start, 0), values.get(length, 0)) for start, length in _DATA_POINTERS.items()]
        return [(start, start + length) for start, length in pairs if start and length]

    def _kept_extents(self) -> list[tuple[int, int]]:
        """Return what the first directory and those that it points to take, clipped to the block."""
        extents, waiting, seen = [(0, 8)], [self.main], {self.main.start}
        while waiting:
            directory = waiting.pop()
            extents += directory.extents()
            for entry in directory.entries:
                if entry.tag in (EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY) and entry.size == 4:
                    start = self._long(entry.value_at)
                    if start not in seen and len(seen) < _MOST_DIRECTORIES:
                        seen.add(start)
                        try:
                            waiting.append(self._directory(start))
                        except ValueError:
                            continue
        return [(start, min(end, len(self.data))) for start, end in extents if start < len(self.data)]


def _merged(extents: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same bytes as extents in order, none of which meets another: hostile ones may all claim the whole block."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(extents):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def clean_exif(block: bytes) -> tuple[bytes, int | None]:
    """Return the block with orientation 1 and no preview, and the orientation it had; raises ValueError."""
    patched = ExifBlock(block)
    orientation = patched.take_orientation()
    patched.drop_preview()
    return bytes(patched.data), orientation


def without_prefix(block: bytes) -> bytes:
    """Return the block without the "Exif\\0\\0" that JPEG, and by mistake others, put before it."""
    start = 0
    while block.startswith(b"Exif\0\0", start):
        start += 6
    return block[start:]


def describing_tags(exif: Image.Exif) -> Image.Exif:
    """Return a copy without the tags that say how a TIFF file stores its pixels."""
    described = Image.Exif()
    described.endian = exif.endian
    for tag in exif:
        if tag not in STRUCTURE_TAGS | {EXIF_DIRECTORY, GPS_DIRECTORY}:
            described[tag] = exif[tag]
    for pointer in (EXIF_DIRECTORY, GPS_DIRECTORY):
        if entries := dict(exif.get_ifd(pointer)):
            if INTEROP_DIRECTORY in entries:
                entries[INTEROP_DIRECTORY] = dict(exif.get_ifd(INTEROP_DIRECTORY))
            described.get_ifd(pointer).update(entries)
            described[pointer] = entries  # the TIFF writer goes by the keys, Exif.tobytes by the directories
    return described


def exif_of_tiff(image: TiffImagePlugin.TiffImageFile) -> bytes | None:
    """Gather the describing tags of a TIFF file, which has no EXIF block, into one; None without any."""
    described = describing_tags(image.getexif())
    block = without_prefix(described.tobytes())
    (count,) = struct.unpack_from((described.endian or ">") + "H", block, 8)
    return block if count else None
