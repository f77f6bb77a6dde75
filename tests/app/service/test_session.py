"""What the codec's thread keeps loaded."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from app.jobs import Choice, Focus, Job
from app.service import session as service
from app.service.session import Session
from hific_core.codec import Codec, Encoded
from hific_core.models import zoo
from hific_core.models.card import read_card
from hific_core.pixels.picture import Picture
from tests.conftest import smooth_picture


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


def test_notes_on_what_was_compressed_are_in_the_windows_language(
    tmp_path: Path, tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tiny(Session):
        def _encode(self, picture: Picture, *_: object) -> tuple[Codec, Encoded]:
            return tiny_codec, tiny_codec.encode(picture, 500)

    monkeypatch.setattr(service, "translated", str.upper)
    source = tmp_path / "a.jpg"
    Image.fromarray(smooth_picture(20, 20).pixels).save(source, comment=b"Copyright me")
    done = Tiny("cpu", Focus()).compress(Job(source, tmp_path / "a.hfc"), Choice("", "med"), lambda *_: None)
    assert done.notes == ("COMMENTS AND OTHER TEXTS IN THE FILE ARE NOT KEPT.",)
