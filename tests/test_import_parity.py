"""Parity with the original's references of what came through a checkpoint of its full size.

Variant a is in the fast tests, the others in the slow ones; `models/test_hific.py` has all three without a checkpoint.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from hific_core.importing import network_of
from hific_core.models.discriminator import Discriminator
from hific_core.models.original_checkpoint import Checkpoint, critic_of, read

from .models.test_hific import VARIANTS, Parity, reference, reference_pixels
from .models.test_hific import test_parity_of_the_analysis as test_analysis
from .models.test_hific import test_parity_of_the_estimate as test_estimate
from .models.test_hific import test_parity_of_the_generator as test_generator
from .models.test_hific import test_parity_of_the_hyper_synthesis_and_the_symbols as test_hyper_synthesis_and_symbols
from .seeded_hific import write_reference_checkpoint

__all__ = ["test_analysis", "test_estimate", "test_generator", "test_hyper_synthesis_and_symbols"]
SLOW = [pytest.param(variant, marks=pytest.mark.slow) for variant in "bc"]


@pytest.fixture(scope="module", params=["a", *SLOW])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def checkpoint(variant: str, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkpoint]:
    path = tmp_path_factory.mktemp("checkpoint") / "hific.pt"
    write_reference_checkpoint(path, shared, VARIANTS[variant])
    yield read(path)
    path.unlink()  # 737 MB


@pytest.fixture(scope="module")
def parity(checkpoint: Checkpoint, shared: Path, variant: str) -> Parity:
    return Parity(network_of(checkpoint, Path("hific.pt")), reference_pixels(shared), reference(shared, variant))


def test_options(checkpoint: Checkpoint, variant: str) -> None:
    assert checkpoint.config == VARIANTS[variant]
    assert checkpoint.notes == ()


def test_discriminator(checkpoint: Checkpoint, shared: Path, variant: str) -> None:
    """Logits to a thousandth of the largest."""
    with torch.device("meta"):
        network = Discriminator()
    network.load_state_dict(critic_of(checkpoint, Path()), strict=True, assign=True)
    expected = reference(shared, variant)
    height, width = expected["discriminator_crop"].tolist()
    x = reference_pixels(shared)[:, :, :height, :width]
    x = x * 2 - 1 if VARIANTS[variant].normalised_input else x
    with torch.inference_mode():
        logits = network.eval()(x, expected["latents_decoded"][:, :, : height // 16, : width // 16])
    largest = expected["discriminator_logits"].abs().max()
    assert (logits.reshape(-1, 1) - expected["discriminator_logits"]).abs().max() < 1e-3 * largest
