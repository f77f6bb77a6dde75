"""One encoder per format that pictures are written in: an image and its metadata -> the bytes of a file."""

import io
from typing import Any, Final

from PIL import Image, PngImagePlugin

from hific_core.pixels.exif import describing_tags
from hific_core.pixels.metadata import Metadata

_JPEG_EXIF_BYTES: Final = 65533 - 6
_JPEG_XMP_BYTES: Final = 65533 - 29
_XMP_TAG: Final = 700
_NO_TIFF_EXIF: Final = "The EXIF data cannot be expressed as TIFF tags and was left out."


def save_png(image: Image.Image, metadata: Metadata, notes: list[str], *, level: int) -> bytes:
    """Return a PNG; `level` is zlib's effort, 0 to 9."""
    chunks = PngImagePlugin.PngInfo()
    if metadata.xmp:
        chunks.add(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp)
    return _saved(image, "PNG", pnginfo=chunks, compress_level=level, **_given(metadata, "exif", "icc"))


def save_jpeg(image: Image.Image, metadata: Metadata, notes: list[str], *, quality: int) -> bytes:
    """Return a JPEG of 4:4:4; what has transparency is laid on white."""
    image = _on_white(image, "JPEG", notes)
    exif, xmp = metadata.exif, metadata.xmp
    if exif and len(exif) > _JPEG_EXIF_BYTES:
        notes.append("The EXIF data does not fit into a JPEG file and was left out.")
        exif = None
    if xmp and len(xmp) > _JPEG_XMP_BYTES:
        notes.append("The XMP data does not fit into a JPEG file and was left out.")
        xmp = None
    fitting = Metadata(metadata.icc, b"Exif\0\0" + exif if exif else None, xmp)
    given = _given(fitting, "exif", "icc", "xmp")
    return _saved(image, "JPEG", quality=quality, subsampling="4:4:4", **given)


def save_webp(image: Image.Image, metadata: Metadata, notes: list[str], *, quality: int | None) -> bytes:
    """Return a WebP, lossless when `quality` is None."""
    if metadata.icc and image.mode in ("L", "LA"):
        notes.append("WebP has no grey pictures, so the grey colour profile was left out.")
        metadata = metadata._replace(icc=None)
    given = _given(metadata, "exif", "icc", "xmp")
    if quality is None:
        return _saved(image, "WEBP", lossless=True, exact=True, **given)
    return _saved(image, "WEBP", quality=quality, **given)


def save_tiff(image: Image.Image, metadata: Metadata, notes: list[str]) -> bytes:
    """Return a TIFF; EXIF becomes tags of the file, and the pixels are deflated where there is none.

    libtiff, which deflates, cannot write the Exif and GPS directories, and takes a number for the address of a text
    where a hostile block says that a text is a number. Pillow's own writer does neither.
    """
    given = _given(metadata, "icc")
    exif = _tiff_tags(metadata, notes)
    compression = "raw" if metadata.exif else "tiff_adobe_deflate"
    try:
        return _saved(image, "TIFF", exif=exif, compression=compression, **given)
    except MemoryError:
        raise
    except Exception:  # on damaged blocks Pillow's writer raises nearly everything, as its parser does
        if not metadata.exif:
            raise
        notes.append(_NO_TIFF_EXIF)
        bare = _tiff_tags(metadata._replace(exif=None), notes)
        return _saved(image, "TIFF", exif=bare, compression="tiff_adobe_deflate", **given)


def _tiff_tags(metadata: Metadata, notes: list[str]) -> Image.Exif:
    """Return what EXIF and XMP put into the directory of a TIFF file."""
    exif = Image.Exif()
    if metadata.exif:
        try:
            exif.load(metadata.exif)
            exif = describing_tags(exif)
        except Exception:  # Pillow's tag parser raises nearly everything on damaged blocks
            notes.append(_NO_TIFF_EXIF)
            exif = Image.Exif()
    if metadata.xmp:
        exif[_XMP_TAG] = metadata.xmp
    return exif


def save_ppm(image: Image.Image, metadata: Metadata, notes: list[str]) -> bytes:
    """Return a binary PPM, or PGM for grey; it holds nothing beside the pixels."""
    image = _on_white(image, "PPM", notes)
    if any(metadata):
        notes.append("PPM cannot carry metadata or a colour profile, so they were left out.")
    return _saved(image, "PPM")


def _given(metadata: Metadata, *names: str) -> dict[str, bytes]:
    """Return the items called `names` that there are, under Pillow's names for them."""
    items = {"exif": metadata.exif, "icc": metadata.icc, "xmp": metadata.xmp}
    pillow_names = {"icc": "icc_profile"}
    return {pillow_names.get(name, name): item for name in names if (item := items[name])}


def _on_white(image: Image.Image, name: str, notes: list[str]) -> Image.Image:
    if not image.mode.endswith("A"):
        return image
    notes.append(f"{name} cannot carry transparency, so the picture was laid on white.")
    ground = Image.new(image.mode[:-1], image.size, "white")
    ground.paste(image.convert(ground.mode), mask=image.getchannel("A"))
    return ground


def _saved(image: Image.Image, format_name: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format_name, **options)
    return stream.getvalue()
