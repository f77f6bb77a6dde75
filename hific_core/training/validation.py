"""How good a run's model is by now: held-out pictures to real files and back, measured, and shown side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
from hific_core.visibility import structural_distance, visible_error

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
    visible: float | None = None
    """Squared error on 0..255 weighed by visibility; None without masking."""
    structure: float | None = None
    """Structural distance; None where the settings give it no weight."""


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
            rate = 8 * size / picture.pixels[..., 0].size
            taught = as_taught(picture.pixels, decoded, settings, lpips.shift.device)
            rows.append((size, rate, *distances(picture.pixels, decoded, lpips), *taught))
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


class Taught(NamedTuple):
    """What the settings ask training to minimise beside squared error and LPIPS; None for what they do not ask for."""

    visible: float | None
    structure: float | None


def as_taught(
    original: NDArray[np.uint8], decoded: NDArray[np.uint8], settings: Settings, device: torch.device
) -> Taught:
    """Visible error and structural distance of two uint8 (H, W, 3), as training sees them.

    Neither is a sum over pixels: surroundings end at the border of a crop, and the worst places are the worst of a
    crop. So the picture is cut into tiles of about a crop, without overlap; each is measured alone, as a crop is, and
    counts by its pixels.
    """
    s = settings
    if not (s.masking or s.structure):
        return Taught(None, None)
    height, width = original.shape[:2]
    visible = structure = 0.0
    with torch.inference_mode():
        for rows in _tiles(height, s.crop):
            for columns in _tiles(width, s.crop):
                x, x_hat = (_unit(each[rows, columns], device) for each in (original, decoded))
                share = x[0, 0].numel() / (height * width)
                if s.masking:
                    visible += share * float(visible_error(x, x_hat, s.masking))
                if s.structure:
                    structure += share * float(structural_distance(x, x_hat))
    return Taught(visible if s.masking else None, structure if s.structure else None)


def _tiles(side: int, crop: int) -> list[slice]:
    """As many equal parts of a side as are nearest to a crop's length."""
    number = max(round(side / crop), 1)
    cuts = [side * each // number for each in range(number + 1)]
    return [slice(*ends) for ends in pairwise(cuts)]


def _unit(pixels: NDArray[np.uint8], device: torch.device) -> Tensor:
    """uint8 (H, W, 3) -> float32 (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).to(device).permute(2, 0, 1)[None].float() / 255


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def merit(outcome: Outcome, settings: Settings) -> float:
    """What the best checkpoint has least of.

    Rate-distortion: the objective on real files, over the regimes, as far as scores tell: squared error, visible error
    instead with masking, LPIPS, and structure at its share of LPIPS's weight; without what repeats (`lattice`).
    Generative, at the highest realism: LPIPS, structure at that share, the Fréchet distance, of which 100 count as much
    as 1 of LPIPS, and what bits cost above a target that still moves. Squared error is no realism, so masking is none.
    """
    s = settings
    if s.stage == "gan":
        labels = [label for label in outcome.scores if label.endswith("realism 1")] or list(outcome.scores)
        return float(np.mean([_realistic(outcome.scores[label], outcome.fd_alex[label], s) for label in labels]))
    return float(np.mean([_compressed(score, _quality(label), s) for label, score in outcome.scores.items()]))


def _realistic(score: Scores, fd: float | None, s: Settings) -> float:
    value = _perceived(score, s) + (fd or 0) / 100
    if s.target_bpp is None or s.freeze_coding:
        return value
    # else the prettiest would be that with most bits; below the target the control hardly weighs them
    return value + s.lambda_a * max(score.bits_per_pixel - s.target_bpp, 0)


def _perceived(score: Scores, s: Settings) -> float:
    """LPIPS, and structure as a share of it."""
    return (score.lpips or 0) + s.structure * (score.structure or 0)


def _compressed(score: Scores, quality: int, s: Settings) -> float:
    """What training minimises at the end of the schedule, whose boosts would make validations incomparable."""
    at = torch.tensor(quality)
    error = 255**2 * 10 ** (-score.psnr / 10) if score.visible is None else score.visible
    distortion = s.k_m * error + float(perceptual_weight(at, s)) * _perceived(score, s)
    if s.target_bpp is None:
        return score.bits_per_pixel + float(distortion_weight(at, s)) * distortion
    rate = rate_control(score.bits_per_pixel, s.schedule_steps, s).penalty
    return rate * score.bits_per_pixel + distortion


def _quality(regime: str) -> int:
    """About where the regimes of a model of all rates lie."""
    return {"low": 100, "med": 450, "high": 700}.get(regime.split(",")[0], 500)
