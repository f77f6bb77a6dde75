"""Weights of the terms."""

from pathlib import Path

import pytest
import torch

from hific_core.training.config import TrainingConfig
from hific_core.training.losses import distortion_weight, rate_distortion
from tests.conftest import TINY, tiny_network

CONFIG = TrainingConfig(Path(), Path(), Path(), lambda_low=0.001, lambda_high=0.1)


def test_lambda_is_geometric_in_quality() -> None:
    weights = distortion_weight(torch.tensor([0, 500, 1000]), CONFIG)
    assert weights.tolist() == pytest.approx([0.001, 0.01, 0.1], rel=1e-5)


def test_loss_is_the_sum_of_its_terms() -> None:
    network = tiny_network()
    x = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    noise = torch.zeros(1, TINY.latents, 4, 4), torch.zeros(1, TINY.hyperlatents, 1, 1)
    loss, terms = rate_distortion(network, x, torch.tensor([500]), noise, None, CONFIG)
    assert loss.item() == pytest.approx(terms["bpp"] + 0.01 * terms["mse"], rel=1e-5)
    with torch.no_grad():
        error = (network(x, torch.tensor([500]), torch.zeros(1), noise).reconstruction - x) * 255
    assert terms["mse"] == pytest.approx(error.pow(2).mean().item(), rel=1e-5)
