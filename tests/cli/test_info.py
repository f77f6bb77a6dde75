import json
from dataclasses import replace
from pathlib import Path

import pytest

from hific_core.container import hfc_file
from hific_core.models import zoo

from .conftest import Hific

FIELDS = [
    "input",
    "bytes",
    "width",
    "height",
    "bits_per_pixel",
    "grey",
    "quality",
    "realism",
    "header_bytes",
    "hyperlatent_bytes",
    "latent_bytes",
    "metadata_bytes",
    "metadata",
    "partitions",
    "damaged",
    "entropy_fingerprint",
    "generator_fingerprint",
    "model",
    "same_generator",
]


def test_sizes_of_the_parts_add_up(hific: Hific, compressed: Path) -> None:
    file = replace(hfc_file.read(compressed), metadata={"EXIF": b"e" * 500, "ICCP": b"abc"})
    hfc_file.write(compressed, file)
    record = json.loads(hific("info", compressed, "--json").out)
    assert list(record) == FIELDS
    parts = ("header_bytes", "hyperlatent_bytes", "latent_bytes", "metadata_bytes")
    assert sum(record[part] for part in parts) == record["bytes"] == compressed.stat().st_size
    assert record["metadata"]["ICCP"] == 3
    assert 3 < record["metadata"]["EXIF"] < 500
    assert record["latent_bytes"] == file.latent_bytes
    assert (record["width"], record["height"], record["partitions"]) == (56, 40, 1)
    assert (record["model"], record["same_generator"], record["damaged"]) == ("tiny", True, [])
    assert record["entropy_fingerprint"] == zoo.named("tiny").card.entropy_fingerprint


def test_a_line_for_people(hific: Hific, compressed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = hific("info", compressed)
    assert outcome.code == 0
    assert outcome.out.startswith(f"{compressed}: 56 x 40, ")
    assert outcome.out.endswith(", tiny\n")
    monkeypatch.setenv("HIFIC_MODELS", "")
    assert hific("info", compressed).out.endswith("which is not installed\n")


def test_another_generator(hific: Hific, compressed: Path) -> None:
    file = hfc_file.read(compressed)
    header = replace(file.header, generator_fingerprint=b"\0\0\0\0")
    hfc_file.write(compressed, replace(file, header=header))
    assert hific("info", compressed).out.endswith("tiny with another generator\n")


def test_damage_is_named(hific: Hific, compressed: Path) -> None:
    whole = compressed.read_bytes()
    compressed.write_bytes(whole[:-1])
    outcome = hific("info", compressed)
    assert outcome.code == 3
    assert outcome.out.endswith("damaged: partition 0\n")
    compressed.write_bytes(whole + b"more")
    outcome = hific("info", compressed)
    assert (outcome.code, outcome.out.endswith("damaged: end of file\n")) == (3, True)


def test_bad_files(hific: Hific, compressed: Path) -> None:
    text = compressed.with_name("text.hfc")
    text.write_text("dear diary")
    outcome = hific("info", text, compressed, "missing.hfc", "--json")
    assert outcome.code == 1
    assert [sorted(json.loads(line)) == ["error", "input"] for line in outcome.out.splitlines()] == [True, False, True]
    assert "not a .hfc file" in outcome.err
    assert "hific: 2 of 3 failed" in outcome.err
