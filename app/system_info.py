"""What a report of a fault needs to know of this machine; torch is asked for its version, not loaded."""

import os
import platform
import sys
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

PACKAGES = ("hific-studio", "torch", "PySide6-Essentials", "numpy", "pillow", "constriction", "safetensors", "pi-heif")


def versions() -> list[tuple[str, str]]:
    """Of the packages that matter; "not installed" for what is not there."""
    found = []
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def system_info(device: str, model: str) -> str:
    """Lines of "name: value"."""
    lines = [
        *versions(),
        ("Python", sys.version.split()[0]),
        ("Qt", f"{qVersion()} ({QGuiApplication.platformName()})"),
        ("System", f"{platform.system()} {platform.release()} ({platform.machine()})"),
        ("Processor threads", str(os.cpu_count())),
        ("Device", device),
        ("Model", model),
    ]
    for screen in QGuiApplication.screens():
        size = screen.size()
        lines.append(("Screen", f"{size.width()} x {size.height()} at {screen.devicePixelRatio():g}"))
    return "\n".join(f"{name}: {value}" for name, value in lines)
