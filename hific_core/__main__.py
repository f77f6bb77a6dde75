"""The program `hific`: one command line in, one exit code out.

0 all done; 1 something failed; 2 the command line makes no sense; 3 damaged files were saved in part; 130 Ctrl-C,
143 SIGTERM, 129 the end of the terminal.
"""

import io
import multiprocessing
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, that of the process unless given; return the exit code and raise nothing."""
    multiprocessing.freeze_support()  # in a bundle a worker starts as this program
    try:
        # here, so that Ctrl-C during the import ends as quietly as later
        from hific_core.cli import run

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter is no reason to fail
                stream.reconfigure(errors="backslashreplace")
        return run(sys.argv[1:] if arguments is None else list(arguments))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
