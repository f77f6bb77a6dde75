"""Rounding and bounds with their gradients; the conditioned block."""

import torch

from hific_core.models.layers import BlockStack, ConditionedBlock, Conditioning, lower_bound, round_straight_through


def test_rounding_is_half_up_with_gradient_one() -> None:
    x = torch.tensor([-1.5, -0.5, 0.49, 0.5, 2.5], requires_grad=True)
    rounded = round_straight_through(x)
    assert rounded.tolist() == [-1.0, 0.0, 0.0, 1.0, 3.0]
    rounded.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0] * 5


def test_lower_bound_lets_a_step_lift_what_is_below() -> None:
    x = torch.tensor([0.0, 0.0, 2.0, 2.0], requires_grad=True)
    bounded = lower_bound(x, 1.0)
    assert bounded.tolist() == [1.0, 1.0, 2.0, 2.0]
    bounded.backward(torch.tensor([1.0, -1.0, 1.0, -1.0]))
    assert x.grad is not None
    # A descent step moves against the gradient: only the second of the bounded entries would rise.
    assert x.grad.tolist() == [0.0, -1.0, 1.0, -1.0]


def test_block_starts_unconditioned_and_then_heeds_its_features() -> None:
    torch.manual_seed(0)
    block = ConditionedBlock(4, 3)
    x, one, other = torch.randn(1, 4, 6, 6), torch.zeros(1, 3), torch.ones(1, 3)
    assert torch.equal(block(x, one), block(x, other))
    torch.nn.init.normal_(block.modulate.weight)
    assert not torch.equal(block(x, one), block(x, other))


def test_stack_is_its_blocks_in_order() -> None:
    torch.manual_seed(0)
    stack = BlockStack(2, 4, 3, kernel=3)
    x, features = torch.randn(1, 4, 6, 6), torch.randn(1, 3)
    assert torch.equal(stack(x, features), stack.blocks[1](stack.blocks[0](x, features), features))


def test_conditioning_tells_controls_apart() -> None:
    torch.manual_seed(0)
    features = Conditioning(2, 8)(torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    assert features.shape == (3, 8)
    assert (features[0] - features[1]).abs().max() > 1e-3
    assert (features[0] - features[2]).abs().max() > 1e-3
