"""Files of the original on the command line: they name no model, so the only fitting or the named one decodes them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hific_core.pixels.picture import read_picture, write_picture

from ..conftest import smooth_picture
from ..original_files import Written, narrow, write, write_narrow_model
from .conftest import Hific, names


@pytest.fixture(scope="module")
def written() -> Written:
    return write(narrow(), smooth_picture(70, 100), vectorised=True)


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_narrow_model(tmp_path_factory.mktemp("original"))


@pytest.fixture(scope="module")
def other_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_narrow_model(tmp_path_factory.mktemp("other"), "another", seed=2)


@pytest.fixture
def file(written: Written, tmp_path: Path) -> Path:
    path = tmp_path / "in" / "photo_compressed.hfc"
    path.parent.mkdir()
    path.write_bytes(written.data)
    return path


@pytest.fixture
def both(model_path: Path, other_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two models with the file's shapes, one of them twice."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(model_path, folder / "one.safetensors")
    shutil.copy(model_path, folder / "same.safetensors")
    shutil.copy(other_path, folder / "two.safetensors")
    monkeypatch.setenv("HIFIC_MODELS", str(folder))
    return folder


def test_the_only_fitting_model_decodes(
    hific: Hific, file: Path, model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIFIC_MODELS", str(model_path.parent))
    outcome = hific("decompress", file, "-o", tmp_path / "out", "--json", "--device", "cpu")
    record = json.loads(outcome.out)
    assert (outcome.code, record["model"], record["width"], record["height"]) == (0, "HIFIC-low", 100, 70)
    assert (record["bytes"], record["metadata_bytes"], record["damaged"]) == (file.stat().st_size, 0, [])
    assert names(tmp_path / "out") == ["photo_compressed.png"]
    with Image.open(tmp_path / "out" / "photo_compressed.png") as image:
        pixels = np.array(image)
    assert pixels.shape == (70, 100, 3)
    assert np.ptp(pixels) > 10


def test_info(hific: Hific, file: Path, both: Path) -> None:
    record = json.loads(hific("info", file, "--json").out)
    assert record["format"] == "original HiFiC"
    assert (record["width"], record["height"], record["coder"]) == (100, 70, "vectorised")
    assert (record["hyperlatent_shape"], record["latent_shape"]) == ([8, 2, 2], [12, 8, 8])
    assert record["models"] == ["HIFIC-low", "another"]
    parts = record["header_bytes"] + record["hyperlatent_bytes"] + record["latent_bytes"]
    assert parts == record["bytes"] == file.stat().st_size
    line = hific("info", file).out
    assert "100 x 70" in line
    assert "written by the original HiFiC with its vectorised coder" in line


def test_of_several_models_one_is_named(hific: Hific, file: Path, both: Path) -> None:
    outcome = hific("decompress", file)
    assert outcome.code == 1
    assert "name one with --model; HIFIC-low, another have its shapes" in outcome.err
    assert names(file.parent) == ["photo_compressed.hfc"]
    assert hific("decompress", file, "--model", "HIFIC-low", "--device", "cpu").code == 0
    assert names(file.parent) == ["photo_compressed.hfc", "photo_compressed.png"]


def test_a_model_in_two_places_is_one(hific: Hific, file: Path, both: Path) -> None:
    (both / "two.safetensors").unlink()
    assert hific("decompress", file, "--device", "cpu").code == 0
    assert names(file.parent) == ["photo_compressed.hfc", "photo_compressed.png"]


def test_a_pair(hific: Hific, file: Path, model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIFIC_MODELS", str(model_path.parent))
    original, output = tmp_path / "original.png", tmp_path / "pair.png"
    write_picture(original, smooth_picture(70, 100))
    outcome = hific("pair", original, file, "-o", output, "--device", "cpu")
    assert (outcome.code, f"{file.stat().st_size * 8 / 7000:.3f} bits per pixel" in outcome.out) == (0, True)
    assert hific("decompress", file, "-o", tmp_path / "alone.png", "--device", "cpu").code == 0
    assert np.array_equal(read_picture(output).pixels[:, 100:], read_picture(tmp_path / "alone.png").pixels)
    assert "leave --realism out" in hific("pair", original, file, "-o", output, "--realism", "0.5").err
    write_picture(original, smooth_picture(70, 99))
    assert "not of one size" in hific("pair", original, file, "-o", output).err


def test_refusals_are_one_sentence(hific: Hific, file: Path) -> None:
    """Here no model fits: the tiny one is of the other family."""
    assert "get them at https://zenodo.org/record/4026003" in hific("decompress", file).err
    assert "no installed model has its shapes" in hific("info", file).out
    assert "which tiny does not have" in hific("decompress", file, "--model", "tiny").err
    assert "leave --realism out" in hific("decompress", file, "--realism", "0.5").err
    assert "above the limit" in hific("decompress", file, "--max-pixels", "100").err
    file.write_bytes(file.read_bytes()[:-1])
    outcome = hific("info", file)
    assert outcome.code == 1
    assert (
        outcome.err
        == f"hific: error: {file}: The original's .hfc file ends before its streams do; get a complete copy.\n"
    )


def test_damage_is_found_at_the_end(
    hific: Hific, file: Path, written: Written, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIFIC_MODELS", str(model_path.parent))
    damaged = bytearray(written.data)
    damaged[40] ^= 16
    file.write_bytes(damaged)
    outcome = hific("decompress", file, "--device", "cpu")
    assert outcome.code == 1
    assert "The hyperlatents of the original's .hfc file do not end as they must" in outcome.err
    assert names(file.parent) == ["photo_compressed.hfc"]
