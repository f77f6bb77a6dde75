"""Checkpoints of a run: written whole or not at all, rotated, read without running any code of theirs."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import torch

from hific_core.atomic import write_atomically
from hific_core.errors import WeightsDamaged

KEPT = 3
BEST = "best.pt"
START = "start.pt"
"""First weights that came from elsewhere, until there is a checkpoint."""
_PARTS = {"version", "settings", "step", "skipped", "network", "optimizer"}
_NAME = re.compile(r"step-(\d+)\.pt")


def save(path: Path, content: dict[str, Any]) -> None:
    """Writes tensors and plain values; an earlier checkpoint stays until the new one is complete."""
    stream = io.BytesIO()
    torch.save(content, stream)
    write_atomically(path, stream.getbuffer())


def load(path: Path) -> dict[str, Any]:
    """Raises WeightsDamaged where the file is not a checkpoint of tensors and plain values."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler meets
        raise WeightsDamaged(f"{path} is not a readable checkpoint; delete it or name another run.") from error
    if not isinstance(content, dict) or not set(content) >= _PARTS or content["version"] != 1:
        raise WeightsDamaged(f"{path} is no checkpoint of a training run; name another run.")
    return content


def path_of(folder: Path, step: int) -> Path:
    """Where the checkpoint after so many steps lies."""
    return folder / f"step-{step:08d}.pt"


def numbered(folder: Path) -> list[Path]:
    """All of a folder but the best, oldest first."""
    return sorted(path for path in folder.glob("step-*.pt") if _NAME.fullmatch(path.name))


def latest(folder: Path) -> Path | None:
    """The newest of a folder."""
    return next(iter(numbered(folder)[::-1]), None)


def rotate(folder: Path, kept: int = KEPT) -> None:
    """Deletes all but the newest."""
    for path in numbered(folder)[:-kept]:
        with contextlib.suppress(OSError):  # the next rotation will meet it again
            path.unlink()
