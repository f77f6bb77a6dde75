"""How long work tells of its progress and is stopped."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share done in [0, 1]; raises Cancelled to stop the work there."""


def silent(stage: str, share: float) -> None:
    """Reports nothing and never stops the work."""


def part(progress: Progress, number: int, count: int) -> Progress:
    """The progress of one of `count` equal parts."""
    return lambda stage, share: progress(stage, (number + share) / count)
