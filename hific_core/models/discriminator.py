"""The conditional PatchGAN discriminator of HiFiC (Mentzer et al. 2020, arXiv 2006.09965); only training needs it."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

LATENT_STRIDE = 16
"""Pixels per latent, in both directions."""
LEAK = 0.2
CONTEXT = 12
"""Channels that the latents are reduced to before they stand beside the pixels."""
WIDTH = 64
"""Channels after the first convolution; each of the three that follow doubles them."""
_HALVINGS = 4


class Discriminator(nn.Module):
    """Pictures (N, 3, 16h, 16w) and their decoded latents (N, latents, h, w) -> logits (N, 1, h, w).

    Pixels are in the generator's own range ([-1, 1] where its input is normalised, else [0, 1]); a logit above 0
    calls the patch real. Both h and w are at least 2. Names and shapes are those of the original's checkpoints;
    spectral norm takes one power iteration per pass in training and none in evaluation.
    """

    def __init__(self, latents: int = 220, width: int = WIDTH) -> None:
        super().__init__()
        self.context_conv = nn.Conv2d(latents, CONTEXT, 3, padding=1, padding_mode="reflect")
        widths = [width << number for number in range(_HALVINGS)]
        for number, (inputs, outputs) in enumerate(pairwise((3 + CONTEXT, *widths)), start=1):
            halved = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, padding_mode="reflect")
            self.add_module(f"conv{number}", spectral_norm(halved))
        self.conv_out = nn.Conv2d(widths[-1], 1, 1)

    def forward(self, x: Tensor, y_hat: Tensor) -> Tensor:
        context = nn.functional.leaky_relu(self.context_conv(y_hat), LEAK)
        context = nn.functional.interpolate(context, scale_factor=LATENT_STRIDE, mode="nearest")
        x = torch.cat([x, context], dim=1)
        for number in range(1, _HALVINGS + 1):
            x = nn.functional.leaky_relu(self.get_submodule(f"conv{number}")(x), LEAK)
        return self.conv_out(x)
