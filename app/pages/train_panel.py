"""The training panel: a form, the run that goes on with its curves and samples, and the runs that were."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.jobs import Device, ModelInfo
from app.numerals import decimal, grouped
from app.pages.train_form import TrainForm
from app.sentences import translated
from app.widgets.charts import Charts
from app.widgets.job_table import time_text
from app.widgets.samples import Samples


class RunRow(NamedTuple):
    """An earlier run as it is listed."""

    folder: Path
    state: str
    """running, finished, stopped, failed or empty for one that has not begun."""
    stage: str
    step: int
    total: int
    data: str


class TrainPanel(QWidget):
    """Emits wishes; hears events."""

    start_asked = Signal(object)
    """A Wish."""
    pause_asked = Signal()
    stop_asked = Signal()
    continue_asked = Signal()
    """The paused run."""
    resume_asked = Signal(object)
    """The folder of an earlier run."""
    folder_asked = Signal(object)
    use_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._made, self._running, self._paused = "", False, False
        self._stage = ""
        """Of the last report."""
        self._validating, self._before = "", ""
        """What was said when a validation began, and before that."""
        self.form, self.charts, self.samples = TrainForm(), Charts(), Samples()
        self.state, self.progress = QLabel(self.tr("No run")), QProgressBar()
        self.state.setWordWrap(True)
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.start, self.pause = QPushButton(self.tr("Start")), QPushButton(self.tr("Pause"))
        self.stop, self.use = QPushButton(self.tr("Stop")), QPushButton(self.tr("Use this model"))
        self.runs = QTreeWidget()
        self.runs.setHeaderLabels([self.tr("Name"), self.tr("State"), self.tr("Step"), self.tr("Pictures")])
        self.runs.setRootIsDecorated(False)
        self.runs.setAccessibleName(self.tr("Earlier runs"))
        self.resume, self.folder = QPushButton(self.tr("Resume")), QPushButton(self.tr("Show folder"))
        self._lay_out()
        self.start.clicked.connect(self._start)
        self.pause.clicked.connect(self._pause)
        self.stop.clicked.connect(self.stop_asked)
        self.use.clicked.connect(lambda: self.use_asked.emit(self._made))
        self.resume.clicked.connect(lambda: self.resume_asked.emit(self.chosen_run()))
        self.folder.clicked.connect(lambda: self.folder_asked.emit(self.chosen_run()))
        self.form.changed.connect(self._refresh)
        self.runs.currentItemChanged.connect(self._refresh)
        self._refresh()

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        new, earlier = QWidget(), QWidget()
        within = QVBoxLayout(new)
        within.addWidget(area, 1)
        for widget in (self.form.lpips, self.form.problem, self.start):
            within.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self.resume)
        buttons.addWidget(self.folder)
        buttons.addStretch()
        within = QVBoxLayout(earlier)
        within.addWidget(self.runs, 1)
        within.addLayout(buttons)
        header = self.runs.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.tabs = QTabWidget()
        self.tabs.addTab(new, self.tr("New run"))
        self.tabs.addTab(earlier, self.tr("Earlier runs"))
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        for button in (self.pause, self.stop, self.use):
            row.addWidget(button)
        seen = QSplitter(Qt.Orientation.Horizontal)
        seen.addWidget(self.charts)
        seen.addWidget(self.samples)
        seen.setSizes([500, 400])
        right = QWidget()
        within = QVBoxLayout(right)
        within.addLayout(row)
        within.addWidget(self.progress)
        within.addWidget(seen, 1)
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(self.tabs)
        whole.addWidget(right)
        whole.setSizes([360, 700])
        whole.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(whole)
        self.setMinimumHeight(260)

    # --- what is known ------------------------------------------------------------------------------------------

    def set_models(self, models: Sequence[ModelInfo]) -> None:
        """What a run may start from."""
        self.form.set_models(models)

    def set_devices(self, devices: Sequence[Device]) -> None:
        """Where it may run."""
        self.form.set_devices(devices)

    def set_runs(self, rows: Sequence[RunRow]) -> None:
        """Earlier runs, newest first."""
        words = {
            "running": self.tr("running"),
            "finished": self.tr("finished"),
            "stopped": self.tr("stopped"),
            "failed": self.tr("failed"),
        }
        self.runs.clear()
        for row in rows:
            step = f"{row.stage} {grouped(row.step)} / {grouped(row.total)}" if row.total else "–"
            texts = [row.folder.name, words.get(row.state, self.tr("not begun")), step, row.data]
            item = QTreeWidgetItem(self.runs, texts)
            item.setData(0, Qt.ItemDataRole.UserRole, row)
            item.setToolTip(0, str(row.folder))
        newest = self.runs.topLevelItem(0)
        if newest is not None:
            self.runs.setCurrentItem(newest)
        self.form.set_taken([row.folder.name for row in rows])
        self._refresh()

    def chosen_run(self) -> Path | None:
        """In the list of earlier ones."""
        row = self._chosen_row()
        return row.folder if row is not None else None

    def _chosen_row(self) -> RunRow | None:
        item = self.runs.currentItem()
        found: RunRow | None = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        return found

    def set_running(self, running: bool, paused: bool = False) -> None:
        """What can be pressed."""
        self._running, self._paused = running, paused
        if running:
            self._made = ""
        self._refresh()

    def stopping(self) -> None:
        """It was asked to stop and writes a checkpoint; a second press of Stop does not wait for that."""
        self.pause.setEnabled(False)
        self.state.setText(self.tr("Writing a checkpoint… press Stop again to end without it."))

    def begin(self) -> None:
        """Another run is watched: nothing of the last one is left."""
        self._stage = ""
        self.charts.clear()
        self.samples.clear()
        self.progress.setRange(0, 0)
        self.state.setText(self.tr("Starting…"))

    def end(self, complaint: str) -> None:
        """The run is over, by itself or because it was asked to."""
        if self.progress.maximum() == 0:
            self.progress.setRange(0, 1)
        if complaint:
            self.state.setText(complaint)
        elif self._paused:
            self.state.setText(self.tr("Paused; it goes on where it was."))
        elif not self._made:
            self.state.setText(self.tr("Stopped; it can be resumed from the earlier runs."))

    def _refresh(self) -> None:
        row = self._chosen_row()
        self.start.setEnabled(not self._running and not self.form.wrong())
        self.pause.setEnabled(self._running or self._paused)
        self.pause.setText(self.tr("Continue") if self._paused else self.tr("Pause"))
        self.stop.setEnabled(self._running)
        self.resume.setEnabled(not self._running and row is not None and row.state not in ("finished", "running"))
        self.folder.setEnabled(row is not None)
        self.use.setEnabled(bool(self._made))

    # --- what the run says --------------------------------------------------------------------------------------

    def hear(self, event: Mapping[str, Any]) -> None:
        """An event of the run."""
        match event.get("event"):
            case "step":
                self._go_on()
                self._report(event)
            case "begun" | "checkpoint":
                self._end_validation()  # of a run that was ended meanwhile
                self._go_on()
            case "validating":
                self._go_on()
                self._before = self.state.text()
                text = self.tr("Validating at step {}, which takes some minutes…")
                self._validating = text.format(grouped(int(event["step"])))
                self.state.setText(self._validating)
            case "validation":
                self._end_validation()
                scores = [each for each in event["scores"].values() if each]
                means = {}
                for name in ("psnr", "lpips"):
                    known = [each[name] for each in scores if each.get(name) is not None]
                    means[name] = sum(known) / len(known) if known else None
                self.charts.add(int(event["step"]), means, str(event.get("stage", self._stage)))
            case "sample":
                path = Path(str(event["path"]))
                # logs of earlier releases tell the stage by the folder alone: RUN/STAGE/samples/FILE
                stage = event.get("stage", path.parent.parent.name)
                self.samples.add(int(event["step"]), path, str(stage))
            case "exported":
                self._made = str(event["name"])
                self.state.setText(self.tr("The model {} is ready").format(self._made))
                self._refresh()
            case "error" | "note":
                self.state.setText(translated(str(event["text"])))

    def _go_on(self) -> None:
        """More steps after a model: it was made longer, and that model was not its end."""
        if self._made:
            self._made = ""
            self.progress.setRange(0, 0)
            self.state.setText(self.tr("Starting…"))
            self._refresh()

    def _end_validation(self) -> None:
        if self.state.text() == self._validating:  # nothing else was said since
            self.state.setText(self._before)

    def _report(self, event: Mapping[str, Any]) -> None:
        step, total, self._stage = int(event["step"]), int(event["total"]), str(event["stage"])
        self.progress.setRange(0, total)
        self.progress.setValue(step)
        self.charts.add(step, event["losses"], self._stage)
        left = time_text(float(event["seconds_left"] or 0))
        stage = self.tr("realism") if self._stage == "gan" else self.tr("rate and distortion")
        text = self.tr("{}: step {} / {} · {} bpp · {} left")
        bits = decimal(float(event["bpp"] or 0), 3)
        self.state.setText(text.format(stage, grouped(step), grouped(total), bits, left))

    # --- what is asked ------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if not self.form.wrong():
            self.start_asked.emit(self.form.wish())

    def _pause(self) -> None:
        (self.continue_asked if self._paused else self.pause_asked).emit()
