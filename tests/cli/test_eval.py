import csv
import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from hific_core import lpips_weights, metrics
from hific_core.cli.batch import Result, StopBatch
from hific_core.cli.eval import Evaluator, settings
from hific_core.cli.options import Regime
from hific_core.cli.scores import Scores
from hific_core.compare import encode_at
from hific_core.errors import DeviceMissing, HificError, UnwritableFile
from hific_core.metrics import ms_ssim, psnr
from hific_core.models import zoo

from ..conftest import tiny_card
from .conftest import Hific, Photo, names


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those of the person who runs the tests are not looked at."""
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "cache" / "lpips_alex.npz")


@pytest.fixture
def results(hific: Hific, tmp_path: Path) -> Any:
    """Runs `hific eval` and gives its outcome and its JSON."""

    def run(*arguments: object) -> tuple[Any, Any]:
        path = tmp_path / "results" / "eval.json"
        path.unlink(missing_ok=True)
        outcome = hific("eval", *arguments, "--json", path)
        return outcome, json.loads(path.read_bytes())

    return run


def test_bytes_are_those_of_compress(results: Any, hific: Hific, photo: Photo) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    paths = [photo("in/plain.png"), photo("in/exif.png", exif=exif), photo("in/profile.jpg", icc_profile=profile)]
    outcome, found = results(paths[0].parent)
    assert outcome.code == 0
    rows = {(row["input"], row["setting"]): row for row in found["pictures"]}
    assert len(rows) == 9
    for path in paths:
        for regime in ("low", "med", "high"):
            line = hific(
                "compress", path, "--regime", regime, "--strip-metadata", "--json", "--on-collision", "overwrite"
            ).out
            record = json.loads(line)
            row = rows[str(path), regime]
            assert row["bytes"] == record["bytes"] - record["metadata_bytes"]
            assert row["bits_per_pixel"] == row["bytes"] * 8 / (56 * 40)
            assert (row["codec"], row["quality"], row["width"], row["height"]) == ("tiny", record["quality"], 56, 40)
            assert (record["metadata_bytes"] > 0) == (path.name == "profile.jpg")


def test_distances_are_those_of_decompress(results: Any, hific: Hific, photo: Photo) -> None:
    path = photo(size=(170, 165))
    _, found = results(path, "--regime", "high")
    hific("compress", path, "--regime", "high")
    hific("decompress", path.with_suffix(".hfc"), "-o", path.with_name("back.png"))
    original, back = (np.array(Image.open(file)) for file in (path, path.with_name("back.png")))
    (row,) = found["pictures"]
    assert row["psnr"] == psnr(original, back)
    assert row["ms_ssim"] == ms_ssim(original, back)
    assert (row["lpips"], row["exceeded"]) == (None, False)
    assert row["encode_seconds"] > 0
    assert row["decode_seconds"] > 0
    (average,) = found["averages"]
    assert average["pictures"] == 1
    assert {name: row[name] for name in average if name in row and name != "exceeded"} == {
        name: value for name, value in average.items() if name in row and name != "exceeded"
    }
    assert found["bd_rates"] == []
    assert (found["model"], found["failures"]) == ("tiny", [])


def test_ssimulacra2_is_a_column_where_its_package_is(
    results: Any, photo: Photo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = photo("small.png", size=(40, 30))
    monkeypatch.setitem(sys.modules, "ssimulacra2", None)
    outcome, found = results(path, "--regime", "low")
    assert "SSIMULACRA" not in outcome.out and found["averages"][0]["ssimulacra2"] is None
    fake = types.SimpleNamespace(compute_ssimulacra2=lambda original, other: 41.25)
    monkeypatch.setitem(sys.modules, "ssimulacra2", fake)
    outcome, found = results(path, "--regime", "low", "--compare", "jpeg")
    assert "SSIMULACRA 2" in outcome.out and "41.25" in outcome.out
    assert [row["ssimulacra2"] for row in found["pictures"] + found["averages"]] == [41.25] * 4


def test_what_nobody_sees_does_not_count(results: Any, hific: Hific, tmp_path: Path, tiny_lpips_path: Path) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (170, 180, 4), np.uint8)
    pixels[:, :120, 3], pixels[:, 120:, 3] = 0, 255
    path = tmp_path / "cut.png"
    Image.fromarray(pixels).save(path)
    _, found = results(path, "--regime", "high", "--compare", "jpeg", "--lpips-weights", tiny_lpips_path)
    ours, jpeg = found["pictures"]
    assert hific("decompress", hific_file(hific, path), "-o", tmp_path / "back.png").code == 0
    back = np.array(Image.open(tmp_path / "back.png"))[..., :3]
    rival = encode_at("jpeg", pixels[..., :3], ours["bytes"]).pixels
    lpips = metrics.Lpips(tiny_lpips_path)
    pixels[:, :120, :3] = back[:, :120] = rival[:, :120] = 128
    for row, other in ((ours, back), (jpeg, rival)):
        assert (row["psnr"], row["ms_ssim"], row["lpips"]) == metrics.distances(pixels[..., :3], other, lpips)


def hific_file(hific: Hific, path: Path) -> Path:
    """What `hific compress` makes of a picture."""
    assert hific("compress", path, "--regime", "high").code == 0
    return path.with_suffix(".hfc")


def test_rivals_have_at_most_our_bytes(results: Any, photo: Photo) -> None:
    paths = [photo(name, size=(120, 90)) for name in ("a.png", "bb.png")]
    qualities = [argument for quality in (900, 0, 600) for argument in ("--quality", quality)]
    outcome, found = results(*paths, *qualities, "--compare", "webp,JPEG, webp")
    assert outcome.code == 0
    assert len(found["pictures"]) == 2 * 3 * 3
    ours = {(row["input"], row["setting"]): row for row in found["pictures"] if row["codec"] == "tiny"}
    assert list(dict.fromkeys(setting for _, setting in ours)) == ["quality 0", "quality 600", "quality 900"]
    exceeded = {row["codec"] for row in found["pictures"] if row["exceeded"]}
    for row in found["pictures"]:
        allowed = ours[row["input"], row["setting"]]["bytes"]
        assert row["exceeded"] == (row["bytes"] > allowed)
        assert row["bits_per_pixel"] == row["bytes"] * 8 / (120 * 90)
        assert np.isfinite(row["psnr"])
    assert "tiny" not in exceeded
    assert [average["codec"] for average in found["averages"]] == ["tiny", "webp", "jpeg"] * 3
    for average in found["averages"]:
        rows = [r for r in found["pictures"] if (r["codec"], r["setting"]) == (average["codec"], average["setting"])]
        assert average["psnr"] == pytest.approx(np.mean([row["psnr"] for row in rows]))
        assert average["exceeded"] == sum(row["exceeded"] for row in rows)
    assert [rate["against"] for rate in found["bd_rates"]] == ["webp", "jpeg"]
    assert outcome.out.count("BD-rate of tiny against ") == 2
    assert ("even its smallest file" in outcome.out) == bool(exceeded)


def test_bad_files_are_named_and_left_out(results: Any, photo: Photo, tmp_path: Path) -> None:
    photo("in/good.png")
    (tmp_path / "in" / "bad.png").write_text("no picture")
    outcome, found = results(tmp_path / "in", tmp_path / "missing.png", "--regime", "low", "--compare", "avif")
    assert outcome.code == 1
    rows = [(Path(row["input"]).name, row["codec"]) for row in found["pictures"]]
    assert rows == [("good.png", "tiny"), ("good.png", "avif")]
    assert [Path(failure["input"]).name for failure in found["failures"]] == ["bad.png", "missing.png"]
    assert str(tmp_path / "in" / "bad.png") in outcome.err
    assert "hific: 2 of 3 failed" in outcome.err
    assert "PSNR" in outcome.out


def test_csv_has_every_row(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    path = tmp_path / "out" / "eval.csv"
    assert hific("eval", photo(), photo("b.png"), "--csv", path, "--compare", "jpeg").code == 0
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["kind"] for row in rows] == ["picture"] * 12 + ["average"] * 6
    assert rows[0]["input"] == str(photo())
    assert float(rows[0]["bits_per_pixel"]) == int(rows[0]["bytes"]) * 8 / (56 * 40)
    assert (rows[-1]["codec"], rows[-1]["setting"], rows[-1]["pictures"]) == ("jpeg", "high", "2")
    before = path.read_bytes()
    assert "eval (2).csv" in hific("eval", photo(), "--csv", path).out
    assert path.read_bytes() == before
    assert names(path.parent) == ["eval (2).csv", "eval.csv"]


def test_table_and_details(hific: Hific, photo: Photo) -> None:
    outcome = hific("eval", photo(size=(161, 161)), "--regime", "low")
    assert outcome.code == 0
    head, row = outcome.out.splitlines()
    assert head.split() == ["setting", "codec", "pictures", "bpp", "PSNR", "MS-SSIM", "encode", "s", "decode", "s"]
    assert row.split()[:3] == ["low", "tiny", "1"]
    outcome = hific("eval", photo(), "--regime", "low", "--details")
    assert "MS-SSIM" not in outcome.out
    assert str(photo()) in outcome.out.replace("\n", "")


def test_weights_add_their_columns(
    results: Any, hific: Hific, photo: Photo, tiny_lpips_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = hific("eval", photo(), "--regime", "low")
    assert "--lpips-weights" in outcome.err
    assert str(lpips_weights.cached_path()) in outcome.err
    assert "LPIPS" not in outcome.out
    options = ("--regime", "low", "--compare", "jpeg", "--lpips-weights", tiny_lpips_path)
    outcome, found = results(photo(size=(200, 200)), *options)
    assert outcome.err == (
        "hific: note: FD-alex is left out: it needs 1,000 patches, as 13 pictures of 768 x 512 have\n"
    )
    assert all(row["lpips"] > 0 for row in found["pictures"])
    assert [average["fd_alex"] for average in found["averages"]] == [None, None]
    monkeypatch.setattr(metrics, "LEAST_PATCHES", 8)
    outcome, found = results(photo(size=(200, 200)), photo("b.png", size=(200, 200)), *options)
    assert all(average["fd_alex"] > 0 for average in found["averages"])
    assert "FD-alex" in outcome.out and outcome.err == ""
    missing = hific("eval", photo(), "--lpips-weights", "nowhere.npz")
    assert (missing.code, missing.out) == (1, "")
    assert "nowhere.npz" in missing.err


def test_a_rival_that_cannot_hold_a_picture_is_left_out_for_it(results: Any, photo: Photo) -> None:
    outcome, found = results(photo(size=(16400, 1)), photo("b.png"), "--regime", "low", "--compare", "webp")
    assert outcome.code == 0
    assert "WebP cannot hold this picture" in outcome.err
    assert [average["pictures"] for average in found["averages"]] == [2, 1]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--regime", "low", "--quality", "3"], 2, "exclude one another"),
        (["--quality", "1001"], 2, ""),
        (["--compare", "gif"], 1, "no codec 'gif'"),
        (["--realism", "0.5"], 1, "no realism control"),
        (["--model", "none"], 1, "none"),
        (["--csv", "."], 2, "is a folder"),
        (["--max-pixels", "100"], 1, "--max-pixels"),
    ],
)
def test_options_that_do_not_fit(hific: Hific, photo: Photo, options: list[str], code: int, words: str) -> None:
    outcome = hific("eval", photo(), *options)
    assert (outcome.code, outcome.out) == (code, "")
    assert words in " ".join(outcome.err.replace("│", " ").split())


@pytest.mark.parametrize("end", [KeyboardInterrupt(), StopBatch()])
def test_a_batch_that_is_stopped_leaves_what_was_measured(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    end.__cause__ = DeviceMissing("The device is gone.")
    for name in ("in/a.png", "in/b.png", "in/c.png"):
        photo(name)
    work = Evaluator.__call__

    def stopped(self: Evaluator, path: Path, label: str) -> Result:
        if path.name == "b.png":
            raise end
        return work(self, path, label)

    monkeypatch.setattr(Evaluator, "__call__", stopped)
    files = ("--csv", tmp_path / "t.csv", "--json", tmp_path / "t.json")
    outcome = hific("eval", tmp_path / "in", "--regime", "low", *files)
    assert outcome.code == (1 if isinstance(end, StopBatch) else 130)
    assert "PSNR" in outcome.out
    assert [Path(row["input"]).name for row in json.loads((tmp_path / "t.json").read_bytes())["pictures"]] == ["a.png"]
    assert [row["kind"] for row in csv.DictReader((tmp_path / "t.csv").open())] == ["picture", "average"]
    (tmp_path / "in" / "a.png").unlink()
    hific("eval", tmp_path / "in", "--json", tmp_path / "none.json")
    assert not (tmp_path / "none.json").exists()


def test_a_file_that_cannot_be_kept_costs_nothing_else(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(scores: Scores) -> bytes:
        raise UnwritableFile(tmp_path / "t.csv", "The disk is too full.")

    monkeypatch.setattr("hific_core.cli.eval.as_csv", full)
    outcome = hific("eval", photo(), "--csv", tmp_path / "t.csv", "--json", tmp_path / "t.json")
    assert (outcome.code, "too full" in outcome.err) == (1, True)
    assert "PSNR" in outcome.out
    assert len(json.loads((tmp_path / "t.json").read_bytes())["pictures"]) == 3


def test_files_are_kept_before_anything_is_printed(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unprinted(*_: object) -> None:
        assert (tmp_path / "t.csv").exists() and (tmp_path / "t.json").exists()
        raise HificError("There is nothing to print on.")

    monkeypatch.setattr("hific_core.cli.eval.print_scores", unprinted)
    outcome = hific("eval", photo(), "--csv", tmp_path / "t.csv", "--json", tmp_path / "t.json")
    assert (outcome.code, outcome.err.endswith("error: There is nothing to print on.\n")) == (1, True)


def test_settings_go_up() -> None:
    card = tiny_card()
    model = zoo.Installed(card, Path("tiny.safetensors"))
    assert settings(model, [], []) == {regime: (model, quality) for regime, quality in card.regimes.items()}
    assert list(settings(model, [Regime.high, Regime.low, Regime.high], [])) == ["low", "high"]
    assert list(settings(model, [], [700, 20, 700]).items()) == [
        ("quality 20", (model, 20)),
        ("quality 700", (model, 700)),
    ]


def test_effort_is_measured_and_named(results: Any, hific: Hific, photo: Photo) -> None:
    path = photo(size=(100, 80))
    _, plain = results(path, "--regime", "high")
    _, found = results(path, "--regime", "high", "--effort", "2")
    record = json.loads(hific("compress", path, "--regime", "high", "--effort", 2, "--json").out)
    assert (plain["effort"], found["effort"]) == (0, 2)
    assert found["pictures"][0]["bytes"] == record["bytes"] - record["metadata_bytes"] < plain["pictures"][0]["bytes"]


def test_effort_for_the_eye_is_measured_and_named(
    results: Any, hific: Hific, photo: Photo, tiny_lpips_path: Path
) -> None:
    path, weights = photo(size=(100, 80)), ("--lpips-weights", tiny_lpips_path)
    _, plain = results(path, "--regime", "high", "--effort", "2", *weights)
    outcome, found = results(path, "--regime", "high", "--effort", "2", "--perceptual", *weights)
    assert outcome.code == 0
    assert (plain["perceptual"], found["perceptual"]) == (False, True)
    encoding = ("compress", path, "--regime", "high", "--effort", 2, "--perceptual", *weights, "--json")
    record = json.loads(hific(*encoding).out)
    assert found["pictures"][0]["bytes"] == record["bytes"] - record["metadata_bytes"] != plain["pictures"][0]["bytes"]
    assert found["pictures"][0]["quality"] == record["quality"] > plain["pictures"][0]["quality"]
