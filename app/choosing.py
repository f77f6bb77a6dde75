"""Model and regime: chosen in the toolbar, remembered, handed out as a Choice."""

from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

from app.jobs import Choice, ModelInfo, Models
from app.preferences import Preferences

REGIMES = ("low", "med", "high")
WAYS = (*REGIMES, "custom", "target")
"""Of saying how small: a regime, a quality, or a number of bytes."""
_REST = 400
"""Milliseconds without a change of a number before it counts."""


class Effort(NamedTuple):
    """How long encoding may take, and what for."""

    amount: int
    """0 to 10."""
    for_eye: bool = False
    """Whether for likeness instead of bytes."""


EFFORTS = (Effort(0), Effort(3), Effort(10), Effort(1, True), Effort(3, True), Effort(10, True))
"""Off; most of what there is to gain in bytes, and all; some of what there is for the eye, most of it, all."""


class Choosing(QObject):
    """Owns the boxes of the toolbar."""

    changed = Signal(bool)
    """The person chose something else: whether another rate."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.models: tuple[ModelInfo, ...] = ()
        self.regime, self.model = QComboBox(), QComboBox()
        texts = (
            self.tr("Low"),
            self.tr("Medium"),
            self.tr("High"),
            self.tr("Custom quality"),
            self.tr("Target size"),
        )
        for name, text in zip(WAYS, texts, strict=True):
            self.regime.addItem(text, name)
        self.regime.setCurrentIndex(WAYS.index(preferences.regime) if preferences.regime in WAYS else 1)
        self.regime.setAccessibleName(self.tr("Regime"))
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setMinimumContentsLength(10)
        self.quality, self.target = QSpinBox(), QSpinBox()
        self.quality.setRange(0, 1000)
        self.quality.setSingleStep(25)
        self.quality.setValue(preferences.quality)
        self.quality.setAccessibleName(self.tr("Quality, from 0 to 1000"))
        self.target.setRange(1, 100_000)
        self.target.setSuffix(" kB")
        self.target.setValue(preferences.target_kb)
        self.target.setAccessibleName(self.tr("Largest size of a file in kilobytes"))
        self.boxes = QWidget()
        layout = QHBoxLayout(self.boxes)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.regime, self.quality, self.target):
            layout.addWidget(widget)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(lambda: preferences.save())
        self._rest.timeout.connect(lambda: self.changed.emit(True))
        self.regime.currentIndexChanged.connect(lambda: self._changed(rate=True))
        self.model.currentIndexChanged.connect(lambda: self._changed(rate=False))
        for box in (self.quality, self.target):
            box.valueChanged.connect(self._number_changed)
        self._refresh()

    def set_models(self, found: Models) -> None:
        """What there is to choose from; what was chosen stays, where it is still there."""
        self.models = found.models
        self.model.blockSignals(True)
        self.model.clear()
        for model in self.models:
            self.model.addItem(model.name, model.name)
            self.model.setItemData(self.model.count() - 1, model.title, Qt.ItemDataRole.ToolTipRole)
        wanted = self._preferences.model or next((model.name for model in self.models if model.default), "")
        self.model.setCurrentIndex(max(self.model.findData(wanted), 0))
        self.model.blockSignals(False)
        self._refresh()

    @property
    def model_name(self) -> str:
        """Empty as long as the models are not known."""
        return self.model.currentData() or self._preferences.model

    @property
    def info(self) -> ModelInfo | None:
        """Of the chosen model."""
        return next((each for each in self.models if each.name == self.model_name), None)

    @property
    def way(self) -> str:
        """One of WAYS."""
        return str(self.regime.currentData())

    def use_model(self, name: str) -> None:
        """As if the person had chosen it."""
        self.model.setCurrentIndex(max(self.model.findData(name), 0))

    def use_way(self, way: str) -> None:
        """The same; a number wants to be typed next."""
        self.regime.setCurrentIndex(WAYS.index(way))
        box = {"custom": self.quality, "target": self.target}.get(way)
        if box is not None:
            box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            box.selectAll()

    @property
    def effort(self) -> Effort:
        """One of EFFORTS."""
        remembered = Effort(self._preferences.effort, self._preferences.effort_for_eye)
        return remembered if remembered in EFFORTS else EFFORTS[0]

    def use_effort(self, effort: Effort) -> None:
        """For all that is compressed from now on, the shown picture first."""
        if effort != self.effort:
            self._preferences.effort, self._preferences.effort_for_eye = effort
            self._changed(rate=False)

    def serves(self, way: str) -> bool:
        """Whether the chosen model can be asked that way; all, as long as it is not known."""
        info = self.info
        if info is None:
            return True
        return way in info.regimes if way in REGIMES else info.continuous_rate

    def choice(self) -> Choice:
        """What pictures are compressed with now."""
        plain = self.choice_at(None)
        match self.way:
            case "custom":
                return self.choice_at(self.quality.value())
            case "target":
                return replace(plain, max_bytes=self.target.value() * 1000)
        return replace(plain, regime=self.way)

    def choice_at(self, quality: int | None) -> Choice:
        """The same at another quality, whatever the regime is."""
        amount, for_eye = self.effort
        return Choice(self.model_name, None, quality, None, self._preferences.strip_metadata, amount, for_eye)

    def _changed(self, rate: bool) -> None:
        self._preferences.model = self.model_name
        self._refresh()
        self._preferences.regime = self.way
        self._preferences.save()
        rate = rate or self._rest.isActive()  # a number that was typed just before
        self._rest.stop()
        self.changed.emit(rate)

    def _number_changed(self) -> None:
        self._preferences.quality, self._preferences.target_kb = self.quality.value(), self.target.value()
        self._rest.start()

    def _refresh(self) -> None:
        items = self.regime.model()
        assert isinstance(items, QStandardItemModel)
        why = self.tr("{} cannot do this: it has one rate.").format(self.model_name)
        for number, way in enumerate(WAYS):
            serves = self.serves(way)
            items.item(number).setEnabled(serves)
            items.item(number).setToolTip("" if serves else why)
        if not self.serves(self.way):
            usable = [way for way in ("med", *WAYS) if self.serves(way)]
            self.regime.blockSignals(True)
            self.regime.setCurrentIndex(WAYS.index(usable[0]) if usable else 1)
            self.regime.blockSignals(False)
        self.quality.setVisible(self.way == "custom")
        self.target.setVisible(self.way == "target")
