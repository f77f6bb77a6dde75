"""The original's tables: levels, indexes, lengths and masses as its code has them."""

from math import ceil, erfc, sqrt

import numpy as np
import pytest
import torch

from hific_core.entropy.original_coder import table_of_masses
from hific_core.errors import UnsupportedByModel
from hific_core.models import original_tables
from hific_core.models.hific_hyperprior import HificDensity
from hific_core.models.original_tables import hyperlatent_masses, latent_masses, scale_indexes, scale_levels


def test_levels_and_indexes() -> None:
    levels = scale_levels().numpy()
    assert (levels.dtype, levels.size, levels[0], levels[-1]) == (np.float32, 64, np.float32(0.11), 256)
    assert np.array_equal(scale_indexes(levels), np.arange(64))
    above = np.nextafter(levels, np.float32(np.inf))
    assert np.array_equal(scale_indexes(above), np.minimum(np.arange(64) + 1, 63))
    small = np.array([-3.0, 0.0, 0.05, 1e9], np.float32)
    assert scale_indexes(small).tolist() == [0, 0, 0, 63]


def test_gaussian_tables_end_where_a_256th_is_left() -> None:
    """Lengths by the quantile at 2^-9, 2.8856; masses against the exact ones."""
    for level, (lowest, masses) in zip(scale_levels().tolist(), latent_masses("gaussian"), strict=True):
        centre = ceil(level * 2.885635)
        assert (lowest, masses.size, masses.dtype) == (-centre, 2 * centre + 2, np.float32)
        tails = [erfc((k - 0.5) / level / sqrt(2)) / 2 for k in range(centre + 2)]
        exact = [tails[abs(k)] - tails[abs(k) + 1] for k in range(-centre, centre + 1)] + [2 * tails[-1]]
        assert np.allclose(masses, exact, atol=2e-7)


@pytest.mark.parametrize(
    ("likelihood", "level", "expected"),
    # what the original's own code gives: lowest, entries, first cumulative counts
    [
        ("gaussian", 0, (-1, 5, [0, 1, 65534, 65535, 65536])),
        ("gaussian", 30, (-13, 29, [0, 78, 227, 495, 953, 1698, 2849, 4538, 6893])),
        ("logistic", 30, (-28, 59, [0, 26, 59, 99, 151, 215, 295, 395, 521])),
    ],
)
def test_tables_are_those_of_the_original(likelihood: str, level: int, expected: tuple[int, int, list[int]]) -> None:
    table = table_of_masses(*latent_masses(likelihood)[level])
    lowest, entries, first = expected
    assert (table.lowest, table.cumulative.size) == (lowest, entries)
    assert table.cumulative[: len(first)].tolist() == first
    assert table.cumulative[-1] == 1 << 16


def density(spread: float = 10.0) -> HificDensity:
    torch.manual_seed(3)
    found = HificDensity(4)
    with torch.no_grad():
        for step in range(found.steps):
            getattr(found, f"H_{step}").add_(spread)
            getattr(found, f"a_{step}").normal_(0, 0.3)
    return found


def test_hyperlatent_masses() -> None:
    """They are the density's own, and the tables end a little beyond the marks of 2^-9 and 1 - 2^-9."""
    model = density(1.0)
    for channel, (lowest, masses) in enumerate(hyperlatent_masses(model)):
        highest = lowest + masses.size - 2
        with torch.no_grad():
            x = torch.arange(lowest - 1, highest + 1).float() + 0.5
            cumulative = torch.sigmoid(model.cumulative_logits(x.expand(4, 1, -1))[channel, 0].double()).numpy()
        assert np.allclose(masses[:-1], np.diff(cumulative), atol=1e-6)
        assert masses[-1] == pytest.approx(1 - masses[:-1].sum(), abs=1e-6)
        assert cumulative[0] < 2**-9 < cumulative[3]
        assert cumulative[-4] < 1 - 2**-9 < cumulative[-1]


def test_a_density_without_tails_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(original_tables, "_MOST_STEPS", 300)
    with pytest.raises(UnsupportedByModel, match="spread too far"):
        hyperlatent_masses(density(-40.0))
