"""`lite`'s synthesis transform: latents to pixels."""

import torch
from torch import Tensor, nn

from hific_core.models.layers import LEAK, BlockStack, Conditioning
from hific_core.models.passes import full


class LiteHead(nn.Module):
    """Upsampling tail, 1/8 resolution to pixels, always in float32.

    Thin 3 x 3 convolutions at half resolution, at least two, cross the borders that pixel-shuffling leaves, so that no
    8-pixel lattice shows. (N, C, h, w) -> (N, 3, 8h, 8w).
    """

    def __init__(self, channels: int, thin: int, layers: int = 1) -> None:
        """`layers`: convolutions before the last one, each added to its input."""
        super().__init__()
        self.lift = nn.Sequential(nn.Conv2d(channels, 16 * thin, 1), nn.PixelShuffle(4))
        self.mix = nn.Conv2d(thin, thin, 3, padding=1)
        self.further = nn.ModuleList(nn.Conv2d(thin, thin, 3, padding=1) for _ in range(layers - 1))
        self.out = nn.Sequential(nn.Conv2d(thin, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        x = self.lift(x)
        for layer in (self.mix, *self.further):
            x = x + nn.functional.leaky_relu(layer(x), LEAK)
        return self.out(x)


class LiteGenerator(nn.Module):
    """Decoded latents (N, latents, h, w), quality and realism (N,) in [0, 1] -> (N, 3, 16h, 16w), about [0, 1].

    Standard normal noise (N, channels, h, w), where it has some, is what it makes texture of that latents do not say.

    The result is not clamped, since training needs its gradient outside the range.
    """

    def __init__(
        self,
        widths: tuple[int, int],
        blocks: tuple[int, int],
        kernels: tuple[int, int],
        latents: int,
        features: int,
        thin: int,
        thin_layers: int = 1,
        noise: int = 0,
    ) -> None:
        """`noise`: channels of noise at 1/16 of the resolution."""
        super().__init__()
        fine, coarse = widths
        self.conditioning = Conditioning(2, features)
        self.stem = nn.Conv2d(latents, coarse, 1)
        self.coarse = BlockStack(blocks[1], coarse, features, kernels[1])
        self.up = nn.Sequential(nn.Conv2d(coarse, 4 * fine, 1), nn.PixelShuffle(2))
        self.grain: nn.Sequential | None = None
        if noise:
            grain = nn.Conv2d(noise, 4 * fine, 1, bias=False)
            nn.init.zeros_(grain.weight)
            self.grain = nn.Sequential(grain, nn.PixelShuffle(2))
        self.fine = BlockStack(blocks[0], fine, features, kernels[0])
        self.head = LiteHead(fine, thin, thin_layers)

    def features(self, quality: Tensor, realism: Tensor) -> Tensor:
        """Quality and realism (N,) in [0, 1] -> what every block is modulated by, (N, features)."""
        return self.conditioning(torch.stack([quality, realism], dim=1))

    def trunk(self, y_hat: Tensor, features: Tensor, noise: Tensor | None = None) -> Tensor:
        """The blocks at 1/16 and 1/8 of the resolution, (N, latents, h, w) -> (N, widths[0], 2h, 2w).

        `noise`: standard normal, (N, channels, h, w), where the generator has it.
        """
        x = self.up(self.coarse(self.stem(y_hat), features))
        if self.grain is not None and noise is not None:
            x = x + self.grain(noise.to(x.dtype))
        return self.fine(x, features)

    def tail(self, x: Tensor) -> Tensor:
        """The upsampling part, (N, widths[0], 2h, 2w) -> float32 (N, 3, 16h, 16w)."""
        with torch.autocast(x.device.type, enabled=False):
            return self.head(full(x)) * 0.5 + 0.5

    def forward(self, y_hat: Tensor, quality: Tensor, realism: Tensor, noise: Tensor | None = None) -> Tensor:
        features = self.features(quality, realism)
        return self.tail(self.trunk(y_hat, features, noise))
