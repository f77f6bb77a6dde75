"""The core's sentences in another language."""

import ast
import string
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import language
from app.sentences import SENTENCES, WORDED, translated
from hific_core.errors import CorruptFile, TargetUnreachable

ROOT = Path(__file__).parents[2]


@pytest.fixture
def german(qtbot: QtBot) -> object:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = QLocale()
    translators = language.install(application, "de")
    yield translators
    QLocale.setDefault(before)
    for each in translators:
        application.removeTranslator(each)


def said(tree: ast.AST) -> set[str]:
    """All texts of a source, with {} for what is put in."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            found.add("".join(str(part) for part in parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def test_each_is_said_by_the_core_or_the_service_in_these_words() -> None:
    sources = [*(ROOT / "hific_core").rglob("*.py"), *(ROOT / "app" / "service").glob("*.py")]
    texts = set().union(*(said(ast.parse(Path(path).read_text())) for path in sources))
    advice = {text for text in texts if text.startswith(("; ask for more", ", {} of them"))}
    texts |= {
        text[:-2] + each for text in texts if text.startswith("The picture cannot get as small") for each in advice
    }
    assert set(SENTENCES) <= texts


def test_an_english_window_gives_no_advice_of_the_command_line(qtbot: QtBot) -> None:
    assert set(WORDED) <= set(SENTENCES)
    for sentence in SENTENCES:
        fields = sum(field is not None for _, field, _, _ in string.Formatter().parse(sentence))
        found = translated(sentence.format(*(f"VALUE{number}" for number in range(fields))))
        assert all(f"VALUE{number}" in found for number in range(fields))
        assert " --" not in found.replace("`hific lpips-weights --from`", "") and "(--" not in found
        assert "decompress" not in found


def test_every_translation_keeps_what_is_put_in(german: object) -> None:
    for sentence in SENTENCES:
        fields = [field for _, field, _, _ in string.Formatter().parse(sentence) if field is not None]
        values = [f"VALUE{number}" for number in range(len(fields))]
        found = translated(sentence.format(*values))
        assert found != sentence.format(*values), "not translated"
        assert all(value in found for value in values)


def test_real_errors(german: object) -> None:
    assert translated(str(TargetUnreachable(1000, 4567))) == (
        "So klein wie 1.000 Bytes wird das Bild mit diesem Modell nicht: Seine kleinste Datei hat 4.567; "
        "erlauben Sie mehr Bytes oder verkleinern Sie das Bild."
    )
    assert "davon 3.700 für EXIF und XMP" in translated(str(TargetUnreachable(1000, 4567, private=3700)))
    named = CorruptFile("partition 3").in_file(Path("a: b") / "c.hfc")
    assert translated(str(named)).startswith("a: b/c.hfc: Die .hfc-Datei ist beschädigt (partition 3);")


def test_what_is_not_known_stays(german: object) -> None:
    assert translated("Nobody has said this: not yet.") == "Nobody has said this: not yet."


def test_english_stays_english(qtbot: QtBot) -> None:
    for sentence in SENTENCES:
        assert translated(sentence) == WORDED.get(sentence, sentence)
