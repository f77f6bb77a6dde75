"""What a training pass takes and yields, the same for every family."""

from typing import NamedTuple

import torch
from torch import Tensor


class Draws(NamedTuple):
    """The random numbers of a training pass; batch first, on the device of the pass."""

    quality: Tensor
    """Integer (N,) in 0..1000; a family of one rate ignores it."""
    realism: Tensor
    """(N,) in [0, 1]; a family without this control ignores it."""
    latents: Tensor
    """Uniform in [-0.5, 0.5), of the latents' shape (N, C, h, w)."""
    hyperlatents: Tensor
    """Uniform in [-0.5, 0.5), of the hyperlatents' shape."""
    generator: Tensor | None = None
    """Normal, (N, channels, h, w), for a generator with a noise input."""


class Bits(NamedTuple):
    """Information of each picture, (N,)."""

    latents: Tensor
    hyperlatents: Tensor

    @property
    def total(self) -> Tensor:
        """(N,)."""
        return self.latents + self.hyperlatents


class Pass(NamedTuple):
    """What a training pass yields."""

    reconstruction: Tensor
    """(N, 3, H, W), about [0, 1], not clamped."""
    noisy: Bits
    """Of latents and hyperlatents with noise added: what has a gradient."""
    rounded: Bits
    """Of the rounded ones, without gradient: what a file would cost."""
    context: Tensor
    """(N, C, h, w): decoded latents beside which the discriminator judges, without gradient."""


def full(x: Tensor) -> Tensor:
    """What entropy terms and last layers compute in: float64 as it is, anything else in float32."""
    return x if x.dtype == torch.float64 else x.float()


def frozen(active: bool) -> torch.autograd.grad_mode.set_grad_enabled:
    """A context without gradients where `active`."""
    return torch.set_grad_enabled(torch.is_grad_enabled() and not active)
