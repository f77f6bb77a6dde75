import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hific_core.codec import Codec
from hific_core.container import hfc_file

from .conftest import Hific, Photo, names
from .test_compress import FIELDS


def test_json_has_exactly_these_fields(hific: Hific, compressed: Path) -> None:
    outcome = hific("decompress", compressed, "--json")
    record = json.loads(outcome.out)
    assert list(record) == [*FIELDS, "realism", "damaged"]
    size = compressed.stat().st_size
    assert (record["input"], record["output"]) == (str(compressed), str(compressed.with_name("photo.png")))
    assert (record["bytes"], record["metadata_bytes"], record["bits_per_pixel"]) == (size, 0, size * 8 / (56 * 40))
    assert (record["width"], record["height"], record["model"], record["quality"]) == (56, 40, "tiny", 500)
    assert record["estimated_bits_per_pixel"] is None
    assert (record["warnings"], record["realism"], record["damaged"]) == ([], 0.0, [])
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("format", ["png", "jpg", "webp", "tiff", "ppm"])
def test_formats(hific: Hific, compressed: Path, format: str) -> None:
    outcome = hific("decompress", compressed, "--format", format, "--suffix", "-x")
    assert outcome.code == 0
    assert outcome.out.startswith(f"{compressed} -> {compressed.with_name(f'photo-x.{format}')}: 56 x 40 pixels")
    with Image.open(compressed.with_name(f"photo-x.{format}")) as image:
        assert image.size == (56, 40)


def test_one_named_output_has_the_format_of_its_name(hific: Hific, compressed: Path, tmp_path: Path) -> None:
    assert hific("decompress", compressed, "-o", tmp_path / "x.JPG").code == 0
    with Image.open(tmp_path / "x.JPG") as image:
        assert image.format == "JPEG"
    assert hific("decompress", compressed, "-o", tmp_path / "y.jpeg", "--format", "jpg").code == 0
    assert hific("decompress", compressed, "-o", tmp_path / "z.jpg", "--format", "png").code == 2
    assert hific("decompress", compressed, "-o", tmp_path / "z.bmp").code == 2


def test_folders_collisions_and_going_on(hific: Hific, compressed: Path, tmp_path: Path) -> None:
    folder, out = compressed.parent, tmp_path / "out"
    (folder / "sub").mkdir()
    (folder / "sub" / "b.HFC").write_bytes(compressed.read_bytes())
    (folder / "notes.txt").write_text("not taken")
    for _ in range(2):
        assert hific("decompress", folder, "-o", out, "--skip-existing").code == 0
        assert names(out) == ["photo.png", "sub/b.png"]
    assert hific("decompress", folder, "-o", out).code == 0
    assert names(out) == ["photo (2).png", "photo.png", "sub/b (2).png", "sub/b.png"]
    (out / "photo.png").write_text("old")
    assert hific("decompress", folder, "-o", out, "--on-collision", "overwrite").code == 0
    assert (out / "photo.png").read_bytes() == (out / "photo (2).png").read_bytes()


def test_metadata_come_back_unless_stripped(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    assert hific("compress", photo("a.jpg", exif=exif)).code == 0
    for option in ([], ["--strip-metadata"]):
        assert hific("decompress", tmp_path / "a.hfc", *option, "-o", tmp_path / "x.png").code == 0
    with Image.open(tmp_path / "x.png") as kept, Image.open(tmp_path / "x (2).png") as stripped:
        assert kept.getexif()[0x010E] == "a description"
        assert not stripped.getexif()


def test_realism_device_precision_and_model(hific: Hific, compressed: Path, tiny_model_path: Path) -> None:
    options = ("--device", "cpu", "--precision", "float32", "--model", tiny_model_path)
    assert hific("decompress", compressed, *options, "--realism", 0).code == 0
    outcome = hific("decompress", compressed, "--realism", 1)
    assert outcome.code == 1
    assert "no realism control" in outcome.err
    assert hific("decompress", compressed, "--realism", 2).code == 2


def test_a_text_file_and_cut_files(hific: Hific, compressed: Path) -> None:
    text = compressed.with_name("text.hfc")
    text.write_text("dear diary")
    data = compressed.read_bytes()
    cuts = []
    for length in (0, 3, 10, 25, len(data) // 2, len(data) - 1):
        cuts.append(compressed.with_name(f"cut{length}.hfc"))
        cuts[-1].write_bytes(data[:length])
    outcome = hific("decompress", text, *cuts)
    assert outcome.code == 1
    lines = outcome.err.splitlines()
    assert len(lines) == 1 + len(cuts) + 1
    assert all(str(path) in line for path, line in zip([text, *cuts], lines, strict=False))
    assert lines[-1] == f"hific: {1 + len(cuts)} of {1 + len(cuts)} failed"
    assert not list(compressed.parent.glob("*.png"))


def test_another_model_is_named_with_the_way_to_it(hific: Hific, compressed: Path, tiny_model_path: Path) -> None:
    file = hfc_file.read(compressed)
    foreign = compressed.with_name("foreign.hfc")
    header = replace(file.header, entropy_fingerprint=bytes.fromhex("0badcafe"))
    hfc_file.write(foreign, replace(file, header=header))
    outcome = hific("decompress", foreign)
    assert outcome.code == 1
    assert all(words in outcome.err for words in (str(foreign), "0badcafe", "--model", "hific models"))
    outcome = hific("decompress", foreign, "--model", tiny_model_path)
    assert outcome.code == 1
    assert all(words in outcome.err for words in (str(foreign), "0badcafe", "leave --model out"))
    assert names(compressed.parent) == ["foreign.hfc", "photo.hfc"]


def test_another_generator_decodes_and_says_so(hific: Hific, compressed: Path) -> None:
    file = hfc_file.read(compressed)
    header = replace(file.header, generator_fingerprint=bytes.fromhex("0badcafe"))
    hfc_file.write(compressed, replace(file, header=header))
    outcome = hific("decompress", compressed)
    assert outcome.code == 0
    assert "0badcafe" in outcome.err


def test_too_many_pixels(hific: Hific, compressed: Path) -> None:
    outcome = hific("decompress", compressed, "--max-pixels", 2239)
    assert outcome.code == 1
    assert all(words in outcome.err for words in (str(compressed), "--max-pixels"))
    assert hific("decompress", compressed, "--max-pixels", 2240).code == 0


def test_salvage_saves_what_is_whole(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    assert hific("compress", photo(size=(600, 30))).code == 0
    path = tmp_path / "photo.hfc"
    whole = path.read_bytes()
    assert hific("decompress", path, "--salvage", "-o", tmp_path / "whole.png").code == 0
    path.write_bytes(whole[:-1])
    assert hific("decompress", path, "-o", tmp_path / "no.png").code == 1
    outcome = hific("decompress", path, "--salvage", "-o", tmp_path / "saved.png")
    assert outcome.code == 3
    assert all(words in outcome.err for words in (str(path), "partition 1", "grey"))
    outcome = hific("decompress", path, "--salvage", "--json", "-o", tmp_path / "saved.png")
    assert (outcome.code, json.loads(outcome.out)["damaged"]) == (3, ["partition 1"])
    with Image.open(tmp_path / "saved.png") as saved, Image.open(tmp_path / "whole.png") as expected:
        assert (np.asarray(saved)[:, 512:] == 128).all()
        np.testing.assert_array_equal(np.asarray(saved)[:, :256], np.asarray(expected)[:, :256])
    path.write_bytes(whole + b"more")
    outcome = hific("decompress", path, "--salvage", "-o", tmp_path / "long.png")
    assert (outcome.code, outcome.err.rpartition(": ")[2]) == (3, "end of file; the bytes after it are passed over.\n")
    assert (tmp_path / "long.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    path.write_bytes(whole[:20])
    assert hific("decompress", path, "--salvage").code == 1


def test_a_folder_that_takes_no_file_is_known_before_the_work(
    hific: Hific, compressed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worked(*_: object, **__: object) -> None:
        pytest.fail("it was decoded")

    monkeypatch.setattr(Codec, "decode", worked)
    outcome = hific("decompress", compressed, "-o", compressed / "sub")
    assert (outcome.code, "sub takes no file (Not a directory); choose another" in outcome.err) == (1, True)
