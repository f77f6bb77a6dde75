"""A bar for one file on the terminal; nothing where stderr is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hific_core.cli.report import on_terminal, printable, printing
from hific_core.progress import Progress, silent

if TYPE_CHECKING:
    import rich.progress


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Show a bar until the block ends, then leave no trace of it, so that lines can be printed."""
    if not on_terminal():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}", markup=False)
    bars = Progress(
        SpinnerColumn(), text, BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    task = bars.add_task(printable(label), total=1.0)
    with shown(bars):

        def show(stage: str, share: float) -> None:
            bars.update(task, completed=share, description=printable(f"{label}  {stage}"))

        yield show


@contextmanager
def shown(bars: "rich.progress.Progress") -> Iterator[None]:
    """For the block; a terminal that is gone meanwhile ends nothing, and hides no Ctrl-C."""
    with printing():
        bars.start()
    try:
        yield
    finally:
        with printing():
            bars.stop()
