from dataclasses import fields

import pytest
import typer

from hific_core.cli.training_options import BY_NAME, applied
from hific_core.models.hific import HificConfig
from hific_core.models.lite import LiteConfig
from hific_core.training.config import Settings, preset


def test_every_option_sets_a_field_that_exists() -> None:
    places = {
        None: Settings,
        "hific": HificConfig,
        "lite": LiteConfig,
        "any": LiteConfig,
    }
    for option in BY_NAME.values():
        assert option.field in {field.name for field in fields(places[option.of_network])}, option.flag


def test_settings_and_network_are_changed_apart() -> None:
    given = {"lambda_a": 3.0, "likelihood": "logistic", "latent_channels": 64, "batch": None, "ignore_schedule": True}
    found = applied(preset("hific-med"), given)
    assert (found.lambda_a, found.batch, found.ignore_schedule) == (3.0, 8, True)
    assert found.network == {"likelihood": "logistic", "latents": 64}
    with pytest.raises(typer.BadParameter, match="family hific"):
        applied(preset("lite"), {"norm": "instance"})
    with pytest.raises(typer.BadParameter, match="multiple of 64"):
        applied(preset("lite"), {"crop": 65})
