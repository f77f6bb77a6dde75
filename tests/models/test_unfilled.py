"""Networks without first values: untouched memory, the same names, right after loading."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from hific_core.models.hific import Hific
from hific_core.models.lite import Lite
from hific_core.models.unfilled import unfilled
from tests.conftest import TINY, TINY_HIFIC, tiny_hific_network, tiny_network

LARGE = """
import resource
import torch
from hific_core.models.hific import Hific
from hific_core.models.unfilled import unfilled
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
unfilled(lambda: torch.nn.Conv2d(3, 4, 3))
before = peak()
network = unfilled(Hific)
print(sum(p.numel() * 4 for p in network.parameters()) // 2**20, peak() - before)
"""


@pytest.mark.parametrize(
    ("network", "filled"),
    [(lambda: Lite(TINY), tiny_network()), (lambda: Hific(TINY_HIFIC), tiny_hific_network())],
    ids=["lite", "hific"],
)
def test_loaded_it_is_the_network(network: object, filled: nn.Module) -> None:
    empty = unfilled(network)  # type: ignore[arg-type]
    expected = filled.state_dict()
    assert {name: value.shape for name, value in empty.state_dict().items()} == {
        name: value.shape for name, value in expected.items()
    }
    empty.load_state_dict(expected)
    assert all(torch.equal(value, expected[name]) for name, value in empty.state_dict().items())
    assert {name for name, _ in empty.named_buffers()} == set()


def test_the_generator_of_numbers_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    unfilled(lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(4, 4)))
    assert torch.equal(torch.rand(1), expected)


def test_initialisers_run_again_afterwards() -> None:
    unfilled(lambda: nn.Conv2d(3, 4, 3))
    assert nn.init.constant_(torch.zeros(2), 3.0).tolist() == [3.0, 3.0]


def test_a_large_network_takes_no_memory() -> None:
    """In a process of its own, whose peak is its own."""
    result = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=True)
    size, grown = map(int, result.stdout.split())
    assert size > 600
    assert grown < 30
