"""How the window feels: gaps of a 16 ms timer while it works, how soon cancelling acts, how soon something is seen.

`python -m tests.bench_window` (`make bench-window`); the screen may be Xvfb or none (QT_QPA_PLATFORM=offscreen).
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QElapsedTimer, QPointF, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.paths import sample
from app.preferences import Preferences
from app.service import CodecService


class Clock:
    """Gaps between the ticks of a timer that is due every 16 ms."""

    def __init__(self) -> None:
        self.elapsed = QElapsedTimer()
        self.elapsed.start()
        self._last, self._gaps = 0, [0]
        self._timer = QTimer()
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = self.elapsed.elapsed()
        self._gaps.append(now - self._last)
        self._last = now

    def restart(self) -> int:
        self._last, self._gaps = self.elapsed.elapsed(), [0]
        return self._last

    @property
    def worst(self) -> int:
        return max(self._gaps)


def photo(folder: Path, megapixels: float) -> Path:
    """The sample, enlarged and with grain."""
    width = round((megapixels * 4e6 / 3) ** 0.5 / 16) * 16
    size = (width, width * 3 // 4)
    large = Image.open(sample()).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(large)
    grain = np.random.default_rng(0).integers(0, 12, (size[1], size[0], 1), np.uint8)
    path = folder / f"{megapixels:g}-megapixels.jpg"
    Image.fromarray(np.minimum(pixels, 243) + grain).save(path, quality=92)
    return path


def wait(until: Callable[[], object]) -> None:
    while not until():
        QApplication.processEvents()
        time.sleep(0.002)


def memory() -> int:
    """MiB that belong to the process alone."""
    status = Path("/proc/self/status")
    return int(status.read_text().split("RssAnon:")[1].split()[0]) // 1024 if status.is_file() else 0


def again(window: MainWindow, clock: Clock, path: Path) -> None:
    window.show_picture(path)
    wait(lambda: window.viewing.shown is not None and window.viewing.shown.details.name == path.name)
    print(f"{path.stem}: worst gap while it is encoded and shown {clock.worst} ms")
    window.view.zoom_to(1.0)
    seen: list[int] = []
    window.service.painted.connect(lambda ticket: seen.append(clock.elapsed.elapsed()))
    started = clock.restart()
    window.controls.quality.setValue(700)
    wait(lambda: window.viewing.shown is not None and window.viewing.shown.details.quality == 700)
    took = clock.elapsed.elapsed() - started
    print(f"{path.stem}: another quality: visible part {seen[0] - started} ms, all {took} ms, gap {clock.worst} ms")


def cancelled(window: MainWindow, clock: Clock, path: Path) -> None:
    for delay in (300, 1500, 4000, 8000):
        window.open_paths([path])
        wait(lambda: window.queue.table.rows)
        row = window.queue.table.rows[-1]
        wait(lambda row=row: row.state.name == "running")
        QTest.qWait(delay)
        stage, started = row.stage, clock.restart()
        window.service.cancel(row.ticket)
        wait(lambda row=row: row.state.name != "running" and not window.service.busy)
        took = clock.elapsed.elapsed() - started
        left = list(path.parent.glob(f"{path.stem}*.hfc"))
        print(f"{path.stem}: cancelled while it was at {stage!r}: idle after {took} ms, files left: {len(left)}")
        window.queue.table.remove_finished()


def opened(window: MainWindow, clock: Clock, path: Path) -> None:
    window.open_paths([path])
    wait(lambda: window.queue.table.rows and window.queue.table.rows[-1].result is not None)
    window.queue.table.remove_finished()
    file = path.with_suffix(".hfc")
    seen: list[int] = []
    window.service.painted.connect(lambda ticket: seen.append(clock.elapsed.elapsed()))
    started = clock.restart()
    window.show_file(file, path)
    wait(lambda: seen)
    window.view.zoom_to(1.0)
    wait(lambda: window.viewing.shown is not None and window.viewing.shown.details.name == file.name)
    took = clock.elapsed.elapsed() - started
    print(f"{path.stem}: opened: first pixels {seen[0] - started} ms, all {took} ms, gap {clock.worst} ms", end="")
    times = []
    for _ in range(60):
        before = clock.elapsed.nsecsElapsed()
        window.view.pan_by(QPointF(-37, -23))
        window.view.repaint()
        times.append((clock.elapsed.nsecsElapsed() - before) / 1e6)
    print(f", a step of panning {sorted(times)[30]:.1f} ms (worst {max(times):.1f}), memory {memory()} MiB")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--large", type=float, default=100, help="megapixels of the largest picture")
    chosen = arguments.parse_args()
    application = QApplication(["bench"])
    application.setStyle("Fusion")
    window = MainWindow(CodecService("cpu"), Preferences())
    window.resize(1280, 800)
    window.show()
    clock = Clock()
    wait(lambda: window.models)
    window.show_picture(sample())
    wait(lambda: window.viewing.shown is not None)
    with tempfile.TemporaryDirectory() as folder:
        for megapixels, drive in ((12, again), (48, cancelled), (chosen.large, opened)):
            path = photo(Path(folder), megapixels)
            clock.restart()
            drive(window, clock, path)
    window.service.close()


if __name__ == "__main__":
    main()
