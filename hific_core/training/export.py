"""A run's checkpoint to an inference file: averaged weights, prepared, with the qualities of its regimes."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.models.card import Abilities, ModelCard
from hific_core.models.inference import InferenceModel
from hific_core.models.lite import Lite
from hific_core.models.lite_serving import LiteServing
from hific_core.models.serving import LATENT_STRIDE
from hific_core.models.weights import Prepared, write_model
from hific_core.pixels.picture import Picture, read_picture
from hific_core.prepare import prepare
from hific_core.training import checkpoint

RATES = {"low": 0.14, "med": 0.30, "high": 0.45}
"""Bits per pixel that the regimes average (Mentzer et al. 2020, section 4.2, names its models by such rates)."""
_TOP_QUALITY = 1000


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

    low, high = 0, _TOP_QUALITY
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if measured(middle) < rate else (low, middle)
    return min((low, high), key=lambda quality: abs(measured(quality) - rate))


def regimes_of(prepared: Prepared, network: Lite, pictures: Sequence[Picture]) -> Mapping[str, int]:
    """The quality of each regime, measured on real files."""
    runtime = choose_runtime("cpu", "float32")
    codec = Codec(InferenceModel(prepared.card, LiteServing, lambda: network, prepared.twin, prepared.tables, runtime))
    known: dict[int, float] = {}
    return {regime: quality_for(codec, pictures, rate, known) for regime, rate in RATES.items()}


def export(source: Path, target: Path, name: str, title: str, licence: str, pictures: Sequence[Picture]) -> ModelCard:
    """Writes an inference file from a checkpoint and returns its card. Raises WeightsDamaged, UnwritableFile."""
    state = checkpoint.load(source)
    network = Lite()
    network.load_state_dict(state["average"])
    card = ModelCard(
        name=name,
        family="lite",
        network={},
        abilities=Abilities(continuous_rate=True, realism=False, multiple=LATENT_STRIDE),
        regimes={"med": _TOP_QUALITY // 2},
        entropy_fingerprint="0" * 8,
        generator_fingerprint="0" * 8,
        title=title,
        licence=licence,
        training={**state.get("config", {}), "step": state["step"]},
    )
    prepared = prepare(network, card)
    network.load_state_dict({key: torch.from_numpy(value) for key, value in prepared.weights.items()})
    card = replace(prepared.card, regimes=regimes_of(prepared, network, pictures))
    write_model(target, prepared._replace(card=card))
    return card


def main(arguments: Sequence[str] | None = None) -> None:
    """Exports from the command line."""
    parser = argparse.ArgumentParser(description="Make an inference file from a training checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--title", default="")
    parser.add_argument("--licence", default="")
    parser.add_argument("--pictures", type=Path, required=True, help="Folder of PNGs on which the regimes are set.")
    options = parser.parse_args(arguments)
    pictures = [read_picture(path) for path in sorted(options.pictures.glob("*.png"))]
    export(options.checkpoint, options.target, options.name, options.title, options.licence, pictures)


if __name__ == "__main__":
    main()
