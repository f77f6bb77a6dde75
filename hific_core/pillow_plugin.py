"""Registers .hfc with Pillow: `import hific_core.pillow_plugin`, and Image.open and Image.save know it.

Opening reads size, mode and `info` from the head and the metadata; pixels are decoded, and torch is imported, on
`load()`. A picture whose three channels were equal when it was saved opens as L, unless its colour profile is for RGB.
`info` has quality (0 to 1000), realism (0 to 1), entropy_fingerprint, generator_fingerprint (both hexadecimal) and,
where the file has them, icc_profile, exif and xmp (bytes).

`save()` takes, all optional:
    quality      0 to 1000, the rate on the model's own scale; or
    regime       "low", "med" or "high"; "med" without either
    model        the name of an installed model, or the path of a weights file
    realism      0 to 1, what the file proposes for its decoding
    effort       0 to 10, buys bytes with time; 0 unless given
    perceptual   True for an effort that buys likeness to the eye instead; `hific lpips-weights` gets what it needs
    exif, xmp    bytes, or an Image.Exif; left out unless given. The picture is stored upright: an orientation in
                 the EXIF data turns the pixels and becomes 1
    icc_profile  bytes, or None for none; unless given, that of the picture, where it fits

With ImageFile.LOAD_TRUNCATED_IMAGES a damaged picture loads as far as it is whole, the rest of it grey.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from hific_core.container import hfc_file
from hific_core.container.header import MAGIC, MAX_SIDE, Header
from hific_core.errors import HificError, NotHfc, TooLarge
from hific_core.models import zoo
from hific_core.pixels.exif import clean_exif, without_prefix
from hific_core.pixels.metadata import fitting_icc, is_one_channel
from hific_core.pixels.picture import Picture
from hific_core.pixels.reduce import reduce_to_rgb8

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.metrics import Lpips

DEVICE = "auto"
"""Where the networks run: auto, cpu, cuda, cuda:1 or mps."""

_FORMAT: Final = "HFC"
_ANY_SIZE: Final = MAX_SIDE**2  # Pillow has a guard of its own
_MODES: Final = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV"})
_KEYS: Final = {"icc_profile": "ICCP", "exif": "EXIF", "xmp": "XMP_"}

_lock = threading.Lock()  # a codec serves one thread at a time


class HfcImageFile(ImageFile.ImageFile):
    """A .hfc file; what the original HiFiC wrote has no magic and is not recognised."""

    format = _FORMAT
    format_description = "HiFiC compressed picture"

    def _open(self) -> None:
        assert self.fp is not None
        guard = Image.MAX_IMAGE_PIXELS
        try:
            # what Pillow would refuse afterwards: nothing of that size is read before
            front = hfc_file.read_front(cast(Any, self.fp), max_pixels=_ANY_SIZE if guard is None else 2 * guard)
        except TooLarge as error:
            raise Image.DecompressionBombError(
                f"Image size ({error.pixels} pixels) exceeds limit of {error.limit} pixels, "
                "could be decompression bomb DOS attack."
            ) from error
        except NotHfc as error:
            raise SyntaxError(str(error)) from error
        except HificError as error:
            raise UnidentifiedImageError(str(error)) from error
        header = front.head.header
        transparent = any(entry.tag == "ALPH" for entry in front.head.chunks)
        one_channel = is_one_channel(header.grey, front.metadata.get("ICCP"))
        self._mode = ("L" if one_channel else "RGB") + "A" * transparent
        self._size = (header.width, header.height)
        self.info = {
            "quality": header.quality,
            "realism": header.realism / 255,
            "entropy_fingerprint": header.entropy_fingerprint.hex(),
            "generator_fingerprint": header.generator_fingerprint.hex(),
            **{key: front.metadata[tag] for key, tag in _KEYS.items() if tag in front.metadata},
        }
        self.tile = [ImageFile._Tile(_FORMAT, (0, 0, *self.size), 0, ())]

    def load_seek(self, pos: int) -> None:
        """Also tells ImageFile.Parser to wait for the whole file."""
        assert self.fp is not None
        self.fp.seek(pos)

    def verify(self) -> None:
        """Checks every checksum of the file without decoding it; raises OSError."""
        if self.fp is None:
            raise RuntimeError("verify must be called directly after open")
        with _as_oserror():
            hfc_file.read_open(cast(Any, self.fp), max_pixels=_ANY_SIZE)
        super().verify()


class HfcDecoder(ImageFile.PyDecoder):
    """From the open file to Pillow's pixels."""

    _pulls_fd = True

    def decode(self, buffer: object) -> tuple[int, int]:
        """The whole picture at once; raises OSError."""
        assert self.fd is not None
        salvage = ImageFile.LOAD_TRUNCATED_IMAGES
        with _as_oserror(), _lock:
            file = hfc_file.read_open(cast(Any, self.fd), max_pixels=_ANY_SIZE, salvage=salvage)
            decoded = _codec_of(_model_of(file.header)).decode(file, salvage=salvage)
        damaged = [f"The .hfc file is damaged in {part}." for part in decoded.damaged]
        for note in (*decoded.notes, *damaged):
            warnings.warn(note, stacklevel=2)
        self.set_as_raw(_bands(decoded.picture, self.mode))
        return -1, 0


def _bands(picture: Picture, mode: str) -> bytes:
    """The pixels as Pillow's raw bytes of the mode; a salvaged picture whose alpha is lost is opaque."""
    pixels = picture.pixels[..., :1] if mode.startswith("L") else picture.pixels
    if mode.endswith("A"):
        alpha = np.full(pixels.shape[:2], 255, np.uint8) if picture.alpha is None else picture.alpha
        pixels = np.concatenate((pixels, alpha[..., None]), axis=2)
    return pixels.tobytes()


def _accept(prefix: bytes) -> bool:
    return prefix.startswith(MAGIC)


def _save(image: Image.Image, file: IO[bytes], filename: str | bytes) -> None:
    options = image.encoderinfo
    if options.get("quality") is not None and options.get("regime") is not None:
        raise ValueError("quality and regime exclude one another; give one")
    effort, perceptual = int(options.get("effort") or 0), bool(options.get("perceptual"))
    if perceptual and not effort:
        raise ValueError("perceptual says what effort is for; give that too")
    picture = _picture(image)
    with _as_oserror(), _lock:
        name, regime = options.get("model"), options.get("regime")
        model = zoo.default() if name is None else zoo.named(str(name))
        if regime is not None:
            model = zoo.for_regime(model, regime)
        regimes, quality = model.card.regimes, options.get("quality")
        if quality is None:
            quality = regimes.get(regime or "med", next(iter(regimes.values())))
        realism = float(options.get("realism") or 0)
        codec, lpips = _codec_of(model), _lpips() if perceptual else None
        encoded = codec.encode(picture, int(quality), realism=realism, effort=effort, lpips=lpips)
    file.write(encoded.file.pack())


def _picture(image: Image.Image) -> Picture:
    """What is to be stored of a loaded picture and of the options to save it with; raises OSError."""
    if image.mode not in _MODES:
        raise OSError(f"cannot write mode {image.mode} as {_FORMAT}")
    if 0 in image.size:
        raise OSError(f"cannot write an empty picture as {_FORMAT}")
    options = image.encoderinfo
    exif, orientation = _exif(options.get("exif"))
    icc = options.get("icc_profile", image.info.get("icc_profile"))
    reduced = reduce_to_rgb8(image, 8, orientation or 1, grey_png=False, icc=icc)
    icc, _ = fitting_icc(None if image.mode == "CMYK" else icc, reduced.stored_grey)
    return Picture(reduced.pixels, reduced.alpha, reduced.grey, icc, exif, options.get("xmp"))


def _exif(given: Image.Exif | bytes | None) -> tuple[bytes | None, int | None]:
    """The block with its orientation set to 1, and the orientation it had; raises OSError."""
    block = given.tobytes() if isinstance(given, Image.Exif) else given
    if not block:
        return None, None
    try:
        return clean_exif(without_prefix(block))
    except ValueError as error:
        raise OSError(f"The EXIF data is damaged ({error}); leave it out.") from error


def _model_of(header: Header) -> zoo.Installed:
    return zoo.for_file(header.entropy_fingerprint.hex(), header.generator_fingerprint.hex())


def _codec_of(model: zoo.Installed) -> "Codec":
    return _codec(model.path, (model.card.entropy_fingerprint, model.card.generator_fingerprint), DEVICE)


@lru_cache(maxsize=1)
def _codec(path: Path, fingerprints: tuple[str, str], device: str) -> "Codec":
    """The last codec stays loaded, until its file holds another model; torch comes in here."""
    from hific_core.codec import Codec
    from hific_core.device import choose_runtime
    from hific_core.models.weights import read_model

    return Codec(read_model(path, choose_runtime(device)))


@lru_cache(maxsize=1)
def _lpips() -> "Lpips":
    """Where it runs, effort says."""
    from hific_core import lpips_weights, metrics

    return metrics.Lpips(lpips_weights.cached_path())


@contextmanager
def _as_oserror() -> Iterator[None]:
    """What Pillow's users catch."""
    try:
        yield
    except HificError as error:
        raise OSError(str(error)) from error


Image.register_open(_FORMAT, HfcImageFile, _accept)
Image.register_decoder(_FORMAT, HfcDecoder)
Image.register_save(_FORMAT, _save)
Image.register_extension(_FORMAT, ".hfc")
Image.register_mime(_FORMAT, "image/x-hfc")
