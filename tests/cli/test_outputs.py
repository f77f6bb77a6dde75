from pathlib import Path

import pytest
import typer

from hific_core.atomic import make_folder, write_atomically
from hific_core.cli.inputs import Input
from hific_core.cli.options import Collision
from hific_core.cli.outputs import Destination, Folders, destination, is_wanted, plan, prepare_folder, put
from hific_core.errors import NameTaken, UnwritableFile


def _planned(*inputs: str, where: Destination | None = None) -> list[str]:
    given = [Input(Path(name), None) for name in inputs]
    return [str(path) for path in plan(given, where or Destination(".hfc"))]


def test_beside_the_input_with_another_ending() -> None:
    assert _planned("d/a.png", "d/b.tar.jpg", "c") == ["d/a.hfc", "d/b.tar.hfc", "c.hfc"]
    assert _planned("d/a.png", where=Destination(".hfc", suffix="-small")) == ["d/a-small.hfc"]


def test_names_that_clash_are_kept_whole_in_any_order() -> None:
    assert _planned("a.png", "A.jpg", "b.png") == ["a.png.hfc", "A.jpg.hfc", "b.hfc"]
    assert _planned("b.png", "A.jpg", "a.png") == ["b.hfc", "A.jpg.hfc", "a.png.hfc"]


def test_whole_names_that_clash_are_numbered() -> None:
    flat = Destination(".hfc", folder=Path("out"))
    assert _planned("x/a.png", "y/a.png", where=flat) == ["out/a.png.hfc", "out/a.png (2).hfc"]
    assert _planned("a.png", "a.jpg", "a.png.tif") == ["a.png (2).hfc", "a.jpg.hfc", "a.png.hfc"]


def test_structure_of_folders_is_kept() -> None:
    inputs = [Input(Path("in/sub/a.png"), Path("in")), Input(Path("else/b.png"), None)]
    where = Destination(".hfc", folder=Path("out"))
    assert plan(inputs, where) == (Path("out/sub/a.hfc"), Path("out/b.hfc"))


def _destination(output: Path | None, *arguments: Path, suffix: str = "") -> Destination:
    return destination(output, arguments, (".png", ".jpg"), ".png", suffix)


def test_output_is_a_folder_or_a_file(tmp_path: Path) -> None:
    one = tmp_path / "a.hfc"
    (tmp_path / "folder.jpg").mkdir()
    assert _destination(None, one).folder is None
    assert _destination(tmp_path / "new", one).folder == tmp_path / "new"
    assert _destination(tmp_path / "folder.jpg", one).folder == tmp_path / "folder.jpg"
    where = _destination(tmp_path / "x.JPG", one)
    assert (where.file, where.ending) == (tmp_path / "x.JPG", ".JPG")


def test_output_that_makes_no_sense(tmp_path: Path) -> None:
    one = tmp_path / "a.hfc"
    (tmp_path / "notes").touch()
    for output, arguments, suffix in [
        (tmp_path / "x.jpg", (one, one), ""),
        (tmp_path / "x.jpg", (tmp_path,), ""),
        (tmp_path / "x.jpg", (one,), "-small"),
        (tmp_path / "x.bmp", (one,), ""),
        (tmp_path / "x.hfc", (one,), ""),
        (tmp_path / "notes", (one,), ""),
        (None, (one,), "/../../x"),
    ]:
        with pytest.raises(typer.BadParameter):
            _destination(output, *arguments, suffix=suffix)


def _write(path: Path, *, exclusive: bool) -> int:
    write_atomically(path, b"data", exclusive=exclusive)
    return 4


def test_rules_for_a_name_that_is_taken(tmp_path: Path) -> None:
    taken = tmp_path / "a.hfc"
    taken.touch()
    (tmp_path / "a (2).hfc").touch()
    assert put(taken, Collision.unique, _write) == (tmp_path / "a (3).hfc", 4)
    assert taken.read_bytes() == b""
    assert put(taken, Collision.overwrite, _write) == (taken, 4)
    assert taken.read_bytes() == b"data"
    assert not is_wanted(taken, Collision.skip, frozenset())
    assert is_wanted(taken, Collision.unique, frozenset())
    assert is_wanted(taken, Collision.overwrite, frozenset())


def test_what_appears_during_the_writing_is_replaced_by_overwrite_alone(tmp_path: Path) -> None:
    def slow(path: Path, *, exclusive: bool) -> int:
        if path.name == "a.hfc":
            path.write_bytes(b"of another process")
        return _write(path, exclusive=exclusive)

    planned = tmp_path / "a.hfc"
    with pytest.raises(NameTaken):
        put(planned, Collision.skip, slow)
    planned.unlink()
    assert put(planned, Collision.unique, slow)[0] == tmp_path / "a (2).hfc"
    assert planned.read_bytes() == b"of another process"
    assert put(planned, Collision.overwrite, slow)[0] == planned
    assert planned.read_bytes() == b"data"


def test_a_name_that_is_free_gets_its_folder_last(tmp_path: Path) -> None:
    free = tmp_path / "new" / "a.hfc"
    assert is_wanted(free, Collision.skip, frozenset())
    assert not free.parent.exists()
    assert put(free, Collision.skip, _write)[0] == free
    assert free.read_bytes() == b"data"


def test_no_input_is_overwritten_even_through_a_link(tmp_path: Path) -> None:
    original = tmp_path / "a.png"
    original.touch()
    link = tmp_path / "link.png"
    link.symlink_to(original)
    with pytest.raises(UnwritableFile, match="one of the inputs"):
        is_wanted(link, Collision.overwrite, frozenset({original.resolve()}))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(typer.BadParameter, match=r"--csv .*t\.csv cannot be written \(Not a directory\); name another"):
        prepare_folder(tmp_path / "file" / "sub" / "t.csv", "--csv")
    with pytest.raises(UnwritableFile, match="could not be made"):
        put(tmp_path / "file" / "sub" / "a.hfc", Collision.unique, _write)


def test_each_folder_is_tried_once_and_a_bad_one_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders, tried = Folders(), []

    def count(path: Path) -> None:
        tried.append(path)
        make_folder(path)

    monkeypatch.setattr("hific_core.cli.outputs.make_folder", count)
    good, bad = tmp_path / "new" / "sub", tmp_path / "file"
    bad.write_text("no folder")
    for name in "ab":
        folders.check(good / name, Collision.unique)
        with pytest.raises(UnwritableFile, match=r"takes no file \(.*\); choose another"):
            folders.check(bad / name, Collision.unique)
    assert tried == [good / "a", bad / "a", bad / "b"]
    assert list(good.iterdir()) == []


def test_a_link_that_is_written_over_lies_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "file")
    Folders().check(tmp_path / "link", Collision.unique)
    assert not (tmp_path / "elsewhere").exists()
    Folders().check(tmp_path / "link", Collision.overwrite)
    assert (tmp_path / "elsewhere").is_dir()
