"""Getting the weights of LPIPS: torchvision's published AlexNet, of which five convolutions are kept.

The linear heads (Zhang et al., CVPR 2018, version 0.1) ship with the program. Both together are one small .npz
file in the person's cache folder, which `metrics.Lpips` reads.
"""

import hashlib
import io
import os
import tempfile
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.request import urlopen

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path

from hific_core import resources
from hific_core.atomic import write_atomically
from hific_core.errors import DownloadFailed, UnreadableFile, UnwritableFile, WeightsDamaged
from hific_core.progress import Progress, silent

URL = "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth"
SIZE = 244_408_911
"""Bytes of that file, for the progress; nothing beyond `_LARGEST` is read."""
_LARGEST = 300_000_000
_SHA256_BEGINS = "7be5be79"
"""PyTorch's convention: the name carries the first eight digits of the SHA-256."""
_CONVOLUTIONS_SHA256 = "2b566cc3a4d6f0a7343701af22f461f1ac3dcd03a3ac28cce10968a1d3c85fdc"
"""Of what is kept: weight, then bias, of each convolution, little-endian float32 in C order."""
_LAYERS = (0, 3, 6, 8, 10)
"""Places of the convolutions in torchvision's `features`."""
_CHUNK = 1 << 20
_AT_ONCE = 1 << 16
"""Bytes at most between two words of progress, at which a download can be stopped."""
_PATIENCE = 30.0

Arrays = Mapping[str, NDArray[np.float32]]


def cached_path() -> Path:
    """Where a person's LPIPS weights are looked for."""
    return user_cache_path("hific-studio") / "lpips_alex.npz"


def at_hand() -> bool:
    """Whether they are there; what may not be looked at is not."""
    return os.path.isfile(cached_path())  # noqa: PTH113 - Path raises where a folder may not be searched


def fetch(progress: Progress = silent) -> Path:
    """Downloads torchvision's file (233 MB), checks it, keeps what LPIPS needs, and returns `cached_path()`.

    Raises DownloadFailed, WeightsDamaged, UnwritableFile, and what `progress` raises.
    """
    progress("download", 0.0)
    _make_folder(cached_path().parent)
    with tempfile.TemporaryFile() as file:
        try:
            with urlopen(URL, timeout=_PATIENCE) as response:  # a constant https address
                done = _copy(response, file, progress)
                promised = response.headers.get("Content-Length")
                if promised is not None and done != int(promised):
                    raise OSError(f"it ended after {done:,} of {int(promised):,} bytes")
        except (OSError, ValueError, HTTPException) as error:  # URLError and TimeoutError are OSErrors
            raise DownloadFailed(
                f"{URL} could not be downloaded ({error}); try again later, or download it elsewhere and give the "
                "file with --from."
            ) from error
        return _keep(file, URL, progress)


def take(path: Path) -> Path:
    """The same from a file that was downloaded before. Raises UnreadableFile, WeightsDamaged, UnwritableFile."""
    try:
        with path.open("rb") as file:
            return _keep(file, str(path), silent)
    except OSError as error:
        raise UnreadableFile(path, f"{path} could not be read ({error.strerror}); name another file.") from error


def _copy(source: io.BufferedIOBase, target: IO[bytes], progress: Progress) -> int:
    """Number of bytes."""
    done = 0
    while chunk := source.read1(_AT_ONCE):  # what has come: a slow network must not keep it from being stopped
        progress("download", min(done / SIZE, 1.0))
        done += len(chunk)
        if done > _LARGEST:
            raise DownloadFailed(f"{URL} sends more than it should; try again later.")
        target.write(chunk)
    return done


def _keep(file: IO[bytes], name: str, progress: Progress) -> Path:
    """Checks the file, then writes the .npz."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if not digest.hexdigest().startswith(_SHA256_BEGINS):
        raise _wrong(name)
    file.seek(0)
    convolutions = _convolutions(file, name)
    if content_digest(convolutions) != _CONVOLUTIONS_SHA256:
        raise _wrong(name)
    stream = io.BytesIO()
    np.savez(stream, **convolutions, **heads())  # type: ignore[arg-type]
    path = cached_path()
    _make_folder(path.parent)
    progress("download", 1.0)  # stopped meanwhile: nothing is begun
    write_atomically(path, stream.getvalue())
    return path


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFile(folder, f"{folder} could not be made ({error.strerror}); make room for it.") from error


def _wrong(name: str) -> WeightsDamaged:
    return WeightsDamaged(f"{name} is not torchvision's AlexNet as published; get a fresh copy from {URL}.")


def _convolutions(file: IO[bytes], name: str) -> Arrays:
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        arrays = {}
        for number, place in enumerate(_LAYERS):
            arrays[f"conv{number}_w"] = state[f"features.{place}.weight"].numpy()
            arrays[f"conv{number}_b"] = state[f"features.{place}.bias"].numpy()
    except Exception as error:  # torch raises whatever its unpickler meets
        raise _wrong(name) from error
    return arrays


def content_digest(arrays: Arrays) -> str:
    """SHA-256 of `conv{i}_w`, `conv{i}_b` in their order."""
    digest = hashlib.sha256()
    for number in range(len(_LAYERS)):
        for part in ("w", "b"):
            digest.update(arrays[f"conv{number}_{part}"].astype("<f4").tobytes())
    return digest.hexdigest()


def heads() -> Arrays:
    """`lin0_w` to `lin4_w`, the linear heads that ship with the program. Raises WeightsDamaged."""
    path = resources.folder("metrics") / "lpips_heads.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise WeightsDamaged(f"{path} is missing or damaged; install the program again.") from error
