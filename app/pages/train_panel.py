"""The training panel: what to train on and how, how far it is, what it looks like."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.jobs import ModelInfo
from app.widgets.charts import Charts
from app.widgets.job_table import time_text

FEW_PICTURES = 200
PRESETS = ("lite", "hific-low", "hific-med", "hific-high")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was filled in."""

    data: Path
    name: str
    start: str
    """A model's name, empty for none."""
    preset: str
    stage: str
    steps: int
    gan_steps: int
    batch: int
    crop: int
    learning_rate: float
    device: str

    def arguments(self, save: Path) -> list[str]:
        """Of `hific train`."""
        found = ["--data", str(self.data), "--preset", self.preset, "--stage", self.stage, "--name", self.name]
        found += ["--save", str(save), "--steps", str(self.steps), "--gan-steps", str(self.gan_steps)]
        found += ["--batch", str(self.batch), "--crop", str(self.crop), "--device", self.device]
        found += ["--learning-rate", str(self.learning_rate), "--log-every", "10", "--workers", "0", "--json-lines"]
        found += ["--validate-every", str(max(self.steps // 4, 1))]
        return found + (["--init", self.start] if self.start else [])


class TrainPanel(QWidget):
    """Emits wishes; hears events."""

    start_asked = Signal(object)
    pause_asked = Signal()
    resume_asked = Signal(object)
    use_asked = Signal(str)
    count_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.data = QLineEdit()
        self.data.setPlaceholderText(self.tr("Folder of pictures"))
        browse = QPushButton(self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        self.count = QLabel()
        self.name = QLineEdit("my-model")
        self.start_from, self.preset, self.stage, self.device = (QComboBox() for _ in range(4))
        self.preset.addItems(PRESETS)
        for text, stage in ((self.tr("Both"), "both"), (self.tr("Rate"), "rd"), (self.tr("Realism"), "gan")):
            self.stage.addItem(text, stage)
        self.device.addItems(["auto", "cpu", "cuda"])
        self.steps, self.gan_steps, self.batch, self.crop = (QSpinBox() for _ in range(4))
        for box, top, value in (
            (self.steps, 10_000_000, 20_000),
            (self.gan_steps, 10_000_000, 10_000),
            (self.batch, 512, 8),
            (self.crop, 1024, 128),
        ):
            box.setRange(1, top)
            box.setValue(value)
        self.crop.setRange(64, 1024)
        self.crop.setSingleStep(64)
        self.rate = QDoubleSpinBox()
        self.rate.setDecimals(6)
        self.rate.setRange(1e-6, 1.0)
        self.rate.setValue(5e-4)
        self.estimate = QLabel()
        self.estimate.setWordWrap(True)
        self.charts = Charts()
        self.sample = QLabel()
        self.sample.setMinimumSize(200, 120)
        self.sample.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress, self.state = QProgressBar(), QLabel(self.tr("No run"))
        self.state.setWordWrap(True)
        self.start, self.pause = QPushButton(self.tr("Start")), QPushButton(self.tr("Pause"))
        self.resume, self.use = QPushButton(self.tr("Resume")), QPushButton(self.tr("Use this model"))
        self.earlier = QComboBox()
        self.earlier.setAccessibleName(self.tr("Earlier runs"))
        self._made = ""
        self._lay_out(browse)
        self.start.clicked.connect(self._start)
        self.pause.clicked.connect(self.pause_asked)
        self.resume.clicked.connect(lambda: self.resume_asked.emit(self.earlier.currentData()))
        self.use.clicked.connect(lambda: self.use_asked.emit(self._made))
        self.data.editingFinished.connect(lambda: self.count_asked.emit(Path(self.data.text())))
        for box in (self.steps, self.gan_steps, self.batch, self.crop):
            box.valueChanged.connect(self._estimate)
        self.set_running(False)
        self._estimate()

    def _lay_out(self, browse: QPushButton) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self.data, 1)
        folder.addWidget(browse)
        form = QFormLayout()
        form.addRow(self.tr("Pictures"), folder)
        form.addRow("", self.count)
        rows: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Name"), self.name),
            (self.tr("Start from"), self.start_from),
            (self.tr("Preset"), self.preset),
            (self.tr("Stage"), self.stage),
            (self.tr("Steps"), self.steps),
            (self.tr("Steps for realism"), self.gan_steps),
            (self.tr("Batch"), self.batch),
            (self.tr("Crop"), self.crop),
            (self.tr("Learning rate"), self.rate),
            (self.tr("Device"), self.device),
        )
        for text, widget in rows:
            form.addRow(text, widget)
        form.addRow(self.estimate)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start)
        buttons.addWidget(self.pause)
        again = QHBoxLayout()
        again.addWidget(self.earlier, 1)
        again.addWidget(self.resume)
        left = QVBoxLayout()
        left.addLayout(form)
        left.addLayout(buttons)
        left.addLayout(again)
        left.addStretch()
        right = QVBoxLayout()
        right.addWidget(self.state)
        right.addWidget(self.progress)
        right.addWidget(self.charts, 2)
        right.addWidget(self.sample, 1)
        right.addWidget(self.use)
        layout = QHBoxLayout(self)
        layout.addLayout(left, 1)
        layout.addLayout(right, 2)

    # --- what is known ------------------------------------------------------------------------------------------

    def set_models(self, models: tuple[ModelInfo, ...]) -> None:
        """What a run may start from."""
        chosen = self.start_from.currentData()
        self.start_from.clear()
        self.start_from.addItem(self.tr("Nothing"), "")
        for model in models:
            self.start_from.addItem(model.name, model.name)
        self.start_from.setCurrentIndex(max(self.start_from.findData(chosen), 0))

    def set_count(self, number: int) -> None:
        """How many pictures the folder holds."""
        text = self.tr("{} pictures").format(number)
        if number < FEW_PICTURES:
            text += " · " + self.tr("few: it will learn these by heart, start from a model")
        self.count.setText(text)

    def set_runs(self, folders: list[Path]) -> None:
        """Earlier runs, newest first."""
        self.earlier.clear()
        for folder in folders:
            self.earlier.addItem(folder.name, folder)
        self.resume.setEnabled(bool(folders) and self.start.isEnabled())

    def set_running(self, running: bool) -> None:
        """What can be pressed."""
        self.start.setEnabled(not running)
        self.pause.setEnabled(running)
        self.resume.setEnabled(not running and self.earlier.count() > 0)
        if running:
            self._made = ""
        self.use.setEnabled(bool(self._made))

    def hear(self, event: dict[str, object]) -> None:
        """An event of the run."""
        match event.get("event"):
            case "step":
                self._report(event)
            case "validation":
                scores = [each for each in event["scores"].values() if each]  # type: ignore[attr-defined]
                mean = sum(each["psnr"] for each in scores) / max(len(scores), 1)
                self.charts.add(int(event["step"]), {"psnr": mean})  # type: ignore[call-overload]
            case "sample":
                pixmap = QPixmap(str(event["path"]))
                size = self.sample.size()
                self.sample.setPixmap(
                    pixmap.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
                )
            case "exported":
                self._made = str(event["name"])
                self.use.setEnabled(True)
                self.state.setText(self.tr("The model {} is ready").format(self._made))
            case "error":
                self.state.setText(str(event["text"]))
            case "note":
                self.state.setText(str(event["text"]))

    def _report(self, event: dict[str, object]) -> None:
        step, total = int(event["step"]), int(event["total"])  # type: ignore[call-overload]
        self.progress.setRange(0, total)
        self.progress.setValue(step)
        self.charts.add(step, event["losses"])  # type: ignore[arg-type]
        left = time_text(float(event["seconds_left"] or 0))  # type: ignore[arg-type]
        text = self.tr("{} {} / {} · {} bpp · {} left")
        self.state.setText(text.format(event["stage"], step, total, f"{float(event['bpp'] or 0):.3f}", left))  # type: ignore[arg-type]

    def _estimate(self) -> None:
        lite = self.preset.currentText() == "lite"
        # measured on two processor cores: a lite step of eight 192-pixel crops takes 0.2 s, forward and backward
        cost = 0.2 / (8 * 192**2) * (1 if lite else 60)
        seconds = cost * self.batch.value() * self.crop.value() ** 2 * (self.steps.value() + 2 * self.gan_steps.value())
        memory = 0.4 + (6e-9 if lite else 4e-8) * self.batch.value() * self.crop.value() ** 2 * 10
        text = self.tr("On two processor cores about {} and {} GB of memory; a GPU is some fifty times faster.")
        self.estimate.setText(text.format(time_text(seconds), f"{memory:.1f}"))

    # --- what is asked ------------------------------------------------------------------------------------------

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"), self.data.text())
        if folder:
            self.data.setText(folder)
            self.count_asked.emit(Path(folder))

    def wish(self) -> Wish:
        """What is filled in."""
        return Wish(
            data=Path(self.data.text()),
            name=self.name.text().strip() or "my-model",
            start=self.start_from.currentData() or "",
            preset=self.preset.currentText(),
            stage=self.stage.currentData(),
            steps=self.steps.value(),
            gan_steps=self.gan_steps.value(),
            batch=self.batch.value(),
            crop=self.crop.value() // 64 * 64,
            learning_rate=self.rate.value(),
            device=self.device.currentText(),
        )

    def _start(self) -> None:
        if not self.data.text().strip():
            self.state.setText(self.tr("Choose a folder of pictures first."))
            return
        self.charts.clear()
        self.start_asked.emit(self.wish())
