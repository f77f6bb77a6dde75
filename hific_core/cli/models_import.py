"""`hific models import`: a checkpoint of the original HiFiC becomes an installed model."""

from pathlib import Path
from typing import Annotated

import typer

from hific_core.cli.options import Regime
from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import printable, say


def import_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What the original's training saved, such as hific_low.pt.")
    ],
    name: Annotated[str | None, typer.Option(help="What the model shall be called; HIFIC and its regime.")] = None,
    regime: Annotated[Regime | None, typer.Option(help="Its rate; what the checkpoint says.")] = None,
    keep_discriminator: Annotated[
        bool, typer.Option("--keep-discriminator", help="Keep what `hific train --init` goes on with.")
    ] = False,
    to: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Another place than the installed models.")] = None,
) -> None:
    """Make a model of a checkpoint of the original HiFiC; its files are at zenodo.org/record/4026003.

    It takes some minutes and needs the network's memory once. Optimiser states are left out; no code in the file is
    run.
    """
    from hific_core.importing import import_checkpoint

    with progress_bar(file.name) as progress:
        found = import_checkpoint(
            file,
            name=name,
            regime=None if regime is None else regime.value,
            keep_discriminator=keep_discriminator,
            folder=to,
            progress=progress,
        )
    for note in found.notes:
        say(printable(f"hific: note: {note}"), err=True)
    say(printable(f"{found.card.name}: {found.path}"))
