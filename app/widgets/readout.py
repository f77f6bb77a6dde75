"""The numbers of the shown file: bits per pixel of the real file, large; everything else quiet."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.jobs import Details, Metrics
from app.numerals import decimal, grouped
from app.widgets.job_table import size_text, time_text

_NONE = "–"
_TIED = "\N{NO-BREAK SPACE}"
"""Between a number and its unit, where lines are wrapped."""
_COLOURS = (QColor(60, 120, 200), QColor(90, 170, 110), QColor(200, 150, 60))


class BitsBar(QWidget):
    """Where the bytes go, as a bar of three parts; the words stand beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[int, ...] = ()
        self.setFixedHeight(12)

    def set_parts(self, parts: tuple[int, ...]) -> None:
        """Bytes of latents, hyperlatents and metadata."""
        self._parts = parts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Parts from left to right."""
        painter = QPainter(self)
        total, left = sum(self._parts) or 1, 0.0
        for size, colour in zip(self._parts, _COLOURS, strict=False):
            width = self.width() * size / total
            painter.fillRect(QRectF(QPointF(left, 0), QPointF(left + width, self.height())), colour)
            left += width
        painter.end()


class Readout(QWidget):
    """Text that can be copied as a whole."""

    lpips_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._details: Details | None = None
        self._metrics: Metrics | None = None
        self._bpp = QLabel("–")
        font = self._bpp.font()
        font.setPointSizeF(font.pointSizeF() * 2.2)
        font.setBold(True)
        self._bpp.setFont(font)
        self._bpp.setAccessibleName(self.tr("Bits per pixel"))
        self._size = QLabel()
        self._bar = BitsBar()
        self._form = QFormLayout()
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._values: dict[str, QLabel] = {}
        for key, title in (
            ("bits", self.tr("Bits")),
            ("raw", self.tr("Raw pixels")),
            ("model", self.tr("Model")),
            ("rate", self.tr("Rate")),
            ("realism", self.tr("Realism")),
            ("time", self.tr("Time")),
            ("device", self.tr("Device")),
            ("psnr", self.tr("PSNR")),
            ("ms_ssim", self.tr("MS-SSIM")),
            ("lpips", self.tr("LPIPS")),
            ("rival", self.tr("Beside")),
        ):
            value = QLabel("–")
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._values[key] = value
            self._form.addRow(title, value)
        self._rival: Metrics | None = None
        self._form.setRowVisible(self._values["rival"], False)
        self._lpips_button = QPushButton(self.tr("Get the LPIPS weights (233 MB)"))
        self._lpips_button.clicked.connect(self.lpips_asked)
        self._lpips_button.hide()
        self._notes = QLabel()
        self._notes.setWordWrap(True)
        layout = QVBoxLayout(self)
        for widget in (self._bpp, self._size, self._bar):
            layout.addWidget(widget)
        layout.addLayout(self._form)
        layout.addWidget(self._lpips_button)
        layout.addWidget(self._notes)

    def show_details(self, details: Details | None) -> None:
        """Another file; its metrics are not known yet."""
        self._details, self._metrics = details, None
        self.show_rival(None)
        if details is None:
            return
        d = details
        self._bpp.setText(self.tr("{} bpp").format(decimal(d.bits_per_pixel, 3)))
        size = size_text(d.bytes)
        if d.original_bytes:
            ratio = decimal(d.original_bytes / d.bytes, 1)
            size = self.tr("{} of {}, {} × smaller").format(size, size_text(d.original_bytes), ratio)
        self._size.setText(size)
        parts = (d.latent_bytes, d.hyperlatent_bytes, d.metadata_bytes)
        self._bar.set_parts(parts)
        words = self.tr("latents {}, hyperlatents {}, metadata {}")
        self._set("bits", words.format(*(_tied(size_text(part)) for part in parts)))
        self._set("raw", self.tr("{} × smaller").format(grouped(round(3 * d.width * d.height / d.bytes))))
        self._set("model", d.model)
        rate = self.tr("quality {}").format(d.quality)
        self._set("rate", f"{d.regime} ({rate})" if d.regime else rate)
        self._set("realism", decimal(d.realism, 2))
        seconds = "…" if d.decode_seconds is None else _tied(time_text(d.decode_seconds))
        decode = self.tr("decode {}").format(seconds)
        encode = ""
        if d.encode_seconds is not None:
            encode = self.tr("encode {}").format(_tied(time_text(d.encode_seconds))) + ", "
        self._set("time", encode + decode)
        self._set("device", d.device)
        for key in ("psnr", "ms_ssim", "lpips"):
            self._set(key, "–")
        self._lpips_button.hide()
        self._notes.setText("\n".join(d.notes))

    def show_metrics(self, metrics: Metrics) -> None:
        """How far the two sides are apart."""
        self._metrics = metrics
        part = f" ({metrics.part})" if metrics.part else ""
        for key, text in zip(("psnr", "ms_ssim", "lpips"), _texts(metrics), strict=True):
            self._set(key, text + (part if text != _NONE and key == "lpips" else ""))
        self._lpips_button.setVisible(metrics.lpips_missing)

    def show_rival(self, metrics: Metrics | None) -> None:
        """How far another codec's picture at our bytes is from the original; None where there is none beside."""
        self._rival = metrics
        self._form.setRowVisible(self._values["rival"], metrics is not None)
        if metrics is not None:
            named = zip(("", "MS-SSIM ", "LPIPS "), _texts(metrics), strict=True)
            self._set("rival", f"{metrics.label}: {', '.join(name + text for name, text in named if text != _NONE)}")

    def fetching(self) -> None:
        """The weights of LPIPS are on their way."""
        self._lpips_button.hide()
        self._set("lpips", self.tr("fetching the weights…"))

    def as_text(self) -> str:
        """All of it, a line for each value, tab between."""
        lines = [f"bpp\t{self._bpp.text()}", f"size\t{self._size.text()}"]
        shown = (key for key in self._values if key != "rival" or self._rival is not None)
        lines += [f"{key}\t{self._values[key].text()}" for key in shown]
        return "\n".join(lines).replace(_TIED, " ")

    def as_csv(self) -> str:
        """The numbers: a line of names, a line of values."""
        d, m, r = self._details, self._metrics, self._rival
        if d is None:
            return ""
        values = {
            "name": d.name,
            "width": d.width,
            "height": d.height,
            "bytes": d.bytes,
            "bits_per_pixel": d.bits_per_pixel,
            "hyperlatent_bytes": d.hyperlatent_bytes,
            "latent_bytes": d.latent_bytes,
            "metadata_bytes": d.metadata_bytes,
            "original_bytes": d.original_bytes,
            "model": d.model,
            "quality": d.quality,
            "realism": d.realism,
            "psnr": m and m.psnr,
            "ms_ssim": m and m.ms_ssim,
            "lpips": m and m.lpips,
            "rival": r and r.label,
            "rival_psnr": r and r.psnr,
            "rival_ms_ssim": r and r.ms_ssim,
            "rival_lpips": r and r.lpips,
        }
        cells = (
            '"' + str(value).replace('"', '""') + '"' if isinstance(value, str) else value for value in values.values()
        )
        return ",".join(values) + "\n" + ",".join("" if cell is None else str(cell) for cell in cells)

    def _set(self, key: str, text: str) -> None:
        self._values[key].setText(text)


def _tied(text: str) -> str:
    return text.replace(" ", _TIED)


def _texts(metrics: Metrics) -> tuple[str, str, str]:
    """PSNR, MS-SSIM and LPIPS."""
    return (
        f"{decimal(metrics.psnr, 2)}{_TIED}dB",
        _NONE if metrics.ms_ssim is None else decimal(metrics.ms_ssim, 4),
        _NONE if metrics.lpips is None else decimal(metrics.lpips, 4),
    )
