"""The corridor for the .hfc files that the original HiFiC wrote: from their streams to pixels, and no way back.

    decode   pixels <- latents, hyperlatents <- symbols <- streams <- OriginalFile

Here the last bits of float networks do decide what can be read: the scale network runs in float32 on the processor,
over the whole picture at once as it did in the original, and not as its exact twin. Where a scale lies so near to one
of the 64 levels that another machine may have seen it on the other side, both sides are tried: whether one is right
shows at the end of the stream alone.
"""

import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, combinations
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hific_core.codec import Codec, Decoded, Symbols
from hific_core.container import original_file
from hific_core.container.header import MAX_PIXELS
from hific_core.container.original_file import OriginalFile
from hific_core.entropy.original_coder import DecodedStream, OriginalCoder, table_of_masses
from hific_core.errors import CorruptFile, WrongModel
from hific_core.models import original_tables, zoo
from hific_core.models.geometry import Area
from hific_core.models.hific import Hific
from hific_core.models.hific_hyperprior import HificHyperprior
from hific_core.models.inference import Coded, InferenceModel
from hific_core.pixels.picture import Picture
from hific_core.progress import Progress, silent
from hific_core.published import fits, model_for, wrong_shapes

NEAR = 1e-5
"""Of a level, relative to it where it is above 1: a scale this near may be taken for one on the other side."""
_SINGLES = 64
_PAIRED = 8
_MOST_WORK = 50_000_000
"""Symbols that are decoded in vain at most."""


@dataclass(frozen=True, slots=True)
class OriginalSymbols:
    """What the streams hold."""

    symbols: Symbols
    tried: int
    """How many scale indexes had to be taken on the other side of a level."""
    cut: int
    """How many values the original's coder cut to four bits."""


class Opened(NamedTuple):
    """A file of the original, what decoded it, and its picture."""

    file: OriginalFile
    model: zoo.Installed
    decoded: Decoded


class _Near(NamedTuple):
    """A latent whose scale lies near a level, and the index on the other side."""

    place: int
    other: int


class OriginalReader:
    """Reads the symbols of files made with a model; the original's own tables take a while to make and are kept."""

    def __init__(self, network: nn.Module, name: str) -> None:
        """`name` is what errors call it. Raises WrongModel for another network than the original's."""
        self._name = name
        if not isinstance(network, Hific) or network.config.mixture:
            raise WrongModel("", f"{name} is not a model of the original HiFiC; name another with --model.")
        self._config = network.config
        # in the memory layout that the original computed in
        hyperprior = deepcopy(network.Hyperprior).cpu().float().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self._hyperprior: HificHyperprior = hyperprior.eval().requires_grad_(False)

    @cached_property
    def hyper_coder(self) -> OriginalCoder:
        """Of the hyperlatents, a table for each channel. Raises UnsupportedByModel."""
        density = self._hyperprior.hyperlatent_likelihood
        return OriginalCoder([table_of_masses(*each) for each in original_tables.hyperlatent_masses(density)])

    @cached_property
    def latent_coder(self) -> OriginalCoder:
        """Of the latents, a table for each level of scales."""
        masses = original_tables.latent_masses(self._config.likelihood)
        return OriginalCoder([table_of_masses(*each) for each in masses])

    def decode_symbols(self, file: OriginalFile, *, progress: Progress = silent) -> OriginalSymbols:
        """The symbols alone. Raises WrongModel, CorruptFile, and what `progress` raises."""
        if not fits(file, self._config.latents, self._config.hyper_filters):
            raise wrong_shapes(file, self._name)
        progress("decode", 0.0)
        self._check_plausible(file)
        progress("decode", 0.1)
        channels = np.arange(file.hyper_shape[0], dtype=np.uint16)
        indexes = np.broadcast_to(channels[:, None, None], file.hyper_shape)
        z_hat = self._decoded("hyperlatents", self.hyper_coder, file.hyperlatents, indexes, file.vectorised)
        progress("decode", 0.3)
        with torch.inference_mode():
            scales = self._hyperprior.synthesis_std(torch.from_numpy(z_hat.symbols)[None].float())[0].numpy()
        latents, tried = self._latents(file, scales, progress)
        return OriginalSymbols(Symbols(z_hat.symbols, latents.symbols), tried, z_hat.cut + latents.cut)

    def _latents(
        self, file: OriginalFile, scales: NDArray[np.float32], progress: Progress
    ) -> tuple[DecodedStream, int]:
        """The latents, with the indexes that let the stream end well, and how many of them are not as computed."""
        indexes = original_tables.scale_indexes(scales)
        for number, flipped in enumerate(_choices(scales, indexes)):
            progress("decode", 0.3 + 0.7 * min(1.0, number * scales.size / _MOST_WORK))
            tried = indexes.copy()
            for near in flipped:
                tried.flat[near.place] = near.other
            try:
                found = self._decoded("latents", self.latent_coder, file.latents, tried, file.vectorised)
            except CorruptFile as error:
                failure = error
            else:
                return found, len(flipped)
            if (number + 1) * scales.size > _MOST_WORK:
                break
        raise failure

    def _decoded(
        self, part: str, coder: OriginalCoder, stream: bytes, indexes: NDArray[np.integer], vectorised: bool
    ) -> DecodedStream:
        try:
            return coder.decode(stream, indexes, vectorised=vectorised)
        except CorruptFile as error:
            raise self._mismatch(part) from error

    def _check_plausible(self, file: OriginalFile) -> None:
        """Refuses hyperlatents that could not fit their stream, before anything of their size is allocated."""
        channels, rows, columns = file.hyper_shape
        # A state holds up to 32 bits more than it needs, and rounding down costs a little.
        room = 8 * len(file.hyperlatents) * 1.01 + 64 * channels
        if self.hyper_coder.least_bits([rows * columns] * channels) > room:
            raise self._mismatch("hyperlatents")

    def _mismatch(self, part: str) -> CorruptFile:
        return CorruptFile(
            part,
            f"The {part} of the original's .hfc file do not end as they must: it is damaged, or {self._name} "
            "is not the model that it was made with; name that one with --model.",
        )


def _notes(found: OriginalSymbols) -> tuple[str, ...]:
    notes = []
    if found.tried:
        notes.append(f"{found.tried} of the scales lay on a border and were taken on its other side.")
    if found.cut:
        notes.append(f"The original's coder cut {found.cut} outlying values to four bits: the picture suffers there.")
    return tuple(notes)


def _choices(scales: NDArray[np.float32], indexes: NDArray[np.uint8]) -> Iterator[tuple[_Near, ...]]:
    """Which indexes to take on the other side: none, each near one, the nearest first, then several of the nearest."""
    yield ()
    levels = original_tables.scale_levels().numpy()[:-1].astype(np.float64)
    flat = scales.reshape(-1).astype(np.float64)
    found = indexes.reshape(-1).astype(np.int64)
    above, below = np.minimum(found, levels.size - 1), np.maximum(found - 1, 0)
    to_above = np.abs(levels[above] - flat) / np.maximum(levels[above], 1)
    to_below = np.abs(flat - levels[below]) / np.maximum(levels[below], 1)
    nearest = np.where(to_above <= to_below, above, below)
    distance = np.minimum(to_above, to_below)
    places = np.flatnonzero(distance <= NEAR)
    places = places[np.argsort(distance[places], kind="stable")][:_SINGLES]
    near = [_Near(int(place), int(2 * nearest[place] + 1 - found[place])) for place in places]
    yield from ((each,) for each in near)
    yield from chain.from_iterable(combinations(near[:_PAIRED], number) for number in range(2, _PAIRED + 1))


_readers: WeakKeyDictionary[InferenceModel, OriginalReader] = WeakKeyDictionary()


def open_original(
    path: Path,
    codec_of: Callable[[zoo.Installed], Codec],
    *,
    model: zoo.Installed | None = None,
    max_pixels: int = MAX_PIXELS,
    progress: Progress = silent,
) -> Opened:
    """Reads and decodes a file that the original wrote (`original_file.written_by_original` tells which are).

    `codec_of` loads a model, or has it loaded; `model` is the one that the person named, and may be left out where
    only one has the file's shapes. Raises HificError: WrongModel where it takes another model or a name, and what
    reading and decoding raise.
    """
    file = original_file.read(path, max_pixels=max_pixels)
    chosen = model_for(file, model)
    loaded = codec_of(chosen).model
    reader = _readers.get(loaded)
    if reader is None:
        reader = _readers[loaded] = OriginalReader(loaded.serving.network, chosen.card.name)
    return Opened(file, chosen, _decoded(loaded, reader, file, progress))


def _decoded(model: InferenceModel, reader: OriginalReader, file: OriginalFile, progress: Progress) -> Decoded:
    started = time.perf_counter()
    found = reader.decode_symbols(file, progress=progress)
    z_hat, latents = found.symbols
    shape = (latents.shape[1], latents.shape[2])
    coded = Coded(z_hat, latents, Area.whole(*shape), shape)
    quality = next(iter(model.card.regimes.values()))
    whole = Area.whole(file.height, file.width)
    pixels = model.synthesise(coded, quality, 0.0, whole, partial(progress, "synthesise"))
    progress("synthesise", 1.0)
    notes = (*_notes(found), *model.shortage.take_notes())
    return Decoded(Picture(pixels), found.symbols, notes, (), time.perf_counter() - started)
