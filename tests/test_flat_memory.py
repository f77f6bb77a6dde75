"""Thousands of pictures in a row, of all sizes, leave memory as it was: as `hific compress FOLDER` does them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import smooth_picture

PICTURES = 2000
SMALLEST, LARGEST = 20, 200
WARM = 200
"""Pictures until everything is loaded, every cache full, and the heap as large as its largest piece of work."""
SPAN = 200
ROOM = 8 * 2**20
"""Bytes by which memory in use may be higher at the end, 1,800 pictures later. Measured are 4 MiB and less, which come
and go: fragments of the heap between kernels and pieces of other sizes. What it would be if each picture left its
pixels (60 MiB), or each size its kernels (30 MiB before they were bounded), is many times as much."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="how much memory another process uses is read from /proc"),
]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two-thousand") / "in"
    folder.mkdir()
    whole, random = smooth_picture(LARGEST, LARGEST).pixels, np.random.default_rng(5)
    for number in range(PICTURES):
        height, width = random.integers(SMALLEST, LARGEST + 1, 2)
        Image.fromarray(whole[:height, :width]).save(folder / f"{number:04}.png", compress_level=1)
    return folder


def _memory_at_each_line(*arguments: object) -> list[int]:
    """Bytes in use by a run of `hific` as it tells of each file."""
    command = [sys.executable, "-m", "hific_core", *map(str, arguments), "--device", "cpu"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    found = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in process.stdout:
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            found.append(pages * os.sysconf("SC_PAGE_SIZE"))
    assert process.returncode == 0
    return found


def _check_flat(what: str, found: list[int]) -> None:
    curve = ", ".join(f"{found[number] / 2**20:.1f}" for number in range(SPAN - 1, len(found), SPAN))
    print(f"{what}: MiB in use after every {SPAN} pictures: {curve}")
    assert len(found) == PICTURES
    growth = max(found[-SPAN:]) - max(found[WARM : WARM + SPAN])
    assert growth < ROOM, f"{what}: {growth / 2**20:.1f} MiB more"


def test_two_thousand_pictures_leave_memory_flat(pictures: Path, tiny_model_path: Path) -> None:
    folders = pictures, pictures.with_name("hfc"), pictures.with_name("out")
    for what, source, target in zip(("compress", "decompress"), folders, folders[1:], strict=False):
        _check_flat(what, _memory_at_each_line(what, source, "-o", target, "--model", tiny_model_path))
