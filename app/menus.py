"""Menus and toolbar of the window: everything has a place, a shortcut and a status tip."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QToolBar

from app.choosing import EFFORTS, WAYS
from app.icons import icon
from app.jobs import Device

if TYPE_CHECKING:
    from app.main_window import MainWindow


class Menus(QObject):
    """Built once; the lists of models and devices are filled when they are known."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.window = window
        self._icons: dict[QAction, str] = {}
        self._looking: list[QAction] = []
        self._file_menu()
        self._edit_menu()
        self._model_menu()
        self._view_menu()
        self._compare_menu()
        self._train_menu()
        self._help_menu()
        self._toolbar()
        window.choosing.changed.connect(self.refresh)
        window.queue.refreshed.connect(self._refresh_queue)
        self._refresh_queue()
        self.set_devices((Device("auto", ""), Device("cpu", "")))
        self.enable(False)
        self.look(False)
        window.centre.currentChanged.connect(lambda: self.look(window.centre.currentWidget() is window.view))
        self.tint()

    def enable(self, shown: bool) -> None:
        """What needs a picture in the viewer."""
        for action in (self.save_action, self.export_action, self.copy_action, self.csv_action):
            action.setEnabled(shown)

    def look(self, seen: bool) -> None:
        """What needs one to look at; a large one is seen before all of it is there."""
        for action in self._looking:
            action.setEnabled(seen)

    def refresh(self) -> None:
        """What depends on the chosen model and regime."""
        choosing, own = self.window.choosing, self.window.commands.own_model()
        for action, way in zip(self._ways.actions(), WAYS, strict=True):
            action.setEnabled(choosing.serves(way))
            action.setChecked(way == choosing.way)
        self.remove_action.setEnabled(own)
        tip = self.tr("Delete {} from your own models") if own else self.tr("{} is not one of your own models")
        self.remove_action.setStatusTip(tip.format(choosing.model_name))
        for action in self._models.actions():
            action.setChecked(action.data() == choosing.model_name)
        for action, effort in zip(self._efforts.actions(), EFFORTS, strict=True):
            action.setChecked(effort == choosing.effort)

    def _refresh_queue(self) -> None:
        queue = self.window.queue
        self.retry_action.setEnabled(not queue.retry_all.isHidden())
        self.cancel_action.setEnabled(queue.cancel_all.isEnabled())
        self.clear_action.setEnabled(queue.clear.isEnabled())

    def show_theme(self) -> None:
        """Which one is chosen."""
        for action in self._themes.actions():
            action.setChecked(action.data() == self.window.preferences.theme)

    def show_screen(self) -> None:
        """Whether the colours are those of a file."""
        system, own = self._screens.actions()
        (own if self.window.preferences.screen_profile else system).setChecked(True)

    def set_models(self) -> None:
        """An entry for each."""
        self._fill(
            self.model_menu,
            self._models,
            [(each.name, each.name, each.title or each.family) for each in self.window.choosing.models],
            self.window.choosing.use_model,
        )
        self.refresh()

    def set_devices(self, devices: Sequence[Device]) -> None:
        """By name, automatic first."""
        words = {"auto": self.tr("Automatic"), "cpu": self.tr("Processor")}
        tip = self.tr("Where the networks run")
        entries = [(each.name, words.get(each.name, each.title), tip) for each in devices]
        self._fill(self.device_menu, self._devices, entries, self.window.commands.use_device)
        for action in self._devices.actions():
            action.setChecked(action.data() == self.window.preferences.device)

    def _fill(
        self, menu: QMenu, group: QActionGroup, entries: Sequence[tuple[str, str, str]], choose: Callable[[str], object]
    ) -> None:
        for old in group.actions():
            group.removeAction(old)
        menu.clear()
        for name, text, tip in entries:
            action = self._action(text.replace("&", "&&"), "", tip, partial(choose, name))
            action.setCheckable(True)
            action.setData(name)
            group.addAction(action)
            menu.addAction(action)

    def all(self) -> Iterator[tuple[str, QAction]]:
        """Every action of the menus, under the title of its menu."""

        def within(menu: QMenu, title: str) -> Iterator[tuple[str, QAction]]:
            for action in menu.actions():
                deeper = action.menu()
                if isinstance(deeper, QMenu):
                    yield from within(deeper, title)
                elif not action.isSeparator():
                    yield title, action

        for top in self.window.menuBar().actions():
            menu = top.menu()
            assert isinstance(menu, QMenu)
            yield from within(menu, plain(top.text()))

    def _action(self, text: str, shortcut: str, tip: str, do: Callable[[], object], icon: str = "") -> QAction:
        action = QAction(text, self.window)
        action.setShortcut(shortcut)
        action.setStatusTip(tip)
        action.triggered.connect(lambda checked=False: do())
        if icon:
            self._icons[action] = icon
        return action

    def tint(self) -> None:
        """Icons as bright or dark as the window's text is now."""
        for action, name in self._icons.items():
            action.setIcon(icon(name, self.window.palette()))

    def _add(self, menu: QMenu, *entry: object) -> QAction:
        action = self._action(*entry)  # type: ignore[arg-type]
        menu.addAction(action)
        return action

    # --- the menus ----------------------------------------------------------------------------------------------

    def _file_menu(self) -> None:
        c = self.window.commands
        menu = self.window.menuBar().addMenu(self.tr("&File"))
        self.open_action = self._add(
            menu, self.tr("&Open…"), "Ctrl+O", self.tr("Open pictures and .hfc files"), c.open_dialog, "open"
        )
        self.recent = menu.addMenu(self.tr("&Recent"))
        self.recent.aboutToShow.connect(c.fill_recent)
        self.save_action = self._add(
            menu, self.tr("&Save .hfc as…"), "Ctrl+S", self.tr("Save the shown .hfc file"), c.save_dialog, "save"
        )
        self.export_action = self._add(
            menu,
            self.tr("&Export picture…"),
            "Ctrl+E",
            self.tr("Save the reconstruction as a picture"),
            c.export_dialog,
            "export",
        )
        menu.addSeparator()
        self._add(menu, self.tr("Output &folder…"), "Ctrl+Shift+O", self.tr("Where .hfc files go"), c.folder_dialog)
        menu.addSeparator()
        self._add(menu, self.tr("&Quit"), "Ctrl+Q", self.tr("Close the window"), self.window.close)

    def _edit_menu(self) -> None:
        w, c = self.window, self.window.commands
        menu = w.menuBar().addMenu(self.tr("&Edit"))
        self.paste_action = self._add(
            menu, self.tr("&Paste picture"), "Ctrl+V", self.tr("Compress the copied picture or files"), c.paste, "paste"
        )
        menu.addSeparator()
        self.retry_action = self._add(
            menu,
            self.tr("&Retry all failed"),
            "Ctrl+R",
            self.tr("Try every failed picture again"),
            w.queue.retry_failed,
        )
        self.cancel_action = self._add(
            menu, self.tr("&Cancel all"), "Ctrl+.", self.tr("Stop what waits and what runs"), w.queue.cancel_everything
        )
        self.clear_action = self._add(
            menu,
            self.tr("C&lear finished"),
            "Ctrl+Shift+K",
            self.tr("Empty the queue of what is done"),
            w.queue.clear_finished,
        )
        menu.addSeparator()
        self._add(
            menu, self.tr("Pr&eferences…"), "Ctrl+,", self.tr("Outputs, language and colours"), c.preferences_dialog
        )

    def _model_menu(self) -> None:
        w, c = self.window, self.window.commands
        menu = w.menuBar().addMenu(self.tr("&Model"))
        menu.aboutToShow.connect(c.ask_devices)
        self._ways, self._models, self._devices = QActionGroup(w), QActionGroup(w), QActionGroup(w)
        tips = (
            self.tr("Smallest files"),
            self.tr("Between the two"),
            self.tr("Best quality"),
            self.tr("A quality from 0 to 1000"),
            self.tr("No file larger than so many kilobytes"),
        )
        for number, (way, tip) in enumerate(zip(WAYS, tips, strict=True)):
            text = w.regime.itemText(number)
            action = self._add(menu, text, f"Alt+{number + 1}", tip, partial(w.choosing.use_way, way))
            action.setCheckable(True)
            self._ways.addAction(action)
        self._effort_menu(menu)
        menu.addSeparator()
        self.model_menu, self.device_menu = menu.addMenu(self.tr("&Model")), menu.addMenu(self.tr("&Device"))
        menu.addSeparator()
        self._add(
            menu, self.tr("&Import model…"), "Ctrl+I", self.tr("Copy a model's file to your own models"), c.import_model
        )
        self.remove_action = self._add(
            menu, self.tr("&Remove model…"), "Ctrl+Shift+Del", self.tr("Own models"), c.remove_model
        )
        self._add(
            menu, self.tr("Show models &folder"), "Ctrl+Shift+M", self.tr("Where your own models lie"), c.models_folder
        )
        self._add(
            menu,
            self.tr("&Get published models…"),
            "Ctrl+Shift+U",
            self.tr("Where to get the published models"),
            c.published_models,
        )
        self._add(menu, self.tr("&Properties…"), "Ctrl+Shift+P", self.tr("Fingerprint and licence"), c.properties)

    def _effort_menu(self, menu: QMenu) -> None:
        w = self.window
        efforts, self._efforts = menu.addMenu(self.tr("Take &longer")), QActionGroup(w)
        texts = (
            (self.tr("&Off"), self.tr("As fast as possible")),
            (self.tr("&Smaller files"), self.tr("Most of the bytes that there are to gain")),
            (self.tr("Smaller files, t&hree times as long"), self.tr("All the bytes that there are to gain")),
            (self.tr("&Truer to the eye"), self.tr("As large as without, with more of what the eye looks for")),
            (self.tr("Truer to the eye, three times as lon&g"), self.tr("Most of what there is to gain for the eye")),
            (self.tr("Truer to the eye, te&n times as long"), self.tr("All that there is to gain for the eye")),
        )
        for number, (effort, (text, tip)) in enumerate(zip(EFFORTS, texts, strict=True)):
            keys, command = f"Ctrl+Alt+{number + 1}", partial(w.commands.take_longer, effort)
            action = self._add(efforts, text, keys, tip, command)
            action.setCheckable(True)
            self._efforts.addAction(action)
            if effort.for_eye and not EFFORTS[number - 1].for_eye:
                efforts.insertSeparator(action)

    def _view_menu(self) -> None:
        w, c = self.window, self.window.commands
        menu = w.menuBar().addMenu(self.tr("&View"))
        self._looking += (
            self._add(menu, self.tr("&Fit"), "Ctrl+0", self.tr("The whole picture"), w.view.fit),
            self._add(menu, self.tr("&100 %"), "Ctrl+1", self.tr("A pixel for a pixel"), partial(w.view.zoom_to, 1.0)),
            self._add(menu, self.tr("Zoom &in"), "Ctrl++", self.tr("Larger"), partial(w.view.zoom_by, 1)),
            self._add(menu, self.tr("Zoom &out"), "Ctrl+-", self.tr("Smaller"), partial(w.view.zoom_by, -1)),
        )
        self._add(menu, self.tr("Full &screen"), "F11", self.tr("Nothing but the window"), c.full_screen)
        loupe = self._action(self.tr("&Loupe"), "L", self.tr("Magnify both sides under the cursor"), lambda: None)
        loupe.setCheckable(True)
        loupe.toggled.connect(w.view.set_loupe)
        menu.addAction(loupe)
        self._looking.append(loupe)
        menu.addSeparator()
        self._screen_menu(menu.addMenu(self.tr("S&creen's colours")))
        themes, self._themes = menu.addMenu(self.tr("&Theme")), QActionGroup(w)
        for name, text, keys in (
            ("system", self.tr("&System"), "Ctrl+Alt+S"),
            ("light", self.tr("&Light"), "Ctrl+Alt+L"),
            ("dark", self.tr("&Dark"), "Ctrl+Alt+D"),
        ):
            action = self._add(themes, text, keys, self.tr("Colours of the window"), partial(c.use_theme, name))
            action.setCheckable(True)
            action.setData(name)
            self._themes.addAction(action)
        self.show_theme()
        menu.addSeparator()
        for dock, keys, tip in (
            (w.queue_dock, "F6", self.tr("Show or hide the queue")),
            (w.picture_dock, "F7", self.tr("Show or hide the numbers and sliders")),
        ):
            action = dock.toggleViewAction()
            action.setShortcut(keys)
            action.setStatusTip(tip)
            menu.addAction(action)

    def _screen_menu(self, menu: QMenu) -> None:
        c, self._screens = self.window.commands, QActionGroup(self.window)
        system = partial(c.use_screen, "")
        own = self.tr("A profile of your own")
        for action in (
            self._add(menu, self.tr("As the system says"), "Ctrl+Alt+C", self.tr("The profile of the system"), system),
            self._add(menu, self.tr("&From a file…"), "Ctrl+Alt+F", own, c.choose_screen),
        ):
            action.setCheckable(True)
            self._screens.addAction(action)
        self.show_screen()

    def _compare_menu(self) -> None:
        w, c = self.window, self.window.commands
        menu = w.menuBar().addMenu(self.tr("&Compare"))
        for number in range(w.controls.mode.count()):
            choose = partial(w.controls.mode.setCurrentIndex, number)
            text = w.controls.mode.itemText(number)
            key = f"Ctrl+Shift+{number + 1}"
            self._looking.append(self._add(menu, text, key, self.tr("Way to compare"), choose))
        menu.addSeparator()
        self.copy_action = self._add(
            menu, self.tr("Copy numbers as &text"), "Ctrl+C", self.tr("All of the readout"), c.copy_text, "copy"
        )
        self.csv_action = self._add(
            menu, self.tr("Copy numbers as CS&V"), "Ctrl+Shift+C", self.tr("For a table"), c.copy_csv
        )

    def _train_menu(self) -> None:
        w, c = self.window, self.window.commands
        menu = w.menuBar().addMenu(self.tr("&Train"))
        panel = w.train_dock.toggleViewAction()
        panel.setText(self.tr("&Training panel"))
        panel.setShortcut("Ctrl+T")
        panel.setStatusTip(self.tr("A model of your own"))
        menu.addAction(panel)
        self.resume_action = self._add(
            menu, self.tr("&Resume the last run"), "Ctrl+Shift+R", self.tr("Go on where it was stopped"), c.resume_last
        )
        self._add(
            menu, self.tr("Open runs &folder"), "Ctrl+Shift+T", self.tr("Checkpoints, samples and logs"), c.runs_folder
        )

    def _help_menu(self) -> None:
        c = self.window.commands
        menu = self.window.menuBar().addMenu(self.tr("&Help"))
        self._add(menu, self.tr("&Keyboard shortcuts"), "F1", self.tr("All keys of the window"), c.shortcuts)
        self._add(menu, self.tr("Open &log folder"), "Ctrl+Shift+L", self.tr("What went wrong"), c.log_folder)
        self._add(
            menu,
            self.tr("&Copy system info"),
            "Ctrl+Shift+Y",
            self.tr("Versions and device, for a report"),
            c.copy_system_info,
        )
        self._add(menu, self.tr("&About"), "Shift+F1", self.tr("What this is"), c.about)

    def _toolbar(self) -> None:
        w = self.window
        bar = QToolBar(self.tr("Tools"), w)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.setIconSize(QSize(20, 20))
        for action, text in (
            (self.open_action, self.tr("Open")),
            (self.paste_action, self.tr("Paste")),
            (self.save_action, self.tr("Save .hfc")),
            (self.export_action, self.tr("Export")),
        ):
            action.setIconText(text)
        bar.toggleViewAction().setEnabled(False)  # nothing would bring it back
        w.addToolBar(bar)
        bar.addActions([self.open_action, self.paste_action])
        bar.addSeparator()
        for text, box in ((self.tr(" Regime "), w.choosing.boxes), (self.tr(" Model "), w.model)):
            bar.addWidget(QLabel(text))
            bar.addWidget(box)
        bar.addSeparator()
        bar.addActions([self.save_action, self.export_action])


def plain(text: str) -> str:
    """A menu's text without the mark of its mnemonic."""
    return text.replace("&", "")
