"""`hific lpips-weights`: the weights with which `eval` and training tell how far pictures look apart."""

from pathlib import Path
from typing import Annotated

import typer

from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import printable, say


def lpips_weights(
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="torchvision's alexnet-owt-7be5be79.pth, if you have it already."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Fetch them even if they are there.")] = False,
) -> None:
    """Get the weights for LPIPS and FD-alex, and say where they are.

    They are torchvision's published AlexNet, 233 MB, of which 10 MB are kept; its SHA-256 is checked. Training on
    LPIPS needs them, too.
    """
    from hific_core import lpips_weights as weights

    path = weights.cached_path()
    if source is not None:
        path = weights.take(source)
    elif again or not weights.at_hand():
        with progress_bar("AlexNet") as progress:
            path = weights.fetch(progress)
    say(printable(f"LPIPS weights: {path}"))
