"""The viewer's wires: what is open, what it is compared with, and how it is made again."""

import contextlib
import glob
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import Choice, Metrics, ModelInfo, Shown, Side
from app.pages.controls import Controls
from app.requests import Requests
from app.service import CodecService
from app.widgets.compare_view import CompareView
from app.widgets.readout import Readout
from app.worker import Failure

ORIGINALS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".avif", ".heic", ".heif", ".bmp", ".jp2")
_SALVAGEABLE = ("CorruptFile", "TruncatedFile")
_AT_MOST_EVERY = 100
"""Milliseconds between two paints of what arrives."""


class Viewing(QObject):
    """Holds what is shown; the last result stays until the next is there, and comes back if that is cancelled."""

    changed = Signal()
    """Another file is shown, or the same one made anew."""
    opened = Signal()
    """Something of another file is to be seen."""
    returned = Signal()
    """What was coming did not come."""
    salvage_offered = Signal(object, object)
    """The path of a damaged file, and its Failure."""

    def __init__(
        self, requests: Requests, service: CodecService, view: CompareView, readout: Readout, controls: Controls
    ) -> None:
        super().__init__()
        self._requests, self._service = requests, service
        self._view, self._readout, self._controls = view, readout, controls
        self.shown: Shown | None = None
        self.path: Path | None = None
        """Of the shown or coming file."""
        self._as_picture = False
        """Whether that is a picture, compressed in memory."""
        self._shown_path: Path | None = None
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

    def show_file(self, path: Path, original: Path | None, salvage: bool = False) -> None:
        """A .hfc file, beside its original where there is one; with `salvage` a damaged one as far as it goes."""
        self.path, self._as_picture = path, False
        self._rival_side = None
        self._expect(self._service.show(path, original, salvage), None if salvage else path)

    def show_picture(self, path: Path, choice: Choice) -> None:
        """A picture, compressed in memory."""
        self.path, self._as_picture = path, True
        self._rival_side = None
        self._expect(self._service.show_picture(path, choice))

    @property
    def _another_comes(self) -> bool:
        """Whether a file is being opened that is not the shown one; nothing that is chosen throws it away."""
        return self._coming is not None and self.path != self._shown_path

    def encode_again(self, choice: Choice) -> None:
        """With another rate or model: the picture that is being opened, or else the shown one."""
        if self._another_comes:
            if self._as_picture and self.path is not None:
                self.show_picture(self.path, choice)
        elif self.has_original:
            self._expect(self._service.encode_again(choice, self._controls.realism.value() / 100))

    def decode_again(self, realism: float) -> None:
        """With another realism."""
        if self.shown is not None and not self._another_comes:
            self._expect(self._service.decode_again(realism))

    def refresh_controls(self, models: tuple[ModelInfo, ...]) -> None:
        """What the sliders can do."""
        name = self.shown.details.model if self.shown is not None else None
        model = next((each for each in models if each.name == name), None)
        self._controls.set_model(model, self.has_original)

    # --- coming -------------------------------------------------------------------------------------------------

    def _expect(self, ticket: int, path: Path | None = None) -> None:
        """`path`: of a file whose rest can be offered where it is damaged."""
        self._requests.drop(self._coming)
        self._coming = self._requests.ask(
            ticket,
            self._have,
            opened=self._opened,
            painted=lambda: None if self._repaint.isActive() else self._repaint.start(),
            gone=lambda failure: self._gone(path, failure),
        )

    def _opened(self, answer: object) -> None:
        """Its layers fill; numbers follow when all of it is there."""
        assert isinstance(answer, Shown)
        self._set_sides(answer)
        if self.path != self._shown_path:
            self._readout.show_details(answer.details)
            self.opened.emit()

    def _set_sides(self, shown: Shown) -> None:
        right = shown.reconstruction
        before = self.shown.reconstruction.layer if self.shown is not None else None
        same = before is not None and before.size == right.size and self.path == self._shown_path
        left = self._rival_side if self._rival_side is not None and same else shown.original
        self._view.set_sides(left, replace(right, behind=before) if same else right)

    def _have(self, answer: object) -> None:
        assert isinstance(answer, Shown)
        self._set_sides(answer)
        self.shown, self._shown_path, self._coming = answer, self.path, None
        self._readout.show_details(answer.details)
        self._controls.show_details(answer.details)
        self.compare_with(self._controls.other.currentData())
        self._measure()
        self.changed.emit()

    def _gone(self, path: Path | None, failure: Failure | None) -> None:
        """Cancelled or failed: what was there comes back."""
        self._coming, self.path = None, self._shown_path
        if self.shown is not None:
            self._set_sides(self.shown)
            self._readout.show_details(self.shown.details)
            self._controls.show_details(self.shown.details)
            self._measure()
        else:
            self._view.set_sides(None, None)
        self.returned.emit()
        if failure is None:
            return
        if path is not None and failure.kind in _SALVAGEABLE:
            self.salvage_offered.emit(path, failure)
        else:
            self._requests.failed.emit(failure)

    # --- beside it ----------------------------------------------------------------------------------------------

    def compare_with(self, name: str) -> None:
        """The original, or another codec at our bytes; what was there stays until the answer comes."""
        self._requests.drop(self._rival)
        self._requests.drop(self._measuring_rival)
        self._rival = self._measuring_rival = None
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
        self._rival = self._requests.ask(ticket, self._have_rival, opened=self._have_part_of_rival)

    def _have_part_of_rival(self, answer: object) -> None:
        assert isinstance(answer, Side)
        if self.shown is not None and self.shown.original is not None:
            behind = self.shown.original.layer
            self._view.set_sides(replace(answer, behind=behind), self.shown.reconstruction)

    def _have_rival(self, answer: object) -> None:
        assert isinstance(answer, Side)
        self._rival = None
        self._rival_side = answer
        if self.shown is not None and self.shown.original is not None:
            self._view.set_sides(answer, self.shown.reconstruction)
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
    """A picture of the same name beside a .hfc file."""
    whole = hfc.with_suffix("")
    candidates = [whole] if whole.suffix else []
    with contextlib.suppress(OSError):
        candidates += [path for path in sorted(hfc.parent.glob(f"{glob.escape(hfc.stem)}.*")) if path != hfc]
    return next((path for path in candidates if path.suffix.lower() in ORIGINALS and path.is_file()), None)
