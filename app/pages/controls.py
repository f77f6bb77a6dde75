"""What the shown picture is made with: quality, realism, the other side, the way to compare."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QPushButton, QSlider, QSpinBox, QVBoxLayout, QWidget

from app.jobs import RIVALS, Details, ModelInfo
from app.widgets.compare_view import Mode

_REST = 120
"""Milliseconds without a move before work begins."""


class Controls(QWidget):
    """Emits what is asked for once the slider rests; a slider that does nothing is disabled and says why."""

    quality_asked = Signal(int)
    realism_asked = Signal(float)
    rival_asked = Signal(str)
    """Empty for the reconstruction."""
    mode_asked = Signal(object)
    gain_asked = Signal(int)
    original_asked = Signal()
    """The file's original is to be looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.quality = QSlider(Qt.Orientation.Horizontal)
        self.quality.setRange(0, 1000)
        self.quality.setPageStep(50)
        self.quality.setAccessibleName(self.tr("Quality"))
        self.quality_number = QSpinBox()
        self.quality_number.setRange(0, 1000)
        self.quality_number.setAccessibleName(self.tr("Quality as a number"))
        self.realism = QSlider(Qt.Orientation.Horizontal)
        self.realism.setRange(0, 100)
        self.realism.setAccessibleName(self.tr("Realism"))
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.mode = QComboBox()
        for mode, text in (
            (Mode.side_by_side, self.tr("Side by side")),
            (Mode.slider, self.tr("Slider")),
            (Mode.difference, self.tr("Difference")),
        ):
            self.mode.addItem(text, mode)
        self.gain = QSpinBox()
        self.gain.setRange(1, 64)
        self.gain.setValue(8)
        self.gain.setPrefix("× ")
        self.gain.setAccessibleName(self.tr("Gain of the difference"))
        self.other = QComboBox()
        self.other.addItem(self.tr("Original"), "")
        for name in RIVALS:
            self.other.addItem(self.tr("{} at our bytes").format(name.upper()), name)
        self.other.setAccessibleName(self.tr("Other side"))
        self.find_original = QPushButton(self.tr("Find the original…"))
        self.find_original.clicked.connect(self.original_asked)
        form = QFormLayout()
        form.addRow(self.tr("Compare"), self.mode)
        form.addRow(self.tr("Gain"), self.gain)
        form.addRow(self.tr("Beside"), self.other)
        form.addRow(self.tr("Quality"), self.quality)
        form.addRow("", self.quality_number)
        form.addRow(self.tr("Realism"), self.realism)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.why)
        layout.addWidget(self.find_original)
        self._rest = {name: self._timer(name) for name in ("quality", "realism")}
        self.quality.valueChanged.connect(self._quality_moved)
        self.quality_number.valueChanged.connect(self.quality.setValue)
        self.realism.valueChanged.connect(lambda: self._rest["realism"].start())
        self.mode.currentIndexChanged.connect(lambda: self.mode_asked.emit(self.mode.currentData()))
        self.gain.valueChanged.connect(self.gain_asked)
        self.other.currentIndexChanged.connect(lambda: self.rival_asked.emit(self.other.currentData()))
        self.set_model(None, False)

    def _timer(self, name: str) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(_REST)
        asks = {
            "quality": lambda: self.quality_asked.emit(self.quality.value()),
            "realism": lambda: self.realism_asked.emit(self.realism.value() / 100),
        }
        timer.timeout.connect(asks[name])
        return timer

    def _quality_moved(self, value: int) -> None:
        self.quality_number.setValue(value)
        self._rest["quality"].start()

    def set_model(self, model: ModelInfo | None, has_original: bool) -> None:
        """What the sliders can do with a model and the open picture."""
        reasons = []
        if model is not None and not model.continuous_rate:
            reasons.append(self.tr("{} has one rate: choose another regime or model.").format(model.name))
        if model is not None and not has_original:
            reasons.append(self.tr("Without the original the picture cannot be compressed again."))
        if model is not None and not model.realism:
            reasons.append(self.tr("{} has no realism control.").format(model.name))
        rate = model is not None and model.continuous_rate and has_original
        for widget in (self.quality, self.quality_number):
            widget.setEnabled(rate)
        self.realism.setEnabled(model is not None and model.realism)
        self.other.setEnabled(has_original)
        self.find_original.setVisible(model is not None and not has_original)
        self.mode.setEnabled(has_original)
        self.why.setText("\n".join(reasons))

    def show_details(self, details: Details) -> None:
        """Puts the sliders where the shown file is, without asking for work."""
        quality = details.quality if details.asked_quality is None else details.asked_quality
        for slider, value in ((self.quality, quality), (self.realism, round(details.realism * 100))):
            if not slider.isSliderDown() and not any(timer.isActive() for timer in self._rest.values()):
                slider.blockSignals(True)
                slider.setValue(value)
                slider.blockSignals(False)
        self.quality_number.blockSignals(True)
        self.quality_number.setValue(self.quality.value())
        self.quality_number.blockSignals(False)
