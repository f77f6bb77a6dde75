"""The loop: learning rates, what is frozen, what is left out, parts that add up, advice."""

import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from hific_core.errors import OutOfMemory, TrainingDiverged
from hific_core.metrics import Lpips
from hific_core.training import frechet, optimizers
from hific_core.training.config import preset
from hific_core.training.engine import Engine
from hific_core.training.trainer import Trainer, advice, learning_rate, own_indexes

from .conftest import random_pictures, tiny_settings

CPU = Engine(torch.device("cpu"))


@pytest.fixture
def trainer(tiny_lpips_path: Path) -> Any:
    def make(settings: Any, engine: Engine = CPU) -> Trainer:
        return Trainer(settings, engine, Lpips(tiny_lpips_path))

    return make


def weights_of(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_a_limit_of_0_is_none(trainer: Any) -> None:
    moved = []
    for clip in (0.0, None, 1e-9):
        settings = tiny_settings("lite", clip=clip, learning_rate=1e-3)
        made = trainer(settings)
        made.one_step(random_pictures(settings))
        moved.append(weights_of(made.network)["encoder.out.weight"])
    assert torch.equal(moved[0], moved[1]) and not torch.equal(moved[0], moved[2])


def test_learning_rate_warms_up_drops_and_falls() -> None:
    s = replace(preset("lite"), steps=100, warm_up=10, cosine=0.5)
    rates = [learning_rate(step, 1.0, s) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[10:50] == [1.0] * 40
    assert all(a > b for a, b in pairwise(rates[50:]))
    assert rates[-1] < 0.02
    dropping = replace(preset("hific-low"), drop_at=70)
    assert [learning_rate(step, 1.0, dropping) for step in (69, 70)] == pytest.approx([1.0, 0.1])


@pytest.mark.parametrize(("name", "optimizer"), [("lite", "adam"), ("lite", "muon"), ("hific-low", "adam")])
def test_state_restores_everything(trainer: Any, name: str, optimizer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimizers, "SMALLEST_SIDE", 4)  # the kernels of these networks are small
    settings = replace(tiny_settings(name, "gan"), optimizer=optimizer)
    first = trainer(settings)
    pictures = random_pictures(settings)
    for _ in range(3):
        first.one_step(pictures)
    state = copy.deepcopy(first.state())
    expected = [first.one_step(pictures) for _ in range(2)]
    second = trainer(settings)
    second.restore(state)
    for terms in expected:
        found = second.one_step(pictures)
        assert {key: value.item() for key, value in found.items()} == {key: v.item() for key, v in terms.items()}


@pytest.mark.parametrize(
    ("stage", "taught", "kept"),
    [
        ("rd", {}, 0.5),
        ("rd", {"masking": 0.7}, None),
        ("rd", {"structure": 0.5}, None),
        ("gan", {"structure": 0.5}, None),
        ("gan", {"masking": 0.7}, 0.5),
    ],
)
def test_a_best_that_was_found_by_another_merit_is_none(
    trainer: Any, stage: str, taught: dict[str, float], kept: float | None
) -> None:
    """Checkpoints of earlier releases do not say by which: theirs knew neither masking nor structure."""
    settings = tiny_settings("lite", stage, **taught)
    first = trainer(settings)
    first.best = 0.5
    state = first.state()
    for known, best in ((state, 0.5), ({key: state[key] for key in state if key != "merit"}, kept)):
        second = trainer(settings)
        second.restore(known)
        assert second.best == best


def test_state_restores_what_the_frechet_distance_knows(trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frechet, "FIRST", 3)
    settings = replace(tiny_settings("lite", "gan"), beta=0.0, frechet=50.0)
    first, pictures = trainer(settings), random_pictures(tiny_settings("lite", "gan"))
    for _ in range(4):
        first.one_step(pictures)
    state = copy.deepcopy(first.state())
    expected = first.one_step(pictures)["frechet"]
    assert expected > 0
    second = trainer(settings)
    second.restore(state)
    assert torch.equal(second.one_step(pictures)["frechet"], expected)


def test_the_generative_stage_of_lite_moves_generator_and_discriminator_alone(trainer: Any) -> None:
    run = trainer(tiny_settings("lite", "gan"))
    before, critic = weights_of(run.network), weights_of(run.discriminator)
    run.one_step(random_pictures(run.settings))
    moved = {
        name.split(".")[0] for name, value in run.network.state_dict().items() if not torch.equal(value, before[name])
    }
    assert moved == {"generator"}
    assert not torch.equal(run.discriminator.state_dict()["conv_out.weight"], critic["conv_out.weight"])


def test_a_step_that_is_not_finite_is_left_out(trainer: Any) -> None:
    run = trainer(replace(tiny_settings("lite"), k_m=float("inf")))
    before, average = weights_of(run.network), {name: value.clone() for name, value in run.average.items()}
    run.one_step(random_pictures(run.settings))
    assert (run.step, run.skipped) == (1, 1)
    assert all(torch.equal(value, before[name]) for name, value in run.network.state_dict().items())
    assert all(torch.equal(value, average[name]) for name, value in run.average.items())
    with pytest.raises(TrainingDiverged, match="learning-rate"):
        for _ in range(60):
            run.one_step(random_pictures(run.settings))


def test_parts_add_up_to_the_batch(trainer: Any) -> None:
    """Four pictures at once or in two parts, with the rate near its switch: the same update in float64."""
    exact = Engine(torch.device("cpu"), dtype=torch.float64)
    settings = replace(tiny_settings("hific-low", "gan"), batch=4, accumulate=1)
    whole, parts = trainer(settings, exact), trainer(replace(settings, accumulate=2), exact)
    pictures = random_pictures(settings)
    rate = whole.one_step(pictures)["q_bpp"].item()
    parts.one_step(lambda round_, part: pictures(round_, 0)[2 * part : 2 * part + 2])
    for target in (rate * 0.999, rate * 1.001):
        for run in (whole, parts):
            run.settings = replace(run.settings, target_bpp=target)
        one = whole.one_step(pictures)
        other = parts.one_step(lambda round_, part: pictures(round_, 0)[2 * part : 2 * part + 2])
        for name, value in one.items():
            assert other[name].item() == pytest.approx(value.item(), rel=1e-6), name


def test_processes_share_a_batch() -> None:
    settings = tiny_settings("lite", batch=8)
    shares = [list(own_indexes(settings, replace(CPU, rank=rank, world=2))) for rank in range(2)]
    assert shares == [[0, 1, 2, 3], [4, 5, 6, 7]]
    with pytest.raises(ValueError, match="--batch"):
        own_indexes(settings, replace(CPU, world=3))


def test_out_of_memory_says_what_to_lower_in_which_order(trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer(tiny_settings("hific-low"))
    monkeypatch.setattr(run, "_round", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("CUDA")))
    with pytest.raises(OutOfMemory, match="--batch from 2 to 1"):
        run.one_step(random_pictures(run.settings))
    text = advice(preset("hific-low"))
    order = ["--batch from 8 to 4", "--latent-channels from 220 to 110", "--hyper-filters from 320 to 192"]
    order += ["--residual-blocks from 9 to 7", "--crop from 256 to 128"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
