"""What a model says of itself: read from its weights file without loading a network."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from hific_core.errors import WeightsDamaged, WeightsMissing

CARD_VERSION = 1
METADATA_KEY = "hific"
REGIMES = ("low", "med", "high")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model can do; the rest of the program asks this and never the model's name."""

    continuous_rate: bool
    """Whether every quality in 0..1000 gives another rate; otherwise the model has one."""
    realism: bool
    """Whether the generator heeds a realism in [0, 1] chosen at decode time."""
    multiple: int
    """Pixels: a picture's sides are padded to a multiple of this before the encoder."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Name, family, settings of the network, abilities, fingerprints (8 hexadecimal digits each) and origin."""

    name: str
    family: str
    network: Mapping[str, Any]
    abilities: Abilities
    regimes: Mapping[str, int]
    """Quality of each regime that the model serves."""
    entropy_fingerprint: str
    generator_fingerprint: str
    title: str = ""
    licence: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """One line of JSON, keys sorted."""
        return json.dumps({"version": CARD_VERSION, **asdict(self)}, sort_keys=True)


def card_from_json(text: str) -> ModelCard:
    """Raises ValueError, KeyError or TypeError on anything but a card."""
    values = json.loads(text)
    if values.pop("version") != CARD_VERSION:
        raise ValueError("unknown version of the model card")
    card = ModelCard(**{**values, "abilities": Abilities(**values["abilities"])})
    _check_types(card)
    for fingerprint in (card.entropy_fingerprint, card.generator_fingerprint):
        if len(bytes.fromhex(fingerprint)) != 4:
            raise ValueError("a fingerprint has 8 hexadecimal digits")
    if not card.regimes or not all(type(q) is int and 0 <= q <= 1000 for q in card.regimes.values()):
        raise ValueError("regimes are qualities in 0..1000")
    return card


def _check_types(card: ModelCard) -> None:
    texts = (card.name, card.family, card.title, card.licence)
    mappings = (card.network, card.training, card.regimes)
    switches = (card.abilities.continuous_rate, card.abilities.realism)
    if not all(type(text) is str for text in texts) or not all(type(mapping) is dict for mapping in mappings):
        raise ValueError("a field of the model card has the wrong type")
    multiple = card.abilities.multiple
    if not all(type(switch) is bool for switch in switches) or type(multiple) is not int:
        raise ValueError("an ability of the model card has the wrong type")
    if multiple not in range(16, 257, 16):
        raise ValueError("pictures are padded to a multiple of 16, at most 256")


def read_card(path: Path) -> ModelCard:
    """Reads the card alone. Raises WeightsMissing, WeightsDamaged."""
    if not os.path.isfile(path):  # noqa: PTH113 - Path raises where a folder may not be searched
        raise WeightsMissing(f"There is no weights file at {path}; `hific models` lists the installed models.")
    try:
        with safe_open(path, framework="numpy") as file:
            return card_from_json((file.metadata() or {})[METADATA_KEY])
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsDamaged(
            f"{path} is not a prepared model ({type(error).__name__}: {error}); get a fresh copy."
        ) from error
