"""A file decodes to the same symbols whatever the processor, the threads, the libraries and their rounding."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import write
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.models.weights import read_model
from hific_core.pixels.picture import read_picture
from tests.conftest import GOLDEN
from tests.make_golden import symbols_digest
from tests.seeded_hific import write_seeded_hific

ROOT = Path(__file__).parents[1]
PLAIN_PROCESSOR = ["--threads", "1", "--no-onednn"]


def digests_elsewhere(model: Path, files: list[Path], *flags: str) -> tuple[dict[str, str], dict[str, int]]:
    command = [sys.executable, "-m", "tests.decode_elsewhere", str(model), *map(str, files), *flags]
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": "default"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    output = json.loads(result.stdout)
    assert output["capability"] == "DEFAULT"
    return output["digests"], output["pixels"]


def test_golden_files_elsewhere() -> None:
    expected = json.loads((GOLDEN / "symbols.json").read_text())
    files = sorted(GOLDEN.glob("*.hfc"))
    model = GOLDEN / "tiny.safetensors"
    quiet, pixels = digests_elsewhere(model, files, *PLAIN_PROCESSOR)
    noisy, other_pixels = digests_elsewhere(model, files, *PLAIN_PROCESSOR, "--noise", "1e-2")
    assert quiet == noisy == {f"{name}.hfc": digest for name, digest in expected.items()}
    assert pixels != other_pixels, "the noise reached no pixel, so that it proved nothing"


@pytest.fixture(params=["lite", "hific"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> zoo.Installed:
    """The model that ships, and the paper's network at its full size with seeded weights."""
    if request.param == "lite":
        return zoo.default()
    return zoo.named(str(write_seeded_hific(tmp_path / "seeded.safetensors")))


@pytest.mark.slow
def test_kodak_in_all_regimes_elsewhere(shared: Path, tmp_path: Path, installed: zoo.Installed) -> None:
    torch.set_num_threads(os.cpu_count() or 1)
    codec = Codec(read_model(installed.path, choose_runtime()))
    regimes = installed.card.regimes
    expected = {}
    for picture in sorted((shared / "data" / "kodak").glob("*.png")):
        for regime, quality in regimes.items():
            encoded = codec.encode(read_picture(picture), quality)
            name = f"{picture.stem}-{regime}.hfc"
            write(tmp_path / name, encoded.file)
            expected[name] = symbols_digest(encoded.symbols)
    files = sorted(tmp_path.glob("*.hfc"))
    assert len(files) == 24 * len(regimes)
    # without vector instructions the paper's generator takes a minute for a megapixel: a corner shows the noise
    flags = [*PLAIN_PROCESSOR, "--pixels", "64"]
    quiet, pixels = digests_elsewhere(installed.path, files, *flags)
    noisy, other_pixels = digests_elsewhere(installed.path, files, *flags, "--noise", "1e-3")
    assert quiet == noisy == expected
    assert all(pixels[name] != other_pixels[name] for name in pixels), "noise that reaches no pixel proves nothing"
    print(f"{installed.card.name}: {len(files)} files, all symbols equal")
