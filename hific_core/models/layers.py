"""Building blocks of `lite`, chosen to be cheap on a processor and exact under tiling (no norm over space)."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

LEAK = 0.1


class Conditioning(nn.Module):
    """Turns control values in [0, 1] (quality, realism) into features that every block is modulated by.

    Input float32 (N, controls), output float32 (N, features).
    """

    def __init__(self, controls: int, features: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(controls, features)
        self.out = nn.Linear(features, features)

    def forward(self, controls: Tensor) -> Tensor:
        hidden = nn.functional.leaky_relu(self.hidden(controls * 2 - 1), LEAK)
        return nn.functional.leaky_relu(self.out(hidden), LEAK)


class ConditionedBlock(nn.Module):
    """Residual block: depthwise convolution, modulation by the controls, two 1 x 1 convolutions.

    (N, C, H, W) -> (N, C, H, W); features float (N, F). Costs about `2 * expansion * C^2` MAC per position.
    """

    def __init__(self, channels: int, features: int, kernel: int = 3, expansion: int = 2) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.modulate = nn.Linear(features, 2 * channels)
        self.widen = nn.Conv2d(channels, expansion * channels, 1)
        self.narrow = nn.Conv2d(expansion * channels, channels, 1)
        nn.init.zeros_(self.modulate.weight)
        nn.init.zeros_(self.modulate.bias)
        with torch.no_grad():  # a residual branch that starts small lets a norm-free stack train
            self.narrow.weight.mul_(0.2)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        scale, shift = self.modulate(features).to(x.dtype)[:, :, None, None].chunk(2, dim=1)
        branch = torch.addcmul(shift, self._spatial(x), scale + 1)
        branch = self.narrow(nn.functional.leaky_relu(self.widen(branch), LEAK))
        return x + branch

    def _spatial(self, x: Tensor) -> Tensor:
        """The depthwise convolution. On a processor the gradient of one of 5 x 5 is three times faster in float32."""
        if x.device.type == "cpu" and x.dtype == torch.bfloat16 and torch.is_grad_enabled():
            with torch.autocast("cpu", enabled=False):
                return self.depthwise(x.float()).to(x.dtype)
        return self.depthwise(x)


class BlockStack(nn.Module):
    """Several conditioned blocks of one width, one after the other."""

    def __init__(self, number: int, channels: int, features: int, kernel: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ConditionedBlock(channels, features, kernel) for _ in range(number))

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, features)
        return x


class _RoundStraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor) -> Tensor:
        return torch.floor(x + 0.5)

    @staticmethod
    def backward(ctx: FunctionCtx, *grads: Tensor) -> Tensor:
        return grads[0]


class _LowerBound(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, bound: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bound = bound  # type: ignore[attr-defined]
        return x.clamp(min=bound)

    @staticmethod
    def backward(ctx: FunctionCtx, *grads: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
        passes = (x >= ctx.bound) | (grads[0] < 0)  # type: ignore[attr-defined]
        return grads[0] * passes, None


round_straight_through = cast(Callable[[Tensor], Tensor], _RoundStraightThrough.apply)
"""floor(x + 0.5), whose gradient is taken to be 1."""

lower_bound = cast(Callable[[Tensor, float], Tensor], _LowerBound.apply)
"""max(x, bound), whose gradient still passes where a step would lift x towards the bound."""
