"""The one door to `hific_core`: everything the window asks of it, done on two threads.

The codec's thread encodes and decodes (torch is imported there, when it is first needed); the other looks for
files, makes rivals and measures. Every request gets a number, by which its signals are known.
"""

import itertools
import os
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.jobs import (
    Choice,
    Compressed,
    Details,
    Found,
    Job,
    Metrics,
    ModelInfo,
    Models,
    Pixels,
    Search,
    Shown,
    Side,
    pyramid,
)
from app.worker import Failure, Lane, Progress
from hific_core.cli.inputs import Input, find_inputs
from hific_core.cli.options import Collision
from hific_core.cli.outputs import Destination, claim, plan
from hific_core.container import hfc_file
from hific_core.container.hfc_file import HfcFile
from hific_core.errors import Cancelled, HificError, UnreadableFile
from hific_core.models import zoo

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.pixels.picture import Picture

MAX_PIXELS = 2_000_000_000


@dataclass(slots=True)
class _Session:
    """The picture in the viewer; only the codec's thread touches it."""

    path: Path
    picture: "Picture | None"
    """The original, where there is one."""
    original: Side | None
    original_bytes: int | None
    file: HfcFile
    codec: "Codec"
    encode_seconds: float | None


class CodecService(QObject):
    """Asked by the main window alone."""

    started = Signal(int)
    progressed = Signal(int, str, float)
    finished = Signal(int, object)
    failed = Signal(int, str, str)
    cancelled = Signal(int)

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self._device = device
        self._numbers = itertools.count(1)
        self._codecs: dict[tuple[Path, str], Codec] = {}
        self._session: _Session | None = None
        self._saved = threading.Lock()
        self._lanes = {name: Lane(name, _described) for name in ("codec", "side")}
        for lane in self._lanes.values():
            for name in ("started", "progressed", "finished", "failed", "cancelled"):
                getattr(lane, name).connect(getattr(self, name))

    # --- requests -----------------------------------------------------------------------------------------------

    def _ask(self, lane: str, work: Callable[[Progress], object], urgent: bool = False) -> int:
        ticket = next(self._numbers)
        self._lanes[lane].submit(ticket, work, urgent)
        return ticket

    def cancel(self, ticket: int) -> None:
        """Stops a request, whether it waits or runs."""
        for lane in self._lanes.values():
            lane.cancel(ticket)

    @property
    def busy(self) -> bool:
        """Whether the codec has work."""
        return self._lanes["codec"].busy

    def close(self) -> None:
        """Stops everything and waits."""
        for lane in self._lanes.values():
            lane.close()

    def use_device(self, device: str) -> None:
        """From the next request on: auto, cpu, cuda."""
        self._device = device

    def models(self) -> int:
        """-> Models."""
        return self._ask("side", lambda progress: _models())

    def find(self, paths: Sequence[Path]) -> int:
        """Files, and what lies in folders -> Search."""
        return self._ask("side", lambda progress: _find(paths))

    def count(self, folder: Path) -> int:
        """How many pictures a folder holds -> int."""
        return self._ask("side", lambda progress: _count(folder))

    def plan(self, found: Sequence[Found], folder: Path | None, suffix: str) -> tuple[Job, ...]:
        """Where each output shall lie; at once."""
        where = Destination(".hfc", suffix, folder=folder)
        outputs = plan([Input(each.path, each.root) for each in found], where)
        return tuple(Job(each.path, output) for each, output in zip(found, outputs, strict=True))

    def compress(self, job: Job, choice: Choice) -> int:
        """Writes a .hfc file -> Compressed."""
        return self._ask("codec", lambda progress: self._compress(job, choice, progress))

    def show(self, path: Path, original: Path | None) -> int:
        """Opens a .hfc file beside its original -> Shown."""
        return self._ask("codec", lambda progress: self._show(path, original, progress), urgent=True)

    def show_picture(self, path: Path, choice: Choice) -> int:
        """Opens a picture and compresses it in memory -> Shown."""
        return self._ask("codec", lambda progress: self._show_picture(path, choice, progress), urgent=True)

    def encode_again(self, choice: Choice, realism: float) -> int:
        """The shown picture with another rate or model -> Shown."""
        return self._ask("codec", lambda progress: self._encode_again(choice, realism, progress), urgent=True)

    def decode_again(self, realism: float) -> int:
        """The shown file with another realism -> Shown."""
        return self._ask("codec", lambda progress: self._decode(realism, progress), urgent=True)

    def save_shown(self, path: Path) -> int:
        """The shown .hfc file -> its number of bytes."""
        return self._ask("codec", lambda progress: hfc_file.write(path, self._shown.file), urgent=True)

    def export_shown(self, path: Path, realism: float) -> int:
        """The reconstruction as a picture with the file's metadata -> sentences on what the format cannot hold."""
        return self._ask("codec", lambda progress: self._export(path, realism, progress), urgent=True)

    def rival(self, name: str, original: Side, max_bytes: int) -> int:
        """Another codec at no more bytes -> Side."""
        return self._ask("side", lambda progress: _rival(name, original, max_bytes, progress))

    def measure(self, original: Side, other: Side) -> int:
        """-> Metrics."""
        return self._ask("side", lambda progress: _measure(original, other))

    def fetch_lpips(self) -> int:
        """Downloads the weights of LPIPS -> their path."""
        from hific_core import lpips_weights

        return self._ask("side", lpips_weights.fetch)

    # --- on the codec's thread ----------------------------------------------------------------------------------

    @property
    def _shown(self) -> _Session:
        if self._session is None:
            raise HificError("No picture is open.")
        return self._session

    def _codec(self, model: zoo.Installed) -> "Codec":
        key = (model.path, self._device)
        if key not in self._codecs:
            import torch

            # one core stays with the window
            torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
            from hific_core.codec import Codec
            from hific_core.device import choose_runtime

            self._codecs.clear()  # one model at a time
            self._codecs[key] = Codec(zoo.load(model, choose_runtime(self._device)))
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

    def _compress(self, job: Job, choice: Choice, progress: Progress) -> Compressed:
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

    def _show(self, path: Path, original: Path | None, progress: Progress) -> Shown:
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
        return self._decode(header.realism / 255, progress)

    def _show_picture(self, path: Path, choice: Choice, progress: Progress) -> Shown:
        from hific_core.pixels.picture import read_picture

        progress("read", 0.0)
        picture = read_picture(path, max_pixels=MAX_PIXELS)
        codec, encoded = self._encode(picture, choice, progress)
        self._open(path, picture, path, encoded.file, codec, encoded.seconds)
        return self._decode(0.0, progress)

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
        self._session = _Session(path, picture, side, size, file, codec, seconds)

    def _encode_again(self, choice: Choice, realism: float, progress: Progress) -> Shown:
        session = self._shown
        if session.picture is None:
            raise HificError("The original is not at hand, so that the picture cannot be compressed again.")
        codec, encoded = self._encode(session.picture, choice, progress)
        session.codec, session.file, session.encode_seconds = codec, encoded.file, encoded.seconds
        return self._decode(realism if codec.model.card.abilities.realism else 0.0, progress)

    def _decode(self, realism: float, progress: Progress) -> Shown:
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

    def _export(self, path: Path, realism: float, progress: Progress) -> tuple[str, ...]:
        from hific_core.pixels.picture import write_picture

        session = self._shown
        realism = realism if session.codec.model.card.abilities.realism else 0.0
        return write_picture(path, session.codec.decode(session.file, realism=realism, progress=progress).picture)


# --- on the other thread ----------------------------------------------------------------------------------------


def _models() -> Models:
    listing = zoo.listing()
    preferred = zoo.default() if listing.models else None
    found = []
    for model in listing.models:
        card = model.card
        regimes = {name: zoo.for_regime(model, name).card.regimes[name] for name in zoo.regimes_of(model)}
        found.append(
            ModelInfo(
                card.name,
                card.title,
                card.family,
                card.abilities.continuous_rate,
                card.abilities.realism,
                regimes,
                card.entropy_fingerprint,
                card.generator_fingerprint,
                card.licence,
                model.path,
                model == preferred,
            )
        )
    return Models(tuple(found), listing.problems)


def _find(paths: Sequence[Path]) -> Search:
    # what is no picture gets a row that says so, rather than vanishing
    wanted = find_inputs(paths, lambda path: True, "files")
    found = tuple(Found(each.path, each.root, each.path.suffix.lower() == ".hfc") for each in wanted.inputs)
    return Search(found, tuple(str(problem) for problem in wanted.problems))


def _count(folder: Path) -> int:
    from hific_core.pixels.formats import is_readable

    return len(find_inputs([folder], is_readable, "pictures").inputs) if folder.is_dir() else 0


def _rival(name: str, original: Side, max_bytes: int, progress: Progress) -> Side:
    from hific_core.compare import encode_at

    found = encode_at(name, original.pyramid[0], max_bytes, progress)
    size = f"{found.size / max_bytes:.1f} × our bytes" if found.exceeded else f"{found.size:,} bytes"
    return Side(f"{name.upper()} · {size}", pyramid(found.pixels), original.icc)


def _measure(original: Side, other: Side) -> Metrics:
    from hific_core import lpips_weights, metrics

    path = lpips_weights.cached_path()
    network = metrics.Lpips(path) if path.is_file() else None
    pixels: tuple[Pixels, Pixels] = (original.pyramid[0], other.pyramid[0])
    found = metrics.distances(*pixels, network)
    return Metrics(found.psnr, found.ms_ssim, found.lpips, network is None)


def _described(error: BaseException) -> Failure | None:
    if isinstance(error, Cancelled):
        return None
    details = "".join(traceback.format_exception(error))
    if isinstance(error, HificError | UnreadableFile):
        return Failure(str(error), details)
    if isinstance(error, OSError):
        return Failure(f"{error.filename or 'A file'} could not be used ({error.strerror}); try again.", details)
    return Failure("Something went wrong that should not have; please report it with the details.", details)
