"""Checkpoints of a run: written whole or not at all, read without running any code of theirs."""

from pathlib import Path
from typing import Any

import torch

from hific_core.errors import WeightsDamaged


def save(path: Path, content: dict[str, Any]) -> None:
    """Writes tensors and plain values; an earlier checkpoint stays until the new one is complete."""
    temporary = path.with_suffix(".tmp")
    torch.save(content, temporary)
    temporary.replace(path)


def load(path: Path) -> dict[str, Any]:
    """Raises WeightsDamaged where the file is not a checkpoint of tensors and plain values."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler meets
        raise WeightsDamaged(f"{path} is not a readable checkpoint; delete it or name another run.") from error
