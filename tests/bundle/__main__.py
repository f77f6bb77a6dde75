"""The bundle's acceptance in a clean root: `python -m tests.bundle FOLDER ROOT [--screenshot PNG]`.

Every step prints what it took; the first that fails ends the run with what the program said.
"""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageGrab

from bundle.sizes import sizes, table
from tests.bundle.root import HOME, INSTALLED, Missing, Root
from tests.conftest import smooth_picture, write_tiny_lpips

PATIENCE = 60.0


@contextmanager
def step(name: str) -> Iterator[None]:
    """Prints the name and how long it took."""
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:6.1f} s  {name}", flush=True)


def prepare(root: Root) -> None:
    """Photos, small weights of LPIPS, the sample."""
    photos = root.home / "photos"
    photos.mkdir()
    for seed in range(6):
        Image.fromarray(smooth_picture(96, 112, seed).pixels).save(photos / f"{seed}.png")
    write_tiny_lpips(root.home / "lpips.npz")
    sample = next(root.bundle.rglob("resources/samples/coffee.png"))
    (root.home / "coffee.png").write_bytes(sample.read_bytes())
    root.give()


def codec(root: Root) -> None:
    """The command line, from a picture to a file and back."""
    with step("hific --version"):
        assert root.run("hific", "--version").startswith("hific ")
    with step("hific compress"):
        root.run("hific", "compress", "coffee.png")
    with step("hific decompress"):
        root.run("hific", "decompress", "coffee.hfc", "--output", "back")
    original, decoded = (
        np.asarray(Image.open(root.home / name).convert("RGB")).astype(float)
        for name in ("coffee.png", "back/coffee.png")
    )
    error = np.square(original - decoded).mean()
    assert error < 255**2 / 10**2.5, f"decoded with a mean square error of {error:.0f}"
    with step("hific info"):
        facts = json.loads(root.run("hific", "info", "--json", "coffee.hfc"))
        assert facts["bytes"] == (root.home / "coffee.hfc").stat().st_size
    with step("hific pair"):
        root.run("hific", "pair", "coffee.png", "coffee.hfc", "--output", "pair.png")
        assert Image.open(root.home / "pair.png").width > original.shape[1]


def watched(root: Root) -> None:
    """A folder in which a picture arrives."""
    with step("hific watch, until a photo that arrives is compressed"):
        (root.home / "inbox").mkdir()
        (root.home / "small").mkdir()
        root.give()
        process = subprocess.Popen(root.command("hific", "watch", "inbox", "--output", "small"))
        try:
            (root.home / "inbox" / "photo.png").write_bytes((root.home / "photos" / "0.png").read_bytes())
            wait(lambda: any((root.home / "small").glob("*.hfc")), "hific watch wrote nothing")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def training(root: Root) -> None:
    """Ten steps with a worker process, and what they made."""
    small = ("--batch", 2, "--crop", 64, "--discriminator-width", 8, "--log-every", 1, "--validate-every", 0)
    which = ("--data", "photos", "--init", "lite-13", "--lpips-weights", "lpips.npz", "--name", "mine")
    with step("hific train, six steps and four beside a discriminator, with a worker process"):
        lines = root.run(
            "hific", "train", *which, *small, "--steps", 6, "--gan-steps", 4, "--workers", 1, "--json-lines"
        )
    kinds = [json.loads(line)["event"] for line in lines.splitlines()]
    assert kinds.count("step") == 10 and kinds[-1] == "exported", kinds
    with step("hific compress with the model that was trained"):
        root.run("hific", "compress", "photos/1.png", "--model", "mine", "--output", "mine.hfc")


def desktop(root: Root) -> None:
    """The file type, and the thumbnailer by the line in its entry."""
    with step("hific-studio --install-desktop, the thumbnailer's line"):
        root.run("hific-studio", "--install-desktop")
        entries = root.home / ".local" / "share"
        starter = (entries / "applications" / "hific-studio.desktop").read_text()
        assert f"\nExec={INSTALLED}/hific-studio %F\n" in starter, starter
        lines = (entries / "thumbnailers" / "hific-studio.thumbnailer").read_text().splitlines()
        line = next(each for each in lines if each.startswith("Exec=")).removeprefix("Exec=")
        fields = {"%s": "128", "%i": f"{HOME}/coffee.hfc", "%o": f"{HOME}/thumbnail.png"}
        root.run(*(fields.get(each, each) for each in shlex.split(line)))
        assert max(Image.open(root.home / "thumbnail.png").size) == 128


def window(root: Root, screenshot: Path | None) -> None:
    """The window on a screen of its own, with the file that was made; first as after the machine's start."""
    forget(root.bundle)
    with screen() as display:
        start = time.monotonic()
        program = subprocess.Popen(root.command("hific-studio", "coffee.hfc", display=display))
        try:
            wait(lambda: pixels(display).mean() > 5, "hific-studio showed no window")
            print(f"{time.monotonic() - start:6.1f} s  hific-studio, until there is a window, uncached", flush=True)
            wait(lambda: colours(display) > 2000, "hific-studio showed no picture")
            print(f"{time.monotonic() - start:6.1f} s  the same, until the file is decoded and shown", flush=True)
            time.sleep(2)
            assert program.poll() is None, "hific-studio ended"
            if screenshot is not None:
                Image.fromarray(pixels(display)).save(screenshot)
        finally:
            program.terminate()
            program.wait(PATIENCE)


def forget(folder: Path) -> None:
    """Nothing of the folder is in the system's cache any more."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


@contextmanager
def screen() -> Iterator[str]:
    """A virtual one of 1280 x 800, by its name."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def pixels(display: str) -> NDArray[np.uint8]:
    """uint8 (H, W, 3) of the whole screen."""
    return np.asarray(ImageGrab.grab(xdisplay=display).convert("RGB"))


def colours(display: str) -> int:
    """Different colours in every fourth row and column of the screen: a photo has thousands."""
    red, green, blue = np.moveaxis(pixels(display)[::4, ::4].astype(np.int32), -1, 0)
    return len(np.unique(red << 16 | green << 8 | blue))


def wait(until: Callable[[], object], complaint: str) -> None:
    """Until it holds, or AssertionError."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, complaint
        time.sleep(0.05)


def contents(bundle: Path) -> None:
    """What must be in it, and what must not."""
    listed = (bundle / "licences" / "LIST.txt").read_text().splitlines()
    without = [line for line in listed if "no text came with it" in line]
    print(f"licences of {len(listed)} parts, {len(without)} of them without a text")
    print("".join(f"  {line}\n" for line in without), end="")
    unwanted = [path for name in ("pip", "setuptools", "upx*") for path in bundle.rglob(name)]
    assert not unwanted, unwanted
    print(table(sizes(bundle)))


def main() -> int:
    """Runs all steps."""
    parser = argparse.ArgumentParser(prog="python -m tests.bundle", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the bundle")
    parser.add_argument("root", type=Path, help="a Debian without Python; made where it is not")
    parser.add_argument("--screenshot", type=Path)
    arguments = parser.parse_args()
    try:
        contents(arguments.folder)
        root = Root(arguments.root, arguments.folder)
        prepare(root)
        codec(root)
        watched(root)
        training(root)
        desktop(root)
        window(root, arguments.screenshot)
    except (Missing, AssertionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print("the bundle is accepted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
