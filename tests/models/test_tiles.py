"""Windows and tiles: one shape, all outputs once, every halo there."""

import pytest
import torch
from torch import nn

from hific_core.models.geometry import Area, Interval, Reach, reach
from hific_core.models.tiles import plane_windows, tiles, windows

DOWN = nn.Sequential(nn.Conv2d(1, 1, 5, stride=2, padding=2), nn.ReLU(), nn.Conv2d(1, 1, 4, stride=2, padding=1))
UP = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2), nn.Conv2d(1, 1, 5, padding=2))


def reaches(network: nn.Module) -> tuple[Reach, Reach]:
    return reach([network], 0), reach([network], 1)


@pytest.mark.parametrize("network", [DOWN, UP], ids=["down", "up"])
@pytest.mark.parametrize("total", [4, 32, 36, 40, 64, 100, 204, 1000])
def test_windows_are_of_one_length_and_cover_all_once(network: nn.Module, total: int) -> None:
    one = reach([network], 0)
    cut = windows(total, 40, one)
    assert len({window.inputs.length for window in cut}) == 1
    assert all(window.inputs.length <= 40 for window in cut)
    assert all(window.inputs.start >= 0 and window.inputs.stop <= total for window in cut)
    kept = [position for window in cut for position in range(*window.outputs)]
    assert kept == list(range(int(total / one.inputs_per_output)))
    for window in cut:
        needed = one.needed(window.outputs, total)
        assert window.inputs.start <= needed.start
        assert needed.stop <= window.inputs.stop


def test_a_side_that_fits_is_one_window() -> None:
    (window,) = windows(40, 40, reach([DOWN], 0))
    assert window == (Interval(0, 40), Interval(0, 10))


def test_windows_smaller_than_their_halo_are_refused() -> None:
    with pytest.raises(ValueError, match="halo"):
        windows(1000, 8, reach([DOWN], 0))


def test_what_looks_at_everything_is_one_window_or_refused() -> None:
    everywhere = reach([DOWN, nn.InstanceNorm2d(1)], 0)
    assert windows(40, 40, everywhere) == ((Interval(0, 40), Interval(0, 10)),)
    with pytest.raises(ValueError, match="cannot be cut"):
        windows(44, 40, everywhere)


@pytest.mark.parametrize("network", [DOWN, UP], ids=["down", "up"])
def test_windows_give_what_the_whole_gives(network: nn.Module) -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 1, 108, 84, dtype=torch.float64)
    network = network.double()
    with torch.no_grad():
        whole = network(x)
        joined = torch.full_like(whole, torch.nan)
        for window in plane_windows((108, 84), 40, reaches(network)):
            rows, columns = (one.outputs(part) for one, part in zip(reaches(network), window.inputs, strict=True))
            y = network(x[(..., *window.inputs.slices)])
            joined[(..., *window.outputs.slices)] = y[(..., *window.outputs.within(Area(rows, columns)))]
    assert torch.allclose(joined, whole, rtol=0, atol=1e-12)


def test_shapes_depend_on_the_plane_alone() -> None:
    shapes = {
        (window.inputs.rows.length, window.inputs.columns.length)
        for window in plane_windows((1000, 400), 100, reaches(DOWN))
    }
    assert len(shapes) == 1


@pytest.mark.parametrize("area", [Area.whole(1, 1), Area.whole(97, 300), Area(Interval(5, 70), Interval(33, 34))])
def test_tiles_cover_all_once(area: Area) -> None:
    seen = torch.zeros(300, 300, dtype=torch.int64)
    for tile in tiles(area, 32, 16):
        seen[tile.slices] += 1
        assert max(tile.rows.length, tile.columns.length) <= 32
    expected = torch.zeros_like(seen)
    expected[area.slices] = 1
    assert torch.equal(seen, expected)
