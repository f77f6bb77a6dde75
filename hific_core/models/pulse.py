"""Lets work be stopped inside a network, not only between two runs of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn

from hific_core.progress import Progress


class Pulse:
    """Beats before every convolution of the networks that it was attached to."""

    def __init__(self) -> None:
        self._beat: Callable[[], None] = _nothing

    def attach(self, network: nn.Module) -> None:
        """From now on."""
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                module.register_forward_pre_hook(lambda module, inputs: self._beat())

    @contextmanager
    def heeding(self, progress: Progress) -> Iterator[Progress]:
        """While it lasts, `progress` hears its last word again with every beat, and may raise to stop the work.

        Yields what is to be called in its place. Windows run on threads of their own, and so may these calls.
        """
        last = ("analyse", 0.0)

        def hear(stage: str, share: float) -> None:
            nonlocal last
            last = (stage, share)
            progress(stage, share)

        self._beat = lambda: progress(*last)
        try:
            yield hear
        finally:
            self._beat = _nothing


def _nothing() -> None:
    """Nobody listens."""
