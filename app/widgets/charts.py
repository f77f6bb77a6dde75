"""Curves of a run: raw and smoothed, linear or logarithmic."""

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

TERMS = ("weighted_compression_loss", "q_bpp", "psnr", "perceptual", "D_real", "D_gen")


def smoothed(values: list[float], share: float) -> list[float]:
    """A running mean that keeps `share` of what it had; the first values are not drawn towards zero."""
    result, mean, weight = [], 0.0, 0.0
    for value in values:
        mean, weight = share * mean + (1 - share) * value, share * weight + (1 - share)
        result.append(mean / weight)
    return result


class Charts(QWidget):
    """One curve at a time, of the term that is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, tuple[list[float], list[float]]] = {}
        self.term = QComboBox()
        self.term.setAccessibleName(self.tr("Curve"))
        names = (self.tr("Loss"), self.tr("Bits per pixel"), "PSNR", "LPIPS", "D(real)", "D(gen)")
        for term, name in zip(TERMS, names, strict=True):
            self.term.addItem(name, term)
        self.smooth = QSlider(Qt.Orientation.Horizontal)
        self.smooth.setRange(0, 99)
        self.smooth.setValue(80)
        self.smooth.setAccessibleName(self.tr("Smoothing"))
        self.log = QCheckBox(self.tr("Logarithmic"))
        self.plot = pg.PlotWidget(background=None)
        self.plot.setMenuEnabled(False)
        self.plot.showGrid(x=True, y=True, alpha=0.2)
        self._raw = self.plot.plot(pen=pg.mkPen((128, 128, 128, 90)))
        self._line = self.plot.plot(pen=pg.mkPen((60, 120, 200), width=2))
        top = QHBoxLayout()
        for widget in (self.term, self.smooth, self.log):
            top.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        self.term.currentIndexChanged.connect(self._draw)
        self.smooth.valueChanged.connect(self._draw)
        self.log.toggled.connect(self._draw)

    def clear(self) -> None:
        """Another run."""
        self._values.clear()
        self._draw()

    def add(self, step: int, terms: dict[str, float | None]) -> None:
        """The terms of a report."""
        for name, value in terms.items():
            if value is not None and name in TERMS:
                steps, values = self._values.setdefault(name, ([], []))
                steps.append(step)
                values.append(value)
        self._draw()

    def curve(self) -> tuple[list[float], list[float]]:
        """What is drawn: steps and smoothed values."""
        steps, values = self._values.get(self.term.currentData(), ([], []))
        return steps, smoothed(values, self.smooth.value() / 100)

    def _draw(self) -> None:
        steps, values = self._values.get(self.term.currentData(), ([], []))
        positive = all(value > 0 for value in values)
        self.plot.setLogMode(y=self.log.isChecked() and positive)
        self._raw.setData(steps, values)
        self._line.setData(*self.curve())
