"""What `hific compress` made of each picture, and the table of it: a row per picture."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path

import typer

from hific_core.atomic import write_atomically
from hific_core.cli.inputs import is_folder
from hific_core.cli.options import Collision
from hific_core.cli.outputs import prepare_folder, put
from hific_core.cli.report import Record, Report, Skipped, finite, printable, say, sentence_for
from hific_core.cli.review import Seen
from hific_core.errors import HificError
from hific_core.processes import gathered, rank_and_world

TABLE_SUFFIXES = (".csv", ".json")


@dataclass(frozen=True, slots=True)
class Compressed:
    """One picture compressed; the fields are those of the JSON."""

    input: str
    output: str | None
    """None where the .hfc file was not kept."""
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
            f"{self.input}{f' -> {self.output}' if self.output else ''}: {self.bytes:,} bytes, "
            f"{self.bits_per_pixel:.3f} bits per pixel, quality {self.quality}, {self.seconds:.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Reconstructed(Compressed):
    """One picture compressed and decoded again; the fields are those of the JSON and, one to a column, the table."""

    reconstruction: str | None
    """None where it was not kept."""
    original_bits_per_pixel: float
    """Of the picture's own file."""
    psnr: float | None
    """dB; infinite, in JSON null, where nothing was lost. None, as what follows, where nothing was measured."""
    ms_ssim: float | None
    """None where a side is under 161 pixels."""
    lpips: float | None
    """None without weights or where a side is under 31 pixels."""
    decode_seconds: float

    def line(self) -> str:
        """The same for people."""
        # slots make of this another class than the one that a bare super() means
        text = Compressed.line(self) + ("" if self.reconstruction is None else f", decoded to {self.reconstruction}")
        measured = (("PSNR {:.2f} dB", self.psnr), ("MS-SSIM {:.4f}", self.ms_ssim), ("LPIPS {:.4f}", self.lpips))
        return ", ".join([text, *(words.format(value) for words, value in measured if value is not None)])


def reconstructed(record: Compressed, seen: Seen, original_bytes: int) -> Reconstructed:
    """The record of a picture with what its review found; `original_bytes` are those of the picture's own file."""
    values = asdict(record)
    values["warnings"] = tuple(dict.fromkeys((*record.warnings, *seen.notes)))
    return Reconstructed(
        **values,
        reconstruction=None if seen.reconstruction is None else str(seen.reconstruction),
        original_bits_per_pixel=original_bytes * 8 / (record.width * record.height),
        psnr=seen.psnr,
        ms_ssim=seen.ms_ssim,
        lpips=seen.lpips,
        decode_seconds=seen.decode_seconds,
    )


_AVERAGED = (
    "original_bits_per_pixel",
    "bits_per_pixel",
    "estimated_bits_per_pixel",
    "psnr",
    "ms_ssim",
    "lpips",
    "seconds",
    "decode_seconds",
)


@dataclass(frozen=True, slots=True)
class Table(Report):
    """Prints records as any report does, and keeps those of pictures that were decoded again."""

    rows: list[Reconstructed] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def done(self, record: Record, warnings: tuple[str, ...] = ()) -> None:
        """One picture."""
        if isinstance(record, Reconstructed):
            self.rows.append(record)
        elif isinstance(record, Skipped):
            self.skipped.append(record.input)
        Report.done(self, record, warnings)

    def failed(self, path: Path, error: HificError) -> None:
        """One picture that is left out."""
        self.failures.append({"input": str(path), "error": sentence_for(path, error)})
        Report.failed(self, path, error)

    @contextmanager
    def kept(self, paths: Sequence[Path]) -> Iterator[None]:
        """Keeps the table at the end of the block, however that ends; a process of several only if it ends well.

        Raises typer.BadParameter at the start, and not after hours, where it could not be written.
        """
        for path in paths:
            prepare_folder(path, "--metrics")
        rank, world = rank_and_world()
        try:
            yield
        except BaseException:
            if world == 1 and (self.rows or self.failures):
                self.keep(paths)
            raise
        self.gather()
        if rank == 0:
            self.keep(paths)

    def gather(self) -> None:
        """Under torchrun: what all processes found, row by row in turn."""
        parts = gathered((self.rows, self.failures, self.skipped))
        self.rows[:] = [row for turn in zip_longest(*(part[0] for part in parts)) for row in turn if row is not None]
        self.failures[:] = chain.from_iterable(part[1] for part in parts)
        self.skipped[:] = chain.from_iterable(part[2] for part in parts)

    def averages(self) -> dict[str, float | None]:
        """Of each number over the pictures that have it."""
        averages: dict[str, float | None] = {}
        for name in _AVERAGED:
            values = [value for value in (getattr(row, name) for row in self.rows) if value is not None]
            averages[name] = sum(values) / len(values) if values else None
        return averages

    def csv_bytes(self) -> bytes:
        """A row per picture; what is not known is empty, warnings are joined."""
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, [each.name for each in fields(Reconstructed)], restval="")
        writer.writeheader()
        writer.writerows({**asdict(row), "warnings": " ".join(row.warnings)} for row in self.rows)
        # a file name may hold bytes that are no text
        return stream.getvalue().encode(errors="backslashreplace")

    def json_bytes(self) -> bytes:
        """One object: averages, pictures, failures and the inputs that were skipped; infinite numbers are null."""
        content = {
            "averages": finite(self.averages()),
            "pictures": [finite(asdict(row)) for row in self.rows],
            "failures": self.failures,
            "skipped": self.skipped,
        }
        return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()

    def keep(self, paths: Sequence[Path]) -> None:
        """Writes the table to each path, in the format of its suffix, and says what it amounts to.

        An existing file is not replaced. Raises UnwritableFile.
        """
        for path in paths:
            data = self.csv_bytes() if path.suffix.lower() == ".csv" else self.json_bytes()
            output, _ = put(path, Collision.unique, partial(write_atomically, data=data))
            say(printable(f"written: {output}"), err=True)
        if paths and self.skipped:
            say(f"hific: note: {len(self.skipped)} skipped pictures have no row", err=True)
        if paths and self.rows and not self.as_json:
            say(self.summary())

    def summary(self) -> str:
        """The averages for people."""
        averages = self.averages()
        words = (
            ("{:.4f} bits per pixel", "bits_per_pixel"),
            ("estimate {:.4f}", "estimated_bits_per_pixel"),
            ("PSNR {:.3f} dB", "psnr"),
            ("MS-SSIM {:.5f}", "ms_ssim"),
            ("LPIPS {:.5f}", "lpips"),
        )
        known = [text.format(averages[name]) for text, name in words if averages[name] is not None]
        return f"mean of {len(self.rows)}: {', '.join(known)}"


def check_tables(paths: Sequence[Path]) -> None:
    """Raises typer.BadParameter for what cannot be a table."""
    for path in paths:
        if path.suffix.lower() not in TABLE_SUFFIXES or is_folder(path):
            raise typer.BadParameter(f"--metrics {path} is not a file name that ends in .csv or .json.")
