"""Hostile .hfc files, of this program and of the original, up to their streams."""

import io
import struct
import zlib
from binascii import crc_hqx
from pathlib import Path
from typing import cast

from PIL import Image

import hific_core.pillow_plugin  # noqa: F401
from hific_core.container import hfc_file, original_file
from hific_core.container.dictionary import dictionary
from hific_core.container.header import MAX_PIXELS, Method, Reader, read_header, unpack_head
from tests.conftest import GOLDEN, GOLDEN_MIXTURE
from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Case, Target
from tests.original_files import pack

CORPUS = tuple(path.read_bytes() for folder in (GOLDEN, GOLDEN_MIXTURE) for path in sorted(folder.glob("*.hfc")))
ORIGINALS = tuple(
    pack((70, 130), (6, 2, 3), 5, (bytes(range(48)), bytes(range(100, 140))), vectorised)
    for vectorised in (True, False)
)
_TAGS = (b"EXIF", b"ICCP", b"XMP_", b"ALPH", b"PREV", b"NEW9", b"exif", b"A\0\0\0", b"\xff\xfe__")


class Parts:
    """A file taken apart: its head without the checksum, and what follows."""

    def __init__(self, data: bytes) -> None:
        reader = Reader(io.BytesIO(data), len(data))
        self.head = unpack_head(reader, MAX_PIXELS)
        end = len(data) - reader.remaining
        self.front, self.payload = data[: end - 4], data[end:]
        lengths = [entry.length for entry in (*self.head.chunks, *self.head.index)]
        starts = [sum(lengths[:number]) for number in range(len(lengths))]
        bodies = [self.payload[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        self.chunks, self.streams = bodies[: len(self.head.chunks)], bodies[len(self.head.chunks) :]


PARTS = tuple(map(Parts, CORPUS))


def _look(mutator: Mutator, data: bytes) -> None:
    """One of the ways in which a file is read."""
    way = mutator.below(10)
    if way < 6:
        found = hfc_file.parse(data)
        if way == 0:
            assert hfc_file.parse(found.pack()) == found
    elif way < 8:
        hfc_file.parse(data, salvage=True)
    elif way == 8:
        hfc_file.read_front(io.BytesIO(data))
    else:
        read_header(data[: mutator.below(len(data) + 1)] if mutator.chance(0.5) else data[:27])


def raw(folder: Path) -> Case:
    """Golden files with any bytes changed; the checksums refuse most."""

    def case(mutator: Mutator) -> None:
        _look(mutator, mutator.damaged(mutator.of(CORPUS), mutator.of(CORPUS)))

    return case


def repaired(folder: Path) -> Case:
    """The head changed and its checksum put right, or a file built of odd numbers with right checksums."""

    def case(mutator: Mutator) -> None:
        if mutator.chance(0.3):
            parts = mutator.of(PARTS)
            front = mutator.damaged(parts.front, mutator.of(PARTS).front, first=4)
            _look(mutator, front + struct.pack("<I", zlib.crc32(front)) + parts.payload)
        else:
            _look(mutator, built(mutator, mutator.of(PARTS)))

    return case


def built(mutator: Mutator, parts: Parts, streams_alone: bool = False) -> bytes:
    """A file of damaged chunks and streams, or only the latter, whose checksums are all right."""
    streams = [mutator.damaged(each) if mutator.chance(1.5 / len(parts.streams)) else each for each in parts.streams]
    chunks = [] if streams_alone else _chunks(mutator, parts)
    header = parts.head.header
    sides = [header.width, header.height]
    numbers = [header.quality, header.realism]
    if not streams_alone:
        sides = [mutator.number(side, 2**32) if mutator.chance(0.15) else side for side in sides]
        if mutator.chance(0.1):
            rows, columns = (-(-side // 512) for side in reversed(sides))
            streams = [*streams, *[b""] * min(1 + rows * columns - len(streams), 50)][: 1 + rows * columns]
    if mutator.chance(0.2):
        numbers = [mutator.number(header.quality, 1000), mutator.number(header.realism, 255)]
    flags = bool(chunks) | header.grey << 1
    front = parts.front[:4] + bytes([1, mutator.number(flags, 255) if mutator.chance(0.03) else flags])
    front += header.entropy_fingerprint + header.generator_fingerprint
    front += b"".join(map(_varint, sides)) + struct.pack("<HB", numbers[0] & 0xFFFF, numbers[1] & 0xFF)
    if chunks:
        front += _varint(mutator.number(len(chunks), 2**36) if mutator.chance(0.03) else len(chunks))
        for tag, method, stored in chunks:
            front += tag + bytes([method]) + _varint(len(stored)) + struct.pack("<I", zlib.crc32(stored))
    for stream in streams:
        length = mutator.number(len(stream), 2**36) if mutator.chance(0.02) else len(stream)
        front += _varint(length) + struct.pack("<H", crc_hqx(stream, 0xFFFF))
    head = front + struct.pack("<I", zlib.crc32(front))
    return head + b"".join(stored for _, _, stored in chunks) + b"".join(streams)


def _chunks(mutator: Mutator, parts: Parts) -> list[tuple[bytes, int, bytes]]:
    """Tag, method and stored bytes of each."""
    chunks = [
        (entry.tag.encode(), int(entry.method), stored)
        for entry, stored in zip(parts.head.chunks, parts.chunks, strict=True)
    ]
    for _ in range(mutator.below(3) * mutator.below(2)):
        plain = mutator.noise(40) * (1 + mutator.below(30))
        method = mutator.below(3)
        stored = plain
        if method:
            deflator = zlib.compressobj(zdict=dictionary()) if method == Method.DICTIONARY else zlib.compressobj()
            stored = deflator.compress(plain) + deflator.flush()
        chunks.append((mutator.of(_TAGS[: 6 + 3 * mutator.below(2)]), method, stored))
    return [
        (tag, mutator.number(method, 255) if mutator.chance(0.03) else method, _bent(mutator, stored))
        for tag, method, stored in chunks
    ]


def _bent(mutator: Mutator, stored: bytes) -> bytes:
    return mutator.damaged(stored) if mutator.chance(0.3) else stored


def _varint(value: int) -> bytes:
    """However large."""
    packed = bytearray()
    while value >= 0x80:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*packed, value])


def original_container(folder: Path) -> Case:
    """Files of the original with any bytes changed, or of shapes and streams that do not go together."""

    def case(mutator: Mutator) -> None:
        data = mutator.of(ORIGINALS)
        kind = mutator.below(10)
        if kind < 3:
            data = mutator.damaged(data, mutator.of(CORPUS))
        elif kind < 6:
            data = mutator.damaged(data, first=26)
        else:
            data = _odd_original(mutator)
        found = original_file.parse(data)
        assert len(found.hyperlatents) + len(found.latents) < len(data)
        assert min(found.latent_shape) > 0

    return case


def _odd_original(mutator: Mutator) -> bytes:
    height, width = (65 + mutator.below(300) for _ in range(2))
    if mutator.chance(0.1):
        height = mutator.number(height, 65535)
    rows, columns = ((-(-side // 16) + 3) // 4 for side in (height, width))
    channels, others = mutator.below(9), mutator.below(9)
    if mutator.chance(0.1):
        rows, columns, channels = (mutator.number(each, 65535) for each in (rows, columns, channels))
    sizes = [mutator.number(8 * max(count, 1) + 4 * mutator.below(8), 400) for count in (channels, others)]
    streams = mutator.random.randbytes(sizes[0]), mutator.random.randbytes(sizes[1])
    within = (number & 0xFFFF for number in (channels, rows, columns))
    batch = mutator.number(1, 65535) if mutator.chance(0.05) else 1
    if 4 * max(rows, columns) > 0xFFFF:
        rows = columns = 1
        within = (number & 0xFFFF for number in (channels, rows, columns))
    return pack((height & 0xFFFF, width), tuple(within), others, streams, mutator.chance(0.6), batch & 0xFFFF)


def pillow(folder: Path) -> Case:
    """What Pillow's users see of such a file, short of its pixels."""
    Image.init()

    def case(mutator: Mutator) -> None:
        parts = mutator.of(PARTS)
        data = built(mutator, parts) if mutator.chance(0.8) else mutator.damaged(mutator.of(CORPUS))
        with Image.open(io.BytesIO(data), formats=["HFC"]) as image:
            if mutator.chance(0.3):
                image.verify()

    return case


TARGETS = (
    Target("container", 200_000, raw, 0.6, frozenset({"_check_magic"})),
    Target(
        "container, checksums right",
        250_000,
        repaired,
        0.5,
        frozenset({"_check_magic", "_unpack_header", "varint", "_check_room", "take", "_unpack_tables"}),
    ),
    Target("container of the original", 120_000, original_container, 0.5, frozenset({"parse"})),
    Target(
        "Pillow plugin",
        15_000,
        pillow,
        0.5,
        frozenset({"open"}),
        cast(tuple[type[Exception], ...], (OSError, Image.DecompressionBombError)),
    ),
)
