"""The one door to `hific_core`: everything the window asks of it, done on threads of their own.

The codec's thread (`session`) encodes and decodes; "side" makes rivals and measures (`beside`), which takes long;
"files" looks for files, models and thumbnails, for which a person waits; "download" waits for the network.
Every request gets a number, by which its signals are known.
"""

import itertools
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import Choice, Compressed, Focus, Found, Job, Shown, Side
from app.service import beside, library
from app.service.failures import described
from app.service.painting import Tell
from app.service.session import Session
from app.worker import Lane, Progress
from hific_core.cli.inputs import Input
from hific_core.cli.outputs import Destination, plan

_PATIENCE = 1.0
"""Seconds to wait at the end for what writes nothing: a network or a search may not be heard of for half a minute."""


class CodecService(QObject):
    """Asked by the main window alone."""

    started = Signal(int)
    progressed = Signal(int, str, float)
    finished = Signal(int, object)
    failed = Signal(int, object)
    """The second is a Failure."""
    cancelled = Signal(int)
    opened = Signal(int, object)
    """A first answer, a Shown or a Side, whose layer fills from now on."""
    painted = Signal(int)
    """More of the layer is known."""

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self._numbers = itertools.count(1)
        self.focus = Focus()
        """What is looked at: that part is done first."""
        self.left_behind = False
        """Whether something that writes nothing still runs after closing."""
        self._session = Session(device, self.focus)
        self._lanes = {name: Lane(name, described) for name in ("codec", "files", "side", "download")}
        for lane in self._lanes.values():
            for name in ("started", "progressed", "finished", "failed", "cancelled"):
                getattr(lane, name).connect(getattr(self, name))

    # --- requests -----------------------------------------------------------------------------------------------

    def _ask(self, lane: str, work: Callable[[Progress], object], urgent: bool = False) -> int:
        ticket = next(self._numbers)
        self._lanes[lane].submit(ticket, work, urgent)
        return ticket

    def _view(self, work: Callable[[Progress, Tell], object]) -> int:
        ticket = next(self._numbers)
        tell = Tell(partial(self.opened.emit, ticket), partial(self.painted.emit, ticket))
        self._lanes["codec"].submit(ticket, lambda progress: work(progress, tell), urgent=True)
        return ticket

    def cancel(self, ticket: int) -> None:
        """Stops a request, whether it waits or runs."""
        for lane in self._lanes.values():
            lane.cancel(ticket)

    @property
    def busy(self) -> bool:
        """Whether the codec has work."""
        return self._lanes["codec"].busy

    @property
    def coded(self) -> int | None:
        """What the codec does now."""
        return self._lanes["codec"].current

    @property
    def fetching(self) -> bool:
        """Whether something is being downloaded."""
        return self._lanes["download"].busy

    def close(self) -> None:
        """Stops everything and waits, for what writes files to its end."""
        for lane in self._lanes.values():
            lane.leave()
        self._lanes["codec"].close()
        until = time.monotonic() + _PATIENCE
        others = [lane for name, lane in self._lanes.items() if name != "codec"]
        ended = [lane.close(max(until - time.monotonic(), 0.0)) for lane in others]
        self.left_behind = not all(ended)

    def use_device(self, device: str) -> None:
        """From the next request on: auto, cpu, cuda."""
        self._session.device = device

    def use_model(self, name: str) -> None:
        """Which model the person chose: a file of the original HiFiC does not say which one it needs."""
        self._session.named = name

    def models(self) -> int:
        """-> Models."""
        return self._ask("files", lambda progress: beside.models())

    def find(self, paths: Sequence[Path]) -> int:
        """Files, and what lies in folders -> Search."""
        return self._ask("files", lambda progress: beside.find(paths))

    def count(self, folder: Path) -> int:
        """How many pictures a folder holds -> int."""
        return self._ask("files", lambda progress: beside.count(folder))

    def plan(self, found: Sequence[Found], folder: Path | None, suffix: str) -> tuple[Job, ...]:
        """Where each output shall lie; at once."""
        where = Destination(".hfc", suffix, folder=folder)
        outputs = plan([Input(each.path, each.root) for each in found], where)
        return tuple(Job(each.path, output) for each, output in zip(found, outputs, strict=True))

    def compress(self, job: Job, choice: Choice) -> int:
        """Writes a .hfc file -> Compressed."""
        return self._ask("codec", lambda progress: self._session.compress(job, choice, progress))

    def show(
        self,
        path: Path,
        original: Path | None,
        salvage: bool = False,
        realism: float | None = None,
        guessed: bool = False,
    ) -> int:
        """Opens a .hfc file beside its original -> Shown; with `salvage` a damaged one, as far as it goes.

        `realism` instead of what the file proposes; an original that is `guessed` is none where it was decoded.
        """
        show = partial(self._session.show, path, original, salvage=salvage, realism=realism, guessed=guessed)
        return self._view(show)

    def show_picture(self, path: Path, choice: Choice, realism: float = 0.0) -> int:
        """Opens a picture and compresses it in memory -> Shown."""
        return self._view(lambda progress, tell: self._session.show_picture(path, choice, progress, tell, realism))

    def encode_again(self, shown: Shown, choice: Choice, realism: float) -> int:
        """A shown picture with another rate or model -> Shown."""
        return self._view(lambda progress, tell: self._session.encode_again(shown, choice, realism, progress, tell))

    def decode_again(self, shown: Shown, realism: float) -> int:
        """A shown file with another realism -> Shown."""
        return self._view(lambda progress, tell: self._session.decode_again(shown, realism, progress, tell))

    def save(self, shown: Shown, path: Path) -> int:
        """A shown .hfc file -> its number of bytes."""
        return self._ask("codec", lambda progress: self._session.save(shown, path), urgent=True)

    def export(self, shown: Shown, path: Path) -> int:
        """A shown reconstruction as a picture with the file's metadata -> sentences on what the format cannot hold."""
        return self._ask("codec", lambda progress: self._session.export(shown, path, progress), urgent=True)

    def rival(self, name: str, original: Side, max_bytes: int) -> int:
        """Another codec at no more bytes; what is looked at is `opened` first -> Side."""
        ticket = next(self._numbers)
        tell = partial(self.opened.emit, ticket)
        work = partial(beside.rival, name, original, max_bytes, self.focus)
        self._lanes["side"].submit(ticket, lambda progress: work(progress, tell))
        return ticket

    def measure(self, original: Side, other: Side) -> int:
        """-> Metrics."""
        return self._ask("side", lambda progress: beside.measure(original, other, progress))

    def fetch_lpips(self) -> int:
        """Downloads the weights of LPIPS -> their path."""
        from hific_core import lpips_weights

        return self._ask("download", lpips_weights.fetch)

    # --- the library --------------------------------------------------------------------------------------------

    def models_folder(self) -> Path:
        """Where the person's own models lie; at once."""
        return library.models_folder()

    def import_model(self, path: Path) -> int:
        """Checks a model and copies it into the person's folder -> its name."""
        return self._ask("codec", lambda progress: library.import_model(path, progress), urgent=True)

    def remove_model(self, path: Path) -> int:
        """Of the person's own folder -> None."""
        return self._ask("files", lambda progress: library.remove_model(path))

    def devices(self) -> int:
        """Asked on the codec's thread, where torch lives -> tuple of Device."""
        return self._ask("codec", lambda progress: library.devices(), urgent=True)

    def lpips_at_hand(self) -> int:
        """-> whether its weights need not be fetched."""
        return self._ask("files", lambda progress: library.lpips_at_hand())

    def compress_by(self, job: Job, choice: Choice, rule: str) -> int:
        """As `compress`; `rule` for an output that is there: unique, skip, overwrite -> Compressed or Skipped."""
        return self._ask("codec", lambda progress: library.compress(self._session, job, choice, rule, progress))

    def score(self, done: Compressed) -> int:
        """Of the written file against its picture -> Score."""
        return self._ask(
            "codec", lambda progress: library.score(self._session, done.source, done.output, progress), urgent=True
        )

    def thumbnail(self, path: Path, side: int) -> int:
        """-> uint8 (H, W, 3), or None."""
        return self._ask("files", lambda progress: library.thumbnail(path, side))
