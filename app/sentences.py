"""The core's sentences in the window's language: the core speaks English alone, and knows of no window.

What it says of a file is known again by its words, and what lies between them is kept. A sentence that is not known
stays as it is.
"""

import re
from functools import cache
from typing import cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.numerals import grouped

SENTENCES: tuple[str, ...] = cast(
    "tuple[str, ...]",
    (
        QT_TRANSLATE_NOOP("sentences", "{} is a device, not a file; choose a picture."),
        QT_TRANSLATE_NOOP("sentences", "{} does not exist; check the name and the folder."),
        QT_TRANSLATE_NOOP("sentences", "{} may not be read; change its permissions or copy it to a folder of yours."),
        QT_TRANSLATE_NOOP("sentences", "{} is a folder; choose a picture inside it."),
        QT_TRANSLATE_NOOP("sentences", "{} cannot be opened ({}); check the disk and the name."),
        QT_TRANSLATE_NOOP("sentences", "{} does not fit in memory; close other programs or scale the picture down."),
        QT_TRANSLATE_NOOP("sentences", "{} is damaged or cut off and cannot be read; get a fresh copy of it."),
        QT_TRANSLATE_NOOP("sentences", "{} is empty; get a fresh copy of it."),
        QT_TRANSLATE_NOOP(
            "sentences", "{} is not a picture of a kind this program reads; convert it to PNG, TIFF or JPEG first."
        ),
        QT_TRANSLATE_NOOP("sentences", "{} is a camera's raw file; develop it to TIFF or JPEG first."),
        QT_TRANSLATE_NOOP(
            "sentences", "The picture is HDR (PQ or HLG); it is kept without tone mapping and looks flat."
        ),
        QT_TRANSLATE_NOOP("sentences", "Comments and other texts in the file are not kept."),
        QT_TRANSLATE_NOOP("sentences", "{} cannot be written; give it one of the suffixes {}."),
        QT_TRANSLATE_NOOP("sentences", "{} cannot be written ({}); try .png, which holds pictures of any size."),
        QT_TRANSLATE_NOOP("sentences", "{} changed while it was read; try again when it is whole."),
        QT_TRANSLATE_NOOP("sentences", "{} could not be read ({}); try again."),
        QT_TRANSLATE_NOOP("sentences", "There is something at {} already; choose another name."),
        QT_TRANSLATE_NOOP("sentences", "This is not a .hfc file; choose one that HiFiC Studio has written."),
        QT_TRANSLATE_NOOP(
            "sentences",
            "The .hfc file is damaged in its {}; get a fresh copy, or try `decompress --salvage`.",
        ),
        QT_TRANSLATE_NOOP(
            "sentences", "The .hfc file is damaged in its hyperlatents, which all the rest needs; get a fresh copy."
        ),
        QT_TRANSLATE_NOOP("sentences", "No partition of the .hfc file is whole: nothing can be saved of it."),
        QT_TRANSLATE_NOOP(
            "sentences",
            "The file needs the model with fingerprint {}, which is not installed; ask its sender for that model and "
            "name it with --model, or put it where `hific models` says.",
        ),
        QT_TRANSLATE_NOOP("sentences", "The model {} has one rate only; leave --quality out."),
        QT_TRANSLATE_NOOP("sentences", "The model {} has one rate only; leave the target out."),
        QT_TRANSLATE_NOOP("sentences", "The model {} has no regime {}; it has {}."),
        QT_TRANSLATE_NOOP("sentences", "There is no model called {}; installed are: {}."),
        QT_TRANSLATE_NOOP("sentences", "No model is installed; put a weights file into {}."),
        QT_TRANSLATE_NOOP("sentences", "{} is not a model; choose a .safetensors file."),
        QT_TRANSLATE_NOOP("sentences", "A model called {} is installed already, at {}; remove that first."),
        QT_TRANSLATE_NOOP("sentences", "There is a file at {} already; rename yours and try again."),
        QT_TRANSLATE_NOOP("sentences", "{} could not be removed ({}); close what uses it."),
        QT_TRANSLATE_NOOP(
            "sentences",
            "The picture cannot get as small as {} bytes with this model: its smallest file has {}; ask for more bytes "
            "or scale the picture down.",
        ),
        QT_TRANSLATE_NOOP(
            "sentences",
            "The picture cannot get as small as {} bytes with this model: its smallest file has {}, {} of them EXIF "
            "and XMP; leave those out (--strip-metadata) or ask for more bytes.",
        ),
        QT_TRANSLATE_NOOP(
            "sentences",
            "{} could not be downloaded ({}); try again later, or download it elsewhere and give the file with --from.",
        ),
        QT_TRANSLATE_NOOP("sentences", "There is no folder {}; bring it back or name another."),
        QT_TRANSLATE_NOOP("sentences", "There is no permission to search the folder {}; change its permissions."),
        QT_TRANSLATE_NOOP(
            "sentences", "The shown file is damaged and cannot be saved again; export the picture instead."
        ),
        QT_TRANSLATE_NOOP("sentences", "Damaged and left out: {}."),
        QT_TRANSLATE_NOOP("sentences", "What follows the file's end is passed over."),
        QT_TRANSLATE_NOOP("sentences", "{} is not the original: it has {} × {} pixels, the file {} × {}."),
        QT_TRANSLATE_NOOP("sentences", "Something went wrong that should not have; please report it with the details."),
    ),
)

WORDED = {
    "The .hfc file is damaged in its {}; get a fresh copy, or try `decompress --salvage`.": (
        "The .hfc file is damaged in its {}; get a fresh copy, or open what is whole of it."
    ),
    "The file needs the model with fingerprint {}, which is not installed; ask its sender for that model and "
    "name it with --model, or put it where `hific models` says.": (
        "The file needs the model with fingerprint {}, which is not installed; ask its sender for that model and "
        "get it with Model > Import model."
    ),
    "The model {} has one rate only; leave --quality out.": "The model {} has one rate only; leave the quality out.",
    "The picture cannot get as small as {} bytes with this model: its smallest file has {}, {} of them EXIF "
    "and XMP; leave those out (--strip-metadata) or ask for more bytes.": (
        "The picture cannot get as small as {} bytes with this model: its smallest file has {}, {} of them EXIF "
        "and XMP; leave those out in the preferences or ask for more bytes."
    ),
    "{} could not be downloaded ({}); try again later, or download it elsewhere and give the file with --from.": (
        "{} could not be downloaded ({}); try again later, or download it elsewhere and give the file to "
        "`hific lpips-weights --from`."
    ),
}
"""What an English window says instead of advice that is the command line's."""

_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d.,])")
"""In groups of thousands, as the core writes them."""


def translated(sentence: str) -> str:
    """A sentence of the core's, with the name of its file before it or without."""
    for start in (0, *(found.end() for found in re.finditer(": ", sentence))):
        for template, pattern in _patterns():
            found = pattern.fullmatch(sentence, start)
            if found is not None:
                values = (
                    _NUMBER.sub(lambda number: grouped(int(number[0].replace(",", ""))), v) for v in found.groups()
                )
                words = QCoreApplication.translate("sentences", template)
                words = WORDED.get(template, template) if words == template else words
                return sentence[:start] + words.format(*values)
    return sentence


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The longest first: what one says in general another says more closely."""
    ordered = sorted(SENTENCES, key=len, reverse=True)
    return tuple((each, re.compile(re.escape(each).replace(r"\{\}", "(.+?)"), re.DOTALL)) for each in ordered)
