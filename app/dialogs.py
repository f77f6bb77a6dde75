"""What the window asks and tells in dialogs."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.jobs import ModelInfo
from app.paths import log_folder


def _tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)


def files_to_open(parent: QWidget) -> list[Path]:
    """Chosen files; none where it was cancelled."""
    names, _ = QFileDialog.getOpenFileNames(parent, _tr("Open pictures and .hfc files"))
    return [Path(name) for name in names]


def picture_to_open(parent: QWidget, folder: Path) -> Path | None:
    """One chosen picture."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("The original of this file"), str(folder))
    return Path(name) if name else None


def file_to_save(parent: QWidget, proposed: Path, pattern: str) -> Path | None:
    """A chosen name; the system asks before it replaces a file."""
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Save"), str(proposed), pattern)
    return Path(name) if name else None


def output_folder(parent: QWidget, now: str) -> str:
    """A chosen folder, or "" for beside the originals."""
    return QFileDialog.getExistingDirectory(parent, _tr("Folder for .hfc files (cancel: beside the originals)"), now)


def show_folder(folder: Path) -> None:
    """In the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def tell(parent: QWidget, sentence: str, details: str) -> QMessageBox:
    """What went wrong and what to do; does not block the window."""
    box = QMessageBox(QMessageBox.Icon.Warning, "HiFiC Studio", sentence, QMessageBox.StandardButton.Close, parent)
    if details:
        box.setDetailedText(details)
        copy = box.addButton(_tr("Copy details"), QMessageBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{sentence}\n\n{details}"))
        folder = box.addButton(_tr("Open log folder"), QMessageBox.ButtonRole.ActionRole)
        folder.clicked.connect(lambda: show_folder(log_folder()))
    box.open()
    return box


def really_close(parent: QWidget) -> bool:
    """Whether to stop what is going on."""
    question = _tr("Pictures are still being worked on. Stop them and close?")
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def leave_training(parent: QWidget) -> bool:
    """Whether to close while a run goes on in the background."""
    question = _tr("The training goes on in the background and is found again at the next start. Close the window?")
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def model_properties(parent: QWidget, model: ModelInfo) -> None:
    """All that is known of a model."""
    regimes = ", ".join(f"{name} {quality}" for name, quality in model.regimes.items())
    lines = (
        f"<b>{model.name}</b>: {model.title}",
        _tr("Family: {}").format(model.family),
        _tr("Regimes (quality): {}").format(regimes),
        _tr("Rate: any") if model.continuous_rate else _tr("Rate: one"),
        _tr("Realism control: yes") if model.realism else _tr("Realism control: no"),
        _tr("Fingerprint: {}, generator {}").format(model.entropy_fingerprint, model.generator_fingerprint),
        _tr("Licence: {}").format(model.licence or _tr("not stated")),
        str(model.path),
    )
    box = QMessageBox(QMessageBox.Icon.Information, model.name, "<br>".join(lines), parent=parent)
    box.open()


def about(parent: QWidget) -> None:
    """What this is, and what it is not for."""
    text = _tr(
        "<b>HiFiC Studio</b> compresses photographs with a neural codec after "
        "“High-Fidelity Generative Image Compression” (Mentzer et al. 2020).<br><br>"
        "A generative codec invents texture. Do not use it for medical pictures, documents or evidence."
    )
    QMessageBox(QMessageBox.Icon.Information, "HiFiC Studio", text, parent=parent).open()
