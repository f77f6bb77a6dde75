"""The terms that training minimises."""

import torch
from torch import Tensor

from hific_core.metrics import Lpips
from hific_core.models.lite import TOP_QUALITY, Lite
from hific_core.training.config import TrainingConfig


def distortion_weight(quality: Tensor, config: TrainingConfig) -> Tensor:
    """Lambda of integer quality (N,): geometric between `lambda_low` and `lambda_high`."""
    ratio = config.lambda_high / config.lambda_low
    return config.lambda_low * ratio ** (quality.to(torch.float32) / TOP_QUALITY)


def rate_distortion(
    model: Lite,
    x: Tensor,
    quality: Tensor,
    noise: tuple[Tensor, Tensor],
    lpips: Lpips | None,
    config: TrainingConfig,
) -> tuple[Tensor, dict[str, float]]:
    """bits per pixel + lambda * (squared error on 0..255 + weight * LPIPS), and its terms for the log."""
    out = model(x, quality, x.new_zeros(len(x)), noise)
    pixels = x.shape[2] * x.shape[3]
    rate = (out.latent_bits + out.hyperlatent_bits) / pixels
    error = ((out.reconstruction - x) * 255).pow(2).mean((1, 2, 3))
    weight = distortion_weight(quality, config)
    loss = rate + weight * error
    terms = {"bpp": rate.mean().item(), "z_bpp": out.hyperlatent_bits.mean().item() / pixels}
    terms["mse"] = error.mean().item()
    if lpips is not None:
        distance = lpips(x, out.reconstruction)
        loss = loss + weight * config.lpips_weight * distance
        terms["lpips"] = distance.mean().item()
    return loss.mean(), terms
