from pathlib import Path

import pytest

from hific_core import lpips_weights

from .conftest import Hific


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
