"""The discriminator: parity with the original's references, spectral norm, what its logits depend on."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from hific_core.models.discriminator import Discriminator
from tests.models.test_hific import VARIANTS, reference, reference_pixels, seeded_weights


@pytest.fixture(scope="module")
def seeded(shared: Path) -> Discriminator:
    weights = seeded_weights(shared)("Discriminator.")
    with torch.device("meta"):
        network = Discriminator()
    state = {name.removeprefix("Discriminator."): value for name, value in weights.items()}
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval()


@pytest.mark.parametrize("variant", VARIANTS)
def test_parity(shared: Path, seeded: Discriminator, variant: str) -> None:
    expected = reference(shared, variant)
    height, width = expected["discriminator_crop"].tolist()
    x = reference_pixels(shared)[:, :, :height, :width]
    x = x * 2 - 1 if VARIANTS[variant].normalised_input else x
    y_hat = expected["latents_decoded"][:, :, : height // 16, : width // 16]
    with torch.inference_mode():
        logits = seeded(x, y_hat)
    assert logits.shape == (1, 1, 9, 12)
    largest = expected["discriminator_logits"].abs().max()
    assert (logits.reshape(-1, 1) - expected["discriminator_logits"]).abs().max() < 1e-3 * largest


def pictures(number: int = 2) -> tuple[Tensor, Tensor]:
    """Pictures (N, 3, 64, 96) and latents (N, 4, 4, 6)."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(number, 3, 64, 96, generator=generator), torch.randn(number, 4, 4, 6, generator=generator)


def small() -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(latents=4)


def test_one_logit_per_latent_position() -> None:
    x, y_hat = pictures()
    network = small().eval()
    logits = network(x, y_hat)
    assert logits.shape == (2, 1, 4, 6)
    alone = network(x[1:], y_hat[1:])  # samples of a batch do not mix
    assert (alone - logits[1:]).abs().max() < 1e-5 * logits.abs().max()


def test_pixels_and_latents_both_count() -> None:
    x, y_hat = (tensor.requires_grad_() for tensor in pictures())
    small()(x, y_hat).sum().backward()
    for tensor in (x, y_hat):
        assert tensor.grad is not None
        assert tensor.grad.abs().sum() > 0


def test_spectral_norm_is_approached_in_training_only() -> None:
    x, y_hat = pictures(1)
    network = small().eval()
    conv = network.get_submodule("conv2")
    before = conv.weight_u.clone()
    network(x, y_hat)
    assert torch.equal(conv.weight_u, before)
    network.train()
    for _ in range(60):
        network(x, y_hat)
    assert not torch.equal(conv.weight_u, before)
    assert torch.linalg.matrix_norm(conv.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.05)
