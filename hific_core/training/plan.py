"""What a run was asked for: kept in its folder as run.json, and read again when it goes on."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

from hific_core.atomic import make_folder, write_atomically
from hific_core.errors import UnreadableFile, UnreadableImage
from hific_core.training import checkpoint
from hific_core.training.config import Settings
from hific_core.training.photos import apart, find, split

RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a run does beside learning; changes nothing of what it learns."""

    log_every: int = 50
    save_every: int = 1000
    validate_every: int = 5000
    """0 for never."""
    validation_pictures: int = 24
    samples: int = 4
    workers: int = 0
    cache_bytes: int = 2**31
    """Decoded pictures are kept up to this many bytes, over all workers of a process."""


@dataclass(frozen=True, slots=True)
class Machine:
    """On what a run computes, and how: as asked, so that auto chooses anew where the run goes on elsewhere."""

    device: str = "auto"
    precision: str = "auto"
    compiled: bool = False


class Names(NamedTuple):
    """Paths of pictures, relative to their folders."""

    train: list[str]
    validation: list[str]
    apart: int
    """How many of the data are not trained on since they are for validation."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run was asked for; kept in its folder."""

    stages: tuple[Settings, ...]
    data: Path
    validation: Path | None
    """A folder of pictures for validation instead of the held-out share. What lies in both is not trained on."""
    lpips_weights: Path
    upkeep: Upkeep
    init: str | None = None
    """Where first weights came from: a run that ended before it kept any takes them again."""
    machine: Machine = field(default_factory=Machine)
    realism_from: str | None = None
    """Whose second generator the first weights' own goes on from (`origins.with_realism_of`)."""

    def at(self, data: Path | None, validation: Path | None, lpips_weights: Path | None) -> Self:
        """With what lies elsewhere now; None where it has not moved."""
        return replace(
            self,
            data=data or self.data,
            validation=validation or self.validation,
            lpips_weights=lpips_weights or self.lpips_weights,
        )

    def check(self) -> None:
        """Raises UnreadableImage for folders without pictures, and where none is left to train on."""
        if self.validation is not None and not find(self.validation):
            raise UnreadableImage(f"{self.validation} holds no picture; name another folder.")
        names = self.names()
        if self.validation is not None and not apart(self.data, names.train, self.validation, names.validation):
            raise UnreadableImage(
                f"All pictures of {self.data} lie in {self.validation} too; name another folder for --val."
            )

    def names(self) -> Names:
        """Of all pictures. Raises UnreadableImage where there is none to train on."""
        found = find(self.data)
        if not found:
            raise UnreadableImage(f"{self.data} holds no picture; name another folder.")
        if self.validation is None:
            parts = split(found, self.stages[0].held_out)
            if not parts.train:
                raise UnreadableImage(f"{self.data} holds no picture to train on; name another folder.")
            return Names(*parts, 0)
        others = find(self.validation)
        train = apart(self.data, found, self.validation, others)
        # where none is left, a run that began before this was refused goes on as it began
        return Names(train, others, len(found) - len(train)) if train else Names(found, others, 0)

    def write(self, folder: Path) -> None:
        """Raises UnwritableFile."""
        content = {
            "stages": [stage.as_plain() for stage in self.stages],
            "data": str(self.data.absolute()),
            "validation": None if self.validation is None else str(self.validation.absolute()),
            "lpips_weights": str(self.lpips_weights.absolute()),
            "upkeep": asdict(self.upkeep),
            "init": self.init,
            "machine": asdict(self.machine),
            "realism_from": self.realism_from,
        }
        make_folder(folder / RUN_FILE)
        write_atomically(folder / RUN_FILE, json.dumps(content, indent=1).encode())


def read_plan(folder: Path) -> Plan:
    """Raises UnreadableFile."""
    path = folder / RUN_FILE
    try:
        content = json.loads(path.read_bytes())
        return Plan(
            tuple(Settings.from_plain(stage) for stage in content["stages"]),
            Path(content["data"]),
            None if content["validation"] is None else Path(content["validation"]),
            Path(content["lpips_weights"]),
            Upkeep(**content["upkeep"]),
            content.get("init"),
            Machine(**content.get("machine", {})),
            content.get("realism_from"),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnreadableFile(
            path, f"{folder} holds no run that could go on ({error}); name the run's folder."
        ) from error


def has_begun(plan: Plan, folder: Path) -> bool:
    """Whether a run has kept weights to go on from."""
    first = folder / plan.stages[0].stage
    return checkpoint.latest(first) is not None or (first / checkpoint.START).is_file()
