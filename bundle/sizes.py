"""How large the bundle is, part by part: `python -m bundle.sizes FOLDER [--pack zstd]`."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from bundle.packing import PACKERS, packed_size

_LARGE = 5_000_000
"""Bytes from which a library is a part of its own."""
_OF = {"numpy.libs": "numpy", "pillow.libs": "PIL", "pi_heif.libs": "pi_heif", "torchgen": "torch"}


def part_of(path: Path, size: int) -> str:
    """The part that a file belongs to, by its path in the bundle's folder."""
    inner = path.parts[1:] if path.parts[0] == "_internal" else path.parts
    if len(path.parts) == 1:
        return "the two programs"
    if size >= _LARGE and (".so" in path.name or path.suffix in (".dll", ".dylib")):
        return "/".join((_OF.get(inner[0], inner[0]), path.name)) if len(inner) > 1 else path.name
    if len(inner) == 1:
        return "libraries of the system" if ".so" in path.name else "the rest"
    return _OF.get(inner[0], inner[0])


def sizes(folder: Path) -> Counter[str]:
    """Bytes of each part; links count as nothing."""
    found: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            size = path.stat().st_size
            found[part_of(path.relative_to(folder), size)] += size
    return found


def table(found: Counter[str], smallest: int = 1_000_000) -> str:
    """Largest first; what is smaller than `smallest` bytes in one line."""
    rows = [(name, size) for name, size in found.most_common() if size >= smallest]
    small = found.total() - sum(size for _, size in rows)
    rows += [("all others", small), ("together", found.total())]
    return "\n".join(f"{size / 1e6:8.1f} MB  {name}" for name, size in rows)


def main() -> int:
    """Prints the table, and with --pack the size of an archive."""
    parser = argparse.ArgumentParser(prog="python -m bundle.sizes", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pack", choices=PACKERS, help="also as an archive; xz takes minutes")
    arguments = parser.parse_args()
    sys.stdout.write(f"{table(sizes(arguments.folder))}\n")
    if arguments.pack:
        command = " ".join(word for word in PACKERS[arguments.pack] if word not in ("-q", "-c"))
        sys.stdout.write(f"{packed_size(arguments.folder, arguments.pack) / 1e6:8.1f} MB  through tar and {command}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
