"""A synthetic picture of any size to bytes and back, in a process whose memory is measured.

Run as a process of its own: `python -m tests.large_picture HEIGHT WIDTH [--model NAME]`; prints one JSON object.
"""

import argparse
import json
import resource
import sys
import time

import numpy as np
from numpy.typing import NDArray

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.models.weights import read_model
from hific_core.pixels.picture import Picture

BLOCK = 1024


def synthetic(height: int, width: int) -> NDArray[np.uint8]:
    """Gradients, edges and noise, other ones in each block of 1024 pixels; uint8 (height, width, 3)."""
    pixels = np.empty((height, width, 3), np.uint8)
    rows, columns = np.mgrid[0:BLOCK, 0:BLOCK].astype(np.float32)
    random = np.random.default_rng(0)
    noise = random.normal(0, 5, (BLOCK, BLOCK, 3)).astype(np.float32)
    for top in range(0, height, BLOCK):
        for left in range(0, width, BLOCK):
            a, b, c = random.uniform(5, 60, 3)
            wave = 128 + 70 * np.sin(rows / a + columns / b) + 30 * np.sign(np.sin(rows / c))
            block = np.clip(wave[..., None] + noise, 0, 255).astype(np.uint8)
            target = pixels[top : top + BLOCK, left : left + BLOCK]
            target[:] = block[: target.shape[0], : target.shape[1]]
    return pixels


def main() -> None:
    """Encodes, decodes, compares, prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("height", type=int)
    parser.add_argument("width", type=int)
    parser.add_argument("--model", default=zoo.DEFAULT_MODEL)
    options = parser.parse_args()
    model = zoo.named(options.model)
    codec = Codec(read_model(model.path, choose_runtime("cpu", "float32")))
    picture = Picture(synthetic(options.height, options.width))
    started = time.perf_counter()
    data = codec.encode(picture, model.card.regimes["med"]).file.pack()
    middle = time.perf_counter()
    decoded = codec.decode(parse(data, max_pixels=options.height * options.width)).picture.pixels
    ended = time.perf_counter()
    errors = [
        float(np.square(decoded[top : top + BLOCK].astype(np.float32) - picture.pixels[top : top + BLOCK]).mean())
        for top in range(0, options.height, BLOCK)
    ]
    megapixels = options.height * options.width / 1e6
    result = {
        "megapixels": round(megapixels, 1),
        "bytes": len(data),
        "psnr": round(float(10 * np.log10(255**2 / np.mean(errors))), 2),
        "encode_seconds_per_megapixel": round((middle - started) / megapixels, 3),
        "decode_seconds_per_megapixel": round((ended - middle) / megapixels, 3),
        "peak_mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,  # kibibytes on Linux
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
