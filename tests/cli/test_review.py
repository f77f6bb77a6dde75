"""`hific compress` with --reconstructions, --metrics and --no-files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hific_core import lpips_weights
from hific_core.cli.batch import Job, Result, StopBatch
from hific_core.cli.compress import Compressor
from hific_core.errors import DeviceMissing
from hific_core.metrics import Lpips, distances
from hific_core.progress import Progress

from .conftest import Hific, Photo, names


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those of the person who runs the tests are not looked at."""
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "cache" / "lpips_alex.npz")


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture)


def test_a_folder_gives_files_reconstructions_and_a_table(
    hific: Hific, photo: Photo, tiny_lpips_path: Path, tmp_path: Path
) -> None:
    photo("in/a.png")
    photo("in/sub/b.jpg", size=(170, 165))
    table = tmp_path / "table.json"
    options = ("--reconstructions", tmp_path / "back", "--metrics", table, "--lpips-weights", tiny_lpips_path)
    outcome = hific("compress", tmp_path / "in", "-o", tmp_path / "out", *options, "--json")
    assert outcome.code == 0
    assert names(tmp_path / "out") == ["a.hfc", "sub/b.hfc"]
    assert names(tmp_path / "back") == ["a.png", "sub/b.png"]
    assert hific("compress", tmp_path / "in", "-o", tmp_path / "plain").code == 0
    assert hific("decompress", tmp_path / "plain", "-o", tmp_path / "decoded").code == 0
    for name in names(tmp_path / "back"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / "decoded" / name).read_bytes()
    for name in names(tmp_path / "out"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
    rows = json.loads(table.read_bytes())["pictures"]
    assert rows == [json.loads(line) for line in outcome.out.splitlines()]
    for row in rows:
        original = Path(row["input"])
        expected = distances(pixels_of(original), pixels_of(Path(row["reconstruction"])), Lpips(tiny_lpips_path))
        assert (row["psnr"], row["ms_ssim"], row["lpips"]) == expected
        assert row["original_bits_per_pixel"] == original.stat().st_size * 8 / (row["width"] * row["height"])
        assert row["bytes"] == Path(row["output"]).stat().st_size
    assert [row["ms_ssim"] is None for row in rows] == [True, False]


def test_what_nobody_sees_does_not_count(hific: Hific, tmp_path: Path) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (170, 180, 4), np.uint8)
    pixels[:, :120, 3], pixels[:, 120:, 3] = 0, 255
    (tmp_path / "in").mkdir()
    Image.fromarray(pixels).save(tmp_path / "in" / "cut.png")
    back, table = tmp_path / "back", tmp_path / "table.json"
    assert hific("compress", tmp_path / "in", "--no-files", "--reconstructions", back, "--metrics", table).code == 0
    (row,) = json.loads(table.read_bytes())["pictures"]
    decoded = pixels_of(back / "cut.png")
    assert np.array_equal(decoded[..., 3], pixels[..., 3])
    for each in (pixels, decoded):
        each[:, :120, :3] = 128
    assert (row["psnr"], row["ms_ssim"], row["lpips"]) == distances(pixels[..., :3], decoded[..., :3], None)


def test_without_files_the_numbers_are_the_same(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    photo("in/a.png")
    table = tmp_path / "t" / "a.json"
    assert hific("compress", tmp_path / "in", "-o", tmp_path / "out", "--metrics", table).code == 0
    outcome = hific("compress", tmp_path / "in", "--no-files", "--reconstructions", tmp_path / "back")
    assert (outcome.code, outcome.err) == (0, "")
    assert "a.png: " in outcome.out
    outcome = hific("compress", tmp_path / "in", "--no-files", "--metrics", table)
    assert outcome.code == 0
    assert "mean of 1: " in outcome.out
    assert names(tmp_path) == ["back/a.png", "in/a.png", "out/a.hfc", "t/a (2).json", "t/a.json"]
    (with_file,), (without,) = (
        json.loads(path.read_bytes())["pictures"] for path in (table, table.with_name("a (2).json"))
    )
    assert with_file["output"] == str(tmp_path / "out" / "a.hfc")
    for field in ("output", "seconds", "decode_seconds"):
        with_file.pop(field)
        without.pop(field)
    assert with_file == without


def test_a_batch_without_files_goes_on_by_its_reconstructions(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    for name in ("in/a.png", "in/b.png"):
        photo(name)
    arguments = ("compress", tmp_path / "in", "--no-files", "--reconstructions", tmp_path / "back", "--skip-existing")
    assert hific(*arguments).code == 0
    (tmp_path / "back" / "b.png").unlink()
    outcome = hific(*arguments, "--metrics", tmp_path / "t.json")
    assert outcome.out.count("skipped") == 1
    assert "1 skipped pictures have no row" in outcome.err
    assert names(tmp_path / "back") == ["a.png", "b.png"]
    found = json.loads((tmp_path / "t.json").read_bytes())
    assert [Path(row["input"]).name for row in found["pictures"]] == ["b.png"]
    assert found["skipped"] == [str(tmp_path / "in" / "a.png")]


def test_reconstructions_among_the_inputs_are_no_inputs_of_the_next_run(
    hific: Hific, photo: Photo, tmp_path: Path
) -> None:
    photo("in/a.png")
    for _ in range(2):
        options = ("--reconstructions", tmp_path / "in" / "back", "--on-collision", "overwrite")
        assert hific("compress", tmp_path / "in", "-o", tmp_path / "out", *options).code == 0
    assert names(tmp_path) == ["in/a.png", "in/back/a.png", "out/a.hfc"]


def test_a_reconstruction_never_overwrites_an_input(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    before = photo("in/a.png").read_bytes()
    options = ("--reconstructions", tmp_path / "in")
    for more in ([], ["--no-files"]):
        outcome = hific("compress", tmp_path / "in", *options, "--on-collision", "overwrite", *more)
        assert outcome.code == 1
        assert "one of the inputs" in outcome.err
        assert names(tmp_path) == ["in/a.png"]
    assert hific("compress", tmp_path / "in", *options).code == 0
    assert names(tmp_path) == ["in/a (2).png", "in/a.hfc", "in/a.png"]
    assert (tmp_path / "in" / "a.png").read_bytes() == before


def test_a_picture_that_fails_is_in_the_table_of_failures(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    photo("in/a.png")
    (tmp_path / "in" / "bad.png").write_text("no picture")
    outcome = hific("compress", tmp_path / "in", "--no-files", "--metrics", tmp_path / "t.json")
    assert outcome.code == 1
    assert "--lpips-weights" in outcome.err
    found = json.loads((tmp_path / "t.json").read_bytes())
    assert [Path(row["input"]).name for row in found["pictures"]] == ["a.png"]
    assert [Path(failure["input"]).name for failure in found["failures"]] == ["bad.png"]


@pytest.mark.parametrize("end", [KeyboardInterrupt(), StopBatch()])
def test_a_batch_that_is_stopped_leaves_the_table_so_far(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    end.__cause__ = DeviceMissing("The device is gone.")
    for name in ("in/a.png", "in/b.png", "in/c.png"):
        photo(name)
    work = Compressor.__call__

    def stopped(self: Compressor, job: Job, progress: Progress) -> Result:
        if job.input.name == "b.png":
            raise end
        return work(self, job, progress)

    monkeypatch.setattr(Compressor, "__call__", stopped)
    outcome = hific("compress", tmp_path / "in", "--no-files", "--metrics", tmp_path / "t.json")
    assert outcome.code == (1 if isinstance(end, StopBatch) else 130)
    assert f"written: {tmp_path / 't.json'}" in outcome.err
    assert [Path(row["input"]).name for row in json.loads((tmp_path / "t.json").read_bytes())["pictures"]] == ["a.png"]
    (tmp_path / "in" / "a.png").unlink()
    hific("compress", tmp_path / "in", "--no-files", "--metrics", tmp_path / "none.json")
    assert not (tmp_path / "none.json").exists()


def test_a_table_that_cannot_be_written_is_refused_before_the_work(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    photo("in/a.png")
    for folder in (tmp_path / "in" / "a.png" / "t", Path("/proc")):
        outcome = hific("compress", tmp_path / "in", "-o", tmp_path / "out", "--metrics", folder / "t.csv")
        assert (outcome.code, outcome.out) == (2, "")
        assert "--metrics" in outcome.err and "name another" in outcome.err
    assert names(tmp_path) == ["in/a.png"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--no-files"], "leaves nothing to do"),
        (["--no-files", "-o", "out", "--metrics", "t.csv"], "leave it out beside --no-files"),
        (["--metrics", "t.h5"], "ends in .csv or .json"),
        (["--metrics", "."], "ends in .csv or .json"),
        (["--lpips-weights", "x.npz"], "no place without --metrics"),
        (["--reconstructions", __file__], "not a folder"),
    ],
)
def test_options_that_do_not_fit(hific: Hific, photo: Photo, options: list[str], words: str) -> None:
    outcome = hific("compress", photo(), *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in " ".join(outcome.err.replace("│", " ").split())
    assert names(photo().parent) == ["photo.png"]
