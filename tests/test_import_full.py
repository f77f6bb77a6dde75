"""A checkpoint of the original's full size, 737 MB, imported and used in processes whose memory is measured."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .conftest import smooth_picture
from .models.test_hific import VARIANTS, reference
from .seeded_hific import write_reference_checkpoint

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
LIMIT = 6 * 10**9


def hific(*arguments: object) -> int:
    """Runs the command line in a process of its own and returns the most memory that it held, in bytes."""
    command = [sys.executable, "-m", "hific_core", *map(str, arguments)]
    environment = {**os.environ, "HIFIC_MODELS": "", "OMP_NUM_THREADS": "2"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments
    print(f"hific {arguments[0]}: {usage.ru_maxrss / 1024:,.0f} MiB")
    return usage.ru_maxrss * 1024


@pytest.fixture(scope="module")
def model(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Imported with its discriminator."""
    folder = tmp_path_factory.mktemp("full")
    write_reference_checkpoint(folder / "hific_low.pt", shared, VARIANTS["a"])
    memory = hific("models", "import", folder / "hific_low.pt", "--keep-discriminator", "--to", folder / "models")
    (folder / "hific_low.pt").unlink()
    assert memory < LIMIT
    yield folder / "models" / "HIFIC-low.safetensors"
    shutil.rmtree(folder)  # 750 MB


def test_a_picture_there_and_back(model: Path, tmp_path: Path) -> None:
    """One megapixel."""
    Image.fromarray(smooth_picture(1024, 1024).pixels).save(tmp_path / "a.png")
    assert hific("compress", tmp_path / "a.png", "--model", model, "-o", tmp_path / "a.hfc", "--device", "cpu") < LIMIT
    assert (
        hific("decompress", tmp_path / "a.hfc", "--model", model, "-o", tmp_path / "b.png", "--device", "cpu") < LIMIT
    )
    with Image.open(tmp_path / "b.png") as image:
        assert image.size == (1024, 1024)


def test_a_file_that_the_original_wrote(model: Path, shared: Path, tmp_path: Path) -> None:
    """To the level that the original shows, wherever rounding to levels does not lie between the two."""
    source = shared / "parity" / "ref_a.hfc"
    options = ("--device", "cpu", "--precision", "float32")
    assert hific("decompress", source, "--model", model, "-o", tmp_path / "a.png", *options) < LIMIT
    expected = reference(shared, "a")["hfc_reconstruction"][0].permute(1, 2, 0).numpy() * 255
    with Image.open(tmp_path / "a.png") as image:
        found = np.array(image).astype(np.float32)
    assert found.shape == (144, 200, 3)
    assert np.abs(found - expected).max() < 0.5 + 255e-3
