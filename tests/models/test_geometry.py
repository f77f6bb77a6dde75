"""Reach derived from layers is the reach that a disturbed input shows."""

from fractions import Fraction

import pytest
import torch
from torch import nn

from hific_core.models.geometry import Area, Interval, Reach, reach
from hific_core.models.hific import Hific, HificConfig
from hific_core.models.hific_serving import HificServing
from hific_core.models.lite_serving import LiteServing
from hific_core.models.serving import Controls, Serving, Stage
from tests.conftest import tiny_network

STAGES = ("analysis", "hyper_analysis", "means", "scales", "trunk", "tail")
CHANNELS = {
    "lite": {"analysis": 3, "hyper_analysis": 12, "means": 6, "scales": 6, "trunk": 12, "tail": 8},
    "hific": {"analysis": 3, "hyper_analysis": 5, "means": 6, "scales": 6, "trunk": 5, "tail": 12},
}
CONTROLS = Controls(torch.tensor([500]), torch.zeros(1))


def serving(family: str) -> Serving:
    if family == "lite":
        network = tiny_network()
        with torch.no_grad():  # branches that start near zero would hide how far they reach
            for parameter in network.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
        return LiteServing(network)
    torch.manual_seed(0)
    config = HificConfig(latents=5, residual_blocks=2, hyper_filters=6, channels=(4, 5, 6, 8, 12))
    return HificServing(Hific(config).eval())


def dependence(stage: Stage, channels: int, side: int, outputs: Interval, axis: int) -> tuple[int, int]:
    """The inputs that `outputs` depend on: where the gradient of their sum of squares is not zero."""
    other = 64 if channels == 3 else 12
    shape = (side, other) if axis == 0 else (other, side)
    generator = torch.Generator().manual_seed(3)
    x = torch.rand((1, channels, *shape), generator=generator).requires_grad_()
    y = stage.run(x, CONTROLS)
    kept = y.narrow(2 + axis, outputs.start, outputs.length)
    kept.square().sum().backward()
    assert x.grad is not None
    touched = x.grad.abs().amax((0, 1, 3 - axis)).nonzero().flatten()
    return int(touched.min()), int(touched.max()) + 1


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize("family", ["lite", "hific"])
def test_reach_is_what_a_gradient_reaches(family: str, name: str, axis: int) -> None:
    stage: Stage = getattr(serving(family), name)
    found = stage.reaches[axis]
    side = 384 if name == "analysis" else 40
    total = int(side / found.inputs_per_output)
    for outputs in (
        Interval(total // 2, total // 2 + 1),
        Interval(total // 2 + 1, total // 2 + 4),
        Interval(0, 1),
        Interval(total - 1, total),
    ):
        first, last = dependence(stage, CHANNELS[family][name], side, outputs, axis)
        needed = found.needed(outputs, side)
        assert needed.start <= first
        assert last <= needed.stop
        if found.inputs_per_output <= 1:  # nothing is rounded to a stride: the bound is tight
            assert (needed.start, needed.stop) == (first, last)
        else:
            assert first - needed.start < found.inputs_per_output
            assert needed.stop - last < found.inputs_per_output


def test_halos_of_each_side() -> None:
    """The original's encoder pads above and at the right, so that its halos differ."""
    stage = serving("hific").analysis
    assert stage.reaches[0].halo() == (48, 32)
    assert stage.reaches[1].halo() == (32, 48)
    assert stage.reaches[0].inputs_per_output == 16


def test_a_layer_of_unknown_reach_is_refused() -> None:
    with pytest.raises(TypeError, match="AvgPool2d"):
        reach([nn.Sequential(nn.Conv2d(1, 1, 3), nn.AvgPool2d(2))], 0)


def test_a_norm_over_space_reaches_everything() -> None:
    found = reach([nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.InstanceNorm2d(1), nn.ReLU())], 1)
    assert found.whole
    assert found.needed(Interval(3, 4), 50) == (0, 50)
    assert not reach([nn.Conv2d(1, 1, 3)], 1).whole


def test_dilation_and_stride() -> None:
    assert reach([nn.Conv2d(1, 1, 3, padding=4, dilation=4)], 0).needed(Interval(10, 11), 100) == (6, 15)
    strided = reach([nn.Conv2d(1, 1, 4, stride=2, padding=1)], 1)
    assert strided.needed(Interval(10, 12), 100) == (18, 26)
    assert strided.outputs(Interval(18, 26)) == (9, 13)
    assert Reach((), Fraction(1)).needed(Interval(-3, 9), 5) == (0, 5)


def test_halves() -> None:
    area = Area(Interval(16, 144), Interval(0, 64))
    assert area.halves(16) == (Area(Interval(16, 80), Interval(0, 64)), Area(Interval(80, 144), Interval(0, 64)))
    wide = Area(Interval(0, 8), Interval(0, 40))
    assert wide.halves(16) == (Area(Interval(0, 8), Interval(0, 16)), Area(Interval(0, 8), Interval(16, 40)))
    assert Area.whole(16, 31).halves(16) is None


def test_an_area_inside_another() -> None:
    inner, outer = Area(Interval(5, 9), Interval(7, 8)), Area(Interval(4, 20), Interval(6, 30))
    assert inner.within(outer) == (slice(1, 5), slice(1, 2))
    assert inner.slices == (slice(5, 9), slice(7, 8))
    assert inner.size == 4
