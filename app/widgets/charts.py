"""Curves of a run: raw and smoothed, linear or logarithmic.

Steps are counted anew in each stage; here those of realism go on where rate and distortion ended, behind a line.
"""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

TERMS = (
    "weighted_compression_loss",
    "q_bpp",
    "psnr",
    "perceptual",
    "lpips",
    "D_real",
    "D_gen",
)
"""Those of steps, and psnr and lpips of validations."""
_EVERY = 100
"""Milliseconds between two drawings: a log that is read anew has thousands of lines."""


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
        self._stage, self._before = "", 0.0
        """The stage of the last report, and steps of the stage before it."""
        self.term = QComboBox()
        self.term.setAccessibleName(self.tr("Curve"))
        names = (
            self.tr("Loss"),
            self.tr("Bits per pixel"),
            self.tr("PSNR (validation)"),
            self.tr("LPIPS"),
            self.tr("LPIPS (validation)"),
            self.tr("Discriminator, originals"),
            self.tr("Discriminator, reconstructions"),
        )
        self.term.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.term.setMinimumContentsLength(8)
        for term, name in zip(TERMS, names, strict=True):
            self.term.addItem(name, term)
        self.smooth = QSlider(Qt.Orientation.Horizontal)
        self.smooth.setRange(0, 99)
        self.smooth.setValue(80)
        self.smooth.setMinimumWidth(48)
        self.smooth.setAccessibleName(self.tr("Smoothing"))
        self.smooth.setToolTip(self.tr("How much of what was before is kept in the thick curve"))
        self.log = QCheckBox(self.tr("Logarithmic"))
        self.plot: Any = None
        """pyqtgraph's, which takes a third of the window's start to load, and is loaded when curves are first seen."""
        top = QHBoxLayout()
        top.addWidget(self.term, 1)
        top.addWidget(QLabel(self.tr("Smoothing")))
        top.addWidget(self.smooth, 1)
        top.addWidget(self.log)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(top)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_EVERY)
        self._soon.timeout.connect(self._draw)
        self.term.currentIndexChanged.connect(self._draw)
        self.smooth.valueChanged.connect(self._draw)
        self.log.toggled.connect(self._draw)

    def showEvent(self, event: QShowEvent) -> None:
        """The first time, makes the plot."""
        super().showEvent(event)
        if self.plot is None:
            self._make_plot()

    def _make_plot(self) -> None:
        import pyqtgraph as pg

        self.plot = pg.PlotWidget(background=None)
        self.plot.setMenuEnabled(False)
        self.plot.showGrid(x=True, y=True, alpha=0.2)
        self.plot.setLabel("bottom", self.tr("Step"))
        self._raw = self.plot.plot(pen=pg.mkPen((128, 128, 128, 110)))
        self._line = self.plot.plot(pen=pg.mkPen((60, 120, 200), width=2))
        self._border = pg.InfiniteLine(
            pen=pg.mkPen((128, 128, 128), style=Qt.PenStyle.DashLine),
            label=self.tr("Realism"),
            labelOpts={"position": 0.95, "anchors": [(0, 0), (0, 0)], "color": (128, 128, 128)},
        )
        self.plot.addItem(self._border, ignoreBounds=True)  # hidden at 0 it would stretch what is seen
        self._column.addWidget(self.plot, 1)
        self._tint()
        self._draw()

    def clear(self) -> None:
        """Another run."""
        self._values.clear()
        self._stage, self._before = "", 0.0
        self._draw()

    def add(self, step: int, terms: Mapping[str, float | None], stage: str) -> None:
        """The terms of a report; of a step that is repeated, after a resumption, the newer ones count."""
        if stage != self._stage:
            ends = [steps[-1] for steps, _ in self._values.values()]
            self._stage, self._before = stage, max(ends, default=0.0) if stage == "gan" else 0.0
        at = self._before + step
        for name, value in terms.items():
            if value is not None and name in TERMS:
                steps, values = self._values.setdefault(name, ([], []))
                while steps and steps[-1] >= at:
                    steps.pop()
                    values.pop()
                steps.append(at)
                values.append(value)
        if not self._soon.isActive():
            self._soon.start()

    def curve(self) -> tuple[list[float], list[float]]:
        """Of the chosen term: steps and smoothed values."""
        steps, values = self._values.get(self.term.currentData(), ([], []))
        return steps, smoothed(values, self.smooth.value() / 100)

    def _draw(self) -> None:
        if self.plot is None:
            return
        steps, values = self._values.get(self.term.currentData(), ([], []))
        positive = all(value > 0 for value in values)
        self.plot.setLogMode(y=self.log.isChecked() and positive)
        symbol = "o" if len(steps) < 12 else None  # validations are few, and one of them is no line
        self._raw.setData(steps, values, symbol=symbol, symbolSize=5, symbolBrush=(128, 128, 128, 160), symbolPen=None)
        self._line.setData(*self.curve())
        self._border.setVisible(self._before > 0)
        self._border.setPos(self._before)

    def changeEvent(self, event: QEvent) -> None:
        """Axes are as bright or dark as text is."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "plot"):
            self._tint()

    def _tint(self) -> None:
        colour = self.palette().windowText().color()
        for name in ("left", "bottom") if self.plot is not None else ():
            axis = self.plot.getAxis(name)
            axis.setPen(colour)
            axis.setTextPen(colour)
