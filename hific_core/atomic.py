"""Writing a file so that at every moment its path holds either the old content or all of the new."""

import contextlib
import errno
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from hific_core.errors import NameTaken, UnwritableFile


def write_atomically(
    path: Path, data: bytes | memoryview | Iterable[bytes | memoryview], *, exclusive: bool = False
) -> None:
    """Put `data` at `path`, through a temporary file beside it that no failure leaves behind.

    The parts that an iterable gives are written as they come, and need not be in memory together. A link is
    followed; the permissions are those of the umask, and never wider than those of a file replaced. Where `exclusive`,
    nothing is replaced or followed, not even what appears at `path` during the writing: NameTaken. Raises
    UnwritableFile, with `path` as it was.
    """
    try:
        if exclusive:
            _put(path, data, 0o666, _take_name)
        else:
            target = Path(os.path.realpath(path))
            _put(target, data, _permissions(path, target), Path.replace)
    except FileExistsError as error:
        raise NameTaken(path) from error
    except OSError as error:
        raise UnwritableFile(path, _sentence(path, error)) from error


def make_folder(path: Path) -> None:
    """Makes the folder of a file that is to be written at the end of long work, and looks whether it takes one.

    Raises UnwritableFile.
    """
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise UnwritableFile(path, f"The folder {folder} takes no file ({reason}); choose another.") from error


def _permissions(path: Path, target: Path) -> int:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return 0o666
    if not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise UnwritableFile(path, f"{path} is a folder; give the name of a file.")
        raise UnwritableFile(path, f"{path} is a device, not a file; give the name of a file.")
    return stat.S_IMODE(mode) & 0o666 | 0o600


def _put(
    target: Path,
    data: bytes | memoryview | Iterable[bytes | memoryview],
    permissions: int,
    move: Callable[[Path, Path], object],
) -> None:
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        # tempfile would make it 0600; os.open applies the umask without the race of reading it
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, permissions)) as file:
            for part in (data,) if isinstance(data, bytes | memoryview) else data:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        move(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _take_name(temporary: Path, target: Path) -> None:
    """Unlike a rename, never over what is there. Raises FileExistsError."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links: an empty file holds the name for a moment
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            temporary.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                target.unlink()
            raise
    else:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _sentence(path: Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk is too full to write {path}; free some space or choose another folder."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"There is no permission to write {path}; choose another folder or name."
        case errno.ENOENT | errno.ENOTDIR:
            return f"The folder of {path} does not exist; create it or choose another."
        case errno.ENAMETOOLONG:
            return f"The name of {path} is too long; choose a shorter one."
    return f"{path} could not be written ({error.strerror or error}); try again or choose another folder."
