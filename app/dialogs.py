"""What the window asks and tells in dialogs."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.jobs import ModelInfo
from app.paths import log_folder

PUBLISHED = "https://zenodo.org/record/4026003"
_FEW = 5
"""Sentences that are read at once; a dialog of more may be higher than the screen."""


translate = QCoreApplication.translate


def files_to_open(parent: QWidget) -> list[Path]:
    """Chosen files; none where it was cancelled."""
    names, _ = QFileDialog.getOpenFileNames(parent, translate("dialogs", "Open pictures and .hfc files"))
    return [Path(name) for name in names]


def picture_to_open(parent: QWidget, folder: Path) -> Path | None:
    """One chosen picture."""
    name, _ = QFileDialog.getOpenFileName(parent, translate("dialogs", "The original of this file"), str(folder))
    return Path(name) if name else None


def profile_to_open(parent: QWidget) -> Path | None:
    """One chosen ICC profile."""
    kinds = translate("dialogs", "Colour profiles (*.icc *.icm)")
    name, _ = QFileDialog.getOpenFileName(parent, translate("dialogs", "The screen's profile"), "", kinds)
    return Path(name) if name else None


def file_to_save(parent: QWidget, proposed: Path, pattern: str) -> Path | None:
    """A chosen name; the system asks before it replaces a file. A name without one of the endings gets the proposed."""
    name, _ = QFileDialog.getSaveFileName(parent, translate("dialogs", "Save"), str(proposed), pattern)
    path = Path(name) if name else None
    if path is None or path.suffix.lower() in pattern.replace("*", "").split():
        return path
    path = path.with_name(path.name + proposed.suffix)
    return path if not path.exists() or _really_replace(parent, path) else None


def _really_replace(parent: QWidget, path: Path) -> bool:
    question = translate("dialogs", "{} is there already. Replace it?").format(path.name)
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def output_folder(parent: QWidget, now: str) -> str:
    """A chosen folder, or "" where it was cancelled."""
    return QFileDialog.getExistingDirectory(parent, translate("dialogs", "Folder for .hfc files"), now)


def model_to_import(parent: QWidget) -> Path | None:
    """A chosen file."""
    kinds = translate("dialogs", "Models (*.safetensors *.pt *.ckpt)")
    name, _ = QFileDialog.getOpenFileName(parent, translate("dialogs", "Import a model"), "", kinds)
    return Path(name) if name else None


def really_remove(parent: QWidget, name: str) -> bool:
    """Whether to delete a model."""
    question = translate("dialogs", "Delete the model {}? Files that it made cannot be opened without it.").format(name)
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def really_fetch_lpips(parent: QWidget) -> bool:
    """Whether to download what LPIPS is computed with."""
    question = translate(
        "dialogs",
        "What the eye looks for is told by the LPIPS network, whose weights (233 MB) come once. Get them now?",
    )
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def published_models(parent: QWidget) -> QMessageBox:
    """Where they are, and how they come here."""
    text = translate(
        "dialogs",
        "Checkpoints of the published models are at Zenodo, record 4026003. Download what you need there and import "
        "it with Model > Import model.",
    )
    box = QMessageBox(QMessageBox.Icon.Information, "HiFiC Studio", f"{text}<br><br>{PUBLISHED}", parent=parent)
    box.addButton(QMessageBox.StandardButton.Close)
    go = box.addButton(translate("dialogs", "Open in the browser"), QMessageBox.ButtonRole.ActionRole)
    go.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(PUBLISHED)))
    box.open()
    return box


def show_folder(folder: Path) -> None:
    """In the system's file manager; made where it is not there yet."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def tell(parent: QWidget, sentence: str, details: str) -> QMessageBox:
    """What went wrong and what to do; does not block the window."""
    box = QMessageBox(QMessageBox.Icon.Warning, "HiFiC Studio", sentence, QMessageBox.StandardButton.Close, parent)
    if details:
        box.setDetailedText(details)
        copy = box.addButton(translate("dialogs", "Copy details"), QMessageBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{sentence}\n\n{details}"))
        folder = box.addButton(translate("dialogs", "Open log folder"), QMessageBox.ButtonRole.ActionRole)
        folder.clicked.connect(lambda: show_folder(log_folder()))
        box.setDefaultButton(QMessageBox.StandardButton.Close)  # else Return shows the details
    box.open()
    return box


def tell_all(parent: QWidget, sentences: Sequence[str]) -> QMessageBox:
    """The first of what went wrong; all of it as details where that is much."""
    return tell(parent, few(sentences), "" if len(sentences) <= _FEW else "\n".join(sentences))


def few(sentences: Sequence[str]) -> str:
    """The first ones, and how many more there are."""
    more = len(sentences) - _FEW
    return "\n".join(sentences[:_FEW]) + ("\n" + translate("dialogs", "and {} more").format(more) if more > 0 else "")


def really_close(parent: QWidget) -> bool:
    """Whether to stop what is going on."""
    question = translate("dialogs", "Pictures are still being worked on. Stop them and close?")
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def really_stop_fetching(parent: QWidget) -> bool:
    """Whether to throw away what was downloaded so far."""
    question = translate("dialogs", "The weights of LPIPS are still being fetched. Stop that and close?")
    return QMessageBox.question(parent, "HiFiC Studio", question) is QMessageBox.StandardButton.Yes


def may_stop(parent: QWidget, busy: bool, fetching: bool) -> bool:
    """What the person says of all that goes on."""
    return (not busy or really_close(parent)) and (not fetching or really_stop_fetching(parent))


def leave_training(parent: QWidget) -> str:
    """What shall become of the run when the window closes: keep, stop or cancel."""
    box = QMessageBox(QMessageBox.Icon.Question, "HiFiC Studio", "", parent=parent)
    box.setText(translate("dialogs", "A model is being trained. Keep that running in the background?"))
    box.setInformativeText(
        translate("dialogs", "It is found again at the next start. Stopped, it writes a checkpoint and can be resumed.")
    )
    keep = box.addButton(translate("dialogs", "Keep it running"), QMessageBox.ButtonRole.YesRole)
    stop = box.addButton(translate("dialogs", "Stop it"), QMessageBox.ButtonRole.NoRole)
    box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.setDefaultButton(keep)
    box.exec()
    clicked = box.clickedButton()
    return "keep" if clicked is keep else "stop" if clicked is stop else "cancel"


def model_properties(parent: QWidget, model: ModelInfo) -> None:
    """All that is known of a model."""
    regimes = ", ".join(f"{name} {quality}" for name, quality in model.regimes.items())
    lines = (
        f"<b>{model.name}</b>: {model.title}",
        translate("dialogs", "Family: {}").format(model.family),
        translate("dialogs", "Regimes (quality): {}").format(regimes),
        translate("dialogs", "Rate: any") if model.continuous_rate else translate("dialogs", "Rate: one"),
        translate("dialogs", "Realism control: yes") if model.realism else translate("dialogs", "Realism control: no"),
        translate("dialogs", "Fingerprint: {}, generator {}").format(
            model.entropy_fingerprint, model.generator_fingerprint
        ),
        translate("dialogs", "Licence: {}").format(model.licence or translate("dialogs", "not stated")),
        str(model.path),
    )
    box = QMessageBox(QMessageBox.Icon.Information, model.name, "<br>".join(lines), parent=parent)
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.open()


def about(parent: QWidget) -> None:
    """What this is, and what it is not for."""
    text = translate(
        "dialogs",
        "<b>HiFiC Studio</b> compresses photographs with a neural codec after "
        "“High-Fidelity Generative Image Compression” (Mentzer et al. 2020).<br><br>"
        "A generative codec invents texture. Do not use it for medical pictures, documents or evidence.",
    )
    QMessageBox(QMessageBox.Icon.Information, "HiFiC Studio", text, parent=parent).open()
