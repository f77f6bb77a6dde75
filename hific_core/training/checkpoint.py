"""Checkpoints of a run: written whole or not at all, read without running any code of theirs."""

import io
from pathlib import Path
from typing import Any

import torch

from hific_core.atomic import write_atomically
from hific_core.errors import WeightsDamaged

_PARTS = {"model", "average", "optimizer", "step", "skipped"}


def save(path: Path, content: dict[str, Any]) -> None:
    """Writes tensors and plain values; an earlier checkpoint stays until the new one is complete."""
    stream = io.BytesIO()
    torch.save(content, stream)
    write_atomically(path, stream.getvalue())


def load(path: Path) -> dict[str, Any]:
    """Raises WeightsDamaged where the file is not a checkpoint of tensors and plain values."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler meets
        raise WeightsDamaged(f"{path} is not a readable checkpoint; delete it or name another run.") from error
    if not isinstance(content, dict) or not set(content) >= _PARTS:
        raise WeightsDamaged(f"{path} is no checkpoint of a training run; name another run.")
    return content
