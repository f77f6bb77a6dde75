"""Numbers as the window's language writes them."""

from PySide6.QtCore import QLocale


def decimal(value: float, digits: int) -> str:
    """In groups of thousands, with so many digits after the point or comma."""
    marks = {ord(","): QLocale().groupSeparator(), ord("."): QLocale().decimalPoint()}
    return f"{value:,.{digits}f}".translate(marks)


def grouped(count: int) -> str:
    """A whole number in groups of thousands."""
    return decimal(count, 0)
