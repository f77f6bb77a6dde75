"""What menus and buttons ask of the window."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import dialogs, theme

if TYPE_CHECKING:
    from app.main_window import MainWindow


class Commands(QObject):
    """One method for each."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window

    def paste(self) -> None:
        """Opens the files on the clipboard, or compresses the picture there, which needs a place first."""
        data = QGuiApplication.clipboard().mimeData()
        if data.hasUrls():
            self.window.open_paths([Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()])
        elif data.hasImage():
            path = dialogs.file_to_save(self.window, Path("pasted.png"), "*.png")
            if path is not None and QGuiApplication.clipboard().image().save(str(path)):
                self.window.open_paths([path])

    def use_device(self, name: str) -> None:
        """Where the networks run from now on."""
        self.window.preferences.device = name
        self.window.service.use_device(name)

    def open_dialog(self) -> None:
        """Choose files."""
        paths = dialogs.files_to_open(self.window)
        if paths:
            self.window.open_paths(paths)

    def folder_dialog(self) -> None:
        """Choose where .hfc files go; none for beside the originals."""
        self.window.preferences.output_folder = dialogs.output_folder(
            self.window, self.window.preferences.output_folder
        )

    def save_dialog(self) -> None:
        """Save the shown .hfc file."""
        if self.window.viewing.shown is not None:
            path = dialogs.file_to_save(
                self.window, Path(self.window.viewing.shown.details.name).with_suffix(".hfc"), "*.hfc"
            )
            if path is not None:
                self.window.requests.ask(
                    self.window.service.save_shown(path), lambda _: self.window.preferences.remember(path)
                )

    def export_dialog(self) -> None:
        """Save the reconstruction as a picture."""
        if self.window.viewing.shown is not None:
            proposed = Path(self.window.viewing.shown.details.name).with_suffix(".png")
            path = dialogs.file_to_save(self.window, proposed, "*.png *.jpg *.tif *.webp")
            if path is not None:
                realism = self.window.viewing.shown.details.realism
                self.window.requests.ask(self.window.service.export_shown(path, realism), self._have_exported)

    def _have_exported(self, answer: object) -> None:
        notes = " ".join(answer)  # type: ignore[arg-type]
        self.window.statusBar().showMessage(notes or self.tr("Exported"))

    def copy_text(self) -> None:
        """The readout to the clipboard."""
        QGuiApplication.clipboard().setText(self.window.readout.as_text())

    def copy_csv(self) -> None:
        """The numbers to the clipboard."""
        QGuiApplication.clipboard().setText(self.window.readout.as_csv())

    def full_screen(self) -> None:
        """And back."""
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def properties(self) -> None:
        """Of the chosen model."""
        model = self.window.choosing.info
        if model is not None:
            dialogs.model_properties(self.window, model)

    def about(self) -> None:
        """What this is."""
        dialogs.about(self.window)

    def show_folder(self, folder: Path) -> None:
        """In the file manager."""
        dialogs.show_folder(folder)

    def use_theme(self, name: str) -> None:
        """system, light or dark."""
        self.window.preferences.theme = name
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, name)

    def fill_recent(self) -> None:
        """The menu of recent files."""
        menu = self.window.menus.recent
        menu.clear()
        for text in self.window.preferences.recent:
            menu.addAction(text, partial(self.window.open_paths, [Path(text)]))
        menu.addSeparator()
        clear = menu.addAction(self.tr("Clear"), self.window.preferences.recent.clear)
        clear.setEnabled(bool(self.window.preferences.recent))
