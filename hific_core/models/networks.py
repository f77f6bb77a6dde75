"""The float networks of a model on a device, whose weights are read part by part, when each is first needed."""

from collections.abc import Callable, Iterator
from functools import cached_property

import torch
from torch import nn

from hific_core.models.memory import give_back_freed
from hific_core.models.pulse import Pulse
from hific_core.models.serving import Part, Serving

Fill = Callable[[Callable[[str], bool]], None]
"""Writes those weights of a network whose names it is asked for."""


class Networks:
    """Decoding reads no weights of the encoder, encoding none of the generator, and symbols alone need none at all."""

    def __init__(
        self,
        family: type[Serving],
        build: Callable[[], nn.Module],
        fill: Fill | None,
        device: torch.device,
        pulse: Pulse,
    ) -> None:
        """`build` makes the network; with `fill` it has no weights yet."""
        self._family, self._build, self._fill = family, build, fill
        self._device, self._pulse = device, pulse
        self._ready: set[Part] = set()

    @cached_property
    def stages(self) -> Serving:
        """What the stages look at, and their limits; to run one, ask `having` for it."""
        serving = self._family(self._build())
        del self._build  # it may hold weights
        serving.network.eval().requires_grad_(False)
        self._pulse.attach(serving.network)
        return serving

    def having(self, *parts: Part) -> Serving:
        """The stages, of which those that need no other parts may be run."""
        serving = self.stages
        for part in (Part.SHARED, *parts):
            if part not in self._ready:
                give_back_freed()
                if self._fill is not None:
                    self._fill(lambda name, part=part: self._part_of(name) is part)  # type: ignore[misc]
                self._place(part)
                self._ready.add(part)
                give_back_freed()
        if len(self._ready) == len(Part):
            self._fill = None
        return serving

    def move(self, device: torch.device) -> None:
        """To another device, with what there is of them."""
        self._device = device
        for part in self._ready:
            self._place(part)

    def _place(self, part: Part) -> None:
        # module by module, since what is copied for another layout of memory becomes resident, read or not
        for module in self._modules(self.stages.network, part):
            module.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _modules(self, module: nn.Module, part: Part, name: str = "") -> Iterator[nn.Module]:
        """The largest modules that lie in a part as a whole."""
        inside = [prefix for prefixes in self._family.parts.values() for prefix in prefixes]
        if any(prefix.startswith(f"{name}." if name else "") for prefix in inside):
            for child_name, child in module.named_children():
                yield from self._modules(child, part, f"{name}.{child_name}" if name else child_name)
        elif self._part_of(f"{name}.") is part:
            yield module

    def _part_of(self, name: str) -> Part:
        for part, prefixes in self._family.parts.items():
            if any(name.startswith(f"{prefix}.") for prefix in prefixes):
                return part
        return Part.SHARED
