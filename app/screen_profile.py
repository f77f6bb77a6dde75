"""The colours of the screen: a profile that the person chose, else what the system says, else sRGB."""

import contextlib
import ctypes
import ctypes.util
from pathlib import Path

from PySide6.QtGui import QColorSpace, QGuiApplication

_LARGEST = 16_000_000
"""Bytes of a profile; what is larger is none."""


def screen_space(chosen: str) -> QColorSpace:
    """`chosen`: an ICC profile's path, empty for the system's. What cannot be used is sRGB."""
    space = QColorSpace()
    if chosen:
        space = space_in(Path(chosen))
    elif QGuiApplication.platformName() == "xcb":
        space = _space_of(x11_profile())
    # macOS and Wayland's compositors match colours themselves: there a window is sRGB
    return space if space.isValid() else QColorSpace(QColorSpace.NamedColorSpace.SRgb)


def space_in(path: Path) -> QColorSpace:
    """Of an ICC profile's file; not valid for what is no profile of a screen."""
    data = None
    with contextlib.suppress(OSError), path.open("rb") as file:
        data = file.read(_LARGEST)
    return _space_of(data)


def _space_of(profile: bytes | None) -> QColorSpace:
    space = QColorSpace.fromIccProfile(profile) if profile else QColorSpace()
    return space if space.colorModel() is QColorSpace.ColorModel.Rgb else QColorSpace()


def x11_profile() -> bytes | None:
    """The property _ICC_PROFILE of the root window, where colour managers put the first screen's profile."""
    name = ctypes.util.find_library("X11")
    if name is None:
        return None
    x11 = ctypes.CDLL(name)
    for function, kind in (("XOpenDisplay", ctypes.c_void_p), ("XDefaultRootWindow", ctypes.c_ulong)):
        getattr(x11, function).restype = kind
    x11.XInternAtom.restype = ctypes.c_ulong
    display = x11.XOpenDisplay(None)
    if not display:
        return None
    try:
        return _property(x11, ctypes.c_void_p(display), b"_ICC_PROFILE")
    finally:
        x11.XCloseDisplay(ctypes.c_void_p(display))


def _property(x11: ctypes.CDLL, display: ctypes.c_void_p, name: bytes) -> bytes | None:
    """Bytes of a property of the root window; None where there is none."""
    atom = ctypes.c_ulong(x11.XInternAtom(display, name, 1))
    if not atom.value:
        return None
    kind, size, left = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_ulong()
    bits, content = ctypes.c_int(), ctypes.POINTER(ctypes.c_ubyte)()
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    any_type, units = ctypes.c_ulong(0), ctypes.c_long(_LARGEST // 4)
    outcome = x11.XGetWindowProperty(
        display,
        root,
        atom,
        ctypes.c_long(0),
        units,
        0,
        any_type,
        ctypes.byref(kind),
        ctypes.byref(bits),
        ctypes.byref(size),
        ctypes.byref(left),
        ctypes.byref(content),
    )
    if outcome != 0 or not content:
        return None
    try:
        return bytes(content[: size.value]) if bits.value == 8 and size.value else None
    finally:
        x11.XFree(content)
