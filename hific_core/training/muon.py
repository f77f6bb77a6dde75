"""Muon's step in float32, shared among processes: for processors that would have to emulate bfloat16.

torch's own multiplies in bfloat16 whatever the device. Without hardware for it that takes forty times as long as in
float32, longer than all else of a training step together.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.optim import Muon


class Float32Muon(Muon):
    """`torch.optim.Muon` with steps of Adam's size, computed in float32; its state is torch's.

    Each process makes the steps of its share of the matrices, and all sum what they have, so that all move alike.
    """

    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """One update of every matrix (float32, (O, I)) that has a gradient; there is no closure."""
        assert closure is None
        with torch.no_grad():
            for group in self.param_groups:
                moved = [each for each in group["params"] if each.grad is not None]
                updates = [self._update(each, group) for each in moved]
                _orthogonalize(updates, group)
                for each, update in zip(moved, updates, strict=True):
                    each.mul_(1 - group["lr"] * group["weight_decay"])
                    each.sub_(update, alpha=group["lr"] * 0.2 * max(each.shape) ** 0.5)

    def _update(self, matrix: Tensor, group: dict[str, Any]) -> Tensor:
        state, gradient = self.state[matrix], matrix.grad
        assert gradient is not None
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(gradient, memory_format=torch.preserve_format)
        momentum: Tensor = state["momentum_buffer"]
        momentum.lerp_(gradient, 1 - group["momentum"])
        return gradient.lerp(momentum, group["momentum"]) if group["nesterov"] else momentum.clone()


def _orthogonalize(updates: list[Tensor], group: dict[str, Any]) -> None:
    """In place, each in one of the processes."""
    number, total = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    owners = _owners([_cost(each) for each in updates], total)
    for update, owner in zip(updates, owners, strict=True):
        if owner == number:
            update.copy_(_orthogonal(update, group["ns_coefficients"], group["ns_steps"], group["eps"]))
        else:
            update.zero_()
    if total > 1 and updates:
        all_of_them = torch.cat([each.reshape(-1) for each in updates])
        dist.all_reduce(all_of_them)
        parts = torch.split(all_of_them, [each.numel() for each in updates])
        for update, part in zip(updates, parts, strict=True):
            update.copy_(part.view_as(update))


def _orthogonal(matrix: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """All singular values brought near 1 by quintic Newton-Schulz iterations (Jordan et al. 2024)."""
    a, b, c = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


def _cost(matrix: Tensor) -> int:
    """Multiplications of an iteration."""
    less, more = sorted(matrix.shape)
    return less * less * (2 * more + less)


def _owners(costs: list[int], processes: int) -> list[int]:
    """Which process makes each: the most costly first, to whoever has least to do."""
    load, owners = [0] * processes, [0] * len(costs)
    for each in sorted(range(len(costs)), key=lambda number: -costs[number]):
        owner = load.index(min(load))
        owners[each] = owner
        load[owner] += costs[each]
    return owners
