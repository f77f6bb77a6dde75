"""The integer twin of mixtures: equal to exact integer arithmetic, close to the float network, the same in pieces."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from hific_core.errors import WeightsDamaged
from hific_core.models.fixed_point import HYPERLATENT_LIMIT, LARGEST_ACTIVATION
from hific_core.models.fixed_point_mixture import LARGEST_DISTANCE, MEAN_LIMIT, FixedPointMixture
from hific_core.prepare import prepare
from tests.conftest import TINY_HIFIC, tiny_card, tiny_hific_network
from tests.models.test_fixed_point import convolved, shuffled

CONFIG = replace(TINY_HIFIC, mixture=3, likelihood="logistic")


@pytest.fixture(scope="module")
def twin() -> FixedPointMixture:
    found = prepare(tiny_hific_network(CONFIG), tiny_card(), levels=24, largest_scale=8.0).twin
    assert isinstance(found, FixedPointMixture)
    return found


def floored(value: int, shift: int) -> int:
    """value * 2^shift, rounded down, in unbounded integers."""
    return value << shift if shift >= 0 else value >> -shift


def exact_parameters(twin: FixedPointMixture, z_hat: np.ndarray) -> np.ndarray:
    """What the twin must yield, in Python's unbounded integers."""
    x = np.clip(z_hat, -HYPERLATENT_LIMIT, HYPERLATENT_LIMIT).astype(object)
    for layer in twin.layers[:-1]:
        sums = convolved(layer, x)
        for o, shift in enumerate(layer.shift.tolist()):
            sums[o] = np.vectorize(lambda s, k=shift: floored(2 * s + (1 << k), -k - 1), [object])(sums[o])
        x = shuffled(np.clip(sums, 0, LARGEST_ACTIVATION), layer.upscale)
    sums = convolved(twin.layers[-1], x)
    channels, components = twin.thresholds.shape[:2]
    logits, means, log_scales = sums.reshape(3, channels, components, *sums.shape[1:])
    expected = np.empty((3, components, channels, *sums.shape[1:]), np.int64)
    for c, row, column in np.ndindex(channels, *sums.shape[1:]):
        steps = []
        for k in range(components):
            thresholds = twin.thresholds[c, k].tolist()
            scale = sum(log_scales[c, k, row, column] > threshold for threshold in thresholds)
            logit_fraction, mean_fraction = twin.fractions[:, c, k].tolist()
            mean = floored(means[c, k, row, column], int(twin.mean_bits[scale]) - mean_fraction)
            steps.append(floored(2 * logits[c, k, row, column] + (1 << logit_fraction - 4), 3 - logit_fraction))
            expected[1:, k, c, row, column] = max(-MEAN_LIMIT, min(mean, MEAN_LIMIT)), scale
        expected[0, :, c, row, column] = [min(max(steps) - step, LARGEST_DISTANCE) for step in steps]
    return expected


@pytest.mark.parametrize("spread", [0, 3, 40, 2**31 - 1])
def test_equals_unbounded_integers(twin: FixedPointMixture, spread: int) -> None:
    random = np.random.default_rng(spread)
    z_hat = random.integers(-spread, spread + 1, (CONFIG.hyper_filters, 2, 2)).astype(np.int32)
    found = twin.indexes(z_hat, None)
    assert found.dtype == np.int32
    assert np.array_equal(found, exact_parameters(twin, z_hat))
    assert (found[0].min(axis=0) == 0).all()


def test_close_to_the_float_network(twin: FixedPointMixture) -> None:
    network = tiny_hific_network(CONFIG)
    z_hat = np.random.default_rng(5).integers(-6, 7, (CONFIG.hyper_filters, 10, 9)).astype(np.int32)
    with torch.inference_mode():
        parameters = network.mixtures(torch.from_numpy(z_hat)[None].float())[0].double().numpy()
    logits, means, log_scales = parameters.reshape(3, CONFIG.latents, 3, *parameters.shape[1:]).swapaxes(1, 2)
    distances, units, scales = twin.indexes(z_hat, None)
    place = (log_scales + 3) / (math.log(8.0) + 3) * (twin.levels - 1)
    assert np.abs(scales - np.clip(place, 0, twin.levels - 1)).max() < 0.52
    assert len(np.unique(scales)) > 10
    assert np.abs((units + 0.5) * 2.0 ** -twin.mean_bits[scales] - means).max() < 0.51 * 2.0 ** -twin.mean_bits.min()
    # two logits, each rounded to a sixteenth
    expected = (logits.max(axis=0) - logits) * 16
    assert np.abs(distances - np.minimum(expected, LARGEST_DISTANCE)).max() < 1.1
    assert distances.max() > 50


def test_means_are_finer_beside_smaller_scales(twin: FixedPointMixture) -> None:
    """Eight to sixteen units to a scale, but for the largest, whose unit is a half."""
    levels = np.exp(np.linspace(-3, math.log(8.0), twin.levels))
    units = levels * 2.0**twin.mean_bits
    assert units.min() >= 8
    assert units[levels < 8].max() < 16
    assert twin.mean_bits[0] == 8
    assert twin.mean_bits[-1] == 1


def test_halo_makes_a_cut_exact(twin: FixedPointMixture) -> None:
    z_hat = np.random.default_rng(9).integers(-9, 10, (CONFIG.hyper_filters, 20, 5)).astype(np.int32)
    whole = twin.indexes(z_hat, None)
    cut = twin.indexes(z_hat[:, 8 - twin.halo : 16 + twin.halo], None)
    assert np.array_equal(cut[..., 4 * twin.halo : -4 * twin.halo, :], whole[..., 32:64, :])


def test_sums_beyond_float64_and_falling_thresholds_are_refused(twin: FixedPointMixture) -> None:
    heavy = replace(twin.layers[0], bias=np.full_like(twin.layers[0].bias, 2**53))
    with pytest.raises(WeightsDamaged, match="Layer 0"):
        replace(twin, layers=(heavy, *twin.layers[1:]))
    with pytest.raises(WeightsDamaged, match="ascending"):
        replace(twin, thresholds=twin.thresholds[..., ::-1].copy())
