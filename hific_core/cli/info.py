"""`hific info`: what a .hfc file says of itself, without decoding it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from hific_core.cli import options
from hific_core.cli.batch import Result, for_each
from hific_core.cli.inputs import find_inputs
from hific_core.cli.report import Report
from hific_core.container import hfc_file, original_file
from hific_core.container.header import MAX_SIDE, Reader, unpack_head
from hific_core.models import zoo
from hific_core.published import fitting_models

_ANY_SIZE = MAX_SIDE**2


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One .hfc file; the fields are those of the JSON. All sizes are bytes in the file."""

    input: str
    bytes: int
    width: int
    height: int
    bits_per_pixel: float
    """Of the whole file."""
    grey: bool
    quality: int
    realism: float
    header_bytes: int
    """With the index."""
    hyperlatent_bytes: int
    latent_bytes: int
    metadata_bytes: int
    """With the directory of chunks."""
    metadata: Mapping[str, int]
    """By tag, as stored."""
    partitions: int
    damaged: tuple[str, ...]
    entropy_fingerprint: str
    generator_fingerprint: str
    model: str | None
    """An installed one that decodes the file."""
    same_generator: bool
    """Whether that is also the one that the file was made for."""

    def line(self) -> str:
        """The same for people, on one line; the JSON has every number."""
        tags = ", ".join(f"{tag} {size:,}" for tag, size in self.metadata.items())
        return (
            f"{self.input}: {self.width} x {self.height}{' grey' if self.grey else ''}, {self.bytes:,} bytes, "
            f"{self.bits_per_pixel:.3f} bits per pixel, quality {self.quality}, realism {self.realism:.2f}; "
            f"header and index {self.header_bytes:,}, hyperlatents {self.hyperlatent_bytes:,}, "
            f"latents {self.latent_bytes:,} in {self.partitions:,}, metadata {self.metadata_bytes:,}"
            f"{f' ({tags})' if tags else ''}; model {self.entropy_fingerprint}, {self._model()}"
            f"{'; damaged: ' + hfc_file.told(self.damaged) if self.damaged else ''}"
        )

    def _model(self) -> str:
        if self.model is None:
            return "which is not installed"
        return self.model if self.same_generator else f"{self.model} with another generator"


@dataclass(frozen=True, slots=True)
class OriginalInfo:
    """One .hfc file of the original HiFiC; the fields are those of the JSON. All sizes are bytes in the file."""

    input: str
    bytes: int
    width: int
    height: int
    bits_per_pixel: float
    coder: str
    """Which of the original's two: vectorised or scalar."""
    hyperlatent_shape: tuple[int, int, int]
    latent_shape: tuple[int, int, int]
    header_bytes: int
    """With lengths and fences."""
    hyperlatent_bytes: int
    latent_bytes: int
    models: tuple[str, ...]
    """The installed ones that have its shapes; it does not say which one it was made with."""
    format: str = "original HiFiC"

    def line(self) -> str:
        """The same for people, on one line."""
        fitting = f"fits {', '.join(self.models)}" if self.models else "no installed model has its shapes"
        latents, hyperlatents = (" x ".join(map(str, shape)) for shape in (self.latent_shape, self.hyperlatent_shape))
        return (
            f"{self.input}: {self.width} x {self.height}, {self.bytes:,} bytes, {self.bits_per_pixel:.3f} bits per "
            f"pixel, written by the original HiFiC with its {self.coder} coder; header {self.header_bytes:,}, "
            f"hyperlatents {self.hyperlatent_bytes:,} ({hyperlatents}), latents {self.latent_bytes:,} ({latents}); "
            f"{fitting}"
        )


def info(
    files: options.Inputs,
    as_json: options.AsJson = False,
) -> None:
    """Show size, rate, parts and model of .hfc files; exit code 3 if one is damaged in part."""
    models = zoo.listing().models
    found = find_inputs(files, lambda path: path.suffix.lower() == ".hfc", ".hfc files")

    def show(path: Path, label: str) -> Result:
        if original_file.written_by_original(path):
            return Result(original_info(path, models))
        record = file_info(path, models)
        return Result(record, damaged=bool(record.damaged))

    raise typer.Exit(for_each(found, show, Report(as_json)))


def original_info(path: Path, models: tuple[zoo.Installed, ...]) -> OriginalInfo:
    """What a file of the original HiFiC says; raises what reading it does."""
    file = original_file.read(path, max_pixels=_ANY_SIZE)
    fitting = [model.card.name for model in fitting_models(file, models)]
    size = path.stat().st_size
    return OriginalInfo(
        input=str(path),
        bytes=size,
        width=file.width,
        height=file.height,
        bits_per_pixel=size * 8 / file.pixels,
        coder="vectorised" if file.vectorised else "scalar",
        hyperlatent_shape=file.hyper_shape,
        latent_shape=file.latent_shape,
        header_bytes=size - len(file.hyperlatents) - len(file.latents),
        hyperlatent_bytes=len(file.hyperlatents),
        latent_bytes=len(file.latents),
        models=tuple(fitting),
    )


def file_info(path: Path, models: tuple[zoo.Installed, ...]) -> FileInfo:
    """Read a file's head and check its parts; raises what reading the container does."""
    damaged = hfc_file.read(path, max_pixels=_ANY_SIZE, salvage=True).damaged
    with path.open("rb") as file:
        size = path.stat().st_size
        reader = Reader(file, size)
        head = unpack_head(reader, _ANY_SIZE)
    header = head.header
    entropy, generator = header.entropy_fingerprint.hex(), header.generator_fingerprint.hex()
    fitting = [model.card for model in models if model.card.entropy_fingerprint == entropy]
    same = [card for card in fitting if card.generator_fingerprint == generator]
    chunks = {entry.tag: entry.length for entry in head.chunks}
    hyperlatents, *latents = (entry.length for entry in head.index)
    return FileInfo(
        input=str(path),
        bytes=size,
        width=header.width,
        height=header.height,
        bits_per_pixel=size * 8 / header.pixels,
        grey=header.grey,
        quality=header.quality,
        realism=header.realism / 255,
        header_bytes=size - reader.remaining - head.directory_bytes,
        hyperlatent_bytes=hyperlatents,
        latent_bytes=sum(latents),
        metadata_bytes=head.metadata_bytes,
        metadata=chunks,
        partitions=len(latents),
        damaged=damaged,
        entropy_fingerprint=entropy,
        generator_fingerprint=generator,
        model=(same or fitting)[0].name if fitting else None,
        same_generator=bool(same),
    )
