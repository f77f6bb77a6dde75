"""The window: menus, docks, and the wires between pages and the service; does no work itself."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import dialogs, placing
from app.choosing import Choosing
from app.commands import Commands
from app.jobs import Compressed, ModelInfo, Models, Search
from app.menus import Menus
from app.pages.controls import Controls
from app.pages.queue_page import QueuePage
from app.pages.train_panel import TrainPanel
from app.paths import runs_folder, sample
from app.preferences import Preferences
from app.queueing import Queueing
from app.requests import Requests
from app.screen_profile import screen_space
from app.service import CodecService
from app.training import Training
from app.viewing import Viewing, original_of
from app.widgets.compare_view import CompareView
from app.widgets.drop_area import DropArea
from app.widgets.job_table import stage_text
from app.widgets.notice import ElidedLabel, Notice
from app.widgets.readout import Readout
from app.widgets.tall_area import TallArea
from app.worker import Failure


class MainWindow(QMainWindow):
    """One window, one picture in the centre, nothing between the person and the comparison."""

    def __init__(self, service: CodecService, preferences: Preferences) -> None:
        super().__init__()
        self.service, self.preferences = service, preferences
        self.models: tuple[ModelInfo, ...] = ()
        self._open_next: set[Path] = set()
        """Pictures of which the first that is compressed shall be shown."""
        self._slid: int | None = None
        """A quality that was chosen for the shown or coming picture alone."""
        self._slid_shown: int | None = None
        self._current: int | None = None
        self._stage = ""
        self.asks = True
        """Whether closing asks about what goes on; not where the system ends the program."""
        self.setWindowTitle("HiFiC Studio")
        self.setAcceptDrops(True)
        self.choosing = Choosing(preferences)
        self._build()
        self.requests = Requests(service)
        self.viewing = Viewing(self.requests, service, self.view, self.readout, self.controls)
        self.queueing = Queueing(self.requests, service, self.queue, self.choosing.choice, preferences)
        self.training = Training(self.requests, service, self.train_panel, runs_folder(), self.choosing.use_model)
        self.commands = Commands(self)
        self.menus = Menus(self)
        self._connect()
        placing.restore(self, preferences)
        self.view.set_screen(screen_space(preferences.screen_profile))
        self.requests.ask(service.models(), self.have_models)
        if preferences.device not in ("auto", "cpu"):  # it may be gone
            self.commands.ask_devices()

    # --- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.drop_area, self.view = DropArea(), CompareView()
        self.centre = QStackedWidget()
        self.centre.addWidget(self.drop_area)
        self.centre.addWidget(self.view)
        self.notice = Notice()
        middle = QWidget()
        within = QVBoxLayout(middle)
        within.setContentsMargins(0, 0, 0, 0)
        within.setSpacing(0)
        within.addWidget(self.notice)
        within.addWidget(self.centre, 1)
        self.setCentralWidget(middle)
        self.queue, self.readout, self.controls = QueuePage(), Readout(), Controls()
        picture = QWidget()
        layout = QVBoxLayout(picture)
        layout.addWidget(self.readout)
        layout.addWidget(self.controls)
        layout.addStretch()
        self.queue_dock = self._dock(self.tr("Queue"), "queue", self.queue, Qt.DockWidgetArea.LeftDockWidgetArea, False)
        self.picture_dock = self._dock(
            self.tr("This picture"), "picture", picture, Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.train_panel = TrainPanel()
        self.train_dock = self._dock(
            self.tr("Training"), "training", self.train_panel, Qt.DockWidgetArea.BottomDockWidgetArea, False
        )
        self.train_dock.hide()
        self.resizeDocks([self.queue_dock, self.picture_dock], [300, 300], Qt.Orientation.Horizontal)
        self.regime, self.model = self.choosing.regime, self.choosing.model
        self.progress, self.cancel = QProgressBar(), QPushButton(self.tr("Cancel"))
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(220)
        self.pixel, self.zoom = QLabel(), QLabel()
        self.statusBar().addWidget(ElidedLabel(honest()), 1)
        for widget in (self.pixel, self.zoom, self.progress, self.cancel):
            self.statusBar().addPermanentWidget(widget)
        self._idle()

    def _dock(
        self, title: str, name: str, widget: QWidget, area: Qt.DockWidgetArea, scrolls: bool = True
    ) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(TallArea(widget) if scrolls else widget)
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        self.drop_area.open_asked.connect(self.commands.open_dialog)
        self.drop_area.recent_asked.connect(lambda path: self.open_paths([path]))
        self.drop_area.set_recent([Path(text) for text in self.preferences.recent])
        self.drop_area.sample_asked.connect(lambda: self.show_picture(sample()))
        self.queue.open_asked.connect(lambda row: self.show_file(row.result.output, row.job.source))
        self.queue.folder_asked.connect(lambda row: dialogs.show_folder(row.result.output.parent))
        self.queue.details_asked.connect(lambda row: dialogs.tell(self, row.reason, row.details))
        self.queueing.compressed.connect(self._compressed)
        self.viewing.changed.connect(self._shown_changed)
        self.viewing.opened.connect(lambda: self.centre.setCurrentWidget(self.view))
        self.viewing.returned.connect(self._returned)
        for signal in (self.viewing.changed, self.viewing.returned):
            signal.connect(self.commands.tidy_idle)
        self.viewing.salvage_offered.connect(self._offer_salvage)
        self.controls.original_asked.connect(lambda: self.commands.find_original())
        self.training.models_changed.connect(self.have_models)
        self.train_dock.visibilityChanged.connect(self._training_seen)
        self.train_panel.folder_asked.connect(dialogs.show_folder)
        self.requests.failed.connect(lambda failure: dialogs.tell(self, failure.sentence, failure.details))
        self.controls.quality_asked.connect(self._quality)
        self.controls.realism_asked.connect(self._realism)
        self.choosing.changed.connect(self._chosen)
        self.view.moved.connect(self._pixel)
        self.view.zoomed.connect(lambda scale: self.zoom.setText(f"{scale:.0%}"))
        self.service.progressed.connect(self._progressed)
        for signal in (self.service.finished, self.service.failed, self.service.cancelled):
            signal.connect(self._idle)
        self.cancel.clicked.connect(lambda: self.service.cancel(self._current or 0))

    def _training_seen(self, seen: bool) -> None:
        if seen:
            self.training.opened()
            self.commands.ask_devices()

    def _progressed(self, ticket: int, stage: str, share: float) -> None:
        """What the codec does is told first: that is what a person waits for and what *Cancel* means."""
        if self.service.coded not in (None, ticket):
            return
        self._current = ticket
        self.progress.show()
        self.cancel.show()
        self.progress.setValue(round(share * 1000))
        if self.statusBar().currentMessage() in ("", self._stage):  # what came of other work stays to be read
            self._stage = stage_text(stage)
            self.statusBar().showMessage(self._stage)

    def _idle(self, ticket: int = 0) -> None:
        if ticket == (self._current or ticket):
            self._current = None
            self.progress.hide()
            self.cancel.hide()
            if self.statusBar().currentMessage() == self._stage:  # what came of the work stays to be read
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
            dialogs.tell_all(self, answer.problems)
        if files:
            self.show_file(files[-1], original_of(files[-1]), guessed=True)
        show = not files and (self.viewing.shown is None or len(pictures) == 1)
        self._open_next = {each.path for each in pictures} if show else set()
        self.queueing.add(pictures)

    def _compressed(self, result: Compressed) -> None:
        if result.source in self._open_next:
            self._open_next = set()
            self.show_file(result.output, result.source)

    def show_file(self, path: Path, original: Path | None, guessed: bool = False) -> None:
        """A .hfc file in the viewer, beside its original where there is one, which may be guessed by its name."""
        self.preferences.remember(path)
        self._slid = None
        self.viewing.show_file(path, original, guessed=guessed)

    def show_picture(self, path: Path) -> None:
        """A picture in the viewer, compressed in memory; nothing is written."""
        self._slid = None
        self.viewing.show_picture(path, self.choosing.choice())

    def _shown_changed(self) -> None:
        assert self.viewing.shown is not None
        self._slid_shown = self._slid
        self.centre.setCurrentWidget(self.view)
        self.setWindowTitle(f"{self.viewing.shown.details.name} – HiFiC Studio")
        self._refresh()

    def _returned(self) -> None:
        self._slid = self._slid_shown
        self.centre.setCurrentWidget(self.view if self.viewing.shown is not None else self.drop_area)

    def _offer_salvage(self, path: Path, original: Path | None, failure: Failure) -> None:
        text = self.tr("{} is damaged. What is whole can still be shown, the rest will be grey.").format(path.name)
        box = dialogs.tell(self, text, f"{failure.sentence}\n\n{failure.details}")
        save = box.addButton(self.tr("Show what can be saved"), QMessageBox.ButtonRole.AcceptRole)
        save.clicked.connect(lambda: self.viewing.show_file(path, original, salvage=True))

    # --- choices ------------------------------------------------------------------------------------------------

    def _chosen(self, rate: bool) -> None:
        """`rate`: that is what was chosen, so that the slider's counts no more."""
        self.service.use_model(self.choosing.model_name)
        if rate or not self.choosing.serves("custom"):
            self._slid = None
        choosing = self.choosing
        self.viewing.encode_again(choosing.choice() if self._slid is None else choosing.choice_at(self._slid))

    def _quality(self, quality: int) -> None:
        if self.viewing.encode_again(self.choosing.choice_at(quality)):
            self._slid = quality

    def have_models(self, answer: object) -> None:
        """What is installed, at the start and whenever that has changed."""
        assert isinstance(answer, Models)
        self.models = answer.models
        self.choosing.set_models(answer)
        self.service.use_model(self.choosing.model_name)
        self.menus.set_models()
        self.train_panel.set_models(self.models)
        if answer.problems:
            self.notice.say(dialogs.few(answer.problems))  # the status bar is wiped by the next hover
        self._refresh()

    def _realism(self, realism: float) -> None:
        if realism > 0 and not self.preferences.realism_told:
            self.preferences.realism_told = True
            self.preferences.save()
            text = self.tr("Above 0 the decoder invents texture that looks real but was not there.")
            self.notice.say(f"{text} {honest()}")
        self.viewing.decode_again(realism)

    def _refresh(self) -> None:
        self.viewing.refresh_controls(self.models)
        self.menus.enable(self.viewing.shown is not None)

    # --- Qt's events --------------------------------------------------------------------------------------------

    def _pixel(self, place: object) -> None:
        if not isinstance(place, tuple):
            self.pixel.clear()
            return
        left, right = self.view.colours_at(*place)
        colours = "  |  ".join(" ".join(map(str, colour)) for colour in (left, right) if colour is not None)
        self.pixel.setText(f"{place[0]}, {place[1]}:  {colours}")

    def changeEvent(self, event: QEvent) -> None:
        """Another theme has icons of another colour."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "menus"):
            self.menus.tint()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere; what a browser drags is an address, which nothing here opens."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens what fell."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks while work is going on; remembers what was chosen."""
        answer = dialogs.leave_training(self) if self.asks and self.training.running else "keep"
        if answer == "cancel":
            event.ignore()
            return
        if self.asks and not dialogs.may_stop(self, self.service.busy, self.service.fetching):
            event.ignore()
            return
        placing.remember(self, self.preferences)
        self.preferences.save()
        if answer == "stop":
            self.training.stop()
        self.training.close()
        self.hide()  # what runs may take a moment to stop
        self.service.close()
        self.commands.tidy()
        event.accept()


def honest() -> str:
    """What must not be forgotten of any picture here."""
    return QCoreApplication.translate(
        "MainWindow", "A generative codec invents texture: not for medical pictures, documents or evidence."
    )
