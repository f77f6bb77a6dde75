"""Several processes at one task, as torchrun starts them: who this one is, what the others found; when one began."""

import atexit
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = timedelta(days=14)
"""A process that is done early waits for the others overnight, or longer."""


def rank_and_world() -> tuple[int, int]:
    """Rank of this process and number of processes; (0, 1) where no launcher has set them.

    A launcher sets all that processes need to find one another. Some of it alone was left in the environment by
    something else, and to heed it would leave out pictures, or wait for processes that nobody started.
    """
    rank, world = (_whole(os.environ.get(name, "")) for name in ("RANK", "WORLD_SIZE"))
    found = all(os.environ.get(name) for name in ("MASTER_ADDR", "MASTER_PORT"))
    if not found or rank is None or world is None or not rank < world or world == 1:
        return 0, 1
    return rank, world


def own_gpu() -> int:
    """Which of its machine's GPUs a process of several has for itself; 0 for one that is alone.

    What LOCAL_RANK says counts only beside all else that a launcher sets: alone it was left over by something else.
    """
    _, world = rank_and_world()
    return (_whole(os.environ.get("LOCAL_RANK", "")) or 0) if world > 1 else 0


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


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


def began(pid: int) -> str:
    """When a process began, in the system's own terms: with its number, that names it for ever.

    Empty where no process that runs has this number. Asking does it no harm, on no system.
    """
    if pid <= 0:
        return ""
    if sys.platform == "win32":
        return _began_on_windows(pid)
    if sys.platform == "linux":
        return _began_on_linux(pid)
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.strip()


def _began_on_linux(pid: int) -> str:
    """In clock ticks since the system began."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return fields[19] if fields[0] not in "ZX" else ""  # what has ended and was not waited for does not run


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION

    def _began_on_windows(pid: int) -> str:
        """In units of 100 ns since 1601."""
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = wintypes.HANDLE
        kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
        times = [wintypes.FILETIME() for _ in range(4)]
        kernel.GetProcessTimes.argtypes = [wintypes.HANDLE, *[ctypes.POINTER(wintypes.FILETIME)] * 4]
        kernel.CloseHandle.argtypes = [wintypes.HANDLE]
        handle = kernel.OpenProcess(_QUERY, False, pid)
        if not handle:
            return ""
        known = kernel.GetProcessTimes(handle, *(ctypes.byref(time) for time in times))
        kernel.CloseHandle(handle)
        beginning, end = (time.dwHighDateTime << 32 | time.dwLowDateTime for time in times[:2])
        return str(beginning) if known and not end else ""
