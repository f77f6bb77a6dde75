"""What `torch.save` wrote in the original's training, read without running any code that it names.

The original pickles plain values, tensors and its `args`: a dictionary, in other hands an argparse.Namespace, its
own `Struct` or one of the classes of its `default_config`. For those classes stand-ins are made that hold nothing.
"""

import argparse
import pathlib
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.serialization import safe_globals

from hific_core.errors import UnreadableFile, WeightsDamaged

_ZIP = b"PK\x03\x04"
_PLAIN = (str, int, float, bool, type(None))


class _Config:
    """Stands for a class of the original's config, or an object of one."""


_ALLOWED: list[Any] = [
    argparse.Namespace,
    defaultdict,
    dict,
    list,
    # numbers that came out of NumPy's functions
    np.dtype,
    *(type(np.dtype(kind)) for kind in (np.bool_, np.int32, np.int64, np.uint64, np.float32, np.float64)),
    *((np.float64(0).__reduce__()[0], f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")),
    # paths: text that is never opened
    *((pathlib.PurePosixPath, f"{module}.PosixPath") for module in ("pathlib", "pathlib._local")),
    *((pathlib.PureWindowsPath, f"{module}.WindowsPath") for module in ("pathlib", "pathlib._local")),
    (_Config, "src.helpers.utils.Struct"),
    (_Config, "utils.Struct"),
    *((_Config, f"default_config.{name}") for name in ("args", "hific_args", "mse_lpips_args")),
]


def load(path: Path) -> Any:
    """The content of a file of `torch.save`, tensors on the processor.

    Those of the zip format stay in the file until something reads them, so that what is left out costs no memory;
    the older format is read as a whole. Raises UnreadableFile, WeightsDamaged.
    """
    try:
        with path.open("rb") as file:
            mapped = file.read(len(_ZIP)) == _ZIP
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableFile(path, f"{path} could not be read ({reason}); check its name and permissions.") from error
    try:
        with safe_globals(_ALLOWED):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except Exception as error:  # torch raises whatever its unpickler meets
        raise WeightsDamaged(f"{path} is no checkpoint that can be read ({_reason(error)}).") from error


def _reason(error: Exception) -> str:
    found = re.search(r"GLOBAL ([\w.]+)", str(error))
    if found:
        return f"it holds a {found[1]}, and only tensors and plain settings are loaded"
    return "it is cut, damaged, or was not written by torch.save"


def settings(args: Any) -> dict[str, Any]:
    """Those of `args` that are plain values; none of what is no collection of settings."""
    if not isinstance(args, Mapping):
        args = {} if isinstance(args, type) else getattr(args, "__dict__", {})
    plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in args.items()}
    return {key: value for key, value in plain.items() if isinstance(key, str) and isinstance(value, _PLAIN)}
