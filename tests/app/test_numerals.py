from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from app.numerals import decimal, grouped
from app.widgets.job_table import size_text, time_text


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de"))
    yield
    QLocale.setDefault(before)


def test_numbers_in_english() -> None:
    assert (decimal(0.25, 3), decimal(1234.5, 1), grouped(9432), grouped(12)) == ("0.250", "1,234.5", "9,432", "12")
    assert (size_text(1234), time_text(2.5)) == ("1.2 kB", "2.5 s")


def test_numbers_in_german(german: None) -> None:
    assert (decimal(1234.25, 3), grouped(1_009_432), decimal(float("inf"), 2)) == ("1.234,250", "1.009.432", "inf")
    assert (size_text(1234), size_text(5_678_000_000), time_text(2.5)) == ("1,2 kB", "5,68 GB", "2,5 s")
