from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.widgets.samples import Samples


@pytest.fixture
def files(tmp_path: Path) -> dict[tuple[int, int], Path]:
    found = {}
    for step in (10, 20, 30):
        for number in range(2):
            found[step, number] = tmp_path / f"{step}-{number}.png"
            Image.fromarray(np.full((4, 8 * step, 3), 9, np.uint8)).save(found[step, number])
    return found


def test_the_newest_step_until_someone_looks_back(qtbot: QtBot, files: dict[tuple[int, int], Path]) -> None:
    samples = Samples()
    qtbot.addWidget(samples)
    assert not samples.next.isEnabled() and not samples.earlier.isEnabled()
    for (step, _), path in list(files.items())[:4]:
        samples.add(step, path, "rd")
    assert "Step 20, picture 1 of 2" in samples.caption.text() and samples.picture.pixmap.width() == 160
    samples.next.click()
    assert "picture 2 of 2" in samples.caption.text()
    samples.earlier.click()
    assert "Step 10, picture 2 of 2" in samples.caption.text() and samples.picture.pixmap.width() == 80
    for number in range(2):
        samples.add(30, files[30, number], "rd")
    assert "Step 10" in samples.caption.text(), "who looks back is left alone"
    samples.later.click()
    samples.later.click()
    assert "Step 30" in samples.caption.text() and not samples.later.isEnabled()
    samples.clear()
    assert samples.picture.pixmap.isNull()


def test_realism_comes_after_rate_and_distortion(qtbot: QtBot, files: dict[tuple[int, int], Path]) -> None:
    """Its steps are counted anew, and some of them are those of the first stage."""
    samples = Samples()
    qtbot.addWidget(samples)
    samples.add(20, files[20, 0], "rd")
    samples.add(30, files[30, 0], "rd")
    samples.add(20, files[10, 0], "gan")
    assert samples.caption.text() == "Realism, step 20, picture 1 of 1" and samples.picture.pixmap.width() == 80
    assert not samples.later.isEnabled()
    samples.earlier.click()
    assert samples.caption.text() == "Step 30, picture 1 of 1"
    samples.earlier.click()
    assert samples.caption.text() == "Step 20, picture 1 of 1" and samples.picture.pixmap.width() == 160
    assert not samples.earlier.isEnabled()
