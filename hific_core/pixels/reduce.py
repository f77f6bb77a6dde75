"""Every way that Pillow stores pixels -> 8-bit grey or RGB with alpha, strip by strip to spare memory."""

import io
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from hific_core.pixels.metadata import colour_space

Pixels = NDArray[np.uint8]

_STRIP_PIXELS: Final = 2**22


class Reduction(NamedTuple):
    """How strips of one picture become uint8 (h, w, bands); 1 band is L, 2 are LA, 3 are RGB, 4 are RGBA."""

    bands: int
    convert: Callable[[Image.Image], Pixels]
    note: str | None = None


class Reduced(NamedTuple):
    """uint8 (H, W, 3), uint8 (H, W) or None when nothing is transparent, orientation applied."""

    pixels: Pixels
    alpha: Pixels | None
    grey: bool
    """Whether the three channels are equal everywhere."""
    stored_grey: bool
    """Whether the file stores one channel: what its colour profile is for."""
    notes: tuple[str, ...]


def reduce_to_rgb8(image: Image.Image, bits: int, orientation: int, *, grey_png: bool, icc: bytes | None) -> Reduced:
    """Reduce a loaded picture of `bits` per channel in its file; `icc` serves to convert CMYK."""
    reduction = _choose(image, bits, icc)
    size = image.size[::-1] if orientation < 5 else image.size
    pixels = np.empty((*size, 3), np.uint8)
    alpha = np.empty(size, np.uint8) if reduction.bands in (2, 4) else None
    grey = _fill(image, reduction, pixels, alpha, orientation)
    if alpha is not None and alpha.min() == 255:
        alpha = None
    notes = () if reduction.note is None else (reduction.note,)
    return Reduced(pixels, alpha, grey, reduction.bands < 3 or grey_png, notes)


def as_stored(shown: Pixels, orientation: int) -> Pixels:
    """Return a view of the shown picture in the order of a file with `orientation` (EXIF 3.0, 4.6.5.1.6)."""
    match orientation:
        case 2:
            return shown[:, ::-1]
        case 3:
            return shown[::-1, ::-1]
        case 4:
            return shown[::-1]
        case 5:
            return shown.swapaxes(0, 1)
        case 6:
            return np.rot90(shown, 1)
        case 7:
            return shown.swapaxes(0, 1)[::-1, ::-1]
        case 8:
            return np.rot90(shown, -1)
    return shown


def _fill(image: Image.Image, reduction: Reduction, pixels: Pixels, alpha: Pixels | None, orientation: int) -> bool:
    """Returns whether the three channels are equal: photo software often stores black-and-white in colour."""
    stored_pixels = as_stored(pixels, orientation)
    stored_alpha = None if alpha is None else as_stored(alpha, orientation)
    colours = 1 if reduction.bands < 3 else 3
    grey = True
    for rows, strip in _strips(image):
        values = reduction.convert(strip)
        stored_pixels[rows] = values[:, :, :colours]
        grey = grey and (colours == 1 or _is_grey(values))
        if stored_alpha is not None:
            stored_alpha[rows] = values[:, :, -1]
    return grey


def _is_grey(values: Pixels) -> bool:
    first = values[:, :, 0]
    return np.array_equal(first, values[:, :, 1]) and np.array_equal(first, values[:, :, 2])


def _strips(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    width, height = image.size
    step = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, step):
        bottom = min(height, top + step)
        yield slice(top, bottom), image.crop((0, top, width, bottom))


def _choose(image: Image.Image, bits: int, icc: bytes | None) -> Reduction:
    mode = image.mode
    if mode.startswith("I;16"):
        return _grey16(image, bits)
    if mode == "I":
        return _integers(image)
    if mode == "F":
        return _floats(image)
    if mode in ("1", "L"):
        return _grey8(image, bits)
    if mode in ("LA", "La"):
        return Reduction(2, _via("LA"), _deep_note(bits))
    if mode == "CMYK":
        return _inks(icc)
    if mode == "LAB":
        return _lab()
    if image.has_transparency_data:
        if mode == "RGB" and bits == 16:
            _shorten_transparency(image)
        return Reduction(4, _via("RGBA"), _deep_note(bits))
    return Reduction(3, _via("RGB"), _deep_note(bits))


def _deep_note(bits: int) -> str | None:
    return f"The {bits} bits per channel were reduced to 8." if bits > 8 else None


def _via(mode: str) -> Callable[[Image.Image], Pixels]:
    def convert(strip: Image.Image) -> Pixels:
        return _with_bands(np.asarray(strip if strip.mode == mode else strip.convert(mode)))

    return convert


def _with_bands(values: Pixels) -> Pixels:
    return values if values.ndim == 3 else values[:, :, np.newaxis]


def _shorten_transparency(image: Image.Image) -> None:
    """Give the transparent colour of a 16-bit RGB picture the eight bits that Pillow gave its pixels."""
    image.info["transparency"] = tuple(value >> 8 for value in image.info["transparency"])


def _keyed(values: Pixels, transparent: NDArray[np.bool_]) -> Pixels:
    return np.stack([values, np.where(transparent, 0, 255).astype(np.uint8)], axis=-1)


def _grey8(image: Image.Image, bits: int) -> Reduction:
    key = image.info.get("transparency")
    if not isinstance(key, int):
        return Reduction(1, _via("L"))
    if image.mode == "L" and bits in (2, 4):  # Pillow widens the pixels, not the key
        key = key * 255 // (2**bits - 1)

    def convert(strip: Image.Image) -> Pixels:
        values = np.asarray(strip.convert("L"))
        return _keyed(values, values == key)

    return Reduction(2, convert)


def _grey16(image: Image.Image, bits: int) -> Reduction:
    """Scale with rounding; Pillow leaves 12-bit TIFF in 0 to 4095 and white-is-zero as it is."""
    key = image.info.get("transparency")
    tags = getattr(image, "tag_v2", {})
    peak = 4095 if tags and bits == 12 else 65535
    table = np.minimum((np.arange(65536) * 255 + peak // 2) // peak, 255).astype(np.uint8)
    if tags.get(262) == 0:
        table = 255 - table

    def convert(strip: Image.Image) -> Pixels:
        values = np.asarray(strip)
        if isinstance(key, int):
            return _keyed(table[values], values == key)
        return _with_bands(table[values])

    return Reduction(2 if isinstance(key, int) else 1, convert, _deep_note(max(bits, 12)))


def _integers(image: Image.Image) -> Reduction:
    """Take 32-bit integers as 0 to 65535 when all lie there, else stretch from the least to the greatest."""
    extrema = [image_extrema for _, strip in _strips(image) for image_extrema in _range(strip)]
    low, high = min(extrema), max(extrema)
    if low >= 0 and high <= 65535:
        return Reduction(1, _scaled(0, 65535), _deep_note(16))
    note = f"The integers from {low:,.0f} to {high:,.0f} were scaled to 8 bits."
    return Reduction(1, _scaled(low, high), note)


def _floats(image: Image.Image) -> Reduction:
    """Take floats as 0 to 1 or 0 to 255 when all lie there, else stretch; what is not finite turns black."""
    extrema = [image_extrema for _, strip in _strips(image) for image_extrema in _range(strip)]
    low, high = min(extrema, default=0.0), max(extrema, default=0.0)
    if low >= 0 and high <= 255:
        low, high = 0.0, 1.0 if high <= 1 else 255.0
    note = f"The floating-point values from {low:,.6g} to {high:,.6g} were scaled to 8 bits."
    return Reduction(1, _scaled(low, high), note)


def _range(strip: Image.Image) -> tuple[float, ...]:
    values = np.asarray(strip)
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else ()


def _scaled(low: float, high: float) -> Callable[[Image.Image], Pixels]:
    spread = max(high - low, np.finfo(np.float64).tiny)

    def convert(strip: Image.Image) -> Pixels:
        values = np.nan_to_num(np.asarray(strip, np.float64), nan=low, posinf=low, neginf=low)
        scaled = np.floor((values - low) / spread * 255 + 0.5)
        return _with_bands(np.clip(scaled, 0, 255).astype(np.uint8))

    return convert


def _inks(icc: bytes | None) -> Reduction:
    """Convert CMYK with its profile, or without one by Pillow's rule."""
    if icc is not None and colour_space(icc) == "CMYK":
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            return Reduction(
                3, _by_profile(profile, "CMYK"), "CMYK was converted to sRGB with the profile in the file."
            )
        except (ImageCms.PyCMSError, OSError):
            pass
    return Reduction(3, _via("RGB"), "CMYK was converted to RGB without a profile; colours may differ from print.")


def _lab() -> Reduction:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return Reduction(3, _by_profile(profile, "LAB"), "CIELAB colours were converted to sRGB.")


def _by_profile(source: ImageCms.ImageCmsProfile, mode: str) -> Callable[[Image.Image], Pixels]:
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )

    def convert(strip: Image.Image) -> Pixels:
        converted = ImageCms.applyTransform(strip, transform)
        assert converted is not None
        return np.asarray(converted)

    return convert
