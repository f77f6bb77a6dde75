"""Menus and toolbar of the window: everything has a place, most a shortcut, all a status tip."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QToolBar

from app.choosing import REGIMES
from app.jobs import ModelInfo
from app.paths import log_folder

if TYPE_CHECKING:
    from app.main_window import MainWindow


class Menus(QObject):
    """Built once; the list of models is filled when it is known."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window
        self._build()

    def fill_models(self, models: tuple[ModelInfo, ...], choose: Callable[[int], object]) -> None:
        """An entry for each."""
        self.model_menu.clear()
        for number, model in enumerate(models):
            self.model_menu.addAction(self._action(model.name, "", model.title, partial(choose, number)))

    def enable(self, shown: bool) -> None:
        """What needs a picture in the viewer."""
        for action in (self.save_action, self.export_action):
            action.setEnabled(shown)

    def _action(self, text: str, shortcut: str, tip: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self.window)
        action.setShortcut(shortcut)
        action.setStatusTip(tip)
        action.triggered.connect(lambda checked=False: do())
        return action

    def _build(self) -> None:
        act, w = self._action, self.window
        self.open_action = act(
            self.tr("&Open…"), "Ctrl+O", self.tr("Open pictures and .hfc files"), w.commands.open_dialog
        )
        self.paste_action = act(
            self.tr("&Paste picture"), "Ctrl+V", self.tr("Compress what was copied"), w.commands.paste
        )
        self.save_action = act(
            self.tr("&Save .hfc as…"), "Ctrl+S", self.tr("Save the shown .hfc file"), w.commands.save_dialog
        )
        self.export_action = act(
            self.tr("&Export picture…"),
            "Ctrl+E",
            self.tr("Save the reconstruction as a picture"),
            w.commands.export_dialog,
        )
        file = w.menuBar().addMenu(self.tr("&File"))
        file.addActions([self.open_action, self.paste_action])
        self.recent = file.addMenu(self.tr("&Recent"))
        self.recent.aboutToShow.connect(w.commands.fill_recent)
        file.addActions([self.save_action, self.export_action])
        folder = act(self.tr("Output &folder…"), "", self.tr("Where .hfc files go"), w.commands.folder_dialog)
        file.addAction(folder)
        file.addSeparator()
        file.addAction(act(self.tr("&Quit"), "Ctrl+Q", self.tr("Close the window"), w.close))
        self._build_model_menu()
        self._build_view_menu()
        compare = w.menuBar().addMenu(self.tr("&Compare"))
        for number in range(w.controls.mode.count()):
            text = w.controls.mode.itemText(number)
            choose = partial(w.controls.mode.setCurrentIndex, number)
            compare.addAction(act(text, f"Ctrl+Shift+{number + 1}", self.tr("Way to compare"), choose))
        compare.addSeparator()
        copy = act(self.tr("Copy numbers as &text"), "Ctrl+C", self.tr("All of the readout"), w.commands.copy_text)
        compare.addAction(copy)
        compare.addAction(
            act(self.tr("Copy numbers as CS&V"), "Ctrl+Shift+C", self.tr("For a table"), w.commands.copy_csv)
        )
        train = w.menuBar().addMenu(self.tr("&Train"))
        panel = act(self.tr("&Training panel"), "Ctrl+T", self.tr("A model of your own"), self._toggle_training)
        train.addAction(panel)
        about = w.menuBar().addMenu(self.tr("&Help"))
        about.addAction(
            act(self.tr("&Log folder"), "", self.tr("What went wrong"), partial(w.commands.show_folder, log_folder()))
        )
        about.addAction(act(self.tr("&About"), "F1", self.tr("What this is"), w.commands.about))
        bar = QToolBar(self.tr("Tools"), w)
        bar.setObjectName("tools")
        bar.setMovable(False)
        w.addToolBar(bar)
        bar.addActions([self.open_action, self.paste_action])
        bar.addSeparator()
        for text, box in ((self.tr(" Regime "), w.regime), (self.tr(" Model "), w.model)):
            bar.addWidget(QLabel(text))
            bar.addWidget(box)
        bar.addSeparator()
        bar.addActions([self.save_action, self.export_action])

    def _build_view_menu(self) -> None:
        act, w = self._action, self.window
        view = w.menuBar().addMenu(self.tr("&View"))
        view.addActions(
            [
                act(self.tr("&Fit"), "Ctrl+0", self.tr("The whole picture"), w.view.fit),
                act(self.tr("&100 %"), "Ctrl+1", self.tr("A pixel for a pixel"), partial(w.view.zoom_to, 1.0)),
                act(self.tr("Zoom &in"), "Ctrl++", self.tr("Larger"), partial(w.view.zoom_by, 1)),
                act(self.tr("Zoom &out"), "Ctrl+-", self.tr("Smaller"), partial(w.view.zoom_by, -1)),
                act(self.tr("Full &screen"), "F11", self.tr("Nothing but the window"), w.commands.full_screen),
            ]
        )
        view.addSeparator()
        themes = view.addMenu(self.tr("&Theme"))
        for name, text in (("system", self.tr("System")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))):
            themes.addAction(act(text, "", self.tr("Colours of the window"), partial(w.commands.use_theme, name)))
        view.addActions([w.queue_dock.toggleViewAction(), w.picture_dock.toggleViewAction()])

    def _toggle_training(self) -> None:
        self.window.train_dock.setVisible(self.window.train_dock.isHidden())

    def _build_model_menu(self) -> None:
        w = self.window
        menu = w.menuBar().addMenu(self.tr("&Model"))
        group = QActionGroup(w)
        for number, name in enumerate(REGIMES):
            choose = partial(w.regime.setCurrentIndex, number)
            action = self._action(w.regime.itemText(number), f"Alt+{number + 1}", self.tr("Regime"), choose)
            action.setCheckable(True)
            action.setChecked(w.regime.currentData() == name)
            group.addAction(action)
            menu.addAction(action)
        w.regime.currentIndexChanged.connect(lambda number: group.actions()[number].setChecked(True))
        menu.addSeparator()
        self.model_menu = menu.addMenu(self.tr("&Model"))
        device = menu.addMenu(self.tr("&Device"))
        for name, text in (
            ("auto", self.tr("Automatic")),
            ("cpu", self.tr("Processor")),
            ("cuda", self.tr("GPU (CUDA)")),
        ):
            device.addAction(
                self._action(text, "", self.tr("Where the networks run"), partial(w.commands.use_device, name))
            )
        properties = self._action(
            self.tr("&Properties…"), "", self.tr("Fingerprint and licence"), w.commands.properties
        )
        menu.addAction(properties)
