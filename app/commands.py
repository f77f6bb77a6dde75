"""What menus and buttons ask of the window."""

import contextlib
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QApplication

from app import dialogs, language, theme
from app.choosing import Effort
from app.jobs import Device
from app.pages.preferences_dialog import PreferencesDialog
from app.pages.shortcuts_dialog import ShortcutsDialog
from app.paths import log_folder, runs_folder, sample, scratch_folder
from app.screen_profile import screen_space, space_in
from app.system_info import system_info
from app.widgets.notice import one_line

if TYPE_CHECKING:
    from app.main_window import MainWindow


PICTURES = "*.png *.jpg *.jpeg *.tif *.tiff *.webp *.ppm"
"""What an export can be."""
_PASTED = "pasted-"
"""How the names of folders of pictures from the clipboard begin."""


class Commands(QObject):
    """One method for each."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window
        self._devices_asked = False
        self._wished: Effort | None = None
        """What was chosen last: weights may come when the person wants something else."""

    # --- files --------------------------------------------------------------------------------------------------

    def open_dialog(self) -> None:
        """Choose files."""
        paths = dialogs.files_to_open(self.window)
        if paths:
            self.window.open_paths(paths)

    def paste(self) -> None:
        """Opens the files on the clipboard, or shows the picture there, compressed; saving it asks for a place."""
        data = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.window.open_paths(paths)
        elif data.hasImage():
            self._paste_picture(QGuiApplication.clipboard().image())
        else:
            self.say(self.tr("Nothing was copied that is a picture or a file."))

    def _paste_picture(self, image: QImage) -> None:
        try:
            scratch_folder().mkdir(parents=True, exist_ok=True)
            path = Path(tempfile.mkdtemp(prefix=_PASTED, dir=scratch_folder())) / "pasted.png"
            kept = image.save(str(path))
        except OSError:
            kept = False
        if kept:
            self.window.show_picture(path)
        else:
            self.say(self.tr("What was copied could not be kept in {}.").format(scratch_folder()))

    def tidy(self) -> None:
        """Pasted pictures are held in memory once they are shown; those of a window that crashed go too."""
        with contextlib.suppress(OSError):
            for folder in scratch_folder().glob(f"{_PASTED}*"):
                shutil.rmtree(folder, ignore_errors=True)

    def tidy_idle(self) -> None:
        """The same, unless one is still to be read."""
        if not self.window.viewing.comes:
            self.tidy()

    def save_dialog(self) -> None:
        """Save the shown .hfc file."""
        w, shown = self.window, self.window.viewing.seen
        path = None if shown is None else dialogs.file_to_save(w, self._proposed(".hfc"), "*.hfc")
        if shown is not None and path is not None:
            w.requests.ask(w.service.save(shown, path), lambda _: self._have_saved(path))

    def _have_saved(self, path: Path) -> None:
        self.window.preferences.remember(path)
        self.say(self.tr("Saved"))

    def export_dialog(self) -> None:
        """Save the reconstruction as a picture, never in place of its original."""
        w, shown = self.window, self.window.viewing.seen
        if shown is None:
            return
        path = dialogs.file_to_save(w, self._proposed("-decoded.png"), PICTURES)
        if path is None:
            return
        original = w.viewing.original_path
        if original is not None and path.exists() and original.exists() and path.samefile(original):
            dialogs.tell(w, self.tr("{} is the original; choose another name for the export.").format(path.name), "")
        else:
            w.requests.ask(w.service.export(shown, path), self._have_exported)

    def _proposed(self, ending: str) -> Path:
        """A name beside the shown file; among the person's pictures where that place is the program's own."""
        shown = self.window.viewing.seen_path
        assert shown is not None
        own = shown.parent == sample().parent or shown.is_relative_to(scratch_folder())
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        return (Path(pictures) if own else shown.parent) / f"{shown.stem}{ending}"

    def _have_exported(self, answer: object) -> None:
        self.say(" ".join(answer) or self.tr("Exported"))  # type: ignore[arg-type]

    def find_original(self) -> None:
        """Choose the picture that the shown .hfc file was made from."""
        viewing = self.window.viewing
        path = viewing.shown_path
        found = dialogs.picture_to_open(self.window, path.parent) if path is not None else None
        if path is not None and found is not None:
            viewing.show_file(path, found, salvage=viewing.damaged)

    def folder_dialog(self) -> None:
        """Choose where .hfc files go; the preferences lead back to beside the originals."""
        folder = dialogs.output_folder(self.window, self.window.preferences.output_folder)
        if folder:
            self.window.preferences.output_folder = folder
            self.window.preferences.save()

    def fill_recent(self) -> None:
        """The menu of recent files."""
        menu, p = self.window.menus.recent, self.window.preferences
        menu.clear()
        for text in p.recent:
            shown = one_line(text, menu.fontMetrics(), self.window.width() // 2)
            menu.addAction(shown, partial(self.window.open_paths, [Path(text)])).setStatusTip(text)
        menu.addSeparator()
        clear = menu.addAction(self.tr("Clear"), lambda: p.forget())
        clear.setEnabled(bool(p.recent))

    def copy_text(self) -> None:
        """The readout to the clipboard."""
        QGuiApplication.clipboard().setText(self.window.readout.as_text())

    def copy_csv(self) -> None:
        """The numbers to the clipboard."""
        QGuiApplication.clipboard().setText(self.window.readout.as_csv())

    # --- models -------------------------------------------------------------------------------------------------

    def own_model(self) -> bool:
        """Whether the chosen model is one of the person's own."""
        info = self.window.choosing.info
        return info is not None and info.path.parent == self.window.service.models_folder()

    def import_model(self) -> None:
        """Choose a file to copy to the own models."""
        path = dialogs.model_to_import(self.window)
        if path is not None:
            self.window.requests.ask(self.window.service.import_model(path), self._have_imported)

    def _have_imported(self, answer: object) -> None:
        self.window.preferences.model = str(answer)
        self.window.preferences.save()
        self.say(self.tr("The model {} is one of yours now").format(answer))
        self._models_anew()

    def remove_model(self) -> None:
        """The chosen one, after a question."""
        info = self.window.choosing.info
        if info is None or not self.own_model() or not dialogs.really_remove(self.window, info.name):
            return
        self.window.preferences.model = ""
        self.window.preferences.save()
        self.window.requests.ask(self.window.service.remove_model(info.path), lambda _: self._models_anew())

    def _models_anew(self) -> None:
        self.window.requests.ask(self.window.service.models(), self.window.have_models)

    def models_folder(self) -> None:
        """Where the own models lie; made, so that it can be shown."""
        dialogs.show_folder(self.window.service.models_folder())

    def published_models(self) -> None:
        """Says where they are."""
        dialogs.published_models(self.window)

    def properties(self) -> None:
        """Of the chosen model."""
        info = self.window.choosing.info
        if info is not None:
            dialogs.model_properties(self.window, info)

    def choose_screen(self) -> None:
        """A profile for the screen instead of what the system says."""
        path = dialogs.profile_to_open(self.window)
        if path is None:
            self.window.menus.show_screen()
        else:
            self.use_screen(str(path))

    def use_screen(self, path: str) -> None:
        """An ICC profile; empty for what the system says. What holds none changes nothing."""
        if path and not space_in(Path(path)).isValid():
            text = self.tr("{} holds no colour profile of a screen; choose the .icc or .icm file of yours.")
            dialogs.tell(self.window, text.format(Path(path).name), "")
        else:
            self.window.preferences.screen_profile = path
            self.window.preferences.save()
            self.window.view.set_screen(screen_space(path))
        self.window.menus.show_screen()

    def ask_devices(self) -> None:
        """Once, and only when someone wants to know: torch must be loaded for it."""
        if not self._devices_asked:
            self._devices_asked = True
            self.window.requests.ask(self.window.service.devices(), self._have_devices)

    def _have_devices(self, answer: object) -> None:
        devices = [each for each in answer if isinstance(each, Device)]  # type: ignore[attr-defined]
        if self.window.preferences.device not in [each.name for each in devices]:
            self.use_device("auto")
            self.say(self.tr("The device that was chosen is gone; another is chosen automatically."))
        self.window.menus.set_devices(devices)
        self.window.train_panel.set_devices(devices)

    def use_device(self, name: str) -> None:
        """Where the networks run from now on."""
        self.window.preferences.device = name
        self.window.preferences.save()
        self.window.service.use_device(name)

    def take_longer(self, effort: Effort) -> None:
        """From now on; what looks for the eye needs weights, which are fetched once, if the person wants them."""
        w, self._wished = self.window, effort
        w.menus.refresh()  # it is chosen when it can be had
        if effort.for_eye:
            w.requests.ask(w.service.lpips_at_hand(), partial(self._look_for_eye, effort))
        else:
            w.choosing.use_effort(effort)

    def _look_for_eye(self, effort: Effort, at_hand: object) -> None:
        w = self.window
        if self._wished != effort:
            return
        if at_hand:
            w.choosing.use_effort(effort)
        elif dialogs.really_fetch_lpips(w):
            w.requests.ask(w.service.fetch_lpips(), partial(self._look_for_eye, effort))

    # --- window -------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """A line in the window, gone after a while."""
        self.window.statusBar().showMessage(text, 8000)

    def full_screen(self) -> None:
        """And back."""
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def use_theme(self, name: str) -> None:
        """system, light or dark."""
        self.window.preferences.theme = name
        self.window.preferences.save()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, name)
        self.window.menus.show_theme()

    def preferences_dialog(self) -> PreferencesDialog:
        """Shown; what is chosen there counts from the next picture on."""
        dialog = PreferencesDialog(self.window, self.window.preferences, language.available())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.applied.connect(lambda: self.use_theme(self.window.preferences.theme))
        dialog.applied.connect(lambda: self.window.queue.show_scores(self.window.preferences.measure))
        dialog.open()
        return dialog

    # --- training and help --------------------------------------------------------------------------------------

    def resume_last(self) -> None:
        """The newest run that is not at its end goes on, in its panel."""
        self.window.train_dock.show()
        if not self.window.training.resume_last() and not self.window.training.running:
            self.say(self.tr("There is no run that could go on."))

    def runs_folder(self) -> None:
        """Of training."""
        dialogs.show_folder(runs_folder())

    def log_folder(self) -> None:
        """In the file manager."""
        dialogs.show_folder(log_folder())

    def shortcuts(self) -> ShortcutsDialog:
        """All keys, those of the picture too."""
        entries = [
            (group, action.text().replace("&", ""), keys)
            for group, action in self.window.menus.all()
            if (keys := action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
        ]
        picture = self.tr("In the picture")
        entries += [
            (picture, self.tr("See the original"), self.tr("Space, held")),
            (picture, self.tr("Slider to the left, the middle, the right"), "1, 2, 3"),
            (picture, self.tr("Move the picture"), self.tr("Arrow keys")),
            (picture, self.tr("Move the slider"), self.tr("Shift and arrow keys")),
        ]
        dialog = ShortcutsDialog(self.window, entries)
        dialog.open()
        return dialog

    def copy_system_info(self) -> None:
        """For a report."""
        text = system_info(self.window.preferences.device, self.window.choosing.model_name)
        QGuiApplication.clipboard().setText(text)
        self.say(self.tr("Copied"))

    def about(self) -> None:
        """What this is."""
        dialogs.about(self.window)
