"""What is looked at comes first, the rest behind it; in the end all pixels are the codec's own."""

from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from app.jobs import Focus
from app.layers import CELL, Layer, Region
from app.service import painting
from app.service.painting import Tell, area_of, looked_at, paint, paint_first, preview
from hific_core.codec import Codec
from hific_core.models.geometry import Area
from tests.conftest import smooth_picture

SILENT = Tell(lambda shown: None, lambda: None)


class Recorder:
    """Paints each area in its own number, and keeps the order."""

    def __init__(self) -> None:
        self.areas: list[Area] = []
        self.groups: list[Area] = []

    model = SimpleNamespace(divisible=True)

    def decode_areas(
        self, file: object, areas: Iterable[Area], within: Area, **_: object
    ) -> Iterator[tuple[Area, np.ndarray]]:
        self.groups.append(within)
        for area in areas:
            self.areas.append(area)
            yield area, np.full((area.rows.length, area.columns.length, 3), len(self.areas), np.uint8)


def test_tiles_come_from_where_the_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "TILE", CELL)
    monkeypatch.setattr(painting, "GROUP", 3 * CELL)
    layer, focus, recorder = Layer(4 * CELL, 6 * CELL), Focus(), Recorder()
    focus.region = Region(3 * CELL + 10, 4 * CELL + 10, 100, 100)
    shares: list[float] = []

    def painted() -> None:
        if len(recorder.areas) == 3:  # the person moves to the other corner
            focus.region = Region(0, 0, 50, 50)

    paint(
        recorder, None, 0.0, layer, focus, Tell(lambda shown: None, painted), lambda stage, share: shares.append(share)
    )  # type: ignore[arg-type]
    corners = [(area.rows.start // CELL, area.columns.start // CELL) for area in recorder.areas]
    assert corners[0] == (3, 4)
    # a group is finished before the next begins: that of the other corner, in the person's own order
    groups = [(area.rows.start // CELL, area.columns.start // CELL) for area in recorder.groups]
    assert groups[:2] == [(3, 3), (0, 0)] and len(groups) == 4
    assert corners[3] == (0, 0)
    assert len(corners) == len(set(corners)) == 24
    assert layer.complete


def test_a_part_is_worth_its_own_work_only_in_a_large_picture() -> None:
    focus, large = Focus(), Layer(2048, 2048)
    assert looked_at(focus, large) is None
    focus.region = Region(300, 520, 400, 400)
    assert looked_at(focus, large) == Region(256, 512, 512, 512)
    focus.region = Region(0, 0, 2048, 1500)
    assert looked_at(focus, large) is None, "nearly all of it is seen"
    focus.region = Region(0, 0, 100, 100)
    assert looked_at(focus, Layer(1000, 1000)) is None


def test_what_is_painted_is_what_the_codec_decodes(tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "TILE", 2 * CELL)
    monkeypatch.setattr(painting, "_SMALL", 0)
    picture = smooth_picture(700, 1100)
    file = tiny_codec.encode(picture, 500).file
    layer, focus, known = Layer(700, 1100), Focus(), list[bool]()
    focus.region = Region(300, 600, 90, 90)
    tell = Tell(lambda shown: None, lambda: known.append(layer.complete))
    paint_first(tiny_codec, file, 0.0, layer, focus, tell, lambda stage, share: None)
    whole = tiny_codec.decode(file).picture.pixels
    assert known == [False]
    rows, columns = slice(256, 512), slice(512, 768)
    assert np.array_equal(layer.cut(0, rows, columns), whole[rows, columns])
    paint(tiny_codec, file, 0.0, layer, focus, tell, lambda stage, share: None)
    assert np.array_equal(layer.pixels, whole) and known[-1]


def test_a_preview_is_close_to_what_the_file_will_show(tiny_codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "_SMALL", 0)
    picture = smooth_picture(900, 1300)
    layer, focus = Layer(900, 1300), Focus()
    focus.region = Region(300, 600, 200, 160)
    preview(tiny_codec, picture, 500, 0.0, layer, focus, SILENT)
    whole = tiny_codec.decode(tiny_codec.encode(picture, 500).file).picture.pixels
    rows, columns = slice(256, 512), slice(512, 768)
    seen = layer.cut(0, rows, columns).astype(int)
    assert not layer.complete
    # kernels of another shape round differently: a symbol in many may fall on the other side
    assert np.mean(np.abs(seen - whole[rows, columns]) > 1) < 0.01


def test_areas(tiny_codec: Codec) -> None:
    region = Region(3, 5, 20, 30)
    assert area_of(region).slices == region.slices
