"""Trained weights to an inference file: the exact twin, the integer tables, the fingerprints.

Nothing here depends on the machine: weights are scaled by powers of two and rounded, thresholds and tables come
from arbitrary precision, and activation ranges are measured by running the integer twin itself.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count

import mpmath
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.entropy.tables import (
    PackedTables,
    Table,
    gaussian_table,
    level_boundaries,
    logistic_table,
    pack,
    scale_levels,
    table_from_masses,
)
from hific_core.errors import UnsupportedByModel
from hific_core.models.card import Abilities, ModelCard
from hific_core.models.families import family_of, family_of_network
from hific_core.models.fixed_point import (
    ACTIVATION_BITS,
    HYPERLATENT_LIMIT,
    WEIGHT_BITS,
    FixedPointScales,
    IntegerLayer,
)
from hific_core.models.fixed_point_mixture import FixedPointMixture
from hific_core.models.hific_mixture import SMALLEST_LOG_SCALE
from hific_core.models.hyperprior import QUALITY_TOP
from hific_core.models.inference import Twin
from hific_core.models.priors import LARGEST_SCALE, SMALLEST_SCALE, FactorizedDensity
from hific_core.models.serving import LATENT_STRIDE
from hific_core.models.weights import Prepared, entropy_fingerprint, generator_fingerprint
from hific_core.progress import Progress, silent

LEVELS = 128
"""Chosen by measurement: docs/decisions/0003-tables.md."""
LIKELIHOODS: dict[str, Callable[[mpmath.mpf], Table]] = {"gaussian": gaussian_table, "logistic": logistic_table}
"""Distributions of latents around their means: the table of each at a scale."""
_HEADROOM_BITS = 2
"""Activations may grow to four times what calibration saw before they saturate."""
_DIGITS = 40
_TAIL = mpmath.mpf(2) ** -20
_WIDEST_TABLE = 4096
_STEPS_WITHIN_SCALE = 8
_FARTHEST = 2**62
"""From 0 of thresholds and biases; sums stay below 2**53, else the twin refuses its weights."""


def prepare(
    model: nn.Module,
    card: ModelCard,
    levels: int = LEVELS,
    largest_scale: float = LARGEST_SCALE,
    *,
    full_precision: bool = False,
    progress: Progress = silent,
) -> Prepared:
    """Everything that an inference file holds; `card`'s fingerprints and family are filled in.

    `model`, of a registered family, has float32 weights; those of the float networks are rounded to float16 on
    the way, so that what is fingerprinted is what every machine computes with, but with `full_precision`, which keeps
    them as they are and copies none. Raises what `progress` does, TypeError for another network,
    UnsupportedByModel for one that is for training alone.
    """
    family = family_of_network(model)
    reason = getattr(model.config, "training_only", None)
    if reason is not None:
        raise UnsupportedByModel(f"This network can be trained, but pictures cannot be coded with it: {reason}.")
    density = family.density(model)
    hyper, channels = [], family.hyperlatents(model.config)
    for channel in range(channels):
        progress("tables", channel / channels)
        hyper.append(table_of_density(density, channel))
    progress("twin", 0.0)
    table = LIKELIHOODS[family.likelihood(model.config)]
    network = family.scale_network(model)
    twin: Twin
    if components := family.components(model.config):
        with mpmath.workdps(_DIGITS):
            scales = scale_levels(levels, mpmath.exp(SMALLEST_LOG_SCALE), largest_scale)
        twin = mixture_twin(network, scales, hyper, components)
        tables = [table(mpmath.ldexp(scale, int(bits))) for scale, bits in zip(scales, twin.mean_bits, strict=True)]
    else:
        scales = scale_levels(levels, SMALLEST_SCALE, largest_scale)
        twin = integer_twin(network, scales, hyper, plane=family.quality_plane, log_scales=family.log_scales)
        tables = [table(scale) for scale in scales]
    kept = ("",) if full_precision else family.full_precision
    weights = {
        name: _stored(value, name.startswith(kept), full_precision) for name, value in model.state_dict().items()
    }
    arrays = {**_named("scale", pack(tables)), **_named("hyperlatent", pack(hyper))}
    settings = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(model.config).items()}  # type: ignore[call-overload]
    realism = card.abilities.realism
    card = replace(
        card,
        family=family.name,
        network=settings,
        abilities=Abilities(continuous_rate=family.continuous_rate, realism=realism, multiple=LATENT_STRIDE),
        entropy_fingerprint=entropy_fingerprint(family, weights, twin, arrays),
        generator_fingerprint=generator_fingerprint(family, weights),
    )
    return Prepared(card, weights, twin, arrays)


def with_scale_tables(content: Prepared, tables: Sequence[Table]) -> Prepared:
    """The same model with other tables of latents, one for each scale level, and the fingerprint that it then has."""
    if len(tables) != content.twin.levels:
        raise ValueError(f"{len(tables)} tables do not go with {content.twin.levels} scale levels")
    arrays = {**content.tables, **_named("scale", pack(tables))}
    fingerprint = entropy_fingerprint(family_of(content.card.family), content.weights, content.twin, arrays)
    return content._replace(card=replace(content.card, entropy_fingerprint=fingerprint), tables=arrays)


def _stored(value: Tensor, full_precision: bool, shared: bool) -> NDArray[np.generic]:
    array = value.detach().cpu().numpy()
    return array.astype(np.float32 if full_precision else np.float16, copy=not shared)


def _named(prefix: str, tables: PackedTables) -> dict[str, NDArray[np.generic]]:
    return {f"{prefix}.{name}": array for name, array in tables._asdict().items()}


# --- the twin ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _FloatLayer:
    weight: NDArray[np.float64]
    bias: NDArray[np.float64]
    upscale: int


def _float_layers(layers: nn.Sequential, plane: bool) -> list[_FloatLayer]:
    found: list[_FloatLayer] = []
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            weight, bias = (layer.state_dict()[name].cpu().double().numpy() for name in ("weight", "bias"))
            found.append(_FloatLayer(weight.copy(), bias, 1))
        elif isinstance(layer, nn.PixelShuffle):
            found[-1] = replace(found[-1], upscale=layer.upscale_factor)
    if plane:
        # The network sees quality // 8 / 125, the twin quality // 8: the factor moves into the weights.
        found[0].weight[:, -1] /= QUALITY_TOP
    return found


def integer_twin(
    network: nn.Sequential,
    levels: Sequence[mpmath.mpf],
    hyperlatents: Sequence[Table],
    *,
    plane: bool = True,
    log_scales: bool = True,
) -> FixedPointScales:
    """Integer copy of a scale network of convolutions, pixel shuffles and ReLU.

    `plane`: its last input channel is the quality; `log_scales`: it yields logarithms of scales, not scales.
    """
    layers, fractions = integer_layers(network, hyperlatents, plane)
    return FixedPointScales(layers, _thresholds(levels, fractions, log_scales))


def mixture_twin(
    network: nn.Sequential, levels: Sequence[mpmath.mpf], hyperlatents: Sequence[Table], components: int
) -> FixedPointMixture:
    """Integer copy of a network that yields (3, C, components): logits, means and logarithms of scales."""
    layers, fractions = integer_layers(network, hyperlatents, plane=False)
    logits, means, log_scales = fractions.reshape(3, -1)
    shape = (len(means) // components, components)
    return FixedPointMixture(
        layers,
        _thresholds(levels, log_scales, log_scales=True).reshape(*shape, len(levels) - 1),
        np.stack([logits, means]).astype(np.int32).reshape(2, *shape),
        np.array([_mean_bits(level) for level in levels], np.int32),
    )


def _mean_bits(scale: mpmath.mpf) -> int:
    """The least b, 1 at least, with eight steps of 2^-b within a scale: docs/decisions/0007-mixture.md."""
    return next(bits for bits in count(1) if mpmath.ldexp(scale, bits) >= _STEPS_WITHIN_SCALE)


def integer_layers(
    network: nn.Sequential, hyperlatents: Sequence[Table], plane: bool
) -> tuple[tuple[IntegerLayer, ...], NDArray[np.integer]]:
    """Integer copies of all layers, and (O,): the last one's sums stand for themselves times 2^-fraction."""
    layers: list[IntegerLayer] = []
    inputs = calibration(hyperlatents, plane)
    fraction = 0  # the input of the layer at hand stands for itself times 2^-fraction; hyperlatents are integers
    floats = _float_layers(network, plane)
    for position, layer in enumerate(floats):
        largest = np.abs(layer.weight).max(axis=(1, 2, 3))
        weight_fraction = (WEIGHT_BITS - 1) - np.frexp(largest)[1]
        limit = 2 ** (WEIGHT_BITS - 1) - 1
        scaled = np.rint(np.ldexp(layer.weight, weight_fraction[:, None, None, None]))
        integer = IntegerLayer(
            weight=np.clip(scaled, -limit, limit).astype(np.int16),
            bias=np.rint(np.ldexp(layer.bias, weight_fraction + fraction).clip(-_FARTHEST, _FARTHEST)).astype(np.int64),
            shift=np.zeros(len(largest), np.int32),
            upscale=layer.upscale,
        )
        if position == len(floats) - 1:
            return (*layers, integer), weight_fraction + fraction
        sums = [integer.sums(x) for x in inputs]
        peak = max(float(np.ldexp(s.amax((0, 2, 3)).numpy(), -(weight_fraction + fraction)).max()) for s in sums)
        next_fraction = ACTIVATION_BITS - _HEADROOM_BITS - int(np.frexp(peak)[1])
        shift = (weight_fraction + fraction - next_fraction).astype(np.int32)
        layers.append(replace(integer, shift=shift))
        inputs = [layers[-1].activations(s) for s in sums]
        fraction = next_fraction
    raise ValueError("a scale network needs at least one convolution")


def calibration(hyperlatents: Sequence[Table], plane: bool = True) -> list[Tensor]:
    """Integer inputs (N, C, h, w) of the twin, drawn from the hyperlatents' own tables.

    Scattered and flat, at three qualities; `plane`: the quality is one more channel.
    """
    bits = np.random.PCG64(0)  # its raw output never changes; what the methods of a Generator draw may
    inputs = []
    for level in (0, QUALITY_TOP // 2, QUALITY_TOP):
        for samples, side in ((1, 24), (24, 1)):  # every position its own draw; one draw for a whole flat area
            shape = (samples, side, side)
            draws = [_drawn(table, _numbers(bits, shape)) for table in hyperlatents]
            z = np.stack(draws, axis=1).astype(np.float64)
            x = np.concatenate([z, np.full((samples, 1, side, side), float(level))], axis=1) if plane else z
            if side == 1:
                x = np.broadcast_to(x, (*x.shape[:2], 4, 4))
            inputs.append(torch.from_numpy(x.copy()))
    return inputs


def _numbers(bits: np.random.PCG64, shape: tuple[int, int, int]) -> NDArray[np.int64]:
    """Uniform 24-bit numbers: the upper bits of raw output."""
    raw = np.asarray(bits.random_raw(math.prod(shape)), np.uint64)
    return (raw >> np.uint64(40)).astype(np.int64).reshape(shape)


def _drawn(table: Table, uniform: NDArray[np.int64]) -> NDArray[np.int64]:
    """Symbols of a table by inverting its cumulative counts at 24-bit numbers; an escape is the highest symbol."""
    entries = np.searchsorted(np.cumsum(table.counts[:-1].astype(np.int64)), uniform, side="right")
    symbols = table.lowest + np.minimum(entries, len(table.counts) - 2)
    return np.clip(symbols, -HYPERLATENT_LIMIT, HYPERLATENT_LIMIT)


def _thresholds(levels: Sequence[mpmath.mpf], fractions: NDArray[np.integer], log_scales: bool) -> NDArray[np.int64]:
    """(C, levels - 1): an output above a boundary is an integer sum above floor(boundary * 2^fraction)."""
    with mpmath.workdps(_DIGITS):
        boundaries = level_boundaries(levels)
        values = [mpmath.log(boundary) for boundary in boundaries] if log_scales else boundaries
        rows = [[int(mpmath.floor(mpmath.ldexp(value, int(fraction)))) for value in values] for fraction in fractions]
    # weights next to nothing make fractions that no int64 holds
    return np.array([[min(max(value, -_FARTHEST), _FARTHEST) for value in row] for row in rows], np.int64)


# --- the hyperlatents' tables -----------------------------------------------------------------------------------


def table_of_density(density: FactorizedDensity, channel: int) -> Table:
    """Integer table of one channel's learned density, evaluated in arbitrary precision."""
    with mpmath.workdps(_DIGITS):
        chain = _Chain(density, channel)
        centre = _median(chain)
        below = next(n for n in count(1) if chain.cumulative(centre - n) < _TAIL or n == _WIDEST_TABLE)
        above = next(n for n in count(1) if chain.upper(centre + n) < _TAIL or n == _WIDEST_TABLE)
        masses = [chain.mass(k) for k in range(centre - below, centre + above + 1)]
        return table_from_masses(masses, centre - below)


class _Chain:
    """FactorizedDensity.cumulative_logits for one channel in mpmath; half-integers are remembered."""

    def __init__(self, density: FactorizedDensity, channel: int) -> None:
        self._known: dict[int, mpmath.mpf] = {}
        self._steps = []
        for k in range(density.steps):
            weight = _exact(getattr(density, f"H_{k}")[channel])
            bias = _exact(getattr(density, f"b_{k}")[channel])
            # HificDensity has a gate after its last step too.
            gate = _exact(getattr(density, f"a_{k}")[channel]) if hasattr(density, f"a_{k}") else None
            weight = weight.apply(lambda v: mpmath.log1p(mpmath.exp(v)))
            self._steps.append((weight, bias, gate.apply(mpmath.tanh) if gate is not None else None))

    def _logit(self, lower_half: int) -> mpmath.mpf:
        """Logit of the cumulative distribution at `lower_half` + 1/2."""
        if lower_half not in self._known:
            x = mpmath.matrix([[mpmath.mpf(lower_half) + mpmath.mpf("0.5")]])
            for weight, bias, gate in self._steps:
                x = weight * x + bias
                if gate is not None:
                    x = mpmath.matrix([[v + g * mpmath.tanh(v)] for v, g in zip(x, gate, strict=True)])
            self._known[lower_half] = x[0]
        return self._known[lower_half]

    def cumulative(self, k: int) -> mpmath.mpf:
        """Probability of at most `k`."""
        return 1 / (1 + mpmath.exp(-self._logit(k)))

    def upper(self, k: int) -> mpmath.mpf:
        """Probability of more than `k`."""
        return 1 / (1 + mpmath.exp(self._logit(k)))

    def mass(self, k: int) -> mpmath.mpf:
        """Probability of `k`."""
        return self.cumulative(k) - self.cumulative(k - 1)


def _exact(values: Tensor) -> mpmath.matrix:
    return mpmath.matrix([[mpmath.mpf(float(v)) for v in row] for row in values.detach().cpu().double().numpy()])


def _median(chain: _Chain) -> int:
    """Smallest integer with at least half of the mass at or below it."""
    low, high = -_WIDEST_TABLE, _WIDEST_TABLE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chain.cumulative(middle) >= mpmath.mpf("0.5") else (middle, high)
    return high
