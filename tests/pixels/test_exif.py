import struct

import pytest
from PIL import Image

from hific_core.pixels.exif import clean_exif, describing_tags, without_prefix

THUMBNAIL = b"\xff\xd8" + b"tiny preview" * 40 + b"\xff\xd9"


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_taken_and_only_its_two_bytes_change(exif_tools, order):
    make_exif, _ = exif_tools
    block = make_exif(6, order=order)
    cleaned, orientation = clean_exif(block)
    assert orientation == 6
    assert cleaned == make_exif(1, order=order)


def test_preview_is_cut_off_and_the_rest_stays_in_place(exif_tools):
    make_exif, tags_of = exif_tools
    cleaned, _ = clean_exif(make_exif(1, THUMBNAIL))
    assert cleaned == make_exif(1)
    main, camera, gps = tags_of(cleaned)
    assert main[0x010F] == "Me"
    assert camera[0x927C].startswith(b"MAKERNOTE-")
    assert [float(value) for value in gps[2]] == [48, 8, 15]


def test_preview_before_other_data_is_blanked_without_moving_anything(exif_tools):
    make_exif, _ = exif_tools
    cleaned, _ = clean_exif(make_exif(1, THUMBNAIL, tail=b"maker note's own"))
    assert b"preview" not in cleaned
    assert cleaned.endswith(b"maker note's own")
    assert len(cleaned) == len(make_exif(1, THUMBNAIL, tail=b"maker note's own"))


def test_preview_that_claims_the_main_directory_destroys_nothing(exif_tools):
    make_exif, _ = exif_tools
    block = bytearray(make_exif(1, THUMBNAIL))
    at = block.index(struct.pack("<HHI", 0x0201, 4, 1)) + 8
    block[at : at + 4] = struct.pack("<I", 8)
    cleaned, _ = clean_exif(bytes(block))
    kept = len(make_exif(1))
    assert cleaned[: kept - 0][70:] == make_exif(1)[70:]
    assert cleaned[8:56] == make_exif(1)[8:56]


@pytest.mark.parametrize("value, expected", [(0, 1), (9, 1), (65535, 1), (8, 8)])
def test_absurd_orientations_mean_upright(exif_tools, value, expected):
    assert clean_exif(exif_tools[0](value))[1] == expected


def test_no_cut_and_no_flipped_byte_raises_anything_but_value_error(exif_tools, rng):
    block = exif_tools[0](3, THUMBNAIL)
    hostile = [block[:length] for length in range(0, len(block), 3)]
    for _ in range(400):
        bent = bytearray(block)
        for at in rng.integers(0, 180, 3):
            bent[at] = rng.integers(0, 256)
        hostile.append(bytes(bent))
    for candidate in hostile:
        try:
            cleaned, _ = clean_exif(candidate)
        except ValueError:
            continue
        assert len(cleaned) <= len(candidate)


def test_directories_that_point_at_each_other_end():
    entries = b"".join(struct.pack("<HHII", 0x8769, 4, 1, 8 + 12 * i) for i in range(900))
    block = b"II*\0" + struct.pack("<IH", 8, 900) + entries + struct.pack("<I", 8)
    assert clean_exif(block)[1] is None


def test_every_doubled_prefix_is_removed():
    assert without_prefix(b"Exif\0\0Exif\0\0II*\0") == b"II*\0"


def test_describing_tags_leave_out_how_pixels_are_stored(exif_tools):
    exif = Image.Exif()
    exif.load(exif_tools[0]())
    exif[256], exif[531] = 4000, 1
    described = describing_tags(exif)
    assert 256 not in described and 531 not in described
    assert described[0x010F] == "Me"
    assert described.get_ifd(0x8825)[1] == "N"


def test_prefixes_without_number_are_passed_over_in_one_go():
    """A copy for each of them would take an hour."""
    assert without_prefix(b"Exif\0\0" * 2_000_000 + b"II*\0") == b"II*\0"
    assert without_prefix(b"") == b""


def test_a_preview_that_claims_the_block_a_thousand_times_is_blanked_once():
    """990 entries each of the main directory and of the preview, the latter of some 16 MB: 16 seconds before."""

    def directory(first, place, next_at):
        entries = [struct.pack("<HHII", first + tag, 7, *place(tag)) for tag in range(990)]
        return struct.pack("<H", 990) + b"".join(entries) + struct.pack("<I", next_at)

    size, preview = 16 * 2**20 - 100, 8 + 2 + 12 * 990 + 4
    main = directory(50_000, lambda tag: (5, 40_000 + tag), preview)
    block = b"II*\0" + struct.pack("<I", 8) + main + directory(100, lambda tag: (size - 60_000 - tag, 60_000), 0)
    cleaned, _ = clean_exif(block + b"x" * (size - len(block)))
    kept = 40_000 + 989 + 5
    assert cleaned[preview:40_000] == bytes(12 * 990 + 6) + b"x" * (40_000 - preview - 12 * 990 - 6)
    assert cleaned[40_000:60_000] == b"x" * 20_000
    assert len(cleaned) > kept and not cleaned[60_000 : size - 989].strip(b"\0")
