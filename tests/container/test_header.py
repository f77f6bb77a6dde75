"""The head of a .hfc file: its bytes, and what is refused."""

import struct
import tracemalloc
import zlib
from binascii import crc_hqx

import pytest

from hific_core.container.header import (
    MAGIC,
    MAX_PARTITIONS,
    MAX_PIXELS,
    MAX_VARINT,
    Head,
    Header,
    IndexEntry,
    pack_head,
    pack_varint,
    read_header,
)
from hific_core.container.hfc_file import HfcFile, parse
from hific_core.errors import (
    CorruptFile,
    HificError,
    NotHfc,
    TooLarge,
    TruncatedFile,
    UnsupportedVersion,
)

HEADER = Header(600, 300, 420, 128, bytes.fromhex("01020304"), bytes.fromhex("0a0b0c0d"), grey=True)


def front(
    width: bytes = b"\x01", height: bytes = b"\x01", quality: int = 420, version: int = 1, flags: int = 0
) -> bytes:
    """The fixed part of a head, from raw varints."""
    return MAGIC + bytes([version, flags]) + bytes(8) + width + height + struct.pack("<HB", quality, 255)


def whole(front: bytes, partitions: int = 1) -> bytes:
    """A file of one-byte streams, its CRC right, after the given front."""
    stream = b"\x07"
    entry = b"\x01" + struct.pack("<H", crc_hqx(stream, 0xFFFF))
    head = front + entry * (1 + partitions)
    return head + struct.pack("<I", zlib.crc32(head)) + stream * (1 + partitions)


def directory(*entries: bytes) -> bytes:
    return pack_varint(len(entries)) + b"".join(entries)


def entry(tag: bytes = b"EXIF", method: int = 0, length: bytes = b"\0", crc: int = 0) -> bytes:
    return tag + bytes([method]) + length + struct.pack("<I", crc)


def test_hand_made_file_is_read() -> None:
    parsed = parse(whole(front(b"\x81\x04", b"\x80\x04"), partitions=2))
    assert (parsed.header.width, parsed.header.height) == (513, 512)
    assert parsed.header.partition_grid == (1, 2)
    assert parsed.header.pixels == 513 * 512
    assert not parsed.header.grey


@pytest.mark.parametrize(
    ("value", "packed"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (600, "d804"),
        (2**31 - 1, "ffffffff07"),
        (MAX_VARINT, "ffffffff7f"),
    ],
)
def test_varint(value: int, packed: str) -> None:
    assert pack_varint(value).hex() == packed


@pytest.mark.parametrize("value", [-1, MAX_VARINT + 1])
def test_varint_out_of_range(value: int) -> None:
    with pytest.raises(ValueError, match="varint"):
        pack_varint(value)


@pytest.mark.parametrize(
    "width",
    ["8100", "818000", "8080808000", "808080808001", "ffffffffff01", "00", "8080808008"],
    ids=["long", "longer", "long zero", "six bytes", "six full bytes", "zero", "2**31"],
)
def test_bad_width(width: str) -> None:
    with pytest.raises(CorruptFile) as caught:
        parse(whole(front(bytes.fromhex(width))))
    assert caught.value.part == "header"


def test_non_canonical_length_in_the_index() -> None:
    head = front() + bytes.fromhex("8000ffff") + bytes.fromhex("00ffff")
    with pytest.raises(CorruptFile):
        parse(head + struct.pack("<I", zlib.crc32(head)))


@pytest.mark.parametrize("data", [b"", b"hello, world\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"h", bytes(64)])
def test_other_files(data: bytes) -> None:
    for function in (parse, read_header):
        with pytest.raises(NotHfc, match=r"not a \.hfc file"):
            function(data)


@pytest.mark.parametrize("data", [MAGIC[:1], MAGIC[:3], MAGIC, front()[:-1], front(), whole(front())[:-1]])
def test_cut_inside_the_head(data: bytes) -> None:
    with pytest.raises(TruncatedFile):
        parse(data)


def test_newer_files() -> None:
    for data in (front(version=2), MAGIC + b"\xff", front(flags=4), front(flags=0x81)):
        with pytest.raises(UnsupportedVersion):
            parse(data)
    with pytest.raises(CorruptFile):
        parse(whole(front(version=0)))


def test_quality_above_1000() -> None:
    assert parse(whole(front(quality=1000))).header.quality == 1000
    with pytest.raises(CorruptFile):
        parse(whole(front(quality=1001)))


@pytest.mark.parametrize(
    "chunks",
    [
        directory(entry(), entry()),
        directory(),
        directory(entry(b"exif")),
        directory(entry(b"XMP ")),
        directory(entry(b"EX\xc9F")),
        directory(entry(method=3)),
        directory(entry(length=b"\x80\x00")),
        directory(*(entry(b"A%03d" % number) for number in range(128))),
    ],
    ids=["twice", "none", "lower case", "blank", "not ASCII", "method", "varint", "too many"],
)
def test_bad_directory(chunks: bytes) -> None:
    with pytest.raises(CorruptFile) as caught:
        parse(whole(front(flags=1) + chunks))
    assert caught.value.part == "header"


def test_the_most_chunks() -> None:
    chunks = directory(*(entry(b"A%03d" % number) for number in range(127)))
    assert len(parse(whole(front(flags=1) + chunks)).metadata) == 127


def test_wrong_header_crc() -> None:
    data = bytearray(whole(front()))
    data[-3] ^= 1
    with pytest.raises(CorruptFile) as caught:
        parse(bytes(data))
    assert caught.value.part == "header"
    assert "salvage" not in str(caught.value)


def refused_within(limit: int, data: bytes, error: type[HificError], max_pixels: int = MAX_PIXELS) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(error):
            parse(data, max_pixels=max_pixels)
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_absurd_claims_allocate_nothing() -> None:
    most = pack_varint(2**31 - 1)
    for max_pixels in (MAX_PIXELS, 2**80):
        refused_within(50_000, whole(front(most, most)), TruncatedFile, max_pixels)
        refused_within(50_000, whole(front(most)), TruncatedFile, max_pixels)


def test_claim_of_65536_pixels_per_byte_is_refused() -> None:
    size = 4096
    side = pack_varint(16384)  # 16384**2 is 65,536 times 4096
    refused_within(50_000, front(side, side).ljust(size, b"\0"), TruncatedFile)


def test_least_index_that_a_claim_needs() -> None:
    width = pack_varint(512 * 1000)
    assert len(parse(whole(front(width), 1000)).partitions) == 1000
    refused_within(50_000, whole(front(width), 997), TruncatedFile)


def test_more_partitions_than_the_format_has() -> None:
    """A strip stays below every limit on pixels and would cost its readers an index of millions."""
    width = pack_varint(512 * MAX_PARTITIONS)
    assert len(parse(whole(front(width), MAX_PARTITIONS)).partitions) == MAX_PARTITIONS
    one_more = whole(front(pack_varint(512 * MAX_PARTITIONS + 1)), MAX_PARTITIONS + 1)
    refused_within(50_000, one_more, CorruptFile, 2**80)
    with pytest.raises(ValueError, match="65537 partitions"):
        pack_head(Head(HEADER, (), (IndexEntry(1, 0),) * (2 + MAX_PARTITIONS)))


def test_too_many_pixels() -> None:
    data = whole(front(pack_varint(1000), pack_varint(500)), 2)
    assert parse(data, max_pixels=500_000).header.pixels == 500_000
    for salvage in (False, True):
        with pytest.raises(TooLarge) as caught:
            parse(data, max_pixels=499_999, salvage=salvage)
        assert (caught.value.pixels, caught.value.limit) == (500_000, 499_999)


def test_length_beyond_the_file_allocates_nothing() -> None:
    head = front() + pack_varint(MAX_VARINT) + bytes(2) + pack_varint(MAX_VARINT) + bytes(2)
    data = head + struct.pack("<I", zlib.crc32(head))
    refused_within(50_000, data, TruncatedFile)
    with pytest.raises(CorruptFile, match="hyperlatents"):
        parse(data, salvage=True)


def test_read_header_needs_only_the_front() -> None:
    data = HfcFile(HEADER, b"hyper", (b"one", b""), {"EXIF": b"Ab"}).pack()
    fixed = 4 + 2 + 8 + 2 + 2 + 3
    for cut in range(fixed, len(data) + 1):
        assert read_header(data[:cut]) == HEADER
    for cut in range(1, fixed):
        with pytest.raises(TruncatedFile):
            read_header(data[:cut])
    assert read_header(memoryview(data)) == HEADER


def test_read_header_checks_the_crc_it_holds() -> None:
    data = bytearray(whole(front()))
    data[8] ^= 1
    with pytest.raises(CorruptFile):
        read_header(bytes(data))
    read_header(bytes(data[:-3]))


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"height": 2**31},
        {"quality": -1},
        {"quality": 1001},
        {"realism": 256},
        {"entropy_fingerprint": b"123"},
        {"generator_fingerprint": b"12345"},
    ],
)
def test_header_refuses_what_the_format_cannot_hold(change: dict[str, int]) -> None:
    values = {"width": 1, "height": 1, "quality": 0, "realism": 0}
    fingerprints = {"entropy_fingerprint": b"1234", "generator_fingerprint": b"5678"}
    with pytest.raises(ValueError, match=r"."):
        Header(**{**values, **fingerprints, **change})  # type: ignore[arg-type]
