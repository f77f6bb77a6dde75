"""The command line driven in this process, with one tiny model and nothing else installed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from hific_core.__main__ import main
from hific_core.models import zoo
from tests.conftest import smooth_picture


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Hific = Callable[..., Outcome]
Photo = Callable[..., Path]


@pytest.fixture(autouse=True)
def only_tiny(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Hides the models that ship with the program and those of the person who runs the tests."""
    nothing = tmp_path_factory.getbasetemp() / "no-models"
    monkeypatch.setattr(zoo, "bundled_folder", lambda: nothing)
    monkeypatch.setattr(zoo, "user_folder", lambda: nothing)
    monkeypatch.setenv("HIFIC_MODELS", str(request.getfixturevalue("tiny_model_path").parent))


@pytest.fixture
def hific(capsys: pytest.CaptureFixture[str]) -> Hific:
    """Runs the command line and gives exit code, stdout and stderr."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        outcome = Outcome(code, *capsys.readouterr())
        assert "Traceback" not in outcome.err
        return outcome

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """Makes a small picture, by default of 40 x 56 pixels."""

    def make(name: str = "photo.png", size: tuple[int, int] = (56, 40), **options: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows, columns = np.mgrid[0 : size[1], 0 : size[0]]
        noise = np.random.default_rng(len(name)).normal(0, 20, (size[1], size[0], 3))
        pixels = np.stack([rows * 3 + 40, columns * 2 + 60, rows + columns], axis=-1) + noise
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, **options)
        return path

    return make


@pytest.fixture
def compressed(hific: Hific, photo: Photo) -> Path:
    """A .hfc file alone in its folder."""
    output = photo().parent / "hfc" / "photo.hfc"
    output.parent.mkdir()
    assert hific("compress", photo(), "-o", output).code == 0
    return output


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(6):
        Image.fromarray(smooth_picture(90, 80 + seed, seed).pixels).save(folder / f"{seed}.png")
    return folder


@pytest.fixture
def train(hific: Hific, pictures: Path, tmp_path: Path, tiny_lpips_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(zoo, "user_folder", lambda: tmp_path / "own")

    def run(*options: object, name: str = "run") -> Any:
        small = ("--batch", 2, "--crop", 64, "--discriminator-width", 8, "--workers", 0, "--log-every", 1)
        where = ("--data", pictures, "--lpips-weights", tiny_lpips_path, "--save", tmp_path / "runs", "--name", name)
        return hific("train", *where, *small, "--device", "cpu", "--validate-every", 0, *options)

    return run


def names(folder: Path) -> list[str]:
    """All files below a folder, with nothing hidden left out."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
