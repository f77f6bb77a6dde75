"""Pictures of a run: reproducible crops, nothing bad trained on, nothing unbounded kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hific_core.errors import UnreadableImage
from hific_core.training.photos import Photos, apart, find, shuffled, split

from .conftest import tiny_settings

SETTINGS = tiny_settings("lite", batch=4)


def test_the_same_number_is_the_same_crop(photos: Path) -> None:
    names = find(photos)
    assert len(names) == 16
    first, second = (Photos(photos, names, SETTINGS, cache_bytes=size) for size in (0, 10**9))
    for number in (5, 3, 1000, 5):
        assert torch.equal(first[number].pixels, second[number].pixels)
    assert first[3].pixels.shape == (3, 64, 64) and first[3].pixels.dtype == torch.uint8
    assert not torch.equal(first[3].pixels, first[4].pixels)
    assert not torch.equal(first[3].pixels, Photos(photos, names, replace(SETTINGS, seed=1))[3].pixels)


def test_crops_are_scaled_and_flipped(tmp_path: Path) -> None:
    """A ramp of one level per pixel: its slope tells the scale, its sign the flip."""
    Image.fromarray(np.tile(np.arange(200, dtype=np.uint8)[None, :, None], (200, 1, 3))).save(tmp_path / "a.png")
    data = Photos(tmp_path, ["a.png"], replace(SETTINGS, scale_min=0.5, scale_max=0.8))
    slopes = [float(data[n].pixels[0, 32].float().diff()[8:-8].mean()) for n in range(60)]
    assert {slope > 0 for slope in slopes} == {True, False}
    assert 1 / 0.8 - 0.02 < min(map(abs, slopes)) < 1.4 and 1.8 < max(map(abs, slopes)) < 1 / 0.5 + 0.02


def test_a_picture_hardly_larger_than_the_crop_is_not_scaled_below_it(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((66, 300, 3), np.uint8)).save(tmp_path / "a.png")
    data = Photos(tmp_path, ["a.png"], replace(SETTINGS, scale_min=0.5, scale_max=0.5))
    assert data[0].pixels.shape == (3, 64, 64)


def test_bad_pictures_are_reported_and_replaced(photos: Path, tmp_path: Path) -> None:
    """What a real folder holds beside good pictures."""
    (tmp_path / "text.jpg").write_text("no picture")
    whole = (photos / "a" / "0.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    Image.new("RGB", (10, 10)).save(tmp_path / "small.png")
    Image.effect_noise((90, 90), 60).convert("CMYK").save(tmp_path / "ink.jpg")
    Image.fromarray((np.arange(8100, dtype=np.uint16) * 8).reshape(90, 90)).save(tmp_path / "deep.png")
    (tmp_path / "notes.txt").write_text("not looked at")
    names = find(tmp_path)
    assert names == ["cut.png", "deep.png", "ink.jpg", "small.png", "text.jpg"]
    data = Photos(tmp_path, names, SETTINGS)
    problems = dict(problem for number in range(60) for problem in data[number].problems)
    assert sorted(problems) == ["cut.png", "small.png", "text.jpg"]
    assert "10 x 10" in problems["small.png"]
    assert len({int(data[number].pixels.float().mean()) for number in range(20)}) > 2


def test_a_folder_without_a_good_picture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    with pytest.raises(UnreadableImage, match="Hardly any"):
        Photos(tmp_path, ["text.jpg"], SETTINGS)[0]
    with pytest.raises(UnreadableImage, match="no picture"):
        Photos(tmp_path, [], SETTINGS)


def test_the_cache_stays_under_its_limit(photos: Path) -> None:
    limit = 4 * 165 * 200 * 3
    data = Photos(photos, find(photos), SETTINGS, cache_bytes=limit)
    for number in range(80):
        data[number]
        assert sum(pixels.nbytes for pixels in data._cache.values()) == data._cached <= limit
    assert data._cached > limit / 2


def test_the_held_out_part_moves_no_picture() -> None:
    names = [f"folder/{number}.jpg" for number in range(2000)]
    before, after = split(names[:1000], 0.05), split(names, 0.05)
    assert set(before.held_out) <= set(after.held_out)
    assert 30 < len(before.held_out) < 75
    assert sorted(before.train + before.held_out) == sorted(names[:1000])
    assert len(split(names[:3], 0.001).held_out) == 1
    assert split(names[:1], 0.5).train or split(names[:1], 0.5).held_out
    assert split(names, 0.0).held_out == []


def test_what_another_folder_has_too_is_left_out(photos: Path, tmp_path: Path) -> None:
    names = find(photos)
    below = [name for name in names if Path(name).parts[0] != "a"]
    assert apart(photos, names, photos / "a", find(photos / "a")) == below
    (tmp_path / "renamed.png").symlink_to(photos / below[0])
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert apart(photos, names, tmp_path, find(tmp_path)) == [name for name in names if name != below[0]]
    assert apart(photos, [*names, "gone.png"], tmp_path, ["gone.png"]) == [*names, "gone.png"]


def test_an_order_that_additions_do_not_change() -> None:
    names = [f"{number:03}.jpg" for number in range(200)]
    before, after = shuffled(names[:100]), shuffled(names)
    assert [name for name in after if name in before] == before
    assert sorted(before) == names[:100]
    assert len({name[1] for name in before[:10]}) > 3, "from all over the alphabet"


@pytest.mark.slow
def test_a_hundred_thousand_pictures_start_soon(tmp_path: Path, photos: Path) -> None:
    """Found and split in seconds; the first crops need no reading of the others."""
    import time
    import tracemalloc

    one = (photos / "a" / "0.png").read_bytes()
    for number in range(100_000):
        path = tmp_path / f"{number % 100}" / f"{number}.png"
        if number < 100:
            path.parent.mkdir()
        if number % 1000 == 0:
            path.write_bytes(one)
        else:
            path.hardlink_to(tmp_path / f"{number // 1000 * 1000 % 100}" / f"{number // 1000 * 1000}.png")
    started = time.monotonic()
    tracemalloc.start()
    parts = split(find(tmp_path), 0.02)
    data = Photos(tmp_path, parts.train, SETTINGS, cache_bytes=10**6)
    data[0]
    seconds, memory = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    print(f"{seconds:.1f} s, {memory / 1e6:.0f} MB at most")
    assert len(data) > 97_000
    assert memory < 100e6
