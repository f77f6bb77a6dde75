"""The bundle as one archive, measured and not kept."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKERS = (("zstd -10", ("zstd", "-10", "-q", "-c")), ("xz -6", ("xz", "-6", "-T1", "-c")))


def packed_sizes(folder: Path) -> Iterator[tuple[str, int]]:
    """Name of each packer that is here, and bytes of `tar` through it."""
    for name, command in PACKERS:
        if shutil.which(command[0]) is not None:
            yield name, _packed(folder, command)


def _packed(folder: Path, command: tuple[str, ...]) -> int:
    tar = subprocess.Popen(["tar", "-C", folder.parent, "-cf", "-", folder.name], stdout=subprocess.PIPE)
    packer = subprocess.Popen(command, stdin=tar.stdout, stdout=subprocess.PIPE)
    assert tar.stdout is not None and packer.stdout is not None
    tar.stdout.close()
    size = 0
    while chunk := packer.stdout.read(1 << 20):
        size += len(chunk)
    if packer.wait() or tar.wait():
        raise subprocess.CalledProcessError(packer.returncode or tar.returncode, command)
    return size
