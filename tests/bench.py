"""Speed, memory and size of the shipped model: `make bench`.

Times are the least of several runs after a warm-up, in one process, on one picture of a megapixel made from the
bundled sample. Compare them within one run only.
"""

import argparse
import resource
import subprocess
import sys
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
from hific_core.partitions import partitions
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
    """Symbols and indexes to bytes and back, partition by partition."""
    codec = Codec(read_model(model.path, choose_runtime("cpu", "float32")))
    quality = model.card.regimes["med"]
    symbols = codec.encode(picture, quality).symbols
    shape = codec.model.latent_shape(*picture.pixels.shape[:2])
    parts = [
        (np.ascontiguousarray(symbols.latents[(slice(None), *place.area.slices)]), indexes)
        for place, indexes in codec._indexed(symbols.hyperlatents, quality, partitions(shape))
    ]
    coder = codec._latent_coder
    streams = [coder.encode(*part) for part in parts]
    number = sum(part[0].size for part in parts) / 1e6
    encode = least_seconds(lambda: [coder.encode(*part) for part in parts])
    decode = least_seconds(
        lambda: [coder.decode(stream, indexes) for stream, (_, indexes) in zip(streams, parts, strict=True)]
    )
    print(f"entropy stage: encode {number / encode:.1f}, decode {number / decode:.1f} million symbols per second")


def run_alone(options: argparse.Namespace, precision: str) -> None:
    """One precision in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-m", "tests.bench", "--precision", precision, "--threads", str(options.threads)]
    command += ["--device", options.device, *(["--model", options.model] if options.model else [])]
    subprocess.run(command, check=True)


def main() -> None:
    """Measures the default model, or the one named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=["float32", "bfloat16"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = zoo.named(options.model) if options.model else zoo.default()
    if options.precision:
        measure(model, options.device, options.precision, megapixel())
        # kibibytes on Linux
        print(f"{options.precision:9} peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
        return
    capability = torch.backends.cpu.get_cpu_capability()
    print(f"{model.card.name} on {options.device}, {options.threads} threads, {capability}, torch {torch.__version__}")
    run_alone(options, "float32")
    if options.device == "cpu" and not processor_has_bfloat16():
        print("bfloat16  not measured: this processor has no bfloat16 instructions, and the type is never chosen here")
    else:
        run_alone(options, "bfloat16")
    measure_entropy_stage(model, megapixel())
    if options.device == "cpu":
        subprocess.run([sys.executable, "-m", "tests.bench_tiles", model.card.name], check=True)


if __name__ == "__main__":
    main()
