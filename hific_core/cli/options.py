"""The options that several commands share, and the words they accept."""

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer
from typer.models import OptionInfo

from hific_core.container.header import MAX_PIXELS


class Regime(StrEnum):
    """The three rates that a model names."""

    low = "low"
    med = "med"
    high = "high"


class Precision(StrEnum):
    """What the heavy parts of the networks compute in."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"


class Collision(StrEnum):
    """What to do when the output's name is taken."""

    unique = "unique"
    skip = "skip"
    overwrite = "overwrite"


class PictureFormat(StrEnum):
    """The formats that decompressing writes; each is also the suffix of its files."""

    png = "png"
    jpg = "jpg"
    webp = "webp"
    tiff = "tiff"
    ppm = "ppm"


Inputs = Annotated[
    list[Path], typer.Argument(metavar="INPUT", help="Files, and folders that are searched to the bottom.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Folder for the outputs, made if need be, which keeps the structure of input folders; or, for "
        "a single input, the name of the output file. Without it outputs lie beside their inputs.",
    ),
]
Suffix = Annotated[str, typer.Option(help="Text put between the name and its ending, for example -small.")]
OnCollision = Annotated[
    Collision | None,
    typer.Option(
        help="When the output's name is taken: write 'name (2)' (unique, the default), skip the input, or overwrite."
    ),
]
SkipExisting = Annotated[
    bool,
    typer.Option(
        "--skip-existing",
        help="Go on with an interrupted batch: skip each input whose output is there. Same as --on-collision skip.",
    ),
]
Realism = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, help="From 0, faithful, to 1, as rich in texture as the model can."),
]
Effort = Annotated[
    int,
    typer.Option(
        min=0, max=10, help="Takes longer for smaller files: 3 gets most of it, 10 the rest. Models like lite only."
    ),
]
Perceptual = Annotated[
    bool,
    typer.Option(
        "--perceptual",
        help="Effort makes pictures more alike to the eye, as LPIPS has it, instead of files smaller; it takes several "
        "times as long. Needs the weights of `hific lpips-weights`, or --lpips-weights.",
    ),
]
Device = Annotated[str, typer.Option(help="Where the networks run: auto, cpu, cuda, cuda:1, mps.")]
PrecisionOption = Annotated[
    Precision, typer.Option("--precision", help="auto takes bfloat16 where the device is faster with it.")
]
Model = Annotated[
    str | None,
    typer.Option(
        help="Name of an installed model (see `hific models`), or of several that differ in their regime alone, or "
        "path of a weights file."
    ),
]
StripMetadata = Annotated[
    bool,
    typer.Option("--strip-metadata", help="Leave EXIF, XMP and preview out; the colour profile stays."),
]
LpipsWeights = Annotated[
    Path | None,
    typer.Option("--lpips-weights", metavar="FILE", help="The weights for LPIPS (and FD-alex), an .npz file."),
]
MaxPixels = Annotated[int, typer.Option(min=1, help="Refuse larger pictures.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]

DEFAULT_MAX_PIXELS = MAX_PIXELS


def parse_path(text: str) -> Path:
    """The path. Raises typer.BadParameter for an empty one, which Path takes for the current folder."""
    if not text:
        raise typer.BadParameter(
            "an empty name, as of a variable that is not set; name a file or folder (. is this one)."
        )
    return Path(text)


def with_checked_paths(command: Callable[..., None]) -> Callable[..., None]:
    """The same command, each of whose arguments and options that are paths `parse_path` reads."""
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        kind, *about = get_args(parameter.annotation) or (None,)
        if kind is Path or Path in get_args(kind) or list[Path] in get_args(kind):
            for each in about:
                each.parser = parse_path
                if isinstance(each, OptionInfo) and each.metavar is None:
                    each.metavar = "PATH"  # else the name of the function
    return command


def collision_rule(on_collision: Collision | None, skip_existing: bool) -> Collision:
    """What the two options say together; raises typer.BadParameter if they contradict each other."""
    if not skip_existing:
        return on_collision or Collision.unique
    if on_collision not in (None, Collision.skip):
        raise typer.BadParameter(f"--skip-existing contradicts --on-collision {on_collision.value}; choose one.")
    return Collision.skip
