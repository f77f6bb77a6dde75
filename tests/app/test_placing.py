from PySide6.QtCore import QRect

from app.placing import fitted

SCREENS = (QRect(0, 0, 1920, 1050), QRect(1920, 0, 1280, 1024))


def test_a_window_that_can_be_reached_stays() -> None:
    for place in (QRect(100, 100, 1280, 800), QRect(2500, 50, 1000, 640), QRect(-1000, 60, 1280, 800)):
        assert fitted(place, SCREENS) == place


def test_a_window_on_a_screen_that_is_gone_comes_back() -> None:
    for place in (QRect(4000, 100, 1280, 800), QRect(100, -700, 1280, 640), QRect(1890, 1040, 1280, 800)):
        found = fitted(place, SCREENS)
        assert SCREENS[0].contains(found) and found.size() == place.size()
    large = fitted(QRect(5000, 5000, 3000, 2000), SCREENS)
    assert SCREENS[0].contains(large)
