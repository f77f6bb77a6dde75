"""The paper's family on the command line: one rate for each file, and the regime chooses among the files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import Hific, Photo, names


@pytest.fixture(autouse=True)
def installed(only_tiny: None, tiny_series: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIFIC_MODELS", str(tiny_series))


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--model", "TINY"], "TINY-med"),
        (["--model", "TINY-low"], "TINY-low"),
        (["--model", "TINY", "--regime", "low"], "TINY-low"),
        (["--model", "TINY-med", "--regime", "low"], "TINY-low"),
        (["--model", "TINY-low", "--quality", "500"], "TINY-low"),
    ],
)
def test_there_and_back(hific: Hific, photo: Photo, options: list[str], name: str, tmp_path: Path) -> None:
    path = photo(size=(200, 150))
    record = json.loads(hific("compress", path, *options, "--json").out)
    assert (record["model"], record["quality"]) == (name, 500)
    hfc = tmp_path / "photo.hfc"
    assert json.loads(hific("info", hfc, "--json").out)["model"] == name
    outcome = hific("decompress", hfc, "-o", tmp_path / "back")
    assert (outcome.code, outcome.err) == (0, "")
    assert np.array(Image.open(tmp_path / "back" / "photo.png")).shape == (150, 200, 3)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--regime", "high"], "The model TINY-low has no regime high; it has low, med."),
        (["--quality", "300"], "one rate"),
        (["--target-bpp", "0.3"], "has one rate only; leave the target out."),
        (["--target-size", "2kB"], "has one rate only; leave the target out."),
        (["--realism", "0.5"], "no realism control"),
    ],
)
def test_what_it_cannot_do_is_said(hific: Hific, photo: Photo, options: list[str], sentence: str) -> None:
    outcome = hific("compress", photo(), "--model", "TINY-low", *options)
    assert outcome.code == 1
    assert sentence in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert names(photo().parent) == ["photo.png"]


def test_models_lists_each(hific: Hific) -> None:
    lines = hific("models").out.splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["TINY-low (default)", "TINY-med"]
    assert "family hific, one rate, no realism control; quality of the regimes: low 500" in lines[0]


def test_eval_goes_through_the_series(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    path = tmp_path / "eval.json"
    assert hific("eval", photo(size=(100, 80)), "--model", "TINY", "--compare", "jpeg", "--json", path).code == 0
    found = json.loads(path.read_bytes())
    assert [(row["codec"], row["setting"]) for row in found["pictures"]] == [
        ("TINY", "low"),
        ("jpeg", "low"),
        ("TINY", "med"),
        ("jpeg", "med"),
    ]
    low, _, med, _ = (row["bytes"] for row in found["pictures"])
    assert low != med, "two models, two files"


def test_a_picture_that_was_made_by_another_of_the_series(hific: Hific, photo: Photo, tmp_path: Path) -> None:
    assert hific("compress", photo(), "--model", "TINY-low").code == 0
    outcome = hific("decompress", tmp_path / "photo.hfc", "--model", "TINY-med")
    assert outcome.code == 1
    assert "needs the model" in outcome.err or "fingerprint" in outcome.err
