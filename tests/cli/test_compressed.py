import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from hific_core.cli import compressed
from hific_core.cli.compressed import Compressed, Reconstructed, Table, reconstructed
from hific_core.cli.report import Skipped
from hific_core.cli.review import Seen
from hific_core.errors import UnreadableImage

RECORD = Compressed(
    input="a.png",
    output="a.hfc",
    bytes=100,
    metadata_bytes=0,
    width=20,
    height=10,
    bits_per_pixel=4.0,
    estimated_bits_per_pixel=3.5,
    model="tiny",
    quality=500,
    seconds=1.5,
    warnings=("CMYK", "twice"),
)
SEEN = Seen(Path("back/a.png"), 30.0, 0.9, None, 0.25, ("no profile", "twice"))


def table_of(*rows: Reconstructed) -> Table:
    table = Table(as_json=False)
    for row in rows:
        table.done(row)
    return table


def test_a_record_takes_over_what_was_seen() -> None:
    row = reconstructed(RECORD, SEEN, original_bytes=500)
    assert row.original_bits_per_pixel == 20.0
    assert row.warnings == ("CMYK", "twice", "no profile")
    assert row.line() == (
        "a.png -> a.hfc: 100 bytes, 4.000 bits per pixel, quality 500, 1.5 s, decoded to back/a.png, "
        "PSNR 30.00 dB, MS-SSIM 0.9000"
    )
    bare = reconstructed(replace(RECORD, output=None), Seen(None, None, None, None, 0.25, ()), 500)
    assert bare.line() == "a.png: 100 bytes, 4.000 bits per pixel, quality 500, 1.5 s"


def test_the_table_has_a_row_per_picture_and_means_of_what_is_known() -> None:
    first = reconstructed(RECORD, SEEN, 500)
    second = replace(first, input="b.png", bits_per_pixel=2.0, ms_ssim=None, psnr=math.inf)
    table = table_of(first, second)
    table.done(Skipped("c.png", "c.hfc"))
    table.failed(Path("d.png"), UnreadableImage("d.png cannot be read."))
    rows = list(csv.DictReader(table.csv_bytes().decode().splitlines()))
    assert [(row["input"], row["bits_per_pixel"], row["ms_ssim"], row["lpips"]) for row in rows] == [
        ("a.png", "4.0", "0.9", ""),
        ("b.png", "2.0", "", ""),
    ]
    assert rows[0]["warnings"] == "CMYK twice no profile"
    found = json.loads(table.json_bytes())
    assert [row["psnr"] for row in found["pictures"]] == [30.0, None]
    assert found["averages"]["bits_per_pixel"] == 3.0
    assert found["averages"]["ms_ssim"] == 0.9
    assert found["averages"]["psnr"] is None
    assert found["averages"]["lpips"] is None
    assert found["skipped"] == ["c.png"]
    assert found["failures"] == [{"input": "d.png", "error": "d.png cannot be read."}]
    assert table.summary().startswith("mean of 2: 3.0000 bits per pixel, estimate 3.5000, PSNR inf dB, MS-SSIM 0.9")


def test_processes_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [replace(reconstructed(RECORD, SEEN, 500), input=name) for name in "abcde"]
    table = table_of(*rows[::2])
    other: tuple[list[Reconstructed], list[dict[str, str]], list[str]] = (rows[1::2], [{"input": "x"}], ["y"])
    monkeypatch.setattr(compressed, "gathered", lambda own: [tuple(map(list, own)), other])
    table.gather()
    assert "".join(row.input for row in table.rows) == "abcde"
    assert (table.failures, table.skipped) == (other[1], other[2])
