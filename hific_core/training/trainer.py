"""The training loop of `lite`'s rate-distortion stage: resumable, every draw a function of (seed, step)."""

import argparse
import json
import logging
import math
import sys
import time
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor, nn

from hific_core.metrics import Lpips
from hific_core.models.hyperprior import QUALITY_STEP
from hific_core.models.lite import TOP_QUALITY, Lite
from hific_core.training import checkpoint
from hific_core.training.config import TrainingConfig
from hific_core.training.dataset import Crops
from hific_core.training.losses import rate_distortion

log = logging.getLogger(__name__)


def learning_rate(step: int, config: TrainingConfig) -> float:
    """Linear warm-up, constant, then a cosine to a hundredth over the last part."""
    if step < config.warm_up:
        return config.learning_rate * (step + 1) / config.warm_up
    decay = config.decay_share * config.steps
    done = max(0.0, (step - (config.steps - decay)) / decay)
    return config.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


def _plain(config: TrainingConfig) -> dict[str, int | float]:
    """The numbers of a run, without this machine's paths."""
    return {field.name: value for field in fields(config) if not isinstance(value := getattr(config, field.name), Path)}


class Trainer:
    """Holds a run's state; `run()` goes from the last checkpoint to the last step."""

    def __init__(self, config: TrainingConfig) -> None:
        self.config = config
        torch.manual_seed(config.seed)
        self.model = Lite().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=config.learning_rate)
        self.step = 0
        self.skipped = 0
        self.lpips = Lpips(config.lpips_weights).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.crops = Crops(config.data, config.crop, config.seed)
        self.path = config.run / "last.pt"
        if self.path.exists():
            self._restore()

    def _restore(self) -> None:
        state = checkpoint.load(self.path)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.step, self.skipped = state["average"], state["step"], state["skipped"]

    def _save(self) -> None:
        checkpoint.save(
            self.path,
            {
                "model": self.model.state_dict(),
                "average": self.average,
                "optimizer": self.optimizer.state_dict(),
                "step": self.step,
                "skipped": self.skipped,
                "config": _plain(self.config),
            },
        )

    def _draws(self) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        c = self.config
        generator = torch.Generator().manual_seed(c.seed * 1_000_003 + self.step)
        quality = torch.randint(0, TOP_QUALITY // QUALITY_STEP + 1, (c.batch,), generator=generator) * QUALITY_STEP
        side = c.crop // 16
        y = torch.rand((c.batch, self.model.config.latents, side, side), generator=generator) - 0.5
        z = torch.rand((c.batch, self.model.config.hyperlatents, side // 4, side // 4), generator=generator) - 0.5
        return quality, (y, z)

    def _update_average(self) -> None:
        # Short memory at first, so that the average does not drag the random start along.
        keep = min(self.config.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, 1 - keep)

    def one_step(self) -> dict[str, float]:
        """One update; a step whose gradient is not finite is left out and counted."""
        c = self.config
        rate = learning_rate(self.step, c)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        x = self.crops.batch(self.step, c.batch).contiguous(memory_format=torch.channels_last)
        quality, noise = self._draws()
        lpips = self.lpips if self.step >= c.lpips_from else None
        loss, terms = rate_distortion(self.model, x, quality, noise, lpips, c)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), c.clip)
        if torch.isfinite(norm):
            self.optimizer.step()
            self._update_average()
        else:
            self.skipped += 1
        self.step += 1
        return {"loss": loss.item(), "norm": norm.item(), "lr": rate, **terms}

    def run(self) -> None:
        """Trains to the last step, saving on the way and at the end."""
        self.config.run.mkdir(parents=True, exist_ok=True)
        sums: dict[str, list[float]] = {}
        started, first = time.monotonic(), self.step
        while self.step < self.config.steps:
            for name, value in self.one_step().items():
                sums.setdefault(name, []).append(value)
            if self.step % 50 == 0:
                means = {name: round(sum(values) / len(values), 5) for name, values in sums.items()}
                pace = (time.monotonic() - started) / (self.step - first)
                log.info(json.dumps({"step": self.step, **means, "seconds": round(pace, 3), "skipped": self.skipped}))
                sums.clear()
            if self.step % self.config.save_every == 0:
                self._save()
        self._save()


def main(arguments: list[str] | None = None) -> None:
    """Runs a training from flags named like the fields of TrainingConfig."""
    parser = argparse.ArgumentParser(description="Train lite's rate-distortion stage.")
    for field in fields(TrainingConfig):
        kind = {"Path": Path}.get(str(field.type), field.type)
        required = field.name in ("data", "lpips_weights", "run")
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=kind,
            required=required,
            **({} if required else {"default": field.default}),  # type: ignore[arg-type]
        )
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    Trainer(TrainingConfig(**vars(parser.parse_args(arguments)))).run()


if __name__ == "__main__":
    main()
