"""A run from its first step to its last: its folder, its stages, what it writes on the way, how it is stopped.

run.json          what the run was asked for, and what it was told when it went on
log.jsonl         every event
tensorboard/      the same for `tensorboard --logdir`
stop              made by whoever wants the run to end after this step, as a signal asks elsewhere
rd/, gan/         of each stage: step-*.pt, the newest few; best.pt; samples/step-*.png
"""

import contextlib
import math
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from hific_core.errors import Cancelled, HificError, UnreadableFile, WeightsDamaged
from hific_core.metrics import Lpips
from hific_core.models.lite import SECOND
from hific_core.pixels.picture import Picture, read_picture, write_picture
from hific_core.progress import Progress, silent
from hific_core.training import checkpoint
from hific_core.training.config import Settings
from hific_core.training.engine import Engine
from hific_core.training.events import Sink, tell
from hific_core.training.export import middle
from hific_core.training.loader import Loader
from hific_core.training.objective import Terms
from hific_core.training.origins import settings_of
from hific_core.training.photos import Photos, named, shuffled
from hific_core.training.plan import Plan
from hific_core.training.trainer import Trainer
from hific_core.training.validation import merit, validate

STOP_FILE = "stop"
_HANGUP = getattr(signal, "SIGHUP", None)
"""The end of a terminal; Windows has none."""


class Stop:
    """Whether someone wants the run to end after this step, and by which signal."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM, Ctrl-C and the end of the terminal (but under nohup) ask; only a main thread hears signals."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGTERM, signal.SIGINT]
        if _HANGUP is not None and signal.getsignal(_HANGUP) is not signal.SIG_IGN:
            numbers.append(_HANGUP)
        before = {number: signal.signal(number, self._asked) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked(self, number: int, frame: object) -> None:
        self.signal = number


class Run:
    """A plan in its folder."""

    def __init__(
        self, plan: Plan, folder: Path, engine: Engine, sinks: Sequence[Sink], stop: Stop | None = None
    ) -> None:
        """Raises UnreadableImage for folders without pictures, WeightsMissing, WeightsDamaged."""
        self.plan, self.folder, self.engine = plan, folder, engine
        self.sinks = sinks if engine.leads else ()
        self.stop = stop or Stop()
        self.train_names, self.validation_names, self._apart = plan.names()
        self._told: set[str] = set()
        self.trained = False
        """Whether `go` has made a step."""

    def go(self, start: Mapping[str, Tensor] | None = None, discriminator: Mapping[str, Tensor] | None = None) -> bool:
        """All stages, from the newest checkpoints; `start`: first weights of the first stage.

        Once its first stage stands the plan is written, so that whoever goes on later does so with what was asked now.
        Returns whether the end was reached; otherwise it was asked to stop. Raises TrainingDiverged, OutOfMemory,
        UnwritableFile, ValueError where the weights do not fit.
        """
        self._check_order()
        if self._apart:
            shared = f"{self._apart} of the pictures in {self.plan.data} are for validation too, and not trained on."
            tell(self.sinks, "note", text=shared)
        weights, critic = start, discriminator
        self._stop_file.unlink(missing_ok=True)  # of an earlier wish
        with self.stop.listening():
            for number, settings in enumerate(self.plan.stages):
                trainer = self._trainer(self._shortened(settings), weights, critic)
                if number == 0 and self.engine.leads:
                    self.plan.write(self.folder)
                if not self._stage(trainer):
                    return False
                # a second generator begins where the first one ends
                weights = {name: value for name, value in trainer.weights().items() if not name.startswith(SECOND)}
                critic = None
        return True

    def _check_order(self) -> None:
        """A stage that goes on after a later one has begun would change nothing of that. Raises UnreadableFile."""
        newest = [checkpoint.latest(self._stage_folder(each)) for each in self.plan.stages]
        for number, (settings, path) in enumerate(zip(self.plan.stages, newest, strict=True)):
            behind = (
                path is not None
                and settings.epochs is None
                # of equal length; one beyond its end is at its end
                and path < checkpoint.path_of(path.parent, self._shortened(settings).steps)
            )
            if behind and any(newest[number + 1 :]):
                raise UnreadableFile(
                    self.folder,
                    f"The run in {self.folder} has gone on to its next stage; leave --steps out, or begin another run "
                    f"with --init {path}.",
                )

    @property
    def _stop_file(self) -> Path:
        return self.folder / STOP_FILE

    @property
    def _asked_here(self) -> bool:
        return self.stop.signal is not None or self._stop_file.exists()

    def _asked(self) -> bool:
        """Whether any process of the run was asked to stop; all of them ask this together."""
        return self.engine.any(self._asked_here)

    def _heed(self, stage: str, share: float) -> None:
        """Ends long work between two steps where this process was asked to stop. Raises Cancelled."""
        if self._asked_here:
            raise Cancelled("The run was asked to stop.")

    def _shortened(self, settings: Settings) -> Settings:
        if settings.epochs is None:
            return settings
        steps = math.ceil(settings.epochs * len(self.train_names) / settings.batch)
        return replace(settings, steps=max(1, min(settings.steps, steps)))

    def _trainer(
        self, settings: Settings, weights: Mapping[str, Tensor] | None, critic: Mapping[str, Tensor] | None
    ) -> Trainer:
        trainer = Trainer(settings, self.engine, Lpips(self.plan.lpips_weights))
        folder = self._stage_folder(settings)
        first = folder / checkpoint.START
        newest = checkpoint.latest(folder) or (first if first.is_file() else None)
        if newest is not None:
            state = checkpoint.load(newest)
            # parsed, since a checkpoint written before a setting existed has its default
            if replace(settings_of(newest, state), steps=1) != replace(settings, steps=1):
                raise WeightsDamaged(f"{newest} belongs to a run with other settings; name another run.")
            trainer.restore(state)
        elif weights is not None:
            trainer.start_from(dict(weights), None if critic is None else dict(critic))
            if self.engine.leads:  # a run that dies before its first checkpoint must not begin from nothing
                folder.mkdir(parents=True, exist_ok=True)
                checkpoint.save(first, self._state(trainer))
        return trainer

    def _stage_folder(self, settings: Settings) -> Path:
        return self.folder / settings.stage

    # --- a stage ------------------------------------------------------------------------------------------------

    def _stage(self, trainer: Trainer) -> bool:
        s, upkeep, engine = trainer.settings, self.plan.upkeep, self.engine
        if trainer.step >= s.steps:
            return True
        tell(self.sinks, "begun", stage=s.stage, step=trainer.step, total=s.steps)
        folder = self._stage_folder(s)
        if engine.leads:
            (folder / "samples").mkdir(parents=True, exist_ok=True)
        cache = upkeep.cache_bytes // max(upkeep.workers, 1)
        photos = Photos(self.plan.data, self.train_names, s, cache)
        with closing(Loader(photos, s, engine, trainer.step, upkeep.workers, self._left_out)) as loader:
            return self._steps(trainer, loader)

    def _steps(self, trainer: Trainer, loader: Loader) -> bool:
        """Those of a stage; whether it was not asked to stop."""
        s, upkeep = trainer.settings, self.plan.upkeep
        meter = _Meter(trainer, self.engine)
        while trainer.step < s.steps:
            meter.add(trainer.one_step(loader))
            self.trained = True
            step, asked = trainer.step, self._asked()
            if step % upkeep.log_every == 0 or step == s.steps:
                tell(self.sinks, "step", **meter.take())
            if upkeep.validate_every and (step % upkeep.validate_every == 0 or step == s.steps) and not asked:
                with meter.standing():
                    self._validate(trainer)
                asked = self._asked()  # it takes minutes
            if step % upkeep.save_every == 0 or step == s.steps or asked:
                self._save(trainer)
            if asked:
                self._stop_file.unlink(missing_ok=True)
                return False
        tell(self.sinks, "done", step=trainer.step, stage=s.stage)
        return True

    def _left_out(self, name: str, reason: str) -> None:
        if name not in self._told:
            self._told.add(name)
            tell(self.sinks, "note", text=f"{name} is left out: {reason}")

    def _state(self, trainer: Trainer) -> dict[str, Any]:
        """For a checkpoint, which may be exported where the pictures are not."""
        return {**trainer.state(), "pictures": named(self.train_names)}

    def _save(self, trainer: Trainer) -> None:
        if self.engine.leads:
            folder = self._stage_folder(trainer.settings)
            path = checkpoint.path_of(folder, trainer.step)
            checkpoint.save(path, self._state(trainer))
            checkpoint.rotate(folder)
            (folder / checkpoint.START).unlink(missing_ok=True)
            tell(self.sinks, "checkpoint", stage=trainer.settings.stage, step=trainer.step, path=str(path))
        self.engine.wait()

    def pictures(self, progress: Progress = silent) -> dict[str, Picture]:
        """Those for validation, by name: any of them, since the first of the alphabet may be much alike.

        What cannot be read is told and left out. Raises what `progress` raises.
        """
        folder = self.plan.validation or self.plan.data
        found: dict[str, Picture] = {}
        for name in shuffled(self.validation_names):
            if len(found) == self.plan.upkeep.validation_pictures:
                break
            progress("read", 0.0)
            try:
                found[name] = middle(read_picture(folder / name))
            except HificError as error:
                self._left_out(name, str(error))
        return found

    def _validate(self, trainer: Trainer) -> None:
        """Of a validation that a wish to stop ends early nothing is kept: means over fewer pictures mislead."""
        if self.engine.leads:
            with contextlib.suppress(Cancelled):
                self._validate_here(trainer)
        self.engine.wait()

    def _validate_here(self, trainer: Trainer) -> None:
        s = trainer.settings
        pictures = self.pictures(self._heed)
        if not pictures:
            return
        where = {"stage": s.stage, "step": trainer.step}
        tell(self.sinks, "validating", **where)
        try:
            lpips = Lpips(self.plan.lpips_weights)
            outcome = validate(s, trainer.weights(), pictures, lpips, self.plan.upkeep.samples, progress=self._heed)
        except Cancelled:
            raise
        except HificError as error:
            tell(self.sinks, "note", text=f"The validation was left out: {error}")
            return
        scores = {regime: asdict(score) for regime, score in outcome.scores.items()}
        tell(self.sinks, "validation", **where, scores=scores, fd_alex=dict(outcome.fd_alex))
        for number, (_, pixels) in enumerate(outcome.samples):
            path = self._stage_folder(s) / "samples" / f"step-{trainer.step:08d}-{number}.png"
            write_picture(path, Picture(pixels))
            tell(self.sinks, "sample", **where, path=str(path))
        value = merit(outcome, s)
        if trainer.best is None or value < trainer.best:
            trainer.best = value
            checkpoint.save(self._stage_folder(s) / checkpoint.BEST, self._state(trainer))


class _Meter:
    """Terms since the last report, averaged over steps and processes, and the pace."""

    def __init__(self, trainer: Trainer, engine: Engine) -> None:
        self._trainer, self._engine = trainer, engine
        self._sums: Terms = {}
        self._counts: dict[str, int] = {}
        self._since, self._step = time.monotonic(), trainer.step

    def add(self, terms: Terms) -> None:
        for name, value in terms.items():
            self._sums[name] = self._sums.get(name, 0) + value.detach()
            self._counts[name] = self._counts.get(name, 0) + 1

    @contextmanager
    def standing(self) -> Iterator[None]:
        """The clock stands still: what is done meanwhile is no training."""
        since = time.monotonic()
        yield
        self._since += time.monotonic() - since

    def take(self) -> dict[str, Any]:
        """The fields of a "step" event."""
        trainer, s = self._trainer, self._trainer.settings
        losses = {name: float(self._engine.mean(self._sums[name] / self._counts[name])) for name in sorted(self._sums)}
        seconds = (time.monotonic() - self._since) / max(trainer.step - self._step, 1)
        rate = trainer.optimizer.param_groups[0]["lr"]
        self._sums.clear()
        self._counts.clear()
        self._since, self._step = time.monotonic(), trainer.step
        return {
            "stage": s.stage,
            "step": trainer.step,
            "total": s.steps,
            "losses": losses,
            "bpp": losses["q_bpp"],
            "learning_rate": rate,
            "samples_per_second": s.batch / seconds,
            "seconds_left": seconds * (s.steps - trainer.step),
            "skipped": trainer.skipped,
        }
