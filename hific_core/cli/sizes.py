"""Numbers of bytes as people write them."""

import re
from decimal import Decimal

import typer

_SIZE = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(?:([kmg])(i?))?(b?)", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


def parse_size(text: str) -> int:
    """Bytes from for example 200kB, 1.5 MB, 64KiB or 200000; k is 1000 and Ki 1024; upper or lower case.

    Raises typer.BadParameter.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise typer.BadParameter(f"{text!r} is not a size; write for example 200kB, 1.5MB or 64KiB.")
    number, prefix, binary, _ = found.groups()
    size = int(Decimal(number) * (1024 if binary else 1000) ** _POWERS[(prefix or "").lower()])
    if size < 1:
        raise typer.BadParameter(f"{text!r} is less than one byte.")
    return size
