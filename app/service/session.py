"""What the codec's thread does for the window: encodes, decodes, and keeps open what the viewer shows.

torch is imported here, when it is first needed.
"""

import os
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.jobs import Choice, Compressed, Details, Job, Shown, Side, pyramid
from app.worker import Failure, Progress
from hific_core.cli.options import Collision
from hific_core.cli.outputs import claim
from hific_core.container import hfc_file
from hific_core.container.hfc_file import HfcFile
from hific_core.errors import Cancelled, HificError, UnreadableFile
from hific_core.models import zoo

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.pixels.picture import Picture

MAX_PIXELS = 2_000_000_000


@dataclass(slots=True)
class _Opened:
    """The picture in the viewer."""

    path: Path
    picture: "Picture | None"
    """The original, where there is one."""
    original: Side | None
    original_bytes: int | None
    file: HfcFile
    codec: "Codec"
    encode_seconds: float | None


class Session:
    """What the codec's thread has loaded and open; no other thread touches it."""

    def __init__(self, device: str) -> None:
        self.device = device
        """Of the codecs from now on: auto, cpu, cuda."""
        self._codecs: dict[tuple[Path, str], Codec] = {}
        self._opened: _Opened | None = None

    def save(self, path: Path) -> int:
        """The shown .hfc file; returns its number of bytes."""
        return hfc_file.write(path, self._shown.file)

    @property
    def _shown(self) -> _Opened:
        if self._opened is None:
            raise HificError("No picture is open.")
        return self._opened

    def _codec(self, model: zoo.Installed) -> "Codec":
        key = (model.path, self.device)
        if key not in self._codecs:
            import torch

            # one core stays with the window
            torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
            from hific_core.codec import Codec
            from hific_core.device import choose_runtime

            self._codecs.clear()  # one model at a time
            self._codecs[key] = Codec(zoo.load(model, choose_runtime(self.device)))
        return self._codecs[key]

    def _encode(self, picture: "Picture", choice: Choice, progress: Progress) -> tuple["Codec", Any]:
        from hific_core.pixels.picture import without_private
        from hific_core.target import encode_to_target

        model = zoo.named(choice.model) if choice.model else zoo.default()
        if choice.regime is not None and choice.quality is None:
            model = zoo.for_regime(model, choice.regime)
        codec = self._codec(model)
        if choice.strip_metadata:
            picture = without_private(picture)
        if choice.max_bytes is not None:
            return codec, encode_to_target(codec, picture, max_bytes=choice.max_bytes, progress=progress)
        quality = model.card.regimes[choice.regime] if choice.quality is None and choice.regime else choice.quality
        return codec, codec.encode(picture, 500 if quality is None else quality, progress=progress)

    def compress(self, job: Job, choice: Choice, progress: Progress) -> Compressed:
        """Writes a .hfc file."""
        from hific_core.pixels.picture import read_picture

        started = time.monotonic()
        progress("read", 0.0)
        picture = read_picture(job.source, max_pixels=MAX_PIXELS)
        _, encoded = self._encode(picture, choice, progress)
        progress("write", 1.0)
        output = claim(job.planned, Collision.unique)
        size = hfc_file.write(output, encoded.file)
        height, width = picture.pixels.shape[:2]
        source_bytes = job.source.stat().st_size
        seconds = time.monotonic() - started
        return Compressed(job.source, output, width, height, source_bytes, size, seconds, encoded.notes)

    def show(self, path: Path, original: Path | None, progress: Progress) -> Shown:
        """Opens a .hfc file beside its original."""
        from hific_core.pixels.picture import read_picture

        progress("read", 0.0)
        file = hfc_file.read(path, max_pixels=MAX_PIXELS)
        header = file.header
        model = zoo.for_file(header.entropy_fingerprint.hex(), header.generator_fingerprint.hex())
        picture = None
        if original is not None:
            picture = read_picture(original, max_pixels=MAX_PIXELS)
            if picture.pixels.shape[:2] != (header.height, header.width):
                picture = None  # another picture of that name
        self._open(path, picture, original if picture is not None else None, file, self._codec(model), None)
        return self.decode_again(header.realism / 255, progress)

    def show_picture(self, path: Path, choice: Choice, progress: Progress) -> Shown:
        """Opens a picture and compresses it in memory."""
        from hific_core.pixels.picture import read_picture

        progress("read", 0.0)
        picture = read_picture(path, max_pixels=MAX_PIXELS)
        codec, encoded = self._encode(picture, choice, progress)
        self._open(path, picture, path, encoded.file, codec, encoded.seconds)
        return self.decode_again(0.0, progress)

    def _open(
        self,
        path: Path,
        picture: "Picture | None",
        original: Path | None,
        file: HfcFile,
        codec: "Codec",
        seconds: float | None,
    ) -> None:
        side = size = None
        if picture is not None and original is not None:
            size = original.stat().st_size
            label = f"Original · {original.suffix[1:].upper()} · {size / 1000:,.0f} kB"
            side = Side(label, pyramid(picture.pixels), picture.icc)
        self._opened = _Opened(path, picture, side, size, file, codec, seconds)

    def encode_again(self, choice: Choice, realism: float, progress: Progress) -> Shown:
        """The shown picture with another rate or model."""
        session = self._shown
        if session.picture is None:
            raise HificError("The original is not at hand, so that the picture cannot be compressed again.")
        codec, encoded = self._encode(session.picture, choice, progress)
        session.codec, session.file, session.encode_seconds = codec, encoded.file, encoded.seconds
        return self.decode_again(realism if codec.model.card.abilities.realism else 0.0, progress)

    def decode_again(self, realism: float, progress: Progress) -> Shown:
        """The shown file with another realism."""
        session = self._shown
        card, header = session.codec.model.card, session.file.header
        realism = realism if card.abilities.realism else 0.0
        decoded = session.codec.decode(session.file, realism=realism, progress=progress)
        regime = next((name for name, quality in card.regimes.items() if quality == header.quality), None)
        details = Details(
            name=session.path.name,
            width=header.width,
            height=header.height,
            bytes=len(session.file.pack()),
            hyperlatent_bytes=session.file.hyperlatent_bytes,
            latent_bytes=session.file.latent_bytes,
            metadata_bytes=session.file.metadata_bytes,
            original_bytes=session.original_bytes,
            model=card.name,
            quality=header.quality,
            regime=regime,
            realism=realism,
            encode_seconds=session.encode_seconds,
            decode_seconds=decoded.seconds,
            device=str(session.codec.model.runtime),
            notes=decoded.notes,
        )
        side = Side(
            f"{card.name} · {details.bytes / 1000:,.1f} kB", pyramid(decoded.picture.pixels), decoded.picture.icc
        )
        return Shown(session.original, side, details)

    def export(self, path: Path, realism: float, progress: Progress) -> tuple[str, ...]:
        """The reconstruction as a picture; returns sentences on what the format cannot hold."""
        from hific_core.pixels.picture import write_picture

        session = self._shown
        realism = realism if session.codec.model.card.abilities.realism else 0.0
        return write_picture(path, session.codec.decode(session.file, realism=realism, progress=progress).picture)


def described(error: BaseException) -> Failure | None:
    """What a person reads of an exception; None for one that means "cancelled"."""
    if isinstance(error, Cancelled):
        return None
    details = "".join(traceback.format_exception(error))
    if isinstance(error, HificError | UnreadableFile):
        return Failure(str(error), details, type(error).__name__)
    if isinstance(error, OSError):
        return Failure(f"{error.filename or 'A file'} could not be used ({error.strerror}); try again.", details)
    return Failure("Something went wrong that should not have; please report it with the details.", details)
