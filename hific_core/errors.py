"""Every error that a person may see. Each says in one sentence what broke and what to do, and carries its data."""

from pathlib import Path
from typing import Self


class HificError(Exception):
    """Root of all errors of this package; `str(error)` is one sentence for a person; `path` the file."""

    path: Path | None = None

    def in_file(self, path: Path) -> Self:
        """This same error, its sentence beginning with its file; a second call changes nothing."""
        if self.path is None:
            self.path = path
            self.args = (f"{path}: {self}",)
        return self


class UnreadableFile(HificError):
    """A file could not be opened or read; `path` is the file."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class FileChanged(UnreadableFile):
    """A file that something else wrote to while it was read; `path` is the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"{path} changed while it was read; try again when it is whole.")


class UnwritableFile(HificError):
    """A file could not be written and is as it was before; `path` is the file."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class NameTaken(UnwritableFile):
    """Something has the file's name, and stays as it is; `path` is the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"There is something at {path} already; choose another name.")


class UnreadableImage(HificError):
    """A picture could not be read or written."""


class NotHfc(HificError):
    """The bytes do not begin like a .hfc file."""


class UnsupportedVersion(HificError):
    """A .hfc file that a newer release wrote."""


class TruncatedFile(HificError):
    """A .hfc file that ends before its header says so."""


class CorruptFile(HificError):
    """A .hfc file whose content contradicts itself; `part` names where, e.g. "header" or "partition 3"."""

    def __init__(self, part: str, message: str | None = None) -> None:
        super().__init__(
            message or f"The .hfc file is damaged in its {part}; get a fresh copy, or try `decompress --salvage`."
        )
        self.part = part


class WrongModel(HificError):
    """The file needs another model; `needed` is its entropy fingerprint in hexadecimal."""

    def __init__(self, needed: str, message: str | None = None) -> None:
        super().__init__(
            message
            or f"The file needs the model with fingerprint {needed}, which is not installed; "
            "ask its sender for that model and name it with --model, or put it where `hific models` says."
        )
        self.needed = needed


class UnsupportedByModel(HificError):
    """The model cannot do what was asked, for example a realism other than its only one."""


class TilesUnsupported(HificError):
    """A picture too large, or a part of one, for a model that computes whole pictures at once."""


class WeightsMissing(HificError):
    """No weights file where one was expected."""


class WeightsDamaged(HificError):
    """A weights file that cannot be read or whose tensors do not fit the network."""


class TooLarge(HificError):
    """A picture above the limit on pixels; `pixels` and `limit` are counts."""

    def __init__(self, pixels: int, limit: int) -> None:
        super().__init__(
            f"The picture has {pixels / 1e6:,.0f} megapixels, above the limit of {limit / 1e6:,.0f}; "
            "raise it with --max-pixels if you trust the file."
        )
        self.pixels = pixels
        self.limit = limit


class TooManyPartitions(HificError):
    """A picture of more partitions than a .hfc file can hold."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__(
            f"The picture of {width:,} x {height:,} pixels is more than a .hfc file can hold; cut it in parts first."
        )


class OutOfMemory(HificError):
    """Memory ran out even for the smallest piece of work."""


class TrainingDiverged(HificError):
    """A training run whose updates are no longer finite."""


class DownloadFailed(HificError):
    """Something could not be fetched from the network."""


class DeviceMissing(HificError):
    """The device that was asked for is not there."""


class CodecMissing(HificError):
    """Another codec that this installation lacks, or that is not known."""


class TargetUnreachable(HificError):
    """No quality of the model gives a file as small as asked; `smallest` is the least possible number of bytes.

    `private` of them are EXIF and XMP, which can be left out.
    """

    def __init__(self, target: int, smallest: int, private: int = 0) -> None:
        advice = "; ask for more bytes or scale the picture down."
        if private and smallest - private <= target:
            advice = f", {private:,} of them EXIF and XMP; leave those out (--strip-metadata) or ask for more bytes."
        super().__init__(
            f"The picture cannot get as small as {target:,} bytes with this model: its smallest file has "
            f"{smallest:,}{advice}"
        )
        self.target = target
        self.smallest = smallest
        self.private = private


class Cancelled(HificError):
    """The person stopped the work; unwinds, and is never shown as a failure."""


class LatentsOutOfRange(HificError):
    """The network gave latents that are not numbers or do not fit 32 bits, so the picture cannot be coded."""
