import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.jobs import Choice, Compressed, Focus, Job, Skipped
from app.service import library
from app.service.session import Session
from hific_core import importing
from hific_core.container import hfc_file
from hific_core.container.header import Header
from hific_core.container.hfc_file import HfcFile
from hific_core.errors import HificError, UnreadableFile, UnwritableFile, WeightsDamaged
from hific_core.models import zoo
from hific_core.pixels.picture import Picture, write_picture
from tests.conftest import smooth_picture
from tests.original_checkpoints import write_tiny_checkpoint
from tests.pixels.test_formats import TURNED_HEIC


def nothing(stage: str, share: float) -> None:
    pass


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    monkeypatch.setattr(zoo, "user_folder", lambda: folder)
    return folder


def test_no_file_is_ever_replaced(own: Path, tiny_hific_path: Path) -> None:
    own.mkdir()
    (own / tiny_hific_path.name).write_bytes(b"another")
    with pytest.raises(UnwritableFile, match="already"):
        library.import_model(tiny_hific_path, nothing)
    assert [(path.name, path.read_bytes()) for path in own.iterdir()] == [(tiny_hific_path.name, b"another")]


def test_a_name_that_is_taken(own: Path, tiny_hific_path: Path, tmp_path: Path) -> None:
    assert library.import_model(tiny_hific_path, nothing) == "tiny-hific"
    again = tmp_path / "again.safetensors"
    shutil.copyfile(tiny_hific_path, again)
    with pytest.raises(HificError, match="installed already"):
        library.import_model(again, nothing)


def test_damaged_weights_are_not_taken(own: Path, tiny_hific_path: Path, tmp_path: Path) -> None:
    data = bytearray(tiny_hific_path.read_bytes())
    data[-5] ^= 0x40
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(data)
    with pytest.raises(WeightsDamaged):
        library.import_model(damaged, nothing)
    assert not own.exists()


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [("model.zip", UnreadableFile, "safetensors"), ("model.pt", WeightsDamaged, "checkpoint")],
)
def test_other_files_say_what_is_wanted(
    own: Path, tmp_path: Path, name: str, kind: type[Exception], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(kind, match=words):
        library.import_model(path, nothing)
    assert not own.exists()


def test_a_checkpoint_of_the_original_becomes_a_model(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LEVELS", 12)  # the tables of 128 take seconds
    write_tiny_checkpoint(tmp_path / "hific_med.pt")
    assert library.import_model(tmp_path / "hific_med.pt", nothing) == "HIFIC-med"
    assert [file.name for file in own.glob("*.safetensors")] == ["HIFIC-med.safetensors"]


def test_bundled_models_stay(own: Path, tiny_model_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="not one of your own"):
        library.remove_model(tiny_model_path)
    assert tiny_model_path.is_file()


def test_thumbnails_are_small_and_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[274] = 8
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[:, :200] = (250, 0, 0)
    Image.fromarray(pixels).save(path, exif=exif)
    found = library.thumbnail(path, 80)
    assert found is not None and found.shape == (80, 60, 3) and found.dtype == np.uint8
    assert found[-10, 30, 0] > 200 and found[10, 30, 0] < 50, "the left is at the bottom now"
    path.write_bytes(b"no picture")
    assert library.thumbnail(path, 80) is None
    assert library.thumbnail(tmp_path / "none.png", 80) is None


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_what_is_transparent_is_white_in_a_thumbnail(tmp_path: Path, mode: str) -> None:
    """The colour under it, red or black here, is nobody's to see."""
    pixels = np.full((200, 300, 4), (20, 20, 200, 255), np.uint8)
    pixels[:, 150:] = (250, 0, 0, 0)
    path, options = tmp_path / "cut.png", {}
    image = Image.fromarray(pixels).convert(mode)
    if mode == "P":
        image = Image.fromarray(pixels[..., :3]).quantize(2)
        options = {"transparency": image.getpixel((250, 100))}
    elif mode == "RGB":
        options = {"transparency": (250, 0, 0)}
    image.save(path, **options)
    found = library.thumbnail(path, 60)
    assert found is not None and found.shape == (40, 60, 3)
    assert found[20, 45].tolist() == [255, 255, 255] and found[20, 15].max() < 210


class _Race(Session):
    """Another process writes the output while this one encodes."""

    def _encode(self, picture: Picture, *_: object) -> tuple[Any, Any]:
        self.planned.write_bytes(b"of another process")
        header = Header(picture.pixels.shape[1], picture.pixels.shape[0], 500, 0, bytes(4), bytes(4))
        return None, SimpleNamespace(file=HfcFile(header, b"z", (b"y",)), notes=())


def test_what_appears_during_the_work_is_replaced_by_overwrite_alone(tmp_path: Path) -> None:
    session = _Race("cpu", Focus())
    job = Job(tmp_path / "a.png", tmp_path / "a.hfc")
    write_picture(job.source, smooth_picture(20, 20))
    session.planned = job.planned
    assert library.compress(session, job, Choice("", "med"), "skip", nothing) == Skipped(job.planned)
    job.planned.unlink()
    done = library.compress(session, job, Choice("", "med"), "unique", nothing)
    assert isinstance(done, Compressed) and done.output == tmp_path / "a (2).hfc"
    assert job.planned.read_bytes() == b"of another process"
    done = library.compress(session, job, Choice("", "med"), "overwrite", nothing)
    assert isinstance(done, Compressed) and done.output == job.planned
    assert done.bytes == job.planned.stat().st_size and hfc_file.read(job.planned).header.width == 20
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "a.hfc", "a (2).hfc"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_has_no_thumbnail_and_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert library.thumbnail(tmp_path / "pipe.jpg", 80) is None


def test_a_heic_picture_has_a_thumbnail_too(tmp_path: Path) -> None:
    path = tmp_path / "turned.heic"
    path.write_bytes(TURNED_HEIC)
    found = library.thumbnail(path, 32)
    assert found is not None and found.shape == (32, 24, 3)
    # red grows to the right of what was stored, which is turned by a quarter
    assert abs(int(found[-2, 12, 0]) - int(found[1, 12, 0])) > 100
