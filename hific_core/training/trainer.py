"""The training loop of one stage: every step a function of the state before it and of (seed, step)."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from hific_core.errors import OutOfMemory, TrainingDiverged
from hific_core.metrics import Lpips
from hific_core.models.discriminator import Discriminator
from hific_core.models.families import family_of
from hific_core.models.lite import SECOND
from hific_core.models.memory import is_out_of_memory
from hific_core.training.config import Settings
from hific_core.training.draws import draws_for
from hific_core.training.engine import Engine
from hific_core.training.losses import RateControl, discriminator_loss, judged, rate_control
from hific_core.training.objective import Batch, Objective, Terms, discriminator_terms, own_range, trainable
from hific_core.training.optimizers import MatrixOptimizer, optimizer_of

Pictures = Callable[[int, int], Tensor]
"""(round, part) -> uint8 (N, 3, crop, crop): this process's pictures of a round, or of one part of them."""
MERIT = 2
"""Of `validation.merit`; checkpoints that do not name theirs have 1, which knew neither masking nor structure."""
_MOST_IN_A_ROW = 50
"""Steps left out, one after the other, that end a run."""


def learning_rate(step: int, base: float, settings: Settings) -> float:
    """Linear warm-up; a drop to a tenth; a cosine to a hundredth over the last share."""
    s = settings
    if step < s.warm_up:
        return base * (step + 1) / s.warm_up
    if s.drop_at is not None and step >= s.drop_at:
        base *= 0.1
    falling = s.cosine * s.steps
    done = max(0.0, (step - (s.steps - falling)) / falling) if falling else 0.0
    return base * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


class Trainer:
    """Networks, optimisers and counters of a stage; `one_step` moves them on."""

    def __init__(self, settings: Settings, engine: Engine, lpips: Lpips, discriminator: bool | None = None) -> None:
        s = self.settings = settings
        self.engine = engine
        self.step = self.skipped = self._skipped_in_a_row = 0
        self.best: float | None = None
        family = family_of(s.family)
        torch.manual_seed(s.seed)  # of the first weights
        config = family.config(**s.network)
        self.network: Any = engine.place(family.network(config))
        for name, parameter in self.network.named_parameters():
            parameter.requires_grad_(self._learns(name, family.generator_parts))
        self.discriminator: nn.Module | None = None
        if s.adversarial if discriminator is None else discriminator:
            self.discriminator = engine.place(Discriminator(config.latents, s.discriminator_width))
        self.objective = Objective(s, engine.place(lpips), engine.mean)  # type: ignore[arg-type]
        self.average: dict[str, Tensor] = {}
        self._start_average()
        self._make_optimizers()

    def _learns(self, name: str, generators: tuple[str, ...]) -> bool:
        """Whether the stage moves a parameter. Of two generators it moves one: the first paints realism 0."""
        s, second = self.settings, getattr(self.network, "realistic", None) is not None
        if second and name.startswith(generators):
            return name.startswith(SECOND) == (s.stage == "gan")
        return name.startswith(generators) or not (s.freeze_coding or (second and s.stage == "gan"))

    def _start_average(self) -> None:
        if self.settings.average:
            self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}

    def _make_optimizers(self) -> None:
        s = self.settings
        betas = (s.beta_1, s.beta_2)
        self.optimizer = optimizer_of(trainable(self.network), s)
        self._spread_network: Any = self.engine.spread(self.network)
        if self.discriminator is not None:
            self.discriminator_optimizer = torch.optim.Adam(
                self.discriminator.parameters(), lr=s.discriminator_rate, betas=betas, weight_decay=s.weight_decay
            )
            self._spread_discriminator = self.engine.spread(self.discriminator)

    # --- state --------------------------------------------------------------------------------------------------

    def weights(self) -> dict[str, Tensor]:
        """What is validated and exported: the moving average where there is one."""
        return dict(self.average or self.network.state_dict())

    def start_from(self, weights: dict[str, Tensor], discriminator: dict[str, Tensor] | None = None) -> None:
        """Other first weights. Raises ValueError where they do not fit."""
        try:
            self.network.load_state_dict(family_of(self.settings.family).completed(self.network, weights))
            if discriminator is not None and self.discriminator is not None:
                self.discriminator.load_state_dict(discriminator)
        except RuntimeError as error:
            raise ValueError(str(error).splitlines()[-1].strip()) from error
        self._start_average()

    def state(self) -> dict[str, Any]:
        """All of it, for a checkpoint."""
        content = {
            "version": 1,
            "settings": self.settings.as_plain(),
            "step": self.step,
            "skipped": self.skipped,
            "best": self.best,
            "merit": MERIT,
            "network": self.network.state_dict(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
        }
        if self.discriminator is not None:
            content["discriminator"] = self.discriminator.state_dict()
            content["discriminator_optimizer"] = self.discriminator_optimizer.state_dict()
        if self.objective.frechet is not None:
            content["frechet"] = self.objective.frechet.state_dict()
        return content

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on where `state` was taken."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        device, dtype = self.engine.device, self.engine.dtype
        self.average = {name: value.to(device, dtype).clone() for name, value in state["average"].items()}
        self.step, self.skipped = state["step"], state["skipped"]
        self.best = state["best"] if self._comparable(state) else None
        if self.discriminator is not None:
            self.discriminator.load_state_dict(state["discriminator"])
            self.discriminator_optimizer.load_state_dict(state["discriminator_optimizer"])
        if self.objective.frechet is not None and "frechet" in state:
            self.objective.frechet.load_state_dict(state["frechet"])

    def _comparable(self, state: dict[str, Any]) -> bool:
        """Whether the best of a checkpoint was found by the merit of today."""
        s = self.settings
        changed = s.structure or (s.masking and s.stage == "rd")
        return state.get("merit", 1) == MERIT or not changed

    # --- a step -------------------------------------------------------------------------------------------------

    def one_step(self, pictures: Pictures) -> Terms:
        """One update of the generator's side and, before it, those of the discriminator.

        A step whose gradient is not finite is left out and counted. Raises TrainingDiverged, OutOfMemory.
        """
        s = self.settings
        try:
            terms: Terms = {}
            rounds = rounds_of(s)
            self.network.train()
            for number in range(rounds - 1):
                terms.update(self._discriminator_round(pictures, self.step * rounds + number))
            terms.update(self._round(pictures, self.step * rounds + rounds - 1))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise OutOfMemory(advice(s)) from error
        self.step += 1
        return terms

    def _batches(self, pictures: Pictures, round_: int) -> Iterator[Batch]:
        s, engine = self.settings, self.engine
        indexes = own_indexes(s, engine)
        size = len(indexes) // s.accumulate
        for part in range(s.accumulate):
            x = engine.pictures(pictures(round_, part))
            chosen = indexes[part * size : (part + 1) * size]
            yield Batch(x, draws_for(self.network, s, round_, chosen, engine.device, engine.dtype))

    def _round(self, pictures: Pictures, round_: int) -> Terms:
        s = self.settings
        batches = list(self._batches(pictures, round_))
        rate = self._mean_rate(batches) if s.target_bpp is not None and s.accumulate > 1 else None
        self.optimizer.zero_grad(set_to_none=True)
        sums: Terms = {}
        for number, batch in enumerate(batches):
            with self.engine.quiet(self._spread_network, number < len(batches) - 1):
                with self.engine.autocast():
                    loss, terms = self._loss(batch, rate)
                (loss / s.accumulate).backward()  # type: ignore[no-untyped-call]
            for name, value in terms.items():
                sums[name] = sums.get(name, 0) + value / s.accumulate
        if self._move(self.network, self.optimizer, s.learning_rate):
            self._update_average()
        return sums

    def _loss(self, batch: Batch, rate: float | None) -> tuple[Tensor, Terms]:
        s = self.settings
        out = self._spread_network(batch.x, batch.draws, s.freeze_coding)
        control: RateControl | None = None
        if s.target_bpp is not None:
            if rate is None:
                rate = float(self.engine.mean(out.rounded.total.mean() / batch.pixels))
            control = rate_control(rate, self.step, s)
        generated = None
        if self.discriminator is not None:
            self.discriminator.eval().requires_grad_(False)
            generated = self.discriminator(own_range(self.network, out.reconstruction), out.context)
            self.discriminator.requires_grad_(True)
        return self.objective(batch, out, self.step, control, generated)

    def _mean_rate(self, batches: Sequence[Batch]) -> float:
        """Of the whole global batch, before its first part is weighted by it."""
        with torch.no_grad(), self.engine.autocast():
            bits = [self.network(batch.x, batch.draws).rounded.total.mean() / batch.pixels for batch in batches]
        return float(self.engine.mean(torch.stack(bits).mean()))

    def _discriminator_round(self, pictures: Pictures, round_: int) -> Terms:
        assert self.discriminator is not None
        s, sums = self.settings, dict[str, Tensor]()
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        for number, batch in enumerate(self._batches(pictures, round_)):
            # its spectral norm iterates once for each update, in however many parts the batch comes
            self._spread_discriminator.train(number == 0)
            with self.engine.quiet(self._spread_discriminator, number < s.accumulate - 1):
                with self.engine.autocast():
                    with torch.no_grad():
                        out = self.network(batch.x, batch.draws, s.freeze_coding)
                    x, reconstruction = (own_range(self.network, each) for each in (batch.x, out.reconstruction))
                    logits = judged(self._spread_discriminator, x, reconstruction, out.context)
                    loss = discriminator_loss(logits, s.gan_loss)
                (loss / s.accumulate).backward()  # type: ignore[no-untyped-call]
            for name, value in discriminator_terms(logits, loss).items():
                sums[name] = sums.get(name, 0) + value / s.accumulate
        self._move(self.discriminator, self.discriminator_optimizer, s.discriminator_rate)
        return sums

    def _move(self, network: nn.Module, optimizer: torch.optim.Optimizer | MatrixOptimizer, base: float) -> bool:
        """An update, unless the gradient is not finite. Raises TrainingDiverged."""
        s = self.settings
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(self.step, base, s)
        norm = nn.utils.clip_grad_norm_(trainable(network), s.clip or math.inf)
        if not torch.isfinite(norm):
            self.skipped += 1
            self._skipped_in_a_row += 1
            if self._skipped_in_a_row > _MOST_IN_A_ROW:
                raise TrainingDiverged(
                    f"The training diverged at step {self.step}: {_MOST_IN_A_ROW} updates in a row were not finite; "
                    "start anew with --init and the run, and with a lower --learning-rate."
                )
            return False
        self._skipped_in_a_row = 0
        optimizer.step()
        return True

    def _update_average(self) -> None:
        # Short memory at first, so that the average does not drag the first weights along.
        keep = min(self.settings.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.network.state_dict().items() if self.average else ():
                self.average[name].lerp_(value, 1 - keep)


def rounds_of(settings: Settings) -> int:
    """Batches that a step takes."""
    return 1 + settings.discriminator_steps if settings.adversarial else 1


def own_indexes(settings: Settings, engine: Engine) -> range:
    """Which samples of the global batch are this process's. Raises ValueError where they cannot be shared out."""
    share, rest = divmod(settings.batch, engine.world * settings.accumulate)
    if rest or not share:
        raise ValueError(
            f"A batch of {settings.batch} cannot be shared by {engine.world} processes in {settings.accumulate} "
            "parts each; choose a multiple for --batch."
        )
    size = settings.batch // engine.world
    return range(engine.rank * size, (engine.rank + 1) * size)


def advice(settings: Settings) -> str:
    """What to lower, and by how much, when memory runs out; in the order of what costs least quality."""
    s, network = settings, settings.network
    steps = [
        f"--batch from {s.batch} to {max(s.batch // 2, 1)} (with --accumulate {2 * s.accumulate} it stays {s.batch})"
    ]
    if s.family == "hific":
        for option, key, default, smaller in (
            ("--latent-channels", "latents", 220, 0.5),
            ("--hyper-filters", "hyper_filters", 320, 0.6),
            ("--residual-blocks", "residual_blocks", 9, 0.78),
        ):
            value = int(network.get(key, default))
            steps.append(f"{option} from {value} to {max(round(value * smaller), 1)}")
    if s.crop > 64:
        steps.append(f"--crop from {s.crop} to {max(s.crop // 128 * 64, 64)}")
    return f"Memory ran out; lower, in this order, {', '.join(steps)}."
