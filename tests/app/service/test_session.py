"""What the codec's thread keeps loaded."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.jobs import Focus
from app.service.session import Session
from hific_core.models import zoo
from hific_core.models.card import read_card


def test_another_model_under_the_same_name_is_loaded_anew(
    tmp_path: Path, tiny_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else files would name a model that is gone, and nothing could open them."""
    path = tmp_path / "mine.safetensors"
    shutil.copyfile(tiny_model_path, path)
    first = zoo.Installed(read_card(path), path)
    second = first._replace(card=replace(first.card, generator_fingerprint="0badc0de"))
    session, loaded = Session("cpu", Focus()), []
    load = zoo.load
    monkeypatch.setattr(zoo, "load", lambda model, runtime: (loaded.append(model), load(model, runtime))[1])
    one = session._codec(first)
    assert session._codec(first) is one and session._codec(second) is not one
    assert loaded == [first, second]
