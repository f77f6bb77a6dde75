"""Weights become models whose regimes have the rates that they name."""

import math
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.errors import UnsupportedByModel
from hific_core.models.weights import read_model
from hific_core.training import export
from hific_core.training.measured import with_measured_tables
from tests.conftest import TINY, smooth_picture, tiny_hific_network, tiny_network

from .conftest import tiny_settings


def test_regimes_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "RATES", {"low": 0.16, "high": 0.4})
    settings = tiny_settings("lite")
    assert settings.network == asdict(TINY)
    pictures = [smooth_picture(256, 256, seed) for seed in range(2)]
    target = tmp_path / "new" / "new.safetensors"
    card = export.export(
        settings, tiny_network().state_dict(), target, "new", pictures, levels=24, licence="CC0", training={"step": 7}
    )
    assert (card.name, card.licence, dict(card.training)) == ("new", "CC0", {"step": 7})
    assert not card.abilities.realism
    codec = Codec(read_model(target, choose_runtime("cpu", "float32")))
    assert codec.model.card == card
    for regime, rate in {"low": 0.16, "high": 0.4}.items():
        found = export.average_rate(codec, pictures, card.regimes[regime])
        assert found == pytest.approx(rate, rel=0.03)


def test_tables_are_measured_before_the_regimes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the middle of what is taken one by one; the regimes are those of the files that the new tables make."""
    monkeypatch.setattr(export, "RATES", {"med": 0.3})
    settings, weights = tiny_settings("lite"), tiny_network().state_dict()
    measured_on, pictures = [smooth_picture(1100, 40, 1)], [smooth_picture(128, 128, 2)]
    target = tmp_path / "new.safetensors"
    card = export.export(settings, weights, target, "new", pictures, levels=24, tables_on=iter(measured_on))
    content = export.prepared(settings, weights, "new", 24)
    expected = with_measured_tables(content, export.codec_of(content), [export.middle(measured_on[0])])
    codec = Codec(read_model(target, choose_runtime("cpu", "float32")))
    assert card.entropy_fingerprint == expected.card.entropy_fingerprint != content.card.entropy_fingerprint
    assert dict(card.regimes) == dict(export.regimes_of(codec, pictures))


def test_tables_that_cannot_be_measured_are_refused_at_once(tmp_path: Path) -> None:
    settings = tiny_settings("hific-med")
    logistic = replace(settings, network={**settings.network, "likelihood": "logistic"})
    with pytest.raises(UnsupportedByModel, match="--tables-on"):
        export.export(logistic, {}, tmp_path / "new.safetensors", "new", [], tables_on=[])
    assert not list(tmp_path.iterdir())


def test_one_rate_has_its_regime_and_the_generative_stage_has_realism(tmp_path: Path) -> None:
    settings = tiny_settings("hific-high")
    content = export.prepared(settings, tiny_hific_network().state_dict(), "h", 24)
    assert content.card.regimes == {"high": export.ONE_QUALITY}
    assert not content.card.abilities.continuous_rate
    lite = export.prepared(tiny_settings("lite", "gan"), tiny_network().state_dict(), "l", 24)
    assert lite.card.abilities.realism
    without = export.prepared(tiny_settings("lite", "gan"), tiny_network().state_dict(), "l", 24, realism=False)
    assert not without.card.abilities.realism


def test_nearest_quality_and_no_measurement_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def rate(codec: object, pictures: object, quality: int) -> float:
        calls.append(quality)
        return quality / 1000

    monkeypatch.setattr(export, "average_rate", rate)
    known: dict[int, float] = {}
    for wanted, quality in ((0.3004, 300), (0.3006, 301), (0.0, 0), (2.0, 1000)):
        assert export.quality_for(None, [], wanted, known) == quality  # type: ignore[arg-type]
    assert len(calls) == len(set(calls))


def test_few_measurements_find_the_regimes_of_a_smooth_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    def rate(codec: object, pictures: object, quality: int) -> float:
        return 0.12 * 10 ** (quality / 1000) * (1 + 0.05 * math.sin(quality / 90))

    monkeypatch.setattr(export, "average_rate", rate)
    known: dict[int, float] = {}
    for wanted in (0.14, 0.30, 0.45):
        found = export.quality_for(None, [], wanted, known)  # type: ignore[arg-type]
        nearest = min(range(1001), key=lambda quality: abs(rate(None, None, quality) - wanted))
        assert found == nearest
    assert len(known) < 20, "halving takes ten for each"


def test_a_curve_with_a_step_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "average_rate", lambda codec, pictures, quality: 0.1 if quality < 700 else 9.0)
    known: dict[int, float] = {}
    assert export.quality_for(None, [], 0.2, known) in (699, 700)  # type: ignore[arg-type]
    assert len(known) < 45


def test_the_middle_of_a_large_picture() -> None:
    picture = smooth_picture(30, 50)
    cut = export.middle(picture, 20)
    assert (cut.pixels == picture.pixels[5:25, 15:35]).all()
    assert export.middle(picture, 40).pixels.shape == (30, 40, 3)
