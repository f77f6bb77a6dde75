import pytest
import torch
from torch import nn

from hific_core.errors import Cancelled
from hific_core.models.pulse import Pulse


def test_the_last_word_is_said_again_before_every_convolution() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.ConvTranspose2d(2, 1, 1))
    pulse, heard = Pulse(), list[tuple[str, float]]()
    pulse.attach(network)
    x = torch.zeros(1, 1, 2, 2)
    with pulse.heeding(lambda stage, share: heard.append((stage, share))) as hear:
        network(x)
        hear("synthesise", 0.25)
        network(x)
    network(x)
    assert heard == [("analyse", 0.0)] * 2 + [("synthesise", 0.25)] * 3


def test_what_it_raises_stops_the_network_and_is_forgotten() -> None:
    network, pulse = nn.Conv2d(1, 1, 1), Pulse()
    pulse.attach(network)

    def stop(stage: str, share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), pulse.heeding(stop):
        network(torch.zeros(1, 1, 2, 2))
    assert network(torch.zeros(1, 1, 2, 2)).shape == (1, 1, 2, 2)
