"""A clean root: a small Debian without Python, in which the bundle's programs run as a person who owns only a home."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

SUITE = "bookworm"
PERSON = 1000
HOME = "/home/person"
INSTALLED = "/opt/hific-studio"
DESKTOP_PACKAGES = ("libegl1", "libgl1", "fontconfig", "fonts-dejavu-core", "xkb-data")
"""What any desktop with X has, and the bundle has not."""
_TOOLS = {
    "unshare": "util-linux",
    "chroot": "coreutils",
    "debootstrap": "debootstrap",
    "Xvfb": "xvfb",
}


class Missing(Exception):
    """What the proof needs and this machine has not, in one sentence."""


class Root:
    """The root in a folder, made there by debootstrap if it is not yet; `bundle` is seen as /opt/hific-studio."""

    def __init__(self, folder: Path, bundle: Path) -> None:
        self.folder, self.bundle = folder.resolve(), bundle.resolve()
        _require("unshare", "chroot", "Xvfb")
        if not (self.folder / "etc" / "debian_version").is_file():
            _require("debootstrap")
            self._make()
        pythons = [path for place in ("usr/bin", "usr/local/bin") for path in (self.folder / place).glob("python*")]
        if pythons:
            raise Missing(f"{self.folder} has a Python ({pythons[0].name}); name a root that has none.")
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        (self.folder / INSTALLED[1:]).mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        """The person's folder, from outside."""
        return self.folder / HOME[1:]

    def give(self) -> None:
        """All that was put into the home becomes the person's."""
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, PERSON, PERSON)

    def command(self, *arguments: object, display: str | None = None) -> list[str]:
        """The command line that runs a program of the bundle, or of the root, inside, without a network."""
        words = [str(each) for each in arguments]
        if "/" not in words[0]:
            words[0] = f"{INSTALLED}/{words[0]}"
        variables = [f"HOME={HOME}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", f"OMP_NUM_THREADS={_threads()}"]
        if display is not None:
            variables.append(f"DISPLAY={display}")
        inside = [
            "chroot",
            f"--userspec={PERSON}:{PERSON}",
            str(self.folder),
            "/usr/bin/env",
            "-i",
            "-C",
            HOME,
            *variables,
            *words,
        ]
        root = shlex.quote(str(self.folder))
        screens = "/tmp/.X11-unix"
        script = "; ".join(
            (
                "set -e",
                f"mount --rbind /dev {root}/dev",
                f"mount -t proc proc {root}/proc",
                f"mount -t tmpfs tmpfs {root}/tmp",
                f"mkdir -p {screens} {root}{screens}",
                f"mount --bind {screens} {root}{screens}",
                f"mount --bind -o ro {shlex.quote(str(self.bundle))} {root}{INSTALLED}",
                f"exec {shlex.join(inside)}",
            )
        )
        return ["unshare", "--mount", "--net", "sh", "-c", script]

    def run(self, *arguments: object) -> str:
        """What the program printed; CalledProcessError where it failed."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False)
        if done.returncode:
            words = " ".join(str(each) for each in arguments)
            raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _make(self) -> None:
        packages = ",".join(DESKTOP_PACKAGES)
        command: Sequence[object] = ("debootstrap", "--variant=minbase", f"--include={packages}", SUITE, self.folder)
        subprocess.run([str(each) for each in command], check=True, stdout=subprocess.DEVNULL)


def _require(*programs: str) -> None:
    if os.geteuid() != 0:
        raise Missing("The proof changes its root, which only root may do; run it with sudo.")
    for program in programs:
        if shutil.which(program) is None:
            raise Missing(
                f"There is no {program} here; install it first (on Debian: apt-get install {_TOOLS[program]})."
            )


def _threads() -> str:
    return os.environ.get("OMP_NUM_THREADS", str(os.cpu_count() or 1))
