"""Numbers as the window's language writes them."""

from PySide6.QtCore import QLocale


def decimal(value: float, digits: int) -> str:
    """With so many digits after the point or comma; for what is below a thousand."""
    return f"{value:.{digits}f}".replace(".", QLocale().decimalPoint())


def grouped(count: int) -> str:
    """In groups of thousands."""
    return f"{count:,}".replace(",", QLocale().groupSeparator())
