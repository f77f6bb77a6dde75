"""The viewer's wires: what is open, what it is compared with, and how it is made again."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import Choice, Metrics, ModelInfo, Shown, Side
from app.pages.controls import Controls
from app.requests import Requests
from app.service import CodecService
from app.widgets.compare_view import CompareView
from app.widgets.readout import Readout


class Viewing(QObject):
    """Holds what is shown; the last result stays until the next is there."""

    changed = Signal()
    """Another file is shown, or the same one made anew."""

    def __init__(
        self, requests: Requests, service: CodecService, view: CompareView, readout: Readout, controls: Controls
    ) -> None:
        super().__init__()
        self._requests, self._service = requests, service
        self._view, self._readout, self._controls = view, readout, controls
        self.shown: Shown | None = None
        self._coming: int | None = None
        self._rival: int | None = None
        self._measuring: int | None = None
        controls.rival_asked.connect(self.compare_with)
        controls.mode_asked.connect(view.set_mode)
        controls.gain_asked.connect(view.set_gain)
        readout.lpips_asked.connect(self._fetch_lpips)

    @property
    def has_original(self) -> bool:
        """Whether the shown picture can be compressed again."""
        return self.shown is not None and self.shown.original is not None

    def show_file(self, path: Path, original: Path | None) -> None:
        """A .hfc file, beside its original where there is one."""
        self._expect(self._service.show(path, original))

    def show_picture(self, path: Path, choice: Choice) -> None:
        """A picture, compressed in memory."""
        self._expect(self._service.show_picture(path, choice))

    def encode_again(self, choice: Choice) -> None:
        """With another rate or model."""
        if self.has_original:
            self._expect(self._service.encode_again(choice, self._controls.realism.value() / 100))

    def decode_again(self, realism: float) -> None:
        """With another realism."""
        if self.shown is not None:
            self._expect(self._service.decode_again(realism))

    def refresh_controls(self, models: tuple[ModelInfo, ...]) -> None:
        """What the sliders can do."""
        name = self.shown.details.model if self.shown is not None else None
        model = next((each for each in models if each.name == name), None)
        self._controls.set_model(model, self.has_original)

    def _expect(self, ticket: int) -> None:
        self._requests.drop(self._coming)
        self._coming = self._requests.ask(ticket, self._have)

    def _have(self, answer: object) -> None:
        assert isinstance(answer, Shown)
        self.shown, self._coming = answer, None
        self._view.set_sides(answer.original, answer.reconstruction)
        self._readout.show_details(answer.details)
        self._controls.show_details(answer.details)
        self.compare_with(self._controls.other.currentData())
        self._measure()
        self.changed.emit()

    # --- beside it ----------------------------------------------------------------------------------------------

    def compare_with(self, name: str) -> None:
        """The original, or another codec at our bytes; what was there stays until the answer comes."""
        self._requests.drop(self._rival)
        self._rival = None
        shown = self.shown
        if shown is None or shown.original is None:
            return
        if not name:
            self._view.set_sides(shown.original, shown.reconstruction)
            return
        size = shown.details.bytes - shown.details.metadata_bytes
        self._rival = self._requests.ask(self._service.rival(name, shown.original, size), self._have_rival)

    def _have_rival(self, answer: object) -> None:
        assert isinstance(answer, Side)
        self._rival = None
        if self.shown is not None:
            self._view.set_sides(answer, self.shown.reconstruction)

    def _measure(self) -> None:
        self._requests.drop(self._measuring)
        self._measuring = None
        if self.shown is not None and self.shown.original is not None:
            ticket = self._service.measure(self.shown.original, self.shown.reconstruction)
            self._measuring = self._requests.ask(ticket, self._have_metrics)

    def _have_metrics(self, answer: object) -> None:
        assert isinstance(answer, Metrics)
        self._measuring = None
        self._readout.show_metrics(answer)

    def _fetch_lpips(self) -> None:
        self._readout.fetching()
        self._requests.ask(self._service.fetch_lpips(), lambda _: self._measure())
