"""The program as its own process: exit codes, Ctrl-C, memory, and what it loads."""

import errno
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hific_core import __version__
from hific_core.__main__ import main
from hific_core.codec import Codec
from hific_core.container import hfc_file
from hific_core.container.header import Head, Header, IndexEntry, pack_head
from hific_core.container.hfc_file import HfcFile
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.models.card import ModelCard
from hific_core.models.weights import read_model
from tests.conftest import GOLDEN

from .conftest import Hific, Photo, names

HIFIC = [sys.executable, "-m", "hific_core"]
PEAK = 300 * 2**20
"""Bytes, for a small hostile file."""


_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _peak_memory(*arguments: object) -> tuple[int, str, int]:
    """Exit code, stderr and peak resident bytes of one run.

    Through a small process between, since a child's peak begins with what its parent had.
    """
    command = [sys.executable, "-c", _MEASURE, *HIFIC, *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    code, kilobytes = map(int, result.stdout.split())
    return code, result.stderr, kilobytes * 1024


def test_version_help_and_usage(hific: Hific) -> None:
    assert hific("--version") == (0, f"hific {__version__}\n", "")
    for arguments in (
        ["--help"],
        *([command, "--help"] for command in ("compress", "decompress", "eval", "info", "models", "pair")),
    ):
        outcome = hific(*arguments)
        assert outcome.code == 0
        assert "Usage: hific" in outcome.out
    assert hific().code == 2
    assert hific("frobnicate").code == 2
    assert hific("compress").code == 2


def test_the_installed_program_gives_exit_codes(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("hific")
    if not program.exists():
        pytest.skip("the package is not installed")
    result = subprocess.run([program, "info", tmp_path / "missing.hfc"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"hific: error: There is no file {tmp_path / 'missing.hfc'}; check its name and folder.\n"


def test_what_needs_no_network_loads_no_torch(compressed: Path) -> None:
    code = (
        "import sys; from hific_core.__main__ import main\n"
        f"for arguments in (['--version'], ['--help'], ['models'], ['info', {str(compressed)!r}]):\n"
        "    assert main(arguments) == 0, arguments\n"
        f"assert main(['decompress', {str(compressed.with_name('none.hfc'))!r}]) == 1\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_ctrl_c_in_the_middle_of_a_batch(photo: Photo, tmp_path: Path) -> None:
    """Enough work is left when the first file is reported that the signal meets some of it."""
    first = photo("in/000.png", size=(600, 600))
    for number in range(1, 100):
        shutil.copyfile(first, tmp_path / "in" / f"{number:03}.png")
    command = [*HIFIC, "compress", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", "tiny", "--json"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that runs the tests in the background makes them, and so their children, deaf to Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    done = [json.loads(process.stdout.readline())]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    done += [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 130
    assert re.fullmatch(r"hific: stopped when \d+ of 100 were done; no other file was written\n", err)
    written = sorted((tmp_path / "out").iterdir())
    # The signal may fall between the last file's rename and its report.
    assert len(done) <= len(written) <= min(len(done) + 1, 99)
    assert [path.name for path in written] == [f"{number:03}.hfc" for number in range(len(written))]
    for path in written:
        assert hfc_file.read(path).header.width == 600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_batch_leaves_the_table(photo: Photo, tmp_path: Path, number: int) -> None:
    first = photo("in/000.png", size=(600, 600))
    for name in range(1, 100):
        shutil.copyfile(first, tmp_path / "in" / f"{name:03}.png")
    options = ["--no-files", "--metrics", str(tmp_path / "t.csv"), "--model", "tiny"]
    process = subprocess.Popen(
        [*HIFIC, "compress", str(tmp_path / "in"), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # nohup may run the tests
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "of 100 were done" in err and "Traceback" not in err
    rows = (tmp_path / "t.csv").read_text().splitlines()
    assert 2 <= len(rows) <= 100


def test_signals_end_what_is_not_to_outlive_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up(*numbers: int) -> Callable[..., None]:
        def program(**_: object) -> None:
            try:
                signal.raise_signal(numbers[0])
            except KeyboardInterrupt:
                for number in numbers[1:]:  # a shell's own, beside that of the terminal
                    signal.raise_signal(number)
                raise SystemExit(130) from None

        return program

    with monkeypatch.context() as patch:
        patch.setattr("hific_core.cli.program", hang_up(signal.SIGHUP, signal.SIGHUP))
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert main([]) == 128 + signal.SIGHUP
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
        assert main([]) == 0
        assert signal.signal(signal.SIGHUP, before) == signal.SIG_IGN


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_log_that_cannot_be_written_ends_no_batch(photo: Photo, tmp_path: Path, stream: str) -> None:
    for name in ("in/a.jpg", "in/c.jpg"):
        photo(name)
        with Image.open(tmp_path / name) as picture:  # each has a note
            picture.convert("CMYK").save(tmp_path / name)
    (tmp_path / "in" / "b.jpg").write_text("no picture")
    command = [*HIFIC, "compress", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", "tiny"]
    with Path("/dev/full").open("w") as full:
        streams: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full}
        result = subprocess.run(command, **streams, text=True, check=False)
    assert (result.returncode, names(tmp_path / "out")) == (1, ["a.hfc", "c.hfc"])
    if stream == "stdout":
        assert "Traceback" not in result.stderr and "Exception" not in result.stderr
        sentence = "Not everything could be printed (No space left on device); free some space, or send it elsewhere."
        assert result.stderr.endswith(f"hific: 1 of 3 failed\nhific: error: {sentence}\n")
    else:
        assert result.stdout.count(" bytes, ") == 2


def test_closed_streams_end_nothing(photo: Photo, tmp_path: Path) -> None:
    for command in ("compress {} -o {} --json", "eval {} --regime low --csv {}/t.csv", "decompress {}/photo.hfc -o {}"):
        place = tmp_path / "out" if command.startswith("decompress") else photo()
        line = f"{shlex.join(HIFIC)} {command.format(place, tmp_path / 'out')} --model tiny >&- 2>&-"
        assert subprocess.run(line, shell=True, check=False).returncode == 0, command
    assert names(tmp_path / "out") == ["photo.hfc", "photo.png", "t.csv"]


def test_what_is_lost_of_a_log_is_a_failure(compressed: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [*HIFIC, "decompress", str(compressed), "--model", "tiny"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert compressed.with_suffix(".png").is_file()


def test_what_the_system_refuses_is_a_sentence(hific: Hific, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.EIO, "Input/output error", "x.bin")

    monkeypatch.setattr("hific_core.cli.program", refuse)
    sentence = "hific: error: x.bin could not be read or written (Input/output error); check its disk and try again.\n"
    assert hific() == (1, "", sentence)


def test_ctrl_c_before_a_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("hific_core.cli.run", interrupt)
    assert main([]) == 130


@pytest.mark.parametrize("option", [[], ["--salvage"], ["--max-pixels", str(2**62)]])
def test_a_header_that_claims_the_world(tmp_path: Path, option: list[str]) -> None:
    header = Header(2**31 - 1, 2**31 - 1, 500, 0, bytes(4), bytes(4))
    hostile = tmp_path / "hostile.hfc"
    hostile.write_bytes(pack_head(Head(header, (), (IndexEntry(1, 0),) * 100)) + bytes(50))
    code, err, peak = _peak_memory("decompress", hostile, *option)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert str(hostile) in err
    assert peak < PEAK
    assert names(tmp_path) == ["hostile.hfc"]


def test_a_small_file_of_a_large_picture_with_all_checksums_right(tmp_path: Path) -> None:
    side = 512 * 40
    header = Header(side, side, 500, 0, bytes.fromhex("0badcafe"), bytes(4))
    hostile = tmp_path / "hostile.hfc"
    hfc_file.write(hostile, HfcFile(header, b"\0", (b"\0",) * 1600))
    code, err, peak = _peak_memory("decompress", hostile)
    assert (code, "0badcafe" in err) == (1, True)
    assert peak < PEAK


@pytest.fixture(params=["tiny", zoo.DEFAULT_MODEL])
def installed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> zoo.Installed:
    """The tests' model and the one that ships, which a process of its own finds too."""
    if request.param == "tiny":
        return zoo.named("tiny")
    monkeypatch.setenv("HIFIC_MODELS", str(Path(zoo.__file__).parents[2] / "resources" / "models"))
    return zoo.named(zoo.DEFAULT_MODEL)


def _hostile(path: Path, card: ModelCard, size: tuple[int, int], hyperlatents: bytes, partition: bytes) -> Path:
    """A file for a model, every checksum of the container right."""
    height, width = size
    header = Header(
        width, height, 500, 0, bytes.fromhex(card.entropy_fingerprint), bytes.fromhex(card.generator_fingerprint)
    )
    rows, columns = header.partition_grid
    hfc_file.write(path, HfcFile(header, hyperlatents, (partition,) * (rows * columns)))
    return path


def test_few_bytes_for_many_hyperlatents_in_little_memory(tmp_path: Path, installed: zoo.Installed) -> None:
    hostile = _hostile(tmp_path / "hostile.hfc", installed.card, (20480, 20480), b"\1", b"\1")
    code, err, peak = _peak_memory("decompress", hostile)
    assert code == 1
    assert "damaged in its hyperlatents" in err
    assert peak < PEAK
    assert names(tmp_path) == ["hostile.hfc"]


@pytest.mark.parametrize(
    ("partitions", "option"),
    [(400, []), (20, ["--salvage"]), pytest.param(400, ["--salvage"], marks=pytest.mark.slow)],
    ids=["wide", "salvage", "wide salvage"],
)
def test_hyperlatents_that_decode_and_partitions_that_do_not(
    tmp_path: Path, installed: zoo.Installed, partitions: int, option: list[str]
) -> None:
    """A wide picture whose first part is right: the work stops at the first partition, whatever the width."""
    codec = Codec(read_model(installed.path, choose_runtime("cpu", "float32")))
    # the likeliest hyperlatents cost the fewest bytes
    likeliest = [table.lowest + int(table.counts.argmax()) for table in codec._hyper_coder._tables]
    indexes = np.broadcast_to(
        np.arange(len(likeliest), dtype=np.uint16)[:, None, None], (len(likeliest), 8, 8 * partitions)
    )
    stream = codec._hyper_coder.encode(np.array(likeliest, np.int32)[indexes], indexes)
    hostile = _hostile(tmp_path / "hostile.hfc", installed.card, (512, 512 * partitions), stream, b"\1\2\3")
    code, err, peak = _peak_memory("decompress", hostile, *option)
    assert code == 1
    assert "damaged in its partition 0" in err or "nothing can be saved" in err
    assert peak < PEAK
    assert names(tmp_path) == ["hostile.hfc"]


def test_every_cut_and_every_flipped_bit(hific: Hific, tmp_path: Path) -> None:
    """The whole program on a damaged file: one sentence that names it, exit code 1, no picture."""
    data = (GOLDEN / "pixel.hfc").read_bytes()
    damaged = [data[:length] for length in range(len(data))]
    damaged += [
        data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8)
    ]
    for content in damaged:
        (tmp_path / "damaged.hfc").write_bytes(content)
        outcome = hific("decompress", tmp_path / "damaged.hfc")
        assert outcome.code == 1
        assert outcome.err.count("\n") == 1
        assert "damaged.hfc" in outcome.err
    assert names(tmp_path) == ["damaged.hfc"]
