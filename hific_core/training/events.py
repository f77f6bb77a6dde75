"""What a run tells while it goes: lines of JSON, a log, TensorBoard. An event is a plain dictionary.

begun       stage, step, total: a stage begins or goes on, from this step; the first report comes later
step        stage, step, total, losses (by name), bpp, learning_rate, samples_per_second, seconds_left, skipped
checkpoint  stage, step, path
sample      stage, step, path
validating  stage, step: the scores come some minutes later; none come where the run is asked to stop meanwhile
validation  stage, step, scores (by regime: bits_per_pixel, bytes, psnr, ms_ssim, lpips, visible, structure; null for
            what was not measured, and the last two are missing in logs of old runs), fd_alex (by regime)
note        text
exported    name, path
error       text
done        step, stage

Steps are counted anew in each stage: only with the stage do they name a moment of the run.
"""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Event = Mapping[str, Any]
Sink = Callable[[Event], None]
_SHOWN = ("step", "validation", "sample")
"""What TensorBoard shows."""


def tell(sinks: Sequence[Sink], event: str, **values: Any) -> None:
    """Hands an event to all."""
    for sink in sinks:
        sink({"event": event, **values})


def json_lines(write: Callable[[str], None]) -> Sink:
    """One object a line; numbers that JSON cannot hold become null."""
    return lambda event: write(json.dumps(_finite(event)) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, float) and value - value != 0:
        return None
    return str(value) if isinstance(value, Path) else value


def log_file(path: Path) -> Sink:
    """Lines of JSON appended to a file, each flushed; what a full disk does not take ends no run."""

    def write(line: str) -> None:
        with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
            file.write(line)

    return json_lines(write)


def tensorboard(folder: Path) -> Sink | None:
    """Scalars and pictures for `tensorboard --logdir`; None where TensorBoard is not installed.

    Each stage has a folder, which TensorBoard shows as a curve of its own: steps begin anew with the stage.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    writers: dict[str, Any] = {}

    def record(event: Event) -> None:
        if event["event"] not in _SHOWN:
            return
        stage = event["stage"]
        with contextlib.suppress(OSError):
            if stage not in writers:
                writers[stage] = SummaryWriter(str(folder / stage))
            _record(writers[stage], event)

    return record


def _record(writer: Any, event: Event) -> None:
    match event["event"]:
        case "step":
            for name, value in event["losses"].items():
                writer.add_scalar(name, value, event["step"])
            for name in ("learning_rate", "samples_per_second", "skipped"):
                writer.add_scalar(name, event[name], event["step"])
        case "validation":
            for regime, scores in event["scores"].items():
                for name, value in scores.items():
                    if value is not None:
                        writer.add_scalar(f"validation/{regime}/{name}", value, event["step"])
            for regime, value in event["fd_alex"].items():
                if value is not None:
                    writer.add_scalar(f"validation/{regime}/fd_alex", value, event["step"])
        case "sample":
            from PIL import Image

            with Image.open(event["path"]) as image:
                writer.add_image(
                    Path(event["path"]).stem.split("-", 2)[-1], np.asarray(image), event["step"], dataformats="HWC"
                )
    writer.flush()
