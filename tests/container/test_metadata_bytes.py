"""What metadata cost in a file: known of one that was read, and deflated once for one that is written."""

import io
import zlib
from binascii import crc_hqx
from dataclasses import replace

import numpy as np
import pytest

from hific_core.container import hfc_file
from hific_core.container.header import ChunkEntry, Head, Header, IndexEntry, Method, pack_head
from hific_core.container.hfc_file import HfcFile, parse, read_front

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' * 2
HEADER = Header(600, 300, 420, 128, bytes.fromhex("01020304"), bytes.fromhex("0a0b0c0d"), grey=True)


def test_what_was_read_is_counted_without_deflating(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's metadata may take a minute to deflate; the file says what they cost in it."""
    stored = bytes(5000)  # not deflated, though it would be smaller
    chunk = ChunkEntry("EXIF", Method.STORED, len(stored), zlib.crc32(stored))
    index = tuple(IndexEntry(len(stream), crc_hqx(stream, 0xFFFF)) for stream in (b"hyper", b"one", b""))
    data = pack_head(Head(HEADER, (chunk,), index)) + stored + b"hyperone"
    monkeypatch.setattr(hfc_file, "_smallest", None)
    found = parse(data)
    assert len(data) - found.metadata_bytes == len(replace(found, metadata={}).pack())
    assert replace(found, header=replace(HEADER, realism=0)).metadata_bytes == found.metadata_bytes
    monkeypatch.undo()
    assert replace(found, metadata={"EXIF": stored}).metadata_bytes < 100, "of another file, which is not written yet"


def test_a_chunk_is_deflated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compress, calls = zlib.compress, []
    monkeypatch.setattr(zlib, "compress", lambda data, level: (calls.append(data), compress(data, level))[1])
    metadata = {"EXIF": b"only here and only once" * 9}
    sizes = {
        len(HfcFile(replace(HEADER, quality=quality), b"hyper", (b"one", b""), metadata).pack()) for quality in range(9)
    }
    assert len(sizes) == 1 and calls == [metadata["EXIF"]]


def test_a_chunk_is_stored_the_smallest_way() -> None:
    noise = np.random.default_rng(0).bytes(500)
    ways = {"NOIS": noise, "ZERO": bytes(500), "XMP_": XMP, "LONG": XMP + noise * 200}
    packed = HfcFile(HEADER, b"hyper", (b"one", b""), ways).pack()
    found = read_front(io.BytesIO(packed))
    assert dict(found.metadata) == ways
    methods = {entry.tag: entry.method for entry in found.head.chunks}
    assert methods == {
        "NOIS": Method.STORED,
        "ZERO": Method.DEFLATED,
        "XMP_": Method.DICTIONARY,
        "LONG": Method.DEFLATED,  # over 64 KiB, of which the dictionary would save nothing that counts
    }
