"""All keys of the window in a table."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget


class ShortcutsDialog(QDialog):
    """Made from the actions themselves, so that it cannot differ from them."""

    def __init__(self, parent: QWidget, entries: Iterable[tuple[str, str, str]]) -> None:
        """`entries`: group, what it does, its keys."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([self.tr("What"), self.tr("Keys")])
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(self.windowTitle())
        groups: dict[str, QTreeWidgetItem] = {}
        self._entries: list[tuple[str, str]] = []
        for group, text, keys in entries:
            if group not in groups:
                groups[group] = QTreeWidgetItem(self.tree, [group])
                font = groups[group].font(0)
                font.setBold(True)
                groups[group].setFont(0, font)
                groups[group].setFlags(Qt.ItemFlag.ItemIsEnabled)
            QTreeWidgetItem(groups[group], [text, keys])
            self._entries.append((text, keys))
        self.tree.expandAll()
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tree)
        layout.addWidget(buttons)
        self.resize(520, 560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def entries(self) -> list[tuple[str, str]]:
        """What is listed."""
        return self._entries
