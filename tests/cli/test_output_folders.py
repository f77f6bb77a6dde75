"""Folders of outputs: whether they take a file is known before the work."""

from pathlib import Path

import pytest

from hific_core.codec import Codec

from .conftest import Hific, Photo, names


def test_a_folder_that_takes_no_file_is_known_before_the_work(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo("in/a.png")
    photo("in/b.png")

    def worked(*_: object, **__: object) -> None:
        pytest.fail("it was encoded")

    monkeypatch.setattr(Codec, "encode", worked)
    sentence = f"The folder {tmp_path / 'in' / 'a.png' / 'sub'} takes no file (Not a directory); choose another."
    for option in ("-o", "--reconstructions"):
        outcome = hific("compress", tmp_path / "in", option, tmp_path / "in" / "a.png" / "sub")
        assert (outcome.code, outcome.err.count(sentence)) == (1, 2)
    assert names(tmp_path) == ["in/a.png", "in/b.png"]


def test_a_folder_of_pictures_may_refuse_files_where_none_are_kept(
    hific: Hific, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photo("in/a.png")

    def refuse(planned: Path) -> None:
        assert planned.parent != path.parent

    monkeypatch.setattr("hific_core.cli.outputs.make_folder", refuse)
    assert hific("compress", path, "--no-files", "--metrics", tmp_path / "t.csv").code == 0


def test_a_picture_that_cannot_be_read_makes_no_folder(hific: Hific, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_text("no picture")
    assert hific("compress", tmp_path / "bad.png", "-o", tmp_path / "out").code == 1
    assert not (tmp_path / "out").exists()
