"""The core's sentences in the window's language: the core speaks English alone, and knows of no window.

What it says of a file is known again by its words, and what lies between them is kept. A sentence that is not known
stays as it is.
"""

import re
from functools import cache
from typing import cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.numerals import decimal, grouped

_MARKED = (
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
    QT_TRANSLATE_NOOP("sentences", "The picture is HDR (PQ or HLG); it is kept without tone mapping and looks flat."),
    QT_TRANSLATE_NOOP("sentences", "Comments and other texts in the file are not kept."),
    QT_TRANSLATE_NOOP("sentences", "{} cannot be written; give it one of the suffixes {}."),
    QT_TRANSLATE_NOOP("sentences", "{} cannot be written ({}); try .png, which holds pictures of any size."),
    QT_TRANSLATE_NOOP("sentences", "{} changed while it was read; try again when it is whole."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be read ({}); try again."),
    QT_TRANSLATE_NOOP("sentences", "There is something at {} already; choose another name."),
    QT_TRANSLATE_NOOP("sentences", "This is not a .hfc file; choose one that HiFiC Studio has written."),
    QT_TRANSLATE_NOOP(
        "sentences", "The .hfc file is damaged in its {}; get a fresh copy, or try `decompress --salvage`."
    ),
    QT_TRANSLATE_NOOP(
        "sentences", "The .hfc file is damaged in its hyperlatents, which all the rest needs; get a fresh copy."
    ),
    QT_TRANSLATE_NOOP("sentences", "No partition of the .hfc file is whole: nothing can be saved of it."),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The file needs the model with fingerprint {}, which is not installed; ask its sender for that model and name"
        " it with --model, or put it where `hific models` says.",
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
        "The picture cannot get as small as {} bytes with this model: its smallest file has {}; ask for more bytes or"
        " scale the picture down.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The picture cannot get as small as {} bytes with this model: its smallest file has {}, {} of them EXIF and "
        "XMP; leave those out (--strip-metadata) or ask for more bytes.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "{} could not be downloaded ({}); try again later, or download it elsewhere and give the file with --from.",
    ),
    QT_TRANSLATE_NOOP("sentences", "There is no folder {}; bring it back or name another."),
    QT_TRANSLATE_NOOP("sentences", "There is no permission to search the folder {}; change its permissions."),
    QT_TRANSLATE_NOOP("sentences", "The shown file is damaged and cannot be saved again; export the picture instead."),
    QT_TRANSLATE_NOOP("sentences", "Damaged and left out: {}."),
    QT_TRANSLATE_NOOP("sentences", "What follows the file's end is passed over."),
    QT_TRANSLATE_NOOP("sentences", "{} is not the original: it has {} × {} pixels, the file {} × {}."),
    QT_TRANSLATE_NOOP("sentences", "{} is not the original, but what the file decodes to; find the original."),
    # pixels: what reading a picture did
    QT_TRANSLATE_NOOP("sentences", "The {} bits per channel were reduced to 8."),
    QT_TRANSLATE_NOOP("sentences", "The integers from {} to {} were scaled to 8 bits."),
    QT_TRANSLATE_NOOP("sentences", "The floating-point values from {} to {} were scaled to 8 bits."),
    QT_TRANSLATE_NOOP("sentences", "CMYK was converted to sRGB with the profile in the file."),
    QT_TRANSLATE_NOOP("sentences", "CMYK was converted to RGB without a profile; colours may differ from print."),
    QT_TRANSLATE_NOOP("sentences", "CIELAB colours were converted to sRGB."),
    QT_TRANSLATE_NOOP(
        "sentences", "Only the main picture is kept: a preview, depth map or second view in the file is not."
    ),
    QT_TRANSLATE_NOOP("sentences", "Only the first of {} frames or pages is kept."),
    QT_TRANSLATE_NOOP("sentences", "Only the first of more than {} frames or pages is kept."),
    QT_TRANSLATE_NOOP("sentences", "The metadata is damaged or too large and was dropped; colours are taken as sRGB."),
    QT_TRANSLATE_NOOP("sentences", "The colour profile is damaged and was dropped; colours are taken as sRGB."),
    QT_TRANSLATE_NOOP("sentences", "The colour profile is one for {} and was dropped: it does not fit a grey picture."),
    QT_TRANSLATE_NOOP(
        "sentences", "The colour profile is one for {} and was dropped: it does not fit a colour picture."
    ),
    QT_TRANSLATE_NOOP("sentences", "The EXIF data is damaged and was dropped."),
    QT_TRANSLATE_NOOP("sentences", "The {} data is larger than {} MiB and was dropped."),
    QT_TRANSLATE_NOOP("sentences", "The HDR gain map is not kept; the picture is its standard rendition."),
    QT_TRANSLATE_NOOP("sentences", "The extended part of the XMP data is not kept."),
    QT_TRANSLATE_NOOP("sentences", "IPTC captions are not kept, except those that are also in the XMP data."),
    QT_TRANSLATE_NOOP(
        "sentences", "{} is a HEIC picture, and reading those needs an extra package; run `pip install pi-heif`."
    ),
    # saving a picture
    QT_TRANSLATE_NOOP("sentences", "The EXIF data does not fit into a JPEG file and was left out."),
    QT_TRANSLATE_NOOP("sentences", "The XMP data does not fit into a JPEG file and was left out."),
    QT_TRANSLATE_NOOP("sentences", "WebP has no grey pictures, so the grey colour profile was left out."),
    QT_TRANSLATE_NOOP("sentences", "The EXIF data cannot be expressed as TIFF tags and was left out."),
    QT_TRANSLATE_NOOP("sentences", "PPM cannot carry metadata or a colour profile, so they were left out."),
    QT_TRANSLATE_NOOP("sentences", "{} cannot carry transparency, so the picture was laid on white."),
    # encoding and decoding
    QT_TRANSLATE_NOOP("sentences", "The file asks for realism {}; {} has no such control."),
    QT_TRANSLATE_NOOP(
        "sentences", "The file was made for generator {}, {} has {}: the picture may look a little different."
    ),
    QT_TRANSLATE_NOOP("sentences", "Memory ran out, so the picture was encoded in fewer pieces at a time."),
    QT_TRANSLATE_NOOP("sentences", "Memory ran out, so the picture was computed in smaller pieces."),
    QT_TRANSLATE_NOOP("sentences", "The GPU's memory did not suffice even for small pieces; the processor took over."),
    QT_TRANSLATE_NOOP(
        "sentences", "There is not enough memory for even a small piece of the picture; close other programs."
    ),
    QT_TRANSLATE_NOOP(
        "sentences", "The model gave latents that cannot be coded for this picture; try another model or quality."
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The picture has {} megapixels, above the limit of {}; raise it with --max-pixels if you trust the file.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences", "The picture of {} x {} pixels is more than a .hfc file can hold; cut it in parts first."
    ),
    QT_TRANSLATE_NOOP("sentences", "There is no device called {} here; use --device cpu, or leave it out."),
    QT_TRANSLATE_NOOP("sentences", "{} cannot hold this picture ({}); leave it out."),
    QT_TRANSLATE_NOOP("sentences", "This installation of Pillow cannot write {}; leave {} out."),
    # .hfc files
    QT_TRANSLATE_NOOP("sentences", "A newer release wrote this .hfc file; update HiFiC Studio to open it."),
    QT_TRANSLATE_NOOP("sentences", "The .hfc file ends inside its header; get a complete copy."),
    QT_TRANSLATE_NOOP("sentences", "The .hfc file is damaged in its header; get a fresh copy."),
    QT_TRANSLATE_NOOP(
        "sentences", "The .hfc file lacks its last {} bytes; get a complete copy, or try `decompress --salvage`."
    ),
    QT_TRANSLATE_NOOP(
        "sentences", "The .hfc file has {} bytes too many at its end; get a fresh copy, or try `decompress --salvage`."
    ),
    QT_TRANSLATE_NOOP("sentences", "There is no file {}; check its name and folder."),
    QT_TRANSLATE_NOOP("sentences", "There is no permission to read {}; change its permissions or copy it."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be read ({}); try again or get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "{} is a folder; choose a .hfc file."),
    QT_TRANSLATE_NOOP("sentences", "{} is a device, not a file; choose a .hfc file."),
    QT_TRANSLATE_NOOP("sentences", "{} is a folder or a device; choose a .hfc file."),
    # of the original HiFiC
    QT_TRANSLATE_NOOP("sentences", "The .hfc file holds {} pictures of the original HiFiC; only single ones are read."),
    QT_TRANSLATE_NOOP("sentences", "The original's .hfc file is damaged in its {}; get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "The original's .hfc file ends before its streams do; get a complete copy."),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The {} of the original's .hfc file do not end as they must: it is damaged, or {} is not the model that it "
        "was made with; name that one with --model.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The original HiFiC wrote this file, which does not say with which model: name one with --model; {} have its "
        "shapes.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The original HiFiC wrote this file, and none of its models is installed: get them at {} and `hific models "
        "import` the one that the file was made with.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The original HiFiC wrote this file with {} latent and {} hyperlatent channels, which {} does not have; name "
        "another model with --model.",
    ),
    QT_TRANSLATE_NOOP("sentences", "{} of the scales lay on a border and were taken on its other side."),
    QT_TRANSLATE_NOOP(
        "sentences", "The original's coder cut {} outlying values to four bits: the picture suffers there."
    ),
    # searching
    QT_TRANSLATE_NOOP("sentences", "There are no files in {}; name other files."),
    QT_TRANSLATE_NOOP("sentences", "{} is a link to what is not there; mend or remove it."),
    QT_TRANSLATE_NOOP("sentences", "The folder {} could not be searched ({}); check its disk and try again."),
    # writing
    QT_TRANSLATE_NOOP("sentences", "{} is one of the inputs and stays as it is; choose another --output or --suffix."),
    QT_TRANSLATE_NOOP("sentences", "The folder {} could not be made ({}); choose another."),
    QT_TRANSLATE_NOOP("sentences", "The folder {} takes no file ({}); choose another."),
    QT_TRANSLATE_NOOP("sentences", "The disk is too full to write {}; free some space or choose another folder."),
    QT_TRANSLATE_NOOP("sentences", "There is no permission to write {}; choose another folder or name."),
    QT_TRANSLATE_NOOP("sentences", "The folder of {} does not exist; create it or choose another."),
    QT_TRANSLATE_NOOP("sentences", "The name of {} is too long; choose a shorter one."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be written ({}); try again or choose another folder."),
    QT_TRANSLATE_NOOP("sentences", "{} is a folder; give the name of a file."),
    QT_TRANSLATE_NOOP("sentences", "{} is a device, not a file; give the name of a file."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be written ({}); free some space."),
    # models
    QT_TRANSLATE_NOOP("sentences", "{} is not a prepared model ({}: {}); get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "The weights in {} do not fit the network ({}); get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "The weights in {} are not those that its card names; get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "There is no weights file at {}; `hific models` lists the installed models."),
    QT_TRANSLATE_NOOP("sentences", "The folder {} could not be read ({}); change its permissions."),
    QT_TRANSLATE_NOOP("sentences", "{} is too large for a model; choose another file."),
    QT_TRANSLATE_NOOP("sentences", "{} is not one of your own models and stays."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be read ({}); check its name and permissions."),
    QT_TRANSLATE_NOOP("sentences", "{} is no checkpoint that can be read ({})."),
    QT_TRANSLATE_NOOP("sentences", "{} has latents of the likelihood {}, which is not known here."),
    QT_TRANSLATE_NOOP("sentences", "{} holds values in {} that are no numbers; get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "{} does not say of which regime it is; name one with --regime."),
    QT_TRANSLATE_NOOP("sentences", "There is a model at {} already; choose another --name."),
    QT_TRANSLATE_NOOP("sentences", "There is a model called {} already, at {}; choose another --name."),
    QT_TRANSLATE_NOOP("sentences", "The checkpoint's network can be trained, but not code pictures: {}."),
    # the eye's weights
    QT_TRANSLATE_NOOP("sentences", "There are no LPIPS weights at {}; `hific lpips-weights` gets them."),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The LPIPS weights are no longer at {}; choose Model > Take longer > Truer to the eye again to get them, or "
        "Off.",
    ),
    QT_TRANSLATE_NOOP("sentences", "{} does not hold LPIPS weights ({}); get a fresh copy."),
    QT_TRANSLATE_NOOP("sentences", "{} sends more than it should; try again later."),
    QT_TRANSLATE_NOOP("sentences", "{} is not torchvision's AlexNet as published; get a fresh copy from {}."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be made ({}); make room for it."),
    # the service's own
    QT_TRANSLATE_NOOP("sentences", "The original is not at hand, so that the picture cannot be compressed again."),
    QT_TRANSLATE_NOOP("sentences", "{} was trained for texture: longer work would gain nothing and was left out."),
    QT_TRANSLATE_NOOP("sentences", "A file could not be used ({}); try again."),
    QT_TRANSLATE_NOOP("sentences", "{} could not be used ({}); try again."),
    # training
    QT_TRANSLATE_NOOP("sentences", "{} of the pictures in {} are for validation too, and not trained on."),
    QT_TRANSLATE_NOOP("sentences", "{} is left out: {}"),
    QT_TRANSLATE_NOOP("sentences", "it has {} x {} pixels, less than a crop of {}"),
    QT_TRANSLATE_NOOP("sentences", "The validation was left out: {}"),
    QT_TRANSLATE_NOOP("sentences", "The run is at its end, and there is a model called {} already."),
    QT_TRANSLATE_NOOP("sentences", "{} holds no picture to train on; name another folder."),
    QT_TRANSLATE_NOOP("sentences", "{} holds no picture; name another folder."),
    QT_TRANSLATE_NOOP("sentences", "All pictures of {} lie in {} too; name another folder for --val."),
    QT_TRANSLATE_NOOP(
        "sentences",
        "Hardly any picture in {} is readable and of {} x {} pixels at least; name another folder, or lower --crop.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences",
        "The training diverged at step {}: {} updates in a row were not finite; start anew with --init and the run, "
        "and with a lower --learning-rate.",
    ),
    QT_TRANSLATE_NOOP(
        "sentences", "The run in {} was on the device {}, which is not here; choose another, as in --device auto."
    ),
    QT_TRANSLATE_NOOP("sentences", "There is a run in {} already; go on with --resume, or choose a --name."),
    QT_TRANSLATE_NOOP("sentences", "{} holds no run that could go on ({}); name the run's folder."),
    QT_TRANSLATE_NOOP("sentences", "{} belongs to a run with other settings; name another run."),
    QT_TRANSLATE_NOOP("sentences", "{} is not a readable checkpoint; delete it or name another run."),
    QT_TRANSLATE_NOOP("sentences", "{} is no checkpoint of a training run; name another run."),
    QT_TRANSLATE_NOOP("sentences", "Something went wrong that should not have; please report it with the details."),
)
SENTENCES = cast("tuple[str, ...]", _MARKED)
PARTS = (
    QT_TRANSLATE_NOOP("sentences", "partition {}"),
    QT_TRANSLATE_NOOP("sentences", "alpha chunk"),
    QT_TRANSLATE_NOOP("sentences", "{} chunk"),
    QT_TRANSLATE_NOOP("sentences", "hyperlatents"),
    QT_TRANSLATE_NOOP("sentences", "latents"),
    QT_TRANSLATE_NOOP("sentences", "shapes"),
    QT_TRANSLATE_NOOP("sentences", "end of file"),
    QT_TRANSLATE_NOOP("sentences", "{} and {} more"),
)
"""Of a file; names of files and models may be the same words, so that only where parts are named these are known."""
_OF_PARTS = re.compile("damaged in its {}|Damaged and left out: {}|The {} of the original's")

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
    "The picture has {} megapixels, above the limit of {}; raise it with --max-pixels if you trust the file.": (
        "The picture has {} megapixels, above the limit of {}; scale it down."
    ),
    "There is no device called {} here; use --device cpu, or leave it out.": (
        "There is no device called {} here; choose another with Model > Device."
    ),
    "{} cannot hold this picture ({}); leave it out.": "{} cannot hold this picture ({}); compare with something else.",
    "This installation of Pillow cannot write {}; leave {} out.": (
        "This installation of Pillow cannot write {}; compare with something else than {}."
    ),
    "The .hfc file lacks its last {} bytes; get a complete copy, or try `decompress --salvage`.": (
        "The .hfc file lacks its last {} bytes; get a complete copy, or open what is whole of it."
    ),
    "The .hfc file has {} bytes too many at its end; get a fresh copy, or try `decompress --salvage`.": (
        "The .hfc file has {} bytes too many at its end; get a fresh copy, or open what is whole of it."
    ),
    "The {} of the original's .hfc file do not end as they must: it is damaged, or {} is not the model that "
    "it was made with; name that one with --model.": (
        "The {} of the original's .hfc file do not end as they must: it is damaged, or {} is not the model "
        "that it was made with; choose that one."
    ),
    "The original HiFiC wrote this file, which does not say with which model: name one with --model; {} have "
    "its shapes.": (
        "The original HiFiC wrote this file, which does not say with which model: choose one; {} have its shapes."
    ),
    "The original HiFiC wrote this file, and none of its models is installed: get them at {} and `hific "
    "models import` the one that the file was made with.": (
        "The original HiFiC wrote this file, and none of its models is installed: get them at {} and the one "
        "that the file was made with through Model > Import model."
    ),
    "The original HiFiC wrote this file with {} latent and {} hyperlatent channels, which {} does not have; "
    "name another model with --model.": (
        "The original HiFiC wrote this file with {} latent and {} hyperlatent channels, which {} does not "
        "have; choose another model."
    ),
    "{} is one of the inputs and stays as it is; choose another --output or --suffix.": (
        "{} is one of the files to compress and stays as it is; choose another folder or suffix in the preferences."
    ),
    "There is no weights file at {}; `hific models` lists the installed models.": (
        "There is no weights file at {}; choose another model."
    ),
    "{} does not say of which regime it is; name one with --regime.": (
        "{} does not say of which regime it is; rename it to end in _low, _med or _high."
    ),
    "There is a model at {} already; choose another --name.": "There is a model at {} already; remove that first.",
    "There is a model called {} already, at {}; choose another --name.": (
        "There is a model called {} already, at {}; remove that first."
    ),
    "All pictures of {} lie in {} too; name another folder for --val.": (
        "All pictures of {} lie in {} too; choose another folder for validation."
    ),
    "Hardly any picture in {} is readable and of {} x {} pixels at least; name another folder, or lower --crop.": (
        "Hardly any picture in {} is readable and of {} x {} pixels at least; choose another folder, or a smaller Crop."
    ),
    "The training diverged at step {}: {} updates in a row were not finite; start anew with --init and the "
    "run, and with a lower --learning-rate.": (
        "The training diverged at step {}: {} updates in a row were not finite; start anew from this run with"
        " a lower learning rate."
    ),
    "The run in {} was on the device {}, which is not here; choose another, as in --device auto.": (
        "The run in {} was on the device {}, which is not here; choose another."
    ),
    "There is a run in {} already; go on with --resume, or choose a --name.": (
        "There is a run in {} already; continue it, or choose another name."
    ),
}
"""What an English window says instead of advice that is the command line's."""

_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d.,])")
"""In groups of thousands, as the core writes them."""
_DECIMAL = re.compile(r"-?\d[\d,]*\.\d+")
"""A whole value alone: within names a point is no number's."""


def translated(sentence: str) -> str:
    """A sentence of the core's, with the name of its file before it or without."""
    for start in (0, *(found.end() for found in re.finditer(": ", sentence))):
        for template, pattern in _patterns(SENTENCES):
            if found := pattern.fullmatch(sentence, start):
                values = map(_parts if _OF_PARTS.search(template) else _in_language, found.groups())
                words = QCoreApplication.translate("sentences", template)
                words = WORDED.get(template, template) if words == template else words
                return sentence[:start] + words.format(*values)
    return sentence


def _parts(value: str) -> str:
    """The damaged parts of a file, as `hfc_file.told` lists them."""
    return ", ".join(map(_part, value.split(", ")))


def _part(text: str) -> str:
    """One of them, the last one with how many more there are."""
    for template, pattern in _patterns(PARTS):
        if found := pattern.fullmatch(text):
            return QCoreApplication.translate("sentences", template).format(*map(_part, found.groups()))
    return _in_language(text)


def _in_language(value: str) -> str:
    """What a sentence holds: reasons that are known, numbers as the window writes them, names as they are."""
    if (reason := translated(value)) != value:
        return reason
    if _DECIMAL.fullmatch(value):
        return decimal(float(value.replace(",", "")), len(value.partition(".")[2]))
    return _NUMBER.sub(lambda number: grouped(int(number[0].replace(",", ""))), value)


@cache
def _patterns(templates: tuple[object, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The longest first: what one says in general another says more closely."""
    ordered = sorted(map(str, templates), key=len, reverse=True)
    return tuple((each, re.compile(re.escape(each).replace(r"\{\}", "(.+?)"), re.DOTALL)) for each in ordered)
