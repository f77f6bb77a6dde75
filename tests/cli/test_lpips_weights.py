from pathlib import Path

import pytest

from hific_core import lpips_weights
from hific_core.models import zoo
from tests.conftest import refuse

from .conftest import Hific, Photo


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "cache" / "lpips_alex.npz")


def test_weights_that_are_there_are_not_fetched(hific: Hific, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "lpips_alex.npz"
    path.parent.mkdir()
    path.write_bytes(b"as they are")
    monkeypatch.setattr(lpips_weights, "URL", "file:///nowhere")
    assert hific("lpips-weights") == (0, f"LPIPS weights: {path}\n", "")
    outcome = hific("lpips-weights", "--again")
    assert outcome.code == 1
    assert path.read_bytes() == b"as they are"


def test_a_home_that_may_not_be_searched_stops_nothing_but_what_needs_it(
    hific: Hific, photo: Photo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refuse(tmp_path / "home", monkeypatch)
    monkeypatch.setattr(zoo, "user_folder", lambda: tmp_path / "home" / "models")
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "home" / "cache" / "lpips_alex.npz")
    outcome = hific("compress", photo(), "--metrics", tmp_path / "t.csv")
    assert (outcome.code, "LPIPS and what builds on it are left out" in outcome.err) == (0, True)
    assert hific("compress", photo(), "--effort", 1, "--perceptual").code == 1
    outcome = hific("lpips-weights")
    assert (outcome.code, "could not be made" in outcome.err) == (1, True)
    assert hific("models").code == 0


def test_another_file_is_refused(hific: Hific, tmp_path: Path) -> None:
    (tmp_path / "alexnet.pth").write_bytes(b"something else")
    outcome = hific("lpips-weights", "--from", tmp_path / "alexnet.pth")
    assert outcome.code == 1
    assert outcome.err.startswith(f"hific: error: {tmp_path / 'alexnet.pth'} is not torchvision's AlexNet")
    assert not (tmp_path / "cache").exists()


def test_a_missing_file_is_named(hific: Hific, tmp_path: Path) -> None:
    outcome = hific("lpips-weights", "--from", tmp_path / "none.pth")
    assert outcome.code == 1
    assert "none.pth could not be read" in outcome.err
