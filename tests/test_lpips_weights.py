import hashlib
import io
import socketserver
import threading
import time
from collections.abc import Iterator
from http.client import BadStatusLine, IncompleteRead
from pathlib import Path

import numpy as np
import pytest
import torch

from hific_core import lpips_weights
from hific_core.errors import DownloadFailed, UnwritableFile, WeightsDamaged
from hific_core.metrics import Lpips

IN_THE_CACHE = lpips_weights.cached_path()
Seeded = tuple[Path, dict[str, torch.Tensor]]


def test_weights_lie_in_the_cache_folder() -> None:
    assert IN_THE_CACHE.name == "lpips_alex.npz"
    assert "hific-studio" in IN_THE_CACHE.parts


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "cache" / "lpips_alex.npz"
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: path)
    return path


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Seeded:
    """A seeded file laid out as torchvision's, which stands in for it together with its checksums."""
    generator = torch.Generator().manual_seed(0)
    widths, sides = (3, 64, 192, 384, 256, 256), (11, 5, 3, 3, 3)
    state = {"classifier.6.bias": torch.zeros(1000)}
    for place, inputs, outputs, side in zip((0, 3, 6, 8, 10), widths, widths[1:], sides, strict=False):
        state[f"features.{place}.weight"] = torch.randn((outputs, inputs, side, side), generator=generator) / 30
        state[f"features.{place}.bias"] = torch.randn(outputs, generator=generator) / 30
    path = tmp_path / "alexnet.pth"
    torch.save(state, path)
    kept = {}
    for number, place in enumerate((0, 3, 6, 8, 10)):
        kept[f"conv{number}_w"] = state[f"features.{place}.weight"].numpy()
        kept[f"conv{number}_b"] = state[f"features.{place}.bias"].numpy()
    monkeypatch.setattr(lpips_weights, "URL", path.as_uri())
    monkeypatch.setattr(lpips_weights, "_SHA256_BEGINS", hashlib.sha256(path.read_bytes()).hexdigest()[:8])
    monkeypatch.setattr(lpips_weights, "_CONVOLUTIONS_SHA256", lpips_weights.content_digest(kept))
    return path, state


def test_what_is_fetched_is_what_lpips_reads(published: Seeded, own_cache: Path) -> None:
    shares: list[float] = []
    assert lpips_weights.fetch(lambda stage, share: shares.append(share)) == own_cache
    assert shares
    network = Lpips(own_cache)
    _, state = published
    assert torch.equal(network.get_parameter("convolutions.3.weight"), state["features.8.weight"])
    assert torch.equal(network.get_parameter("convolutions.4.bias"), state["features.10.bias"])
    assert network.get_parameter("heads.2.weight").numel() == 384
    assert own_cache.stat().st_size < 11e6


def test_a_file_at_hand_serves_as_well(published: Seeded, own_cache: Path) -> None:
    assert lpips_weights.take(published[0]) == own_cache
    assert own_cache.is_file()


def test_a_changed_file_is_refused(published: Seeded, own_cache: Path) -> None:
    path, _ = published
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsDamaged, match="as published"):
        lpips_weights.fetch()
    assert not own_cache.exists()


def test_other_convolutions_are_refused_even_under_a_fitting_checksum(
    published: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, state = published
    state["features.0.bias"][0] += 1
    torch.save(state, path)
    monkeypatch.setattr(lpips_weights, "_SHA256_BEGINS", hashlib.sha256(path.read_bytes()).hexdigest()[:8])
    with pytest.raises(WeightsDamaged):
        lpips_weights.take(path)


def test_no_network_is_one_sentence(published: Seeded, own_cache: Path) -> None:
    published[0].unlink()
    with pytest.raises(DownloadFailed, match="--from"):
        lpips_weights.fetch()
    assert not own_cache.exists()


class Cut(io.BytesIO):
    """An answer that promises more than it sends."""

    headers = {"Content-Length": "1000"}  # noqa: RUF012


@pytest.mark.parametrize("error", [None, IncompleteRead(b"x", 9), BadStatusLine("<html>"), TimeoutError("timed out")])
def test_a_download_that_breaks_off_is_one_sentence(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    def answer(url: str, timeout: float) -> Cut:
        if error is not None:
            raise error
        return Cut(b"some")

    monkeypatch.setattr(lpips_weights, "urlopen", answer)
    with pytest.raises(DownloadFailed, match="try again later" if error else "after 4 of 1,000 bytes"):
        lpips_weights.fetch()
    assert not own_cache.exists()


def test_a_cache_folder_that_cannot_be_is_said_before_anything_is_loaded(own_cache: Path) -> None:
    own_cache.parent.write_text("a file")
    with pytest.raises(UnwritableFile, match="could not be made"):
        lpips_weights.fetch()


def test_an_endless_answer_is_cut(published: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lpips_weights, "_LARGEST", 1000)
    with pytest.raises(DownloadFailed, match="more than it should"):
        lpips_weights.fetch()


def test_the_pinned_digest_and_the_heads_are_those_of_the_reference(shared: Path) -> None:
    with np.load(shared / "metrics" / "lpips_alex.npz") as file:
        arrays = dict(file)
    assert lpips_weights.content_digest(arrays) == lpips_weights._CONVOLUTIONS_SHA256
    heads = lpips_weights.heads()
    assert sum(head.size for head in heads.values()) == 1152
    assert all(np.array_equal(head, arrays[name]) for name, head in heads.items())


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that sends a few bytes and then nothing any more."""
    gate = threading.Event()

    class Stalled(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 244408911\r\n\r\nsome")
            gate.wait(20)

    with socketserver.TCPServer(("127.0.0.1", 0), Stalled) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(lpips_weights, "URL", f"http://127.0.0.1:{server.server_address[1]}/x")
        yield
        gate.set()
        server.shutdown()
        thread.join()


def test_a_slow_download_says_so_from_the_start_and_can_be_stopped(stalled: None, own_cache: Path) -> None:
    heard: list[float] = []

    def stop_at_the_first_bytes(stage: str, share: float) -> None:
        heard.append(share)
        if len(heard) == 2:
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        lpips_weights.fetch(stop_at_the_first_bytes)
    assert time.monotonic() - begun < 10 and heard == [0.0, 0.0]
    assert list(own_cache.parent.iterdir()) == []


def test_what_is_stopped_at_its_end_is_not_kept(published: Seeded, own_cache: Path) -> None:
    def stop(stage: str, share: float) -> None:
        if share == 1.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lpips_weights.fetch(stop)
    assert list(own_cache.parent.iterdir()) == []
