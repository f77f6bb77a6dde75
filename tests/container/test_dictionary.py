"""The preset dictionary of metadata blocks: its bytes for ever, what it saves, and that no other one passes for it."""

import hashlib
import struct
import zlib
from dataclasses import replace

import pytest

from hific_core.container import hfc_file
from hific_core.container.dictionary import dictionary, srgb_table
from hific_core.container.header import Header
from hific_core.container.hfc_file import HfcFile, parse
from hific_core.errors import CorruptFile

FILE = HfcFile(Header(600, 300, 420, 128, bytes(4), bytes(4)), b"hyper", (b"one", b""))


def test_its_bytes_are_part_of_the_format() -> None:
    assert (
        hashlib.sha256(dictionary()).hexdigest() == "ef2a9782a30cdf0396b325ce5329f168de9c26fa688673e86ccd1a7883314a22"
    )
    assert len(dictionary()) < 2**15, "the window of deflate"


def test_the_curve_is_srgb_on_any_machine() -> None:
    """IEC 61966-2-1; and the machine's powers are too exact by far for another to round otherwise."""
    count, *values = struct.unpack(">I1024H", srgb_table()[8:])
    assert count == len(values) == 1024
    assert values[:4] == [0, 5, 10, 15] and values[512] == round((((512 / 1023) + 0.055) / 1.055) ** 2.4 * 65535)
    assert values[-1] == 65535 and values == sorted(values)
    exact = [
        65535 * (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4) for x in (n / 1023 for n in range(1024))
    ]
    assert min(abs(value % 1 - 0.5) for value in exact) > 5e-5


def test_a_profile_with_that_curve_costs_a_fraction() -> None:
    """Its size is that of the profile most photographs have; bytes that are its own are noise here."""
    own = hashlib.shake_256(b"names, white and colours").digest(300)
    profile = own[:150] + srgb_table() + own[150:]
    packed = replace(FILE, metadata={"ICCP": profile}).pack()
    assert len(packed) - len(FILE.pack()) < 400 < len(zlib.compress(profile, 9)) - 1500
    assert parse(packed).metadata == {"ICCP": profile}


def test_another_dictionary_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = replace(FILE, metadata={"ICCP": srgb_table()}).pack()
    monkeypatch.setattr(hfc_file, "dictionary", lambda: dictionary()[:-1] + b"!")
    with pytest.raises(CorruptFile) as caught:
        parse(packed)
    assert caught.value.part == "ICCP chunk"
    assert parse(packed, salvage=True).metadata == {}
