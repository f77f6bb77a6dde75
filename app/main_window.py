"""The window: menus, docks, and the wires between pages and the service; does no work itself."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QFrame,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import dialogs, theme
from app import preferences as kept
from app.jobs import Choice, Compressed, ModelInfo, Models, Search
from app.menus import REGIMES, Menus
from app.pages.controls import Controls
from app.pages.queue_page import QueuePage
from app.pages.train_panel import TrainPanel
from app.paths import runs_folder, sample
from app.preferences import Preferences
from app.queueing import Queueing
from app.requests import Requests
from app.service import CodecService
from app.training import Training
from app.viewing import Viewing, original_of
from app.widgets.compare_view import CompareView
from app.widgets.drop_area import DropArea
from app.widgets.job_table import stage_text
from app.widgets.readout import Readout
from app.worker import Failure


class MainWindow(QMainWindow):
    """One window, one picture in the centre, nothing between the person and the comparison."""

    def __init__(self, service: CodecService, preferences: Preferences) -> None:
        super().__init__()
        self.service, self.preferences = service, preferences
        self.models: tuple[ModelInfo, ...] = ()
        self._open_first = False
        self._current: int | None = None
        self.setWindowTitle("HiFiC Studio")
        self.setAcceptDrops(True)
        self._build()
        self.requests = Requests(service)
        self.viewing = Viewing(self.requests, service, self.view, self.readout, self.controls)
        self.queueing = Queueing(service, self.queue, self._choice)
        self.training = Training(self.requests, service, self.train_panel, runs_folder(), self._use_model)
        self.menus = Menus(self)
        self._connect()
        self._restore()
        self.requests.ask(service.models(), self._have_models)

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
        self.train_panel = TrainPanel()
        self.train_dock = self._dock(
            self.tr("Training"), "training", self.train_panel, Qt.DockWidgetArea.BottomDockWidgetArea
        )
        self.train_dock.hide()
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
        area_of = QScrollArea()
        area_of.setWidget(widget)
        area_of.setWidgetResizable(True)
        area_of.setFrameShape(QFrame.Shape.NoFrame)
        dock.setWidget(area_of)
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        self.drop_area.open_asked.connect(self.open_dialog)
        self.drop_area.sample_asked.connect(lambda: self.show_picture(sample()))
        self.queue.open_asked.connect(lambda row: self.show_file(row.result.output, row.job.source))
        self.queue.folder_asked.connect(lambda row: dialogs.show_folder(row.result.output.parent))
        self.queue.details_asked.connect(lambda row: dialogs.tell(self, row.reason, row.details))
        self.queueing.compressed.connect(self._compressed)
        self.viewing.changed.connect(self._shown_changed)
        self.viewing.opened.connect(lambda: self.centre.setCurrentWidget(self.view))
        self.viewing.returned.connect(self._returned)
        self.viewing.salvage_offered.connect(self._offer_salvage)
        self.controls.original_asked.connect(self.find_original)
        self.training.models_changed.connect(self._have_models)
        self.requests.failed.connect(lambda failure: dialogs.tell(self, failure.sentence, failure.details))
        self.controls.quality_asked.connect(
            lambda quality: self.viewing.encode_again(Choice(self._model_name(), None, quality))
        )
        self.controls.realism_asked.connect(self._realism)
        self.regime.currentIndexChanged.connect(self._choice_changed)
        self.model.currentIndexChanged.connect(self._choice_changed)
        self.view.moved.connect(self._pixel)
        self.view.zoomed.connect(lambda scale: self.zoom.setText(f"{scale:.0%}"))
        self.service.progressed.connect(self._progressed)
        for signal in (self.service.finished, self.service.failed, self.service.cancelled):
            signal.connect(self._idle)
        self.cancel.clicked.connect(lambda: self.service.cancel(self._current or 0))

    def _progressed(self, ticket: int, stage: str, share: float) -> None:
        self._current = ticket
        self.progress.show()
        self.cancel.show()
        self.progress.setValue(round(share * 1000))
        self.statusBar().showMessage(stage_text(stage))

    def _idle(self, ticket: int = 0) -> None:
        if ticket == (self._current or ticket):
            self._current = None
            self.progress.hide()
            self.cancel.hide()
            self.statusBar().clearMessage()

    # --- files --------------------------------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Pictures are compressed, the last .hfc file is shown, folders are searched."""
        self.requests.ask(self.service.find(paths), self._have_found)

    def _have_found(self, answer: object) -> None:
        assert isinstance(answer, Search)
        pictures = [each for each in answer.found if not each.is_hfc]
        files = [each.path for each in answer.found if each.is_hfc]
        if answer.problems:
            dialogs.tell(self, "\n".join(answer.problems), "")
        if files:
            self.show_file(files[-1], original_of(files[-1]))
        self._open_first = not files and (self.viewing.shown is None or len(pictures) == 1)
        folder = Path(self.preferences.output_folder) if self.preferences.output_folder else None
        self.queueing.add(pictures, folder, self.preferences.suffix)

    def _compressed(self, result: Compressed) -> None:
        if self._open_first:
            self._open_first = False
            self.show_file(result.output, result.source)

    def show_file(self, path: Path, original: Path | None) -> None:
        """A .hfc file in the viewer, beside its original where there is one."""
        self.preferences.remember(path)
        self.viewing.show_file(path, original)

    def show_picture(self, path: Path) -> None:
        """A picture in the viewer, compressed in memory; nothing is written."""
        self.viewing.show_picture(path, self._choice())

    def _shown_changed(self) -> None:
        assert self.viewing.shown is not None
        self.centre.setCurrentWidget(self.view)
        self.setWindowTitle(f"{self.viewing.shown.details.name} – HiFiC Studio")
        self._refresh()

    def _returned(self) -> None:
        self.centre.setCurrentWidget(self.view if self.viewing.shown is not None else self.drop_area)

    def _offer_salvage(self, path: Path, failure: Failure) -> None:
        text = self.tr("{} is damaged. What is whole can still be shown, the rest will be grey.").format(path.name)
        box = dialogs.tell(self, text, f"{failure.sentence}\n\n{failure.details}")
        save = box.addButton(self.tr("Show what can be saved"), QMessageBox.ButtonRole.AcceptRole)
        save.clicked.connect(lambda: self.viewing.show_file(path, original_of(path), salvage=True))

    def find_original(self) -> None:
        """Choose the picture that the shown .hfc file was made from."""
        path = self.viewing.path
        found = dialogs.picture_to_open(self, path.parent) if path is not None else None
        if path is not None and found is not None:
            self.viewing.show_file(path, found)

    def paste(self) -> None:
        """Opens the files on the clipboard, or compresses the picture there, which needs a place first."""
        data = QGuiApplication.clipboard().mimeData()
        if data.hasUrls():
            self.open_paths([Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()])
        elif data.hasImage():
            path = dialogs.file_to_save(self, Path("pasted.png"), "*.png")
            if path is not None and QGuiApplication.clipboard().image().save(str(path)):
                self.open_paths([path])

    def _use_model(self, name: str) -> None:
        self.model.setCurrentIndex(max(self.model.findData(name), 0))

    # --- choices ------------------------------------------------------------------------------------------------

    def _have_models(self, answer: object) -> None:
        assert isinstance(answer, Models)
        self.models = answer.models
        self.model.blockSignals(True)
        self.model.clear()
        for model in self.models:
            self.model.addItem(model.name, model.name)
        self.menus.fill_models(self.models, self.model.setCurrentIndex)
        self.train_panel.set_models(self.models)
        wanted = self.preferences.model or next((model.name for model in self.models if model.default), "")
        self.model.setCurrentIndex(max(self.model.findData(wanted), 0))
        self.model.blockSignals(False)
        if answer.problems:
            self.statusBar().showMessage(answer.problems[0])
        self._refresh()

    def _model_name(self) -> str:
        return self.model.currentData() or self.preferences.model

    def _choice(self) -> Choice:
        strip = self.preferences.strip_metadata
        return Choice(self._model_name(), self.regime.currentData(), strip_metadata=strip)

    def _choice_changed(self) -> None:
        self.preferences.model, self.preferences.regime = self._model_name(), self.regime.currentData()
        self.viewing.encode_again(self._choice())

    def _realism(self, realism: float) -> None:
        if realism > 0 and not self.preferences.realism_told:
            self.preferences.realism_told = True
            text = self.tr("Above 0 the decoder invents texture that looks real but was not there.")
            self.statusBar().showMessage(text)
        self.viewing.decode_again(realism)

    def _refresh(self) -> None:
        self.viewing.refresh_controls(self.models)
        self.menus.enable(self.viewing.shown is not None)

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
        if self.viewing.shown is not None:
            path = dialogs.file_to_save(self, Path(self.viewing.shown.details.name).with_suffix(".hfc"), "*.hfc")
            if path is not None:
                self.requests.ask(self.service.save_shown(path), lambda _: self.preferences.remember(path))

    def export_dialog(self) -> None:
        """Save the reconstruction as a picture."""
        if self.viewing.shown is not None:
            proposed = Path(self.viewing.shown.details.name).with_suffix(".png")
            path = dialogs.file_to_save(self, proposed, "*.png *.jpg *.tif *.webp")
            if path is not None:
                realism = self.viewing.shown.details.realism
                self.requests.ask(self.service.export_shown(path, realism), self._have_exported)

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

    def use_theme(self, name: str) -> None:
        """system, light or dark."""
        self.preferences.theme = name
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, name)

    def fill_recent(self) -> None:
        """The menu of recent files."""
        menu = self.menus.recent
        menu.clear()
        for text in self.preferences.recent:
            menu.addAction(text, partial(self.open_paths, [Path(text)]))
        menu.addSeparator()
        clear = menu.addAction(self.tr("Clear"), self.preferences.recent.clear)
        clear.setEnabled(bool(self.preferences.recent))

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
        if self.training.running and not dialogs.leave_training(self):
            event.ignore()
            return
        if self.service.busy and not dialogs.really_close(self):
            event.ignore()
            return
        p = self.preferences
        p.geometry, p.state = (
            kept.packed(bytes(self.saveGeometry().data())),
            kept.packed(bytes(self.saveState().data())),
        )
        p.save()
        self.training.close()
        self.service.close()
        event.accept()
