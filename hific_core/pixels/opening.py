"""Opening a file with Pillow without its global guard, its warnings or its many kinds of exception."""

import logging
import os
import re
import stat
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final, cast

from PIL import Image, ImageFile

from hific_core.errors import HificError, TooLarge, UnreadableImage
from hific_core.pixels.formats import REFUSED_FORMATS, heic_reader, looks_like_heic
from hific_core.pixels.raw import refuse_raw

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"

logging.getLogger("PIL").addHandler(logging.NullHandler())  # or logging's last resort prints on stderr

_lock = threading.Lock()
_quiet: list[Any] = []  # one entry per reader at work; each is the filter that the first one inserted
_raised: list[int | None] = []  # one entry per reader at work; each is the limit that the first one found


@contextmanager
def open_file(path: Path) -> Iterator[IO[bytes]]:
    """Open `path` for reading; raises UnreadableImage with a sentence per way to fail."""
    try:
        if not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode):
            # before opening, which would wait for ever on a pipe
            raise UnreadableImage(f"{path} is a device, not a file; choose a picture.")
        file = path.open("rb")
    except FileNotFoundError as error:
        raise UnreadableImage(f"{path} does not exist; check the name and the folder.") from error
    except PermissionError as error:
        sentence = f"{path} may not be read; change its permissions or copy it to a folder of yours."
        if os.path.isdir(path):  # noqa: PTH112 - Path raises where a folder may not be searched
            sentence = f"{path} is a folder; choose a picture inside it."
        raise UnreadableImage(sentence) from error
    except IsADirectoryError as error:
        raise UnreadableImage(f"{path} is a folder; choose a picture inside it.") from error
    except (OSError, ValueError) as error:
        raise UnreadableImage(f"{path} cannot be opened ({error}); check the disk and the name.") from error
    with file:
        yield file


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Turn whatever Pillow's decoders trip over into UnreadableImage; errors of this package pass."""
    try:
        yield
    except (HificError, Image.DecompressionBombError):
        raise
    except MemoryError as error:
        raise UnreadableImage(
            f"{name} does not fit in memory; close other programs or scale the picture down."
        ) from error
    except Exception as error:  # hostile files raise nearly everything inside the plugins
        raise UnreadableImage(f"{name} is damaged or cut off and cannot be read; get a fresh copy of it.") from error


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Drop the warnings of Pillow and pi_heif while a reader is at work; safe in threads, others' pass."""
    filters = cast(list[Any], warnings.filters)
    with _lock:
        if not _quiet:
            warnings.filterwarnings("ignore", module=r"(PIL|pi_heif)(\.|$)")
        _quiet.append(_quiet[0] if _quiet else filters[0])
    try:
        yield
    finally:
        with _lock:
            ours = _quiet.pop()
            if not _quiet:
                with suppress(ValueError):
                    cast(list[Any], warnings.filters).remove(ours)


@contextmanager
def raised_limit(pixels: int) -> Iterator[None]:
    """Let Pillow's own guard pass `pixels` while a reader needs it; the last of several threads restores it.

    Only the TIFF and WebP plugins need this, above 179 megapixels: `identify` does not go through the guard.
    """
    with _lock:
        _raised.append(_raised[0] if _raised else Image.MAX_IMAGE_PIXELS)
        if Image.MAX_IMAGE_PIXELS is not None:
            Image.MAX_IMAGE_PIXELS = max(Image.MAX_IMAGE_PIXELS, pixels)
    try:
        yield
    finally:
        with _lock:
            before = _raised.pop()
            if not _raised:
                Image.MAX_IMAGE_PIXELS = before


def claimed_pixels(error: Image.DecompressionBombError) -> int:
    """Return the count of pixels that Pillow's guard names in its message."""
    found = re.search(r"\((\d+) pixels\)", str(error))
    return int(found[1]) if found else 0


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """Raise TooLarge when a picture of `size` has more than `max_pixels`."""
    if size[0] * size[1] > max_pixels:
        raise TooLarge(size[0] * size[1], max_pixels)


def identify(file: IO[bytes], name: str) -> ImageFile.ImageFile:
    """Read the header: what Image.open does, less its guard, which cannot be set for one caller alone.

    Raises UnreadableImage when no format claims the file and for a camera's raw file, SyntaxError when one does and
    fails.
    """
    head = file.read(16)
    if not head:
        raise UnreadableImage(f"{name} is empty; get a fresh copy of it.")
    refuse_raw(file, name, head)
    tried: set[str] = set(REFUSED_FORMATS)
    claimed = False
    for load_plugins in (Image.preinit, Image.init):
        load_plugins()
        for key in [key for key in Image.ID if key not in tried]:
            tried.add(key)
            image, accepted = _try_format(key, file, head)
            if image is not None:
                return image
            claimed = claimed or accepted
    if looks_like_heic(head):
        file.seek(0)
        reader = heic_reader(name)
        return cast(ImageFile.ImageFile, reader.HeifImageFile(file))
    if claimed:
        raise SyntaxError("a format recognised the file and could not read its header")
    raise UnreadableImage(
        f"{name} is not a picture of a kind this program reads; convert it to PNG, TIFF or JPEG first."
    )


def _try_format(key: str, file: IO[bytes], head: bytes) -> tuple[ImageFile.ImageFile | None, bool]:
    """Return the opened picture or None, and whether the format knew the first bytes as its own."""
    factory, accept = Image.OPEN[key]
    if accept is not None and accept(head) is not True:
        return None, False
    file.seek(0)
    try:
        return factory(file, ""), True
    except (SyntaxError, IndexError, TypeError, struct.error):
        return None, accept is not None


def bare_png(data: bytes) -> bytes:
    """Return the PNG file without optional chunks except transparency; raises struct.error when cut."""
    kept, position = [PNG_MAGIC], len(PNG_MAGIC)
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if kind[:1].isupper() or kind == b"tRNS":
            kept.append(data[position:end])
        position = end
    return b"".join(kept)
