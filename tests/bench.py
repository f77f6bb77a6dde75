"""Speed, memory and size of the shipped model: `make bench`.

Times are the least of several runs after a warm-up, in one process, on one picture of a megapixel made from the
bundled sample. Compare them within one run only.
"""

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.device import choose_runtime, processor_has_bfloat16
from hific_core.models import zoo
from hific_core.models.weights import read_model
from hific_core.pixels.picture import Picture, read_picture

SAMPLE = Path(__file__).parents[1] / "resources" / "samples" / "coffee.png"
SIDE = 1024


def megapixel() -> Picture:
    """1024 x 1024 pixels: the sample, mirrored until it is large enough."""
    tile = read_picture(SAMPLE).pixels
    tile = np.concatenate([tile, tile[:, ::-1]], axis=1)
    tile = np.concatenate([tile, tile[::-1]], axis=0)
    tile = np.concatenate([tile, tile], axis=0)
    return Picture(np.ascontiguousarray(tile[:SIDE, :SIDE]))


def least_seconds(work: Callable[[], object], runs: int = 5) -> float:
    """The shortest of `runs` runs, after one that warms up."""
    work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def measure(model: zoo.Installed, device: str, precision: str, picture: Picture) -> None:
    """Prints one line for each regime."""
    codec = Codec(read_model(model.path, choose_runtime(device, precision)))
    megapixels = picture.pixels[..., 0].size / 1e6
    for regime, quality in model.card.regimes.items():
        encoded = codec.encode(picture, quality)
        data = encoded.file.pack()
        seconds = [
            least_seconds(lambda q=quality: codec.encode(picture, q).file.pack()) / megapixels,
            least_seconds(lambda d=data: codec.decode(parse(d))) / megapixels,
        ]
        over = len(data) - encoded.estimated_bits / 8
        print(
            f"{precision:9} {regime:5} {len(data) * 8 / 1e6 / megapixels:6.3f} bpp   "
            f"encode {seconds[0]:6.3f} s/MP   decode {seconds[1]:6.3f} s/MP   {over:+5.0f} bytes beside the estimate"
        )


def measure_entropy_stage(model: zoo.Installed, picture: Picture) -> None:
    """Symbols and indexes to bytes and back."""
    codec = Codec(read_model(model.path, choose_runtime("cpu", "float32")))
    quality = model.card.regimes["med"]
    encoded = codec.encode(picture, quality)
    height, width = picture.pixels.shape[:2]
    number = sum(part.size for part in encoded.symbols) / 1e6
    indexes = codec.model.scale_indexes(encoded.symbols.hyperlatents, quality)
    codec.model.scale_indexes = lambda z_hat, q: indexes  # type: ignore[method-assign]
    encode = least_seconds(lambda: codec.encode_symbols(encoded.symbols, quality, height, width))
    decode = least_seconds(lambda: codec.decode_symbols(encoded.file))
    print(f"entropy stage: encode {number / encode:.1f}, decode {number / decode:.1f} million symbols per second")


def main() -> None:
    """Measures the default model, or the one named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    model = zoo.named(options.model) if options.model else zoo.default()
    threads, capability = torch.get_num_threads(), torch.backends.cpu.get_cpu_capability()
    print(f"{model.card.name} on {options.device}, {threads} threads, {capability}, torch {torch.__version__}")
    picture = megapixel()
    measure(model, options.device, "float32", picture)
    if options.device == "cpu" and not processor_has_bfloat16():
        print("bfloat16  this processor has no bfloat16 instructions: emulated, and never chosen here")
    measure(model, options.device, "bfloat16", picture)
    measure_entropy_stage(model, picture)
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
