"""Where networks run and in which precision: the one place that chooses."""

from dataclasses import dataclass

import torch

from hific_core.errors import DeviceMissing
from hific_core.processes import own_gpu


@dataclass(frozen=True, slots=True)
class Runtime:
    """A device and the type that the heavy parts of the networks compute in."""

    device: torch.device
    dtype: torch.dtype

    def __str__(self) -> str:
        return f"{self.device.type} ({str(self.dtype).removeprefix('torch.')})"


def processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; where it must emulate that, float32 is faster."""
    if hasattr(torch.cpu, "get_capabilities"):
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return bool(torch.cpu._is_avx512_bf16_supported())  # before torch 2.12


def choose_runtime(name: str = "auto", precision: str = "auto") -> Runtime:
    """`name`: auto, cpu, cuda, cuda:1, mps; `precision`: auto, float32, bfloat16. Raises DeviceMissing."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name == "cuda":  # each process that torchrun starts has a GPU of its own
        name = f"cuda:{own_gpu()}"
    try:
        device = torch.device(name)
        if device.type not in ("cpu", "cuda", "mps"):
            raise RuntimeError(f"{device.type} is no device for networks")
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise DeviceMissing(f"There is no device called {name!r} here; use --device cpu, or leave it out.") from error
    if precision == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        fast = fast or (device.type == "cpu" and processor_has_bfloat16())
        precision = "bfloat16" if fast else "float32"
    # What is to be float32 (means, last layers) shall not be cut to 10 bits of mantissa on a GPU.
    torch.backends.cudnn.allow_tf32 = False
    return Runtime(device, {"float32": torch.float32, "bfloat16": torch.bfloat16}[precision])
