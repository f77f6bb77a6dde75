"""Muon on kernels, Adam on the rest: the sizes of steps, what is moved, and going on from a state."""

import copy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from hific_core.training.config import preset
from hific_core.training.optimizers import SMALLEST_SIDE, MatrixOptimizer, optimizer_of

RATE = 0.01


def network() -> nn.Sequential:
    torch.manual_seed(0)
    layers = nn.Sequential(
        nn.Conv2d(16, 48, 3), nn.Conv2d(48, 48, 3, groups=48), nn.Conv2d(48, 32, 1), nn.Conv2d(32, 3, 1)
    )
    return layers.to(memory_format=torch.channels_last)


def optimizer(layers: nn.Module, kind: str = "muon") -> Any:
    settings = replace(preset("lite"), optimizer=kind, learning_rate=RATE)
    return optimizer_of(list(layers.parameters()), settings)


def learn(layers: nn.Module, moved: Any, steps: int) -> None:
    stream = torch.Generator().manual_seed(1)
    for _ in range(steps):
        x = torch.randn(2, 16, 9, 9, generator=stream).contiguous(memory_format=torch.channels_last)
        moved.zero_grad(set_to_none=True)
        layers(x).square().mean().backward()
        moved.step()


def test_a_kernels_step_is_orthogonal_and_of_adams_size() -> None:
    layers = network()
    before = [layers[number].weight.detach().clone() for number in (0, 2)]
    learn(layers, optimizer(layers), 1)
    for number, old in zip((0, 2), before, strict=True):
        step = (layers[number].weight.detach() - old).reshape(old.shape[0], -1)
        size = RATE * 0.2 * max(step.shape) ** 0.5
        values = torch.linalg.svdvals(step) / size
        # the last layer of all has rank 3, and so has what reaches the kernel before it
        strong = values[: 3 if number == 2 else 24]
        assert strong.min() > 0.6, "five Newton-Schulz steps bring all but the faintest between some 0.7 and 1.2"
        assert values.max() < 1.3


def test_what_is_no_matrix_moves_as_with_adam_alone() -> None:
    mixed, plain = network(), network()
    learn(mixed, optimizer(mixed), 1)
    learn(plain, optimizer(plain, "adam"), 1)
    for name, value in mixed.state_dict().items():
        matrix = name in ("0.weight", "2.weight")
        assert torch.equal(value, plain.state_dict()[name]) is not matrix, name
    assert min(mixed[3].weight.shape[:2]) < SMALLEST_SIDE


def test_it_goes_on_where_its_state_was_taken() -> None:
    layers = network()
    first = optimizer(layers)
    learn(layers, first, 3)
    copied, state = copy.deepcopy(layers), copy.deepcopy(first.state_dict())
    second = optimizer(copied)
    second.load_state_dict(state)
    learn(layers, first, 2)
    learn(copied, second, 2)
    assert all(torch.equal(a, b) for a, b in zip(layers.parameters(), copied.parameters(), strict=True))
    with pytest.raises(ValueError, match="another optimizer"):
        second.load_state_dict(optimizer(network(), "adam").state_dict())


def test_learning_rates_of_both_can_be_set() -> None:
    layers = network()
    moved = optimizer(layers)
    assert isinstance(moved, MatrixOptimizer)
    for group in moved.param_groups:
        group["lr"] = 0.0
    before = copy.deepcopy(layers)
    learn(layers, moved, 1)
    assert all(torch.equal(a, b) for a, b in zip(layers.parameters(), before.parameters(), strict=True))
