"""What a training run shall be: pictures, first weights, preset, steps; with an estimate, and what is wrong with it."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.jobs import Device, ModelInfo
from app.numerals import decimal
from app.pages.train_presets import OFFERS, Offer
from app.paths import typed
from app.widgets.job_table import time_text

FEW_PICTURES = 200
REGIMES = ("low", "med", "high")
SMALLEST_HIFIC_CROP = 128
_FORBIDDEN = '/\\:*?"<>|'
_LONGEST_NAME = 80
_VALIDATIONS = 4
"""Of the longest stage; a stage is validated at its end too."""


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
    """0 for the preset's."""
    device: str

    @property
    def stages(self) -> dict[str, int]:
        """Those that were chosen, with their steps."""
        steps = {"rd": self.steps, "gan": self.gan_steps}
        return {stage: number for stage, number in steps.items() if self.stage in (stage, "both")}

    @property
    def validate_every(self) -> int:
        """Steps between validations, each of which takes minutes."""
        return math.ceil(max(self.stages.values()) / _VALIDATIONS)

    def arguments(self, save: Path) -> list[str]:
        """Of `hific train`."""
        found = ["--data", str(self.data), "--preset", self.preset, "--stage", self.stage, "--name", self.name]
        found += ["--save", str(save), "--steps", str(self.steps), "--gan-steps", str(self.gan_steps)]
        found += ["--batch", str(self.batch), "--crop", str(self.crop), "--device", self.device]
        found += ["--log-every", "10", "--workers", "0", "--json-lines"]
        found += ["--validate-every", str(self.validate_every)]
        found += ["--learning-rate", str(self.learning_rate)] if self.learning_rate else []
        return found + (["--init", self.start] if self.start else [])


class _Wrapped(QLabel):
    """As high as its lines need, which a QFormLayout forgets when they change."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        """Other lines."""
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines break elsewhere."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(0)  # else it never needs less
        self.setMinimumHeight(self.heightForWidth(self.width()))


class TrainForm(QWidget):
    """Says at once what is wrong, not after the start; `lpips` and `problem` stand where they are always seen."""

    changed = Signal()
    count_asked = Signal(object)
    lpips_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._families: dict[str, str] = {}
        self._taken: Collection[str] = ()
        self._number: int | None = None
        """Of pictures in the folder, where it is known."""
        self._build_widgets()
        self._lay_out()
        self._connect()
        self._refresh()

    def _build_widgets(self) -> None:
        self.data, self.name = QLineEdit(), QLineEdit("my-model")
        self.data.setPlaceholderText(self.tr("Folder of pictures"))
        self.data.setAccessibleName(self.tr("Folder of pictures"))
        self.browse = QPushButton(self.tr("Browse…"))
        self.count, self.estimate, self.problem = _Wrapped(), QLabel(), QLabel()
        for label in (self.estimate, self.problem):
            label.setWordWrap(True)
        self.count.hide()
        self.start_from, self.preset, self.regime, self.stage, self.device = (QComboBox() for _ in range(5))
        self.start_from.addItem(self.tr("Nothing"), "")
        names = self.tr("Lite, any rate"), self.tr("Studio, any rate"), self.tr("HiFiC, one rate")
        for name, text in zip(OFFERS, names, strict=True):
            self.preset.addItem(text, name)
        self.preset.setToolTip(
            self.tr("Studio is the recipe of the shipped model; its steps take several times as long as those of Lite.")
        )
        for name, text in zip(REGIMES, (self.tr("Low"), self.tr("Medium"), self.tr("High")), strict=True):
            self.regime.addItem(text, name)
        self.regime.setCurrentIndex(1)
        for choice in (self.start_from, self.preset, self.regime, self.stage, self.device):
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(5)
        self.regime.setAccessibleName(self.tr("Regime"))
        for text, stage in (
            (self.tr("Both, one after the other"), "both"),
            (self.tr("Rate and distortion"), "rd"),
            (self.tr("Realism"), "gan"),
        ):
            self.stage.addItem(text, stage)
        self.set_devices(())
        self.steps, self.gan_steps, self.batch, self.crop = (QSpinBox() for _ in range(4))
        for box, top in ((self.steps, 10_000_000), (self.gan_steps, 10_000_000), (self.batch, 512)):
            box.setRange(1, top)
            box.setGroupSeparatorShown(True)
        self.crop.setRange(64, 1024)
        self.crop.setSingleStep(64)
        self.crop.setSuffix(" px")
        self._offered = self._offer
        for box, value in self._filled_in(self._offered):
            box.setValue(value)
        self.rate = QDoubleSpinBox()
        self.rate.setDecimals(6)
        self.rate.setRange(0, 1.0)
        self.rate.setSingleStep(1e-4)
        self.rate.setSpecialValueText(self.tr("the preset's"))
        self.lpips = QFrame()
        self.lpips.setFrameShape(QFrame.Shape.StyledPanel)
        self.lpips_text = QLabel(
            self.tr("Training needs the weights of LPIPS, which are not here yet: 233 MB, fetched once.")
        )
        self.lpips_text.setWordWrap(True)
        self.lpips_button = QPushButton(self.tr("Get them"))
        self.lpips.hide()

    def _lay_out(self) -> None:
        folder, preset, fetch = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(self.lpips)
        folder.addWidget(self.data, 1)
        folder.addWidget(self.browse)
        preset.addWidget(self.preset, 2)
        preset.addWidget(self.regime, 1)
        fetch.addWidget(self.lpips_text, 1)
        fetch.addWidget(self.lpips_button)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Pictures"), folder)
        form.addRow("", self.count)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Start from"), self.start_from)
        form.addRow(self.tr("Preset"), preset)
        rows: tuple[tuple[str, QWidget], ...] = (
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
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.estimate)
        layout.addStretch()

    def _connect(self) -> None:
        self.browse.clicked.connect(self._browse)
        self.lpips_button.clicked.connect(self.lpips_asked)
        self.data.editingFinished.connect(self._ask_count)
        self.data.textChanged.connect(self._forget_count)
        self.start_from.currentIndexChanged.connect(self._follow_start)
        self.preset.currentIndexChanged.connect(self._follow_preset)
        for edit in (self.data, self.name):
            edit.textChanged.connect(self._refresh)
        for choice in (self.start_from, self.preset, self.regime, self.stage, self.device):
            choice.currentIndexChanged.connect(self._refresh)
        for box in (self.steps, self.gan_steps, self.batch, self.crop):
            box.valueChanged.connect(self._refresh)

    # --- what is known ------------------------------------------------------------------------------------------

    def set_models(self, models: Sequence[ModelInfo]) -> None:
        """What a run may start from, and names that are taken."""
        chosen = self.start_from.currentData()
        self._families = {model.name: model.family for model in models}
        self.start_from.blockSignals(True)
        self.start_from.clear()
        self.start_from.addItem(self.tr("Nothing"), "")
        for model in models:
            self.start_from.addItem(model.name, model.name)
        self.start_from.setCurrentIndex(max(self.start_from.findData(chosen), 0))
        self.start_from.blockSignals(False)
        self._refresh()

    def set_taken(self, names: Collection[str]) -> None:
        """Of runs that are there."""
        self._taken = names
        self._refresh()

    def set_devices(self, devices: Sequence[Device]) -> None:
        """By name; automatic and the processor are always there."""
        chosen = self.device.currentData()
        known = {each.name: each.title for each in devices}
        words = {**known, "auto": self.tr("Automatic"), "cpu": self.tr("Processor")}
        self.device.clear()
        for name in ("auto", "cpu", *(name for name in known if name not in ("auto", "cpu"))):
            self.device.addItem(words[name], name)
        self.device.setCurrentIndex(max(self.device.findData(chosen), 0))

    @property
    def folder(self) -> Path:
        """Of the pictures; the run's process would begin elsewhere."""
        return typed(self.data.text()).absolute()

    def set_count(self, number: int) -> None:
        """How many pictures the folder holds."""
        self._number = number
        text = self.tr("1 picture") if number == 1 else self.tr("{} pictures").format(number)
        if number < FEW_PICTURES:
            text += " · " + self.tr("few: it will learn these by heart, start from a model")
        self.count.setText(text)
        self.count.show()
        self._refresh()

    def set_lpips(self, at_hand: bool) -> None:
        """Without the weights no run can start."""
        self.lpips.setVisible(not at_hand)
        self.lpips_button.setEnabled(True)
        self.lpips_button.setText(self.tr("Get them"))
        self._refresh()

    def fetching_lpips(self) -> None:
        """They are on their way."""
        self.lpips_button.setEnabled(False)
        self.lpips_button.setText(self.tr("Fetching…"))

    @property
    def _offer(self) -> Offer:
        return OFFERS[self.preset.currentData()]

    @property
    def family(self) -> str:
        """Of the preset."""
        return self._offer.family

    def wrong(self) -> str:
        """What must be changed before a start; empty where all is well."""
        name, start = self.name.text().strip(), self.start_from.currentData() or ""
        if not self.data.text().strip():
            return self.tr("Choose a folder of pictures.")
        if self._number == 0:
            return self.tr("There are no pictures in {}; choose another folder.").format(self.folder)
        if not name or len(name) > _LONGEST_NAME or name.startswith(".") or not name.isprintable():
            return self.tr("Give the run a name of 1 to {} letters that does not begin with a dot.").format(
                _LONGEST_NAME
            )
        if any(letter in _FORBIDDEN for letter in name):
            return self.tr("The name must be one of a folder, without any of {}").format(" ".join(_FORBIDDEN))
        if name.casefold() in {each.casefold() for each in (*self._taken, *self._families)}:
            return self.tr("There is a run or a model called {} already; choose another name.").format(name)
        if start and self._families[start] != self.family:
            return self.tr("{} is of the family {}: choose that preset.").format(start, self._families[start])
        if self.stage.currentData() == "gan" and not start:
            return self.tr("Realism alone needs a model to start from.")
        if self.family == "hific" and self.crop.value() < SMALLEST_HIFIC_CROP:
            return self.tr("This preset needs crops of at least {} pixels.").format(SMALLEST_HIFIC_CROP)
        if not self.lpips.isHidden():
            return self.tr("The weights of LPIPS must be fetched first.")
        return ""

    def wish(self) -> Wish:
        """What is filled in."""
        preset, regime = self.preset.currentData(), self.regime.currentData()
        return Wish(
            data=self.folder,
            name=self.name.text().strip(),
            start=self.start_from.currentData() or "",
            preset=f"{preset}-{regime}" if self.family == "hific" else preset,
            stage=self.stage.currentData(),
            steps=self.steps.value(),
            gan_steps=self.gan_steps.value(),
            batch=self.batch.value(),
            crop=self.crop.value() // 64 * 64,
            learning_rate=self.rate.value(),
            device=self.device.currentData(),
        )

    # --- what follows from it -----------------------------------------------------------------------------------

    def _follow_start(self) -> None:
        family = self._families.get(self.start_from.currentData() or "", self.family)
        fitting = [number for number, offer in enumerate(OFFERS.values()) if offer.family == family]
        if fitting and family != self.family:
            self.preset.setCurrentIndex(fitting[0])

    def _filled_in(self, offer: Offer) -> tuple[tuple[QSpinBox, int], ...]:
        boxes = self.steps, self.gan_steps, self.batch, self.crop
        return tuple(zip(boxes, (offer.steps, offer.gan_steps, offer.batch, offer.crop), strict=True))

    def _follow_preset(self) -> None:
        """What someone has changed stays."""
        before, self._offered = self._offered, self._offer
        for (box, old), (_, new) in zip(self._filled_in(before), self._filled_in(self._offered), strict=True):
            if box.value() == old:
                box.setValue(new)

    def _refresh(self) -> None:
        stage = self.stage.currentData()
        self.steps.setEnabled(stage != "gan")
        self.gan_steps.setEnabled(stage != "rd")
        self.regime.setVisible(self.family == "hific")
        self.problem.setText(self.wrong())
        self._estimate()
        self.changed.emit()

    def _estimate(self) -> None:
        wish, cost = self.wish(), self._offer.cost
        pixels = self.batch.value() * self.crop.value() ** 2
        time = time_text(cost.time(wish.stages, pixels, self._number, wish.validate_every))
        memory = decimal(cost.memory(pixels), 1)
        if self.device.currentData() in ("auto", "cpu"):
            text = self.tr("Roughly {} on two processor cores, far less on a GPU, and {} GB of memory.")
        else:
            text = self.tr("Far less than the {} that two processor cores would take, and {} GB of the GPU's memory.")
        self.estimate.setText(text.format(time, memory))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"), self.data.text())
        if folder:
            self.data.setText(folder)
            self._ask_count()

    def _ask_count(self) -> None:
        if self.data.text().strip():
            self.count_asked.emit(self.folder)

    def _forget_count(self) -> None:
        self._number = None
        self.count.hide()
