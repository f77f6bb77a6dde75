"""The mixture likelihood: probabilities that sum to one, and a single component is the plain likelihood."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from hific_core.entropy.mixture import LARGEST_COMPONENTS
from hific_core.errors import UnsupportedByModel
from hific_core.models.hific import CODED_COMPONENTS, Hific, HificConfig
from hific_core.models.hific_hyperprior import MASSES
from hific_core.models.hific_mixture import MixtureSynthesis, as_one_convolution, mixture_bits
from hific_core.models.passes import Draws
from hific_core.prepare import prepare
from tests.conftest import tiny_card

CONFIG = HificConfig(latents=4, residual_blocks=1, hyper_filters=5, channels=(4, 6, 8, 10, 12))


@pytest.mark.parametrize("likelihood", ["gaussian", "logistic"])
def test_probabilities_sum_to_one(likelihood: str) -> None:
    generator = torch.Generator().manual_seed(0)
    parameters = torch.randn((1, 3 * 2 * 4, 1, 1), generator=generator).expand(401, -1, -1, -1)
    symbols = torch.arange(-200.0, 201.0)[:, None, None, None].expand(-1, 2, 1, 1)
    total = torch.exp2(-mixture_bits(symbols, parameters, likelihood)).sum(0)
    assert torch.allclose(total, torch.ones_like(total), atol=1e-4)


def test_one_component_is_the_plain_likelihood() -> None:
    generator = torch.Generator().manual_seed(1)
    means, log_scales = torch.randn((2, 1, 3, 2, 2), generator=generator)
    parameters = torch.cat([torch.zeros(1, 3, 2, 2), means, log_scales], dim=1)
    y = torch.randn((1, 3, 2, 2), generator=generator)
    expected = -torch.log2(MASSES["logistic"](y - means, log_scales.exp()))
    assert torch.allclose(mixture_bits(y, parameters, "logistic"), expected, atol=1e-5)


@pytest.mark.parametrize("options", [{"mixture": 4}, {"norm": "instance"}, {"noise_channels": 3}], ids=str)
def test_every_option_trains(options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    config = replace(CONFIG, **options)
    network = Hific(config)
    noise = torch.randn(2, config.noise_channels, 8, 8) if config.noise_channels else None
    uniform = torch.rand(2, 4, 8, 8) - 0.5, torch.rand(2, 5, 2, 2) - 0.5
    draws = Draws(torch.zeros(2, dtype=torch.long), torch.zeros(2), *uniform, noise)
    out = network(torch.rand(2, 3, 128, 128), draws)
    assert out.reconstruction.shape == (2, 3, 128, 128)
    (out.noisy.total.sum() + out.reconstruction.square().sum()).backward()
    still = [name for name, p in network.named_parameters() if p.grad is None]
    assert still == []


def test_more_components_than_the_coder_knows_are_not_prepared() -> None:
    assert CODED_COMPONENTS == LARGEST_COMPONENTS
    with pytest.raises(UnsupportedByModel, match="8 components at most, not of 9"):
        prepare(Hific(replace(CONFIG, mixture=9)), tiny_card())


def test_the_last_two_layers_as_one() -> None:
    torch.manual_seed(0)
    synthesis = MixtureSynthesis(4, 5, 3).double()
    x = torch.randn(2, 5, 6, 7, dtype=torch.float64)
    expected = synthesis.conv_out(synthesis.conv3(x))
    assert torch.allclose(as_one_convolution(synthesis)(x), expected, rtol=0, atol=1e-12)
