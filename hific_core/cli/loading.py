"""Codecs for a batch: each model is loaded once, and torch with the first of them. And the network of LPIPS."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from hific_core.cli.options import Precision
from hific_core.cli.report import say
from hific_core.models import zoo

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.metrics import Lpips


class Codecs:
    """The codecs of the models asked for so far."""

    def __init__(self, device: str, precision: Precision) -> None:
        self._device = device
        self._precision = precision
        self._loaded: dict[Path, Codec] = {}

    def of(self, installed: zoo.Installed) -> "Codec":
        """The codec of a model. Raises WeightsMissing, WeightsDamaged, DeviceMissing."""
        codec = self._loaded.get(installed.path)
        if codec is None:
            from hific_core.codec import Codec
            from hific_core.device import choose_runtime

            runtime = choose_runtime(self._device, self._precision.value)
            codec = self._loaded[installed.path] = Codec(zoo.load(installed, runtime))
        return codec


def lpips_for(named: Path | None, codec: "Codec") -> "Lpips | None":
    """The network on the codec's device, or None and a sentence; raises for a named file what loading raises."""
    from hific_core import lpips_weights, metrics

    path = named or lpips_weights.cached_path()
    if named is None and not lpips_weights.at_hand():
        say(
            f"hific: note: LPIPS and what builds on it are left out, since there are no weights at {path}; "
            "`hific lpips-weights` gets them (233 MB once), or name a file with --lpips-weights.",
            err=True,
        )
        return None
    return metrics.Lpips(path).to(codec.model.runtime.device)


def eye_for(effort: int, named: Path | None, codec: "Codec") -> "Lpips":
    """What effort heeds beside squared error: the network on the codec's device.

    Raises typer.BadParameter where there is no effort, WeightsMissing, WeightsDamaged.
    """
    if not effort:
        raise typer.BadParameter("--perceptual says what --effort is for; give that too, for example --effort 3.")
    from hific_core import lpips_weights, metrics

    return metrics.Lpips(named or lpips_weights.cached_path()).to(codec.model.runtime.device)
