"""What the codec's thread keeps loaded."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QTranslator
from pytestqt.qtbot import QtBot

from app import layers
from app.jobs import Choice, Focus, Job, Shown
from app.service import library, painting
from app.service import session as service
from app.service.painting import Tell
from app.service.session import Session
from hific_core import metrics
from hific_core.chunks import decode_alpha, encode_alpha
from hific_core.codec import Codec, Encoded
from hific_core.container import hfc_file
from hific_core.errors import CorruptFile
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


def nothing(stage: str, share: float) -> None:
    pass


@pytest.fixture
def cut_out(tmp_path: Path) -> Path:
    """A picture of which the left is transparent."""
    pixels = np.dstack([smooth_picture(300, 520).pixels, np.full((300, 520), 255, np.uint8)])
    pixels[:, :200, 3] = 0
    Image.fromarray(pixels).save(tmp_path / "cut.png")
    return tmp_path / "cut.png"


def test_all_that_is_made_of_a_picture_has_its_transparency(
    cut_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[object] = []
    monkeypatch.setattr(
        "hific_core.pixels.alpha.decode_alpha", lambda data, shape: decoded.append(shape) or decode_alpha(data, shape)
    )
    monkeypatch.setattr(layers, "IN_MEMORY", 100_000)
    session, opened = Session("cpu", Focus()), list[Shown]()
    tell = Tell(opened.append, lambda: None)
    first = session.show_picture(cut_out, Choice("", None, 400), nothing, tell)
    alpha = first.original.layer.alpha
    assert isinstance(alpha.pixels, np.memmap) and np.array_equal(alpha.pixels, np.array(Image.open(cut_out))[..., 3])
    again = session.encode_again(first, Choice("", None, 900), 0.0, nothing, tell)
    assert session.save(again, tmp_path / "cut.hfc") == again.details.bytes
    assert not decoded and len(opened) == 3
    assert {id(side.layer.alpha) for each in (*opened, again) for side in (each.original, each.reconstruction)} == {
        id(alpha)
    }
    shown = session.show(tmp_path / "cut.hfc", cut_out, nothing, tell)
    later = session.decode_again(shown, 0.0, nothing, tell)
    assert decoded == [(300, 520)]
    assert shown.original.layer.alpha is shown.reconstruction.layer.alpha is later.reconstruction.layer.alpha
    assert np.array_equal(shown.original.layer.alpha.pixels, alpha.pixels)
    monkeypatch.setattr("app.service.session._AT_ONCE", 0)
    late = session.show(tmp_path / "cut.hfc", cut_out, nothing, tell)
    assert late.original.layer.alpha is late.reconstruction.layer.alpha is not alpha


def test_a_damaged_transparency_is_left_out_of_what_can_be_saved(cut_out: Path, tmp_path: Path) -> None:
    session, tell = Session("cpu", Focus()), Tell(lambda shown: None, lambda: None)
    shown = session.show_picture(cut_out, Choice("", None, 400), nothing, tell)
    file, path = shown.opened.file, tmp_path / "cut.hfc"
    hfc_file.write(path, replace(file, metadata={**file.metadata, "ALPH": encode_alpha(np.zeros((3, 5), np.uint8))}))
    with pytest.raises(CorruptFile, match="alpha"):
        session.show(path, None, nothing, tell)
    saved = session.show(path, None, nothing, tell, salvage=True)
    assert saved.reconstruction.layer.alpha is None and "alpha chunk" in saved.details.notes[0]
    hfc_file.write(path, file)
    assert session.show(path, None, nothing, tell, salvage=True).reconstruction.layer.alpha.pixels.any()


def test_another_picture_beside_a_file_keeps_a_transparency_of_its_own(cut_out: Path) -> None:
    known = layers.Layer.of(np.zeros((30, 40), np.uint8))
    assert painting.transparent(known.pixels.copy(), known) is known
    other = painting.transparent(np.ones((30, 40), np.uint8), known)
    assert other is not known and other.pixels.all()
    assert painting.transparent(None, known) is None


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


def test_notes_on_what_was_exported_are_in_the_windows_language(
    cut_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session("cpu", Focus())
    shown = session.show_picture(cut_out, Choice("", None, 400), nothing, Tell(lambda shown: None, lambda: None))
    monkeypatch.setattr(service, "translated", str.upper)
    assert session.export(shown, tmp_path / "cut.jpg", nothing) == (
        "JPEG CANNOT CARRY TRANSPARENCY, SO THE PICTURE WAS LAID ON WHITE.",
    )


def test_the_score_of_a_file_is_that_of_what_is_seen(cut_out: Path, tmp_path: Path) -> None:
    session = Session("cpu", Focus())
    output = session.compress(Job(cut_out, tmp_path / "cut.hfc"), Choice("", None, 400), nothing).output
    shown = session.show(output, cut_out, nothing, Tell(lambda shown: None, lambda: None))
    seen = [side.layer.pixels.copy() for side in (shown.original, shown.reconstruction)]
    assert metrics.psnr(*seen) != (found := library.score(session, cut_out, output, nothing)).psnr
    for pixels in seen:
        pixels[:, :200] = 128
    assert (found.psnr, found.ms_ssim) == (metrics.psnr(*seen), metrics.ms_ssim(*seen))


def test_the_badge_of_the_original_is_in_the_windows_language(qtbot: QtBot, cut_out: Path) -> None:
    class Latin(QTranslator):
        def translate(self, context: str, text: str, *_: object) -> str:
            return text.replace("Original", "Exemplar")

    latin, application = Latin(), QCoreApplication.instance()
    application.installTranslator(latin)
    try:
        tell = Tell(lambda shown: None, lambda: None)
        shown = Session("cpu", Focus()).show_picture(cut_out, Choice("", None, 400), nothing, tell)
    finally:
        application.removeTranslator(latin)
    assert shown.original.label == f"Exemplar · PNG · {round(cut_out.stat().st_size / 1000)} kB"
