"""Atomic writing: all of the new content, or the old and nothing else."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hific_core.atomic import write_atomically
from hific_core.errors import NameTaken, UnwritableFile


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def raising(error: BaseException) -> Callable[..., None]:
    def function(*_: object) -> None:
        raise error

    return function


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    for data in (b"first", b"", b"third" * 10_000):
        write_atomically(path, data)
        assert path.read_bytes() == data
    assert names(tmp_path) == [path.name]


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomically(Path("a.hfc"), b"data")
    assert (tmp_path / "a.hfc").read_bytes() == b"data"


@pytest.mark.usefixtures("umask")
def test_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"
    write_atomically(path, b"data")
    assert permissions(path) == 0o640
    path.chmod(0o600)
    write_atomically(path, b"private")
    assert permissions(path) == 0o600


def test_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.fixture(params=[None, errno.EPERM, errno.EOPNOTSUPP], ids=["links", "EPERM", "EOPNOTSUPP"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One with hard links, and those that refuse them."""
    if request.param is not None:
        monkeypatch.setattr(os, "link", raising(OSError(request.param, "no hard links")))


@pytest.mark.usefixtures("umask", "disk")
def test_an_exclusive_name(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomically(path, b"data", exclusive=True)
    assert (path.read_bytes(), permissions(path)) == (b"data", 0o640)
    assert names(tmp_path) == [path.name]


@pytest.mark.usefixtures("disk")
def test_an_exclusive_name_that_is_taken_during_the_writing(tmp_path: Path) -> None:
    path = tmp_path / "a.hfc"

    def parts() -> Iterator[bytes]:
        yield b"da"
        path.write_bytes(b"of another process")
        yield b"ta"

    with pytest.raises(NameTaken, match=r"a\.hfc already") as caught:
        write_atomically(path, parts(), exclusive=True)
    assert caught.value.path == path
    assert names(tmp_path) == ["a.hfc"]
    assert path.read_bytes() == b"of another process"


@pytest.mark.usefixtures("disk")
def test_folders_and_links_keep_their_names_too(tmp_path: Path) -> None:
    nowhere, folder = tmp_path / "nowhere", tmp_path / "folder"
    nowhere.symlink_to(tmp_path / "target")
    folder.mkdir()
    for path in (nowhere, folder):
        with pytest.raises(NameTaken):
            write_atomically(path, b"data", exclusive=True)
    assert names(tmp_path) == ["folder", "nowhere"]


FAILURES = [
    (OSError(errno.ENOSPC, "No space left on device"), "disk is too full"),
    (OSError(errno.EDQUOT, "Quota exceeded"), "disk is too full"),
    (PermissionError(errno.EACCES, "Permission denied"), "no permission"),
    (OSError(errno.EROFS, "Read-only file system"), "no permission"),
    (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    (KeyboardInterrupt(), None),
]


@pytest.mark.parametrize(("failure", "reason"), FAILURES)
@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException, reason: str | None
) -> None:
    existing, new = tmp_path / "existing", tmp_path / "new"
    existing.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(Path if step == "replace" else os, step, raising(failure))
        for path in (existing, new):
            with pytest.raises(UnwritableFile if reason else KeyboardInterrupt, match=reason) as caught:
                write_atomically(path, b"data")
            if isinstance(caught.value, UnwritableFile):
                assert str(path) in str(caught.value)
                assert caught.value.path == path
    assert names(tmp_path) == ["existing"]
    assert existing.read_bytes() == b"old"


@pytest.mark.parametrize(("failure", "reason"), FAILURES)
@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_an_exclusive_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException, reason: str | None
) -> None:
    monkeypatch.setattr(os, "link", raising(OSError(errno.EPERM, "no hard links")))
    monkeypatch.setattr(Path if step == "replace" else os, step, raising(failure))
    with pytest.raises(UnwritableFile if reason else KeyboardInterrupt, match=reason):
        write_atomically(tmp_path / "new", b"data", exclusive=True)
    monkeypatch.undo()
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_disk_full_during_the_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open = os.open

    def open_full(name: str, flags: int, mode: int) -> int:
        os.close(real_open(name, flags, mode))
        return real_open("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", open_full)
    for data in (b"small", bytes(2**20)):
        with pytest.raises(UnwritableFile, match="disk is too full"):
            write_atomically(tmp_path / "a.hfc", data)
        assert names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may write anywhere")
def test_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UnwritableFile, match="no permission"):
        write_atomically(tmp_path / "a.hfc", b"data")
    tmp_path.chmod(0o700)


def test_paths_that_cannot_be_files(tmp_path: Path) -> None:
    file, loop = tmp_path / "file", tmp_path / "loop"
    file.write_bytes(b"old")
    loop.symlink_to(loop)
    for path, reason in [
        (tmp_path, "is a folder"),
        (Path("/dev/null"), "is a device"),
        (tmp_path / "missing" / "a.hfc", "does not exist"),
        (file / "a.hfc", "does not exist"),
        (tmp_path / ("n" * 256), "too long"),
        (loop, "could not be written"),
    ]:
        with pytest.raises(UnwritableFile, match=reason) as caught:
            write_atomically(path, b"data")
        assert str(path) in str(caught.value)
    assert names(tmp_path) == ["file", "loop"]
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
