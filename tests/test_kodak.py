"""What the shipped model promises, measured on Kodak. Longer proofs: `make test-slow`."""

import io
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.device import choose_runtime
from hific_core.metrics import Lpips, psnr
from hific_core.models import zoo
from hific_core.models.weights import read_model
from hific_core.pixels.picture import Picture, read_picture

TARGETS = {"low": 0.14, "med": 0.30, "high": 0.45}
pytestmark = pytest.mark.slow


class Row(NamedTuple):
    name: str
    regime: str
    pixels: int
    size: int
    estimated_bits: float
    decoded: np.ndarray


@pytest.fixture(scope="module")
def kodak(shared: Path) -> dict[str, Picture]:
    torch.set_num_threads(2)
    return {path.stem: read_picture(path) for path in sorted((shared / "data" / "kodak").glob("*.png"))}


def rows_of(kodak: dict[str, Picture], precision: str, regimes: tuple[str, ...] = tuple(TARGETS)) -> list[Row]:
    model = zoo.default()
    codec = Codec(read_model(model.path, choose_runtime("cpu", precision)))
    rows = []
    for name, picture in kodak.items():
        for regime in regimes:
            encoded = codec.encode(picture, model.card.regimes[regime])
            data = encoded.file.pack()
            decoded = codec.decode(parse(data)).picture.pixels
            pixels = picture.pixels.shape[0] * picture.pixels.shape[1]
            rows.append(Row(name, regime, pixels, len(data), encoded.estimated_bits, decoded))
    return rows


@pytest.fixture(scope="module")
def rows(kodak: dict[str, Picture]) -> list[Row]:
    return rows_of(kodak, "float32")


def test_files_are_as_small_as_estimated(rows: list[Row]) -> None:
    """At most 0.5 % + 40 bytes above the networks' own estimate, picture by picture."""
    spare = [(row.estimated_bits / 8 * 1.005 + 40 - row.size, row.name, row.regime) for row in rows]
    print("bytes to spare, least first:", sorted(spare)[:5])
    assert min(spare)[0] >= 0


def test_regimes_have_their_rates(rows: list[Row]) -> None:
    for regime, target in TARGETS.items():
        rates = [row.size * 8 / row.pixels for row in rows if row.regime == regime]
        print(f"{regime}: {np.mean(rates):.4f} bits per pixel")
        assert np.mean(rates) == pytest.approx(target, rel=0.03)


def jpeg_at(picture: Picture, size: int) -> np.ndarray:
    """The best JPEG of at most `size` bytes (Pillow, optimised), or its smallest."""
    best = None
    for quality in range(1, 96):
        stream = io.BytesIO()
        Image.fromarray(picture.pixels).save(stream, "JPEG", quality=quality, optimize=True)
        if best is not None and stream.tell() > size:
            break
        best = stream
    assert best is not None
    return np.array(Image.open(best))


def test_clearly_better_than_jpeg_at_equal_bytes(shared: Path, kodak: dict[str, Picture], rows: list[Row]) -> None:
    from pytorch_msssim import ms_ssim

    def tensor(pixels: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(pixels).permute(2, 0, 1)[None].float()

    lpips = Lpips(shared / "metrics" / "lpips_alex.npz")
    for regime in TARGETS:
        table = []
        for row in rows:
            if row.regime != regime:
                continue
            original = kodak[row.name].pixels
            measured = []
            for other in (row.decoded, jpeg_at(kodak[row.name], row.size)):
                x, y = tensor(original), tensor(other)
                measured += [psnr(original, other), ms_ssim(x, y).item(), lpips(x / 255, y / 255).item()]
            table.append(measured)
        ours, theirs = np.mean(table, axis=0).reshape(2, 3)
        print(f"{regime}: PSNR, MS-SSIM, LPIPS ours {ours.round(4)}, JPEG {theirs.round(4)}")
        # "Clearly" is promised at 0.30 bits per pixel; elsewhere better, whatever the margin.
        margin = (0.5, 0.005, 1.5) if regime == "med" else (0.0, 0.0, 1.0)
        assert ours[0] > theirs[0] + margin[0]
        assert ours[1] > theirs[1] + margin[1]
        assert ours[2] < theirs[2] / margin[2]


def test_bfloat16_costs_little(kodak: dict[str, Picture], rows: list[Row]) -> None:
    """Encoder and trunk in bfloat16: less than 0.5 % of the bits and 0.05 dB (emulated where need be)."""
    reduced = rows_of(kodak, "bfloat16", ("med",))
    full = [row for row in rows if row.regime == "med"]
    sizes = [sum(row.size for row in part) for part in (full, reduced)]
    quality = [np.mean([psnr(kodak[row.name].pixels, row.decoded) for row in part]) for part in (full, reduced)]
    print(f"bytes {sizes[1] / sizes[0] - 1:+.4%}, PSNR {quality[1] - quality[0]:+.4f} dB")
    assert sizes[1] < 1.005 * sizes[0]
    assert quality[1] > quality[0] - 0.05


def test_every_quality_works_and_more_of_it_is_more(kodak: dict[str, Picture]) -> None:
    """21 qualities from end to end: bits and PSNR, means over six pictures, rise with each."""
    codec = Codec(read_model(zoo.default().path, choose_runtime("cpu", "float32")))
    pictures = [kodak[name] for name in sorted(kodak)[::4]]
    found = []
    for quality in range(0, 1001, 50):
        sizes, fidelities = [], []
        for picture in pictures:
            data = codec.encode(picture, quality).file.pack()
            decoded = codec.decode(parse(data)).picture.pixels
            sizes.append(8 * len(data) / decoded[..., 0].size)
            fidelities.append(psnr(picture.pixels, decoded))
        found.append((float(np.mean(sizes)), float(np.mean(fidelities))))
    print([f"{size:.3f} bpp {fidelity:.2f} dB" for size, fidelity in found])
    for (size, fidelity), (more, better) in pairwise(found):
        assert more > size and better > fidelity
