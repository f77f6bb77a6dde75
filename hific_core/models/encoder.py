"""`lite`'s analysis transform: pixels to latents."""

import torch
from torch import Tensor, nn

from hific_core.models.layers import BlockStack, Conditioning
from hific_core.models.passes import full


class LiteEncoder(nn.Module):
    """float (N, 3, H, W) in [0, 1], sides multiples of 16, and quality (N,) in [0, 1] -> (N, latents, H/16, W/16)."""

    def __init__(
        self,
        widths: tuple[int, int],
        blocks: tuple[int, int],
        kernels: tuple[int, int],
        latents: int,
        features: int,
    ) -> None:
        super().__init__()
        fine, coarse = widths
        self.conditioning = Conditioning(1, features)
        self.stem = nn.Sequential(nn.PixelUnshuffle(8), nn.Conv2d(3 * 64, fine, 1))
        self.fine = BlockStack(blocks[0], fine, features, kernels[0])
        self.down = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4 * fine, coarse, 1))
        self.coarse = BlockStack(blocks[1], coarse, features, kernels[1])
        self.out = nn.Conv2d(coarse, latents, 1)

    def forward(self, x: Tensor, quality: Tensor) -> Tensor:
        features = self.conditioning(quality[:, None])
        x = self.fine(self.stem(x * 2 - 1), features)
        x = self.coarse(self.down(x), features)
        with torch.autocast(x.device.type, enabled=False):  # what is rounded next deserves its last bits
            return self.out(full(x))
