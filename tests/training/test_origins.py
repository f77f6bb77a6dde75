from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from hific_core.errors import UnsupportedByModel, WeightsDamaged, WeightsMissing
from hific_core.metrics import Lpips
from hific_core.training import checkpoint
from hific_core.training.engine import Engine
from hific_core.training.origins import Origin, mean_of, origin, with_realism_of
from hific_core.training.trainer import Trainer

from .conftest import tiny_settings


def test_an_inference_file_is_an_origin(tiny_hific_path: Path, tiny_lpips_path: Path) -> None:
    start = origin(str(tiny_hific_path))
    assert (start.name, start.family, start.discriminator) == ("tiny-hific", "hific", None)
    stored = load_file(tiny_hific_path)["network.Encoder.conv_block1.1.weight"]
    assert torch.equal(start.weights["Encoder.conv_block1.1.weight"], stored.float())
    run = Trainer(tiny_settings("hific-low"), Engine(torch.device("cpu")), Lpips(tiny_lpips_path))
    run.start_from(dict(start.weights))
    assert torch.equal(run.network.state_dict()["Encoder.conv_block1.1.weight"], stored.float())


def test_a_run_gives_its_best_or_newest_of_its_last_stage(tmp_path: Path, tiny_lpips_path: Path) -> None:
    engine = Engine(torch.device("cpu"))
    for stage, name in (("rd", "best.pt"), ("gan", "step-00000003.pt")):
        (tmp_path / stage).mkdir()
        run = Trainer(tiny_settings("lite", stage, seed=len(name)), engine, Lpips(tiny_lpips_path))
        checkpoint.save(tmp_path / stage / name, run.state())
        start = origin(str(tmp_path))
        assert start.family == "lite"
        assert torch.equal(start.weights["encoder.out.weight"], run.average["encoder.out.weight"])
        assert (start.discriminator is None) == (stage == "rd")


def test_the_mean_of_two(tiny_hific_path: Path) -> None:
    start = origin(str(tiny_hific_path))
    moved = {name: value + 2 for name, value in start.weights.items()}
    mean = mean_of(moved, start)
    assert mean.keys() == start.weights.keys()
    assert all(torch.allclose(value, start.weights[name] + 1) for name, value in mean.items())
    name = next(iter(moved))
    for other in ({each: moved[each] for each in moved if each != name}, {**moved, name: moved[name][:1]}):
        with pytest.raises(UnsupportedByModel, match="tiny-hific is another network"):
            mean_of(other, start)


def test_a_second_generator_goes_on_from_another_model_s() -> None:
    def weights(first: float, second: float | None, encoder: float) -> dict[str, torch.Tensor]:
        found = {"encoder.a": torch.full((2,), encoder), "generator.a": torch.full((3,), first)}
        if second is not None:
            found |= {"realistic.a": torch.full((3,), second), "realistic.grain": torch.full((1,), 9.0)}
        return found

    network = {"width": 3, "realistic": False, "noise_channels": 0}
    start = Origin("new", "lite", network, weights(10, None, 1), None)
    other = Origin("old", "lite", {**network, "realistic": True, "noise_channels": 5}, weights(2, 5, 7), None)
    for begun in (start, start._replace(weights=weights(10, 77, 1))):
        found = with_realism_of(begun, other)
        assert found.network == other.network
        values = {name: float(value[0]) for name, value in found.weights.items()}
        assert values == {"encoder.a": 1, "generator.a": 10, "realistic.a": 13, "realistic.grain": 9}
    with pytest.raises(UnsupportedByModel, match="new has no second generator"):
        with_realism_of(other, start)
    with pytest.raises(UnsupportedByModel, match="old has another generator than new"):
        with_realism_of(start._replace(weights={"generator.a": torch.zeros(4)}), other)
    with pytest.raises(UnsupportedByModel, match="generators of old are not alike"):
        with_realism_of(start, other._replace(weights={**other.weights, "realistic.a": torch.zeros(2, 3)}))


def test_what_is_no_origin(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        origin(str(tmp_path))
    with pytest.raises(WeightsMissing):
        origin(str(tmp_path / "none.pt"))
    with pytest.raises(WeightsMissing, match="no model called"):
        origin("nothing")
    (tmp_path / "bad.pt").write_text("no checkpoint")
    with pytest.raises(WeightsDamaged):
        origin(str(tmp_path / "bad.pt"))
