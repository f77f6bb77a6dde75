"""The quality plane, and which layers the two synthesis networks may use."""

import torch
from torch import nn

from hific_core.models.hyperprior import HyperAnalysis, MeanNetwork, ScaleNetwork, quality_plane


def test_quality_plane_is_an_integer_over_125() -> None:
    plane = quality_plane(torch.tensor([0, 7, 8, 999, 1000]), torch.zeros(5, 2, 3, 4))
    assert plane.shape == (5, 1, 3, 4)
    assert (plane[:, 0, 0, 0] * 125).round().tolist() == [0, 0, 1, 124, 125]


def test_shapes_are_each_others_inverse() -> None:
    y, quality = torch.randn(1, 12, 8, 12), torch.tensor([500])
    z = HyperAnalysis(12, 8, 6)(y, quality)
    assert z.shape == (1, 6, 2, 3)
    assert MeanNetwork(6, 8, 12)(z, quality).shape == y.shape
    assert ScaleNetwork(6, 8, 12)(z, quality).shape == y.shape


def test_the_scale_network_has_only_layers_that_integers_can_follow() -> None:
    kinds = {type(layer) for layer in ScaleNetwork(6, 8, 12).layers}
    assert kinds == {nn.Conv2d, nn.PixelShuffle, nn.ReLU}
