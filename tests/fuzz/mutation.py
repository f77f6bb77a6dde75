"""Seeded damage: bytes and numbers that are almost right.

A plain engine and not a coverage-guided one or hypothesis: the corpus already reaches every branch (golden files,
written with their checksums put right again), so that what counts is cases per second, and here a case costs the
microseconds of the code under test and little more. A case is known by its target, piece and number alone.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_EDGES = tuple(
    sorted(
        {(1 << bits) + off for bits in (0, 6, 7, 8, 15, 16, 24, 30, 31, 32, 62, 63) for off in (-1, 0, 1)}
        | {27, 512, 65535}
    )
)
_MOST_INSERTED = 24


class Mutator:
    """Everything that a case decides by chance."""

    def __init__(self) -> None:
        self.random = random.Random()

    def begin(self, seed: str) -> None:
        """The case of this name."""
        self.random.seed(seed)

    def below(self, limit: int) -> int:
        """0 to limit - 1; 0 where there is nothing to choose from."""
        return int(self.random.random() * limit)

    def chance(self, share: float) -> bool:
        """True in this share of all cases."""
        return self.random.random() < share

    def of(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[self.below(len(items))]

    def number(self, usual: int, most: int) -> int:
        """The usual number, one near it, an edge of a type or anything from 0 to `most`."""
        kind = self.below(8)
        if kind < 3:
            return usual
        if kind == 3:
            return min(max(usual + self.below(5) - 2, 0), most)
        if kind < 6:
            return min(max(self.of(_EDGES), 0), most)
        return self.below(most + 1) if kind == 6 else self.below(256)

    def noise(self, most: int) -> bytes:
        """Random bytes, 0 to `most` of them."""
        return self.random.randbytes(self.below(most + 1))

    def damaged(self, data: bytes, other: bytes = b"", first: int = 0) -> bytes:
        """`data` after one to four kinds of damage from `first` on; `other`: what parts may be spliced in from."""
        bent = bytearray(data)
        for _ in range(1 + self.below(4) * self.below(2)):
            self._damage(bent, other, min(first, len(bent)))
        return bytes(bent)

    def _damage(self, bent: bytearray, other: bytes, first: int) -> None:
        place = first + self.below(len(bent) - first)
        match self.below(9):
            case 0 | 1 if place < len(bent):
                bent[place] ^= 1 << self.below(8)
            case 2 if place < len(bent):
                bent[place] = self.below(256)
            case 3 | 4:
                size = 1 << self.below(4)
                value = self.of(_EDGES) & ((1 << 8 * size) - 1)
                bent[place : place + size] = value.to_bytes(size, "little" if self.chance(0.7) else "big")
            case 5:
                del bent[place : place + 1 + self.below(_MOST_INSERTED)]
            case 6:
                bent[place:place] = self.noise(_MOST_INSERTED)
            case 7:
                source = other or bytes(bent)
                start = self.below(len(source))
                part = source[start : start + 1 + self.below(64)] * (1 + self.below(3))
                bent[place : place + len(part) * self.below(2)] = part
            case _:
                if self.chance(0.3):
                    del bent[place:]
