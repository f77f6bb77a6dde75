"""One transform for both sides; what is painted is what the numbers say."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QColorSpace, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.jobs import Side
from app.layers import Layer
from app.widgets import side_painter
from app.widgets.compare_view import SURROUND, CompareView, Mode
from hific_core.pixels.alpha import laid_on_grey


def side(pixels: np.ndarray, label: str = "x") -> Side:
    return Side(label, Layer.of(pixels))


def noise(height: int = 300, width: int = 400, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def view(qtbot: QtBot) -> CompareView:
    made = CompareView()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    return made


def painted(view: CompareView) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    # a copy: the image goes, and its memory with it
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_a_hundred_per_cent_is_the_stored_pixels(view: CompareView) -> None:
    left, right = noise(), noise(seed=1)
    view.set_sides(side(left), side(right))
    view.zoom_to(1.0)
    found = painted(view)
    # panes of 399 pixels: the middle of each shows the middle of its side
    for pane_centre, pixels in ((199.5, left), (600.5, right)):
        part = found[200:300, int(pane_centre) - 50 : int(pane_centre) + 50]
        places = [(y, x) for y in (99, 100, 101) for x in range(148, 152)]
        assert any(np.array_equal(part, pixels[y : y + 100, x : x + 100]) for y, x in places)


def test_fit_shows_all_and_never_enlarges(view: CompareView) -> None:
    view.set_sides(side(noise(100, 100)), None)
    assert view.scale == 1.0
    view.set_sides(side(noise(1000, 4000)), None)
    assert view.scale == pytest.approx(800 / 4000)
    found = painted(view)
    assert tuple(found[10, 400]) == SURROUND.getRgb()[:3]
    assert tuple(found[250, 400]) != SURROUND.getRgb()[:3]


def test_an_original_that_comes_late_is_fitted_beside_what_was_alone(view: CompareView) -> None:
    one, other = side(noise(1000, 1500)), side(noise(1000, 1500, 1))
    view.set_sides(None, other)
    assert view.scale == pytest.approx(0.5)
    view.set_sides(one, other)
    assert view.scale == pytest.approx(399 / 1500) and view.region == (0, 0, 1000, 1500)
    view.set_sides(None, other)
    assert view.scale == pytest.approx(0.5), "alone again"


def test_what_is_seen_is_told_where_panes_come_and_go_without_a_fit(view: CompareView) -> None:
    heard: list[object] = []
    one, other = side(noise(1000, 1500)), side(noise(1000, 1500, 1))
    view.set_sides(None, other)
    view.zoom_to(1.0)
    view.region_changed.connect(heard.append)
    view.set_sides(one, other)
    assert view.scale == 1.0 and [region.width for region in heard] == [399 + 1]
    view.set_mode(Mode.slider)
    assert view.scale == 1.0 and [region.width for region in heard] == [400, 800]
    view.set_sides(None, other)
    assert len(heard) == 2, "one pane as before: nothing new is seen"


def test_a_screen_of_another_density_goes_on_fitting(view: CompareView, monkeypatch: pytest.MonkeyPatch) -> None:
    view.set_sides(side(noise(1000, 1500)), side(noise(1000, 1500, 1)))
    heard: list[object] = []
    view.region_changed.connect(heard.append)

    def move_to(ratio: float) -> None:
        monkeypatch.setattr(view, "devicePixelRatioF", lambda: ratio)
        QApplication.sendEvent(view, QEvent(QEvent.Type.DevicePixelRatioChange))

    move_to(2.0)
    assert view.scale == pytest.approx(2 * 399 / 1500) and heard == [(0, 0, 1000, 1500)]
    move_to(1.0)
    assert view.scale == pytest.approx(399 / 1500) and len(heard) == 2
    view.zoom_to(1.0)
    move_to(2.0)
    assert view.scale == 1.0 and heard[-1] == view.region and heard[-1].width == 2 * 399, "100 % stays"


def test_zooming_keeps_what_is_under_the_cursor(view: CompareView) -> None:
    view.set_sides(side(noise(2000, 3000)), side(noise(2000, 3000, 1)))
    view.zoom_to(0.5)
    point = QPointF(620.0, 130.0)
    before = view._pixel_at(point)
    for steps in (3, -1, 4):
        view.zoom_by(steps, point)
        after = view._pixel_at(point)
        assert before is not None and after is not None
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= 1


def test_both_panes_show_the_same_place(view: CompareView) -> None:
    view.set_sides(side(noise(2000, 3000)), side(noise(2000, 3000, 1)))
    view.zoom_to(1.0)
    view.pan_by(QPointF(37, -21))
    left, right = view._pixel_at(QPointF(100, 100)), view._pixel_at(QPointF(100 + 401, 100))
    assert left == right


def test_the_slider_splits(view: CompareView) -> None:
    flat = [np.full((500, 800, 3), value, np.uint8) for value in (40, 200)]
    view.set_mode(Mode.slider)
    view.set_sides(*(side(pixels, "") for pixels in flat))
    QTest.keyClick(view, Qt.Key.Key_1)
    assert painted(view)[50, 400, 0] == 200
    QTest.keyClick(view, Qt.Key.Key_3)
    assert painted(view)[50, 400, 0] == 40
    QTest.keyClick(view, Qt.Key.Key_2)
    found = painted(view)
    assert (found[50, 300, 0], found[50, 500, 0]) == (40, 200)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPointF(400, 100).toPoint())
    QTest.mouseMove(view, QPointF(600, 100).toPoint())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPointF(600, 100).toPoint())
    assert painted(view)[50, 500, 0] == 40


def test_space_flickers_to_the_original(view: CompareView) -> None:
    flat = [np.full((500, 800, 3), value, np.uint8) for value in (40, 200)]
    view.set_sides(*(side(pixels, "") for pixels in flat))
    assert painted(view)[250, 600, 0] == 200
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert painted(view)[250, 600, 0] == 40
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert painted(view)[250, 600, 0] == 200


def test_space_shows_the_original_also_where_a_rival_stands(view: CompareView) -> None:
    rival, ours, original = (side(np.full((500, 800, 3), value, np.uint8), "") for value in (40, 200, 120))
    view.set_sides(rival, ours, original)
    assert painted(view)[250, [200, 600], 0].tolist() == [40, 200]
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert painted(view)[250, [200, 600], 0].tolist() == [120, 120]
    QTest.keyRelease(view, Qt.Key.Key_Space)
    view.set_sides(original, ours)
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert painted(view)[250, [200, 600], 0].tolist() == [120, 120], "the left side, where that is the original"


def test_differences_are_multiplied(view: CompareView) -> None:
    left = np.full((500, 800, 3), 100, np.uint8)
    right = left.copy()
    right[..., 1] += 5
    view.set_mode(Mode.difference)
    view.set_sides(side(left), side(right))
    view.set_gain(8)
    assert tuple(painted(view)[250, 400]) == (0, 40, 0)
    view.set_gain(64)
    assert tuple(painted(view)[250, 400]) == (0, 255, 0)


def test_hidden_pixels_do_not_differ(view: CompareView) -> None:
    left, right = np.full((500, 800, 3), 100, np.uint8), np.full((500, 800, 3), 110, np.uint8)
    alpha = np.full((500, 800), 255, np.uint8)
    alpha[:, :300], alpha[:, 500:] = 0, 51
    layer = Layer.of(alpha)
    view.set_mode(Mode.difference)
    view.set_gain(8)
    view.set_sides(Side("a", Layer.of(left, layer)), Side("b", Layer.of(right, layer)))
    assert painted(view)[250, [150, 400, 650], 0].tolist() == [0, 80, 16]


def test_small_scales_use_small_copies(view: CompareView) -> None:
    big = side(noise(4096, 4096))
    view.set_sides(big, None)
    assert len(big.layer.levels) == 5
    assert big.layer.level(view.scale) == 3  # 500 / 4096 lies between an eighth and a quarter... an eighth is enough
    view.zoom_to(0.5)
    assert big.layer.level(view.scale) == 1
    view.zoom_to(2.0)
    assert big.layer.level(view.scale) == 0


def test_the_profile_reaches_the_screen(view: CompareView) -> None:
    """A saturated red of Display P3 is more than sRGB's: its green and blue fall to nothing."""
    from PySide6.QtGui import QColorSpace

    icc = bytes(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile().data())
    pixels = np.full((500, 800, 3), (200, 60, 60), np.uint8)
    view.set_sides(Side("", Layer.of(pixels), icc), None)
    red, green, _ = painted(view)[250, 400].astype(int)
    assert red > 205 and green < 50


def test_the_pixel_under_the_cursor(view: CompareView, qtbot: QtBot) -> None:
    pixels = noise()
    view.set_sides(side(pixels), None)
    heard: list[object] = []
    view.moved.connect(heard.append)
    QTest.mouseMove(view, QPointF(400, 250).toPoint())
    QTest.mouseMove(view, QPointF(401, 250).toPoint())
    column, row = heard[-1]  # type: ignore[misc]
    assert (column, row) == (201, 150)
    assert view.colours_at(column, row)[0] == tuple(pixels[row, column])
    QTest.mouseMove(view, QPointF(5, 5).toPoint())
    assert heard[-1] is None
    assert QColor(SURROUND).red() == 96


@pytest.mark.parametrize(("gamma", "expected"), [(1.0, 218), (2.2, 180)])
def test_a_grey_profile_is_heeded(view: CompareView, gamma: float, expected: int) -> None:
    """Qt takes it for no image of three channels, and would paint nothing at all."""
    space = QColorSpace(QPointF(0.3127, 0.329), QColorSpace.TransferFunction.Gamma, gamma)
    assert space.colorModel() == QColorSpace.ColorModel.Gray
    grey = Side("x", Layer.of(np.full((300, 400, 3), 180, np.uint8)), bytes(space.iccProfile().data()))
    view.set_sides(grey, grey)
    view.zoom_to(1.0)
    assert np.abs(painted(view)[250, [200, 600]].astype(int) - expected).max() <= 4


def cut_out(value: int, alpha: Layer) -> Side:
    """Of one colour, under which there is green where it is transparent."""
    pixels = np.full((*alpha.size, 3), value, np.uint8)
    pixels[alpha.pixels == 0] = (0, 255, 0)
    return Side("", Layer.of(pixels, alpha))


def test_transparent_pictures_lie_on_the_same_squares(view: CompareView) -> None:
    alpha = np.zeros((300, 300), np.uint8)
    alpha[:, 100:200], alpha[:, 200:] = 255, 51
    seen = Layer.of(alpha)
    view.set_sides(cut_out(40, seen), cut_out(240, seen))
    assert view.scale == 1.0
    found = painted(view)[120:380].astype(int)
    left, right = found[:, 60:340], found[:, 461:741]  # as far from the left of their panes
    board = left[:, :80]
    assert {tuple(value) for value in board.reshape(-1, 3)} == {(144,) * 3, (160,) * 3}
    assert np.array_equal(board, right[:, :80]) and np.array_equal(board[8:], 304 - board[:-8]), "squares of 8"
    assert (left[:, 100:180] == 40).all() and (right[:, 100:180] == 240).all()
    for side, value in ((left, 40), (right, 240)):
        mixed = {round(0.2 * value + 0.8 * each) for each in (144, 160)}
        assert {tuple(each) for each in side[:, 200:].reshape(-1, 3)} == {(each,) * 3 for each in mixed}


@pytest.mark.parametrize("mode", [Mode.side_by_side, Mode.slider])
def test_what_is_hidden_is_seen_at_no_scale(view: CompareView, mode: Mode) -> None:
    """Nor at the borders, where smaller copies would mix it in, in the loupe or in another screen's colours."""
    alpha = np.zeros((1500, 1500), np.uint8)
    alpha[601:900, 601:900] = 255
    seen = Layer.of(alpha)
    view.set_mode(mode)
    view.set_screen(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3))
    view.set_sides(cut_out(128, seen), cut_out(128, seen))
    view._has_loupe = True
    for scale in (view.scale, 0.11, 0.5, 1.0, 3.7):
        view.zoom_to(scale)
        view._loupe = QPointF(160, 250)
        found = painted(view)[4:-4, 4:-4].astype(int)
        assert np.ptp(found, axis=2).max() <= 2, "grey alone, never green"
        assert (found == 144).all(2).any() or scale > 1, "squares around it"


def test_differences_lie_on_the_ground_that_is_measured() -> None:
    """Widgets may not import the core, so that the formula is there twice."""
    values, alphas = (each.astype(np.uint8) for each in np.indices((256, 256)))
    pixels = np.dstack([values] * 3)
    side = Side("all", Layer.of(pixels, Layer.of(alphas)), None)
    whole = slice(0, 256)
    seen = side_painter._laid_on_grey(side, 0, side_painter._Part(whole, whole, QRectF()))
    assert np.array_equal(seen, laid_on_grey(pixels, alphas))
