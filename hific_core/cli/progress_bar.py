"""A bar for one file on the terminal; nothing where stderr is none."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hific_core.cli.report import printable
from hific_core.progress import Progress, silent


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Show a bar until the block ends, then leave no trace of it, so that lines can be printed."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}", markup=False)
    bars = Progress(
        SpinnerColumn(), text, BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    with bars:
        task = bars.add_task(printable(label), total=1.0)

        def show(stage: str, share: float) -> None:
            bars.update(task, completed=share, description=printable(f"{label}  {stage}"))

        yield show
