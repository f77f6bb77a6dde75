import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from hific_core.training.config import PRESETS, Settings, Stage, preset


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("stage", ["rd", "gan"])
def test_settings_survive_json(name: str, stage: str) -> None:
    settings = preset(name, stage)  # type: ignore[arg-type]
    assert Settings.from_plain(json.loads(json.dumps(settings.as_plain()))) == settings
    assert settings.stage == stage


def test_the_papers_numbers() -> None:
    low, med, high = (preset(f"hific-{regime}") for regime in ("low", "med", "high"))
    assert [s.target_bpp for s in (low, med, high)] == [0.14, 0.30, 0.45]
    assert [s.lambda_a for s in (low, med, high)] == [2, 1, 0.5]
    assert (low.lambda_b, low.k_m, low.k_p, low.beta) == (1 / 16, 0.075 / 32, 1, 0.15)
    assert (low.learning_rate, low.drop_at, low.crop, low.batch) == (1e-4, 500_000, 256, 8)
    assert preset("hific-low", "gan").ignore_schedule
    assert preset("lite", "gan").freeze_coding


RECIPE = {
    "family": "lite",
    "network": {
        "encoder_blocks": (6, 9),
        "generator_blocks": (6, 4),
        "thin_layers": 3,
        "context": 128,
        "realistic": True,
        "noise_channels": 64,
    },
    "optimizer": "muon",
    "batch": 16,
    "crop": 192,
    "scale_min": 0.5,
    "scale_max": 0.8,
    "perceptual_from": 0,
    "perceptual_offset": 7,
    "lambda_low": 0.00007,
    "lambda_high": 0.02,
    "masking": 0.7,
    "drop_at": None,
    "cosine": 1.0,
    "clip": 1.0,
}
FIRST_STAGE = {
    **RECIPE,
    "steps": 60_000,
    "learning_rate": 8e-4,
    "warm_up": 80,
    "k_m": 1.0,
    "k_p": 6000.0,
    "k_p_high": 800.0,
    "lattice": 45.0,
    "structure": 0.8,
    "average": 0.998,
    "freeze_coding": False,
    "textural": (0, 0, 0, 0),
}
REALISM = {
    **RECIPE,
    "steps": 3000,
    "learning_rate": 6e-4,
    "warm_up": 50,
    "k_m": 0.00333,
    "k_p": 40.0,
    "k_p_high": 14.0,
    "faithful_share": 0.12,
    "adversarial": False,
    "lattice": 60.0,
    "structure": 0.3,
    "textural": (8.0, 0.02, 16.0, 150.0),
    "average": 0.997,
    "freeze_coding": True,
    # the stage's own, which the shipped runs left as they were
    "beta_1": 0.5,
    "beta_2": 0.9,
}


@pytest.mark.parametrize(("stage", "recipe"), [("rd", FIRST_STAGE), ("gan", REALISM)])
def test_the_recipe_of_the_shipped_model(stage: Stage, recipe: Mapping[str, object]) -> None:
    settings = preset("studio", stage)
    assert {name: getattr(settings, name) for name in recipe} == recipe


def test_another_recipe_leaves_lite_as_it_is() -> None:
    first, realism = preset("lite"), preset("lite", "gan")
    assert (first.network, first.optimizer, first.crop, first.k_p, first.masking) == ({}, "adam", 256, 300, 0)
    assert (realism.beta, realism.steps, realism.k_p, realism.textural) == (0.15, 100_000, 1, (0, 0, 0, 0))


@pytest.mark.parametrize(
    "changes",
    [
        {"crop": 100},
        {"batch": 0},
        {"scale_min": 0.0},
        {"scale_min": 0.9, "scale_max": 0.8},
        {"gan_loss": "other"},
        {"perceptual_offset": -1},
        {"crop": 64, "perceptual_offset": 34},
        {"lattice": -1.0},
        {"optimizer": "sgd"},
        {"texture": -1.0},
        {"moments": -1.0},
        {"frechet": -1.0},
        {"detail": 1.0, "crop": 64, "perceptual_offset": 33},
        {"family": "hific", "crop": 256, "texture": 1.0},
        {"family": "hific", "crop": 256, "moments": 1.0},
        {"family": "hific", "crop": 256, "frechet": 1.0},
        {"beta": -0.1},
        {"stage": "gan", "discriminator_steps": 0},
        {"clip": -1.0},
        {"epochs": 0},
        {"lambda_low": 0.0},
        {"lambda_high": 0.0},
        {"k_p": 0.0, "k_p_high": 10.0},
        {"k_p_high": 0.0},
        {"k_p": -1.0},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(preset("lite"), **changes)


def test_what_does_not_count_may_be_nothing() -> None:
    assert replace(preset("lite"), k_p=0.0).k_p_high is None
    assert replace(preset("lite", "gan"), lambda_low=0.0).freeze_coding
    assert replace(preset("hific-low"), lambda_low=0.0).target_bpp


def test_other_presets_are_refused_nonsense_too() -> None:
    with pytest.raises(ValueError, match="128"):
        replace(preset("hific-low"), crop=64)
    with pytest.raises(ValueError, match="lambda"):
        replace(preset("hific-low"), lambda_a=0.01)
    with pytest.raises(ValueError, match="unknown setting"):
        Settings.from_plain({"colour": 3})
