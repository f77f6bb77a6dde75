"""Whole .hfc files: pinned bytes, round trips, damage of every kind, salvage, and files on disk."""

import io
import os
import struct
import tracemalloc
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hific_core.container import hfc_file
from hific_core.container.header import ChunkEntry, Head, Header, IndexEntry, Method, pack_head
from hific_core.container.hfc_file import HfcFile, parse, read, write
from hific_core.errors import (
    CorruptFile,
    HificError,
    NotHfc,
    TooLarge,
    TruncatedFile,
    UnreadableFile,
    UnwritableFile,
)

HEADER = Header(600, 300, 420, 128, bytes.fromhex("01020304"), bytes.fromhex("0a0b0c0d"), grey=True)
SMALL = HfcFile(HEADER, b"hyper", (b"one", b""), {"EXIF": b"Ab"})
SMALL_BYTES = bytes.fromhex(
    "89484643 01 03 01020304 0a0b0c0d d804 ac02 a401 80"
    "01 45584946 00 02 cf6c070b"
    "05 fdc9  03 e06f  00 ffff"
    "8716ffa5"
    "4162 6879706572 6f6e65"
)
RICH = HfcFile(
    Header(1100, 700, 1000, 255, b"abcd", b"efgh"),
    b"hyperlatents",
    tuple(b"partition" * (number % 4) for number in range(6)),
    {"XMP_": b"<x/>" * 40, "EXIF": b"Exif", "ICCP": bytes(200), "NEW9": b"?"},
)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def with_chunk(stored: bytes, method: Method = Method.DEFLATED) -> bytes:
    """A one-pixel file whose only chunk holds the given stored bytes."""
    return with_chunks((("EXIF", stored),), method)


def with_chunks(chunks: Sequence[tuple[str, bytes]], method: Method = Method.DEFLATED) -> bytes:
    """A one-pixel file of chunks of these tags and stored bytes, whose checksums are right."""
    header = Header(1, 1, 0, 0, bytes(4), bytes(4))
    entries = tuple(ChunkEntry(tag, method, len(stored), zlib.crc32(stored)) for tag, stored in chunks)
    index = (IndexEntry(0, 0xFFFF),) * 2
    return pack_head(Head(header, entries, index)) + b"".join(stored for _, stored in chunks)


def test_pinned_bytes() -> None:
    assert SMALL.pack() == SMALL_BYTES
    assert parse(SMALL_BYTES) == SMALL
    assert parse(memoryview(SMALL_BYTES)) == SMALL


def test_cost_of_a_plain_file() -> None:
    header = Header(512, 512, 1000, 255, bytes(4), bytes(4))
    streams = bytes(5000), bytes(60_000)
    plain = HfcFile(header, streams[0], streams[1:])
    assert len(plain.pack()) <= 65_000 + 40


def test_sizes_add_up() -> None:
    for content in (SMALL, RICH):
        plain = HfcFile(content.header, content.hyperlatents, content.partitions)
        assert plain.metadata_bytes == 0
        assert len(content.pack()) - len(plain.pack()) == content.metadata_bytes
    assert (RICH.hyperlatent_bytes, RICH.latent_bytes) == (12, 9 * (0 + 1 + 2 + 3 + 0 + 1))


streams = st.binary(max_size=300)
tags = st.text("ABXYZ019_", min_size=4, max_size=4)
chunk_data = st.binary(max_size=50) | st.builds(bytes, st.integers(0, 5000))


@st.composite
def files(draw: st.DrawFn) -> HfcFile:
    fingerprints = st.binary(min_size=4, max_size=4)
    header = Header(
        draw(st.integers(1, 1600)),
        draw(st.integers(1, 1600)),
        draw(st.integers(0, 1000)),
        draw(st.integers(0, 255)),
        draw(fingerprints),
        draw(fingerprints),
        draw(st.booleans()),
    )
    rows, columns = header.partition_grid
    count = rows * columns
    partitions = tuple(draw(st.lists(streams, min_size=count, max_size=count)))
    return HfcFile(header, draw(streams), partitions, draw(st.dictionaries(tags, chunk_data, max_size=4)))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(files())
def test_round_trip(content: HfcFile) -> None:
    data = content.pack()
    assert parse(data) == content
    assert parse(data, salvage=True) == content
    assert list(parse(data).metadata) == list(content.metadata)


def test_long_lists_of_damage_are_cut() -> None:
    parts = [f"partition {number}" for number in range(1021)]
    assert hfc_file.told(parts[:20]).endswith("partition 18, partition 19")
    assert hfc_file.told(parts).endswith("partition 19 and 1,001 more")


def test_cut_at_every_byte() -> None:
    for data in (SMALL_BYTES, RICH.pack()):
        for length in range(1, len(data)):
            with pytest.raises(TruncatedFile):
                parse(data[:length])
        with pytest.raises(NotHfc):
            parse(b"")


def test_every_flipped_bit() -> None:
    for data in (SMALL_BYTES, RICH.pack()):
        for bit in range(8 * len(data)):
            damaged = bytearray(data)
            damaged[bit // 8] ^= 1 << bit % 8
            with pytest.raises(HificError):
                parse(bytes(damaged))


def test_salvage_never_fails_otherwise() -> None:
    data = RICH.pack()
    for at in range(len(data)):
        for damaged in (data[:at], flipped(data, at)):
            try:
                salvaged = parse(damaged, salvage=True)
            except HificError:
                continue
            assert salvaged.header == RICH.header
            assert salvaged.damaged
            pairs = zip(salvaged.partitions, RICH.partitions, strict=True)
            assert all(got is None or got == sent for got, sent in pairs)


def test_trailing_bytes() -> None:
    with pytest.raises(CorruptFile) as caught:
        parse(SMALL_BYTES + b"\0")
    assert caught.value.part == "end of file"
    salvaged = parse(SMALL_BYTES + b"\0", salvage=True)
    assert (salvaged, salvaged.damaged) == (replace(SMALL, damaged=("end of file",)), ("end of file",))
    assert parse(flipped(SMALL_BYTES, len(SMALL_BYTES) - 1) + b"\0", salvage=True).damaged == (
        "partition 0",
        "end of file",
    )


@pytest.mark.parametrize(
    ("at", "part"), [(-9, "EXIF chunk"), (-10, "EXIF chunk"), (-8, "hyperlatents"), (-1, "partition 0")]
)
def test_damaged_part_is_named(at: int, part: str) -> None:
    with pytest.raises(CorruptFile) as caught:
        parse(flipped(SMALL_BYTES, len(SMALL_BYTES) + at))
    assert caught.value.part == part


def test_salvage_keeps_what_is_whole() -> None:
    data = SMALL_BYTES
    salvaged = parse(flipped(flipped(data, len(data) - 1), len(data) - 10), salvage=True)
    assert salvaged.partitions == (None, b"")
    assert salvaged.metadata == {}
    assert salvaged.damaged == ("EXIF chunk", "partition 0")
    assert salvaged.latent_bytes == 0
    with pytest.raises(ValueError, match="missing"):
        salvaged.pack()


def test_salvage_of_a_cut_file() -> None:
    data = RICH.pack()
    salvaged = parse(data[:-10], salvage=True)
    assert salvaged.metadata == RICH.metadata
    assert salvaged.partitions[:3] == RICH.partitions[:3]
    assert salvaged.damaged == ("partition 3", "partition 5")
    assert salvaged.partitions[4] == b""


def test_salvage_needs_the_hyperlatents() -> None:
    for damaged in (flipped(SMALL_BYTES, len(SMALL_BYTES) - 8), SMALL_BYTES[:-4]):
        with pytest.raises(CorruptFile) as caught:
            parse(damaged, salvage=True)
        assert caught.value.part == "hyperlatents"
        assert "salvage" not in str(caught.value)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"no zlib",
        zlib.compress(b"cut off")[:-1],
        zlib.compress(b"trailing") + b"\0",
        zlib.compress(b"two") + zlib.compress(b"streams"),
    ],
)
def test_malformed_deflated_chunk(stored: bytes) -> None:
    data = with_chunk(stored)
    with pytest.raises(CorruptFile) as caught:
        parse(data)
    assert caught.value.part == "EXIF chunk"
    assert parse(data, salvage=True).damaged == ("EXIF chunk",)


def test_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hfc_file.INFLATED_LIMIT == 64 * 2**20
    monkeypatch.setattr(hfc_file, "INFLATED_LIMIT", 2**20)
    assert parse(with_chunk(zlib.compress(bytes(2**20)))).metadata == {"EXIF": bytes(2**20)}
    for size in (2**20 + 1, 2**25):
        data = with_chunk(zlib.compress(bytes(size)))
        tracemalloc.start()
        with pytest.raises(CorruptFile) as caught:
            parse(data)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
        tracemalloc.stop()
        assert caught.value.part == "EXIF chunk"


def test_limit_is_on_all_chunks_together(monkeypatch: pytest.MonkeyPatch) -> None:
    two = HfcFile(HEADER, SMALL.hyperlatents, SMALL.partitions, {"AAAA": bytes(700), "BBBB": bytes(700)})
    data = two.pack()
    monkeypatch.setattr(hfc_file, "INFLATED_LIMIT", 1000)
    with pytest.raises(CorruptFile) as caught:
        parse(data)
    assert caught.value.part == "BBBB chunk"
    assert len(two.pack()) > 700 > len(data), "the second chunk is stored"
    assert parse(two.pack()) == two


def test_bombs_together_cost_no_more_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk whose checksum is right and that does not inflate counts for all that it may have held."""
    monkeypatch.setattr(hfc_file, "INFLATED_LIMIT", 2**20)
    inflated = []
    inflate = hfc_file._inflate
    monkeypatch.setattr(hfc_file, "_inflate", lambda *given: inflated.append(given[1]) or inflate(*given))
    for bomb in (zlib.compress(bytes(2**21)), zlib.compress(bytes(2**20))[:-1] + b"\0"):
        bombs = [(f"B{number:03}", bomb) for number in range(100)]
        chunks = (*bombs, ("EXIF", zlib.compress(b"also lost" * 9)))
        salvaged = parse(with_chunks(chunks), salvage=True)
        assert len(salvaged.damaged) == 101
        assert sum(inflated) < 2 * 2**20
        inflated.clear()
    salvaged = parse(with_chunks((("BAD_", b"no zlib"), ("EXIF", zlib.compress(b"kept" * 9)))), salvage=True)
    assert (salvaged.damaged, salvaged.metadata) == (("BAD_ chunk",), {"EXIF": b"kept" * 9})


def test_chunks_take_the_smaller_form() -> None:
    noise = bytes(range(100))
    metadata = {"ALPH": noise, "ICCP": bytes(10_000)}
    content = HfcFile(HEADER, SMALL.hyperlatents, SMALL.partitions, metadata)
    assert b"ALPH\0" + bytes([len(noise)]) in content.pack()
    assert b"ICCP\1" in content.pack()
    assert content.metadata_bytes < len(noise) + 100


@pytest.mark.parametrize(
    "metadata", [{"exif": b""}, {"EXI": b""}, {"XMP_\n": b""}, {f"A{n:03}": b"" for n in range(128)}]
)
def test_pack_refuses_bad_metadata(metadata: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="chunk"):
        HfcFile(HEADER, SMALL.hyperlatents, SMALL.partitions, metadata).pack()


def test_programmer_errors() -> None:
    with pytest.raises(ValueError, match="partitions"):
        HfcFile(HEADER, SMALL.hyperlatents, SMALL.partitions[:1])


def test_write_then_read(tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    assert write(path, RICH) == path.stat().st_size == len(RICH.pack())
    assert read(path) == RICH
    assert os.listdir(tmp_path) == ["a.hfc"]  # noqa: PTH208


def test_read_copies_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    size = 4 * 2**20
    write(path, HfcFile(HEADER, bytes(10), (bytes(size), bytes(size))))
    tracemalloc.start()
    read(path)
    assert tracemalloc.get_traced_memory()[1] < 2 * size + 200_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"just text", NotHfc),
        (b"", NotHfc),
        (SMALL_BYTES[:-1], TruncatedFile),
        (flipped(SMALL_BYTES, 8), CorruptFile),
        (SMALL_BYTES + b"\0", CorruptFile),
    ],
)
def test_read_errors_name_the_file(tmp_path: Path, data: bytes, kind: type[HificError]) -> None:
    path = tmp_path / "holiday.hfc"
    path.write_bytes(data)
    with pytest.raises(kind) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: The" if kind is not NotHfc else f"{path}: This")
    assert caught.value.path == path


def test_read_passes_its_options_on(tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    path.write_bytes(SMALL_BYTES[:-1])
    assert read(path, salvage=True).damaged == ("partition 0",)
    with pytest.raises(TooLarge):
        read(path, max_pixels=1000)


def test_unreadable_paths(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    file = tmp_path / "file"
    file.write_bytes(b"")
    for path, reason in [
        (tmp_path / "missing.hfc", "no file"),
        (file / "below.hfc", "no file"),
        (tmp_path, "a folder"),
        (pipe, "not a file"),
        (Path("/dev/zero"), "not a file"),
        (tmp_path / ("x" * 300), "could not be read"),
    ]:
        with pytest.raises(UnreadableFile, match=reason) as caught:
            read(path)
        assert str(caught.value).count(str(path)) == 1
        assert caught.value.path == path


def test_no_permission_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a.hfc"
    write(path, SMALL)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableFile, match="no permission"):
        read(path)


def test_write_to_a_missing_folder(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "a.hfc"
    with pytest.raises(UnwritableFile, match="does not exist") as caught:
        write(path, SMALL)
    assert str(path) in str(caught.value)


def test_chunk_crc_is_of_the_stored_bytes() -> None:
    stored = zlib.compress(b"b" * 100, 9)
    data = HfcFile(HEADER, SMALL.hyperlatents, SMALL.partitions, {"EXIF": b"b" * 100}).pack()
    assert b"EXIF\1" + bytes([len(stored)]) + struct.pack("<I", zlib.crc32(stored)) in data


def test_front_of_an_open_file_wherever_it_stands() -> None:
    data = RICH.pack()
    streams = RICH.hyperlatent_bytes + RICH.latent_bytes
    file = io.BytesIO(data[:-streams])
    file.seek(7)
    front = hfc_file.read_front(file)
    assert (front.head.header, front.metadata, front.damaged) == (RICH.header, RICH.metadata, ())
    cut = hfc_file.read_front(io.BytesIO(data[: -streams - 1]))
    assert cut.damaged == ("NEW9 chunk",)
    with pytest.raises(TooLarge):
        hfc_file.read_front(file, max_pixels=1100 * 700 - 1)


def test_an_open_file_is_read_from_its_beginning() -> None:
    file = io.BytesIO(SMALL_BYTES)
    file.seek(20)
    assert hfc_file.read_open(file) == SMALL
    with pytest.raises(TruncatedFile):
        hfc_file.read_open(io.BytesIO(SMALL_BYTES[:-1]))
