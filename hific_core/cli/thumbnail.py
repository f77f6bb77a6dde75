"""`hific thumbnail`: a small PNG of a .hfc file for file managers, without its network."""

import io
from pathlib import Path
from typing import Annotated

import typer

from hific_core.atomic import write_atomically
from hific_core.cli.inputs import is_same


def thumbnail(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .hfc file.")],
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="The PNG to write, over what is there.")],
    size: Annotated[int, typer.Option(min=16, max=1024, help="The most pixels on a side.")] = 256,
) -> None:
    """Write a PNG of the file's preview, or where it has none of a page with the picture's size on it."""
    from hific_core.thumbnail import thumbnail_of

    if is_same(file, output):
        raise typer.BadParameter(f"{output} is the .hfc file itself; name another OUTPUT.")
    stream = io.BytesIO()
    thumbnail_of(file, size).save(stream, "PNG")
    write_atomically(output, stream.getvalue())
