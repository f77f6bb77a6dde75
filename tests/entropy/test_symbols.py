"""The float/int border."""

import numpy as np
import pytest

from hific_core.entropy.symbols import symbols_checksum, to_latents, to_symbols
from hific_core.errors import LatentsOutOfRange


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_rounds_halves_up() -> None:
    latents = floats(0.5, -0.5, 1.5, -1.5, 2.4, -2.6, 0.49999997, -0.49999997)
    assert to_symbols(latents, np.zeros_like(latents)).tolist() == [1, 0, 2, -1, 2, -3, 0, 0]


def test_border_there_and_back() -> None:
    rng = np.random.default_rng(0)
    latents, means = rng.normal(0, 20, (2, 4, 8, 8)).astype(np.float32)
    symbols = to_symbols(latents, means)
    latents_hat = to_latents(symbols, means)
    assert (symbols.dtype, latents_hat.dtype, latents_hat.shape) == (np.int32, np.float32, latents.shape)
    assert np.abs(latents_hat - latents).max() <= 0.50001
    assert np.array_equal(to_symbols(latents_hat, means), symbols)


def test_int32_limits() -> None:
    limits = floats(-(2.0**31), 2.0**31 - 128)
    assert to_symbols(limits, floats(0, 0)).tolist() == [-(2**31), 2**31 - 128]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 2.0**31, -(2.0**31) - 256, 3e38])
def test_out_of_range(value: float) -> None:
    with pytest.raises(LatentsOutOfRange):
        to_symbols(floats(0, value), floats(0, 0))


def test_infinities_that_cancel_are_out_of_range() -> None:
    with pytest.raises(LatentsOutOfRange):
        to_symbols(floats(np.inf), floats(np.inf))


def test_wrong_arrays() -> None:
    with pytest.raises(ValueError, match="means"):
        to_symbols(floats(1, 2), floats(1))
    with pytest.raises(ValueError, match="means"):
        to_symbols(np.zeros(2), floats(0, 0))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="means"):
        to_latents(floats(1, 2), floats(1, 2))  # type: ignore[arg-type]


def test_checksum_is_pinned() -> None:
    assert symbols_checksum(np.zeros(0, np.int32)) == 0
    symbols = np.arange(-10, 10, dtype=np.int32).reshape(4, 5)
    assert symbols_checksum(symbols) == 0x2401
    assert symbols_checksum(symbols.T) == symbols_checksum(np.ascontiguousarray(symbols.T)) != 0
