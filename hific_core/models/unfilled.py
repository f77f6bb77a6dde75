"""Networks whose parameters nobody has written yet: made at once, and without memory until they are filled."""

from collections.abc import Callable
from typing import Any, TypeVar

from torch import nn
from torch.overrides import TorchFunctionMode

Network = TypeVar("Network", bound=nn.Module)
_INITIALISERS = frozenset({"uniform_", "normal_", "trunc_normal_", "fill_", "zero_", "mul_"})
"""Operations in place by which modules give their parameters first values."""


def unfilled(make: Callable[[], Network]) -> Network:
    """What `make` returns, its parameters mostly not initialised: all of them must be loaded before use.

    Memory that nothing has written is not resident, so that the names and shapes of a network of any size cost
    next to nothing. (The meta device would tell them too, but what it imports takes 75 MB.)
    """
    with _WithoutInitialisers():
        return make()


class _WithoutInitialisers(TorchFunctionMode):
    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__module__", None) == "torch.nn.init" or getattr(func, "__name__", "") in _INITIALISERS:
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))
