"""Every random number of a run: a function of seed, purpose, round and index of the sample in the global batch.

A round is one batch: a step has one for the generator and, before it, one for each update of the discriminator.
No process, worker or order of work has a say, so that a run can be resumed, and spread over machines, exactly.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.models.hyperprior import QUALITY_STEP, QUALITY_TOP
from hific_core.models.passes import Draws
from hific_core.models.serving import HYPER_STRIDE, LATENT_STRIDE


class Purpose(IntEnum):
    """What a number is for; each has a stream of its own."""

    CROP = 0
    CONTROLS = 1
    NOISE = 2
    OFFSET = 3


def random(seed: int, purpose: Purpose, round_: int, index: int) -> np.random.Generator:
    """The stream of one sample."""
    return np.random.default_rng([seed, int(purpose), round_, index])


def controls(seed: int, round_: int, index: int, generative: bool, second: bool = False) -> tuple[int, float]:
    """Quality and realism of a sample; a tenth of the realisms at each end, since people stop there.

    A second generator paints realism 1 alone.
    """
    stream = random(seed, Purpose.CONTROLS, round_, index)
    quality = int(stream.integers(QUALITY_TOP + 1)) * QUALITY_STEP
    realism = float(np.clip(stream.random() * 1.25 - 0.125, 0.0, 1.0))
    if second:
        realism = 1.0
    return quality, realism if generative else 0.0


def offset(seed: int, step: int, largest: int) -> tuple[int, int]:
    """Rows and columns, 0 to `largest` each, that LPIPS leaves out of every picture of a step."""
    stream = random(seed, Purpose.OFFSET, step, 0)
    return int(stream.integers(largest + 1)), int(stream.integers(largest + 1))


def draws_for(
    network: Any,
    settings: Any,
    round_: int,
    indexes: Sequence[int],
    device: torch.device,
    dtype: torch.dtype = torch.float32,
) -> Draws:
    """The numbers of the samples `indexes` of a round; `network` is a Lite or a Hific, `settings` the run's."""
    side = settings.crop // LATENT_STRIDE
    config = network.config
    hyperlatents = config.hyperlatents if hasattr(config, "hyperlatents") else config.hyper_filters
    noise_channels = getattr(config, "noise_channels", 0)
    second = getattr(config, "realistic", False)
    levels, uniform, normal = [], [], []
    for index in indexes:
        levels.append(controls(settings.seed, round_, index, settings.stage == "gan", second))
        stream = random(settings.seed, Purpose.NOISE, round_, index)
        y = stream.random((config.latents, side, side), np.float32) - np.float32(0.5)
        z = stream.random((hyperlatents, side // HYPER_STRIDE, side // HYPER_STRIDE), np.float32) - np.float32(0.5)
        uniform.append((y, z))
        normal.append(stream.standard_normal((noise_channels, side, side), np.float32))

    def stacked(arrays: Sequence[NDArray[np.float32]]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).to(device, dtype)

    return Draws(
        torch.tensor([quality for quality, _ in levels], device=device),
        torch.tensor([realism for _, realism in levels], device=device, dtype=dtype),
        stacked([y for y, _ in uniform]),
        stacked([z for _, z in uniform]),
        stacked(normal) if noise_channels else None,
    )
