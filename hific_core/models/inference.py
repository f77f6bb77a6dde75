"""A prepared model, ready to serve the codec: float networks on a device, the integer twin on the processor.

Everything runs in windows (what is coded, whose last bits count) or in tiles (what only the eye sees); see `tiles.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.device import Runtime
from hific_core.errors import TilesUnsupported
from hific_core.models.card import ModelCard
from hific_core.models.cuts import Source, cut, cut_of, gathered, outputs
from hific_core.models.fixed_point import FixedPointScales
from hific_core.models.fixed_point_mixture import FixedPointMixture
from hific_core.models.geometry import Area
from hific_core.models.memory import Shortage, bound_kernels, give_back_freed
from hific_core.models.networks import Fill, Networks
from hific_core.models.priors import FactorizedDensity
from hific_core.models.pulse import Pulse
from hific_core.models.serving import (
    HYPER_STRIDE,
    LATENT_STRIDE,
    Controls,
    Limits,
    Part,
    Serving,
    Stage,
    reflected,
    repeated,
    rounded_up,
)
from hific_core.models.tiles import PlaneWindow, plane_windows, tiles

Done = Callable[[float], None]
"""Hears the share of the work done, in [0, 1]; may raise to stop it."""
Twin = FixedPointScales | FixedPointMixture
Indexes = NDArray[np.uint8] | NDArray[np.int32]
_WINDOWS_IN_FLIGHT = 2
_INDIVISIBLE = 2**31


class Analysis(NamedTuple):
    """What the encoder yields."""

    latents: NDArray[np.float32]
    """(C, h, w) of `latent_shape`, gained, not rounded."""
    hyperlatents: NDArray[np.float32]
    """(C', ceil(h / 4), ceil(w / 4)), not rounded."""


class Coded(NamedTuple):
    """Decoded symbols of a picture, or of as much of it as a part of the picture depends on."""

    hyperlatents: NDArray[np.int32]
    """(C', h', w') of the whole picture."""
    latents: NDArray[np.int32]
    """(C, rows, columns) of `area`: latents less means."""
    area: Area
    """Which latents."""
    shape: tuple[int, int]
    """Rows and columns of all latents."""


class InferenceModel:
    """The interface of a model towards the codec; arrays at its borders are NumPy's, on the processor."""

    def __init__(
        self,
        card: ModelCard,
        family: type[Serving],
        build: Callable[[], nn.Module],
        twin: Twin,
        tables: Mapping[str, NDArray[np.generic]],
        runtime: Runtime,
        fill: Fill | None = None,
    ) -> None:
        """`build` makes the float networks of the family when they are first needed: symbols alone need none.

        With `fill`, what `build` makes has no weights yet, and `fill` writes those that it is asked for.
        """
        bound_kernels()
        self.card = card
        self.twin = twin
        self.tables = tables
        """Packed integer tables: `scale.*` and `hyperlatent.*`; the entropy room unpacks them."""
        self.runtime = runtime
        self.shortage = Shortage(self._flee, _WINDOWS_IN_FLIGHT)
        self.pulse = Pulse()
        self._family = family
        self._longest_side = family.longest_side(card.network)
        self._networks = Networks(family, build, fill, runtime.device, self.pulse)

    @property
    def serving(self) -> Serving:
        """All float networks, on the device."""
        return self._networks.having(*Part)

    def _flee(self) -> bool:
        """From a device whose memory does not suffice to the processor, in float32."""
        if self.runtime.device.type == "cpu":
            return False
        self.runtime = Runtime(torch.device("cpu"), torch.float32)
        self._networks.move(self.runtime.device)
        return True

    # --- shapes -------------------------------------------------------------------------------------------------

    @property
    def latent_channels(self) -> int:
        """Number of latent channels."""
        return self.twin.channels

    @property
    def hyperlatent_channels(self) -> int:
        """Number of hyperlatent channels."""
        return self.tables["hyperlatent.sizes"].size

    def latent_shape(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of the latents that are coded for a picture of `height` x `width` pixels."""
        return self._coded_side(height), self._coded_side(width)

    def _coded_side(self, side: int) -> int:
        return rounded_up(self._family.padded_side(side) // LATENT_STRIDE, self._family.coded_multiple)

    def check_area(self, area: Area, height: int, width: int) -> None:
        """Whether `area` of a picture can be computed. Raises TilesUnsupported.

        Where a network looks at the whole picture (instance norm), no part of it equals that part of the whole.
        """
        longest = self._longest_side
        if longest is None:
            return
        why = f"The model {self.card.name} has instance norm, which looks at the whole picture, so that no tile equals"
        if max(height, width) > longest:
            raise TilesUnsupported(
                f"{why} the whole, and {height} x {width} pixels would need tiles; scale the picture to sides of at "
                f"most {longest} or use another model."
            )
        if area != Area.whole(height, width):
            raise TilesUnsupported(f"{why} that part of the whole; decode the whole picture instead of a region.")

    @property
    def divisible(self) -> bool:
        """Whether a part of a picture is computed as the same part of the whole."""
        return self._longest_side is None

    @property
    def refinable(self) -> bool:
        """Whether encoding can take gradients of bits and squared error."""
        return self._family.distortion_weight(0, self.card.training) is not None

    @property
    def _limits(self) -> Limits:
        limits, longest = self._family.limits, self._longest_side
        if longest is None:
            return limits
        return limits._replace(analysis=longest, trunk=longest // LATENT_STRIDE, tail=longest)

    def latents_of(self, pixels: Area, shape: tuple[int, int]) -> Area:
        """The latents, of all those of `shape`, whose symbols these pixels depend on."""
        return self._told_by(self._needed(self._networks.stages.trunk, self._features_of(pixels, shape), shape), shape)

    def _told_by(self, latents: Area, shape: tuple[int, int]) -> Area:
        """The latents whose symbols make these."""
        stage = self._networks.stages.context
        return latents if stage is None else self._needed(stage, latents, shape)

    def _features_of(self, pixels: Area, shape: tuple[int, int]) -> Area:
        features = outputs(self._networks.stages.trunk, Area.whole(*shape))
        return self._needed(self._networks.stages.tail, pixels, (features.rows.stop, features.columns.stop))

    # --- encode -------------------------------------------------------------------------------------------------

    def analyse(self, pixels: NDArray[np.uint8], quality: int, done: Done = lambda share: None) -> Analysis:
        """uint8 (H, W, 3) and integer quality -> latents and hyperlatents before rounding. Raises OutOfMemory."""
        height, width = pixels.shape[:2]
        planes = np.ascontiguousarray(pixels).transpose(2, 0, 1)
        shape = (self._family.padded_side(height), self._family.padded_side(width))
        y = np.empty((self.latent_channels, shape[0] // LATENT_STRIDE, shape[1] // LATENT_STRIDE), np.float32)
        limits = self._limits
        stage = self._networks.having(Part.ENCODING).analysis
        self._run_windows(stage, planes, shape, self._family.pixel_source, limits.analysis, quality, y, done)
        y = gathered(y, Area.whole(*self.latent_shape(height, width)), reflected)
        shape = (rounded_up(y.shape[1], HYPER_STRIDE), rounded_up(y.shape[2], HYPER_STRIDE))
        z = np.empty((self.hyperlatent_channels, shape[0] // HYPER_STRIDE, shape[1] // HYPER_STRIDE), np.float32)
        stage = self._networks.having(Part.ENCODING).hyper_analysis
        self._run_windows(stage, y, shape, repeated, limits.hyper_analysis, quality, z, lambda share: None)
        return Analysis(y, z)

    def _run_windows(
        self,
        stage: Stage,
        source: NDArray[np.generic],
        shape: tuple[int, int],
        positions: "Source",
        longest: int,
        quality: int,
        target: NDArray[np.float32],
        done: Done,
    ) -> None:
        """Runs a stage over `source` (C, h, w), padded to `shape`, into `target`."""

        def run(window: PlaneWindow) -> None:
            x = gathered(source, window.inputs, positions)
            y = self._run(stage, x, quality)[0].float().cpu().numpy()
            rows, columns = window.outputs.within(outputs(stage, window.inputs))
            target[(slice(None), *window.outputs.slices)] = y[:, rows, columns]

        cut = plane_windows(shape, longest, stage.reaches)
        self.shortage.run_windows([partial(run, window) for window in cut], done)

    def mean_windows(
        self, z_hat: NDArray[np.int32], shape: tuple[int, int], quality: int
    ) -> Iterator[tuple[Area, NDArray[np.float32]]]:
        """int32 (C', h, w) -> areas that cover latents of `shape`, and their means float32 (C, ...).

        Always in float32, and in windows, since the encoder rounds what is left of the latents. Means are 0 where the
        latents are rounded as they are. Raises OutOfMemory.
        """
        serving = self._networks.having()
        if serving.means is None:
            longest = serving.limits.hyper_synthesis * HYPER_STRIDE
            for area in tiles(Area.whole(*shape), longest, HYPER_STRIDE):
                yield area, np.zeros((self.latent_channels, area.rows.length, area.columns.length), np.float32)
            return
        yield from self._latent_windows(serving.means, z_hat, shape, quality)

    def context_windows(self, symbols: NDArray[np.int32], quality: int) -> Iterator[tuple[Area, NDArray[np.float32]]]:
        """int32 (C, h, w), of which anchors are read -> areas that cover it, and what the context adds to their means.

        No area where the model has no context. Always in float32. Raises OutOfMemory.
        """
        stage = self._networks.having().context
        if stage is None:
            return

        def run(window: PlaneWindow) -> NDArray[np.float32]:
            origin = window.inputs.rows.start, window.inputs.columns.start
            y = self._run(stage, cut(symbols, window.inputs), quality, origin)[0].cpu().numpy()
            return cut_of(y, window.inputs, window.outputs)

        shape, longest = (symbols.shape[1], symbols.shape[2]), self._family.limits.hyper_synthesis * HYPER_STRIDE
        for window in plane_windows(shape, longest, stage.reaches):
            (added,) = self.shortage.run_windows([partial(run, window)], lambda share: None)
            yield window.outputs, added

    @property
    def has_context(self) -> bool:
        """Whether symbols tell about others (`context.py`)."""
        return self._networks.stages.context is not None

    def estimated_bits(self, z_hat: NDArray[np.int32], symbols: NDArray[np.int32], quality: int) -> tuple[float, float]:
        """The float networks' own estimate, before any table: bits of hyperlatents and of latents."""
        latent_bits, serving = 0.0, self._networks.having(Part.ENCODING)
        for area, scales in self._latent_windows(serving.scales, z_hat, symbols.shape[1:], quality):
            residuals = torch.from_numpy(cut(symbols, area).astype(np.float32))
            # Sums and special functions on the processor: some devices lack float64 or cancel in erfc's tails.
            with torch.inference_mode():
                latent_bits += float(serving.latent_bits(residuals, torch.from_numpy(scales)).double().sum())
        with torch.inference_mode():
            number = min(-(-z_hat[0].size // 2**14), z_hat.shape[1])
            strips = (torch.from_numpy(strip) for strip in np.array_split(z_hat, number, axis=1))
            z_bits = sum(float(self._density.bits(strip[None].float()).double().sum()) for strip in strips)
        return z_bits, latent_bits

    @cached_property
    def _density(self) -> FactorizedDensity:
        """On the processor, for the estimate."""
        return deepcopy(self._networks.having().density).cpu()

    # --- both ---------------------------------------------------------------------------------------------------

    def scale_indexes(self, z_hat: NDArray[np.int32], quality: int) -> Indexes:
        """int32 (C', h, w) -> what the coder of latents is told, (..., C, 4h, 4w), exact on every machine.

        Indexes into the scale table, or the parameters of mixtures.
        """
        return self.twin.indexes(z_hat, self._family.twin_level(quality))

    def from_hyperlatents(self, stage: Stage, z_hat: NDArray[np.int32], area: Area, quality: int) -> Tensor:
        """What `stage` makes of int32 (C', h, w) at `area` of the latents, (1, C, rows, columns) on the device."""
        needed = self._needed(stage, area, (z_hat.shape[1], z_hat.shape[2]))
        return self._run(stage, cut(z_hat, needed), quality)[(..., *area.within(outputs(stage, needed)))]

    def _latent_windows(
        self, stage: Stage, z_hat: NDArray[np.int32], shape: tuple[int, ...], quality: int
    ) -> Iterator[tuple[Area, NDArray[np.float32]]]:
        """Windows of a stage from hyperlatents to latents, one after the other."""
        height, width = shape

        def run(window: PlaneWindow) -> NDArray[np.float32]:
            y = self._run(stage, cut(z_hat, window.inputs), quality)[0].float().cpu().numpy()
            return cut_of(y, outputs(stage, window.inputs), window.outputs)

        hyper_shape = (z_hat.shape[1], z_hat.shape[2])
        for window in plane_windows(hyper_shape, self._networks.stages.limits.hyper_synthesis, stage.reaches):
            (y,) = self.shortage.run_windows([partial(run, window)], lambda share: None)
            rows, columns = window.outputs.rows.clipped(height), window.outputs.columns.clipped(width)
            yield Area(rows, columns), np.ascontiguousarray(y[:, : rows.length, : columns.length])

    def _run(self, stage: Stage, x: NDArray[np.generic], quality: int, origin: tuple[int, int] = (0, 0)) -> Tensor:
        """One pass over integers, or uint8 levels that become [0, 1]; (C, h, w) -> (1, C', h', w') on the device."""
        device = self.runtime.device
        with torch.inference_mode():
            tensor = torch.from_numpy(x).to(device)[None]
            tensor = tensor.float() / 255 if x.dtype == np.uint8 else tensor.float()
            return self._pass(stage, tensor, quality, 0.0, origin)

    def _pass(self, stage: Stage, x: Tensor, quality: int, realism: float, origin: tuple[int, int] = (0, 0)) -> Tensor:
        device, dtype = self.runtime.device, self.runtime.dtype
        controls = Controls(
            torch.tensor([quality], device=device), torch.tensor([realism], dtype=torch.float32, device=device), origin
        )
        reduced = stage.reduced and dtype != torch.float32
        with torch.inference_mode(), torch.autocast(device.type, dtype=dtype if reduced else None, enabled=reduced):
            x = x if reduced else x.float()
            return stage.run(x.contiguous(memory_format=torch.channels_last), controls)

    # --- decode -------------------------------------------------------------------------------------------------

    def synthesise(
        self, coded: Coded, quality: int, realism: float, wanted: Area, done: Done = lambda share: None
    ) -> NDArray[np.uint8]:
        """Symbols -> uint8 (h, w, 3), the pixels of `wanted`, all of whose latents are in `coded`.

        Raises OutOfMemory.
        """
        pixels = np.empty((wanted.rows.length, wanted.columns.length, 3), np.uint8)
        limits, painted = self._limits, 0
        # halves of what looks at everything would each take the memory of all
        multiple = LATENT_STRIDE if self._longest_side is None else _INDIVISIBLE
        trunk = partial(self._features, coded, quality, realism)
        for block in tiles(wanted, limits.trunk * LATENT_STRIDE, LATENT_STRIDE):
            for part, features in self.shortage.over("trunk", block, multiple, trunk):
                give_back_freed()  # the trunk's planes are not of the sizes that the tail needs
                tail = partial(self._levels, features, coded.shape, quality, realism)
                for tile in tiles(part, limits.tail, LATENT_STRIDE):
                    done(painted / wanted.size)
                    for area, levels in self.shortage.over("tail", tile, multiple, tail):
                        pixels[area.within(wanted)] = levels
                        painted += area.size
        return pixels

    def _features(self, coded: Coded, quality: int, realism: float, pixels: Area) -> "_Features":
        """What the tail needs for `pixels`: decoded latents, trunk."""
        area = self._features_of(pixels, coded.shape)
        stage = self._networks.having(Part.PAINTING).trunk
        latents = self._needed(stage, area, coded.shape)
        origin = latents.rows.start, latents.columns.start
        x = self._pass(stage, self._decoded(coded, quality, latents), quality, realism, origin)
        return _Features(x[(..., *area.within(outputs(stage, latents)))], area)

    def _decoded(self, coded: Coded, quality: int, area: Area) -> Tensor:
        """Latents (1, C, rows, columns) of `area`: symbols and, if there are any, their means."""
        latents = torch.from_numpy(cut_of(coded.latents, coded.area, area)).to(self.runtime.device)[None].float()
        serving = self._networks.having()
        if serving.means is not None:
            latents = latents + self.from_hyperlatents(serving.means, coded.hyperlatents, area, quality)
        if serving.context is not None:
            telling = self._told_by(area, coded.shape)
            symbols, origin = cut_of(coded.latents, coded.area, telling), (telling.rows.start, telling.columns.start)
            latents += self._run(serving.context, symbols, quality, origin)[(..., *area.within(telling))]
        return latents

    def _levels(
        self, features: "_Features", shape: tuple[int, int], quality: int, realism: float, pixels: Area
    ) -> NDArray[np.uint8]:
        """The tail on `pixels`: uint8 (h, w, 3)."""
        area = self._features_of(pixels, shape)
        x = features.values[(..., *area.within(features.area))].to(self.runtime.device)
        stage = self._networks.having(Part.PAINTING).tail
        x = self._pass(stage, x, quality, realism)
        with torch.inference_mode():
            x = x[(0, slice(None), *pixels.within(outputs(stage, area)))].float()
            levels = (x * 255 + 0.5).clamp_(0, 255).to(torch.uint8)
        return levels.permute(1, 2, 0).cpu().numpy()

    def _needed(self, stage: Stage, outputs: Area, shape: tuple[int, int]) -> Area:
        sides = zip(stage.reaches, outputs, shape, strict=True)
        rows, columns = (reach.needed(interval, total) for reach, interval, total in sides)
        return Area(rows, columns)


class _Features(NamedTuple):
    """What the trunk yields, (1, C, rows, columns) of `area`."""

    values: Tensor
    area: Area
