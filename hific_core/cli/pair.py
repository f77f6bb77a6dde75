"""`hific pair`: the original and what a .hfc file shows, side by side in one picture."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hific_core.cli import options
from hific_core.cli.batch import plain_errors
from hific_core.cli.decompress import check_original_realism, model_for
from hific_core.cli.inputs import is_folder
from hific_core.cli.loading import Codecs
from hific_core.cli.options import Collision, Precision
from hific_core.cli.outputs import prepare_folder, put
from hific_core.cli.report import say
from hific_core.container import hfc_file, original_file
from hific_core.container.original_file import written_by_original
from hific_core.errors import UnreadableImage
from hific_core.models import zoo
from hific_core.pixels.formats import WRITABLE_SUFFIXES

if TYPE_CHECKING:
    from hific_core.codec import Decoded


def pair(
    original: Annotated[Path, typer.Argument(help="The picture that was compressed.")],
    compressed: Annotated[Path, typer.Argument(help="The .hfc file made from it.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The picture to write; its suffix is the format.")],
    realism: options.Realism = None,
    device: options.Device = "auto",
    precision: options.PrecisionOption = Precision.auto,
    model: options.Model = None,
    max_pixels: options.MaxPixels = options.DEFAULT_MAX_PIXELS,
) -> None:
    """Write a picture and its reconstruction beside each other, and say what the file weighs.

    An existing picture is never replaced: the name gets a number.
    """
    if output.suffix.lower() not in WRITABLE_SUFFIXES or is_folder(output):
        raise typer.BadParameter(f"--output {output} is not a file name that ends in {' or '.join(WRITABLE_SUFFIXES)}.")
    prepare_folder(output, "--output")
    with plain_errors(compressed):
        how = _How(realism, Codecs(device, precision), None if model is None else zoo.named(model), max_pixels)
        _pair(original, compressed, output, how)


class _How(NamedTuple):
    """What the options say about decoding."""

    realism: float | None
    codecs: Codecs
    model: zoo.Installed | None
    max_pixels: int


def _pair(original: Path, compressed: Path, output: Path, how: _How) -> None:
    size, decode = (_of_original if written_by_original(compressed) else _own)(compressed, how)

    import numpy as np

    from hific_core.metrics import psnr
    from hific_core.pixels.metadata import is_one_channel
    from hific_core.pixels.picture import Picture, read_picture, write_picture

    picture = read_picture(original, max_pixels=how.max_pixels)
    left = picture.pixels
    if left.shape[:2] != size:
        raise UnreadableImage(
            f"{original} and {compressed} are not of one size; name the picture that it was made from."
        )
    decoded = decode()
    right = decoded.picture
    both, grey = np.concatenate([left, right.pixels], axis=1), picture.grey and right.grey
    fits = grey or not is_one_channel(right.grey, right.icc)  # a grey profile is for grey pictures alone
    icc = right.icc if fits else None
    shown = Picture(both, grey=grey, icc=icc)
    output, notes = put(output, Collision.unique, partial(write_picture, picture=shown))
    for note in (*decoded.notes, *notes):
        say(f"hific: warning: {note}", err=True)
    after, before = compressed.stat().st_size, original.stat().st_size
    say(
        f"{output}: {after * 8 / (size[0] * size[1]):.3f} bits per pixel, {after:,} of {before:,} bytes "
        f"({before / after:.0f} times smaller), PSNR {psnr(left, right.pixels):.1f} dB"
    )


def _own(compressed: Path, how: _How) -> "tuple[tuple[int, int], Callable[[], Decoded]]":
    """(height, width) of a file, and its decoding."""
    file = hfc_file.read(compressed, max_pixels=how.max_pixels)
    chosen = model_for(file.header, how.model)
    size = file.header.height, file.header.width
    return size, lambda: how.codecs.of(chosen).decode(file, realism=how.realism)


def _of_original(compressed: Path, how: _How) -> "tuple[tuple[int, int], Callable[[], Decoded]]":
    """The same of a file that the original HiFiC wrote."""
    from hific_core.original import open_original

    check_original_realism(how.realism)
    file = original_file.read(compressed, max_pixels=how.max_pixels)

    def decode() -> "Decoded":
        return open_original(compressed, how.codecs.of, model=how.model, max_pixels=how.max_pixels).decoded

    return (file.height, file.width), decode
