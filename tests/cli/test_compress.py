import dataclasses
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from hific_core import lpips_weights, preview
from hific_core.cli.compress import Rate
from hific_core.container import hfc_file
from hific_core.errors import UnsupportedByModel
from hific_core.models import zoo
from hific_core.pixels.picture import Picture, read_picture
from hific_core.preview import TAG, decode_preview

from .conftest import Hific, Photo, names

FIELDS = [
    "input",
    "output",
    "bytes",
    "metadata_bytes",
    "width",
    "height",
    "bits_per_pixel",
    "estimated_bits_per_pixel",
    "model",
    "quality",
    "seconds",
    "warnings",
]


def _fails_with(error_number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(error_number, os.strerror(error_number))

    return fail


def test_json_has_exactly_these_fields(hific: Hific, photo: Photo) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    path = photo(exif=exif)
    outcome = hific("compress", path, "--json")
    record = json.loads(outcome.out)
    assert list(record) == FIELDS
    written = path.with_name("photo.hfc")
    size = written.stat().st_size
    assert (record["input"], record["output"], record["bytes"]) == (str(path), str(written), size)
    assert (record["width"], record["height"], record["model"], record["quality"]) == (56, 40, "tiny", 500)
    assert record["bits_per_pixel"] == size * 8 / (56 * 40)
    assert 0 < record["estimated_bits_per_pixel"] < record["bits_per_pixel"]
    assert record["metadata_bytes"] == hfc_file.read(written).metadata_bytes > 20
    assert record["seconds"] > 0
    assert record["warnings"] == []
    assert (outcome.code, outcome.err) == (0, "")


def test_line_and_notes_for_people(hific: Hific, photo: Photo) -> None:
    path = photo()
    Image.open(path).convert("CMYK").save(path.with_name("ink.tif"))
    outcome = hific("compress", path.with_name("ink.tif"))
    assert outcome.out.startswith(f"{path.with_name('ink.tif')} -> {path.with_name('ink.hfc')}: ")
    assert "bits per pixel, quality 500" in outcome.out
    assert outcome.err.startswith(f"hific: note: {path.with_name('ink.tif')}: ")


@pytest.mark.parametrize(
    ("options", "quality"),
    [
        ([], 500),
        (["--regime", "low"], 200),
        (["--regime", "high"], 800),
        (["--quality", "0"], 0),
        (["--quality", "1000"], 1000),
    ],
)
def test_rate(hific: Hific, photo: Photo, options: list[str], quality: int) -> None:
    assert hific("compress", photo(), *options).code == 0
    assert hfc_file.read(photo().with_name("photo.hfc")).header.quality == quality


def test_targets_are_met_by_the_whole_file(hific: Hific, photo: Photo) -> None:
    sizes = {}
    for quality in (100, 900):
        outcome = hific("compress", photo(), "--quality", quality, "--on-collision", "overwrite", "--json")
        sizes[quality] = json.loads(outcome.out)["bytes"]
    target = (sizes[100] + sizes[900]) // 2
    by_size = json.loads(hific("compress", photo(), "--target-size", f"{target}B", "--json").out)
    assert sizes[100] <= by_size["bytes"] <= target
    rate = target * 8 / (56 * 40)
    by_rate = json.loads(hific("compress", photo(), "--target-bpp", rate + 1e-9, "--json").out)
    assert by_rate["bytes"] == by_size["bytes"]
    assert by_rate["bits_per_pixel"] <= rate


def test_a_target_may_be_as_large_as_it_can_be(hific: Hific, photo: Photo) -> None:
    for rate in (
        ["--target-bpp", 1_000_000],
        ["--target-size", 2**63 - 1],
        ["--target-size", 2**63 - 1, "--effort", 1],
    ):
        outcome = hific("compress", photo(), *rate, "--json")
        assert (outcome.code, json.loads(outcome.out)["quality"] > 900) == (0, True)


def test_a_target_out_of_reach_fails_for_that_file_and_writes_nothing(hific: Hific, photo: Photo) -> None:
    outcome = hific("compress", photo(), photo("second.png"), "--target-size", "10B")
    assert outcome.code == 1
    assert outcome.err.count("cannot get as small as 10 bytes") == 2
    assert "hific: 2 of 2 failed" in outcome.err
    assert names(photo().parent) == ["photo.png", "second.png"]


@pytest.mark.parametrize(
    "options",
    [
        ["--regime", "low", "--quality", "3"],
        ["--target-bpp", "1", "--target-size", "1kB"],
        ["--regime", "medium"],
        ["--quality", "1001"],
        ["--quality", "-1"],
        ["--target-bpp", "0"],
        ["--target-bpp", "nan"],
        ["--target-bpp", "inf"],
        ["--target-bpp", "1e308"],
        ["--target-size", "9" * 400],
        ["--target-size", "9" * 5000],
        ["--target-size", f"{2**63}"],
        ["--target-size", "small"],
        ["--realism", "1.5"],
        ["--precision", "float8"],
        ["--on-collision", "ask"],
        ["--skip-existing", "--on-collision", "overwrite"],
        ["--max-pixels", "0"],
        ["--suffix", "/x"],
        ["-o", "picture.png"],
        ["--frobnicate"],
    ],
)
def test_usage_errors(hific: Hific, photo: Photo, options: list[str]) -> None:
    outcome = hific("compress", photo(), *options)
    assert outcome.code == 2
    assert outcome.err
    assert names(photo().parent) == ["photo.png"]


def test_folders_keep_their_structure_and_skip_the_rest(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    for name in ("in/a.png", "in/sub/b.jpg", "in/.hidden.png"):
        photo(name)
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    assert hific("compress", tmp_path / "in", photo("c.png"), "-o", tmp_path / "out").code == 0
    assert names(tmp_path / "out") == ["a.hfc", "c.hfc", "sub/b.hfc"]


def test_an_interrupted_batch_goes_on_where_it_stopped(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    for name in ("in/a.png", "in/a.jpg", "in/b.png"):
        photo(name)
    arguments = ("compress", tmp_path / "in", "-o", tmp_path / "out", "--skip-existing")
    assert hific(*arguments).code == 0
    assert names(tmp_path / "out") == ["a.jpg.hfc", "a.png.hfc", "b.hfc"]
    (tmp_path / "out" / "a.png.hfc").unlink()
    before = (tmp_path / "out" / "a.jpg.hfc").stat().st_mtime_ns
    outcome = hific(*arguments, "--json")
    skipped = [json.loads(line).get("skipped", False) for line in outcome.out.splitlines()]
    assert (outcome.code, skipped) == (0, [True, False, True])
    assert names(tmp_path / "out") == ["a.jpg.hfc", "a.png.hfc", "b.hfc"]
    assert (tmp_path / "out" / "a.jpg.hfc").stat().st_mtime_ns == before


def test_skipping_reads_nothing(hific: Hific, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    (tmp_path / "broken.hfc").write_text("kept")
    for option in (["--skip-existing"], ["--on-collision", "skip"]):
        outcome = hific("compress", tmp_path / "broken.png", *option)
        assert (outcome.code, outcome.err) == (0, "")
        assert "skipped" in outcome.out
    assert (tmp_path / "broken.hfc").read_text() == "kept"


def test_collisions(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    (tmp_path / "photo.hfc").write_text("old")
    assert hific("compress", photo()).code == 0
    assert hific("compress", photo(), "--on-collision", "unique", "--suffix", "-x").code == 0
    assert names(tmp_path) == ["photo (2).hfc", "photo-x.hfc", "photo.hfc", "photo.png"]
    assert (tmp_path / "photo.hfc").read_text() == "old"
    assert hific("compress", photo(), "--on-collision", "overwrite").code == 0
    assert (tmp_path / "photo.hfc").read_bytes() == (tmp_path / "photo (2).hfc").read_bytes()


def test_an_input_is_never_overwritten(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    photo().rename(tmp_path / "photo.hfc")  # a picture under a wrong name
    before = (tmp_path / "photo.hfc").read_bytes()
    outcome = hific("compress", tmp_path / "photo.hfc", "--on-collision", "overwrite")
    assert outcome.code == 1
    assert "one of the inputs" in outcome.err
    assert (tmp_path / "photo.hfc").read_bytes() == before
    assert hific("compress", tmp_path / "photo.hfc").code == 0
    assert names(tmp_path) == ["photo (2).hfc", "photo.hfc"]


def test_one_named_output(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    assert hific("compress", photo(), "-o", tmp_path / "new" / "x.hfc").code == 0
    assert names(tmp_path) == ["new/x.hfc", "photo.png"]
    assert hific("compress", photo(), photo("b.png"), "-o", tmp_path / "y.hfc").code == 2


def test_metadata_is_kept_unless_stripped(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    path = photo("a.jpg", exif=exif)
    assert hific("compress", path).code == 0
    assert hific("compress", path, "--strip-metadata", "--suffix", "-bare").code == 0
    assert "EXIF" in hfc_file.read(tmp_path / "a.hfc").metadata
    assert hfc_file.read(tmp_path / "a-bare.hfc").metadata == {}


def test_files_above_the_least_size_carry_a_preview(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photo()
    plain = tmp_path / "plain.hfc"
    assert hific("compress", path, "-o", plain).code == 0
    assert TAG not in hfc_file.read(plain).metadata
    size = plain.stat().st_size
    monkeypatch.setattr(preview, "LEAST_BYTES", 1)
    monkeypatch.setattr(preview, "SHARE", 30.0)
    with_one, stripped, aimed = (tmp_path / name for name in ("one.hfc", "stripped.hfc", "aimed.hfc"))
    record = json.loads(hific("compress", path, "-o", with_one, "--json").out)
    file = hfc_file.read(with_one)
    assert decode_preview(file.metadata[TAG]).size == (56, 40)
    assert record["bytes"] - record["metadata_bytes"] == size
    assert dataclasses.replace(file, metadata={}) == hfc_file.read(plain)
    info = json.loads(hific("info", with_one, "--json").out)
    assert info["metadata"][TAG] == len(file.metadata[TAG])
    assert info["metadata_bytes"] == record["metadata_bytes"], "with the directory, everywhere"
    assert hific("compress", path, "-o", stripped, "--strip-metadata").code == 0
    assert stripped.read_bytes() == plain.read_bytes()
    assert hific("compress", path, "-o", aimed, "--target-size", f"{size + 10}B").code == 0
    assert aimed.stat().st_size <= size + 10
    assert TAG not in hfc_file.read(aimed).metadata


def test_a_bad_file_does_not_stop_the_rest(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty").mkdir()
    outcome = hific("compress", tmp_path / "text.png", tmp_path / "missing.png", tmp_path / "empty", photo(), "--json")
    records = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 1
    assert [sorted(record) for record in records[:3]] == [["error", "input"]] * 3
    assert list(records[3]) == FIELDS
    lines = outcome.err.splitlines()
    assert lines[-1] == "hific: 3 of 4 failed"
    for name in ("text.png", "missing.png", "empty"):
        assert sum(str(tmp_path / name) in line for line in lines) == 1


def test_too_many_pixels(hific: Hific, photo: Photo) -> None:
    outcome = hific("compress", photo(), "--max-pixels", 1000)
    assert outcome.code == 1
    assert "--max-pixels" in outcome.err
    assert "photo.png" in outcome.err
    assert names(photo().parent) == ["photo.png"]


def test_realism_needs_a_model_with_it_and_stops_the_batch(hific: Hific, photo: Photo) -> None:
    outcome = hific("compress", photo(), photo("b.png"), "--realism", 0.5)
    assert outcome.code == 1
    assert outcome.err == "hific: error: The model tiny has no realism control; leave --realism out.\n"
    assert hific("compress", photo(), "--realism", 0).code == 0


def test_a_regime_that_the_model_lacks(monkeypatch: pytest.MonkeyPatch, hific: Hific, photo: Photo) -> None:
    tiny = zoo.named("tiny")
    card = dataclasses.replace(tiny.card, regimes={"high": 900})
    with pytest.raises(UnsupportedByModel, match="no regime low; it has high"):
        zoo.for_regime(zoo.Installed(card, tiny.path), "low")
    assert Rate().quality_of(card) == 900
    monkeypatch.setattr(zoo, "default", lambda: zoo.Installed(card, tiny.path))
    outcome = hific("compress", photo(), "--regime", "low")
    assert (outcome.code, outcome.err) == (1, "hific: error: The model tiny has no regime low; it has high.\n")


def test_models(hific: Hific, photo: Photo, tiny_model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tiny", tiny_model_path):
        assert hific("compress", photo(), "--model", name, "--device", "cpu", "--precision", "float32").code == 0
    outcome = hific("compress", photo(), "--model", "huge")
    assert outcome.code == 1
    assert "no model called 'huge'; installed are: tiny" in outcome.err
    monkeypatch.setenv("HIFIC_MODELS", "")
    outcome = hific("compress", photo())
    assert outcome.code == 1
    assert "No model is installed" in outcome.err


def test_a_missing_device_is_said_once(hific: Hific, photo: Photo) -> None:
    outcome = hific("compress", photo(), photo("b.png"), "--device", "toaster")
    assert (outcome.code, len(outcome.err.splitlines())) == (1, 1)
    assert "--device cpu" in outcome.err


def test_weights_of_a_wrong_shape(hific: Hific, photo: Photo, tiny_model_path: Path, tmp_path: Path) -> None:
    with safe_open(tiny_model_path, framework="numpy") as file:
        metadata = file.metadata()
    arrays = load_file(tiny_model_path)
    name = next(name for name in arrays if name.startswith("network.generator") and name.endswith("weight"))
    arrays[name] = np.ascontiguousarray(arrays[name][:-1])
    weights = tmp_path / "weights" / "bad.safetensors"
    weights.parent.mkdir()
    save_file(arrays, weights, metadata)
    cut = weights.with_name("cut.safetensors")
    cut.write_bytes(tiny_model_path.read_bytes()[:5000])
    for path in (weights, cut):
        outcome = hific("compress", photo(), photo("b.png"), "--model", path)
        assert (outcome.code, len(outcome.err.splitlines())) == (1, 1), outcome.err
        assert str(path) in outcome.err
    assert names(photo().parent) == ["b.png", "photo.png", "weights/bad.safetensors", "weights/cut.safetensors"]


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is too full"), (errno.EACCES, "permission")])
def test_a_disk_that_refuses(
    hific: Hific, photo: Photo, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    photo()
    monkeypatch.setattr("hific_core.atomic.os.fsync", _fails_with(number))
    outcome = hific("compress", photo())
    assert outcome.code == 1
    assert words in outcome.err
    assert "photo.hfc" in outcome.err
    assert names(photo().parent) == ["photo.png"]


def test_a_picture_that_changes_while_it_is_read(hific: Hific, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_slowly(path: Path, *, max_pixels: int) -> Picture:
        found = read_picture(path, max_pixels=max_pixels)
        path.write_bytes(path.read_bytes() + b"more")
        return found

    photo()
    monkeypatch.setattr("hific_core.pixels.picture.read_picture", read_slowly)
    outcome = hific("compress", photo())
    assert (outcome.code, "photo.png changed while it was read; try again" in outcome.err) == (1, True)
    assert names(photo().parent) == ["photo.png"]


def test_ctrl_c_while_writing_leaves_nothing(hific: Hific, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    photo()
    monkeypatch.setattr("hific_core.atomic.os.fsync", interrupt)
    outcome = hific("compress", photo())
    assert outcome.code == 130
    assert "stopped when 0 of 1" in outcome.err
    assert names(photo().parent) == ["photo.png"]


def test_effort_buys_bytes_and_is_refused_by_models_for_texture(
    hific: Hific, photo: Photo, tiny_hific_path: Path
) -> None:
    path = photo(size=(120, 90))
    sizes = []
    for effort in (0, 3):
        outcome = hific("compress", path, "--effort", effort, "--json")
        sizes.append(json.loads(outcome.out)["bytes"])
    assert sizes[1] < sizes[0]
    limit = json.loads(hific("compress", path, "--effort", 1, "--target-size", sizes[0], "--json").out)
    assert limit["bytes"] <= sizes[0]
    assert hific("compress", path, "--effort", 11).code == 2
    outcome = hific("compress", path, "--model", tiny_hific_path, "--effort", 1)
    assert outcome.code == 1 and "leave --effort out" in outcome.err


def test_effort_for_the_eye(
    hific: Hific, photo: Photo, tiny_lpips_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, perceptual = photo(size=(120, 90)), ("--perceptual", "--lpips-weights", tiny_lpips_path, "--json")
    plain = json.loads(hific("compress", path, "--json").out)
    found = json.loads(hific("compress", path, "--effort", 2, *perceptual).out)
    assert found["quality"] > plain["quality"], "what is gained in bytes is spent"
    assert hfc_file.read(Path(found["output"])) != hfc_file.read(Path(plain["output"]))
    limit = json.loads(hific("compress", path, "--effort", 1, "--target-size", plain["bytes"], *perceptual).out)
    assert limit["bytes"] <= plain["bytes"]
    outcome = hific("compress", path, *perceptual)
    assert outcome.code == 2 and "--effort" in outcome.err
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "lpips_alex.npz")
    outcome = hific("compress", path, "--effort", 1, "--perceptual")
    assert outcome.code == 1 and "hific lpips-weights" in outcome.err
