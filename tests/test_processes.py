"""Work spread over processes by torchrun gives what one process gives."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hific_core import processes
from tests.conftest import smooth_picture

ROOT = Path(__file__).parents[1]


def test_shares_make_up_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processes.rank_and_world() == (0, 1)
    assert processes.gathered("alone") == ["alone"]
    items = list(range(7))
    assert processes.own_share(items) == items
    for name, value in (("WORLD_SIZE", "3"), ("MASTER_ADDR", "localhost"), ("MASTER_PORT", "29500")):
        monkeypatch.setenv(name, value)
    shares = []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        shares += processes.own_share(items)
    assert sorted(shares) == items


@pytest.mark.parametrize(
    "change",
    [
        {"RANK": ""},
        {"RANK": "-1"},
        {"RANK": "1.5"},
        {"RANK": "2"},
        {"WORLD_SIZE": "1"},
        {"WORLD_SIZE": "0"},
        {"WORLD_SIZE": "two"},
        {"MASTER_ADDR": ""},
        *({name: None} for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")),
    ],
)
def test_what_no_launcher_has_set_is_not_heeded(monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None]) -> None:
    whole = {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500"}
    for name, value in {**whole, **change}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert processes.rank_and_world() == (0, 1)
    assert processes.gathered("alone") == ["alone"]
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    assert processes.rank_and_world() == (1, 2)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for seed in range(3):
        Image.fromarray(smooth_picture(40 + seed, 50, seed).pixels).save(folder / f"{seed}.png")
    (folder / "2.jpg").write_bytes(b"no picture")
    return folder


def spread(tiny: Path, tiny_lpips: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "hific_core"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "HIFIC_MODELS": str(tiny.parent)}
    command = [sys.executable, *launcher, *map(str, arguments), "--model", "tiny", "--device", "cpu"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_folder_is_compressed_once(
    pictures: Path, tmp_path: Path, tiny_model_path: Path, tiny_lpips_path: Path
) -> None:
    """Also where names would collide, and where one process meets a bad file while the other works."""
    outcome = spread(tiny_model_path, tiny_lpips_path, "compress", pictures, "-o", tmp_path / "out")
    assert outcome.returncode != 0, "a file has failed"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0.hfc", "1.hfc", "2.png.hfc"]
    assert outcome.stdout.count(" bytes, ") == 3
    assert outcome.stderr.count("2.jpg") >= 1


def test_eval_gathers_all_pictures(
    pictures: Path, tmp_path: Path, tiny_model_path: Path, tiny_lpips_path: Path
) -> None:
    from hific_core.__main__ import main

    (pictures / "2.jpg").unlink()
    options = ("--regime", "low", "--regime", "med", "--lpips-weights", tiny_lpips_path, "--json")
    outcome = spread(tiny_model_path, tiny_lpips_path, "eval", pictures, *options, tmp_path / "two.json")
    assert outcome.returncode == 0, outcome.stderr
    alone = ["eval", pictures, *options, tmp_path / "one.json", "--model", tiny_model_path, "--device", "cpu"]
    assert main([str(part) for part in alone]) == 0
    one, two = (json.loads((tmp_path / f"{name}.json").read_bytes()) for name in ("one", "two"))
    for found in (one, two):
        for row in (*found["pictures"], *found["averages"]):
            del row["encode_seconds"], row["decode_seconds"]
    assert one["pictures"] == two["pictures"]
    for first, second in zip(one["averages"], two["averages"], strict=True):
        assert first.keys() == second.keys()
        numbers = [(first[name], second[name]) for name in ("bits_per_pixel", "psnr", "lpips")]
        assert np.allclose(*np.transpose(numbers), rtol=1e-9)


def test_a_process_is_known_by_its_beginning() -> None:
    own = processes.began(os.getpid())
    assert own and own == processes.began(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert processes.began(other.pid) not in ("", own)
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert processes.began(other.pid) == "", "ended, though its number is still taken"
    for none in (other.pid, 0, -1, 2**30):
        assert processes.began(none) == ""
