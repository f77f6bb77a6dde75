"""Settings of a training run, and the presets that people start from.

Everything that decides what a run learns is in `Settings`, plain values without a path, and goes into checkpoints
and into the card of the exported model. Numbers of the paper: Mentzer et al. 2020, arXiv 2006.09965, section 4 and
appendix A; what the original's code does with them: docs/from-the-original.md.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self

from hific_core.least_side import LEAST_SIDE_LPIPS

Stage = Literal["rd", "gan"]
STAGES: tuple[Stage, ...] = ("rd", "gan")
RATES = {"low": 0.14, "med": 0.30, "high": 0.45}
"""Bits per pixel of the regimes."""
LAMBDA_A = {"low": 2.0, "med": 1.0, "high": 0.5}
"""Weight of the rate above its target."""
CROP_MULTIPLE = 64
"""Crops must fill whole hyperlatents."""
SMALLEST_HIFIC_CROP = 128
SMALLEST_FOR_DETAIL = 32
"""Pixels of a side that `texture.detail_distance` needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One stage of a run."""

    preset: str
    family: str
    stage: Stage = "rd"
    regime: str | None = None
    """Of a model of one rate."""
    network: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the family's network that differ from its defaults."""

    # data
    batch: int = 8
    """Pictures for each update, over all processes and accumulations."""
    crop: int = 256
    """Pixels; a multiple of 64."""
    scale_min: float = 0.75
    scale_max: float = 0.95
    """Pictures are scaled by a factor between these, but never below the crop."""
    held_out: float = 0.02
    """Share of the pictures that are kept for validation."""
    seed: int = 0

    # optimisation
    steps: int = 1_000_000
    epochs: int | None = None
    """Passes over the pictures; what ends first, steps or epochs, ends the stage."""
    optimizer: Literal["adam", "muon"] = "adam"
    """Of the generator's side; the discriminator has Adam."""
    learning_rate: float = 1e-4
    beta_1: float = 0.9
    beta_2: float = 0.999
    weight_decay: float = 0.0
    """Adam's L2 term."""
    warm_up: int = 0
    """Steps over which the learning rate rises from 0."""
    drop_at: int | None = 500_000
    """The step at which the learning rate falls to a tenth."""
    cosine: float = 0.0
    """Share of the steps, at the end, over which the learning rate falls along a cosine to a hundredth."""
    clip: float | None = None
    """Largest norm of the gradient; None or 0 for no limit."""
    average: float = 0.0
    """Decay of the weights' moving average, which is what is exported; 0 for none."""
    accumulate: int = 1
    """Parts, one after the other, into which each process cuts its share of a batch."""

    # rate
    target_bpp: float | None = None
    """Two-lambda control around this; None: lambda drawn for each sample, one model for all rates."""
    lambda_a: float = 2.0
    lambda_b: float = 2.0**-4
    schedule_steps: int = 50_000
    """So long the lambdas and the target are multiplied by the next two."""
    lambda_boost: float = 2.0
    target_boost: float = 0.20 / 0.14
    ignore_schedule: bool = False
    lambda_low: float = 0.0006
    lambda_high: float = 0.024
    """Weight of the distortion against bits per pixel at quality 0 and 1000, geometric between."""

    # distortion and realism
    k_m: float = 0.075 * 2.0**-5
    """Weight of the squared error on 0..255."""
    k_p: float = 1.0
    """Weight of LPIPS; where lambda is drawn, at quality 0."""
    k_p_high: float | None = None
    """Its weight at quality 1000, geometric between; None: the same at every quality."""
    masking: float = 0.0
    """Power by which squared errors count less where the picture is busy (`visibility.py`); 0: everywhere alike."""
    structure: float = 0.0
    """Weight of structure that is gone (`visibility.py`), as a share of LPIPS's weight."""
    perceptual_from: int = 0
    """The step from which LPIPS counts."""
    perceptual_offset: int = 0
    """LPIPS sees each batch without its first 0 to this many rows and columns, drawn for each step; a generator that
    works in blocks cannot then please it with what only one phase of its grid shows."""
    lattice: float = 0.0
    """Weight, beside the squared error's own, of that part of the error that repeats every 8 or 16 pixels. LPIPS
    rewards any texture, and a generator at 1/8 resolution gets a dot in each of its cells most cheaply."""
    texture: float = 0.0
    """Weight, at realism 1, of how far local means and spreads of AlexNet's features are apart (lite); it counts
    from the step from which LPIPS does, and so does the next."""
    detail: float = 0.0
    """Weight, at realism 1, of how far spreads of fine details are apart, in squared levels of 255 (lite)."""
    moments: float = 0.0
    """Weight, at realism 1, of how far second moments of AlexNet's features over the whole batch are apart (lite)."""
    frechet: float = 0.0
    """Weight, at realism 1, of the Frechet distance of AlexNet's features over many batches (lite)."""
    beta: float = 0.15
    """Weight of the generator's adversarial loss; with 0 there is no discriminator."""
    gan_loss: Literal["non_saturating", "least_squares"] = "non_saturating"
    discriminator_steps: int = 1
    """Updates of the discriminator, each on its own batch, before each of the generator."""
    discriminator_rate: float = 1e-4
    discriminator_width: int = 64
    """Channels after its first convolution; each of the three that follow doubles them."""
    faithful_share: float = 1.0
    """What is left of `k_m` at realism 1; LPIPS keeps its weight."""
    freeze_coding: bool = False
    """Whether encoder and entropy model stay as they are."""

    def __post_init__(self) -> None:
        # JSON knows no tuples
        network = {name: tuple(value) if isinstance(value, list) else value for name, value in self.network.items()}
        object.__setattr__(self, "network", network)
        if self.crop < CROP_MULTIPLE or self.crop % CROP_MULTIPLE:
            raise ValueError(f"the crop must be a multiple of {CROP_MULTIPLE} pixels, not {self.crop}")
        if self.family == "hific" and self.crop < SMALLEST_HIFIC_CROP:
            raise ValueError(f"this family's reflections need a crop of at least {SMALLEST_HIFIC_CROP} pixels")
        if not 0 <= self.perceptual_offset <= self.crop - LEAST_SIDE_LPIPS:
            raise ValueError(f"the offset of LPIPS must lie between 0 and {self.crop - LEAST_SIDE_LPIPS}")
        if min(self.masking, self.structure, self.lattice, *self.textural, self.beta) < 0:
            raise ValueError(
                "masking, structure, lattice, texture, detail, moments, frechet and beta cannot weigh less than nothing"
            )
        if any(self.textural) and self.family != "lite":
            raise ValueError(
                "texture, detail, moments and frechet need the realism control, which only the family lite has"
            )
        if self.detail and self.crop - self.perceptual_offset < SMALLEST_FOR_DETAIL:
            raise ValueError(f"the offset of LPIPS leaves details less than {SMALLEST_FOR_DETAIL} pixels of the crop")
        if not (0 <= self.average < 1 and 0 <= self.cosine <= 1):
            raise ValueError("average must lie in [0, 1) and cosine in [0, 1]")
        if min(self.warm_up, self.seed) < 0 or (self.target_bpp is not None and self.target_bpp <= 0):
            raise ValueError("warm-up and seed cannot be negative, and the target must be above 0")
        if min(self.batch, self.steps, self.accumulate, 1 if self.epochs is None else self.epochs) < 1:
            raise ValueError("batch, steps, epochs and accumulation must be at least 1")
        if not (self.clip or 0) >= 0:
            raise ValueError("the largest norm of the gradient cannot be negative, and 0 is for no limit")
        self._check_weights()
        if not 0 < self.scale_min <= self.scale_max <= 1:
            raise ValueError("scales must lie in (0, 1], the smallest first")
        if self.target_bpp is not None and not self.lambda_a > self.lambda_b > 0:
            raise ValueError("lambda A must be larger than lambda B, and that above 0")
        if self.stage not in STAGES or self.gan_loss not in ("non_saturating", "least_squares"):
            raise ValueError("unknown stage or adversarial loss")
        if self.optimizer not in ("adam", "muon"):
            raise ValueError("the optimizer must be adam or muon")
        if self.stage == "gan" and self.discriminator_steps < 1:
            raise ValueError("the generative stage needs at least one step of the discriminator")

    def _check_weights(self) -> None:
        """What is geometric between two ends divides by the lower one, and 0 to any power is no way to the other."""
        if not min(self.k_m, self.k_p) >= 0:
            raise ValueError("squared error and LPIPS cannot weigh less than nothing")
        if self.k_p_high is not None and not min(self.k_p, self.k_p_high) > 0:
            raise ValueError("where LPIPS has a weight at quality 1000, both its weights must be above 0")
        weighted = self.target_bpp is None and not self.freeze_coding
        if weighted and not min(self.lambda_low, self.lambda_high) > 0:
            raise ValueError("lambda must be above 0 at both ends, quality 0 and 1000")

    @property
    def textural(self) -> tuple[float, float, float, float]:
        """Weights of the terms that count at realism 1 alone."""
        return self.texture, self.detail, self.moments, self.frechet

    @property
    def adversarial(self) -> bool:
        """Whether there is a discriminator."""
        return self.stage == "gan" and self.beta > 0

    def as_plain(self) -> dict[str, Any]:
        """For checkpoints and cards."""
        return {**asdict(self), "network": dict(self.network)}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Raises TypeError and ValueError for anything but what `as_plain` gives."""
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown setting {unknown[0]}")
        return cls(**values)


_LITE = Settings(
    preset="lite",
    family="lite",
    batch=16,
    scale_min=0.5,
    scale_max=1.0,
    steps=200_000,
    learning_rate=8e-4,
    warm_up=500,
    drop_at=None,
    cosine=0.6,
    clip=1.0,
    average=0.999,
    k_m=1.0,
    k_p=300.0,
    perceptual_from=1500,
    perceptual_offset=7,
)
# The recipe of lite-13, which ships (docs/models/lite-13.md), in one piece: its weights took some 67,000 steps in
# fourteen pieces, the first 52,000 of half the batch.
_STUDIO = replace(
    _LITE,
    preset="studio",
    network={
        "encoder_blocks": (6, 9),
        "generator_blocks": (6, 4),
        "thin_layers": 3,
        "context": 128,
        "realistic": True,
        "noise_channels": 64,
    },
    crop=192,
    scale_max=0.8,
    steps=60_000,
    optimizer="muon",
    warm_up=80,
    cosine=1.0,
    average=0.998,
    lambda_low=0.00007,
    lambda_high=0.02,
    k_p=6000.0,
    k_p_high=800.0,
    masking=0.7,
    structure=0.8,
    perceptual_from=0,
    lattice=45.0,
)
_OWN_GAN: Mapping[str, Mapping[str, Any]] = {
    # textures are taught by what AlexNet sees; without a discriminator
    "studio": {
        "steps": 3000,
        "learning_rate": 6e-4,
        "warm_up": 50,
        "cosine": 1.0,
        "average": 0.997,
        "k_m": 0.00333,
        "k_p": 40.0,
        "k_p_high": 14.0,
        "faithful_share": 0.12,
        "beta": 0.0,
        "lattice": 60.0,
        "structure": 0.3,
        "texture": 8.0,
        "detail": 0.02,
        "moments": 16.0,
        "frechet": 150.0,
    },
}
"""What the generative stage of a preset has other than its family's."""


def preset(name: str, stage: Stage = "rd") -> Settings:
    """The settings of a stage of `lite`, `studio`, `hific-low`, `hific-med` or `hific-high`. Raises KeyError."""
    settings = PRESETS[name]
    if stage == "rd":
        return settings
    if settings.family == "lite":
        # Encoder and entropy model frozen: bits cannot drift, and what goes wrong costs the decoder alone
        # (as in MS-ILLM, Muckley et al. 2023, arXiv 2301.11189). Weights as in the paper, LPIPS : MSE as before.
        settings = replace(
            settings,
            stage="gan",
            steps=100_000,
            learning_rate=1e-4,
            beta_1=0.5,
            beta_2=0.9,
            cosine=0.3,
            k_m=1 / 300,
            k_p=1.0,
            perceptual_from=0,
            discriminator_rate=4e-4,
            faithful_share=0.5,
            freeze_coding=True,
        )
        return replace(settings, **_OWN_GAN.get(name, {}))
    # the original's warm-started runs ignore the schedules of lambda and target
    return replace(settings, stage="gan", ignore_schedule=True)


PRESETS: Mapping[str, Settings] = {
    "lite": _LITE,
    "studio": _STUDIO,
    **{
        f"hific-{regime}": Settings(
            preset=f"hific-{regime}",
            family="hific",
            regime=regime,
            target_bpp=RATES[regime],
            lambda_a=LAMBDA_A[regime],
        )
        for regime in RATES
    },
}
