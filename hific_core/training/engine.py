"""Where and in what a run computes, alone or as one of several processes: the one place that knows.

Several processes are started by torchrun, which sets RANK, WORLD_SIZE and LOCAL_RANK; gradients are averaged by
PyTorch's DistributedDataParallel.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from hific_core.device import choose_runtime
from hific_core.processes import rank_and_world


@dataclass(frozen=True, slots=True)
class Engine:
    """One process's view."""

    device: torch.device
    autocast_dtype: torch.dtype | None = None
    """Reduced precision of the heavy parts; None for none."""
    dtype: torch.dtype = torch.float32
    """Of the weights."""
    rank: int = 0
    world: int = 1
    compiled: bool = False

    @property
    def leads(self) -> bool:
        """Whether this process writes what is written."""
        return self.rank == 0

    def place(self, module: nn.Module) -> nn.Module:
        """On the device, in the weights' type and the memory format that convolutions like."""
        return module.to(self.device, self.dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def pictures(self, pixels: Tensor) -> Tensor:
        """uint8 (N, 3, H, W) -> [0, 1] on the device."""
        x = pixels.to(self.device, non_blocking=True).to(self.dtype) / 255
        return x.contiguous(memory_format=torch.channels_last)

    def autocast(self) -> AbstractContextManager[Any]:
        """For forward passes."""
        if self.autocast_dtype is None:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.autocast_dtype)

    def spread(self, module: nn.Module) -> nn.Module:
        """What to call in training: averages gradients over the processes, compiled where asked for."""
        if self.compiled:
            module = torch.compile(module)  # type: ignore[assignment]
        if self.world == 1:
            return module
        return DistributedDataParallel(module, device_ids=[self.device] if self.device.type == "cuda" else None)

    def quiet(self, module: nn.Module, active: bool) -> AbstractContextManager[Any]:
        """Gradients of a spread module are not yet averaged where `active`: more will be added to them."""
        if active and isinstance(module, DistributedDataParallel):
            return module.no_sync()
        return nullcontext()

    def mean(self, values: Tensor) -> Tensor:
        """The mean over all processes, the same in each."""
        if self.world == 1:
            return values
        values = values.detach().clone()
        dist.all_reduce(values)
        return values / self.world

    def any(self, flag: bool) -> bool:
        """Whether it holds in any process."""
        return flag if self.world == 1 else bool(self.mean(torch.tensor([float(flag)], device=self.device)) > 0)

    def wait(self) -> None:
        """Until all processes are here."""
        if self.world > 1:
            dist.barrier()


@contextmanager
def started(device: str = "auto", precision: str = "auto", compiled: bool = False) -> Iterator[Engine]:
    """`precision`: auto, float32, bfloat16, or float64 to compare runs with. Raises DeviceMissing."""
    rank, world = rank_and_world()
    exact = precision == "float64"
    runtime = choose_runtime(device, "float32" if exact else precision)
    if runtime.device.type == "cuda":
        torch.cuda.set_device(runtime.device)
    engine = Engine(
        runtime.device,
        None if runtime.dtype == torch.float32 else runtime.dtype,
        torch.float64 if exact else torch.float32,
        rank,
        world,
        compiled,
    )
    if world > 1:
        # the others wait while the first validates
        dist.init_process_group("nccl" if runtime.device.type == "cuda" else "gloo", timeout=timedelta(hours=2))
    try:
        yield engine
    finally:
        if world > 1:
            dist.destroy_process_group()
