"""The border between float latents and integer symbols: the only place where a mean meets a symbol."""

import zlib

import numpy as np
from numpy.typing import NDArray

from hific_core.errors import LatentsOutOfRange


def to_symbols(latents: NDArray[np.float32], means: NDArray[np.float32]) -> NDArray[np.int32]:
    """floor(latents - means + 1/2), of one shape; raises LatentsOutOfRange if not finite or beyond int32."""
    _check(latents, means, np.float32)
    # In float64 the difference and the half are exact enough that 0.49999997 rounds down, as it must.
    with np.errstate(invalid="ignore"):
        rounded = np.floor(latents.astype(np.float64) - means + 0.5)
    limits = np.iinfo(np.int32)
    if not np.all((rounded >= limits.min) & (rounded <= limits.max)):
        raise LatentsOutOfRange(
            "The model gave latents that cannot be coded for this picture; try another model or quality."
        )
    return rounded.astype(np.int32)


def to_latents(symbols: NDArray[np.int32], means: NDArray[np.float32]) -> NDArray[np.float32]:
    """symbols + means in float32, of one shape."""
    _check(symbols, means, np.int32)
    return symbols.astype(np.float32) + means


def symbols_checksum(symbols: NDArray[np.int32]) -> int:
    """CRC-32 of the little-endian int32 bytes in C order, its halves folded by XOR into 16 bits."""
    crc = zlib.crc32(np.ascontiguousarray(symbols, dtype="<i4").data)
    return (crc >> 16) ^ (crc & 0xFFFF)


def _check(first: NDArray[np.generic], means: NDArray[np.float32], dtype: type[np.generic]) -> None:
    if first.dtype != dtype or means.dtype != np.float32 or first.shape != means.shape:
        raise ValueError(f"{first.dtype} {first.shape} does not go with means {means.dtype} {means.shape}")
