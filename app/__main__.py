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
    parsed = _parsed(sys.argv[1:] if arguments is None else arguments)
    if parsed.install_desktop or parsed.remove_desktop:
        return _desktop(parsed.install_desktop)
    from app.starting import start

    return start([Path(name) for name in parsed.files])


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hific-studio",
        description="Compress photographs to .hfc files and look at them beside their originals.",
        epilog="The command line without a window is `hific`.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="pictures to compress, .hfc files to show, folders")
    parser.add_argument("--version", action="version", version=f"hific-studio {_version()}")
    desktop = parser.add_mutually_exclusive_group()
    desktop.add_argument(
        "--install-desktop",
        action="store_true",
        help="put starter, file type, icons and thumbnailer into your own folders (Linux), and end",
    )
    desktop.add_argument("--remove-desktop", action="store_true", help="remove them again, and end")
    return parser.parse_args(arguments)


def _desktop(install: bool) -> int:
    """The file type of a Linux desktop; what was written or removed goes to stdout."""
    if not sys.platform.startswith("linux"):
        sys.stderr.write("hific-studio: --install-desktop and --remove-desktop are for Linux.\n")
        return 1
    from app import desktop

    try:
        paths = desktop.install() if install else desktop.remove()
    except OSError as error:
        sys.stderr.write(f"hific-studio: {error}\n")
        return 1
    sys.stdout.writelines(f"{path}\n" for path in paths)
    return 0


def _version() -> str:
    try:
        return metadata.version("hific-studio")
    except metadata.PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
