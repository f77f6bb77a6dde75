"""Tiny runs: sixteen small pictures, networks a few channels wide, LPIPS weights of the same size."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hific_core.training.config import Settings, preset
from hific_core.training.plan import Plan, Upkeep
from tests.conftest import TINY, TINY_HIFIC, smooth_picture

Adjusted = Callable[..., Settings]
UPKEEP = Upkeep(log_every=1, save_every=1000, validate_every=0, validation_pictures=2, samples=1, workers=0)


class Events(list[dict[str, Any]]):
    def __call__(self, event: Any) -> None:
        self.append(dict(event))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self if event["event"] == kind]

    def losses(self, name: str, stage: str) -> list[float]:
        return [event["losses"][name] for event in self.of("step") if event["stage"] == stage]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen pictures of some 160 x 200 pixels, in folders."""
    folder = tmp_path_factory.mktemp("photos")
    for seed in range(16):
        path = folder / "abc"[seed % 3] / f"{seed}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(smooth_picture(150 + seed, 200, seed).pixels).save(path)
    return folder


def tiny_settings(name: str, stage: str = "rd", **changes: Any) -> Settings:
    """A preset at reduced width."""
    settings = preset(name, stage)  # type: ignore[arg-type]
    network = asdict(TINY if settings.family == "lite" else TINY_HIFIC)
    small: dict[str, Any] = {"batch": 2, "crop": 128 if settings.family == "hific" else 64, "warm_up": 0}
    small["discriminator_width"] = 8
    return replace(settings, network=network, **{**small, **changes})


@pytest.fixture
def plan(photos: Path, tiny_lpips_path: Path) -> Callable[..., Plan]:
    def make(*stages: Settings, **changes: Any) -> Plan:
        data = changes.pop("data", photos)
        return Plan(stages, data, None, tiny_lpips_path, replace(UPKEEP, **changes))

    return make


def random_pictures(settings: Settings, parts: int = 1) -> Callable[[int, int], Any]:
    """Seeded noise as pictures, the same for the same round."""
    import torch

    def pictures(round_: int, part: int) -> torch.Tensor:
        random = np.random.default_rng([round_, part])
        shape = (settings.batch // parts, 3, settings.crop, settings.crop)
        return torch.from_numpy(random.integers(0, 256, shape, np.uint8))

    return pictures
