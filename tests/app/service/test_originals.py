"""What is no original: another size, or the reconstruction itself."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.jobs import Choice, Focus, Shown
from app.layers import Layer
from app.service import originals
from app.service.painting import Tell
from app.service.session import Session
from tests.conftest import smooth_picture

PATH = Path("a") / "photo.png"
TELL = Tell(lambda shown: None, lambda: None)


def nothing(stage: str, share: float) -> None:
    pass


def test_a_reconstruction_is_known_again_though_devices_round_differently() -> None:
    pixels = smooth_picture(600, 40).pixels.clip(1, 254)
    off = pixels + np.random.default_rng(0).integers(-1, 2, pixels.shape).astype(np.int8).astype(np.uint8)
    assert np.abs(off.astype(int) - pixels).max() == 1
    assert "photo.png is not the original" in (originals.decoded(PATH, Layer.of(off), Layer.of(pixels)) or "")
    off[599, 39, 2] = pixels[599, 39, 2] ^ 2
    assert originals.decoded(PATH, Layer.of(off), Layer.of(pixels)) is None


def test_a_plane_of_one_colour_may_be_its_own_original() -> None:
    plane = np.full((300, 40, 3), (12, 200, 90), np.uint8)
    assert originals.decoded(PATH, Layer.of(plane), Layer.of(plane + 1)) is None
    plane[7, 3, 1] += 2
    assert originals.decoded(PATH, Layer.of(plane), Layer.of(plane)) is not None


def test_another_size_is_told() -> None:
    assert originals.of_another_size(PATH, (30, 40, 3), (30, 40)) is None
    assert "it has 40 × 30 pixels, the file 30 × 40" in (originals.of_another_size(PATH, (30, 40, 3), (40, 30)) or "")


@pytest.mark.parametrize("at_once", [16_000_000, 0])
def test_a_decoded_copy_is_no_original_unless_someone_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("app.service.session._AT_ONCE", at_once)
    photo, hfc, copy = (tmp_path / name for name in ("photo.tif", "photo.hfc", "photo.png"))
    Image.fromarray(smooth_picture(300, 520).pixels).save(photo)
    session = Session("cpu", Focus())
    session.save(session.show_picture(photo, Choice("", None, 400), nothing, TELL), hfc)

    def shown(original: Path, guessed: bool) -> Shown:
        return session.show(hfc, original, nothing, TELL, guessed=guessed)

    session.export(shown(photo, True), copy, nothing)
    true, guessed, chosen = shown(photo, True), shown(copy, True), shown(copy, False)
    assert true.original is not None and not true.details.notes
    assert guessed.original is None and guessed.details.original_bytes is None
    assert guessed.details.notes == ("photo.png is not the original, but what the file decodes to; find the original.",)
    assert chosen.original is not None and not chosen.details.notes
