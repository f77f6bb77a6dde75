"""A whole .hfc file: its streams and metadata, packed to bytes and parsed back with every check."""

import io
import os
import stat
import zlib
from binascii import crc_hqx
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hific_core.atomic import write_atomically
from hific_core.container.dictionary import dictionary
from hific_core.container.header import (
    MAX_PIXELS,
    ChunkEntry,
    Head,
    Header,
    IndexEntry,
    Method,
    Reader,
    pack_head,
    unpack_head,
)
from hific_core.errors import CorruptFile, HificError, TruncatedFile, UnreadableFile

INFLATED_LIMIT = 64 * 2**20  # bytes, all the deflated chunks of a file together
END = "end of file"
"""What is damaged where bytes follow the last stream."""
_TOLD = 20
_LARGEST_RATIO = 1032  # of inflated to deflated bytes
_SMALL = 2**16
"""Bytes of a chunk that the dictionary is tried for; of a larger one it would save nothing that counts."""


@dataclass(frozen=True, slots=True)
class HfcFile:
    """The content of a .hfc file; ValueError if `partitions` are not as many as the header's grid has.

    `partitions` go row by row, None where salvage found one damaged; `metadata` maps tags to plain
    (inflated) bytes; `damaged` names what salvage gave up, e.g. "partition 3" (from 0), "EXIF chunk" or `END`.
    """

    header: Header
    hyperlatents: bytes
    partitions: tuple[bytes | None, ...]
    metadata: Mapping[str, bytes] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    stored: "Stored | None" = field(default=None, compare=False, repr=False)
    """What was read, so that nothing is deflated only to be counted."""

    def __post_init__(self) -> None:
        rows, columns = self.header.partition_grid
        if len(self.partitions) != rows * columns:
            raise ValueError(f"{len(self.partitions)} partitions for {rows} x {columns}")

    @property
    def metadata_bytes(self) -> int:
        """What the chunks cost in the file that was read, or in the one to be written: directory and stored bytes."""
        if self.stored is not None and self.stored.metadata is self.metadata:
            return self.stored.bytes
        return Head(self.header, tuple(entry for entry, _ in _deflate_chunks(self.metadata)), ()).metadata_bytes

    @property
    def hyperlatent_bytes(self) -> int:
        """Length of the stream of hyperlatents."""
        return len(self.hyperlatents)

    @property
    def latent_bytes(self) -> int:
        """Length of all partitions that are there."""
        return sum(len(stream) for stream in self.partitions if stream is not None)

    def pack(self) -> bytes:
        """The file's bytes; ValueError if a partition is missing or the metadata do not fit the format."""
        streams = [self.hyperlatents, *(stream for stream in self.partitions if stream is not None)]
        if len(streams) < 1 + len(self.partitions):
            raise ValueError("a file with missing partitions cannot be packed")
        chunks = _deflate_chunks(self.metadata)
        index = (IndexEntry(len(stream), _crc16(stream)) for stream in streams)
        head = Head(self.header, tuple(entry for entry, _ in chunks), tuple(index))
        payload = [stored for _, stored in chunks] + streams
        return b"".join((pack_head(head), *payload))


class Stored(NamedTuple):
    """What chunks cost in the file that they come from."""

    metadata: Mapping[str, bytes]
    """The very object; others cost something else."""
    bytes: int


class Front(NamedTuple):
    """What a file says before its streams; `damaged` names chunks that could not be read, as in HfcFile."""

    head: Head
    metadata: Mapping[str, bytes]
    damaged: tuple[str, ...]


def told(damaged: Sequence[str]) -> str:
    """`HfcFile.damaged` for people: its first ones, and how many more."""
    more = len(damaged) - _TOLD
    return ", ".join(damaged[:_TOLD]) + (f" and {more:,} more" if more > 0 else "")


def parse(data: bytes | memoryview, *, max_pixels: int = MAX_PIXELS, salvage: bool = False) -> HfcFile:
    """The content of a file given as bytes.

    With `salvage`, damaged or missing partitions become None, damaged chunks are left out, and bytes
    after the end are passed over, which `damaged` tells; header, index and hyperlatents must still be whole.
    Raises NotHfc, UnsupportedVersion, TruncatedFile, CorruptFile or TooLarge.
    """
    return _parse(io.BytesIO(data), len(data), max_pixels, salvage)


def read_open(file: BinaryIO, *, max_pixels: int = MAX_PIXELS, salvage: bool = False) -> HfcFile:
    """The content of an open file that can seek, from its first byte; raises what `parse` does, and OSError."""
    return _parse(file, _rewound(file), max_pixels, salvage)


def read_front(file: BinaryIO, *, max_pixels: int = MAX_PIXELS) -> Front:
    """Head and metadata alone of an open file that can seek, from its first byte, however damaged the rest is.

    Raises NotHfc, UnsupportedVersion, TruncatedFile, CorruptFile("header"), TooLarge or OSError.
    """
    reader = Reader(file, _rewound(file))
    head = unpack_head(reader, max_pixels)
    metadata, damaged = _inflate_chunks(reader, head.chunks)
    return Front(head, metadata, tuple(damaged))


def read(path: Path, *, max_pixels: int = MAX_PIXELS, salvage: bool = False) -> HfcFile:
    """The content of the file at `path`, as `parse` gives it; no copy of the whole is made on the way.

    Raises what `parse` does, and UnreadableFile; every sentence names the file.
    """
    try:
        # before opening, which would wait for ever on a pipe
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            if stat.S_ISDIR(mode):
                raise UnreadableFile(path, f"{path} is a folder; choose a .hfc file.")
            raise UnreadableFile(path, f"{path} is a device, not a file; choose a .hfc file.")
        with path.open("rb") as file:
            return _parse(file, os.fstat(file.fileno()).st_size, max_pixels, salvage)
    except OSError as error:
        raise UnreadableFile(path, _unreadable_sentence(path, error)) from error
    except HificError as error:
        error.in_file(path)
        raise


def write(path: Path, hfc_file: HfcFile, *, exclusive: bool = False) -> int:
    """Write the file as `write_atomically` does and return its length in bytes; raises what that does."""
    data = hfc_file.pack()
    write_atomically(path, data, exclusive=exclusive)
    return len(data)


def _rewound(file: BinaryIO) -> int:
    """The file's size in bytes; it stands at its beginning then."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def _parse(file: BinaryIO, size: int, max_pixels: int, salvage: bool) -> HfcFile:
    reader = Reader(file, size)
    head = unpack_head(reader, max_pixels)
    if not salvage:
        _check_length(reader, head)
    metadata, damaged = _inflate_chunks(reader, head.chunks)
    hyperlatents, *partitions = (_read_stream(reader, entry) for entry in head.index)
    if hyperlatents is None:
        raise CorruptFile(
            "hyperlatents",
            "The .hfc file is damaged in its hyperlatents, which all the rest needs; get a fresh copy.",
        )
    damaged += [f"partition {number}" for number, stream in enumerate(partitions) if stream is None]
    if reader.remaining:
        damaged.append(END)
    if damaged and not salvage:
        raise CorruptFile(damaged[0])
    stored = Stored(metadata, head.metadata_bytes)
    return HfcFile(head.header, hyperlatents, tuple(partitions), metadata, tuple(damaged), stored)


def _check_length(reader: Reader, head: Head) -> None:
    due = sum(entry.length for entry in head.chunks) + sum(entry.length for entry in head.index)
    if due > reader.remaining:
        raise TruncatedFile(
            f"The .hfc file lacks its last {due - reader.remaining:,} bytes; get a complete copy, "
            "or try `decompress --salvage`."
        )
    if due < reader.remaining:
        raise CorruptFile(
            END,
            f"The .hfc file has {reader.remaining - due:,} bytes too many at its end; get a fresh copy, "
            "or try `decompress --salvage`.",
        )


def _read_stream(reader: Reader, entry: IndexEntry) -> bytes | None:
    """The next stream of the payload, or None if it is cut or damaged."""
    data = reader.read(entry.length)
    if len(data) < entry.length or _crc16(data) != entry.crc:
        return None
    return data


def _deflate_chunks(metadata: Mapping[str, bytes]) -> list[tuple[ChunkEntry, bytes]]:
    """Each chunk's directory entry and stored bytes: deflated where that is smaller and the limit allows."""
    chunks = []
    budget = INFLATED_LIMIT
    for tag, data in metadata.items():
        method, stored = _smallest(data) if len(data) <= budget else (Method.STORED, data)
        if method is not Method.STORED:
            budget -= len(data)
        chunks.append((ChunkEntry(tag, method, len(stored), zlib.crc32(stored)), stored))
    return chunks


@lru_cache(maxsize=4)
def _smallest(data: bytes) -> tuple[Method, bytes]:
    """Remembered, since a search for a size packs one picture's chunks many times."""
    ways = [(Method.STORED, data), (Method.DEFLATED, zlib.compress(data, 9))]
    if len(data) <= _SMALL:
        ways.append((Method.DICTIONARY, _with_dictionary(data)))
    return min(ways, key=lambda way: len(way[1]))


def _with_dictionary(data: bytes) -> bytes:
    deflator = zlib.compressobj(9, zdict=dictionary())
    return deflator.compress(data) + deflator.flush()


def _inflate_chunks(reader: Reader, chunks: tuple[ChunkEntry, ...]) -> tuple[dict[str, bytes], list[str]]:
    """The chunks by tag, and the names of the damaged ones."""
    metadata = {}
    damaged = []
    budget = INFLATED_LIMIT
    for entry in chunks:
        data = stored = _read_chunk(reader, entry)
        if stored is not None and entry.method is not Method.STORED:
            data = _inflate(stored, budget, entry.method)
            # what cannot be inflated has cost as much as it may have held, else many such chunks would cost many times
            budget -= min(_LARGEST_RATIO * len(stored), budget) if data is None else len(data)
        if data is None:
            damaged.append(f"{entry.tag} chunk")
        else:
            metadata[entry.tag] = data
    return metadata, damaged


def _read_chunk(reader: Reader, entry: ChunkEntry) -> bytes | None:
    """The stored bytes of the next chunk of the payload, or None if it is cut or damaged."""
    stored = reader.read(entry.length)
    return None if len(stored) < entry.length or zlib.crc32(stored) != entry.crc else stored


def _inflate(stored: bytes, limit: int, method: Method) -> bytes | None:
    """The plain bytes, or None if they are more than `limit` or `stored` is not exactly one zlib stream."""
    inflator = zlib.decompressobj(zdict=dictionary()) if method is Method.DICTIONARY else zlib.decompressobj()
    try:
        data = inflator.decompress(stored, limit + 1)
    except zlib.error:
        return None
    return data if len(data) <= limit and inflator.eof and not inflator.unused_data else None


def _crc16(data: bytes) -> int:
    return crc_hqx(data, 0xFFFF)


def _unreadable_sentence(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"There is no file {path}; check its name and folder."
    if isinstance(error, PermissionError):
        return f"There is no permission to read {path}; change its permissions or copy it."
    return f"{path} could not be read ({error.strerror or error}); try again or get a fresh copy."
