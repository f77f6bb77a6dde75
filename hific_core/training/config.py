"""Settings of a training run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One rate-distortion run of `lite`; the defaults are the recipe of the first shipped model."""

    data: Path
    lpips_weights: Path
    run: Path
    steps: int = 20_000
    batch: int = 8
    crop: int = 128
    """Pixels; a multiple of 64."""
    learning_rate: float = 1e-3
    warm_up: int = 300
    decay_share: float = 0.4
    """Share of the steps, at the end, over which the learning rate falls along a cosine."""
    lpips_from: int = 1500
    lambda_low: float = 0.0006
    lambda_high: float = 0.024
    """Weight of the squared error on 0..255 against bits per pixel at quality 0 and 1000, geometric between."""
    lpips_weight: float = 300.0
    """Weight of LPIPS, multiplied by lambda."""
    average: float = 0.999
    clip: float = 1.0
    save_every: int = 250
    seed: int = 0
