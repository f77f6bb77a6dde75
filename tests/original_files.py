"""Writes .hfc files as the original does, with its coders and the defect of one of them: only tests need that."""

import struct
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hific_core.container.original_file import FENCE
from hific_core.entropy.original_coder import OriginalCoder, OriginalTable, table_of_masses
from hific_core.models import original_tables
from hific_core.models.hific import Hific, padded_latents, padded_pixels
from hific_core.models.weights import write_model
from hific_core.original import OriginalReader
from hific_core.pixels.picture import Picture
from hific_core.prepare import prepare

from .conftest import TINY_HIFIC, tiny_card, tiny_hific_network

LOWEST = 1 << 31


class _Push(NamedTuple):
    states: NDArray[np.int64]
    starts: list[int]
    counts: list[int]
    bits: int


def encode(
    tables: Sequence[OriginalTable], symbols: NDArray[np.int32], indexes: NDArray[np.integer], vectorised: bool
) -> bytes:
    """Symbols (C, h, w) to a stream."""
    states = symbols.shape[0] if vectorised else 1
    rows = symbols.reshape(states, -1).T if vectorised else symbols.reshape(-1, 1)
    index_rows = indexes.reshape(states, -1).T if vectorised else indexes.reshape(-1, 1)
    pushes: list[_Push] = []
    for row, index_row in zip(rows.tolist(), index_rows.tolist(), strict=True):
        pushes += _pushes(row, [tables[index] for index in index_row], vectorised)
    heads, tail = [LOWEST] * states, []
    for push in reversed(pushes):
        words = []
        for state, start, count in zip(push.states.tolist(), push.starts, push.counts, strict=True):
            head = heads[state]
            if head >= ((LOWEST >> push.bits) << 32) * count:
                words.append(head & 0xFFFFFFFF)
                head >>= 32
            heads[state] = (head // count << push.bits) + head % count + start
        tail = words + tail
    return np.array([*(head >> 32 for head in heads), *(head & 0xFFFFFFFF for head in heads), *tail], "<u4").tobytes()


def _pushes(row: list[int], tables: list[OriginalTable], cut: bool) -> list[_Push]:
    values, numbers = [], {}
    for state, (symbol, table) in enumerate(zip(row, tables, strict=True)):
        value, outside = symbol - table.lowest, table.cumulative.size - 2
        if not 0 <= value < outside:
            numbers[state] = -2 * value - 1 if value < 0 else 2 * (value - outside)
            value = outside
        values.append(value)
    starts = [int(table.cumulative[value]) for value, table in zip(values, tables, strict=True)]
    stops = [int(table.cumulative[value + 1]) for value, table in zip(values, tables, strict=True)]
    counts = [stop - start for start, stop in zip(starts, stops, strict=True)]
    found = [_Push(np.arange(len(row)), starts, counts, 16)]
    if numbers:
        states = np.array(list(numbers))
        widths = [-(-number.bit_length() // 4) for number in numbers.values()]
        found.append(_Push(states, widths, [1] * len(widths), 4))
        last = list(widths)
        for step in range(max(widths)):
            # the vectorised coder's defect: always the lowest nibble
            nibbles = [number >> (0 if cut else 4 * step) & 15 for number in numbers.values()]
            last = [nibbles[i] if widths[i] > step else last[i] for i in range(len(widths))]
            found.append(_Push(states, last, [1] * len(widths), 4))
    return found


def pack(
    size: tuple[int, int],
    hyper_shape: tuple[int, ...],
    latent_channels: int,
    streams: tuple[bytes, bytes],
    vectorised: bool,
    batch: int = 1,
) -> bytes:
    """A whole file."""
    channels, rows, columns = hyper_shape
    hyper_coding = (channels, 1, 1) if vectorised else (channels, rows, columns)
    coding = (latent_channels, 1, 1) if vectorised else (latent_channels, 4 * rows, 4 * columns)
    head = struct.pack("<11H", rows, columns, *size, *hyper_coding, *coding, batch)
    return head + FENCE + b"".join(struct.pack("<I", len(stream)) + stream + FENCE for stream in streams)


class Written(NamedTuple):
    """A file, and what is in it."""

    data: bytes
    hyperlatents: NDArray[np.int32]
    symbols: NDArray[np.int32]
    latents: torch.Tensor
    """As decoded, float32 (1, C, h, w)."""


@cache
def tables_of(network: Hific) -> tuple[list[OriginalTable], list[OriginalTable]]:
    """Of hyperlatents and latents."""
    hyper = [table_of_masses(*masses) for masses in original_tables.hyperlatent_masses(network.density)]
    return hyper, [table_of_masses(*masses) for masses in original_tables.latent_masses(network.config.likelihood)]


def reader_of(network: Hific, name: str = "tiny") -> OriginalReader:
    """A reader that need not make its tables."""
    reader = OriginalReader(network, name)
    reader.__dict__["hyper_coder"] = OriginalCoder(tables_of(network)[0])
    return reader


@torch.no_grad()
def write(network: Hific, picture: Picture, vectorised: bool, flipped: Sequence[tuple[int, int]] = ()) -> Written:
    """Compresses a picture as the original does; `flipped`: places of latents and the scale indexes that they get."""
    x = torch.from_numpy(picture.pixels).permute(2, 0, 1)[None].float() / 255
    y = padded_latents(network.latents(padded_pixels(x)))
    hyper, latent = tables_of(network)
    z = torch.floor(network.hyper_analysis(y) + 0.5).to(torch.int32)[0].numpy()
    channels = np.broadcast_to(np.arange(z.shape[0])[:, None, None], z.shape)
    hyper_stream = encode(hyper, z, channels, vectorised)
    # the original goes on with what its own decoder makes of them
    z = OriginalCoder(hyper).decode(hyper_stream, channels, vectorised=vectorised).symbols
    z_hat = torch.from_numpy(z)[None].float()
    means = network.means(z_hat)
    symbols = torch.floor(y + 0.5 - means).to(torch.int32)[0].numpy()
    indexes = original_tables.scale_indexes(network.raw_scales(z_hat)[0].numpy())
    for place, index in flipped:
        indexes.flat[place] = index
    streams = hyper_stream, encode(latent, symbols, indexes, vectorised)
    height, width = picture.pixels.shape[:2]
    data = pack((height, width), z.shape, symbols.shape[0], streams, vectorised)
    return Written(data, z, symbols, torch.from_numpy(symbols)[None] + means)


@cache
def narrow(likelihood: str = "gaussian", seed: int = 1) -> Hific:
    """A network whose hyperlatents' tables are narrow, so that their ends are found soon; with few outliers."""
    network = tiny_hific_network(replace(TINY_HIFIC, likelihood=likelihood), seed)  # type: ignore[arg-type]
    with torch.no_grad():
        for step in range(network.density.steps):
            getattr(network.density, f"H_{step}").add_(0.8)
        network.Hyperprior.synthesis_std.conv3.bias.add_(2.0)
    return network


def write_narrow_model(folder: Path, name: str = "HIFIC-low", seed: int = 1) -> Path:
    """With the weights of `narrow()`, whole as those of an imported model: the scales are those of files."""
    path = folder / f"{name}.safetensors"
    card = replace(tiny_card(name), regimes={"low": 500})
    write_model(path, prepare(narrow(seed=seed), card, levels=12, full_precision=True))
    return path
