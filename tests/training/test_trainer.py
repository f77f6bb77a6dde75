"""The loop: it learns, and a run that was cut off goes on as if nothing had happened."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from hific_core.models.lite import Lite
from hific_core.training import trainer
from hific_core.training.config import TrainingConfig
from hific_core.training.trainer import Trainer, learning_rate
from tests.conftest import TINY, smooth_picture


@pytest.fixture
def config(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingConfig:
    data = tmp_path / "data"
    data.mkdir()
    for seed in range(4):
        Image.fromarray(smooth_picture(96, 96, seed).pixels).save(data / f"{seed}.png")
    monkeypatch.setattr(trainer, "Lite", lambda: Lite(TINY))
    lpips = shared / "metrics" / "lpips_alex.npz"
    return TrainingConfig(
        data, lpips, tmp_path / "run", steps=8, batch=2, crop=64, warm_up=2, lpips_from=4, save_every=3
    )


def test_resume_restores_everything(config: TrainingConfig) -> None:
    first = Trainer(config)
    for _ in range(5):
        first.one_step()
    config.run.mkdir()
    first._save()
    second = Trainer(config)
    expected = [first.one_step()["loss"] for _ in range(3)]
    assert [second.one_step()["loss"] for _ in range(3)] == expected
    for name, value in first.average.items():
        assert torch.equal(value, second.average[name])


def test_loss_falls(config: TrainingConfig) -> None:
    run = Trainer(replace(config, steps=60, lpips_from=1000, learning_rate=3e-3))
    seen = [run.one_step()["mse"] for _ in range(60)]
    assert np.mean(seen[-10:]) < 0.5 * np.mean(seen[:10])


def test_a_step_that_is_not_finite_is_left_out(config: TrainingConfig) -> None:
    run = Trainer(config)
    run.one_step()
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    run.crops.pictures = [picture.astype(np.float32) * np.nan for picture in run.crops.pictures]
    run.one_step()
    assert run.skipped == 1
    assert all(torch.equal(value, before[name]) for name, value in run.model.state_dict().items())


def test_learning_rate_warms_up_and_decays(config: TrainingConfig) -> None:
    c = replace(config, steps=100, warm_up=10, decay_share=0.5, learning_rate=1.0)
    rates = [learning_rate(step, c) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[10:50] == [1.0] * 40
    assert all(a > b for a, b in pairwise(rates[50:]))
    assert rates[-1] < 0.02
