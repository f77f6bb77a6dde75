"""Presets as the training panel offers them: what each fills in, and what a run with it costs."""

import math
from collections.abc import Mapping
from typing import NamedTuple

_VALIDATION_PICTURES = 24
"""So many of the held-out ones a validation looks at."""
_HELD_OUT = 50
"""One picture of so many is held out."""


class Cost(NamedTuple):
    """Of training in float32 on two processor cores: of a step, and of its pixels."""

    seconds: float
    seconds_per_pixel: float
    gigabytes: float
    gigabytes_per_pixel: float
    realism: float
    """What a step of realism takes, as a share of one of rate and distortion."""
    seconds_of_tables: float
    """Of a validation, whatever it looks at."""
    seconds_of_picture: float
    """Of a validation, for each large picture at each quality and realism."""
    qualities: int
    ends: int
    """Of a control of realism, which a validation of that stage looks at."""

    def time(self, stages: Mapping[str, int], pixels: int, pictures: int | None, validate_every: int) -> float:
        """Seconds of a run; `stages`: their steps; `pixels` of a batch; `pictures` in the folder, where it is known."""
        seen = _VALIDATION_PICTURES
        if pictures is not None:
            seen = min(max(pictures // _HELD_OUT, 1), seen)
        seconds = 0.0
        for stage, steps in stages.items():
            share, ends = (self.realism, self.ends) if stage == "gan" else (1, 1)
            seconds += share * steps * (self.seconds + self.seconds_per_pixel * pixels)
            validation = self.seconds_of_tables + self.qualities * ends * seen * self.seconds_of_picture
            seconds += math.ceil(steps / validate_every) * validation
        return seconds

    def memory(self, pixels: int) -> float:
        """Gigabytes; `pixels` of a batch."""
        return self.gigabytes + self.gigabytes_per_pixel * pixels


class Offer(NamedTuple):
    """A preset, or several that differ in their rate alone."""

    family: str
    steps: int
    gan_steps: int
    batch: int
    crop: int
    cost: Cost


OFFERS: Mapping[str, Offer] = {
    # fewer steps and smaller batches than the core's: for a machine without a GPU
    "lite": Offer("lite", 20_000, 10_000, 8, 128, Cost(0.05, 6e-6, 0.55, 1.2e-6, 2, 10.0, 3.3, 3, 2)),
    # The core's own numbers, since with others it is another recipe. Its cost is lite's times what its steps of 1 and 6
    # crops of 128 took of a processor's time and memory as against those of lite: 6.2 and 2.2 for a step and its
    # pixels, 1.2 and 1.75 for memory; 1.35 for coding and painting. A step of realism takes 0.6 at this batch and crop.
    "studio": Offer("lite", 60_000, 3_000, 16, 192, Cost(0.31, 1.34e-5, 0.66, 2.1e-6, 0.6, 10.0, 4.5, 3, 2)),
    "hific": Offer("hific", 20_000, 10_000, 8, 128, Cost(8.0, 1e-4, 5.8, 4e-6, 2, 40.0, 25.0, 1, 1)),
}
