import errno
import os
from pathlib import Path

import pytest

from hific_core.cli.inputs import check_regular, find_inputs
from hific_core.errors import UnreadableFile
from hific_core.pixels.formats import is_readable


def _make(folder: Path, *files: str) -> None:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _found(*arguments: Path) -> list[Path]:
    return [each.path for each in find_inputs(arguments, is_readable, "pictures").inputs]


def test_folders_are_searched_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    _make(tmp_path, "b.png", "a.JPG", "sub/c.webp", ".hidden.png", ".git/d.png", "x.hfc", "notes.txt")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nothing")
    assert _found(tmp_path) == [tmp_path / "a.JPG", tmp_path / "b.png", tmp_path / "sub/c.webp"]


def test_a_link_to_nothing_is_a_problem(tmp_path: Path) -> None:
    _make(tmp_path, "a.png")
    for name, target in (("gone.png", "none"), ("loop.png", "loop.png"), ("notes.txt", "none"), (".x.png", "none")):
        (tmp_path / name).symlink_to(tmp_path / target)
    (tmp_path / "good.png").symlink_to(tmp_path / "a.png")
    found = find_inputs([tmp_path], is_readable, "pictures")
    assert [each.path.name for each in found.inputs if each.path.name != "loop.png"] == ["a.png", "good.png"]
    told = {error.path.name for error in found.problems if error.path}
    assert "gone.png" in told and told | {each.path.name for each in found.inputs} >= {"loop.png"}
    assert f"{tmp_path / 'gone.png'} is a link to what is not there; mend or remove it." in map(str, found.problems)
    assert not told & {"notes.txt", ".x.png", "good.png"}


def test_one_folder_may_be_left_out_unless_it_is_named(tmp_path: Path) -> None:
    _make(tmp_path, "a.png", "back/b.png", "sub/back/c.png")
    (tmp_path / "link").symlink_to(tmp_path / "back")

    def found(*arguments: Path, apart_from: Path) -> list[str]:
        return [each.path.name for each in find_inputs(arguments, is_readable, "pictures", apart_from).inputs]

    for name in ("back", "sub/../back", "link"):
        assert found(tmp_path, apart_from=tmp_path / name) == ["a.png", "c.png"]
    assert found(tmp_path, apart_from=tmp_path / "none") == ["a.png", "b.png", "c.png"]
    assert found(tmp_path / "back", tmp_path, apart_from=tmp_path / "back") == ["b.png", "a.png", "c.png"]


def test_named_files_are_always_tried(tmp_path: Path) -> None:
    _make(tmp_path, "notes.txt", ".hidden.png")
    missing = tmp_path / "missing"
    assert _found(tmp_path / "notes.txt", tmp_path / ".hidden.png", missing) == [
        tmp_path / "notes.txt",
        tmp_path / ".hidden.png",
        missing,
    ]


def test_each_file_is_taken_once(tmp_path: Path) -> None:
    _make(tmp_path, "a.png")
    found = find_inputs([tmp_path / "a.png", tmp_path, tmp_path / "x" / ".." / "a.png"], is_readable, "pictures")
    assert [each.root for each in found.inputs] == [None]


def test_loops_of_links_end(tmp_path: Path) -> None:
    _make(tmp_path, "a.png")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert _found(tmp_path) == [tmp_path / "a.png"]


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    found = find_inputs([tmp_path], is_readable, "pictures")
    assert [str(error) for error in found.problems] == [f"There are no pictures in {tmp_path}; name other files."]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "There is no folder {}; bring it back"),
        (errno.EACCES, "no permission to search the folder {}; change its permissions"),
        (errno.EIO, "The folder {} could not be searched (Input/output error); check its disk"),
    ],
)
def test_why_a_folder_cannot_be_searched(
    number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    (problem,) = find_inputs([tmp_path], is_readable, "pictures").problems
    assert words.format(tmp_path) in str(problem)


def test_a_folder_that_goes_away_during_the_search_is_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(tmp_path, "a.png", "sub/b.png")
    scan = os.scandir

    def scandir(path: str) -> object:
        if Path(path) == tmp_path / "sub":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_inputs([tmp_path], is_readable, "pictures")
    assert ([each.path.name for each in found.inputs], found.problems) == (["a.png"], ())


def test_a_folder_without_permission_is_a_problem_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(tmp_path, "a.png", "locked/b.png")
    scan = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_inputs([tmp_path], is_readable, "pictures")
    assert [each.path.name for each in found.inputs] == ["a.png"]
    (problem,) = found.problems
    assert str(tmp_path / "locked") in str(problem)
    assert "permissions" in str(problem)


def test_a_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert _found(tmp_path) == []
    with pytest.raises(UnreadableFile, match=r"pipe\.png is a device"):
        check_regular(tmp_path / "pipe.png")
    check_regular(tmp_path / "missing.png")
