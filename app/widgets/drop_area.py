"""What an empty window shows: one sentence, and what to press."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


class DropArea(QWidget):
    """Drops themselves are the window's, wherever they fall."""

    open_asked = Signal()
    sample_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = QLabel(self.tr("Drop photos here"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        title.setFont(font)
        text = QLabel(self.tr("They become .hfc files, far smaller than JPEG.\nA .hfc file opens beside its original."))
        open_button = QPushButton(self.tr("&Open…"))
        open_button.setDefault(True)
        open_button.clicked.connect(self.open_asked)
        sample_button = QPushButton(self.tr("&Try the sample"))
        sample_button.clicked.connect(self.sample_asked)
        honest = QLabel(
            self.tr("A generative codec invents texture.\nDo not use it for medical pictures, documents or evidence.")
        )
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(open_button)
        buttons.addWidget(sample_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch()
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addLayout(buttons)
        layout.addStretch()
        honest.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(honest, alignment=Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
