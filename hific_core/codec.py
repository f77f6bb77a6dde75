"""The corridor between the four rooms: `encode` and `decode`, one line per stage, each the other's mirror.

    encode   pixels -> latents, hyperlatents -> symbols -> streams -> HfcFile
    decode   pixels <- latents, hyperlatents <- symbols <- streams <- HfcFile

Only hyperlatent symbols and the quality decide the scale index of a latent, and only indexes and symbols meet
the entropy coder: no float of any network can make a file undecodable on another machine.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hific_core.container.header import PARTITION_SIDE, Header
from hific_core.container.hfc_file import HfcFile
from hific_core.entropy.coder import TableCoder
from hific_core.entropy.symbols import to_latents, to_symbols
from hific_core.entropy.tables import PackedTables, unpack
from hific_core.errors import CorruptFile, UnsupportedByModel, WeightsDamaged, WrongModel
from hific_core.models.inference import HYPER_STRIDE, LATENT_STRIDE, InferenceModel
from hific_core.pixels.alpha import decode_alpha, encode_alpha
from hific_core.pixels.picture import Picture
from hific_core.progress import Progress, silent

PARTITION_LATENTS = PARTITION_SIDE // LATENT_STRIDE
_DAMAGED_GREY = 128


class Symbols(NamedTuple):
    """What is coded without loss."""

    hyperlatents: NDArray[np.int32]
    """(C', ceil(h / 4), ceil(w / 4))."""
    latents: NDArray[np.int32]
    """(C, h, w) with h, w = ceil of height and width / 16."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A .hfc file and what became known on the way."""

    file: HfcFile
    symbols: Symbols
    estimated_bits: float
    """The networks' own estimate, before any table."""
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture and what the person should know about it."""

    picture: Picture
    symbols: Symbols
    notes: tuple[str, ...]
    damaged: tuple[str, ...]
    seconds: float


class Codec:
    """A model with its entropy coders: encodes pictures and decodes files."""

    def __init__(self, model: InferenceModel) -> None:
        """Raises WeightsDamaged where the model's tables do not fit its networks."""
        self.model = model
        self._latent_coder = self._coder("scale", model.twin.levels)
        self._hyper_coder = self._coder("hyperlatent", model.hyperlatent_channels)

    def _coder(self, kind: str, expected: int) -> TableCoder:
        arrays = (self.model.tables[f"{kind}.{part}"] for part in PackedTables._fields)
        tables = unpack(PackedTables(*arrays))  # type: ignore[arg-type]
        if len(tables) != expected:
            raise WeightsDamaged(f"The model has {len(tables)} {kind} tables instead of {expected}; get a fresh copy.")
        return TableCoder(tables)

    # --- encode -------------------------------------------------------------------------------------------------

    def encode(self, picture: Picture, quality: int, *, realism: float = 0.0, progress: Progress = silent) -> Encoded:
        """Compresses a picture.

        `quality` 0..1000; `realism` in [0, 1] is only the file's default for its viewers. Raises
        UnsupportedByModel, LatentsOutOfRange, and what `progress` raises.
        """
        started = time.perf_counter()
        self._check_quality(quality)
        self._check_realism(realism)
        height, width = picture.pixels.shape[:2]
        progress("analyse", 0.0)
        latents, hyperlatents = self.model.analyse(picture.pixels, quality)
        z_hat = to_symbols(hyperlatents, np.zeros_like(hyperlatents))
        means = self._means(z_hat, quality, latents.shape)
        symbols = Symbols(z_hat, to_symbols(latents, means))
        hyper_stream, partitions = self.encode_symbols(symbols, quality, height, width, progress=progress)
        header = Header(
            width=width,
            height=height,
            quality=quality,
            realism=round(realism * 255),
            entropy_fingerprint=bytes.fromhex(self.model.card.entropy_fingerprint),
            generator_fingerprint=bytes.fromhex(self.model.card.generator_fingerprint),
            grey=picture.grey,
        )
        file = HfcFile(header, hyper_stream, partitions, _metadata(picture))
        estimated_bits = sum(self.model.estimated_bits(*symbols, quality))
        progress("code", 1.0)
        return Encoded(file, symbols, estimated_bits, picture.notes, time.perf_counter() - started)

    def encode_symbols(
        self, symbols: Symbols, quality: int, height: int, width: int, *, progress: Progress = silent
    ) -> tuple[bytes, tuple[bytes, ...]]:
        """Symbols of a picture of `height` x `width` pixels to the stream of hyperlatents and the partitions."""
        z_hat, latents = symbols
        hyper_stream = self._hyper_coder.encode(z_hat, _channel_indexes(z_hat.shape))
        partitions = []
        for place, indexes in self._indexed_partitions(z_hat, quality, height, width):
            progress("code", place.share)
            partitions.append(self._latent_coder.encode(latents[place.window], indexes))
        return hyper_stream, tuple(partitions)

    # --- decode -------------------------------------------------------------------------------------------------

    def decode(
        self,
        file: HfcFile,
        *,
        realism: float | None = None,
        salvage: bool = False,
        progress: Progress = silent,
    ) -> Decoded:
        """Decompresses a file.

        `realism` in [0, 1] overrides the file's default. With `salvage`, damaged partitions come out grey and are
        named in `damaged`. Raises WrongModel, UnsupportedByModel, CorruptFile, and what `progress` raises.
        """
        started = time.perf_counter()
        header = file.header
        notes = self._check_fingerprints(header)
        realism, more_notes = self._realism_for(header, realism)
        symbols, damaged = self.decode_symbols(file, salvage=salvage, progress=progress)
        means = self._means(symbols.hyperlatents, header.quality, symbols.latents.shape)
        progress("synthesise", 0.0)
        pixels = self.model.synthesise(to_latents(symbols.latents, means), header.quality, realism)
        pixels = np.ascontiguousarray(pixels[: header.height, : header.width])
        for place in _partitions(header.height, header.width):
            if place.name in damaged:
                pixels[place.pixel_window] = _DAMAGED_GREY
        if header.grey:
            pixels = _grey(pixels)
        progress("synthesise", 1.0)
        picture, lost = _with_metadata(pixels, file, salvage)
        everything = dict.fromkeys((*file.damaged, *damaged, *lost))
        return Decoded(picture, symbols, notes + more_notes, tuple(everything), time.perf_counter() - started)

    def decode_symbols(
        self, file: HfcFile, *, salvage: bool = False, progress: Progress = silent
    ) -> tuple[Symbols, tuple[str, ...]]:
        """The symbols alone, and with `salvage` the names of damaged partitions, whose symbols are 0 then.

        Raises WrongModel, CorruptFile.
        """
        header = file.header
        self._check_fingerprints(header)
        height, width = (-(-side // LATENT_STRIDE) for side in (header.height, header.width))
        hyper_shape = (self.model.hyperlatent_channels, -(-height // HYPER_STRIDE), -(-width // HYPER_STRIDE))
        self._check_plausible(file.hyperlatents, hyper_shape)
        z_hat = _decoded("hyperlatents", self._hyper_coder, file.hyperlatents, _channel_indexes(hyper_shape))
        latents = np.zeros((self.model.latent_channels, height, width), np.int32)
        damaged = []
        places = self._indexed_partitions(z_hat, header.quality, header.height, header.width)
        for (place, indexes), stream in zip(places, file.partitions, strict=True):
            progress("decode", place.share)
            try:
                latents[place.window] = _decoded(place.name, self._latent_coder, stream, indexes)
            except CorruptFile:
                if not salvage:
                    raise
                damaged.append(place.name)
        if len(damaged) == len(file.partitions):
            raise CorruptFile("partitions", "No partition of the .hfc file is whole: nothing can be saved of it.")
        return Symbols(z_hat, latents), tuple(damaged)

    # --- both ---------------------------------------------------------------------------------------------------

    def _check_quality(self, quality: int) -> None:
        card = self.model.card
        if not 0 <= quality <= 1000:
            raise UnsupportedByModel(f"Quality {quality} is outside 0 to 1000; choose one between.")
        if not card.abilities.continuous_rate and quality not in card.regimes.values():
            raise UnsupportedByModel(f"The model {card.name} has one rate only; leave --quality out.")

    def _realism_for(self, header: Header, wanted: float | None) -> tuple[float, tuple[str, ...]]:
        """What the person wants, else the file's default where the model heeds one, and a note where not."""
        if wanted is None and header.realism and not self.model.card.abilities.realism:
            note = f"The file asks for realism {header.realism / 255:.2f}; {self.model.card.name} has no such control."
            return 0.0, (note,)
        realism = header.realism / 255 if wanted is None else wanted
        self._check_realism(realism)
        return realism, ()

    def _check_realism(self, realism: float) -> None:
        card = self.model.card
        if not 0 <= realism <= 1:
            raise UnsupportedByModel(f"Realism {realism:g} is outside 0 to 1; choose one between.")
        if realism and not card.abilities.realism:
            raise UnsupportedByModel(f"The model {card.name} has no realism control; leave --realism out.")

    def _check_fingerprints(self, header: Header) -> tuple[str, ...]:
        card = self.model.card
        if header.entropy_fingerprint.hex() != card.entropy_fingerprint:
            raise WrongModel(header.entropy_fingerprint.hex())
        if header.generator_fingerprint.hex() != card.generator_fingerprint:
            return (
                f"The file was made for generator {header.generator_fingerprint.hex()}, {card.name} has "
                f"{card.generator_fingerprint}: the picture may look a little different.",
            )
        return ()

    def _means(self, z_hat: NDArray[np.int32], quality: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return np.ascontiguousarray(self.model.means(z_hat, quality)[:, : shape[1], : shape[2]])

    def _indexed_partitions(
        self, z_hat: NDArray[np.int32], quality: int, height: int, width: int
    ) -> Iterator[tuple["_Place", NDArray[np.uint8]]]:
        """Each partition with its scale indexes, computed when it is asked for: memory does not grow with the picture.

        The integer twin is exact however it is cut, as long as its halo of hyperlatents is there.
        """
        halo = self.model.twin.halo
        rows, columns = (-(-side // LATENT_STRIDE) for side in (height, width))
        for place in _partitions(height, width):
            top, left = place.window[1].start, place.window[2].start
            first_row, first_column = (max(start // HYPER_STRIDE - halo, 0) for start in (top, left))
            reach = PARTITION_LATENTS // HYPER_STRIDE + halo
            cut = z_hat[:, first_row : top // HYPER_STRIDE + reach, first_column : left // HYPER_STRIDE + reach]
            indexes = self.model.scale_indexes(np.ascontiguousarray(cut), quality)
            skip_row, skip_column = top - first_row * HYPER_STRIDE, left - first_column * HYPER_STRIDE
            stop_row, stop_column = (
                min(PARTITION_LATENTS, total - start) for total, start in ((rows, top), (columns, left))
            )
            yield place, indexes[:, skip_row : skip_row + stop_row, skip_column : skip_column + stop_column]

    def _check_plausible(self, stream: bytes, shape: tuple[int, int, int]) -> None:
        """Refuses hyperlatents that could not fit their stream, before anything of their size is allocated."""
        channels, height, width = shape
        # An ANS coder is a little less than ideal: a hundredth and a state cover it amply.
        if self._hyper_coder.least_bits([height * width] * channels) > 8 * len(stream) * 1.01 + 64:
            raise _damaged("hyperlatents")


class _Place(NamedTuple):
    """One partition: where it lies among latents and pixels, and the share of the work before it."""

    name: str
    window: tuple[slice, slice, slice]
    pixel_window: tuple[slice, slice]
    share: float


def _partitions(height: int, width: int) -> Iterator[_Place]:
    """The partitions of a picture of `height` x `width` pixels, row by row, as in the file."""
    tops, lefts = range(0, height, PARTITION_SIDE), range(0, width, PARTITION_SIDE)
    number = 0
    for top in tops:
        for left in lefts:
            rows, columns = (slice(s // LATENT_STRIDE, s // LATENT_STRIDE + PARTITION_LATENTS) for s in (top, left))
            yield _Place(
                f"partition {number}",
                (slice(None), rows, columns),
                (slice(top, top + PARTITION_SIDE), slice(left, left + PARTITION_SIDE)),
                number / (len(tops) * len(lefts)),
            )
            number += 1


def _channel_indexes(shape: tuple[int, ...]) -> NDArray[np.uint16]:
    """The table of a hyperlatent is its channel."""
    channels = np.arange(shape[0], dtype=np.uint16)
    return np.broadcast_to(channels[:, None, None], shape)


def _decoded(
    part: str, coder: TableCoder, stream: bytes | None, indexes: NDArray[np.uint8] | NDArray[np.uint16]
) -> NDArray[np.int32]:
    """Symbols of one stream; CorruptFile names the part."""
    if stream is None:
        raise _damaged(part)
    try:
        return coder.decode(stream, indexes)
    except CorruptFile as error:
        raise _damaged(part) from error


def _damaged(part: str) -> CorruptFile:
    if part == "hyperlatents":
        return CorruptFile(
            part, "The .hfc file is damaged in its hyperlatents, which all the rest needs; get a fresh copy."
        )
    return CorruptFile(part)


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The channels' rounded mean in all three: a grey picture stays grey to the last level."""
    mean = (pixels.sum(axis=2, dtype=np.uint16) + 1) // 3
    return np.repeat(mean.astype(np.uint8)[..., None], 3, axis=2)


def _metadata(picture: Picture) -> dict[str, bytes]:
    chunks = {"ICCP": picture.icc, "EXIF": picture.exif, "XMP_": picture.xmp}
    if picture.alpha is not None:
        chunks["ALPH"] = encode_alpha(picture.alpha)
    return {tag: content for tag, content in chunks.items() if content}


def _with_metadata(pixels: NDArray[np.uint8], file: HfcFile, salvage: bool) -> tuple[Picture, tuple[str, ...]]:
    """The picture with what the chunks hold, and which of them were damaged."""
    chunks = file.metadata
    picture = Picture(
        pixels=pixels,
        alpha=None,
        grey=file.header.grey,
        icc=chunks.get("ICCP"),
        exif=chunks.get("EXIF"),
        xmp=chunks.get("XMP_"),
        notes=(),
    )
    if "ALPH" not in chunks:
        return picture, ()
    try:
        return replace(picture, alpha=decode_alpha(chunks["ALPH"], (file.header.height, file.header.width))), ()
    except CorruptFile as error:
        if not salvage:
            raise
        return picture, (error.part,)
