"""What presets fill in, and what runs cost."""

import pytest

from app.pages.train_presets import OFFERS
from hific_core.training.config import PRESETS, preset

PIXELS = 16 * 192**2


def test_every_offer_is_a_preset_of_the_core() -> None:
    for name, offer in OFFERS.items():
        known = {preset(each).family for each in PRESETS if each == name or each.startswith(f"{name}-")}
        assert known == {offer.family}


def test_what_the_shipped_recipe_fills_in_is_the_cores() -> None:
    offer, first, realism = OFFERS["studio"], preset("studio"), preset("studio", "gan")
    assert (offer.steps, offer.gan_steps) == (first.steps, realism.steps)
    for settings in (first, realism):
        assert (offer.batch, offer.crop) == (settings.batch, settings.crop)


def test_time_is_that_of_steps_and_validations() -> None:
    cost = OFFERS["lite"].cost
    step = cost.seconds + cost.seconds_per_pixel * 1000
    assert cost.time({"rd": 100}, 1000, 100, 50) == pytest.approx(100 * step + 2 * (10 + 3 * 2 * 3.3))
    assert cost.time({"gan": 100}, 1000, 100, 100) == pytest.approx(2 * 100 * step + 10 + 3 * 2 * 2 * 3.3)
    assert cost.time({"rd": 1}, 1000, None, 1) == cost.time({"rd": 1}, 1000, 10_000, 1)


def test_the_larger_network_costs_more() -> None:
    lite, studio = OFFERS["lite"].cost, OFFERS["studio"].cost
    first, realism = ({stage: 1000} for stage in ("rd", "gan"))
    assert studio.time(first, PIXELS, 100, 1000) > 2 * lite.time(first, PIXELS, 100, 1000)
    assert studio.memory(PIXELS) > 1.3 * lite.memory(PIXELS)
    assert studio.time(realism, PIXELS, 100, 1000) < studio.time(first, PIXELS, 100, 1000), "without a discriminator"
