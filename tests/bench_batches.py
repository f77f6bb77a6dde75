"""What batches would give: `python -m tests.bench_batches [--precision bfloat16]`.

Pictures of one size through the encoder's network together and one by one: processor time on one thread, in turn, and
whether the latents are the same to the last bit. Then whole pictures encoded in groups of one size, and mixed.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.models.weights import read_model
from hific_core.pixels.picture import Picture, read_picture

SAMPLE = Path(__file__).parents[1] / "resources" / "samples" / "coffee.png"
QUALITY = 500


def crops(height: int, width: int, number: int) -> list[Picture]:
    """Seeded parts of the sample."""
    pixels, random = read_picture(SAMPLE).pixels, np.random.default_rng(0)
    corners = [
        (random.integers(pixels.shape[0] - height + 1), random.integers(pixels.shape[1] - width + 1))
        for _ in range(number)
    ]
    return [Picture(np.ascontiguousarray(pixels[y : y + height, x : x + width])) for y, x in corners]


def processor_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def ratio(first: Callable[[], object], second: Callable[[], object], runs: int = 7) -> float:
    """Median of the ratios of their processor times, in turn, after one each that warms up."""
    first()
    second()
    return statistics.median(processor_seconds(first) / processor_seconds(second) for _ in range(runs))


def main() -> None:
    """Measures the default model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = zoo.default()
    codec = Codec(read_model(model.path, choose_runtime("cpu", options.precision)))
    stage = codec.model.serving.analysis
    for side, number in ((128, 8), (256, 8), (384, 4)):
        pictures = crops(side, side, number)
        single = [torch.from_numpy(p.pixels).permute(2, 0, 1)[None].float() / 255 for p in pictures]
        batch = torch.cat(single)

        def together(x: torch.Tensor = batch) -> torch.Tensor:
            return codec.model._pass(stage, x, QUALITY, 0.0)

        def one_by_one(all_x: list[torch.Tensor] = single) -> list[torch.Tensor]:
            return [codec.model._pass(stage, x, QUALITY, 0.0) for x in all_x]

        other = float((together() != torch.cat(one_by_one())).float().mean())
        share = ratio(one_by_one, lambda p=pictures: [codec.encode(picture, QUALITY) for picture in p])
        print(
            f"{number} pictures of {side} x {side}: together {ratio(together, one_by_one):.2f} of one by one, "
            f"{other:.1%} of the latents other; the network is {share:.0%} of encoding",
            flush=True,
        )
    groups = [crops(256, 256, 6), crops(240, 320, 6), crops(384, 256, 6)]
    grouped = [picture for group in groups for picture in group]
    mixed = [picture for turn in zip(*groups, strict=True) for picture in turn]

    def encode(pictures: list[Picture]) -> None:
        for picture in pictures:
            codec.encode(picture, QUALITY)

    print(f"three sizes in groups: {ratio(lambda: encode(grouped), lambda: encode(mixed)):.2f} of mixed")


if __name__ == "__main__":
    main()
