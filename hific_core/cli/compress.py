"""`hific compress`: pictures to .hfc files and, if asked, at once back to pictures, with a table of both."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hific_core.atomic import write_atomically
from hific_core.cli import options
from hific_core.cli.batch import Job, Result, convert, plan_jobs, resolved, stopping_batch
from hific_core.cli.compressed import Compressed, Table, check_tables, reconstructed
from hific_core.cli.inputs import Found, find_inputs, is_folder, stamp_of
from hific_core.cli.loading import Codecs, eye_for, lpips_for
from hific_core.cli.options import Collision, Precision, Regime
from hific_core.cli.outputs import Destination, Folders, destination, put
from hific_core.cli.review import Review
from hific_core.cli.sizes import parse_size
from hific_core.errors import FileChanged, HificError, UnsupportedByModel
from hific_core.models import zoo
from hific_core.models.card import ModelCard
from hific_core.pixels.formats import is_readable
from hific_core.progress import Progress, part

if TYPE_CHECKING:
    from hific_core.codec import Codec, Encoded
    from hific_core.metrics import Lpips
    from hific_core.pixels.picture import Picture


_MOST_BITS_PER_PIXEL = 1_000_000
_MOST_BYTES = 2**63 - 1
"""More than any file has, and few enough to calculate with."""


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
        if self.bits_per_pixel is not None and not 0 < self.bits_per_pixel <= _MOST_BITS_PER_PIXEL:
            most = f"{_MOST_BITS_PER_PIXEL:,}"
            raise typer.BadParameter(f"--target-bpp {self.bits_per_pixel} must be above 0 and at most {most}.")
        if self.size is not None and self.size > _MOST_BYTES:
            raise typer.BadParameter("--target-size is more than any disk holds; name a smaller one, for example 1MB.")

    def quality_of(self, card: ModelCard) -> int:
        """The quality where no size is aimed at; the model has the regime, if one is given."""
        if self.quality is not None:
            return self.quality
        if self.regime is None:
            return card.regimes.get(Regime.med.value, next(iter(card.regimes.values())))
        return card.regimes[self.regime.value]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come of the pictures, as the options say it."""

    output: Path | None
    suffix: str
    files: bool
    reconstructions: Path | None
    metrics: tuple[Path, ...]
    lpips_weights: Path | None
    perceptual: bool

    def check(self) -> None:
        """Raises typer.BadParameter."""
        check_tables(self.metrics)
        if self.lpips_weights is not None and not (self.metrics or self.perceptual):
            raise typer.BadParameter("--lpips-weights has no place without --metrics or --perceptual.")
        if not self.files and self.output is not None:
            raise typer.BadParameter("--output is where .hfc files go; leave it out beside --no-files.")
        if not self.files and self.reconstructions is None and not self.metrics:
            raise typer.BadParameter("--no-files leaves nothing to do; add --reconstructions or --metrics.")
        folder = self.reconstructions
        if folder is not None and os.path.lexists(folder) and not is_folder(folder):
            raise typer.BadParameter(f"--reconstructions {folder} is not a folder.")

    def destination(self, arguments: Sequence[Path], rule: Collision) -> tuple[Destination, Collision]:
        """Where that goes whose presence means that a picture is done, and the rule for it."""
        if not self.files and self.reconstructions is not None:
            return self._of_reconstructions(), rule
        where = destination(self.output, arguments, (".hfc",), ".hfc", self.suffix)
        return where, rule if self.files else Collision.unique  # what is not written is never in the way

    def _of_reconstructions(self) -> Destination:
        return Destination(".png", self.suffix, folder=self.reconstructions)

    def review(self, found: Found, rule: Collision, codecs: Codecs, model: zoo.Installed) -> Review:
        """What is to be seen of each picture."""
        planned = {}
        if self.reconstructions is not None:
            planned = {job.input: job.planned for job in plan_jobs(found, self._of_reconstructions())}
        if self.files and rule is Collision.skip:
            rule = Collision.unique  # it is the .hfc file that tells what is done
        lpips = lpips_for(self.lpips_weights, codecs.of(model)) if self.metrics else None
        return Review(bool(self.metrics), lpips, planned, resolved(found.inputs), rule)


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
    keeps_files: bool
    review: Review
    effort: int = 0
    eye: "Lpips | None" = None
    folders: Folders = field(default_factory=Folders)

    def __call__(self, job: Job, progress: Progress) -> Result:
        """Compress one picture; raises HificError, or StopBatch where no other picture would fare better."""
        from hific_core.pixels.picture import read_picture, without_private

        started = time.perf_counter()
        stamp = stamp_of(job.input)
        picture = read_picture(job.input, max_pixels=self.max_pixels)
        if stamp_of(job.input) != stamp:
            raise FileChanged(job.input)
        if self.strip_metadata:
            picture = without_private(picture)
        before_loading = time.perf_counter()
        with stopping_batch(HificError):
            codec = self.codecs.of(self.model)
        started += time.perf_counter() - before_loading
        self._check_outputs(job)
        parts = 1 + self.review.wanted
        with stopping_batch(UnsupportedByModel):
            encoded = self._encode(codec, picture, part(progress, 0, parts))
        data = encoded.file.pack()
        before_review = time.perf_counter()
        seen = self.review(job.input, picture, data, codec, part(progress, 1, parts)) if self.review.wanted else None
        started += time.perf_counter() - before_review
        output = None
        if self.keeps_files:
            # last, since it tells a batch that goes on that this picture is done
            output, _ = put(job.planned, self.rule, partial(write_atomically, data=data))
        record = self._record(job.input, output, encoded, len(data), time.perf_counter() - started)
        if seen is not None:
            record = reconstructed(record, seen, job.input.stat().st_size)
        return Result(record, tuple(f"{job.input}: {note}" for note in record.warnings))

    def _check_outputs(self, job: Job) -> None:
        """Before the encoding, which may take minutes. Raises UnwritableFile."""
        if self.keeps_files:
            self.folders.check(job.planned, self.rule)
        self.review.check_output(job.input, self.folders)

    def _record(self, path: Path, output: Path | None, encoded: "Encoded", size: int, seconds: float) -> Compressed:
        header = encoded.file.header
        return Compressed(
            input=str(path),
            output=None if output is None else str(output),
            bytes=size,
            metadata_bytes=encoded.file.metadata_bytes,
            width=header.width,
            height=header.height,
            bits_per_pixel=size * 8 / header.pixels,
            estimated_bits_per_pixel=encoded.estimated_bits / header.pixels,
            model=self.model.card.name,
            quality=header.quality,
            seconds=seconds,
            warnings=encoded.notes,
        )

    def _encode(self, codec: "Codec", picture: "Picture", progress: Progress) -> "Encoded":
        from hific_core.preview import with_preview
        from hific_core.target import bytes_for_rate, encode_to_target

        limit = self.rate.size
        if self.rate.bits_per_pixel is not None:
            limit = bytes_for_rate(self.rate.bits_per_pixel, picture)
        if limit is not None:
            encoded = encode_to_target(
                codec,
                picture,
                max_bytes=limit,
                realism=self.realism,
                effort=self.effort,
                lpips=self.eye,
                progress=progress,
            )
        else:
            encoded = codec.encode(
                picture,
                self.rate.quality_of(self.model.card),
                realism=self.realism,
                effort=self.effort,
                lpips=self.eye,
                progress=progress,
            )
        if self.strip_metadata:
            return encoded
        return replace(encoded, file=with_preview(encoded.file, picture, max_bytes=limit))


def chosen_model(name: str | None, regime: Regime | None) -> zoo.Installed:
    """The model of that name, else the default, or the one of its series that has the regime."""
    chosen = zoo.default() if name is None else zoo.named(name)
    return chosen if regime is None else zoo.for_regime(chosen, regime.value)


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
    reconstructions: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Also decode every file, to a PNG in this folder.")
    ] = None,
    metrics: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Also write a table of sizes and distances, a row per picture: .csv, .json."),
    ] = None,
    no_files: Annotated[
        bool, typer.Option("--no-files", help="Keep no .hfc files: only reconstructions, metrics, or both.")
    ] = False,
    lpips_weights: options.LpipsWeights = None,
    realism: options.Realism = None,
    effort: options.Effort = 0,
    perceptual: options.Perceptual = False,
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
    """Compress pictures to .hfc files and, with --reconstructions or --metrics, see at once what they show.

    Without an option for the rate it is --regime med. The realism is only what the file proposes for its
    decoding. Inputs whose outputs would be called the same keep their whole name: a.jpg becomes a.jpg.hfc.
    A table is never written over another file: its name gets a number. Reconstructions are no inputs: where their
    folder lies in one of the inputs it is not searched.
    """
    rate = Rate(regime, quality, target_bpp, target_size)
    rate.check()
    wanted = Wanted(output, suffix, not no_files, reconstructions, tuple(metrics or ()), lpips_weights, perceptual)
    wanted.check()
    where, rule = wanted.destination(inputs, options.collision_rule(on_collision, skip_existing))
    chosen, codecs = chosen_model(model, regime), Codecs(device, precision)
    found = find_inputs(inputs, is_readable, "pictures", apart_from=reconstructions)
    review = wanted.review(found, rule, codecs, chosen)
    eye = eye_for(effort, lpips_weights, codecs.of(chosen)) if perceptual else None
    work = Compressor(
        chosen, codecs, rate, realism or 0.0, rule, strip_metadata, max_pixels, not no_files, review, effort, eye
    )
    table = Table(as_json)
    with table.kept(wanted.metrics):
        code = convert(found, where, rule, work, table)
    raise typer.Exit(code)
