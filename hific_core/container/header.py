r"""The head of a .hfc file, byte by byte, and its packing and unpacking.

A number of size "v" is an unsigned LEB128 varint (seven bits a byte, low bits first, the top bit of a
byte set where another follows) in its shortest form and at most 5 bytes long; every other number is
little-endian.

 size  field
    4  magic, 89 48 46 43 ("\x89HFC")
    1  version, 1
    1  flags: bit 0, chunks follow; bit 1, the picture is grey; the other bits are 0
    4  fingerprint of the entropy model: what must be equal to read the symbols
    4  fingerprint of the generator that the file was made for
    v  width in pixels, 1 to 2**31 - 1
    v  height in pixels, 1 to 2**31 - 1
    2  quality, 0 to 1000
    1  default realism, 0 to 255, where 255 means 1.0

       the directory of chunks, only with bit 0 of the flags:
    v  number of chunks, 1 to 127; then for each
         4  tag, ASCII of A-Z, 0-9 and underscore, no two the same
         1  method, 0 stored, 1 deflated (zlib format) or 2 deflated with the preset dictionary of dictionary.py
         v  length of the stored bytes
         4  CRC-32 of the stored bytes

       the index: an entry for the stream of hyperlatents, then one for each partition of the latents,
       which are ceil(height / 512) rows of ceil(width / 512), row by row; for each entry
         v  length of the stream
         2  CRC-16 of the stream (polynomial 1021, initially FFFF)
       Each stream carries a checksum of its symbols inside, which the entropy room defines and checks.

    4  CRC-32 of everything before it: the end of the head

       the payload: the stored bytes of the chunks, the stream of hyperlatents and those of the
       partitions, in the order of directory and index, with nothing between; there the file ends.

The chunks known today: EXIF, ICCP and XMP_ are the metadata blocks of those names, ALPH is the lossless
alpha channel. PREV, which a reader needs for nothing, is a preview as WebP in sRGB, at most 256 pixels long; writers
add it to files of at least 100,000 bytes, and with its entry of the directory it is at most 2 % of the file. Readers
pass over tags that they do not know. All deflated chunks of a file together inflate to at most 64 MiB; what would be
more is stored.

No file has more than 65,536 partitions: 17 gigapixels, unless the picture is a strip. No file may claim more
than 65,536 pixels per byte of it: a partition of 262,144 pixels counts as at least 4 bytes, 3 in the index and
1 in its stream. A reader refuses more before it does anything in proportion to the claim.
"""

import contextlib
import io
import re
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, NamedTuple

from hific_core.errors import (
    CorruptFile,
    NotHfc,
    TooLarge,
    TruncatedFile,
    UnsupportedVersion,
)

MAGIC = b"\x89HFC"
VERSION = 1
PARTITION_SIDE = 512  # pixels
MAX_PIXELS = 500_000_000  # what a reader accepts unless told otherwise
MAX_SIDE = 2**31 - 1
MAX_QUALITY = 1000
MAX_CHUNKS = 127
MAX_PARTITIONS = 2**16
"""More would cost readers of the head alone seconds and hundreds of megabytes."""
MAX_VARINT = 2**35 - 1

_HAS_CHUNKS = 1
_GREY = 2
_PARTITION_LEAST = 4  # bytes: an index entry and a stream that is not empty
_TAG = re.compile("[A-Z0-9_]{4}")


@dataclass(frozen=True, slots=True)
class Header:
    """What a .hfc file says about its picture; ValueError for values that the format cannot hold."""

    width: int
    height: int
    quality: int  # 0 to 1000
    realism: int  # 0 to 255, meaning realism / 255
    entropy_fingerprint: bytes  # 4 bytes
    generator_fingerprint: bytes  # 4 bytes
    grey: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.width <= MAX_SIDE and 1 <= self.height <= MAX_SIDE):
            raise ValueError(f"{self.width} x {self.height} pixels")
        if not 0 <= self.quality <= MAX_QUALITY:
            raise ValueError(f"quality {self.quality}")
        if not 0 <= self.realism <= 255:
            raise ValueError(f"realism {self.realism}")
        if len(self.entropy_fingerprint) != 4 or len(self.generator_fingerprint) != 4:
            raise ValueError("a fingerprint has 4 bytes")

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def partition_grid(self) -> tuple[int, int]:
        """Rows and columns of partitions."""
        return -(-self.height // PARTITION_SIDE), -(-self.width // PARTITION_SIDE)


class Method(IntEnum):
    """How a chunk's bytes are stored."""

    STORED = 0
    DEFLATED = 1
    DICTIONARY = 2


class ChunkEntry(NamedTuple):
    """One entry of the directory of chunks; length and CRC-32 are those of the stored bytes."""

    tag: str
    method: Method
    length: int
    crc: int

    def pack(self) -> bytes:
        """The entry as bytes; ValueError for a tag that the format does not allow."""
        if not _TAG.fullmatch(self.tag):
            raise ValueError(f"chunk tag {self.tag!r}")
        return self.tag.encode() + bytes([self.method]) + pack_varint(self.length) + _uint32(self.crc)


class IndexEntry(NamedTuple):
    """One entry of the index: length and CRC-16 of a stream."""

    length: int
    crc: int

    def pack(self) -> bytes:
        """The entry as bytes."""
        return pack_varint(self.length) + struct.pack("<H", self.crc)


@dataclass(frozen=True, slots=True)
class Head:
    """All of a file before its payload; the first entry of the index is that of the hyperlatents."""

    header: Header
    chunks: tuple[ChunkEntry, ...]
    index: tuple[IndexEntry, ...]

    @property
    def directory_bytes(self) -> int:
        """Length of the directory of chunks."""
        return len(_pack_directory(self.chunks))

    @property
    def metadata_bytes(self) -> int:
        """What the chunks cost: their directory and their stored bytes."""
        return self.directory_bytes + sum(entry.length for entry in self.chunks)


class Reader:
    """Takes bytes off the front of a file of `size` bytes, and allocates none that the file does not hold."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.remaining = size
        self.crc = 0  # CRC-32 of what `take` gave

    def read(self, count: int) -> bytes:
        """The next `count` bytes, or those that are left."""
        data = self._file.read(min(count, self.remaining))
        self.remaining -= len(data)
        return data

    def take(self, count: int) -> bytes:
        """The next `count` bytes of the head; TruncatedFile if there are fewer."""
        data = self.read(count)
        if len(data) < count:
            raise truncated_head()
        self.crc = zlib.crc32(data, self.crc)
        return data

    def varint(self) -> int:
        """The next varint; CorruptFile if it is longer than it need be or than 5 bytes."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if shift and not byte:
                    raise corrupt_header()
                return value
        raise corrupt_header()


def corrupt_header() -> CorruptFile:
    """The error of a damaged head, which nothing can salvage."""
    return CorruptFile("header", "The .hfc file is damaged in its header; get a fresh copy.")


def truncated_head() -> TruncatedFile:
    """The error of a file that is too short for its own head."""
    return TruncatedFile("The .hfc file ends inside its header; get a complete copy.")


def pack_varint(value: int) -> bytes:
    """`value` as a varint; ValueError if 5 bytes cannot hold it."""
    if not 0 <= value <= MAX_VARINT:
        raise ValueError(f"varint {value}")
    packed = bytearray()
    while value >= 0x80:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)
    return bytes(packed)


def pack_head(head: Head) -> bytes:
    """Everything before the payload; ValueError for what the format cannot hold."""
    if len(head.chunks) > MAX_CHUNKS:
        raise ValueError(f"{len(head.chunks)} chunks")
    if len(head.index) > 1 + MAX_PARTITIONS:
        raise ValueError(f"{len(head.index) - 1} partitions")
    packed = _pack_header(head.header, bool(head.chunks)) + _pack_directory(head.chunks)
    packed += b"".join(entry.pack() for entry in head.index)
    return packed + _uint32(zlib.crc32(packed))


def _pack_directory(chunks: tuple[ChunkEntry, ...]) -> bytes:
    return b"".join((pack_varint(len(chunks)), *(entry.pack() for entry in chunks))) if chunks else b""


def unpack_head(reader: Reader, max_pixels: int) -> Head:
    """The head at the front of a whole file, its CRC and its claims checked.

    Raises NotHfc, UnsupportedVersion, TruncatedFile, CorruptFile("header") or TooLarge.
    """
    header, has_chunks = _unpack_header(reader)
    _check_room(reader, header)
    if header.pixels > max_pixels:
        raise TooLarge(header.pixels, max_pixels)
    return _unpack_tables(reader, header, has_chunks)


def read_header(data: bytes | memoryview) -> Header:
    """The header from the first bytes of a file; 27 are always enough.

    What `data` holds of the rest is checked only when it holds the whole head, and then with its CRC;
    a header from fewer bytes is unverified. No limit on pixels applies: compare `pixels` before
    allocating. Raises NotHfc, UnsupportedVersion, TruncatedFile or CorruptFile("header").
    """
    reader = Reader(io.BytesIO(data), len(data))
    header, has_chunks = _unpack_header(reader)
    with contextlib.suppress(TruncatedFile):
        _check_room(reader, header)
        _unpack_tables(reader, header, has_chunks)
    return header


def _pack_header(header: Header, has_chunks: bool) -> bytes:
    flags = _HAS_CHUNKS * has_chunks | _GREY * header.grey
    return b"".join(
        (
            MAGIC,
            bytes([VERSION, flags]),
            header.entropy_fingerprint,
            header.generator_fingerprint,
            pack_varint(header.width),
            pack_varint(header.height),
            struct.pack("<HB", header.quality, header.realism),
        )
    )


def _unpack_header(reader: Reader) -> tuple[Header, bool]:
    """The header, and whether chunks follow."""
    _check_magic(reader)
    version = reader.take(1)[0]
    if version == 0:
        raise corrupt_header()
    if version > VERSION:
        raise _unsupported_version()
    flags = reader.take(1)[0]
    if flags & ~(_HAS_CHUNKS | _GREY):
        raise _unsupported_version()
    entropy_fingerprint, generator_fingerprint = reader.take(4), reader.take(4)
    width, height = reader.varint(), reader.varint()
    quality, realism = struct.unpack("<HB", reader.take(3))
    grey = bool(flags & _GREY)
    try:
        header = Header(width, height, quality, realism, entropy_fingerprint, generator_fingerprint, grey)
    except ValueError as error:
        raise corrupt_header() from error
    return header, bool(flags & _HAS_CHUNKS)


def _unsupported_version() -> UnsupportedVersion:
    return UnsupportedVersion("A newer release wrote this .hfc file; update HiFiC Studio to open it.")


def _check_magic(reader: Reader) -> None:
    magic = reader.read(len(MAGIC))
    if not magic or not MAGIC.startswith(magic):
        raise NotHfc("This is not a .hfc file; choose one that HiFiC Studio has written.")
    if len(magic) < len(MAGIC):
        raise truncated_head()
    reader.crc = zlib.crc32(magic)


def _check_room(reader: Reader, header: Header) -> None:
    """Refuse a picture whose index cannot fit into what is left of the file, or has too many entries."""
    rows, columns = header.partition_grid
    if rows * columns * _PARTITION_LEAST > reader.remaining:
        raise truncated_head()
    if rows * columns > MAX_PARTITIONS:
        raise corrupt_header()


def _unpack_tables(reader: Reader, header: Header, has_chunks: bool) -> Head:
    chunks = _unpack_directory(reader) if has_chunks else ()
    rows, columns = header.partition_grid
    index = tuple(_unpack_index_entry(reader) for _ in range(1 + rows * columns))
    crc = reader.crc
    if reader.take(4) != _uint32(crc):
        raise corrupt_header()
    return Head(header, chunks, index)


def _unpack_directory(reader: Reader) -> tuple[ChunkEntry, ...]:
    count = reader.varint()
    if not 1 <= count <= MAX_CHUNKS:
        raise corrupt_header()
    chunks = tuple(_unpack_chunk_entry(reader) for _ in range(count))
    if len({entry.tag for entry in chunks}) < count:
        raise corrupt_header()
    return chunks


def _unpack_chunk_entry(reader: Reader) -> ChunkEntry:
    tag = reader.take(4).decode("latin-1")
    method = reader.take(1)[0]
    if not _TAG.fullmatch(tag) or method > max(Method):
        raise corrupt_header()
    return ChunkEntry(tag, Method(method), reader.varint(), struct.unpack("<I", reader.take(4))[0])


def _unpack_index_entry(reader: Reader) -> IndexEntry:
    return IndexEntry(reader.varint(), *struct.unpack("<H", reader.take(2)))


def _uint32(value: int) -> bytes:
    return struct.pack("<I", value)
