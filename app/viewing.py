"""The viewer's wires: what is open, what it is compared with, and how it is made again."""

import contextlib
import glob
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import Choice, Metrics, ModelInfo, Shown, Side
from app.pages.controls import Controls
from app.requests import Requests
from app.service import CodecService
from app.widgets.compare_view import CompareView
from app.widgets.readout import Readout
from app.worker import Failure

ORIGINALS = frozenset(
    [
        ".avif",
        ".bmp",
        ".gif",
        ".heic",
        ".heif",
        ".hif",
        ".jfif",
        ".jp2",
        ".jpe",
        ".jpeg",
        ".jpg",
        ".png",
        ".ppm",
        ".psd",
        ".tga",
        ".tif",
        ".tiff",
        ".webp",
    ]
)
_SALVAGEABLE = ("CorruptFile", "TruncatedFile")
_AT_MOST_EVERY = 100
"""Milliseconds between two paints of what arrives."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """What is to be seen; the same path may be opened twice."""

    path: Path
    original: Path | None = None
    """Of a .hfc file."""
    guessed: bool = False
    """Whether its name alone says that it is the original."""
    choice: Choice | None = None
    """Of a picture, compressed in memory."""
    salvage: bool = False
    realism: float | None = None
    """None for what a file proposes."""


class Viewing(QObject):
    """Holds what is shown; the last result stays until the next is there, and comes back if that is cancelled."""

    changed = Signal()
    """Another file is shown, or the same one made anew."""
    opened = Signal()
    """Something of another file is to be seen."""
    returned = Signal()
    """What was coming did not come."""
    salvage_offered = Signal(object, object, object)
    """The path of a damaged file, that of its original or None, and its Failure."""

    def __init__(
        self, requests: Requests, service: CodecService, view: CompareView, readout: Readout, controls: Controls
    ) -> None:
        super().__init__()
        self._requests, self._service = requests, service
        self._view, self._readout, self._controls = view, readout, controls
        self.shown: Shown | None = None
        self._wanted: _Opening | None = None
        """What is shown or coming."""
        self._shown_as: _Opening | None = None
        self.seen: Shown | None = None
        """What is before the eyes: it may still be being painted."""
        self._seen_as: _Opening | None = None
        self._asked: Choice | None = None
        """What the shown picture is being compressed with."""
        self._realism = 0.0
        """What was chosen, also while a model without that choice is looked at."""
        self._shown_realism = 0.0
        """The same, as it was when the shown picture came."""
        self._coming: int | None = None
        self._rival: int | None = None
        self._rival_side: Side | None = None
        self._measuring: int | None = None
        self._measuring_rival: int | None = None
        self._repaint = QTimer(self)
        self._repaint.setSingleShot(True)
        self._repaint.setInterval(_AT_MOST_EVERY)
        self._repaint.timeout.connect(view.update)
        controls.rival_asked.connect(self.compare_with)
        controls.mode_asked.connect(view.set_mode)
        controls.gain_asked.connect(view.set_gain)
        readout.lpips_asked.connect(self._fetch_lpips)
        view.region_changed.connect(lambda region: setattr(service.focus, "region", region))

    @property
    def has_original(self) -> bool:
        """Whether the shown picture can be compressed again."""
        return self.shown is not None and self.shown.original is not None

    @property
    def shown_path(self) -> Path | None:
        """Of the shown file or picture."""
        return None if self._shown_as is None else self._shown_as.path

    @property
    def seen_path(self) -> Path | None:
        """Of what is before the eyes."""
        return None if self._seen_as is None else self._seen_as.path

    @property
    def original_path(self) -> Path | None:
        """Of its original, where one was named."""
        if self._seen_as is None:
            return None
        return self._seen_as.original if self._seen_as.choice is None else self._seen_as.path

    @property
    def damaged(self) -> bool:
        """Whether what is shown is what could be saved of a file."""
        return self._shown_as is not None and self._shown_as.salvage

    @property
    def comes(self) -> bool:
        """Whether something is on its way."""
        return self._coming is not None

    def show_file(self, path: Path, original: Path | None, salvage: bool = False, guessed: bool = False) -> None:
        """A .hfc file, beside its original where there is one; with `salvage` a damaged one as far as it goes."""
        self._open(_Opening(path, original, guessed, salvage=salvage))

    def show_picture(self, path: Path, choice: Choice) -> None:
        """A picture, compressed in memory."""
        self._open(_Opening(path, choice=choice, realism=0.0))

    def _open(self, wanted: _Opening) -> None:
        self._wanted, self._asked, self._rival_side = wanted, None, None
        for ticket in (self._rival, self._measuring, self._measuring_rival):  # of what goes
            self._requests.drop(ticket)
        self._rival = self._measuring = self._measuring_rival = None
        if wanted.choice is not None:
            self._expect(self._service.show_picture(wanted.path, wanted.choice, wanted.realism or 0.0))
        else:
            how = wanted.salvage, wanted.realism, wanted.guessed
            self._expect(self._service.show(wanted.path, wanted.original, *how))

    @property
    def _another(self) -> _Opening | None:
        """What is being opened and is not the shown one; nothing that is chosen throws it away."""
        return self._wanted if self.comes and self._wanted is not self._shown_as else None

    def encode_again(self, choice: Choice) -> bool:
        """With another rate or model: the picture that is being opened, or else the shown one; whether there is one."""
        another = self._another
        if another is not None:
            if another.choice is None:
                return False
            self._open(replace(another, choice=choice))
        elif self.shown is not None and self.has_original:
            self._asked = choice
            self._expect(self._service.encode_again(self.shown, choice, self._realism))
        else:
            return False
        return True

    def decode_again(self, realism: float) -> None:
        """With another realism, likewise."""
        self._realism = realism
        if self._another is not None:
            self._open(replace(self._another, realism=realism))
        elif self._asked is not None:
            self.encode_again(self._asked)
        elif self.shown is not None:
            self._expect(self._service.decode_again(self.shown, realism))

    def refresh_controls(self, models: tuple[ModelInfo, ...]) -> None:
        """What the sliders can do."""
        name = self.shown.details.model if self.shown is not None else None
        model = next((each for each in models if each.name == name), None)
        self._controls.set_model(model, self.has_original)

    # --- coming -------------------------------------------------------------------------------------------------

    def _expect(self, ticket: int) -> None:
        self._requests.drop(self._coming)
        self._coming = self._requests.ask(
            ticket,
            self._have,
            opened=self._opened,
            painted=lambda: None if self._repaint.isActive() else self._repaint.start(),
            gone=self._gone,
        )

    def _opened(self, answer: object) -> None:
        """Its layers fill; numbers follow when all of it is there."""
        assert isinstance(answer, Shown)
        self._set_sides(answer)
        self.seen, self._seen_as = answer, self._wanted
        if self._another is not None:
            self._readout.show_details(answer.details)
            self.opened.emit()

    def _set_sides(self, shown: Shown) -> None:
        right = shown.reconstruction
        before = self.shown.reconstruction.layer if self.shown is not None else None
        same = before is not None and before.size == right.size and self._wanted is self._shown_as
        left = self._rival_side if self._rival_side is not None and same else shown.original
        self._view.set_sides(left, replace(right, behind=before) if same else right, shown.original)

    def _have(self, answer: object) -> None:
        assert isinstance(answer, Shown)
        self._set_sides(answer)
        if self._another is not None:
            self._realism = answer.details.realism
        self._shown_realism = self._realism
        self.shown, self._shown_as, self._coming, self._asked = answer, self._wanted, None, None
        self.seen, self._seen_as = self.shown, self._shown_as
        self._readout.show_details(answer.details)
        self._controls.show_details(answer.details)
        self.compare_with(self._controls.other.currentData())
        self._measure()
        self.changed.emit()

    def _gone(self, failure: Failure | None) -> None:
        """Cancelled or failed: what was there comes back."""
        gone, self._wanted = self._wanted, self._shown_as
        self._coming = self._asked = None
        self.seen, self._seen_as = self.shown, self._shown_as
        if self.shown is not None:
            self._realism = self._shown_realism
            self._set_sides(self.shown)
            self._readout.show_details(self.shown.details)
            self._controls.show_details(self.shown.details)
            if self._rival_side is None:
                self.compare_with(self._controls.other.currentData())
            self._measure()
        else:
            self._view.set_sides(None, None)
        self.returned.emit()
        if failure is None:
            return
        assert gone is not None
        another = gone is not self._shown_as and gone.choice is None and not gone.salvage
        if another and failure.kind in _SALVAGEABLE:
            self.salvage_offered.emit(gone.path, gone.original, failure)
        else:
            self._requests.failed.emit(failure)

    # --- beside it ----------------------------------------------------------------------------------------------

    def compare_with(self, name: str) -> None:
        """The original, or another codec at our bytes; what was there stays until the answer comes."""
        self._requests.drop(self._rival)
        self._requests.drop(self._measuring_rival)
        self._rival = self._measuring_rival = None
        if self.comes:  # then, for what has come
            self._rival_side = None
            return
        shown = self.shown
        if shown is None or shown.original is None:
            return
        if not name:
            self._rival_side = None
            self._view.set_sides(shown.original, shown.reconstruction)
            self._readout.show_rival(None)
            return
        size = shown.details.bytes - shown.details.metadata_bytes
        ticket = self._service.rival(name, shown.original, size)
        self._rival = self._requests.ask(ticket, self._have_rival, opened=self._have_part_of_rival, gone=self._no_rival)

    def _no_rival(self, failure: Failure | None) -> None:
        """Cancelled, or a picture that it cannot hold: the original comes back."""
        self._rival = None
        self._controls.other.setCurrentIndex(0)
        if failure is not None:
            self._requests.failed.emit(failure)

    def _have_part_of_rival(self, answer: object) -> None:
        assert isinstance(answer, Side)
        if self.shown is not None and self.shown.original is not None:
            original = self.shown.original
            self._view.set_sides(replace(answer, behind=original.layer), self.shown.reconstruction, original)

    def _have_rival(self, answer: object) -> None:
        assert isinstance(answer, Side)
        self._rival = None
        self._rival_side = answer
        if self.shown is not None and self.shown.original is not None:
            self._view.set_sides(answer, self.shown.reconstruction, self.shown.original)
            ticket = self._service.measure(self.shown.original, answer)
            self._measuring_rival = self._requests.ask(ticket, self._have_rival_metrics)

    def _measure(self) -> None:
        self._requests.drop(self._measuring)
        self._measuring = None
        if self.shown is not None and self.shown.original is not None:
            ticket = self._service.measure(self.shown.original, self.shown.reconstruction)
            self._measuring = self._requests.ask(ticket, self._have_metrics)

    def _have_metrics(self, answer: object) -> None:
        assert isinstance(answer, Metrics)
        self._readout.show_metrics(answer)

    def _have_rival_metrics(self, answer: object) -> None:
        assert isinstance(answer, Metrics)
        self._readout.show_rival(answer)

    def _fetch_lpips(self) -> None:
        self._readout.fetching()
        self._requests.ask(self._service.fetch_lpips(), lambda _: self._measure(), gone=self._could_not_fetch)

    def _could_not_fetch(self, failure: Failure | None) -> None:
        self._measure()
        if failure is not None:
            self._requests.failed.emit(failure)


def original_of(hfc: Path) -> Path | None:
    """A picture of the same name beside a .hfc file, rather an older one: what is newer may have been decoded of it."""
    whole = hfc.with_suffix("")
    candidates = [whole] if whole.suffix else []
    with contextlib.suppress(OSError):
        written = hfc.stat().st_mtime
        beside = [path for path in hfc.parent.glob(f"{glob.escape(hfc.stem)}.*") if path != hfc and path.is_file()]
        candidates += sorted(beside, key=lambda path: (path.stat().st_mtime > written, path))
    return next((path for path in candidates if path.suffix.lower() in ORIGINALS and path.is_file()), None)
