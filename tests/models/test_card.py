"""Model cards: read without a network, checked."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from hific_core.errors import WeightsDamaged, WeightsMissing
from hific_core.models.card import METADATA_KEY, card_from_json, read_card
from tests.conftest import tiny_card


def test_round_trip() -> None:
    card = replace(tiny_card(realism=True), title="Tiny", licence="CC0", training={"steps": 3})
    assert card_from_json(card.to_json()) == card


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"regimes": {}},
        {"regimes": {"low": 1001}},
        {"regimes": {"low": True}},
        {"entropy_fingerprint": "abc"},
        {"generator_fingerprint": "zz" * 4},
        {"unknown": 1},
        {"abilities": {"realism": True}},
    ],
)
def test_bad_cards(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "bad.safetensors"
    text = json.dumps({**json.loads(tiny_card().to_json()), **change})
    save_file({"x": np.zeros(1, np.float32)}, path, metadata={METADATA_KEY: text})
    with pytest.raises(WeightsDamaged, match=str(path)):
        read_card(path)


def test_no_file_and_no_model(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        read_card(tmp_path / "none.safetensors")
    nested = b'{"__metadata__":{"hific":"' + b"[" * 100_000 + b'"}}'
    for content in (
        len(nested).to_bytes(8, "little") + nested,
        b"",
        b"text",
        b"\xff" * 100,
        (2**60).to_bytes(8, "little") + b"{}",
    ):
        path = tmp_path / "text.safetensors"
        path.write_bytes(content)
        with pytest.raises(WeightsDamaged):
            read_card(path)
