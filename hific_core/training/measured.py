"""Tables of latents by what the symbols of real pictures are, not by the density that training assumes.

A level of the scale table says how large its symbols are; what share each of them has there is counted on pictures. The
counts are integers and become integer tables exactly, so that a histogram makes the same tables on every machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hific_core.codec import Codec
from hific_core.entropy.tables import TOTAL, PackedTables, Table, symmetric_table_from_masses, unpack
from hific_core.errors import UnsupportedByModel
from hific_core.models.families import Arrays, family_of
from hific_core.models.weights import Prepared
from hific_core.pixels.picture import Picture
from hific_core.prepare import with_scale_tables

Histogram = NDArray[np.int64]
"""(levels, 2 * reach + 3): how often each symbol from -reach to reach was seen at each level; the first and the last
column are of all symbols below and above these."""

QUALITIES = (0, 200, 400, 700, 1000)
"""Of what is counted. By quality the shapes hardly differ: tables of one quality save no more than those of all."""
MOST_PICTURES = 200
"""Of a folder. What docs/decisions/0003-tables.md says was gained with 56 small ones already."""
PSEUDO_COUNTS = 20
"""What the assumed table weighs beside the counts: as if it had been seen so often. A level that hardly any symbol had
keeps the assumed shape, and one that was seen often is the pictures' own; 5 to 200 cost the same to 0.001 %."""


def check_measurable(family_name: str, network: Mapping[str, Any]) -> None:
    """Whether tables of latents can be measured for a network of these settings. Raises UnsupportedByModel."""
    family = family_of(family_name)
    config = family.config(**network)
    if family.components(config) or family.likelihood(config) != "gaussian":
        raise UnsupportedByModel(
            "Tables can be measured only where latents follow one Gaussian around a mean, and those of this network "
            "do not; leave --tables-on out."
        )


def scale_tables(arrays: Arrays) -> list[Table]:
    """A model's tables of latents, by scale level."""
    return unpack(PackedTables(*(arrays[f"scale.{part}"] for part in PackedTables._fields)))  # type: ignore[arg-type]


def evenly(names: Sequence[str], most: int = MOST_PICTURES) -> list[str]:
    """At most so many of the names, evenly spaced."""
    number = min(len(names), most)
    return [names[position * len(names) // number] for position in range(number)]


def histogram(codec: Codec, pictures: Iterable[Picture], reach: int) -> Histogram:
    """Symbols of the pictures' latents by scale level, one picture after the other, at QUALITIES or at those that a
    model of one rate has.

    Raises what `Codec.encode` does.
    """
    card, levels, width = codec.model.card, codec.model.twin.levels, 2 * reach + 3
    qualities = QUALITIES if card.abilities.continuous_rate else sorted(set(card.regimes.values()))
    counts = np.zeros((levels, width), np.int64)
    for picture in pictures:
        for quality in qualities:
            z_hat, symbols = codec.encode(picture, quality).symbols
            indexes = codec.model.scale_indexes(z_hat, quality)[:, : symbols.shape[1], : symbols.shape[2]]
            columns = np.clip(symbols, -reach - 1, reach + 1) + (reach + 1)
            places = indexes.astype(np.int64) * width + columns
            counts += np.bincount(places.reshape(-1), minlength=counts.size).reshape(counts.shape)
    return counts


def measured_table(assumed: Table, seen: Sequence[int]) -> Table:
    """The table of one level by its row of a histogram, for the symbols of `assumed`, which is symmetric; so is it.

    What was seen of other symbols is the escape's. PSEUDO_COUNTS of `assumed` are added.
    """
    zero, highest = len(seen) // 2, assumed.highest
    prior = [PSEUDO_COUNTS * int(count) for count in assumed.counts[highest:]]  # of 0, 1, ... and the escape
    pairs = [seen[zero - k] + seen[zero + k] for k in range(1, highest + 1)]
    others = sum(seen) - seen[zero] - sum(pairs)
    # all in units of 2^-24 of one symbol, and integers: a pair is shared by two symbols
    side = [pair * (TOTAL // 2) + weight for pair, weight in zip(pairs, prior[1:-1], strict=True)]
    return symmetric_table_from_masses(seen[zero] * TOTAL + prior[0], side, others * TOTAL + prior[-1])


def measured_tables(assumed: Sequence[Table], counts: Histogram) -> list[Table]:
    """The tables of all levels by a histogram that reaches as far as each of `assumed`."""
    return [measured_table(table, row.tolist()) for table, row in zip(assumed, counts, strict=True)]


def with_measured_tables(content: Prepared, codec: Codec, pictures: Iterable[Picture]) -> Prepared:
    """The model with tables of latents of the shape that `pictures` have; `codec` is the model's own.

    Raises what `Codec.encode` does.
    """
    assumed = scale_tables(content.tables)
    counts = histogram(codec, pictures, max(table.highest for table in assumed))
    return with_scale_tables(content, measured_tables(assumed, counts))
