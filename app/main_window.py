"""The window: menus, docks, and the wires between pages and the service; does no work itself."""

import contextlib
import glob
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QFileDialog,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import dialogs
from app import preferences as kept
from app.jobs import Choice, Compressed, Found, JobState, Metrics, ModelInfo, Shown, Side
from app.menus import REGIMES, Menus
from app.pages.controls import Controls
from app.pages.queue_page import QueuePage
from app.paths import sample
from app.preferences import Preferences
from app.service import CodecService
from app.widgets.compare_view import CompareView
from app.widgets.drop_area import DropArea
from app.widgets.job_table import Row
from app.widgets.readout import Readout

ORIGINALS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".avif", ".heic", ".heif", ".bmp", ".jp2")
Done = Callable[[object], None]


class MainWindow(QMainWindow):
    """One window, one picture in the centre, nothing between the person and the comparison."""

    def __init__(self, service: CodecService, preferences: Preferences) -> None:
        super().__init__()
        self.service, self.preferences = service, preferences
        self.models: tuple[ModelInfo, ...] = ()
        self.shown: Shown | None = None
        self._waiting: dict[int, Done] = {}
        """What to do when a request is done."""
        self._viewing: int | None = None
        self._rival: int | None = None
        self._rival_side: Side | None = None
        self._open_first = False
        self.setWindowTitle("HiFiC Studio")
        self.setAcceptDrops(True)
        self._build()
        self.menus = Menus(self)
        self._connect()
        self._restore()
        self._ask(service.models(), self._have_models)

    # --- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.drop_area, self.view = DropArea(), CompareView()
        self.centre = QStackedWidget()
        self.centre.addWidget(self.drop_area)
        self.centre.addWidget(self.view)
        self.setCentralWidget(self.centre)
        self.queue, self.readout, self.controls = QueuePage(), Readout(), Controls()
        picture = QWidget()
        layout = QVBoxLayout(picture)
        layout.addWidget(self.readout)
        layout.addWidget(self.controls)
        layout.addStretch()
        self.queue_dock = self._dock(self.tr("Queue"), "queue", self.queue, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.picture_dock = self._dock(
            self.tr("This picture"), "picture", picture, Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.resizeDocks([self.queue_dock, self.picture_dock], [300, 300], Qt.Orientation.Horizontal)
        self.regime, self.model = QComboBox(), QComboBox()
        for name, text in zip(REGIMES, (self.tr("Low"), self.tr("Medium"), self.tr("High")), strict=True):
            self.regime.addItem(text, name)
        self.regime.setCurrentIndex(REGIMES.index(self.preferences.regime) if self.preferences.regime in REGIMES else 1)
        self.regime.setAccessibleName(self.tr("Regime"))
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setMinimumContentsLength(12)
        self.progress, self.cancel = QProgressBar(), QPushButton(self.tr("Cancel"))
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(220)
        self.pixel, self.zoom = QLabel(), QLabel()
        for widget in (self.pixel, self.zoom, self.progress, self.cancel):
            self.statusBar().addPermanentWidget(widget)
        self._idle()

    def _dock(self, title: str, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        s = self.service
        s.started.connect(self._started)
        s.progressed.connect(self._progressed)
        s.finished.connect(self._finished)
        s.failed.connect(self._failed)
        s.cancelled.connect(self._cancelled)
        self.drop_area.open_asked.connect(self.open_dialog)
        self.drop_area.sample_asked.connect(lambda: self.show_picture(sample()))
        q = self.queue
        q.open_asked.connect(lambda row: self.show_file(row.result.output, row.job.source))
        q.cancel_asked.connect(lambda row: self.service.cancel(row.ticket))
        q.retry_asked.connect(self._submit)
        q.folder_asked.connect(lambda row: dialogs.show_folder(row.result.output.parent))
        q.details_asked.connect(lambda row: dialogs.tell(self, row.reason, row.details))
        c = self.controls
        c.quality_asked.connect(lambda quality: self._again(Choice(self._model_name(), None, quality)))
        c.realism_asked.connect(self._realism)
        c.rival_asked.connect(self._ask_rival)
        c.mode_asked.connect(self.view.set_mode)
        c.gain_asked.connect(self.view.set_gain)
        self.regime.currentIndexChanged.connect(self._choice_changed)
        self.model.currentIndexChanged.connect(self._choice_changed)
        self.view.moved.connect(self._pixel)
        self.view.zoomed.connect(lambda scale: self.zoom.setText(f"{scale:.0%}"))
        self.readout.lpips_asked.connect(lambda: self._ask(self.service.fetch_lpips(), lambda _: self._measure()))
        self.cancel.clicked.connect(self._cancel_current)

    # --- requests and answers -----------------------------------------------------------------------------------

    def _ask(self, ticket: int, done: Done) -> int:
        self._waiting[ticket] = done
        return ticket

    def _started(self, ticket: int) -> None:
        row = self.queue.table.of(ticket)
        if row is not None:
            row.state = JobState.running
            self.queue.table.changed(row)

    def _progressed(self, ticket: int, stage: str, share: float) -> None:
        row = self.queue.table.of(ticket)
        if row is not None:
            row.stage, row.share = self._stage(stage), share
            self.queue.table.changed(row)
        self._current = ticket
        self.progress.show()
        self.cancel.show()
        self.progress.setValue(round(share * 1000))
        name = row.job.source.name if row is not None else ""
        self.statusBar().showMessage(f"{self._stage(stage)} {name}")

    def _stage(self, stage: str) -> str:
        names = {
            "read": self.tr("reading"),
            "analyse": self.tr("encoding"),
            "code": self.tr("coding"),
            "decode": self.tr("decoding"),
            "synthesise": self.tr("painting"),
            "write": self.tr("writing"),
            "search": self.tr("searching"),
        }
        return names.get(stage, stage)

    def _finished(self, ticket: int, result: object) -> None:
        row = self.queue.table.of(ticket)
        if row is not None and isinstance(result, Compressed):
            self._compressed(row, result)
        elif ticket in self._waiting:
            self._waiting.pop(ticket)(result)
        self._idle()

    def _failed(self, ticket: int, sentence: str, details: str) -> None:
        row = self.queue.table.of(ticket)
        if row is not None:
            row.state, row.reason, row.details = JobState.failed, sentence, details
            self.queue.table.changed(row)
            self.queue.refresh()
        elif self._waiting.pop(ticket, None) is not None:
            self.statusBar().showMessage(sentence)
            dialogs.tell(self, sentence, details)
        self._idle()

    def _cancelled(self, ticket: int) -> None:
        row = self.queue.table.of(ticket)
        if row is not None:
            row.state = JobState.cancelled
            self.queue.table.changed(row)
            self.queue.refresh()
        self._waiting.pop(ticket, None)
        self._idle()

    def _idle(self) -> None:
        self._current: int | None = None
        self.progress.hide()
        self.cancel.hide()
        self.statusBar().clearMessage()

    def _cancel_current(self) -> None:
        if self._current is not None:
            self.service.cancel(self._current)

    # --- files --------------------------------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Pictures are compressed, the last .hfc file is shown, folders are searched."""
        self._ask(self.service.find(paths), self._have_found)

    def _have_found(self, answer: object) -> None:
        found, problems = answer  # type: ignore[misc]
        pictures = [each for each in found if not each.is_hfc]
        files = [each.path for each in found if each.is_hfc]
        if problems:
            dialogs.tell(self, "\n".join(problems), "")
        if files:
            self.show_file(files[-1], original_of(files[-1]))
        self._open_first = not files and (self.shown is None or len(pictures) == 1)
        self._enqueue(pictures)

    def _enqueue(self, pictures: Sequence[Found]) -> None:
        folder = Path(self.preferences.output_folder) if self.preferences.output_folder else None
        for job in self.service.plan(pictures, folder, self.preferences.suffix):
            row = Row(job)
            self.queue.table.add(row)
            self._submit(row)

    def _submit(self, row: Row) -> None:
        row.state, row.reason, row.stage = JobState.waiting, "", ""
        row.ticket = self.service.compress(row.job, self._choice())
        self.queue.table.changed(row)
        self.queue.refresh()

    def _compressed(self, row: Row, result: Compressed) -> None:
        row.state, row.result, row.reason = JobState.done, result, " ".join(result.notes)
        self.queue.table.changed(row)
        self.queue.refresh()
        if self._open_first:
            self._open_first = False
            self.show_file(result.output, result.source)

    def show_file(self, path: Path, original: Path | None) -> None:
        """A .hfc file in the viewer, beside its original where there is one."""
        self._remember(path)
        self._view(self.service.show(path, original))

    def show_picture(self, path: Path) -> None:
        """A picture in the viewer, compressed in memory; nothing is written."""
        self._view(self.service.show_picture(path, self._choice()))

    def paste(self) -> None:
        """Compresses the picture on the clipboard, or opens the files there."""
        data = QGuiApplication.clipboard().mimeData()
        if data.hasUrls():
            self.open_paths([Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()])
        elif data.hasImage():
            folder = Path(QFileDialog.getExistingDirectory(self, self.tr("Where to put the pasted picture")) or "")
            target = folder / "pasted.png"
            if folder.parts and not target.exists() and QGuiApplication.clipboard().image().save(str(target)):
                self.open_paths([target])

    def _view(self, ticket: int) -> None:
        if self._viewing is not None:
            self.service.cancel(self._viewing)
        self._viewing = self._ask(ticket, self._have_shown)

    def _have_shown(self, answer: object) -> None:
        assert isinstance(answer, Shown)
        self.shown, self._viewing, self._rival_side = answer, None, None
        self.centre.setCurrentWidget(self.view)
        self.view.set_sides(answer.original, answer.reconstruction)
        self.readout.show_details(answer.details)
        self.controls.show_details(answer.details)
        self._refresh_controls()
        self.setWindowTitle(f"{answer.details.name} – HiFiC Studio")
        if self.controls.other.currentData():
            self._ask_rival(self.controls.other.currentData())
        self._measure()

    def _measure(self) -> None:
        if self.shown is not None and self.shown.original is not None:
            asked = self.shown
            done = lambda answer: self._have_metrics(asked, answer)  # noqa: E731
            self._ask(self.service.measure(asked.original, asked.reconstruction), done)

    def _have_metrics(self, asked: Shown, answer: object) -> None:
        assert isinstance(answer, Metrics)
        if asked is self.shown:
            self.readout.show_metrics(answer)

    def _ask_rival(self, name: str) -> None:
        if self._rival is not None:
            self.service.cancel(self._rival)
            self._rival = None
        if self.shown is None or self.shown.original is None:
            return
        self.view.set_sides(self.shown.original, self.shown.reconstruction)
        if name:
            asked = self.shown
            size = asked.details.bytes - asked.details.metadata_bytes
            done = lambda answer: self._have_rival(asked, answer)  # noqa: E731
            self._rival = self._ask(self.service.rival(name, asked.original, size), done)

    def _have_rival(self, asked: Shown, answer: object) -> None:
        assert isinstance(answer, Side)
        self._rival = None
        if asked is self.shown and self.controls.other.currentData():
            self.view.set_sides(answer, asked.reconstruction)

    # --- choices ------------------------------------------------------------------------------------------------

    def _have_models(self, answer: object) -> None:
        self.models, problems = answer  # type: ignore[assignment,misc]
        self.model.blockSignals(True)
        self.model.clear()
        for model in self.models:
            self.model.addItem(model.name, model.name)
        self.menus.fill_models(self.models, self.model.setCurrentIndex)
        wanted = self.preferences.model or next((model.name for model in self.models if model.default), "")
        self.model.setCurrentIndex(max(self.model.findData(wanted), 0))
        self.model.blockSignals(False)
        if problems:
            self.statusBar().showMessage(problems[0])
        self._refresh_controls()

    def _model_name(self) -> str:
        return self.model.currentData() or self.preferences.model

    def _choice(self) -> Choice:
        strip = self.preferences.strip_metadata
        return Choice(self._model_name(), self.regime.currentData(), strip_metadata=strip)

    def _choice_changed(self) -> None:
        self.preferences.model, self.preferences.regime = self._model_name(), self.regime.currentData()
        if self.shown is not None and self.shown.original is not None:
            self._again(self._choice())
        self._refresh_controls()

    def _again(self, choice: Choice) -> None:
        if self.shown is not None and self.shown.original is not None:
            self._view(self.service.encode_again(choice, self.controls.realism.value() / 100))

    def _realism(self, realism: float) -> None:
        if realism > 0 and not self.preferences.realism_told:
            self.preferences.realism_told = True
            self.statusBar().showMessage(
                self.tr("Above 0 the decoder invents texture that looks real but was not there.")
            )
        self._view(self.service.decode_again(realism))

    def _refresh_controls(self) -> None:
        name = self.shown.details.model if self.shown is not None else self._model_name()
        model = next((each for each in self.models if each.name == name), None)
        self.controls.set_model(model, self.shown is not None and self.shown.original is not None)
        self.menus.enable(self.shown is not None)

    def use_device(self, name: str) -> None:
        """Where the networks run from now on."""
        self.preferences.device = name
        self.service.use_device(name)

    # --- asked from menus ---------------------------------------------------------------------------------------

    def open_dialog(self) -> None:
        """Choose files."""
        paths = dialogs.files_to_open(self)
        if paths:
            self.open_paths(paths)

    def folder_dialog(self) -> None:
        """Choose where .hfc files go; none for beside the originals."""
        self.preferences.output_folder = dialogs.output_folder(self, self.preferences.output_folder)

    def save_dialog(self) -> None:
        """Save the shown .hfc file."""
        if self.shown is not None:
            path = dialogs.file_to_save(self, Path(self.shown.details.name).with_suffix(".hfc"), "*.hfc")
            if path is not None:
                self._ask(self.service.save_shown(path), lambda _: self._remember(path))

    def export_dialog(self) -> None:
        """Save the reconstruction as a picture."""
        if self.shown is not None:
            proposed = Path(self.shown.details.name).with_suffix(".png")
            path = dialogs.file_to_save(self, proposed, "*.png *.jpg *.tif *.webp")
            if path is not None:
                realism = self.shown.details.realism
                self._ask(self.service.export_shown(path, realism), self._have_exported)

    def _have_exported(self, answer: object) -> None:
        notes = " ".join(answer)  # type: ignore[arg-type]
        self.statusBar().showMessage(notes or self.tr("Exported"))

    def copy_text(self) -> None:
        """The readout to the clipboard."""
        QGuiApplication.clipboard().setText(self.readout.as_text())

    def copy_csv(self) -> None:
        """The numbers to the clipboard."""
        QGuiApplication.clipboard().setText(self.readout.as_csv())

    def full_screen(self) -> None:
        """And back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def properties(self) -> None:
        """Of the chosen model."""
        model = next((each for each in self.models if each.name == self._model_name()), None)
        if model is not None:
            dialogs.model_properties(self, model)

    def about(self) -> None:
        """What this is."""
        dialogs.about(self)

    def show_folder(self, folder: Path) -> None:
        """In the file manager."""
        dialogs.show_folder(folder)

    def fill_recent(self) -> None:
        """The menu of recent files."""
        menu = self.menus.recent
        menu.clear()
        for text in self.preferences.recent:
            menu.addAction(text, partial(self.open_paths, [Path(text)]))
        menu.addSeparator()
        clear = menu.addAction(self.tr("Clear"), self.preferences.recent.clear)
        clear.setEnabled(bool(self.preferences.recent))

    def _remember(self, path: Path) -> None:
        self.preferences.remember(path)

    # --- Qt's events --------------------------------------------------------------------------------------------

    def _pixel(self, place: object) -> None:
        if not isinstance(place, tuple):
            self.pixel.clear()
            return
        left, right = self.view.colours_at(*place)
        colours = "  |  ".join(" ".join(map(str, colour)) for colour in (left, right) if colour is not None)
        self.pixel.setText(f"{place[0]}, {place[1]}:  {colours}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what fell."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def _restore(self) -> None:
        self.resize(1280, 800)
        p = self.preferences
        if p.geometry:
            self.restoreGeometry(QByteArray(kept.unpacked(p.geometry)))
        if p.state:
            self.restoreState(QByteArray(kept.unpacked(p.state)))
        if not any(screen.geometry().intersects(self.frameGeometry()) for screen in QGuiApplication.screens()):
            self.move(40, 40)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks while work is going on; remembers what was chosen."""
        if self.service.busy and not dialogs.really_close(self):
            event.ignore()
            return
        p = self.preferences
        p.geometry, p.state = (
            kept.packed(bytes(self.saveGeometry().data())),
            kept.packed(bytes(self.saveState().data())),
        )
        p.save()
        self.service.close()
        event.accept()


def original_of(hfc: Path) -> Path | None:
    """A picture of the same name beside a .hfc file."""
    whole = hfc.with_suffix("")
    candidates = [whole] if whole.suffix else []
    with contextlib.suppress(OSError):
        candidates += [path for path in sorted(hfc.parent.glob(f"{glob.escape(hfc.stem)}.*")) if path != hfc]
    return next((path for path in candidates if path.suffix.lower() in ORIGINALS and path.is_file()), None)
