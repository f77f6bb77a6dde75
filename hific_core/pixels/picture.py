"""Picture: what one image file holds for this program, read from any format, written to five."""

import dataclasses
import io
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, TiffImagePlugin

from hific_core.atomic import write_atomically
from hific_core.errors import HificError, TooLarge, UnwritableFile
from hific_core.pixels import saving
from hific_core.pixels.cicp import colour_note, named_colours, profile_of
from hific_core.pixels.depth import is_grey_png, stored_bits
from hific_core.pixels.formats import WRITABLE_SUFFIXES
from hific_core.pixels.metadata import Metadata, collect, early_tiff_exif, fitting_icc, is_one_channel
from hific_core.pixels.opening import (
    PNG_MAGIC,
    bare_png,
    check_size,
    claimed_pixels,
    identify,
    open_file,
    plain_errors,
    quiet_pillow,
    raised_limit,
)
from hific_core.pixels.reduce import reduce_to_rgb8

_LAYERED_FORMATS: Final = frozenset({"PSD", "ICO", "CUR", "ICNS"})  # their frames are not pictures in a row
_MOST_COUNTED: Final = 1000  # pages of a TIFF file


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture, turned upright.

    `pixels` is uint8 (H, W, 3), the stored values of the colour space that `icc` names, or of sRGB when it is
    None; a `grey` picture has three equal channels and is written as one, unless `icc` is a profile for RGB.
    `alpha` is uint8 (H, W), 0 transparent, and None when all is opaque, even if the file had such a channel. `exif`
    is a TIFF block without the "Exif\\0\\0" of JPEG, its orientation 1, without preview; `xmp` is the packet. `notes`
    has one sentence per visible reduction.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    grey: bool = False
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    notes: tuple[str, ...] = ()


def read_picture(path: Path, *, max_pixels: int = 500_000_000) -> Picture:
    """Read the first picture of a file; raises UnreadableImage, or TooLarge before any pixel is decoded."""
    with open_file(path) as file, quiet_pillow(), plain_errors(path.name):
        try:
            return _read_mending(file, path.name, max_pixels)
        except Image.DecompressionBombError as error:
            if (pixels := claimed_pixels(error)) > max_pixels:
                raise TooLarge(pixels, max_pixels) from error
        file.seek(0)
        try:
            with raised_limit(max_pixels):
                return _read_mending(file, path.name, max_pixels)
        except Image.DecompressionBombError as error:  # a picture inside the picture, larger than what holds it
            raise TooLarge(claimed_pixels(error), max_pixels) from error


def write_picture(
    path: Path,
    picture: Picture,
    *,
    png_level: int = 6,
    jpeg_quality: int = 95,
    webp_quality: int | None = None,
    exclusive: bool = False,
) -> tuple[str, ...]:
    """Write the format of the suffix, as `write_atomically` does; return a sentence per thing it cannot hold.

    `png_level` is zlib's, 0 to 9; the qualities go from 0 to 100, and WebP is lossless with None.
    Raises UnwritableFile for other suffixes, for pictures too large for the format, and from the disk; NameTaken.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITABLE_SUFFIXES:
        raise UnwritableFile(
            path,
            f"{path.name} cannot be written; give it one of the suffixes {', '.join(WRITABLE_SUFFIXES)}.",
        )
    notes: list[str] = []
    metadata = Metadata(picture.icc, picture.exif, picture.xmp)
    try:
        with quiet_pillow():
            image = _as_image(picture)
            match suffix:
                case ".png":
                    data = saving.save_png(image, metadata, notes, level=png_level)
                case ".jpg" | ".jpeg":
                    data = saving.save_jpeg(image, metadata, notes, quality=jpeg_quality)
                case ".webp":
                    data = saving.save_webp(image, metadata, notes, quality=webp_quality)
                case ".tif" | ".tiff":
                    data = saving.save_tiff(image, metadata, notes)
                case _:
                    data = saving.save_ppm(image, metadata, notes)
    except Exception as error:  # Pillow's writers raise nearly everything, on metadata more than on pixels
        raise UnwritableFile(
            path, f"{path.name} cannot be written ({error}); try .png, which holds pictures of any size."
        ) from error
    del image
    write_atomically(path, data, exclusive=exclusive)
    return tuple(notes)


def without_private(picture: Picture) -> Picture:
    """Return the picture without EXIF and XMP; ICC stays, since the colours depend on it."""
    return dataclasses.replace(picture, exif=None, xmp=None)


def _read_mending(file: IO[bytes], name: str, max_pixels: int) -> Picture:
    """Read; when a PNG fails, try it again without the optional chunks that Pillow may have tripped over."""
    try:
        return _read(file, name, max_pixels)
    except (HificError, Image.DecompressionBombError, MemoryError):
        raise
    except Exception:
        file.seek(0)
        if file.read(len(PNG_MAGIC)) != PNG_MAGIC:
            raise
    file.seek(0)
    picture = _read(io.BytesIO(bare_png(file.read())), name, max_pixels)
    note = "The metadata is damaged or too large and was dropped; colours are taken as sRGB."
    return dataclasses.replace(picture, notes=(*picture.notes, note))


def _read(file: IO[bytes], name: str, max_pixels: int) -> Picture:
    with identify(file, name) as image:
        check_size(image.size, max_pixels)
        frames = _frames_note(image)
        bits, grey_png = stored_bits(image, file), is_grey_png(image, file)
        colours = named_colours(image, file)
        early, tiff_exif = dict(image.info), early_tiff_exif(image)
        image.load()
        check_size(image.size, max_pixels)  # HEIC can change its mind
        (icc, exif, xmp), orientation, notes = collect(image, early, tiff_exif)
        reduced = reduce_to_rgb8(image, bits, orientation, grey_png=grey_png, icc=icc)
        if image.mode in ("CMYK", "LAB"):
            icc = None
    colour_notes: tuple[str, ...] = ()
    if icc is None:
        colour_notes = colour_note(colours)
        icc = None if reduced.grey else profile_of(colours)  # white and grey are those of sRGB
    icc, icc_notes = fitting_icc(icc, reduced.stored_grey)
    all_notes = (*frames, *reduced.notes, *notes, *colour_notes, *icc_notes)
    return Picture(reduced.pixels, reduced.alpha, reduced.grey, icc, exif, xmp, all_notes)


def _frames_note(image: ImageFile.ImageFile) -> tuple[str, ...]:
    if image.format in _LAYERED_FORMATS:
        return ()
    try:
        count = _frames(image)
    except Exception:  # a damaged later frame must not spoil the first
        count = 2
        image.seek(0)
    if count < 2:
        return ()
    if image.format == "MPO":
        return ("Only the main picture is kept: a preview, depth map or second view in the file is not.",)
    if count > _MOST_COUNTED:
        return (f"Only the first of more than {_MOST_COUNTED:,} frames or pages is kept.",)
    return (f"Only the first of {count} frames or pages is kept.",)


def _frames(image: ImageFile.ImageFile) -> int:
    """How many there are; of TIFF at most one more than are counted, since each costs Pillow time for all before it."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(getattr(image, "n_frames", 1))
    count = 1
    with suppress(EOFError):
        while count <= _MOST_COUNTED:
            image.seek(count)
            count += 1
    image.seek(0)
    return count


def _as_image(picture: Picture) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(picture.pixels))
    if is_one_channel(picture.grey, picture.icc):
        image = image.convert("L")
    if picture.alpha is not None:
        image.putalpha(Image.fromarray(np.ascontiguousarray(picture.alpha)))
    return image


def averaged(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 3) -> the channels' rounded mean in all three: a grey picture stays grey to the last level."""
    mean = (pixels.sum(axis=2, dtype=np.uint16) + 1) // 3
    return np.repeat(mean.astype(np.uint8)[..., None], 3, axis=2)
