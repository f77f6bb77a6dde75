import pytest
import typer

from hific_core.cli.sizes import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("200kB", 200_000),
        ("200 kb", 200_000),
        ("200000", 200_000),
        ("12B", 12),
        ("64KiB", 65_536),
        ("1.5MB", 1_500_000),
        (".5MiB", 524_288),
        ("2GB", 2_000_000_000),
        ("3k", 3000),
        ("0.1007kB", 100),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "kB", "-5kB", "1e3", "200 apples", "0", "0.5B", "nan", "5TB", "1i", "١kX"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_size(text)
