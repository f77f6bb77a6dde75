"""How far all reconstructions are from all originals: the Frechet distance of AlexNet's features, as a loss.

FID (Heusel et al. 2017, arXiv 1706.08500) counts the features of both as draws of two normal distributions. No batch is
large enough to tell these, and within one the nearest way to equal moments is to equal pictures, one by one. So moments
are averaged over many updates, and the batch alone has a gradient: that of the distance by a feature is twice the way
from where the optimal transport between the two distributions takes the feature. Both are taken to have the originals'
main axes, along each of which transport shifts and widens. The full transport, of as many numbers as a covariance has,
was learned mostly from what happened to be in some hundred batches, and made pictures worse (docs/shipped-model.md).
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from hific_core.models.lite import TOP_QUALITY
from hific_core.texture import window_means

WINDOWS = (31, 15, 7, 7, 7)
"""Sides, in positions, of the windows over whose features means are taken: 128 pixels on each of AlexNet's layers."""
BANDS = 4
"""Of equally many qualities, lest the many bits of one make up for the few of another."""
KEPT = 0.99
"""Of the moments, at each update."""
FIRST = 50
"""Updates before the distributions are thought known."""
REFRESHED = 20
"""Updates between two reckonings of the transport."""
_FAINT = 0.01
"""Added to variances along all axes, of the mean one of the originals' features."""


class FrechetDistance(nn.Module):
    """Moments so far, and the transport between them; a checkpoint keeps both."""

    updates: Tensor

    def __init__(self, channels: Sequence[int], mean: Callable[[Tensor], Tensor] = lambda values: values) -> None:
        """`channels`: of AlexNet's layers; `mean`: over all processes."""
        super().__init__()
        self._mean = mean
        self._layers = [_Layer(number) for number in channels]
        self.layers = nn.ModuleList(self._layers)
        self.register_buffer("updates", torch.zeros((), dtype=torch.long))

    def forward(self, targets: list[Tensor], others: list[Tensor], quality: Tensor, realism: Tensor) -> Tensor:
        """AlexNet's rectified layers (N, C, h, w) of originals and others, quality and realism (N,) -> (N,).

        The mean over pictures is about the distance, mean over layers, each relative to the variance of the originals'
        features; 0 for the first updates. Remembers the moments, in which each picture counts as much as its realism.
        """
        band = (quality * BANDS // (TOP_QUALITY + 1)).long()
        total = torch.zeros(len(others[0]), device=others[0].device)
        refresh = int(self.updates) + 1 >= FIRST and (int(self.updates) + 1 - FIRST) % REFRESHED == 0
        members = nn.functional.one_hot(band, BANDS) * realism[:, None].float()
        with torch.autocast(total.device.type, enabled=False):
            for layer, target, other, side in zip(self._layers, targets, others, WINDOWS, strict=True):
                real, found = (window_means(each.float(), side) for each in (target, other))
                layer.remember(real, found.detach(), members, self._mean)
                if refresh:
                    layer.reckon()
                total = total + layer(found, band)
        self.updates.add_(1)
        return total / len(others)


class _Layer(nn.Module):
    """One of AlexNet's."""

    moments: Tensor
    maps: Tensor
    scales: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        # of features and a 1, so that number, sums and products are in one matrix; of originals and of others
        self.register_buffer("moments", torch.zeros(BANDS, 2, channels + 1, channels + 1))
        self.register_buffer("maps", torch.eye(channels, channels + 1).repeat(BANDS, 1, 1))
        self.register_buffer("scales", torch.ones(BANDS))

    def remember(self, real: Tensor, found: Tensor, members: Tensor, mean: Callable[[Tensor], Tensor]) -> None:
        """Windows' features (N, windows, C) of pictures; `members`: by how much each belongs to each band."""
        both = _with_one(torch.stack([real, found], dim=1))
        products = mean(torch.einsum("nb,npwi,npwj->bpij", members, both, both))
        if torch.isfinite(products).all():  # a step that is not finite is left out, and must not stay here for good
            self.moments.mul_(KEPT).add_(products, alpha=1 - KEPT)

    def reckon(self) -> None:
        """The maps, feature and 1 -> feature, from what is remembered; a band without pictures keeps its own."""
        for band in range(BANDS):
            if self.moments[band, 0, -1, -1] > 0:
                (middle, wanted), (other, found) = (_mean_and_covariance(each) for each in self.moments[band])
                linear = widening(found, wanted)
                self.maps[band] = torch.cat([linear, (middle - linear @ other)[:, None]], dim=1)
                self.scales[band] = wanted.trace().clamp(min=1e-12)

    def forward(self, found: Tensor, band: Tensor) -> Tensor:
        """(N, windows, C) -> (N,): squared distance of each feature from where it ought to be."""
        aims = torch.einsum("nij,nwj->nwi", self.maps[band], _with_one(found.detach()))
        return (found - aims).square().sum(2).mean(1) / self.scales[band]


def widening(found: Tensor, wanted: Tensor) -> Tensor:
    """The matrix that gives draws of covariance `found` (C, C) the spread of `wanted` along each of its main axes."""
    values, axes = torch.linalg.eigh(wanted)
    spreads = (axes * (found @ axes)).sum(0)
    faint = values.clamp(min=0).mean() * _FAINT
    return (axes * ((values.clamp(min=0) + faint) / (spreads.clamp(min=0) + faint)).sqrt()) @ axes.T


def _mean_and_covariance(moments: Tensor) -> tuple[Tensor, Tensor]:
    moments = moments.double()
    moments = moments / moments[-1, -1]
    mean = moments[-1, :-1]
    return mean, moments[:-1, :-1] - mean[:, None] * mean


def _with_one(x: Tensor) -> Tensor:
    return nn.functional.pad(x, (0, 1), value=1.0)
