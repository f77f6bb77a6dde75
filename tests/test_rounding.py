"""Latents to symbols, with and without a context."""

import numpy as np
import pytest

from hific_core.codec import Codec
from hific_core.errors import LatentsOutOfRange
from hific_core.models.context import anchors
from hific_core.rounding import rounded
from hific_core.training.export import codec_of, prepared
from tests.conftest import smooth_picture
from tests.models.test_context import QUALITY, SETTINGS, knowing_network


@pytest.fixture(scope="module")
def codec() -> Codec:
    return codec_of(prepared(SETTINGS, knowing_network().state_dict(), "knowing", 24))


def test_anchors_first_then_the_others_beside_them(codec: Codec) -> None:
    """Each symbol is the nearest integer to what its mean, with all that is known, leaves of the latent."""
    latents, hyperlatents = codec.model.analyse(smooth_picture(100, 170).pixels, QUALITY)
    z_hat = np.floor(hyperlatents + 0.5).astype(np.int32)
    symbols = rounded(codec.model, latents.copy(), z_hat, QUALITY)
    ((area, means),) = codec.model.mean_windows(z_hat, latents.shape[1:], QUALITY)
    ((_, added),) = codec.model.context_windows(symbols, QUALITY)
    known = anchors(area.rows.length, area.columns.length).numpy()
    assert not added[:, known].any()
    assert np.abs(added[:, ~known]).max() > 0.3, "or this test would see nothing"
    assert np.abs(symbols + means + added - latents).max() <= 0.5 + 1e-5


def test_without_a_context_means_alone_are_taken_off(tiny_codec: Codec) -> None:
    latents, hyperlatents = tiny_codec.model.analyse(smooth_picture(100, 170).pixels, QUALITY)
    z_hat = np.floor(hyperlatents + 0.5).astype(np.int32)
    symbols = rounded(tiny_codec.model, latents.copy(), z_hat, QUALITY)
    ((_, means),) = tiny_codec.model.mean_windows(z_hat, latents.shape[1:], QUALITY)
    assert np.abs(symbols + means - latents).max() <= 0.5 + 1e-5


@pytest.mark.parametrize("place", [(0, 3, 3), (0, 3, 4)], ids=["anchor", "between"])
@pytest.mark.parametrize("wrong", [np.nan, 1e30])
def test_what_is_no_symbol_is_refused(codec: Codec, place: tuple[int, int, int], wrong: float) -> None:
    latents, hyperlatents = codec.model.analyse(smooth_picture(100, 170).pixels, QUALITY)
    z_hat = np.floor(hyperlatents + 0.5).astype(np.int32)
    latents[place] = wrong
    with pytest.raises(LatentsOutOfRange):
        rounded(codec.model, latents, z_hat, QUALITY)
