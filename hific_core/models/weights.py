"""The inference file: what a prepared model consists of, its fingerprints, reading and writing (safetensors).

Tensors are named `network.*` (float16, gains and densities float32; all float32 in imported models),
`twin.<layer>.*`, `twin.thresholds` (for mixtures `twin.fractions` and `twin.mean_bits` too) and `tables.*`, in a model
that shall be trained on also `discriminator.*`, which nothing here reads; the card is one line of JSON in the file's
metadata.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import nn

from hific_core.atomic import write_atomically
from hific_core.device import Runtime
from hific_core.errors import WeightsDamaged
from hific_core.models.card import METADATA_KEY, ModelCard, read_card
from hific_core.models.families import Arrays, Family, family_of
from hific_core.models.fixed_point import FixedPointScales, IntegerLayer
from hific_core.models.fixed_point_mixture import FixedPointMixture
from hific_core.models.inference import InferenceModel, Twin
from hific_core.models.serving import HYPER_STRIDE
from hific_core.models.unfilled import unfilled

_MISFITS = (
    SafetensorError,
    OSError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_TABLES = tuple(f"{kind}.{part}" for kind in ("scale", "hyperlatent") for part in ("lowest", "sizes", "counts"))

_TYPES = {"float16": "F16", "float32": "F32", "int16": "I16", "int32": "I32", "int64": "I64", "uint32": "U32"}


class Prepared(NamedTuple):
    """Everything that an inference file holds."""

    card: ModelCard
    weights: Arrays
    twin: Twin
    tables: Arrays
    discriminator: Arrays = MappingProxyType({})
    """For training on, where it is known."""


def _twin_arrays(twin: Twin) -> dict[str, NDArray[np.generic]]:
    arrays: dict[str, NDArray[np.generic]] = {"thresholds": twin.thresholds}
    if isinstance(twin, FixedPointMixture):
        arrays["fractions"], arrays["mean_bits"] = twin.fractions, twin.mean_bits
    for number, layer in enumerate(twin.layers):
        arrays[f"{number}.weight"], arrays[f"{number}.bias"] = layer.weight, layer.bias
        arrays[f"{number}.shift"], arrays[f"{number}.upscale"] = (
            layer.shift,
            np.array([layer.upscale], np.int32),
        )
    return arrays


def _twin(arrays: Arrays) -> Twin:
    number = sum(name.endswith(".weight") for name in arrays)
    layers = []
    for n in range(number):
        weight, bias, shift, upscale = (arrays[f"{n}.{part}"] for part in ("weight", "bias", "shift", "upscale"))
        layers.append(
            IntegerLayer(
                weight.astype(np.int16, casting="equiv"),
                bias.astype(np.int64, casting="equiv"),
                shift.astype(np.int32, casting="equiv"),
                int(upscale[0]),
            )
        )
    thresholds = arrays["thresholds"].astype(np.int64, casting="equiv")
    if "fractions" not in arrays:
        return FixedPointScales(tuple(layers), thresholds)
    fractions, mean_bits = (arrays[name].astype(np.int32, casting="equiv") for name in ("fractions", "mean_bits"))
    return FixedPointMixture(tuple(layers), thresholds, fractions, mean_bits)


def _fingerprint(sources: Mapping[str, Arrays]) -> str:
    """First 4 bytes, in hexadecimal, of SHA-256 over names, types, shapes and little-endian bytes.

    `sources` says of each name which arrays hold it: they may be read one at a time.
    """
    digest = hashlib.sha256()
    for name in sorted(sources):
        array = sources[name][name]
        digest.update(f"{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()[:8]


def entropy_fingerprint(family: Family, weights: Arrays, twin: Twin, tables: Arrays) -> str:
    """Fingerprint of what must be equal to decode a file: twin, tables, mean network and what gives them scale."""
    rest = {**_prefixed("twin.", _twin_arrays(twin)), **_prefixed("tables.", tables)}
    return _fingerprint({**_beginning(family.entropy_parts, weights), **dict.fromkeys(rest, rest)})


def generator_fingerprint(family: Family, weights: Arrays) -> str:
    """Fingerprint of the generator, which may differ: the picture then looks a little different."""
    return _fingerprint(_beginning(family.generator_parts, weights))


def _beginning(prefixes: tuple[str, ...], arrays: Arrays) -> dict[str, Arrays]:
    return {name: arrays for name in arrays if name.startswith(prefixes)}


def _prefixed(prefix: str, arrays: Arrays) -> dict[str, NDArray[np.generic]]:
    return {prefix + name: array for name, array in arrays.items()}


class _Stored(Mapping[str, NDArray[np.generic]]):
    """Arrays of an open file whose names begin with a prefix, each read when it is asked for and not kept."""

    def __init__(self, file: Any, prefix: str) -> None:
        self._file, self._prefix = file, prefix
        self._names = [name.removeprefix(prefix) for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        if name not in self._names:
            raise KeyError(name)
        return self._file.get_tensor(self._prefix + name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def write_model(path: Path, prepared: Prepared, *, exclusive: bool = False) -> None:
    """Writes an inference file as `write_atomically` does, and raises what that does."""
    arrays = {
        **_prefixed("network.", prepared.weights),
        **_prefixed("twin.", _twin_arrays(prepared.twin)),
        **_prefixed("tables.", prepared.tables),
        **_prefixed("discriminator.", prepared.discriminator),
    }
    parts = _safetensors(arrays, {METADATA_KEY: prepared.card.to_json()})
    write_atomically(path, parts, exclusive=exclusive)


def _safetensors(arrays: Arrays, metadata: Mapping[str, str]) -> Iterator[bytes | memoryview]:
    """The bytes of a safetensors file, part by part: its own writer would hold every tensor three times."""
    names = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))  # so that all are aligned
    head: dict[str, Any] = {"__metadata__": metadata}
    start = 0
    for name in names:
        array = arrays[name]
        stop = start + array.nbytes
        head[name] = {"dtype": _TYPES[array.dtype.name], "shape": array.shape, "data_offsets": (start, stop)}
        start = stop
    packed = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    packed += b" " * (-len(packed) % 8)
    yield len(packed).to_bytes(8, "little") + packed
    for name in names:
        array = np.ascontiguousarray(arrays[name], arrays[name].dtype.newbyteorder("<"))
        yield array.reshape(-1).view(np.uint8).data


def read_model(path: Path, runtime: Runtime) -> InferenceModel:
    """Loads an inference file. Raises WeightsMissing, WeightsDamaged."""
    card = read_card(path)
    try:
        family = family_of(card.family)
        with safe_open(path, framework="numpy") as file:
            weights = _Stored(file, "network.")
            twin, tables = _twin(dict(_Stored(file, "twin."))), dict(_Stored(file, "tables."))
            if sorted(tables) != sorted(_TABLES):
                raise ValueError("its probability tables are missing")
            network = _unfilled(family, card, weights, twin)
            found = entropy_fingerprint(family, weights, twin, tables), generator_fingerprint(family, weights)
    except _MISFITS as error:
        raise _misfit(path, error) from error
    if found != (card.entropy_fingerprint, card.generator_fingerprint):
        raise WeightsDamaged(f"The weights in {path} are not those that its card names; get a fresh copy.")

    def fill(wanted: Callable[[str], bool]) -> None:
        try:
            for name, value in network.state_dict().items():
                if wanted(name):
                    # one by one, so that at no time they are all there in two precisions, and each from the file
                    # opened anew: what has been read of a mapped file counts as memory until it is closed
                    with safe_open(path, framework="numpy") as file:
                        value.copy_(torch.from_numpy(file.get_tensor(f"network.{name}")))
        except _MISFITS as error:
            raise _misfit(path, error) from error

    return InferenceModel(card, family.serving, lambda: network, twin, tables, runtime, fill)


def _check_twin(family: Family, twin: Twin, config: Any) -> None:
    channels, upscale = family.hyperlatents(config) + family.quality_plane, 1
    for layer in twin.layers:
        outputs, inputs, height, width = layer.weight.shape
        fits = inputs == channels and height == width and height in (1, 3, 5) and layer.upscale in (1, 2, 4)
        if not fits or layer.bias.shape != (outputs,) or layer.shift.shape != (outputs,):
            raise ValueError("the integer scale network does not fit together")
        if layer.shift.min() < -64 or layer.shift.max() > 64 or outputs % layer.upscale**2:
            raise ValueError("the integer scale network does not fit together")
        channels, upscale = outputs // layer.upscale**2, upscale * layer.upscale
    components = family.components(config)
    _check_mixture(twin, components, config)
    outputs = 3 * config.latents * components if components else config.latents
    if upscale != HYPER_STRIDE or twin.layers[-1].upscale != 1 or channels != outputs:
        raise ValueError("the integer scale network does not fit the latents")
    if twin.thresholds.shape[0] != config.latents or not 2 <= twin.levels <= 256:
        raise ValueError("the thresholds do not fit the latents")


def _check_mixture(twin: Twin, components: int, config: Any) -> None:
    if isinstance(twin, FixedPointMixture) != bool(components):
        raise ValueError("the integer network is one of mixtures and the network is not, or the other way round")
    if not isinstance(twin, FixedPointMixture):
        return
    sizes = config.latents, components
    if twin.thresholds.shape[:2] != sizes or twin.fractions.shape != (2, *sizes):
        raise ValueError("the integer network of mixtures does not fit the latents")
    if twin.mean_bits.shape != (twin.levels,):
        raise ValueError("the integer network of mixtures does not fit together")
    if np.abs(twin.fractions).max(initial=0) > 256 or twin.mean_bits.min() < 1 or twin.mean_bits.max() > 16:
        raise ValueError("the integer network of mixtures is out of bounds")


def _unfilled(family: Family, card: ModelCard, weights: Arrays, twin: Twin) -> nn.Module:
    """The network, which takes its weights when it is needed; all that does not fit raises already here."""
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in card.network.items()}
    config = family.config(**settings)
    family.check_sizes(config, weights)
    _check_twin(family, twin, config)
    network = unfilled(lambda: family.network(config))
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    found = {name: array.shape for name, array in weights.items() if array.dtype in (np.float16, np.float32)}
    odd = sorted(name for name in {*shapes, *weights} if shapes.get(name) != found.get(name))
    if odd:
        raise ValueError(f"{odd[0]} is missing, unknown, or of another shape or type")
    return network


def _misfit(path: Path, error: Exception) -> WeightsDamaged:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return WeightsDamaged(f"The weights in {path} do not fit the network ({reason}); get a fresh copy.")
