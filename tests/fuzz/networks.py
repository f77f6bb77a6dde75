"""Hostile files as far as their symbols and pixels, and hostile models."""

import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from hific_core.codec import Codec
from hific_core.container import hfc_file, original_file
from hific_core.device import Runtime, choose_runtime
from hific_core.models import weights
from hific_core.models.card import METADATA_KEY, card_from_json, read_card
from hific_core.models.families import family_of
from hific_core.models.weights import read_model
from tests.conftest import GOLDEN, GOLDEN_MIXTURE, smooth_picture
from tests.fuzz.containers import PARTS, built
from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Case, Target
from tests.original_files import narrow, reader_of, write

_SMALL = 100 * 100
"""Pixels up to which a file that could be read is decoded to its pixels too."""


def _runtime() -> Runtime:
    return choose_runtime("cpu", "float32")


def files(folder: Path) -> Case:
    """Whole files whose checksums are right: their streams reach the coders, what decodes reaches the networks."""
    paths = (GOLDEN / "tiny.safetensors", GOLDEN_MIXTURE / "tiny-mixture.safetensors")
    codecs = {
        codec.model.card.entropy_fingerprint: codec for codec in (Codec(read_model(p, _runtime())) for p in paths)
    }
    small = [parts for parts in PARTS if parts.head.header.pixels <= _SMALL]

    def case(mutator: Mutator) -> None:
        parts = mutator.of(small if mutator.chance(0.97) else PARTS)
        salvage = mutator.chance(0.2)
        file = hfc_file.parse(built(mutator, parts, mutator.chance(0.6)), salvage=salvage)
        codec = codecs[file.header.entropy_fingerprint.hex()]
        codec.notes_on(file)
        symbols, _ = codec.decode_symbols(file, salvage=salvage)
        if file.header.pixels <= _SMALL:
            decoded = codec.decode(file, salvage=salvage)
            assert decoded.picture.pixels.shape[:2] == (file.header.height, file.header.width)
            assert np.array_equal(decoded.symbols.latents, symbols.latents)

    return case


def originals(folder: Path) -> Case:
    """Whole files of the original, as far as their symbols; those that differ from one in few bytes of a stream."""
    network = narrow()
    samples = [write(network, smooth_picture(66, 70), vectorised).data for vectorised in (True, False)]
    reader = reader_of(network)

    def case(mutator: Mutator) -> None:
        data = mutator.of(samples)
        if mutator.chance(0.9):
            bent = bytearray(data)
            for _ in range(1 + mutator.below(3)):
                bent[26 + mutator.below(len(data) - 26)] = mutator.below(256)
            data = bytes(bent)
        else:
            data = mutator.damaged(data)
        reader.decode_symbols(original_file.parse(data))

    return case


def cards(folder: Path) -> Case:
    """The head of a model file and the card in it, without its weights."""
    path = folder / "card.safetensors"
    head, card = _head_of(GOLDEN / "tiny.safetensors")

    def case(mutator: Mutator) -> None:
        if mutator.chance(0.3):
            packed = mutator.damaged(head)
        else:
            text = (
                json.dumps(_odd(mutator, card))
                if mutator.chance(0.8)
                else mutator.damaged(json.dumps(card).encode()).decode("latin-1")
            )
            packed = json.dumps({"__metadata__": {METADATA_KEY: text}}).encode()
        length = len(packed) if mutator.chance(0.95) else mutator.number(len(packed), 2**63)
        path.write_bytes(struct.pack("<Q", length & (2**64 - 1)) + packed)
        read_card(path)

    return case


def _head_of(path: Path) -> tuple[bytes, dict[str, Any]]:
    data = path.read_bytes()
    head = data[8 : 8 + struct.unpack("<Q", data[:8])[0]]
    return head, json.loads(json.loads(head)["__metadata__"][METADATA_KEY])


_ODD = (
    "null",
    "true",
    "0",
    "-1",
    str(2**70),
    "1.5",
    "NaN",
    '""',
    '"x\\n"',
    "[]",
    "[[[]]]",
    "{}",
    '{"a": {}}',
    '"\\ud800"',
)


def _odd(mutator: Mutator, value: Any) -> Any:
    """The card with one or two of its values replaced, left out or added."""
    copy = json.loads(json.dumps(value))
    for _ in range(1 + mutator.below(2)):
        where = copy
        while True:
            keys = list(where) if isinstance(where, dict) else list(range(len(where)))
            if not keys:
                break
            key = mutator.of(keys)
            if isinstance(where[key], dict | list) and where[key] and mutator.chance(0.7):
                where = where[key]
                continue
            kind = mutator.below(8)
            if kind == 0 and isinstance(where, dict):
                del where[key]
            elif kind == 1 and isinstance(where, dict):
                where[f"new{mutator.below(3)}"] = json.loads(mutator.of(_ODD))
            elif type(where[key]) is int:
                where[key] = mutator.number(where[key], 2**40) if kind < 6 else json.loads(mutator.of(_ODD))
            else:
                where[key] = json.loads(mutator.of(_ODD))
            break
    return copy


def models(folder: Path) -> Case:
    """Models whose tensors are others, their fingerprints made to fit, and the files that they decode."""
    bases = [_Base(GOLDEN / "tiny.safetensors"), _Base(GOLDEN_MIXTURE / "tiny-mixture.safetensors")]
    path = folder / "model.safetensors"

    def case(mutator: Mutator) -> None:
        base = mutator.of(bases)
        arrays = dict(base.arrays)
        names = [name for name in arrays if not name.startswith("network.") or mutator.chance(0.1)]
        for _ in range(mutator.below(3)):
            name = mutator.of(names)
            if mutator.chance(0.05):
                del arrays[name]
                break
            arrays[name] = _bent(mutator, arrays[name])
        card = _odd(mutator, base.card) if mutator.chance(0.3) else base.card
        path.write_bytes(_packed(arrays, _signed(base, card, arrays)))
        codec = Codec(read_model(path, _runtime()))
        header = struct.pack("4s", bytes.fromhex(codec.model.card.entropy_fingerprint))
        file = hfc_file.parse(base.file)
        whole = hfc_file.HfcFile(
            _with_fingerprint(file.header, header), file.hyperlatents, file.partitions, file.metadata
        )
        decoded = codec.decode(whole)
        assert decoded.picture.pixels.shape == (file.header.height, file.header.width, 3)

    return case


class _Base:
    """A model taken apart, and a small file that it decodes."""

    def __init__(self, path: Path) -> None:
        _, self.card = _head_of(path)
        with safe_open(path, framework="numpy") as file:
            self.arrays: dict[str, NDArray[np.generic]] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        self.file = (path.parent / "pixel.hfc").read_bytes()


def _bent(mutator: Mutator, array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Other values, another shape or another type."""
    kind = mutator.below(10)
    if kind < 7 and array.size:
        data = bytearray(array.tobytes())
        for _ in range(1 + mutator.below(3)):
            at = mutator.below(array.size) * array.itemsize
            size = array.itemsize
            value = mutator.number(int.from_bytes(data[at : at + size], "little"), 2 ** (8 * size) - 1)
            data[at : at + size] = value.to_bytes(size, "little")
        return np.frombuffer(bytes(data), array.dtype).reshape(array.shape)
    if kind == 7:
        return array.reshape(-1) if mutator.chance(0.5) else array[None]
    if kind == 8:
        return array[: mutator.below(len(array) + 1)] if array.ndim else array
    with np.errstate(all="ignore"):
        return array.astype(mutator.of((np.float32, np.int32, np.float16, np.int64)))


def _signed(base: _Base, card: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """The card with the fingerprints of the tensors, where they have some."""
    try:
        family = family_of(card_from_json(json.dumps(base.card)).family)
        parts = [
            {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            for prefix in ("network.", "twin.", "tables.")
        ]
        entropy = weights.entropy_fingerprint(family, parts[0], weights._twin(parts[1]), parts[2])
        generator = weights.generator_fingerprint(family, parts[0])
        card = {**card, "entropy_fingerprint": entropy, "generator_fingerprint": generator}
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):
        pass
    return json.dumps(card)


def _packed(arrays: Mapping[str, NDArray[np.generic]], card: str) -> bytes:
    stream = io.BytesIO()
    for part in weights._safetensors(arrays, {METADATA_KEY: card}):
        stream.write(part)
    return stream.getvalue()


def _with_fingerprint(header: Any, fingerprint: bytes) -> Any:
    from dataclasses import replace

    return replace(header, entropy_fingerprint=fingerprint)


TARGETS = (
    Target(
        "files to symbols and pixels",
        40_000,
        files,
        0.5,
        frozenset({"_check_magic", "_unpack_header", "varint", "_check_room", "take", "_unpack_tables", "_parse"}),
    ),
    Target("files of the original to symbols", 5_000, originals, 0.5, frozenset({"parse", "_stream"})),
    Target("model cards", 20_000, cards, 0.5),
    Target("models", 3_000, models, 0.5),
)
