"""What the person prefers: outputs, metadata, measuring, language and colours."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.paths import typed
from app.preferences import Preferences

_FORBIDDEN = '/\\:*?"<>|\0'
"""Characters that some system does not allow in a file's name."""


class PreferencesDialog(QDialog):
    """Changes the preferences when it is accepted."""

    applied = Signal()

    def __init__(self, parent: QWidget | None, preferences: Preferences, languages: Sequence[tuple[str, str]]) -> None:
        """`languages`: code and name of each translation that is there."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self._preferences = preferences
        self._build_widgets(languages)
        self._lay_out()
        self._fill()
        self._check()

    def _build_widgets(self, languages: Sequence[tuple[str, str]]) -> None:
        self.beside = QRadioButton(self.tr("Beside the original"))
        self.in_folder = QRadioButton(self.tr("In this folder:"))
        self.folder = QLineEdit()
        self.folder.setAccessibleName(self.tr("Output folder"))
        self.browse = QPushButton(self.tr("Browse…"))
        self.structure = QCheckBox(self.tr("Keep the folders of a dropped folder"))
        self.suffix = QLineEdit()
        self.suffix.setPlaceholderText(self.tr("for example -small"))
        self.taken, self.language, self.theme = QComboBox(), QComboBox(), QComboBox()
        for name, text in (
            ("unique", self.tr("Number the new one: photo (2).hfc")),
            ("skip", self.tr("Skip the picture")),
            ("overwrite", self.tr("Replace the .hfc file, never the original")),
        ):
            self.taken.addItem(text, name)
        self.strip = QCheckBox(self.tr("Leave out EXIF and XMP, which may tell where and by whom"))
        self.measure = QCheckBox(self.tr("Measure PSNR and MS-SSIM of every file in the queue (slower)"))
        self.language.addItem(self.tr("As the system"), "")
        for code, name in languages:
            self.language.addItem(name, code)
        for name, text in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            self.theme.addItem(text, name)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.browse.clicked.connect(self._browse)
        self.in_folder.toggled.connect(self._check)
        for edit in (self.folder, self.suffix):
            edit.textChanged.connect(self._check)

    def _lay_out(self) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self.in_folder)
        folder.addWidget(self.folder, 1)
        folder.addWidget(self.browse)
        where = QVBoxLayout()
        where.addWidget(self.beside)
        where.addLayout(folder)
        where.addWidget(self.structure)
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.addRow(self.tr("Outputs go"), where)
        form.addRow(self.tr("&Suffix of names"), self.suffix)
        form.addRow(self.tr("A name that is &taken"), self.taken)
        form.addRow(self.tr("Metadata"), self.strip)
        form.addRow(self.tr("Queue"), self.measure)
        form.addRow(self.tr("&Language"), self.language)
        form.addRow("", QLabel(self.tr("Another language is spoken from the next start on.")))
        form.addRow(self.tr("&Colours"), self.theme)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addStretch()
        layout.addWidget(self.buttons)
        self.resize(560, self.sizeHint().height())

    def _fill(self) -> None:
        p = self._preferences
        (self.in_folder if p.output_folder else self.beside).setChecked(True)
        self.folder.setText(p.output_folder)
        self.suffix.setText(p.suffix)
        for box, value in (
            (self.structure, p.keep_structure),
            (self.strip, p.strip_metadata),
            (self.measure, p.measure),
        ):
            box.setChecked(value)
        for choice, name in ((self.taken, p.on_collision), (self.language, p.language), (self.theme, p.theme)):
            choice.setCurrentIndex(max(choice.findData(name), 0))

    def _check(self) -> None:
        inside = self.in_folder.isChecked()
        for widget in (self.folder, self.browse, self.structure):
            widget.setEnabled(inside)
        problem = ""
        if any(letter in _FORBIDDEN for letter in self.suffix.text()):
            problem = self.tr("The suffix must be a part of a file's name, without any of {}").format(
                '/ \\ : * ? " < > |'
            )
        elif inside and not self.folder.text().strip():
            problem = self.tr("Choose the folder for the outputs.")
        elif inside and not typed(self.folder.text()).is_absolute():
            problem = self.tr("Give the whole path of the folder, or choose it with Browse.")
        self.problem.setText(problem)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder for .hfc files"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def accept(self) -> None:
        """Changes the preferences and keeps them."""
        p = self._preferences
        p.output_folder = str(typed(self.folder.text())) if self.in_folder.isChecked() else ""
        p.suffix = self.suffix.text()
        p.keep_structure, p.strip_metadata = self.structure.isChecked(), self.strip.isChecked()
        p.measure = self.measure.isChecked()
        p.on_collision, p.language, p.theme = (
            str(box.currentData()) for box in (self.taken, self.language, self.theme)
        )
        p.save()
        self.applied.emit()
        super().accept()
