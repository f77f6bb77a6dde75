"""The training panel's wires: a run as a process of its own, found again at the next start."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.jobs import Models
from app.pages.train_form import Wish
from app.pages.train_panel import RunRow, TrainPanel
from app.requests import Requests
from app.sentences import translated
from app.service import CodecService
from app.training_run import TrainingRun, runs, state, summary

_NOT_TO_RESUME = ("finished", "running")
OF_EVERY_RUN = ("--json-lines", "--log-every", "10", "--workers", "0")


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
        self._pausing = self._exported = False
        self._fetching: int | None = None
        panel.start_asked.connect(self._start)
        panel.pause_asked.connect(lambda: self._ask_to_stop(True))
        panel.stop_asked.connect(lambda: self._ask_to_stop(False))
        panel.continue_asked.connect(lambda: self.run and self.resume(self.run.folder))
        panel.resume_asked.connect(self.resume)
        panel.use_asked.connect(use)
        panel.form.count_asked.connect(lambda path: requests.ask(service.count(path), partial(self._counted, path)))
        panel.form.lpips_asked.connect(self._fetch_lpips)
        service.failed.connect(self._not_fetched)
        service.cancelled.connect(self._not_fetched)
        self._list()
        alive = next((path for path in runs(folder) if TrainingRun(path).alive), None)
        if alive is not None:
            self._watch(TrainingRun(alive))
            assert self.run is not None
            self.run.watch()

    @property
    def running(self) -> bool:
        """Whether the watched run goes on; not one whose model is there and whose process is about to end."""
        return self.run is not None and self.run.alive and not self._exported

    def opened(self) -> None:
        """The panel is seen: what is there on the disk may be another by now."""
        self._list()
        self._requests.ask(self._service.lpips_at_hand(), lambda found: self._panel.form.set_lpips(bool(found)))

    def _list(self) -> None:
        rows = []
        for path in runs(self._folder):
            found = state(path)
            rows.append(
                RunRow(path, found.kind, found.stage, found.step, found.total, str(summary(path).get("data", "")))
            )
        self._panel.set_runs(rows)

    def _counted(self, path: Path, answer: object) -> None:
        assert isinstance(answer, int)
        if path == self._panel.form.folder:  # not one that was typed before
            self._panel.form.set_count(answer)

    # --- LPIPS --------------------------------------------------------------------------------------------------

    def _fetch_lpips(self) -> None:
        self._panel.form.fetching_lpips()
        self._fetching = self._requests.ask(
            self._service.fetch_lpips(), lambda path: self._panel.form.set_lpips(path is not None)
        )

    def _not_fetched(self, ticket: int, failure: object = None) -> None:
        if ticket == self._fetching:
            self._panel.form.set_lpips(False)

    # --- a run --------------------------------------------------------------------------------------------------

    def _start(self, wish: Wish) -> None:
        def have(at_hand: object) -> None:
            self._panel.form.set_lpips(bool(at_hand))
            if at_hand and not self.running and not self._panel.form.wrong():  # pictures may be counted by now
                self._watch(TrainingRun(self._folder / wish.name))
                assert self.run is not None
                self.run.start(wish.arguments(self._folder))

        self._panel.start.setEnabled(False)
        self._requests.ask(self._service.lpips_at_hand(), have)

    def resume_last(self) -> bool:
        """The newest run that is not at its end; whether there is one and none goes on."""
        if self.running:
            return False
        found = next((path for path in runs(self._folder) if state(path).kind not in _NOT_TO_RESUME), None)
        if found is not None:
            self.resume(found)
        return found is not None

    def resume(self, folder: Path) -> None:
        """Where it was stopped."""
        self._watch(TrainingRun(folder))
        assert self.run is not None
        self.run.start(["--resume", str(folder), *OF_EVERY_RUN])

    def _watch(self, run: TrainingRun) -> None:
        if self.run is not None:
            self.run.unwatch()
        self.run = run
        self._pausing = self._exported = False
        run.told.connect(self._hear)
        run.ended.connect(self._ended)
        self._panel.begin()
        self._panel.set_running(True)

    def _ask_to_stop(self, pausing: bool) -> None:
        if self.run is not None:
            self._pausing = pausing
            self.run.stop()
            self._panel.stopping()

    def _hear(self, event: Mapping[str, Any]) -> None:
        assert self.run is not None
        if event.get("event") == "sample" and not self.run.owns(Path(str(event.get("path")))):
            return  # a log that names other people's files is none of ours
        self._panel.hear(event)
        if event.get("event") in ("begun", "step", "checkpoint", "validating"):
            self._exported = False  # a finished run was made longer
        if event.get("event") == "exported":
            self._exported = True
            self._requests.ask(self._service.models(), self._have_models)

    def _have_models(self, answer: object) -> None:
        assert isinstance(answer, Models)
        self.models_changed.emit(answer)

    def _ended(self, complaint: str) -> None:
        self._panel.set_running(False, self._pausing and not complaint)
        self._panel.end(translated(complaint))
        self._list()

    def stop(self) -> None:
        """The run writes a checkpoint and ends, whether the window is there or not."""
        if self.run is not None:
            self.run.stop()

    def close(self) -> None:
        """The run goes on alone."""
        if self.run is not None:
            self.run.unwatch()
