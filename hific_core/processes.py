"""Several processes at one task, as torchrun starts them: who this one is, and what the others found."""

import atexit
import os
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = timedelta(days=14)
"""A process that is done early waits for the others overnight, or longer."""


def rank_and_world() -> tuple[int, int]:
    """Rank of this process and number of processes; (0, 1) where no launcher has set them."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def own_share(items: Sequence[T]) -> Sequence[T]:
    """Every so many-th item: together the processes have all, each once."""
    rank, world = rank_and_world()
    return items[rank::world]


def gathered(value: T) -> list[T]:
    """The values of all processes, in order of rank; waits for all. Only alone it needs no torch."""
    _, world = rank_and_world()
    if world == 1:
        return [value]
    import torch.distributed as dist

    if not dist.is_initialized():
        dist.init_process_group("gloo", timeout=_PATIENCE)
        atexit.register(dist.destroy_process_group)  # else the end of one process is taken for a crash by the others
    values: list[T] = [value] * world
    dist.all_gather_object(values, value)
    return values
