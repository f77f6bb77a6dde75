"""A picture's metadata and transparency as chunks of a file, and back."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hific_core.container.hfc_file import HfcFile
from hific_core.errors import CorruptFile
from hific_core.pixels.alpha import decode_alpha, encode_alpha
from hific_core.pixels.picture import Picture


def chunks_of(picture: Picture) -> dict[str, bytes]:
    """What a file keeps of a picture beside its pixels, by the tag of the chunk."""
    chunks = {"ICCP": picture.icc, "EXIF": picture.exif, "XMP_": picture.xmp}
    if picture.alpha is not None:
        chunks["ALPH"] = encode_alpha(picture.alpha)
    return {tag: content for tag, content in chunks.items() if content}


def picture_with_chunks(pixels: NDArray[np.uint8], file: HfcFile, salvage: bool) -> tuple[Picture, tuple[str, ...]]:
    """The picture with what the file's chunks hold, and which of them were damaged.

    Raises CorruptFile for a damaged one, unless `salvage` leaves it out.
    """
    chunks = file.metadata
    picture = Picture(
        pixels=pixels,
        alpha=None,
        grey=file.header.grey,
        icc=chunks.get("ICCP"),
        exif=chunks.get("EXIF"),
        xmp=chunks.get("XMP_"),
        notes=(),
    )
    if "ALPH" not in chunks:
        return picture, ()
    try:
        return replace(picture, alpha=decode_alpha(chunks["ALPH"], (file.header.height, file.header.width))), ()
    except CorruptFile as error:
        if not salvage:
            raise
        return picture, (error.part,)
