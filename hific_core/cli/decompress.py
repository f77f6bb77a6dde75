"""`hific decompress`: .hfc files to pictures."""

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hific_core.cli import options
from hific_core.cli.batch import Job, Result, convert, stopping_batch
from hific_core.cli.inputs import find_inputs
from hific_core.cli.loading import Codecs
from hific_core.cli.options import Collision, PictureFormat, Precision
from hific_core.cli.outputs import Folders, destination, put
from hific_core.cli.report import Report
from hific_core.container import hfc_file
from hific_core.container.header import Header
from hific_core.container.original_file import written_by_original
from hific_core.errors import DeviceMissing, UnsupportedByModel, WrongModel
from hific_core.models import zoo
from hific_core.pixels.formats import WRITABLE_SUFFIXES
from hific_core.progress import Progress

if TYPE_CHECKING:
    from hific_core.codec import Codec, Decoded


@dataclass(frozen=True, slots=True)
class Decompressed:
    """One picture written; the fields are those of the JSON, the first ones the same as when compressing."""

    input: str
    output: str
    bytes: int
    """Of the .hfc file, as all that follows."""
    metadata_bytes: int
    width: int
    height: int
    bits_per_pixel: float
    estimated_bits_per_pixel: None
    """Only the encoder makes the estimate."""
    model: str
    quality: int
    seconds: float
    """Reading, decoding and writing; not the loading of the model."""
    warnings: tuple[str, ...]
    realism: float
    damaged: tuple[str, ...]

    def line(self) -> str:
        """The same for people."""
        return f"{self.input} -> {self.output}: {self.width} x {self.height} pixels, {self.seconds:.1f} s"


class _Facts(NamedTuple):
    """What the record tells of a file besides its picture."""

    model: zoo.Installed
    quality: int
    realism: float
    metadata_bytes: int
    started: float
    """On the clock of time.perf_counter, moved by what the seconds leave out."""


@dataclass(frozen=True, slots=True)
class Decompressor:
    """What the options say, and the work on one file."""

    model: zoo.Installed | None
    codecs: Codecs
    realism: float | None
    salvage: bool
    rule: Collision
    strip_metadata: bool
    max_pixels: int
    folders: Folders = field(default_factory=Folders)

    def __call__(self, job: Job, progress: Progress) -> Result:
        """Decompress one file; raises HificError.

        Torch comes in only after the file has been found whole and its model installed.
        """
        if written_by_original(job.input):
            return self._original(job, progress)
        started = time.perf_counter()
        file = hfc_file.read(job.input, max_pixels=self.max_pixels, salvage=self.salvage)
        model = model_for(file.header, self.model)
        before_loading = time.perf_counter()
        codec = self._codec(model)
        started += time.perf_counter() - before_loading
        self.folders.check(job.planned, self.rule)
        decoded = codec.decode(file, realism=self.realism, salvage=self.salvage, progress=progress)
        realism = file.header.realism / 255 if self.realism is None else self.realism
        facts = _Facts(model, file.header.quality, realism, file.metadata_bytes, started)
        return self._written(job, decoded, facts)

    def _original(self, job: Job, progress: Progress) -> Result:
        """A file that the original HiFiC wrote."""
        from hific_core.original import open_original

        check_original_realism(self.realism)
        self.folders.check(job.planned, self.rule)
        found = open_original(job.input, self._codec, model=self.model, max_pixels=self.max_pixels, progress=progress)
        quality = next(iter(found.model.card.regimes.values()))
        facts = _Facts(found.model, quality, 0.0, 0, time.perf_counter() - found.decoded.seconds)
        return self._written(job, found.decoded, facts)

    def _codec(self, model: zoo.Installed) -> "Codec":
        with stopping_batch(DeviceMissing):
            return self.codecs.of(model)

    def _written(self, job: Job, decoded: "Decoded", facts: "_Facts") -> Result:
        """Write the picture."""
        from hific_core.pixels.picture import without_private, write_picture

        picture = without_private(decoded.picture) if self.strip_metadata else decoded.picture
        output, notes = put(job.planned, self.rule, partial(write_picture, picture=picture))
        warnings = (*decoded.notes, *notes)
        if decoded.damaged:
            warnings = (*warnings, _damage(decoded.damaged))
        size = job.input.stat().st_size
        height, width = decoded.picture.pixels.shape[:2]
        record = Decompressed(
            input=str(job.input),
            output=str(output),
            bytes=size,
            metadata_bytes=facts.metadata_bytes,
            width=width,
            height=height,
            bits_per_pixel=size * 8 / (width * height),
            estimated_bits_per_pixel=None,
            model=facts.model.card.name,
            quality=facts.quality,
            seconds=time.perf_counter() - facts.started,
            warnings=warnings,
            realism=facts.realism,
            damaged=decoded.damaged,
        )
        return Result(record, tuple(f"{job.input}: {note}" for note in warnings), bool(decoded.damaged))


def check_original_realism(realism: float | None) -> None:
    """Raises UnsupportedByModel for any but none."""
    if realism:
        raise UnsupportedByModel("Models of the original HiFiC have no realism control; leave --realism out.")


def _damage(parts: tuple[str, ...]) -> str:
    """What is damaged, and what became of it."""
    fates = {
        "damaged partitions are grey": any(part.startswith("partition") for part in parts),
        "damaged chunks are left out": any(part.endswith("chunk") for part in parts),
        "the bytes after it are passed over": hfc_file.END in parts,
    }
    return f"The file is damaged: {hfc_file.told(parts)}; {', '.join(fate for fate, met in fates.items() if met)}."


def model_for(header: Header, named: zoo.Installed | None) -> zoo.Installed:
    """The model that decodes a file: the named one, else by fingerprint. Raises WrongModel."""
    needed = header.entropy_fingerprint.hex()
    if named is None:
        return zoo.for_file(needed, header.generator_fingerprint.hex())
    if named.card.entropy_fingerprint != needed:
        raise WrongModel(
            needed,
            f"The file needs the model with fingerprint {needed}, and {named.card.name} has "
            f"{named.card.entropy_fingerprint}; leave --model out to have the right one looked for.",
        )
    return named


def decompress(
    inputs: options.Inputs,
    output: options.Output = None,
    format: Annotated[PictureFormat | None, typer.Option(help="Format of the pictures; png unless given.")] = None,
    realism: options.Realism = None,
    device: options.Device = "auto",
    precision: options.PrecisionOption = Precision.auto,
    model: options.Model = None,
    strip_metadata: options.StripMetadata = False,
    suffix: options.Suffix = "",
    on_collision: options.OnCollision = None,
    skip_existing: options.SkipExisting = False,
    max_pixels: options.MaxPixels = options.DEFAULT_MAX_PIXELS,
    salvage: Annotated[
        bool,
        typer.Option("--salvage", help="Write what is whole of damaged files, the rest grey; exit code 3 then."),
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Decompress .hfc files to pictures.

    Without --realism the file's own is taken, and without --model the one that the file names; files of the original
    HiFiC name none, so that one is needed where several fit. Inputs whose outputs would be called the same keep their
    whole name: a.hfc becomes a.hfc.png.
    """
    rule = options.collision_rule(on_collision, skip_existing)
    ending = f".{(format or PictureFormat.png).value}"
    where = destination(output, inputs, WRITABLE_SUFFIXES, ending, suffix)
    if where.file is not None and format is not None and not _same_format(where.ending, format):
        raise typer.BadParameter(f"--output {output} contradicts --format {format.value}; leave one out.")
    chosen = None if model is None else zoo.named(model)
    work = Decompressor(chosen, Codecs(device, precision), realism, salvage, rule, strip_metadata, max_pixels)
    found = find_inputs(inputs, lambda path: path.suffix.lower() == ".hfc", ".hfc files")
    raise typer.Exit(convert(found, where, rule, work, Report(as_json)))


def _same_format(ending: str, format: PictureFormat) -> bool:
    name = ending.lower().removeprefix(".")
    return {"jpeg": "jpg", "tif": "tiff"}.get(name, name) == format.value
