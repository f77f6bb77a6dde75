"""The window under Xvfb, light and dark; what it looked like lies in HIFIC_SCREENSHOTS, where that is set."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColorSpace

pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as told:
        number = told.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


def environment(display: str, places: Path, **more: str) -> dict[str, str]:
    own = {name: str(places / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    # GNOME's platform theme is the one that knows dark windows
    return {**os.environ, **own, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_CURRENT_DESKTOP": "GNOME", **more}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person_at_the_window(
    display: str, tmp_path: Path, tiny_model_path: Path, tiny_lpips_path: Path, scheme: str
) -> None:
    folder = Path(os.environ.get("HIFIC_SCREENSHOTS") or tmp_path)
    folder.mkdir(exist_ok=True)
    shutil.rmtree(folder / f"photos-{scheme}", ignore_errors=True)
    cache = tmp_path / "xdg_cache_home" / "hific-studio"
    cache.mkdir(parents=True)
    shutil.copyfile(tiny_lpips_path, cache / "lpips_alex.npz")
    child = subprocess.run(
        [sys.executable, "-m", "tests.app.on_screen", str(folder), scheme],
        cwd=ROOT,
        env=environment(display, tmp_path, HIFIC_MODELS=str(tiny_model_path.parent)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-4000:]
    empty = np.asarray(Image.open(folder / f"{scheme}-1-empty.png").convert("L"))
    ground = np.bincount(empty.ravel()).argmax()
    assert (ground < 100) == (scheme == "dark"), "most of an empty window is its ground"


PROFILE = """
import ctypes, ctypes.util, sys
x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.restype = x11.XInternAtom.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
data = open(sys.argv[1], "rb").read()
atom, cardinal = (ctypes.c_ulong(x11.XInternAtom(display, name, 0)) for name in (b"_ICC_PROFILE", b"CARDINAL"))
root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
x11.XChangeProperty(display, root, atom, cardinal, 8, 0, data, len(data))
x11.XSync(display, 0)
from PySide6.QtGui import QGuiApplication, QColorSpace
from app.screen_profile import screen_space
application = QGuiApplication([])
print(*(screen_space(name).description() for name in ("", sys.argv[2], "no file")), sep=" | ")
x11.XDeleteProperty(display, root, atom)
x11.XSync(display, 0)
print(screen_space("").description())
"""


def test_the_screen_s_own_colours(display: str, tmp_path: Path) -> None:
    """What a colour manager put on the root window, unless the person chose a file."""
    paths = []
    for name in (QColorSpace.NamedColorSpace.DisplayP3, QColorSpace.NamedColorSpace.AdobeRgb):
        paths.append(tmp_path / f"{name.name}.icc")
        paths[-1].write_bytes(QColorSpace(name).iccProfile().data())
    expected = [QColorSpace.fromIccProfile(path.read_bytes()).description() for path in paths]
    plain = QColorSpace(QColorSpace.NamedColorSpace.SRgb).description()
    child = subprocess.run(
        [sys.executable, "-c", PROFILE, *map(str, paths)],
        cwd=ROOT,
        env=environment(display, tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.splitlines() == [f"{expected[0]} | {expected[1]} | {plain}", plain]
