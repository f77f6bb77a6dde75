"""`hific pair`: the original and what a .hfc file shows, side by side in one picture."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from hific_core.cli import options
from hific_core.cli.batch import plain_errors
from hific_core.cli.decompress import model_for
from hific_core.cli.loading import Codecs
from hific_core.cli.options import Collision, Precision
from hific_core.cli.outputs import put
from hific_core.container import hfc_file
from hific_core.errors import UnreadableImage
from hific_core.models import zoo


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
    with plain_errors(compressed):
        _pair(original, compressed, output, realism, Codecs(device, precision), model, max_pixels)


def _pair(
    original: Path,
    compressed: Path,
    output: Path,
    realism: float | None,
    codecs: Codecs,
    model: str | None,
    max_pixels: int,
) -> None:
    file = hfc_file.read(compressed, max_pixels=max_pixels)
    chosen = model_for(file.header, None if model is None else zoo.named(model))

    import numpy as np

    from hific_core.metrics import psnr
    from hific_core.pixels.picture import Picture, read_picture, write_picture

    picture = read_picture(original, max_pixels=max_pixels)
    left = picture.pixels
    if left.shape[:2] != (file.header.height, file.header.width):
        raise UnreadableImage(
            f"{original} and {compressed} are not of one size; name the picture that it was made from."
        )
    decoded = codecs.of(chosen).decode(file, realism=realism)
    right = decoded.picture
    both, grey = np.concatenate([left, right.pixels], axis=1), picture.grey and right.grey
    icc = right.icc if grey == right.grey else None  # a grey profile is for grey pictures alone
    shown = Picture(both, grey=grey, icc=icc)
    output, notes = put(output, Collision.unique, partial(write_picture, picture=shown))
    for note in (*decoded.notes, *notes):
        typer.echo(f"hific: warning: {note}", err=True)
    size, before = compressed.stat().st_size, original.stat().st_size
    typer.echo(
        f"{output}: {size * 8 / file.header.pixels:.3f} bits per pixel, {size:,} of {before:,} bytes "
        f"({before / size:.0f} times smaller), PSNR {psnr(left, right.pixels):.1f} dB"
    )
