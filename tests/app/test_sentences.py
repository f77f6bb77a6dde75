"""The core's sentences in another language."""

import ast
import re
import string
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import language
from app.sentences import PARTS, SENTENCES, WORDED, translated
from app.service import beside
from app.service.failures import described
from hific_core.container import hfc_file
from hific_core.errors import CorruptFile, TargetUnreachable
from hific_core.pixels.picture import read_picture

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
    # the window looks for files alone
    texts |= {text.replace("{}", "files", 1) for text in texts if text.startswith("There are no {} in ")}
    assert set(SENTENCES) <= texts
    assert set(PARTS) <= texts | {"{}" + text for text in texts if text == " and {} more"}


def sentences_of(tree: ast.AST) -> set[str]:
    """The whole sentences among the texts of a source, without docstrings and what is in parts."""
    told = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    parts = [part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values]
    apart = {id(node) for node in (*told, *parts)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in apart:
            found |= {text for text in said(node) if re.match(r"[A-Z{].* .*\.$", text)}
    return found


UNSEEN = {
    "There are no {} in {}; name other files.",  # known with its kind
    "{} is a device, not a file; choose a file.",  # said by commands alone
    "This is not a .hfc file of the original HiFiC.",  # what is no such file is never taken for one
}


def test_all_that_reading_and_writing_files_says_is_known() -> None:
    """What a person reads of a picture or a file, be it a note or an error."""
    core = ROOT / "hific_core"
    sources = [
        *(core / "pixels").glob("*.py"),
        *(core / "container").glob("*.py"),
        *(core / name for name in ("errors.py", "atomic.py", "models/memory.py", "cli/inputs.py")),
        *(ROOT / "app" / "service").glob("*.py"),
    ]
    for path in sources:
        unknown = sentences_of(ast.parse(path.read_text())) - set(SENTENCES) - UNSEEN
        assert not unknown, path


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
    assert translated(str(named)).startswith("a: b/c.hfc: Die .hfc-Datei ist beschädigt (Teil 3);")


def test_damaged_parts_are_named_in_the_windows_language(german: object) -> None:
    def said(*damaged: str) -> str:
        return translated(f"Damaged and left out: {hfc_file.told(damaged)}.")

    many = said(*(f"partition {number}" for number in range(3, 1257)))
    assert many.startswith("Beschädigt und weggelassen: Teil 3, Teil 4, ")
    assert many.endswith(", Teil 22 und 1.234 weitere.")
    assert said("EXIF chunk", "alpha chunk", "partition 2") == (
        "Beschädigt und weggelassen: EXIF-Daten, Transparenz, Teil 2."
    )
    assert translated("a.hfc: The original's .hfc file is damaged in its shapes; get a fresh copy.") == (
        "a.hfc: Die .hfc-Datei des ursprünglichen HiFiC ist beschädigt (Maße); besorgen Sie eine neue Kopie."
    )
    assert translated(str(CorruptFile("latents"))).startswith("Die .hfc-Datei ist beschädigt (Latente);")


def test_a_file_that_is_called_as_a_part_is_keeps_its_name(german: object) -> None:
    assert translated("partition 3 is empty; get a fresh copy of it.").startswith("partition 3 ist leer")


def test_english_damage_stays_as_the_core_says_it(qtbot: QtBot) -> None:
    sentence = f"Damaged and left out: {hfc_file.told([f'partition {number}' for number in range(1254)])}."
    assert translated(sentence) == sentence and "and 1,234 more" in sentence


def test_what_is_not_known_stays(german: object) -> None:
    assert translated("Nobody has said this: not yet.") == "Nobody has said this: not yet."


def test_english_stays_english(qtbot: QtBot) -> None:
    for sentence in SENTENCES:
        assert translated(sentence) == WORDED.get(sentence, sentence)


def test_what_was_read_of_a_picture_is_said_in_the_windows_language(german: object, tmp_path: Path) -> None:
    Image.fromarray(np.arange(300, dtype=np.uint16).reshape(15, 20) * 200).save(tmp_path / "deep.png")
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:])
    Image.fromarray(np.linspace(-0.5, 1234.5, 400, dtype=np.float32).reshape(20, 20)).save(tmp_path / "floats.tif")
    found = [
        [translated(note) for note in read_picture(tmp_path / name).notes]
        for name in ("deep.png", "moving.webp", "floats.tif")
    ]
    assert found == [
        ["Die 16 Bit je Kanal wurden auf 8 verringert."],
        ["Von 3 Einzelbildern oder Seiten bleibt nur die erste erhalten."],
        ["Die Gleitkommawerte von -0,5 bis 1.234,5 wurden auf 8 Bit umgerechnet."],
    ]


def test_what_a_search_a_list_and_a_disk_say_is_in_the_windows_language(
    german: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert beside.find([tmp_path]).problems == (f"In {tmp_path} liegen keine Dateien; wählen Sie andere.",)
    (tmp_path / "bad.safetensors").write_bytes(b"no model")
    monkeypatch.setenv("HIFIC_MODELS", str(tmp_path))
    assert any("ist kein fertiges Modell" in problem for problem in beside.models().problems)
    gone = described(OSError(28, "No space left on device"))
    assert gone is not None and gone.sentence.startswith("Eine Datei konnte nicht benutzt werden")


def test_what_a_training_run_says_is_in_the_windows_language(german: object) -> None:
    assert translated("a.png is left out: a.png is empty; get a fresh copy of it.") == (
        "a.png wird ausgelassen: a.png ist leer; besorgen Sie eine neue Kopie."
    )
    assert translated("b.png is left out: it has 1,200 x 40 pixels, less than a crop of 128") == (
        "b.png wird ausgelassen: es hat 1.200 x 40 Pixel, weniger als ein Ausschnitt von 128"
    )
    assert translated(
        "The validation was left out: There are no LPIPS weights at w.npz; `hific lpips-weights` gets them."
    ).startswith("Die Validierung fiel aus: Unter w.npz liegen keine LPIPS-Gewichte")
