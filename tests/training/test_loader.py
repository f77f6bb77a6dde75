from pathlib import Path

import pytest
import torch

from hific_core.errors import UnreadableImage
from hific_core.training.engine import Engine
from hific_core.training.loader import Loader
from hific_core.training.photos import Photos, find

from .conftest import tiny_settings

CPU = torch.device("cpu")


def load(photos: Path, engine: Engine, step: int, workers: int = 0, **changes: int) -> list[torch.Tensor]:
    settings = tiny_settings("lite", "gan", batch=4, steps=4, **changes)
    data = Photos(photos, find(photos), settings, 10**7)
    loader = Loader(data, settings, engine, step, workers, lambda name, reason: None)
    parts = range(settings.accumulate)
    return [loader(round_, part) for round_ in range(2 * step, 8) for part in parts]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_folder_of_bad_pictures_is_one_sentence(tmp_path: Path, workers: int) -> None:
    (tmp_path / "bad.png").write_text("no picture")
    data = Photos(tmp_path, ["bad.png"], tiny_settings("lite", batch=4, steps=9))
    loader = Loader(data, tiny_settings("lite", batch=4, steps=9), Engine(CPU), 0, workers, lambda *problem: None)
    with pytest.raises(UnreadableImage, match=r"^Hardly any picture in .* or lower --crop\.$"):
        loader(0, 0)


@pytest.mark.parametrize("workers", [0, 2])
def test_rounds_come_in_order_whoever_makes_them(photos: Path, workers: int) -> None:
    all_ = load(photos, Engine(CPU), 0)
    assert [batch.shape for batch in all_] == [(4, 3, 64, 64)] * 8
    resumed = load(photos, Engine(CPU), 2, workers)
    assert all(torch.equal(*pair) for pair in zip(all_[4:], resumed, strict=True))


def test_processes_and_parts_make_up_the_batch(photos: Path) -> None:
    whole = load(photos, Engine(CPU), 3)
    shares = [load(photos, Engine(CPU, rank=rank, world=2), 3, accumulate=2) for rank in range(2)]
    for number, batch in enumerate(whole):
        pieces = [share[2 * number + part] for share in shares for part in range(2)]
        assert torch.equal(torch.cat(pieces), batch)


def test_a_bad_picture_is_told_once_and_order_is_kept(tmp_path: Path, photos: Path) -> None:
    (tmp_path / "bad.png").write_text("no picture")
    (tmp_path / "good.png").write_bytes((photos / "a" / "0.png").read_bytes())
    settings = tiny_settings("lite", batch=4, steps=9)
    told: list[tuple[str, str]] = []
    data = Photos(tmp_path, ["bad.png", "good.png"], settings)
    loader = Loader(data, settings, Engine(CPU), 0, 0, lambda *problem: told.append(problem))
    for round_ in range(5):
        loader(round_, 0)
    assert [name for name, _ in told] == ["bad.png"]
    with pytest.raises(ValueError, match="next pictures"):
        loader(7, 0)
