"""The integer twin: equal to exact integer arithmetic, bounded, close to the float network, the same everywhere."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.errors import WeightsDamaged
from hific_core.models.fixed_point import HYPERLATENT_LIMIT, LARGEST_ACTIVATION, FixedPointScales, IntegerLayer
from hific_core.models.priors import bounded_scales
from tests.conftest import tiny_network


def convolved(layer: IntegerLayer, x: np.ndarray) -> np.ndarray:
    """The layer's sums in Python's unbounded integers: no float, no library."""
    pad = layer.weight.shape[2] // 2
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad))).astype(object)
    height, width = x.shape[1:]
    sums = np.zeros((len(layer.bias), height, width), object)
    for o, kernel in enumerate(layer.weight.astype(object)):
        for (i, row, column), weight in np.ndenumerate(kernel):
            sums[o] += weight * padded[i, row : row + height, column : column + width]
        sums[o] += int(layer.bias[o])
    return sums


def shuffled(x: np.ndarray, upscale: int) -> np.ndarray:
    channels, height, width = x.shape
    x = x.reshape(channels // upscale**2, upscale, upscale, height, width).transpose(0, 3, 1, 4, 2)
    return x.reshape(-1, height * upscale, width * upscale)


def exact_indexes(twin: FixedPointScales, z_hat: np.ndarray, level: int) -> np.ndarray:
    """What the twin must yield, in unbounded integers; rescaling rounds half up."""
    x = np.clip(z_hat, -HYPERLATENT_LIMIT, HYPERLATENT_LIMIT).astype(object)
    x = np.concatenate([x, np.full((1, *x.shape[1:]), level, object)])
    for layer in twin.layers[:-1]:
        sums = convolved(layer, x)
        for o, shift in enumerate(layer.shift.tolist()):
            doubled = np.vectorize(lambda s, k=shift: (2 * s + (1 << k)) >> (k + 1) if k >= 0 else s << -k, [object])
            sums[o] = doubled(sums[o])
        x = shuffled(np.clip(sums, 0, LARGEST_ACTIVATION), layer.upscale)
    sums = convolved(twin.layers[-1], x)
    return (sums[:, None] > twin.thresholds.astype(object)[:, :, None, None]).sum(1).astype(np.uint8)


@pytest.mark.parametrize("spread", [0, 3, 40, 2**31 - 1])
def test_equals_unbounded_integers(tiny_codec: Codec, spread: int) -> None:
    twin = tiny_codec.model.twin
    random = np.random.default_rng(spread)
    z_hat = random.integers(-spread, spread + 1, (tiny_codec.model.hyperlatent_channels, 3, 4)).astype(np.int32)
    for level in (0, 62, 125):
        assert np.array_equal(twin.indexes(z_hat, level), exact_indexes(twin, z_hat, level))


def test_hyperlatents_are_clamped_for_the_network_alone(tiny_codec: Codec) -> None:
    twin = tiny_codec.model.twin
    z_hat = np.full((tiny_codec.model.hyperlatent_channels, 2, 2), 2**31 - 1, np.int32)
    at_limit = np.full_like(z_hat, HYPERLATENT_LIMIT)
    assert np.array_equal(twin.indexes(z_hat, 50), twin.indexes(at_limit, 50))


def test_sums_stay_below_two_to_the_53(tiny_codec: Codec) -> None:
    twin = tiny_codec.model.twin
    assert twin.layers[0].largest_sum(HYPERLATENT_LIMIT) < 2**53
    first = twin.layers[0]
    heavy = replace(first, bias=np.full_like(first.bias, 2**53))
    with pytest.raises(WeightsDamaged, match="Layer 0"):
        FixedPointScales((heavy, *twin.layers[1:]), twin.thresholds)


def test_largest_sum_is_reached_by_the_worst_input() -> None:
    weight = np.array([3, -5, 7], np.int16).reshape(1, 3, 1, 1)
    layer = IntegerLayer(weight, np.array([-11], np.int64), np.zeros(1, np.int32), 1)
    worst = torch.tensor([-9.0, 9.0, -9.0], dtype=torch.float64).reshape(1, 3, 1, 1)
    assert layer.largest_sum(9) == 146 == -int(layer.sums(worst).item())


def test_thresholds_must_ascend(tiny_codec: Codec) -> None:
    twin = tiny_codec.model.twin
    with pytest.raises(WeightsDamaged, match="ascending"):
        FixedPointScales(twin.layers, twin.thresholds[:, ::-1].copy())


def test_close_to_the_float_network(tiny_codec: Codec) -> None:
    """Rounding to 16 bits moves a scale to the neighbouring level now and then, never further."""
    network = tiny_network()
    z_hat = np.random.default_rng(5).integers(-9, 10, (6, 12, 12)).astype(np.int32)
    with torch.inference_mode():
        z, quality = torch.from_numpy(z_hat)[None].float(), torch.tensor([400])
        scales = bounded_scales(network.scale_network(z, quality))[0].double().numpy()
    levels = tiny_codec.model.twin.levels
    position = np.log(scales / 0.11) / np.log(32.0 / 0.11) * (levels - 1)
    nearest = np.clip(np.rint(position), 0, levels - 1)
    found = tiny_codec.model.scale_indexes(z_hat, 400).astype(int)
    assert np.abs(found - nearest).max() <= 1
    assert np.mean(found != nearest) < 0.01


def test_halo_makes_a_cut_exact(tiny_codec: Codec) -> None:
    twin = tiny_codec.model.twin
    z_hat = np.random.default_rng(9).integers(-9, 10, (6, 20, 5)).astype(np.int32)
    whole = twin.indexes(z_hat, 77)
    assert twin.halo == 2
    cut = twin.indexes(z_hat[:, 8 - twin.halo : 16 + twin.halo], 77)
    assert np.array_equal(cut[:, 4 * twin.halo : -4 * twin.halo], whole[:, 32:64])
    less = twin.indexes(z_hat[:, 8 - 1 : 16 + 1], 77)
    assert not np.array_equal(less[:, 4:-4], whole[:, 32:64])
