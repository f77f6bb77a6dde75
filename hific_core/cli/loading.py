"""Codecs for a batch: each model is loaded once, and torch with the first of them."""

from pathlib import Path
from typing import TYPE_CHECKING

from hific_core.cli.options import Precision
from hific_core.models import zoo

if TYPE_CHECKING:
    from hific_core.codec import Codec


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
