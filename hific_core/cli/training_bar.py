"""What a run looks like on the terminal: a bar with the loss, and a line for what happened."""

from collections.abc import Iterator
from contextlib import contextmanager

from hific_core.cli.progress_bar import shown
from hific_core.cli.report import on_terminal, printable, printing, say
from hific_core.training.events import Event, Sink


@contextmanager
def training_bar(active: bool) -> Iterator[Sink]:
    """Yields what shows events; where stderr is no terminal, a plain line for each report."""
    if not active:
        yield lambda event: None
        return
    if not on_terminal():
        yield _print
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=console)
    task = bars.add_task("starting", total=None)
    with shown(bars):

        def show(event: Event) -> None:
            if event["event"] == "step":
                bars.update(task, completed=event["step"], total=event["total"], description=printable(_pace(event)))
            elif sentence(event):
                with printing():
                    bars.console.print(printable(sentence(event)), markup=False)

        yield show


def _print(event: Event) -> None:
    text = _pace(event) if event["event"] == "step" else sentence(event)
    if text:
        say(printable(text), err=True)


def _pace(event: Event) -> str:
    loss = event["losses"]["weighted_compression_loss"]
    return (
        f"{event['stage']} {event['step']}/{event['total']}  loss {loss:.4f}  {event['bpp']:.3f} bpp  "
        f"{event['samples_per_second']:.1f} pictures/s"
    )


def sentence(event: Event) -> str:
    """What is said of an event that is no report of progress; nothing of some."""
    match event["event"]:
        case "note":
            return f"note: {event['text']}"
        case "validation":
            parts = []
            for regime, scores in event["scores"].items():
                seen = "" if scores["lpips"] is None else f", LPIPS {scores['lpips']:.4f}"
                parts.append(f"{regime} {scores['bits_per_pixel']:.3f} bpp, PSNR {scores['psnr']:.2f}{seen}")
            return f"validation at step {event['step']}: {'; '.join(parts)}"
        case "exported":
            return f"exported: {event['name']} to {event['path']}"
        case "done":
            return f"the stage {event['stage']} is done"
    return ""
