"""What cutting costs: tiled against whole, each in turn, in one process: part of `make bench`.

Run alone: `python -m tests.bench_tiles MODEL [--megapixels 12] [--precision float32]`.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.models.geometry import Area, Interval
from hific_core.models.serving import Limits, Serving
from hific_core.models.weights import read_model
from hific_core.pixels.picture import Picture
from tests.large_picture import synthetic

UNCUT = Limits(*[2**20] * 5)
PATCH = 512


@contextmanager
def uncut(family: type[Serving]) -> Iterator[None]:
    """No picture is large enough to be cut."""
    limits = family.limits
    family.limits = UNCUT
    try:
        yield
    finally:
        family.limits = limits


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(name: str, family: type[Serving], work: Callable[[], object], runs: int) -> None:
    """Alternates, so that whatever else the machine does falls on both; prints the median of the ratios."""
    cut, whole = [], []
    for _ in range(runs):
        cut.append(seconds_of(work))
        with uncut(family):
            whole.append(seconds_of(work))
    ratio = statistics.median(a / b for a, b in zip(cut, whole, strict=True))
    print(f"  {name:10} cut {min(cut):6.2f} s   whole {min(whole):6.2f} s   ratio {ratio:.2f}", flush=True)


def main() -> None:
    """Encodes and decodes one synthetic picture, cut and whole, and compares the pixels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = zoo.named(options.model)
    codec = Codec(read_model(model.path, choose_runtime("cpu", options.precision)))
    family = type(codec.model.serving)
    height = round((options.megapixels * 0.75e6) ** 0.5)
    picture = Picture(synthetic(height, height * 4 // 3))
    quality = model.card.regimes["med"]
    print(f"{model.card.name}, {options.precision}, {picture.pixels[..., 0].size / 1e6:.1f} megapixels:", flush=True)
    in_turn("analyse", family, lambda: codec.model.analyse(picture.pixels, quality), options.runs)
    file = codec.encode(picture, quality).file
    in_turn("decode", family, lambda: codec.decode(file), options.runs)
    tiled = codec.decode(file).picture.pixels
    with uncut(family):
        whole = codec.decode(file).picture.pixels
    apart = np.abs(tiled.astype(np.int16) - whole)
    shares = ", ".join(f"{np.mean(apart > levels):.4%} by more than {levels}" for levels in (0, 1, 2))
    print(f"  pixels     of the samples differ {shares} levels")
    middle = Area(*(Interval(side // 2 - PATCH // 2, side // 2 + PATCH // 2) for side in tiled.shape[:2]))
    print(f"  region     {PATCH} x {PATCH} pixels in {seconds_of(lambda: codec.decode_region(file, middle)):.2f} s")


if __name__ == "__main__":
    main()
