"""Our side: `python -m tests.beside.ours WEIGHTS THREADS`."""

import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hific_core.codec import Codec, Symbols, _channel_indexes
from hific_core.container import hfc_file
from hific_core.device import choose_runtime
from hific_core.models.geometry import Area
from hific_core.models.inference import Coded
from hific_core.models.weights import read_model
from hific_core.partitions import partitions
from hific_core.pixels.picture import Picture
from tests.beside.pictures import picture
from tests.beside.side import peak, seconds_of, serve

QUALITY = 500


class _Part(NamedTuple):
    symbols: NDArray[np.int32]
    indexes: NDArray[np.uint8]


class Ours:
    """The codec with the seeded weights in float32, as it is."""

    def __init__(self, weights: Path) -> None:
        self.codec = Codec(read_model(weights, choose_runtime("cpu", "float32")))
        self.model = self.codec.model
        self.encoded = cache(lambda size: self.codec.encode(Picture(picture(size)), QUALITY))

    def sizes(self, size: str) -> tuple[int, float]:
        """Bytes of the file, and what the networks estimate in bytes."""
        encoded = self.encoded(size)
        return len(encoded.file.pack()), encoded.estimated_bits / 8

    def encode(self, size: str) -> tuple[float, float]:
        shown = Picture(picture(size))
        return seconds_of(lambda: self.codec.encode(shown, QUALITY).file.pack())

    def decode(self, size: str) -> tuple[float, float]:
        data = self.encoded(size).file.pack()
        return seconds_of(lambda: self.codec.decode(hfc_file.parse(data)))

    def networks_encode(self, size: str) -> tuple[float, float]:
        """All that a picture passes through on its way to symbols and indexes, and the scales for the estimate."""
        pixels, (z_hat, latents) = picture(size), self.encoded(size).symbols

        def work() -> None:
            self.model.analyse(pixels, QUALITY)
            for _ in self.model.mean_windows(z_hat, latents.shape[1:], QUALITY):
                pass
            self._indexes(z_hat, latents.shape[1:])

        return seconds_of(work)

    def networks_decode(self, size: str) -> tuple[float, float]:
        """From symbols to pixels, with the indexes on the way."""
        z_hat, latents = self.encoded(size).symbols
        height, width = picture(size).shape[:2]
        shape = latents.shape[1:]

        def work() -> None:
            self._indexes(z_hat, shape)
            coded = Coded(z_hat, latents, Area.whole(*shape), shape)
            self.model.synthesise(coded, QUALITY, 0.0, Area.whole(height, width))

        return seconds_of(work)

    def _indexes(self, z_hat: NDArray[np.int32], shape: tuple[int, ...]) -> list[_Part]:
        placed = self.codec._indexed(z_hat, QUALITY, partitions((shape[0], shape[1])))
        return [_Part(place.area, indexes) for place, indexes in placed]  # type: ignore[arg-type]

    @cache  # noqa: B019 - one for the whole process
    def _parts(self, size: str) -> list[_Part]:
        symbols: Symbols = self.encoded(size).symbols
        places = self.codec._indexed(symbols.hyperlatents, QUALITY, partitions(symbols.latents.shape[1:]))
        return [
            _Part(np.ascontiguousarray(symbols.latents[(slice(None), *place.area.slices)]), indexes)
            for place, indexes in places
        ]

    def _streams(self, size: str) -> list[bytes]:
        z_hat = self.encoded(size).symbols.hyperlatents
        first = self.codec._hyper_coder.encode(z_hat, _channel_indexes(z_hat.shape))
        return [first, *(self.codec._latent_coder.encode(*part) for part in self._parts(size))]

    def entropy_encode(self, size: str) -> tuple[float, float]:
        self._parts(size)
        return seconds_of(lambda: self._streams(size))

    def entropy_decode(self, size: str) -> tuple[float, float]:
        first, *rest = self._streams(size)
        parts = self._parts(size)
        indexes = _channel_indexes(self.encoded(size).symbols.hyperlatents.shape)

        def work() -> None:
            self.codec._hyper_coder.decode(first, indexes)
            for stream, part in zip(rest, parts, strict=True):
                self.codec._latent_coder.decode(stream, part.indexes)

        return seconds_of(work)

    def to_file(self, size: str, path: str) -> int:
        """Encodes once; the peak so far."""
        hfc_file.write(Path(path), self.codec.encode(Picture(picture(size)), QUALITY).file)
        return peak()

    def from_file(self, path: str) -> int:
        """Decodes once; the peak so far."""
        self.codec.decode(hfc_file.read(Path(path)))
        return peak()


def main() -> None:
    torch.set_num_threads(int(sys.argv[2]))
    serve(lambda: Ours(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
