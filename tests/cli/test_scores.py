import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from hific_core.cli.scores import Measured, Row, Scores, as_csv, as_json, decibel, print_scores

ROW = Row("a.png", "tiny", "low", 200, 8, 8, 16, 2.0, 30.0, None, None, None, 0.1, 0.1, False)


def scores_of(*rows: Row) -> Scores:
    scores = Scores()
    for row in rows:
        scores.done(Measured((row,)))
    return scores


def test_averages_are_over_the_pictures_that_have_the_value() -> None:
    scores = scores_of(
        ROW,
        replace(ROW, codec="jpeg", exceeded=True),
        replace(ROW, input="b.png", bits_per_pixel=1.0, psnr=20.0, ms_ssim=0.9),
        replace(ROW, setting="high"),
    )
    first, second, third = scores.averages()
    assert (first.codec, first.setting, first.pictures, first.exceeded) == ("tiny", "low", 2, 0)
    assert (first.bits_per_pixel, first.psnr, first.ms_ssim, first.lpips, first.fd_alex) == (1.5, 25.0, 0.9, None, None)
    assert (second.codec, second.setting, second.exceeded) == ("jpeg", "low", 1)
    assert third.setting == "high"


def test_nothing_lost_is_infinite_and_null_in_json() -> None:
    scores = scores_of(replace(ROW, psnr=math.inf))
    content = json.loads(as_json(scores, {"model": "tiny"}, "tiny"))
    assert content["pictures"][0]["psnr"] is None
    assert content["averages"][0]["psnr"] is None
    assert next(csv.DictReader(io.StringIO(as_csv(scores).decode())))["psnr"] == "inf"


def test_names_that_are_no_text_and_no_rows_at_all() -> None:
    assert b"\\udcff" in as_csv(scores_of(replace(ROW, input="\udcff.png")))
    assert json.loads(as_json(Scores(), {}, "tiny"))["averages"] == []


def curve(codec: str, factor: float, name: str = "a.png") -> list[Row]:
    return [
        replace(ROW, input=name, codec=codec, setting=setting, bits_per_pixel=rate * factor, psnr=psnr, ms_ssim=ms_ssim)
        for setting, rate, psnr, ms_ssim in (("low", 0.1, 25, 0.8), ("med", 0.2, 27, 0.9), ("high", 0.4, 29, 0.96))
    ]


def test_bd_rate_of_the_model_against_each_rival(capsys: pytest.CaptureFixture[str]) -> None:
    scores = scores_of(*curve("tiny", 0.9), *curve("jpeg", 1.0), *curve("webp", 0.9))
    against_jpeg, against_webp = scores.bd_rates("tiny")
    assert (against_jpeg.codec, against_jpeg.against, against_jpeg.rates) == ("tiny", "jpeg", 3)
    assert against_jpeg.psnr == pytest.approx(-10)
    assert against_jpeg.ms_ssim == pytest.approx(-10)
    assert against_webp.psnr == pytest.approx(0, abs=1e-9)
    print_scores(scores, "tiny", details=False)
    assert "BD-rate of tiny against jpeg over 3 rates: -10.0 % at equal PSNR, -10.0 % at" in capsys.readouterr().out


def test_bd_rate_is_over_pictures_that_both_have_everywhere() -> None:
    better = [replace(row, psnr=row.psnr + 9, ms_ssim=None) for row in curve("tiny", 1.0, "b.png")]
    (found,) = scores_of(*curve("tiny", 0.9), *better, *curve("jpeg", 1.0)).bd_rates("tiny")
    assert found.psnr == pytest.approx(-10)
    none = [replace(row, ms_ssim=None) for row in (*curve("tiny", 0.9), *curve("jpeg", 1.0))]
    (found,) = scores_of(*none).bd_rates("tiny")
    assert found.ms_ssim is None
    assert "not defined at equal MS-SSIM" in found.line()
    assert scores_of(*curve("tiny", 0.9)[:2], *curve("jpeg", 1.0)[:2]).bd_rates("tiny") == ()


def test_moments_belong_to_setting_and_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hific_core.metrics.LEAST_PATCHES", 4)
    corners = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
    scores = Scores()
    rows = (ROW, replace(ROW, codec="jpeg"))
    scores.done(Measured(rows, corners, (corners, corners + 2)))
    assert [average.fd_alex for average in scores.averages()] == [pytest.approx(0, abs=1e-9), pytest.approx(8)]


def test_the_table_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores(scores_of(replace(ROW, input="[red]a.png"), replace(ROW, codec="webp", exceeded=True)), "tiny", True)
    out = capsys.readouterr().out
    assert "[red]a.png" in out
    assert "PSNR" in out
    assert "LPIPS" not in out
    assert "*1" in out
    assert "even its smallest file" in out


def test_decibels() -> None:
    assert decibel(0.9) == pytest.approx(10)
    assert decibel(1.0) == math.inf
