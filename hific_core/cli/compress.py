"""`hific compress`: pictures to .hfc files."""

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from hific_core.cli import options
from hific_core.cli.batch import Job, Result, convert, stopping_batch
from hific_core.cli.inputs import find_inputs
from hific_core.cli.loading import Codecs
from hific_core.cli.options import Collision, Precision, Regime
from hific_core.cli.outputs import claim, destination
from hific_core.cli.report import Report
from hific_core.cli.sizes import parse_size
from hific_core.container import hfc_file
from hific_core.errors import HificError, UnsupportedByModel
from hific_core.models import zoo
from hific_core.models.card import ModelCard
from hific_core.pixels.formats import is_readable
from hific_core.progress import Progress

if TYPE_CHECKING:
    from hific_core.codec import Codec, Encoded
    from hific_core.pixels.picture import Picture


@dataclass(frozen=True, slots=True)
class Rate:
    """How much a file may cost; at most one is set, and without any it is the medium regime."""

    regime: Regime | None = None
    quality: int | None = None
    bits_per_pixel: float | None = None
    """Of the whole file."""
    size: int | None = None
    """Bytes of the whole file."""

    def check(self) -> None:
        """Raises typer.BadParameter."""
        given = (self.regime, self.quality, self.bits_per_pixel, self.size)
        if sum(value is not None for value in given) > 1:
            raise typer.BadParameter("--regime, --quality, --target-bpp and --target-size exclude one another.")
        if self.bits_per_pixel is not None and not 0 < self.bits_per_pixel < math.inf:
            raise typer.BadParameter(f"--target-bpp {self.bits_per_pixel} must be above 0.")

    def quality_of(self, card: ModelCard) -> int:
        """The quality where no size is aimed at; the model has the regime, if one is given."""
        if self.quality is not None:
            return self.quality
        if self.regime is None:
            return card.regimes.get(Regime.med.value, next(iter(card.regimes.values())))
        return card.regimes[self.regime.value]


@dataclass(frozen=True, slots=True)
class Compressed:
    """One .hfc file written; the fields are those of the JSON."""

    input: str
    output: str
    bytes: int
    metadata_bytes: int
    width: int
    height: int
    bits_per_pixel: float
    """Of the whole file."""
    estimated_bits_per_pixel: float
    """The networks' own estimate, without header and metadata."""
    model: str
    quality: int
    seconds: float
    """Reading, encoding and writing; not the loading of the model."""
    warnings: tuple[str, ...]

    def line(self) -> str:
        """The same for people."""
        return (
            f"{self.input} -> {self.output}: {self.bytes:,} bytes, {self.bits_per_pixel:.3f} bits per pixel, "
            f"quality {self.quality}, {self.seconds:.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Compressor:
    """What the options say, and the work on one file."""

    model: zoo.Installed
    codecs: Codecs
    rate: Rate
    realism: float
    rule: Collision
    strip_metadata: bool
    max_pixels: int

    def __call__(self, job: Job, progress: Progress) -> Result:
        """Compress one picture; raises HificError, or StopBatch where no other picture would fare better."""
        from hific_core.pixels.picture import read_picture, without_private

        started = time.perf_counter()
        picture = read_picture(job.input, max_pixels=self.max_pixels)
        if self.strip_metadata:
            picture = without_private(picture)
        before_loading = time.perf_counter()
        with stopping_batch(HificError):
            codec = self.codecs.of(self.model)
        started += time.perf_counter() - before_loading
        with stopping_batch(UnsupportedByModel):
            encoded = self._encode(codec, picture, progress)
        output = claim(job.planned, self.rule)
        size = hfc_file.write(output, encoded.file)
        header = encoded.file.header
        record = Compressed(
            input=str(job.input),
            output=str(output),
            bytes=size,
            metadata_bytes=encoded.file.metadata_bytes,
            width=header.width,
            height=header.height,
            bits_per_pixel=size * 8 / header.pixels,
            estimated_bits_per_pixel=encoded.estimated_bits / header.pixels,
            model=self.model.card.name,
            quality=header.quality,
            seconds=time.perf_counter() - started,
            warnings=encoded.notes,
        )
        return Result(record, tuple(f"{job.input}: {note}" for note in encoded.notes))

    def _encode(self, codec: "Codec", picture: "Picture", progress: Progress) -> "Encoded":
        from hific_core.target import bytes_for_rate, encode_to_target

        limit = self.rate.size
        if self.rate.bits_per_pixel is not None:
            limit = bytes_for_rate(self.rate.bits_per_pixel, picture)
        if limit is not None:
            return encode_to_target(codec, picture, max_bytes=limit, realism=self.realism, progress=progress)
        quality = self.rate.quality_of(self.model.card)
        return codec.encode(picture, quality, realism=self.realism, progress=progress)


def compress(
    inputs: options.Inputs,
    output: options.Output = None,
    regime: Annotated[Regime | None, typer.Option(help="A rate of the model's choice; med unless given.")] = None,
    quality: Annotated[int | None, typer.Option(min=0, max=1000, help="The rate on the model's own scale.")] = None,
    target_bpp: Annotated[
        float | None, typer.Option(help="The most bits per pixel that a whole file may have.")
    ] = None,
    target_size: Annotated[
        int | None,
        typer.Option(parser=parse_size, metavar="SIZE", help="The most that a whole file may have, as 200kB or 1MiB."),
    ] = None,
    realism: options.Realism = None,
    device: options.Device = "auto",
    precision: options.PrecisionOption = Precision.auto,
    model: options.Model = None,
    strip_metadata: options.StripMetadata = False,
    suffix: options.Suffix = "",
    on_collision: options.OnCollision = None,
    skip_existing: options.SkipExisting = False,
    max_pixels: options.MaxPixels = options.DEFAULT_MAX_PIXELS,
    as_json: options.AsJson = False,
) -> None:
    """Compress pictures to .hfc files.

    Without an option for the rate it is --regime med. The realism is only what the file proposes for its
    decoding. Inputs whose outputs would be called the same keep their whole name: a.jpg becomes a.jpg.hfc.
    """
    rate = Rate(regime, quality, target_bpp, target_size)
    rate.check()
    rule = options.collision_rule(on_collision, skip_existing)
    where = destination(output, inputs, (".hfc",), ".hfc", suffix)
    chosen = zoo.default() if model is None else zoo.named(model)
    if regime is not None:
        chosen = zoo.for_regime(chosen, regime.value)
    codecs = Codecs(device, precision)
    work = Compressor(chosen, codecs, rate, realism or 0.0, rule, strip_metadata, max_pixels)
    found = find_inputs(inputs, is_readable, "pictures")
    raise typer.Exit(convert(found, where, rule, work, Report(as_json)))
