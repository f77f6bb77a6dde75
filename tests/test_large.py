"""Large pictures in bounded memory, each in a process of its own; time grows linearly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GIGABYTE = 10**9


def through(height: int, width: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.large_picture", str(height), str(width)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(result.stdout)
    assert result.returncode == 0, result.stderr
    outcome: dict[str, float] = json.loads(result.stdout)
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize(
    ("height", "width", "limit"),
    [(6000, 8000, 3 * GIGABYTE), (10000, 10000, 4 * GIGABYTE), (32768, 32768, 16 * GIGABYTE)],
    ids=["48 megapixels", "100 megapixels", "one gigapixel"],
)
def test_memory_is_bounded(height: int, width: int, limit: int) -> None:
    outcome = through(height, width)
    assert outcome["peak_mebibytes"] * 2**20 < limit
    # a picture that came back wrong anywhere would fall far below what the whole reaches
    assert outcome["psnr"] > 28
