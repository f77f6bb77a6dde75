"""The corridor between the four rooms: `encode` and `decode`, one line per stage, each the other's mirror.

    encode   pixels -> latents, hyperlatents -> symbols -> streams -> HfcFile
    decode   pixels <- latents, hyperlatents <- symbols <- streams <- HfcFile

Only hyperlatent symbols and the quality decide the scale index of a latent, and only indexes and symbols meet
the entropy coder: no float of any network can make a file undecodable on another machine.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hific_core.chunks import chunks_of, picture_with_chunks
from hific_core.container.header import Header
from hific_core.container.hfc_file import HfcFile
from hific_core.entropy.coder import Coder, Indexes, TableCoder
from hific_core.entropy.mixture import MixtureCoder
from hific_core.entropy.symbols import to_symbols
from hific_core.entropy.tables import PackedTables, Table, unpack
from hific_core.errors import CorruptFile, UnsupportedByModel, WeightsDamaged, WrongModel
from hific_core.metrics import Lpips
from hific_core.models.effort import coded_quality, refined
from hific_core.models.fixed_point_mixture import FixedPointMixture
from hific_core.models.geometry import Area, Interval
from hific_core.models.inference import Coded, InferenceModel
from hific_core.models.memory import give_back_freed
from hific_core.models.perceptual_refinement import Eye
from hific_core.models.refinement import Plain
from hific_core.models.serving import HYPER_STRIDE
from hific_core.partitions import Partition, aligned, check_partitions, partitions
from hific_core.pixels.picture import Picture, averaged
from hific_core.progress import Progress, silent
from hific_core.rounding import rounded


class Symbols(NamedTuple):
    """What is coded without loss."""

    hyperlatents: NDArray[np.int32]
    """(C', ceil(h / 4), ceil(w / 4))."""
    latents: NDArray[np.int32]
    """(C, h, w), height and width of the picture / 16 rounded up as the model needs it."""


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

    def __init__(self, model: InferenceModel, coder: Callable[[Sequence[Table]], Coder] = TableCoder) -> None:
        """`coder` is another than the format's only in experiments, and not that of mixtures. Raises
        WeightsDamaged where the model's tables do not fit its networks."""
        self.model = model
        scales, twin = self._tables("scale", model.twin.levels), model.twin
        self._latent_coder = (
            MixtureCoder(scales, twin.mean_bits) if isinstance(twin, FixedPointMixture) else coder(scales)
        )
        self._hyper_coder: Coder = coder(self._tables("hyperlatent", model.hyperlatent_channels))

    def _tables(self, kind: str, expected: int) -> list[Table]:
        arrays = (self.model.tables[f"{kind}.{part}"] for part in PackedTables._fields)
        tables = unpack(PackedTables(*arrays))  # type: ignore[arg-type]
        if len(tables) != expected:
            raise WeightsDamaged(f"The model has {len(tables)} {kind} tables instead of {expected}; get a fresh copy.")
        return tables

    # --- encode -------------------------------------------------------------------------------------------------

    def encode(
        self,
        picture: Picture,
        quality: int,
        *,
        realism: float = 0.0,
        effort: int = 0,
        lpips: Lpips | None = None,
        progress: Progress = silent,
    ) -> Encoded:
        """Compresses a picture.

        `quality` 0..1000; `realism` in [0, 1] is only the viewers' default; `effort` 0..10 buys bytes with time or,
        with `lpips`, likeness at that realism. Raises UnsupportedByModel, TilesUnsupported, LatentsOutOfRange,
        OutOfMemory, TooManyPartitions, and what `progress` raises.
        """
        self._check_quality(quality)
        eye = None if lpips is None else Eye(lpips, realism)
        quality = coded_quality(self.model, quality, effort, eye)
        self._check_realism(realism)
        height, width = picture.pixels.shape[:2]
        check_partitions(height, width)
        self.model.check_area(Area.whole(height, width), height, width)
        with self.model.pulse.heeding(progress) as heard:
            return self._encode(picture, quality, realism, effort, eye, heard)

    def _encode(
        self, picture: Picture, quality: int, realism: float, effort: int, eye: Eye | None, progress: Progress
    ) -> Encoded:
        started = time.perf_counter()
        height, width = picture.pixels.shape[:2]
        progress("analyse", 0.0)
        latents, hyperlatents = self.model.analyse(picture.pixels, quality, partial(progress, "analyse"))
        z_hat = to_symbols(hyperlatents, np.zeros_like(hyperlatents))
        unrounded = latents.copy() if effort else latents
        plain = Plain(picture.pixels, unrounded, z_hat, rounded(self.model, latents, z_hat, quality))
        symbols = Symbols(z_hat, refined(self.model, plain, quality, effort, eye, partial(progress, "refine")))
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
        file = HfcFile(header, hyper_stream, partitions, chunks_of(picture))
        estimated_bits = sum(self.model.estimated_bits(*symbols, quality))
        progress("code", 1.0)
        give_back_freed()  # the next picture's pieces are of other sizes
        notes = picture.notes + self.model.shortage.take_notes()
        return Encoded(file, symbols, estimated_bits, notes, time.perf_counter() - started)

    def encode_symbols(
        self, symbols: Symbols, quality: int, height: int, width: int, *, progress: Progress = silent
    ) -> tuple[bytes, tuple[bytes, ...]]:
        """Symbols of a picture of `height` x `width` pixels to the stream of hyperlatents and the partitions."""
        z_hat, latents = symbols
        hyper_stream = self._hyper_coder.encode(z_hat, _channel_indexes(z_hat.shape))
        streams = []
        for place, indexes in self._indexed(z_hat, quality, partitions(self.model.latent_shape(height, width))):
            progress("code", place.share)
            window = (slice(None), *place.area.slices)
            streams.append(self._latent_coder.encode(latents[window], indexes))
        return hyper_stream, tuple(streams)

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
        named in `damaged`. Raises WrongModel, UnsupportedByModel, TilesUnsupported, CorruptFile, and what `progress`
        raises.
        """
        started = time.perf_counter()
        header = file.header
        notes = self._check_fingerprints(header)
        realism, more_notes = self._realism_for(header, realism)
        whole = Area.whole(header.height, header.width)
        self.model.check_area(whole, header.height, header.width)
        symbols, damaged = self.decode_symbols(file, salvage=salvage, progress=progress)
        shape = self.model.latent_shape(header.height, header.width)
        pixels = self._pixels(header, symbols, Area.whole(*shape), whole, realism, progress)
        for place in partitions(shape):
            if place.name in damaged:
                pixels[place.pixels] = 128  # grey
        progress("synthesise", 1.0)
        give_back_freed()
        picture, lost = picture_with_chunks(pixels, file, salvage)
        everything = dict.fromkeys((*file.damaged, *damaged, *lost))
        notes += more_notes + self.model.shortage.take_notes()
        return Decoded(picture, symbols, notes, tuple(everything), time.perf_counter() - started)

    def decode_region(
        self, file: HfcFile, area: Area, *, realism: float | None = None, progress: Progress = silent
    ) -> NDArray[np.uint8]:
        """The pixels of `area` alone, uint8 (h, w, 3), without decoding the rest.

        Only the partitions are read that the area depends on: damage elsewhere does no harm. Raises ValueError for
        an area that is empty or not inside the picture, TilesUnsupported where the model knows no parts of
        pictures (instance norm), and what `decode` raises.
        """
        header = file.header
        if not all(
            0 <= start < stop <= side for (start, stop), side in zip(area, (header.height, header.width), strict=True)
        ):
            raise ValueError(f"{area} is not inside {header.height} x {header.width} pixels")
        return next(self.decode_areas(file, [area], area, realism=realism, progress=progress))[1]

    def notes_on(self, file: HfcFile) -> tuple[str, ...]:
        """What a person should know of a file before anything of its size is allocated.

        Raises WrongModel, and CorruptFile where its hyperlatents cannot be those of a picture as large as it claims.
        """
        notes = self._check_fingerprints(file.header)
        self._check_plausible(file.hyperlatents, self._hyper_shape(file.header))
        return notes

    def decode_areas(
        self,
        file: HfcFile,
        areas: Iterable[Area],
        within: Area,
        *,
        realism: float | None = None,
        progress: Progress = silent,
    ) -> Iterator[tuple[Area, NDArray[np.uint8]]]:
        """Areas inside `within`, whose symbols are decoded once, each with its pixels, uint8 (h, w, 3).

        The next area is asked for when the one before it was taken, so that a viewer may choose by what is looked
        at. Raises what `decode_region` raises.
        """
        header = file.header
        self._check_fingerprints(header)
        realism, _ = self._realism_for(header, realism)
        shape = self.model.latent_shape(header.height, header.width)
        covered = aligned(self.model.latents_of(within, shape), shape)
        symbols, _ = self.decode_symbols(file, needed=covered, progress=progress)
        for area in areas:
            self.model.check_area(area, header.height, header.width)
            yield area, self._pixels(header, symbols, covered, area, realism, progress)

    def _pixels(
        self, header: Header, symbols: Symbols, covered: Area, area: Area, realism: float, progress: Progress
    ) -> NDArray[np.uint8]:
        """The pixels of `area`; `covered`: where the symbols of latents lie."""
        coded = Coded(*symbols, covered, self.model.latent_shape(header.height, header.width))
        with self.model.pulse.heeding(progress) as heard:
            pixels = self.model.synthesise(coded, header.quality, realism, area, partial(heard, "synthesise"))
        return averaged(pixels) if header.grey else pixels

    def decode_symbols(
        self, file: HfcFile, *, needed: Area | None = None, salvage: bool = False, progress: Progress = silent
    ) -> tuple[Symbols, tuple[str, ...]]:
        """The symbols alone, and with `salvage` the names of damaged partitions, whose symbols are 0 then.

        With `needed`, an area of latents, only the partitions that it meets; the latents are those of them.
        Raises WrongModel, CorruptFile.
        """
        header = file.header
        self._check_fingerprints(header)
        shape = self.model.latent_shape(header.height, header.width)
        hyper_shape = self._hyper_shape(header)
        self._check_plausible(file.hyperlatents, hyper_shape)
        z_hat = _decoded("hyperlatents", self._hyper_coder, file.hyperlatents, _channel_indexes(hyper_shape))
        covered = Area.whole(*shape) if needed is None else aligned(needed, shape)
        latents = np.zeros((self.model.latent_channels, covered.rows.length, covered.columns.length), np.int32)
        damaged, number = [], 0
        for place, indexes in self._indexed(z_hat, header.quality, partitions(shape, needed)):
            progress("decode", place.share)
            number += 1
            try:
                decoded = _decoded(place.name, self._latent_coder, file.partitions[place.number], indexes)
            except CorruptFile:
                if not salvage:
                    raise
                damaged.append(place.name)
            else:
                latents[(slice(None), *place.area.within(covered))] = decoded
        if len(damaged) == number:
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

    def _indexed(
        self, z_hat: NDArray[np.int32], quality: int, places: Iterable[Partition]
    ) -> Iterator[tuple[Partition, Indexes]]:
        """Each partition with its scale indexes or mixtures, computed when it is asked for: memory does not grow with
        the picture.

        The integer twin is exact however it is cut, as long as its halo of hyperlatents is there.
        """
        halo = self.model.twin.halo
        for place in places:
            cuts = [
                Interval(start // HYPER_STRIDE - halo, -(-stop // HYPER_STRIDE) + halo).clipped(total)
                for (start, stop), total in zip(place.area, z_hat.shape[1:], strict=True)
            ]
            cut = z_hat[:, slice(*cuts[0]), slice(*cuts[1])]
            indexes = self.model.scale_indexes(np.ascontiguousarray(cut), quality)
            origin = Area(*(Interval(cut.start * HYPER_STRIDE, cut.stop * HYPER_STRIDE) for cut in cuts))
            yield place, indexes[(..., *place.area.within(origin))]

    def _hyper_shape(self, header: Header) -> tuple[int, int, int]:
        rows, columns = (-(-side // HYPER_STRIDE) for side in self.model.latent_shape(header.height, header.width))
        return self.model.hyperlatent_channels, rows, columns

    def _check_plausible(self, stream: bytes, shape: tuple[int, int, int]) -> None:
        """Refuses hyperlatents that could not fit their stream, before anything of their size is allocated."""
        channels, height, width = shape
        # An ANS coder's state rounds: a run of the likeliest symbols was measured to take up to 1.5 % less than their
        # information. A tenth and a state cover that amply.
        if self._hyper_coder.least_bits([height * width] * channels) > 8 * len(stream) * 1.1 + 64:
            raise _damaged("hyperlatents")


def _channel_indexes(shape: tuple[int, ...]) -> NDArray[np.uint16]:
    """The table of a hyperlatent is its channel."""
    channels = np.arange(shape[0], dtype=np.uint16)
    return np.broadcast_to(channels[:, None, None], shape)


def _decoded(part: str, coder: Coder, stream: bytes | None, indexes: Indexes) -> NDArray[np.int32]:
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
