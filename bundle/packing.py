"""The bundle as one archive, measured and not kept."""

import shutil
import subprocess
from pathlib import Path

PACKERS = {"zstd": ("zstd", "-10", "-q", "-c"), "xz": ("xz", "-6", "-c")}
"""The command line of each."""


def packed_size(folder: Path, packer: str) -> int:
    """Bytes of `tar` through the packer. Raises FileNotFoundError where that is not installed."""
    if shutil.which(packer) is None:
        raise FileNotFoundError(f"There is no {packer} here; install it first.")
    return _packed(folder, PACKERS[packer])


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
