"""Model and regime: chosen in the toolbar, remembered, handed out as a Choice."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox

from app.jobs import Choice, ModelInfo, Models
from app.preferences import Preferences

REGIMES = ("low", "med", "high")


class Choosing(QObject):
    """Owns the two boxes of the toolbar."""

    changed = Signal()
    """The person chose something else."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.models: tuple[ModelInfo, ...] = ()
        self.regime, self.model = QComboBox(), QComboBox()
        for name, text in zip(REGIMES, (self.tr("Low"), self.tr("Medium"), self.tr("High")), strict=True):
            self.regime.addItem(text, name)
        self.regime.setCurrentIndex(REGIMES.index(preferences.regime) if preferences.regime in REGIMES else 1)
        self.regime.setAccessibleName(self.tr("Regime"))
        self.model.setAccessibleName(self.tr("Model"))
        self.model.setMinimumContentsLength(12)
        self.regime.currentIndexChanged.connect(self._changed)
        self.model.currentIndexChanged.connect(self._changed)

    def set_models(self, found: Models) -> None:
        """What there is to choose from; what was chosen stays, where it is still there."""
        self.models = found.models
        self.model.blockSignals(True)
        self.model.clear()
        for model in self.models:
            self.model.addItem(model.name, model.name)
        wanted = self._preferences.model or next((model.name for model in self.models if model.default), "")
        self.model.setCurrentIndex(max(self.model.findData(wanted), 0))
        self.model.blockSignals(False)

    @property
    def model_name(self) -> str:
        """Empty as long as the models are not known."""
        return self.model.currentData() or self._preferences.model

    @property
    def info(self) -> ModelInfo | None:
        """Of the chosen model."""
        return next((each for each in self.models if each.name == self.model_name), None)

    def use_model(self, name: str) -> None:
        """As if the person had chosen it."""
        self.model.setCurrentIndex(max(self.model.findData(name), 0))

    def choice(self) -> Choice:
        """What pictures are compressed with now."""
        return Choice(self.model_name, self.regime.currentData(), strip_metadata=self._preferences.strip_metadata)

    def _changed(self) -> None:
        self._preferences.model, self._preferences.regime = self.model_name, self.regime.currentData()
        self.changed.emit()
