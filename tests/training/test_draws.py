import numpy as np
import torch

from hific_core.training.draws import Purpose, controls, draws_for, offset, random
from tests.conftest import TINY_HIFIC, tiny_hific_network, tiny_network

from .conftest import tiny_settings

CPU = torch.device("cpu")


def test_samples_are_the_same_wherever_they_are_drawn() -> None:
    network, settings = tiny_network(), tiny_settings("lite", "gan")
    together = draws_for(network, settings, 7, range(4), CPU)
    alone = draws_for(network, settings, 7, [2], CPU)
    for all_, one in zip(together[:4], alone[:4], strict=True):
        assert torch.equal(all_[2:3], one)
    later = draws_for(network, settings, 8, range(4), CPU)
    assert not torch.equal(together.latents, later.latents)


def test_purposes_do_not_share_numbers() -> None:
    first = {purpose: random(0, purpose, 3, 1).random() for purpose in Purpose}
    assert len(set(first.values())) == len(Purpose)


def test_ranges_and_shapes() -> None:
    network, settings = tiny_hific_network(), tiny_settings("hific-low")
    draws = draws_for(network, settings, 0, range(8), CPU)
    assert draws.latents.shape == (8, TINY_HIFIC.latents, 8, 8)
    assert draws.hyperlatents.shape == (8, TINY_HIFIC.hyper_filters, 2, 2)
    assert -0.5 <= draws.latents.min() < -0.45 and 0.45 < draws.latents.max() <= 0.5
    assert not draws.realism.any() and draws.generator is None


def test_controls_reach_their_ends() -> None:
    drawn = [controls(0, round_, 0, True) for round_ in range(1200)]
    qualities, realisms = np.array(drawn).T
    assert set(qualities) == {8.0 * level for level in range(126)}
    assert 0.05 < (realisms == 0).mean() < 0.15 and 0.05 < (realisms == 1).mean() < 0.15
    assert all(controls(0, round_, 0, True, second=True)[1] == 1 for round_ in range(9))
    assert all(realism == 0 for _, realism in (controls(0, round_, 0, False) for round_ in range(9)))


def test_offsets_reach_from_nothing_to_the_largest() -> None:
    drawn = {offset(0, step, 7) for step in range(1000)}
    assert drawn == {(top, left) for top in range(8) for left in range(8)}
    assert offset(0, 5, 7) == offset(0, 5, 7) and {offset(0, step, 0) for step in range(9)} == {(0, 0)}
