"""Hostile metadata, alpha and previews in a .hfc file, and hostile pictures to compress."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image, ImageCms

from hific_core.pixels import picture as pictures
from hific_core.pixels.alpha import decode_alpha, encode_alpha
from hific_core.pixels.exif import clean_exif
from hific_core.pixels.metadata import fitting_icc
from hific_core.pixels.picture import Picture, read_picture, write_picture
from hific_core.preview import decode_preview, encode_preview
from tests.conftest import smooth_picture
from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Case, Target
from tests.pixels.conftest import XMP, make_exif

EXIFS = tuple(
    make_exif(6, thumbnail, order, tail)
    for order in "<>"
    for thumbnail, tail in ((b"", b""), (b"\xff\xd8" + b"preview" * 9, b""), (b"\xff\xd8 tiny", b"more"))
)
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
_PNG_START = 8


def exif(folder: Path) -> Case:
    """Directories that point anywhere; ValueError is how such a block is refused."""

    def case(mutator: Mutator) -> None:
        block = mutator.of(EXIFS)
        cleaned, _ = clean_exif(mutator.damaged(block, mutator.of(EXIFS), first=4 * mutator.below(2)))
        assert clean_exif(cleaned) in ((cleaned, 1), (cleaned, None))

    return case


def alpha(folder: Path) -> Case:
    """PNG chunks with their checksums put right."""
    shapes = ((1, 1), (9, 14), (33, 47))
    random = np.random.default_rng(4)
    samples = [encode_alpha(random.integers(0, 256, shape, np.uint8)) for shape in shapes]

    def case(mutator: Mutator) -> None:
        shape = mutator.below(len(shapes))
        data = _bent_png(mutator, samples[shape]) if mutator.chance(0.8) else mutator.damaged(samples[shape])
        assert decode_alpha(data, shapes[shape]).shape == shapes[shape]

    return case


def _bent_png(mutator: Mutator, data: bytes) -> bytes:
    """A PNG file of damaged chunks: their bodies, kinds, order and number."""
    chunks, place = [], _PNG_START
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        chunks.append((kind, data[place + 8 : place + 8 + length]))
        place += 12 + length
    at = mutator.below(len(chunks))
    kind, body = chunks[at]
    match mutator.below(6):
        case 0:
            chunks.insert(at, mutator.of(chunks))
        case 1:
            extra = mutator.of(
                (b"zTXt", b"iCCP", b"tRNS", b"PLTE", b"gAMA", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"pHYs")
            )
            chunks.insert(at, (extra, mutator.damaged(body)))
        case 2 if kind == b"IDAT":
            plain = zlib.decompress(body)
            chunks[at] = kind, zlib.compress(mutator.damaged(plain))
        case _:
            chunks[at] = kind, mutator.damaged(body)
    packed = [data[:_PNG_START]]
    for kind, body in chunks:
        packed.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(packed)


def preview(folder: Path) -> Case:
    """WebP with damage anywhere."""
    image = smooth_picture(30, 40)
    samples = [encode_preview(image, 10**6), encode_preview(Picture(image.pixels, image.pixels[..., 0]), 10**6)]
    stream = io.BytesIO()
    Image.fromarray(image.pixels[:9, :9]).save(stream, "WEBP", lossless=True, exif=EXIFS[0], icc_profile=ICC[:200])
    samples.append(stream.getvalue())

    def case(mutator: Mutator) -> None:
        data = mutator.of(samples)
        assert data is not None
        found = decode_preview(mutator.damaged(data, mutator.of(samples) or b"", first=12 * mutator.below(2)))
        assert max(found.size) <= 2048

    return case


def saving(folder: Path) -> Case:
    """Pictures written with whatever a hostile .hfc file says of EXIF, XMP and ICC."""
    image = smooth_picture(6, 7)
    suffixes = (".png", ".jpg", ".webp", ".tif", ".tif", ".ppm")

    def case(mutator: Mutator) -> None:
        blocks = [_of_hfc(mutator, block) for block in (mutator.of(EXIFS), XMP % 6, ICC[:300])]
        transparent = image.pixels[..., 0] if mutator.chance(0.2) else None
        grey = mutator.chance(0.2)
        bad = Picture(image.pixels, transparent, grey, icc=blocks[2], exif=blocks[0], xmp=blocks[1])
        with mock.patch.object(pictures, "write_atomically"):  # what is written matters here, not the disk
            write_picture(folder / f"a{mutator.of(suffixes)}", bad)

    return case


def _of_hfc(mutator: Mutator, block: bytes) -> bytes | None:
    kind = mutator.below(6)
    if kind < 4:
        return mutator.damaged(block, mutator.of(EXIFS))
    return None if kind == 4 else mutator.noise(60) or None


def profiles(folder: Path) -> Case:
    """Colour profiles, which the preview of a picture is converted by."""
    image = smooth_picture(6, 7)

    def case(mutator: Mutator) -> None:
        icc = mutator.damaged(ICC, first=128 * mutator.below(2))
        fitting, _ = fitting_icc(icc, False)
        with mock.patch("hific_core.preview._attempts", lambda: iter([(8, 30)])):
            encode_preview(Picture(image.pixels, icc=fitting), 10**6)

    return case


def readable(folder: Path) -> Case:
    """Pictures of every common format, each damaged; PNG with its checksums put right."""
    small = Image.fromarray(smooth_picture(11, 13).pixels)
    samples = [_as(small, name, **options) for name, options in _FORMATS]
    samples.append(_as(small.convert("P"), "GIF"))
    path = folder / "a.bin"

    def case(mutator: Mutator) -> None:
        data = mutator.of(samples)
        bent: Callable[[], bytes] = lambda: mutator.damaged(data, mutator.of(samples))  # noqa: E731
        if data.startswith(b"\x89PNG") and mutator.chance(0.7):
            bent = lambda: _bent_png(mutator, data)  # noqa: E731
        path.write_bytes(bent())
        found = read_picture(path, max_pixels=1_000_000)
        assert found.pixels.dtype == np.uint8 and found.pixels.shape[2] == 3

    return case


_FORMATS: tuple[tuple[str, dict[str, object]], ...] = (
    ("PNG", {"exif": EXIFS[1], "icc_profile": ICC}),
    ("JPEG", {"exif": b"Exif\0\0" + EXIFS[1], "icc_profile": ICC[:200]}),
    ("WEBP", {"exif": EXIFS[1]}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("BMP", {}),
    ("PPM", {}),
    ("TGA", {}),
)


def _as(image: Image.Image, name: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, name, **options)
    return stream.getvalue()


TARGETS = (
    Target("EXIF", 60_000, exif, 0.5, refusals=(ValueError,)),
    Target("alpha", 30_000, alpha, 0.5),
    Target("preview", 15_000, preview, 0.5, frozenset({"_webp_size"})),
    Target("writing of metadata", 15_000, saving, 0.5),
    Target("colour profiles", 5_000, profiles, 0.5),
    Target("pictures", 20_000, readable, 0.3, frozenset({"identify"})),
)
