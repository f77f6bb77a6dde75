"""The original's files: what their bytes say, and refusal of everything else before anything is allocated."""

import os
import struct
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hific_core.container import original_file
from hific_core.container.original_file import OriginalFile, is_original, parse, read, written_by_original
from hific_core.errors import (
    CorruptFile,
    HificError,
    NotHfc,
    TooLarge,
    TruncatedFile,
    UnreadableFile,
    UnsupportedVersion,
)

from ..original_files import pack

STREAMS = (bytes(range(48)), bytes(range(100, 140)))


def whole(vectorised: bool = True, **others: int) -> bytes:
    return pack((70, 130), (6, 2, 3), 5, STREAMS, vectorised, **others)


@pytest.mark.parametrize("vectorised", [True, False])
def test_what_a_file_says(vectorised: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    path.write_bytes(whole(vectorised))
    expected = OriginalFile(70, 130, (6, 2, 3), 5, vectorised, *STREAMS)
    assert read(path) == expected == parse(whole(vectorised))
    assert (expected.pixels, expected.latent_shape) == (9100, (5, 8, 12))
    assert written_by_original(path)


def test_references_are_read(shared: Path) -> None:
    file = read(shared / "parity" / "ref_a.hfc")
    assert (file.height, file.width, file.hyper_shape, file.latent_shape) == (144, 200, (320, 3, 4), (220, 12, 16))
    assert file.vectorised
    assert len(file.hyperlatents) + len(file.latents) + 26 + 2 * 8 == 48638


def test_what_the_original_did_not_write(tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    for data in (b"", b"\x89HFC", whole()[:25], bytes(100), b"\x89HFC" + whole()[4:]):
        path.write_bytes(data)
        assert not written_by_original(path)
        assert not is_original(data)
        with pytest.raises(NotHfc, match=f"^{path}: "):
            read(path)
    assert not written_by_original(tmp_path / "none")
    assert not written_by_original(tmp_path)
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(UnreadableFile):
            read(missing)
    os.mkfifo(tmp_path / "pipe")
    assert not written_by_original(tmp_path / "pipe")


@pytest.mark.parametrize("vectorised", [True, False])
def test_cut_anywhere_it_is_truncated(vectorised: bool) -> None:
    data = whole(vectorised)
    for length in range(26, len(data)):
        with pytest.raises(TruncatedFile):
            parse(data[:length])
    with pytest.raises(CorruptFile, match="end of file"):
        parse(data + b"\0")


def changed(place: int, value: int) -> bytes:
    """With another number in the head."""
    return whole()[: 2 * place] + struct.pack("<H", value) + whole()[2 * place + 2 :]


@pytest.mark.parametrize("place", range(10))
@pytest.mark.parametrize("value", [0, 1, 64, 65535])
def test_shapes_must_agree(place: int, value: int) -> None:
    """All but the channels, which only the length of the streams bounds."""
    if whole()[2 * place : 2 * place + 2] == struct.pack("<H", value):
        return
    if place in (4, 7) and value == 1:
        assert parse(changed(place, value)).vectorised
        return
    with pytest.raises(CorruptFile):
        parse(changed(place, value))


def test_batches_and_sizes() -> None:
    with pytest.raises(UnsupportedVersion, match="holds 2 pictures"):
        parse(whole(batch=2))
    with pytest.raises(TooLarge):
        parse(whole(), max_pixels=9099)
    assert parse(whole(), max_pixels=9100).pixels == 9100
    with pytest.raises(CorruptFile, match="shapes"):
        parse(pack((64, 130), (6, 1, 3), 5, STREAMS, True))


def test_a_stream_has_words_for_every_state() -> None:
    with pytest.raises(CorruptFile, match="hyperlatents"):
        parse(pack((70, 130), (6, 2, 3), 5, (bytes(44), STREAMS[1]), True))
    with pytest.raises(CorruptFile, match="latents"):
        parse(pack((70, 130), (6, 2, 3), 5, (STREAMS[0], bytes(42)), True))
    assert parse(pack((70, 130), (6, 2, 3), 5, (bytes(8), bytes(8)), False)).latents == bytes(8)


@given(st.binary(max_size=80), st.booleans())
@example(bytes([255]) * 22, True)
def test_any_bytes_are_a_file_or_an_error(data: bytes, fenced: bool) -> None:
    if fenced:
        data = data[:22].ljust(22, b"\0") + original_file.FENCE + data[22:]
    try:
        found = parse(data)
    except HificError:
        return
    assert len(found.hyperlatents) + len(found.latents) < len(data)
