"""Weights of a run to an inference file: prepared, with the qualities of its regimes measured on real files."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hific_core.atomic import make_folder
from hific_core.codec import Codec
from hific_core.device import Runtime, choose_runtime
from hific_core.models.card import Abilities, ModelCard
from hific_core.models.families import family_of
from hific_core.models.inference import InferenceModel
from hific_core.models.lite import SECOND, TOP_QUALITY
from hific_core.models.serving import LATENT_STRIDE
from hific_core.models.weights import Prepared, write_model
from hific_core.pixels.picture import Picture
from hific_core.prepare import LEVELS, prepare
from hific_core.training.config import RATES, Settings
from hific_core.training.measured import check_measurable, with_measured_tables

ONE_QUALITY = TOP_QUALITY // 2
"""What the files of a model of one rate name as their quality."""
_LARGEST_SIDE = 1024
"""Of what a rate is measured on: the middle of larger pictures."""


def middle(picture: Picture, side: int = _LARGEST_SIDE) -> Picture:
    """The middle of a picture, without its metadata."""
    height, width = picture.pixels.shape[:2]
    top, left = max(height - side, 0) // 2, max(width - side, 0) // 2
    return Picture(np.ascontiguousarray(picture.pixels[top : top + side, left : left + side]), grey=picture.grey)


def average_rate(codec: Codec, pictures: Sequence[Picture], quality: int) -> float:
    """Mean over pictures of the bits per pixel of their whole files, without metadata."""
    rates = []
    for picture in pictures:
        file = codec.encode(Picture(picture.pixels, grey=picture.grey), quality).file
        rates.append(8 * len(file.pack()) / file.header.pixels)
    return sum(rates) / len(rates)


def quality_for(codec: Codec, pictures: Sequence[Picture], rate: float, known: dict[int, float]) -> int:
    """The quality whose average rate is nearest to `rate`; `known` keeps what was measured."""

    def measured(quality: int) -> float:
        if quality not in known:
            known[quality] = average_rate(codec, pictures, quality)
        return known[quality]

    low, high, step = 0, TOP_QUALITY, 0
    while high - low > 1:
        step += 1
        # now and then the middle, so that no curve makes it take more than a few times as long as halving
        between = (low + high) // 2 if step % 4 == 0 else _between(low, high, rate, known)
        low, high = (between, high) if measured(between) < rate else (low, between)
    return min((low, high), key=lambda quality: abs(measured(quality) - rate))


def _between(low: int, high: int, rate: float, known: Mapping[int, float]) -> int:
    """Where a curve straight in the logarithm of rates has `rate`, strictly between; half way if an end is unknown."""
    least, most = known.get(low, 0.0), known.get(high, 0.0)
    if not 0 < least < rate < most:
        return (low + high) // 2
    share = math.log(rate / least) / math.log(most / least)
    return min(max(low + round(share * (high - low)), low + 1), high - 1)


def regimes_of(codec: Codec, pictures: Sequence[Picture]) -> Mapping[str, int]:
    """The quality of each regime, measured on real files."""
    known: dict[int, float] = {}
    return {regime: quality_for(codec, pictures, rate, known) for regime, rate in RATES.items()}


def prepared(
    settings: Settings,
    weights: Mapping[str, Tensor],
    name: str,
    levels: int = LEVELS,
    realism: bool = True,
    **texts: Any,
) -> Prepared:
    """What an inference file holds; a model of all rates has regimes that are only guessed.

    Without `realism` the control is left out, also where the generator was taught it. `texts`: title, licence and
    training of the card. Raises UnsupportedByModel.
    """
    family = family_of(settings.family)
    realism = realism and settings.family == "lite" and settings.stage == "gan"
    config = dict(settings.network)
    if config.get("realistic") and not realism:
        config.update(realistic=False, noise_channels=0)
        weights = {name: value for name, value in weights.items() if not name.startswith(SECOND)}
    network = family.network(family.config(**config))
    network.load_state_dict({key: value.float().cpu() for key, value in weights.items()})
    regimes = {"low": 75, "med": 432, "high": 701}
    if not family.continuous_rate:
        regimes = {settings.regime or "med": ONE_QUALITY}
    card = ModelCard(
        name=name,
        family=family.name,
        network={},
        # a model has realism once its generator was taught what it means
        abilities=Abilities(
            family.continuous_rate,
            realism,
            LATENT_STRIDE,
        ),
        regimes=regimes,
        entropy_fingerprint="0" * 8,
        generator_fingerprint="0" * 8,
        **texts,
    )
    return prepare(network.eval(), card, levels=levels)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def codec_of(content: Prepared, runtime: Runtime | None = None) -> Codec:
    """The codec of a prepared model that need not be in a file; by default in float32 on the processor."""
    family = family_of(content.card.family)
    settings = {key: _tuple(value) for key, value in content.card.network.items()}
    network = family.network(family.config(**settings))
    network.load_state_dict({key: torch.from_numpy(value).float() for key, value in content.weights.items()})
    runtime = runtime or choose_runtime("cpu", "float32")
    model = InferenceModel(content.card, family.serving, lambda: network, content.twin, content.tables, runtime)
    return Codec(model)


def export(
    settings: Settings,
    weights: Mapping[str, Tensor],
    target: Path,
    name: str,
    pictures: Sequence[Picture],
    levels: int = LEVELS,
    realism: bool = True,
    tables_on: Iterable[Picture] | None = None,
    exclusive: bool = False,
    **texts: Any,
) -> ModelCard:
    """Writes an inference file as `write_atomically` does; returns its card.

    Regimes are measured on the middle of `pictures`. The tables of latents get the shape that is measured on the middle
    of `tables_on`, taken one by one; None leaves them that of the network's likelihood. Raises UnsupportedByModel,
    UnwritableFile.
    """
    make_folder(target)
    if tables_on is not None:
        check_measurable(settings.family, settings.network)
    content = prepared(settings, weights, name, levels, realism, **texts)
    if tables_on is not None:
        content = with_measured_tables(content, codec_of(content), map(middle, tables_on))
    if content.card.abilities.continuous_rate and pictures:
        regimes = regimes_of(codec_of(content), [middle(picture) for picture in pictures])
        content = content._replace(card=replace(content.card, regimes=regimes))
    write_model(target, content, exclusive=exclusive)
    return content.card
