"""What half of the latents tell about the other half: a checkerboard context for the means, never for the scales.

Positions of even row plus column are anchors; their symbols are latents less the hyperprior's means. At the positions
between, the anchors' symbols around add to the mean (a checkerboard as in He et al. 2021, arXiv 2103.15306). Scales
stay a function of hyperlatents alone, so that the coder needs nothing of this: all symbols of a file are decoded at
once, in any order, and only then are the latents made of them.
"""

import torch
from torch import Tensor, nn

from hific_core.models.hyperprior import quality_plane
from hific_core.models.layers import LEAK


def anchors(height: int, width: int, origin: tuple[int, int] = (0, 0)) -> Tensor:
    """Which latents, of a part of the plane whose first one is `origin`, are anchors: bool (height, width)."""
    return (torch.arange(height)[:, None] + torch.arange(width) + sum(origin)) % 2 == 0


class ContextNetwork(nn.Module):
    """Symbols (N, latents, h, w), integers, and integer quality (N,) -> what they add to the means, same shape.

    It looks at anchors alone and adds nothing to them. Beyond the plane symbols count as 0. At first it adds nothing.
    """

    def __init__(self, latents: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(latents + 1, width, 3, padding=1), nn.LeakyReLU(LEAK), nn.Conv2d(width, latents, 1)
        )
        for parameter in self.layers[-1].parameters():
            nn.init.zeros_(parameter)

    def forward(self, symbols: Tensor, quality: Tensor, origin: tuple[int, int] = (0, 0)) -> Tensor:
        """`origin`: row and column of the first symbol in the plane."""
        known = anchors(symbols.shape[2], symbols.shape[3], origin).to(symbols.device)
        plane = quality_plane(quality, symbols)
        # what lies between may be anything, not even a number: it is not known yet
        symbols = torch.where(known, symbols, torch.zeros((), dtype=symbols.dtype, device=symbols.device))
        return torch.where(known, 0.0, self.layers(torch.cat([symbols, plane], dim=1)))
