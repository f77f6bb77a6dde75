"""The command line `hific`: one file per command, and what they share under telling names."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from hific_core import __version__
from hific_core.cli.batch import DAMAGED, FAILED
from hific_core.cli.compress import compress
from hific_core.cli.decompress import decompress
from hific_core.cli.eval import evaluate
from hific_core.cli.export import export_command
from hific_core.cli.info import info
from hific_core.cli.lpips_weights import lpips_weights
from hific_core.cli.models import group as models_group
from hific_core.cli.models_import import import_command
from hific_core.cli.options import with_checked_paths
from hific_core.cli.pair import pair
from hific_core.cli.report import all_was_said, print_error, say
from hific_core.cli.thumbnail import thumbnail
from hific_core.cli.train import train
from hific_core.cli.watch import watch
from hific_core.errors import HificError

_INTERRUPTED = 130
"""What typer makes of a KeyboardInterrupt."""

program = typer.Typer(
    name="hific",
    help="Compress photographs to very small .hfc files, and back.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # which joins the lines of a paragraph
)
for _command in (compress, watch, decompress, info, pair, thumbnail, lpips_weights):
    program.command()(with_checked_paths(_command))
program.command("eval")(with_checked_paths(evaluate))
program.command("export")(with_checked_paths(export_command))
program.command()(with_checked_paths(train))
models_group.command("import")(with_checked_paths(import_command))
program.add_typer(models_group, name="models")


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"hific {__version__}")
        raise typer.Exit


@program.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; a HificError, or an OSError, becomes a sentence on stderr."""
    with _ended_by_signals() as came:
        code = _run(arguments)
        if not all_was_said() and code in (0, DAMAGED):
            code = FAILED
    return 128 + came[0] if came and code == _INTERRUPTED else code


def _run(arguments: Sequence[str]) -> int:
    try:
        program(args=list(arguments), prog_name="hific")
    except HificError as error:
        print_error(str(error))
        return FAILED
    except OSError as error:
        reason = error.strerror or error
        print_error(
            f"{error.filename or 'A file'} could not be read or written ({reason}); check its disk and try again."
        )
        return FAILED
    except SystemExit as end:  # how typer ends, also after a command that went well
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@contextmanager
def _ended_by_signals() -> Iterator[list[int]]:
    """SIGTERM and the end of a terminal end the block as Ctrl-C does, so that tables are kept; yields those that came.

    A program that shall outlive its terminal (nohup) does. Commands that listen to signals do so within the block.
    """
    came: list[int] = []

    def end(number: int, frame: object) -> None:
        again = bool(came) and number != signal.SIGTERM
        came.append(number)
        if not again:  # shell and terminal both send SIGHUP: the second must not cut short what the first began
            raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():  # no other one hears signals
        numbers = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
        for number in filter(None, numbers):
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, end)
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
