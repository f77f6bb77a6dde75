"""The training panel's wires: a run as a process of its own, found again at the next start."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import Models
from app.pages.train_panel import TrainPanel, Wish
from app.requests import Requests
from app.service import CodecService
from app.training_run import TrainingRun, runs


class Training(QObject):
    """At most one run is watched; closing the window leaves it running."""

    models_changed = Signal(object)
    """A Models, when a run has installed one."""

    def __init__(
        self, requests: Requests, service: CodecService, panel: TrainPanel, folder: Path, use: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._requests, self._service, self._panel, self._folder = requests, service, panel, folder
        self.run: TrainingRun | None = None
        panel.start_asked.connect(self._start)
        panel.pause_asked.connect(lambda: self.run and self.run.stop())
        panel.resume_asked.connect(self._resume)
        panel.use_asked.connect(use)
        panel.count_asked.connect(lambda path: requests.ask(service.count(path), self._counted))
        self._list()
        alive = next((path for path in runs(folder) if TrainingRun(path).alive), None)
        if alive is not None:
            self._watch(TrainingRun(alive))
            assert self.run is not None
            self.run.watch()

    @property
    def running(self) -> bool:
        """Whether the watched run goes on."""
        return self.run is not None and self.run.alive

    def _list(self) -> None:
        self._panel.set_runs(runs(self._folder))

    def _counted(self, answer: object) -> None:
        assert isinstance(answer, int)
        self._panel.set_count(answer)

    def _start(self, wish: Wish) -> None:
        self._watch(TrainingRun(self._folder / wish.name))
        assert self.run is not None
        self.run.start(wish.arguments(self._folder))

    def resume_last(self) -> None:
        """The newest run that is there, unless one goes on."""
        found = runs(self._folder)
        if found and not self.running:
            self._resume(found[0])

    def _resume(self, folder: Path) -> None:
        self._watch(TrainingRun(folder))
        assert self.run is not None
        self.run.start(["--resume", str(folder), "--json-lines", "--log-every", "10", "--workers", "0"])

    def _watch(self, run: TrainingRun) -> None:
        if self.run is not None:
            self.run.unwatch()
        self.run = run
        run.told.connect(self._hear)
        run.ended.connect(self._ended)
        self._panel.set_running(True)

    def _hear(self, event: dict[str, object]) -> None:
        self._panel.hear(event)
        if event.get("event") == "exported":
            self._requests.ask(self._service.models(), self._have_models)

    def _have_models(self, answer: object) -> None:
        assert isinstance(answer, Models)
        self.models_changed.emit(answer)

    def _ended(self, complaint: str) -> None:
        self._panel.set_running(False)
        self._list()
        if complaint:
            self._panel.state.setText(complaint)

    def close(self) -> None:
        """The run goes on alone."""
        if self.run is not None:
            self.run.unwatch()
