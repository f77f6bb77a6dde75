"""How good a run's model is by now: held-out pictures to real files and back, measured, and shown side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hific_core.codec import Codec
from hific_core.device import Runtime
from hific_core.metrics import Lpips, Moments, distances, fd_alex, patch_features
from hific_core.pixels.picture import Picture
from hific_core.progress import Progress, part, silent
from hific_core.training.config import Settings
from hific_core.training.export import codec_of, middle, prepared
from hific_core.training.losses import distortion_weight, perceptual_weight, rate_control

LEVELS = 64
"""Of the scale table: fewer than an exported model has, since tables take time and half of them cost 0.3 %."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the pictures, at one regime."""

    bytes: float
    bits_per_pixel: float
    psnr: float
    ms_ssim: float | None
    lpips: float | None


class Outcome(NamedTuple):
    """Of one validation."""

    scores: Mapping[str, Scores]
    """By regime; with realism, also by "<regime>, realism 1"."""
    fd_alex: Mapping[str, float | None]
    samples: Sequence[tuple[str, NDArray[np.uint8]]]
    """Name and uint8 (H, W, 3): the original, then its reconstructions from left to right."""


def validate(
    settings: Settings,
    weights: Mapping[str, Tensor],
    pictures: Mapping[str, Picture],
    lpips: Lpips,
    samples: int = 4,
    runtime: Runtime | None = None,
    levels: int = LEVELS,
    progress: Progress = silent,
) -> Outcome:
    """Encodes the middle of each picture at every regime. Raises UnsupportedByModel, and what `progress` raises."""
    progress("prepare", 0.0)
    codec = codec_of(prepared(settings, weights, "validation", levels), runtime)
    card = codec.model.card
    cut = {name: middle(picture) for name, picture in pictures.items()}
    originals = Moments()
    for picture in cut.values():
        progress("originals", 0.0)
        originals.add(patch_features(lpips, picture.pixels))
    scores, realism_of = {}, {}
    fd: dict[str, float | None] = {}
    shown = {name: [picture.pixels] for name, picture in list(cut.items())[:samples]}
    for regime, quality in card.regimes.items():
        realism_of[regime] = (quality, 0.0)
        if card.abilities.realism:
            realism_of[f"{regime}, realism 1"] = (quality, 1.0)
    count = len(realism_of) * len(cut)
    for at, (label, (quality, realism)) in enumerate(realism_of.items()):
        rows, moments = [], Moments()
        for number, (name, picture) in enumerate(cut.items(), at * len(cut)):
            size, decoded = _through(codec, picture, quality, realism, part(progress, number, count))
            moments.add(patch_features(lpips, decoded))
            rows.append((size, 8 * size / picture.pixels[..., 0].size, *distances(picture.pixels, decoded, lpips)))
            if name in shown:
                shown[name].append(decoded)
        scores[label] = Scores(*(_mean(column) for column in zip(*rows, strict=True)))  # type: ignore[arg-type]
        fd[label] = fd_alex(originals, moments)
    return Outcome(scores, fd, [(name, np.concatenate(parts, axis=1)) for name, parts in shown.items()])


def _through(
    codec: Codec, picture: Picture, quality: int, realism: float, progress: Progress
) -> tuple[int, NDArray[np.uint8]]:
    """Number of bytes, and what is decoded; `progress` hears every tile of both."""
    file = codec.encode(picture, quality, progress=progress).file
    return len(file.pack()), codec.decode(file, realism=realism, progress=progress).picture.pixels


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def merit(outcome: Outcome, settings: Settings) -> float:
    """What the best checkpoint has least of.

    Rate-distortion: the objective on real files, over the regimes, as far as scores tell: squared error and LPIPS,
    without masking and structure. Generative: LPIPS and the Fréchet distance at the highest realism, of which 100 count
    as much as 1 of LPIPS, and what bits cost above a target that still moves.
    """
    s = settings
    if s.stage == "gan":
        labels = [label for label in outcome.scores if label.endswith("realism 1")] or list(outcome.scores)
        return float(np.mean([_realistic(outcome.scores[label], outcome.fd_alex[label], s) for label in labels]))
    return float(np.mean([_compressed(score, _quality(label), s) for label, score in outcome.scores.items()]))


def _realistic(score: Scores, fd: float | None, s: Settings) -> float:
    value = (score.lpips or 0) + (fd or 0) / 100
    if s.target_bpp is None or s.freeze_coding:
        return value
    # else the prettiest would be that with most bits; below the target the control hardly weighs them
    return value + s.lambda_a * max(score.bits_per_pixel - s.target_bpp, 0)


def _compressed(score: Scores, quality: int, s: Settings) -> float:
    """What training minimises at the end of the schedule, whose boosts would make validations incomparable."""
    at = torch.tensor(quality)
    distortion = s.k_m * 255**2 * 10 ** (-score.psnr / 10) + float(perceptual_weight(at, s)) * (score.lpips or 0)
    if s.target_bpp is None:
        return score.bits_per_pixel + float(distortion_weight(at, s)) * distortion
    rate = rate_control(score.bits_per_pixel, s.schedule_steps, s).penalty
    return rate * score.bits_per_pixel + distortion


def _quality(regime: str) -> int:
    """About where the regimes of a model of all rates lie."""
    return {"low": 100, "med": 450, "high": 700}.get(regime.split(",")[0], 500)
