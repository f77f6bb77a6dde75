"""lite: its costs, its shapes, what conditions it, gradients."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from hific_core.models.lite import Lite, LiteConfig
from hific_core.models.passes import Draws
from hific_core.models.priors import gaussian_bits
from tests.conftest import TINY, tiny_network


def mac_per_pixel(module: nn.Module, run: object) -> float:
    """Multiplications of all convolutions and linear layers while `run()` processes 256 x 256 pixels."""
    total = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            total += output.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            total += output.numel() * layer.in_features

    hooks = [part.register_forward_hook(count) for part in module.modules()]
    with torch.inference_mode():
        run()  # type: ignore[operator]
    for hook in hooks:
        hook.remove()
    return total / 256**2


def test_costs_of_the_shipped_sizes() -> None:
    """Decoding at most 30 kMAC per pixel in all, encoding at most 60 (the integer twin costs what its float does)."""
    network, quality = Lite().eval(), torch.tensor([500])
    c = network.config
    y, z = torch.zeros(1, c.latents, 16, 16), torch.zeros(1, c.hyperlatents, 4, 4)
    x = torch.zeros(1, 3, 256, 256)

    def hyper() -> None:
        network.mean_network(z, quality)
        network.scale_network(z, quality)

    def decode() -> None:
        hyper()
        network.pixels(y, quality, torch.zeros(1))

    def encode() -> None:
        network.hyper_analysis(network.latents(x, quality), quality)
        hyper()

    assert 10_000 < mac_per_pixel(network, decode) <= 30_000
    assert 5_000 < mac_per_pixel(network, encode) <= 60_000


def test_a_deeper_encoder_begins_where_the_shallower_one_ended_and_learns() -> None:
    shallow, quality = tiny_network(), torch.tensor([300])
    deep = Lite(replace(TINY, encoder_blocks=(3, 2)))
    deep.load_state_dict(deep.completed(shallow.state_dict()))
    x = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    found = deep.latents(x, quality)
    assert torch.equal(found, shallow.latents(x, quality))
    found.square().sum().backward()
    for block in (deep.encoder.fine.blocks[2], deep.encoder.coarse.blocks[1]):
        assert bool(block.narrow.weight.grad.any())  # type: ignore[union-attr, operator]


@pytest.mark.parametrize("second", [False, True])
def test_a_deeper_generator_begins_where_the_shallower_one_ended_and_learns(second: bool) -> None:
    """Blocks and thin layers, in both generators: the second one's own, or a copy of the first one's."""
    torch.manual_seed(1)
    shallow, quality, nothing = Lite(replace(TINY, realistic=second)), torch.tensor([300]), torch.zeros(1)
    deep = Lite(replace(TINY, generator_blocks=(3, 2), thin_layers=3, realistic=True))
    deep.load_state_dict(deep.completed(shallow.state_dict()))
    y = torch.randn(1, TINY.latents, 4, 6, generator=torch.Generator().manual_seed(1))
    assert deep.realistic is not None
    for mine, before in (
        (deep.generator, shallow.generator),
        (deep.realistic, shallow.realistic or shallow.generator),
    ):
        found = mine(y, quality / 1000, nothing)
        assert torch.equal(found, before(y, quality / 1000, nothing))
        found.square().sum().backward()
        added = mine.fine.blocks[2].narrow, mine.coarse.blocks[1].narrow, *mine.head.further  # type: ignore[union-attr]
        assert len(added) == 4 and all(bool(layer.weight.grad.any()) for layer in added)  # type: ignore[union-attr]


def test_a_generator_without_thin_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one thin layer"):
        replace(TINY, thin_layers=0)


def test_a_block_in_the_middle_is_not_made_up() -> None:
    """What first weights may lack are further blocks."""
    damaged = {name: value for name, value in tiny_network().state_dict().items() if ".blocks.0.narrow" not in name}
    with pytest.raises(RuntimeError, match=r"encoder\.fine\.blocks\.0\.narrow"):
        Lite(TINY).load_state_dict(Lite(TINY).completed(damaged))


def test_training_pass_shapes_and_bits() -> None:
    network = Lite(TINY)
    x = torch.rand(2, 3, 128, 64)
    noise = torch.zeros(2, TINY.latents, 8, 4), torch.zeros(2, TINY.hyperlatents, 2, 1)
    out = network(x, Draws(torch.tensor([0, 1000]), torch.tensor([0.0, 1.0]), *noise))
    assert out.reconstruction.shape == x.shape
    assert out.noisy.latents.shape == out.rounded.hyperlatents.shape == (2,)
    assert (out.noisy.latents > 0).all()
    assert out.context.shape == (2, TINY.latents, 8, 4)
    assert not out.rounded.total.requires_grad and not out.context.requires_grad


def test_frozen_coding_trains_the_generator_alone() -> None:
    network = tiny_network().train()
    x = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    noise = torch.zeros(2, TINY.latents, 4, 4), torch.zeros(2, TINY.hyperlatents, 1, 1)
    out = network(x, Draws(torch.tensor([0, 1000]), torch.tensor([0.0, 1.0]), *noise), freeze_coding=True)
    out.reconstruction.square().sum().backward()
    trained = {name.split(".")[0] for name, p in network.named_parameters() if p.grad is not None}
    assert trained == {"generator"}
    assert not out.noisy.total.requires_grad


def test_every_weight_is_trained() -> None:
    """One step reaches every parameter, the encoder through both roundings."""
    network = tiny_network().train()
    generator = torch.Generator().manual_seed(0)
    for module in network.modules():  # modulation starts at zero, which would hide what lies behind it
        if hasattr(module, "modulate"):
            nn.init.normal_(module.modulate.weight, generator=generator)
    x = torch.rand(3, 3, 128, 128, generator=generator)
    noise = torch.zeros(3, TINY.latents, 8, 8), torch.zeros(3, TINY.hyperlatents, 2, 2)
    out = network(x, Draws(torch.tensor([100, 500, 900]), torch.tensor([0.0, 0.5, 1.0]), *noise))
    (out.noisy.total.sum() + (out.reconstruction - x).pow(2).sum()).backward()
    still = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert still == []


def test_samples_of_a_batch_do_not_mix() -> None:
    network = tiny_network()
    x = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    quality = torch.tensor([100, 900])
    together = network.latents(x, quality)
    for sample in range(2):
        alone = network.latents(x[sample : sample + 1], quality[sample : sample + 1])
        assert torch.allclose(alone[0], together[sample], atol=1e-4)


def test_gains_are_geometric_between_anchors() -> None:
    network = tiny_network()
    with torch.no_grad():
        network.gains.log_gains.copy_(torch.randn(3, TINY.latents, generator=torch.Generator().manual_seed(2)))
    ends = network.gains(torch.tensor([0, 500, 1000]))[..., 0, 0].log()
    quarter = network.gains(torch.tensor([125, 875]))[..., 0, 0].log()
    assert torch.allclose(quarter[0], 0.75 * ends[0] + 0.25 * ends[1], atol=1e-5)
    assert torch.allclose(quarter[1], 0.25 * ends[1] + 0.75 * ends[2], atol=1e-5)


def test_head_crosses_the_borders_of_its_blocks() -> None:
    """A single position at 1/8 resolution reaches pixels beyond its own 8 x 8 block: no bare lattice."""
    head = Lite(LiteConfig()).generator.head
    x = torch.zeros(1, 128, 5, 5)
    with torch.inference_mode():
        flat = head(x)
        x[0, :, 2, 2] = 1.0
        reach = (head(x) - flat).abs().sum((0, 1)).numpy() > 0
    rows = np.flatnonzero(reach.any(axis=1))
    assert (rows[0], rows[-1]) == (12, 27)


@pytest.mark.parametrize("scale", [0.11, 0.5, 3.0, 100.0])
def test_gaussian_bits_against_exact_masses(scale: float) -> None:
    from math import erfc, log2, sqrt

    for symbol in range(int(4 * scale) + 2):
        mass = 0.5 * (erfc((symbol - 0.5) / scale / sqrt(2)) - erfc((symbol + 0.5) / scale / sqrt(2)))
        expected = -log2(max(mass, 1e-9))
        found = gaussian_bits(torch.tensor([float(-symbol)]), torch.tensor([scale])).item()
        assert found == pytest.approx(expected, abs=2e-3, rel=1e-3)
