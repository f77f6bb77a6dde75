"""Starts the window: `python -m app [FILES]`, `hific-studio [FILES]`; its version needs neither Qt nor torch."""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Shows the window, with files to open where some are named; returns the exit code."""
    multiprocessing.freeze_support()
    names = _parsed(sys.argv[1:] if arguments is None else arguments)
    from app.starting import start

    return start([Path(name) for name in names])


def _parsed(arguments: Sequence[str]) -> list[str]:
    parser = argparse.ArgumentParser(
        prog="hific-studio",
        description="Compress photographs to .hfc files and look at them beside their originals.",
        epilog="The command line without a window is `hific`.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="pictures to compress, .hfc files to show, folders")
    parser.add_argument("--version", action="version", version=f"hific-studio {_version()}")
    found: list[str] = parser.parse_args(arguments).files
    return found


def _version() -> str:
    try:
        return metadata.version("hific-studio")
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
