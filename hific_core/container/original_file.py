"""The .hfc files that the original HiFiC writes: their bytes parsed with every check, and never written.

They have no magic, no version and no checksum; every number is little-endian.

 size  field
    4  rows and columns of the hyperlatents, 2 bytes each as all that follow
    4  height and width of the picture
    6  coding shape of the hyperlatents: their channels C', 1, 1 where the vectorised coder made them, which has a
       state for each channel; C', rows, columns where the scalar one did, which has one state
    6  coding shape of the latents, C, 1, 1 or C, rows, columns likewise
    2  number of pictures; only 1 is read here
    4  fence, 46 E2 84 92
    4  length of the stream of hyperlatents in bytes, a multiple of 4; then the stream, then a fence
    4  length of the stream of latents; then the stream, then a fence: there the file ends

The picture is padded to a multiple of 16 and its latents to a multiple of 4, both by reflection; a side below 65
pixels cannot be reflected so far, and no such file exists.
"""

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

from hific_core.container.header import MAGIC, MAX_PIXELS
from hific_core.errors import (
    CorruptFile,
    HificError,
    NotHfc,
    TooLarge,
    TruncatedFile,
    UnreadableFile,
    UnsupportedVersion,
)

FENCE = b"\x46\xe2\x84\x92"
HEAD_BYTES = 26
"""Shapes and the first fence: enough to know such a file by."""
SMALLEST_SIDE = 65
_SHAPES = struct.Struct("<11H")
_PIXELS_PER_LATENT = 16
_LATENTS_PER_HYPERLATENT = 4
_WORD = 4


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """The content of such a file."""

    height: int
    width: int
    hyper_shape: tuple[int, int, int]
    """Channels, rows and columns of the hyperlatents; the latents have four times as many rows and columns."""
    latent_channels: int
    vectorised: bool
    """Which of the two coders wrote it."""
    hyperlatents: bytes
    """Little-endian 32-bit words, two at least for each state."""
    latents: bytes

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of the latents."""
        _, rows, columns = self.hyper_shape
        return self.latent_channels, rows * _LATENTS_PER_HYPERLATENT, columns * _LATENTS_PER_HYPERLATENT


def is_original(start: bytes) -> bool:
    """Whether a file that begins with `start`, 26 bytes or more, is one that the original wrote.

    This program's own magic would be 18,569 rows, more than there can be.
    """
    return not start.startswith(MAGIC) and start[_SHAPES.size : HEAD_BYTES] == FENCE


def parse(data: bytes, *, max_pixels: int = MAX_PIXELS) -> OriginalFile:
    """The content of a whole file. Raises NotHfc, TruncatedFile, CorruptFile, TooLarge, UnsupportedVersion."""
    if not is_original(data):
        raise NotHfc("This is not a .hfc file of the original HiFiC.")
    rows, columns, height, width, *rest = _SHAPES.unpack_from(data)
    hyper_coding, latent_coding, batch = tuple(rest[:3]), tuple(rest[3:6]), rest[6]
    if batch != 1:
        raise UnsupportedVersion(
            f"The .hfc file holds {batch} pictures of the original HiFiC; only single ones are read."
        )
    if min(height, width) < SMALLEST_SIDE or (rows, columns) != (_hyper_side(height), _hyper_side(width)):
        raise _corrupt("shapes")
    if width * height > max_pixels:
        raise TooLarge(width * height, max_pixels)
    hyper_channels, latent_channels = hyper_coding[0], latent_coding[0]
    hyper_shape = (hyper_channels, rows, columns)
    latent_shape = (latent_channels, rows * _LATENTS_PER_HYPERLATENT, columns * _LATENTS_PER_HYPERLATENT)
    vectorised = (hyper_coding, latent_coding) == ((hyper_channels, 1, 1), (latent_channels, 1, 1))
    if not vectorised and (hyper_coding, latent_coding) != (hyper_shape, latent_shape):
        raise _corrupt("shapes")
    if not hyper_channels or not latent_channels:
        raise _corrupt("shapes")
    hyperlatents, place = _stream(data, HEAD_BYTES, hyper_channels if vectorised else 1, "hyperlatents")
    latents, place = _stream(data, place, latent_channels if vectorised else 1, "latents")
    if place != len(data):
        raise _corrupt("end of file")
    return OriginalFile(height, width, hyper_shape, latent_channels, vectorised, hyperlatents, latents)


def read(path: Path, *, max_pixels: int = MAX_PIXELS) -> OriginalFile:
    """The content of the file at `path`; raises what `parse` does, and UnreadableFile; each sentence names the file."""
    try:
        _check_regular(path)
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
            # what is no such file is not read as a whole
            return parse(start + file.read() if is_original(start) else start, max_pixels=max_pixels)
    except OSError as error:
        raise UnreadableFile(path, f"{path} could not be read ({error.strerror or error}); try again.") from error
    except HificError as error:
        error.in_file(path)
        raise


def written_by_original(path: Path) -> bool:
    """Whether the file at `path` begins as those of the original; False for one that cannot be read."""
    try:
        _check_regular(path)
        with path.open("rb") as file:
            return is_original(file.read(HEAD_BYTES))
    except (OSError, UnreadableFile):
        return False


def _check_regular(path: Path) -> None:
    """Before opening, which would wait for ever on a pipe."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
        raise UnreadableFile(path, f"{path} is a folder or a device; choose a .hfc file.")


def _hyper_side(side: int) -> int:
    latents = -(-side // _PIXELS_PER_LATENT)
    return -(-latents // _LATENTS_PER_HYPERLATENT)


def _stream(data: bytes, place: int, states: int, part: str) -> tuple[bytes, int]:
    """The stream at `place` and where what follows it begins."""
    start = place + _WORD
    if start > len(data):
        raise _truncated()
    length = int.from_bytes(data[place:start], "little")
    stop = start + length
    if stop + len(FENCE) > len(data):
        raise _truncated()
    if length % _WORD or length < 2 * _WORD * states or data[stop : stop + len(FENCE)] != FENCE:
        raise _corrupt(part)
    return data[start:stop], stop + len(FENCE)


def _corrupt(part: str) -> CorruptFile:
    return CorruptFile(part, f"The original's .hfc file is damaged in its {part}; get a fresh copy.")


def _truncated() -> TruncatedFile:
    return TruncatedFile("The original's .hfc file ends before its streams do; get a complete copy.")
