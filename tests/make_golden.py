"""Made the golden files once; kept to show how. Golden files are frozen: new ones get new names.

Run from the top of the checkout: `python -m tests.make_golden`.
"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from hific_core.codec import Codec, Symbols
from hific_core.container.hfc_file import HfcFile, write
from hific_core.device import choose_runtime
from hific_core.models.weights import read_model, write_model
from hific_core.pixels.picture import Picture
from hific_core.prepare import prepare
from tests.conftest import smooth_picture, tiny_card, tiny_network

GOLDEN = Path(__file__).parent / "data" / "golden"


def symbols_digest(symbols: Symbols) -> str:
    """SHA-256 over shapes and little-endian int32 bytes of hyperlatents and latents."""
    digest = hashlib.sha256()
    for array in symbols:
        digest.update(f"{array.shape}".encode())
        digest.update(np.ascontiguousarray(array, "<i4").tobytes())
    return digest.hexdigest()


def pictures() -> dict[str, tuple[Picture, int]]:
    """Name -> picture and quality."""
    plain = smooth_picture(70, 90)
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    alpha = np.random.default_rng(4).integers(0, 256, (33, 47), np.uint8)
    small = smooth_picture(33, 47, seed=2)
    grey = np.repeat(small.pixels[..., :1], 3, axis=2)
    return {
        "plain-low": (plain, 200),
        "plain-high": (plain, 800),
        "noise-1000": (Picture(noise), 1000),
        "pixel": (smooth_picture(1, 1), 500),
        "partitions": (smooth_picture(520, 1030, seed=6), 0),
        "alpha-metadata": (replace(small, alpha=alpha, xmp=b"<x/>" * 9, icc=b"not checked here"), 500),
        "grey": (Picture(grey, grey=True), 437),
    }


def escapes(codec: Codec, quality: int = 640) -> tuple[HfcFile, Symbols]:
    """A file whose symbols are no picture's: most lie outside their tables, up to the limits of int32."""
    random = np.random.default_rng(8)
    magnitudes = 2.0 ** random.uniform(0, 31, (codec.model.latent_channels, *codec.model.latent_shape(80, 140)))
    latents = (magnitudes * random.choice([-1, 1], magnitudes.shape)).astype(np.int32)
    latents[0, 0, :2] = -(2**31), 2**31 - 1
    z_hat = random.integers(-40000, 40000, (codec.model.hyperlatent_channels, 2, 3)).astype(np.int32)
    symbols = Symbols(z_hat, latents)
    file = codec.encode(smooth_picture(80, 140), quality).file
    streams = codec.encode_symbols(symbols, quality, 80, 140)
    return replace(file, hyperlatents=streams[0], partitions=streams[1]), symbols


def main() -> None:
    """Writes the tiny model, the files and the digests of their symbols."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    model = GOLDEN / "tiny.safetensors"
    if model.exists():
        raise SystemExit("the golden files exist and are frozen; give new ones new names")
    write_model(model, prepare(tiny_network(), tiny_card(), levels=24, largest_scale=32.0))
    codec = Codec(read_model(model, choose_runtime("cpu", "float32")))
    digests = {}
    for name, (picture, quality) in pictures().items():
        encoded = codec.encode(picture, quality)
        write(GOLDEN / f"{name}.hfc", encoded.file)
        digests[name] = symbols_digest(encoded.symbols)
    file, symbols = escapes(codec)
    write(GOLDEN / "escapes.hfc", file)
    digests["escapes"] = symbols_digest(symbols)
    (GOLDEN / "symbols.json").write_text(json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main()
