"""`lite`'s hyperprior: latents to hyperlatents, and from these the means and log scales of the latents.

The two decoding networks are kept apart because their guarantees differ: means are float and never reach the
coder; scales are computed again in integers (`fixed_point.py`), which allows only convolution, ReLU and
pixel shuffle.
"""

import torch
from torch import Tensor, nn

from hific_core.models.layers import LEAK

QUALITY_STEP = 8
"""The hyperprior sees `quality // 8`, an integer in 0..125, so that the scale network's input stays exact."""
QUALITY_TOP = 125


def quality_plane(quality: Tensor, like: Tensor) -> Tensor:
    """Integer quality (N,) in 0..1000 as one more channel (N, 1, h, w) in [0, 1] beside `like` (N, C, h, w)."""
    level = torch.div(quality, QUALITY_STEP, rounding_mode="floor").to(like.dtype) / QUALITY_TOP
    return level[:, None, None, None].expand(-1, 1, *like.shape[2:])


class HyperAnalysis(nn.Module):
    """Latents (N, latents, h, w), sides multiples of 4 -> hyperlatents (N, hyperlatents, h/4, w/4), not rounded."""

    def __init__(self, latents: int, width: int, hyperlatents: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(latents + 1, width, 3, padding=1),
            nn.LeakyReLU(LEAK),
            nn.Conv2d(width, width, 4, stride=2, padding=1),
            nn.LeakyReLU(LEAK),
            nn.Conv2d(width, width, 4, stride=2, padding=1),
            nn.LeakyReLU(LEAK),
            nn.Conv2d(width, hyperlatents, 1),
        )

    def forward(self, y: Tensor, quality: Tensor) -> Tensor:
        return self.layers(torch.cat([y, quality_plane(quality, y)], dim=1))


def _hyper_synthesis(hyperlatents: int, width: int, latents: int, last: int, activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(hyperlatents + 1, 4 * width, 3, padding=1),
        nn.PixelShuffle(2),
        activation,
        nn.Conv2d(width, 4 * width, 3, padding=1),
        nn.PixelShuffle(2),
        activation,
        nn.Conv2d(width, latents, last, padding=last // 2),
    )


class MeanNetwork(nn.Module):
    """Rounded hyperlatents (N, hyperlatents, h, w) -> means (N, latents, 4h, 4w)."""

    def __init__(self, hyperlatents: int, width: int, latents: int) -> None:
        super().__init__()
        self.layers = _hyper_synthesis(hyperlatents, width, latents, 3, nn.LeakyReLU(LEAK))

    def forward(self, z_hat: Tensor, quality: Tensor) -> Tensor:
        return self.layers(torch.cat([z_hat, quality_plane(quality, z_hat)], dim=1))


class ScaleNetwork(nn.Module):
    """Rounded hyperlatents (N, hyperlatents, h, w) -> natural logarithms of scales (N, latents, 4h, 4w)."""

    def __init__(self, hyperlatents: int, width: int, latents: int) -> None:
        super().__init__()
        self.layers = _hyper_synthesis(hyperlatents, width, latents, 1, nn.ReLU())

    def forward(self, z_hat: Tensor, quality: Tensor) -> Tensor:
        return self.layers(torch.cat([z_hat, quality_plane(quality, z_hat)], dim=1))
