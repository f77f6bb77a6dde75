"""A prepared model, ready to serve the codec: float networks on a device, the integer twin on the processor."""

from collections.abc import Mapping
from copy import deepcopy
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hific_core.device import Runtime
from hific_core.models.card import ModelCard
from hific_core.models.fixed_point import FixedPointScales
from hific_core.models.hyperprior import QUALITY_STEP
from hific_core.models.lite import Lite
from hific_core.models.priors import bounded_scales, gaussian_bits

LATENT_STRIDE = 16
"""Pixels per latent, in both directions."""
HYPER_STRIDE = 4
"""Latents per hyperlatent, in both directions."""


class Analysis(NamedTuple):
    """What the encoder yields."""

    latents: NDArray[np.float32]
    """(C, ceil(H / 16), ceil(W / 16)), gained, not rounded."""
    hyperlatents: NDArray[np.float32]
    """(C', ceil(h / 4), ceil(w / 4)), not rounded."""


class InferenceModel:
    """The interface of a model towards the codec; arrays at its borders are NumPy's, on the processor."""

    def __init__(
        self,
        card: ModelCard,
        network: Lite,
        twin: FixedPointScales,
        tables: Mapping[str, NDArray[np.generic]],
        runtime: Runtime,
    ) -> None:
        self.card = card
        self.twin = twin
        self.tables = tables
        """Packed integer tables: `scale.*` and `hyperlatent.*`; the entropy room unpacks them."""
        self.runtime = runtime
        self._density = deepcopy(network.density).requires_grad_(False)
        """On the processor, for the estimate."""
        layout = torch.channels_last
        self._network = network.eval().requires_grad_(False).to(runtime.device, memory_format=layout)  # type: ignore[call-overload]

    @property
    def latent_channels(self) -> int:
        """Number of latent channels."""
        return self.twin.thresholds.shape[0]

    @property
    def hyperlatent_channels(self) -> int:
        """Number of hyperlatent channels."""
        return self.twin.layers[0].weight.shape[1] - 1

    def analyse(self, pixels: NDArray[np.uint8], quality: int) -> Analysis:
        """uint8 (H, W, 3) and integer quality -> latents and hyperlatents before rounding."""
        with torch.inference_mode():
            x = (
                torch.from_numpy(np.ascontiguousarray(pixels)).to(self.runtime.device).permute(2, 0, 1)[None].float()
                / 255
            )
            x = _padded(x, self.card.abilities.multiple).contiguous(memory_format=torch.channels_last)
            q = self._quality(quality)
            with self._autocast():
                y = self._network.latents(x, q)
            height, width = (-(-side // LATENT_STRIDE) for side in pixels.shape[:2])
            y = y[:, :, :height, :width]
            z = self._network.hyper_analysis(_padded(y, HYPER_STRIDE), q)
        return Analysis(y[0].float().cpu().numpy(), z[0].float().cpu().numpy())

    def means(self, z_hat: NDArray[np.int32], quality: int) -> NDArray[np.float32]:
        """int32 (C', h, w) -> means of the latents float32 (C, 4h, 4w); always computed in float32."""
        with torch.inference_mode():
            means = self._network.mean_network(self._tensor(z_hat), self._quality(quality))
        return means[0].cpu().numpy()

    def scale_indexes(self, z_hat: NDArray[np.int32], quality: int) -> NDArray[np.uint8]:
        """int32 (C', h, w) -> indexes into the scale table (C, 4h, 4w), exact on every machine."""
        return self.twin.indexes(z_hat, quality // QUALITY_STEP)

    def synthesise(self, y_hat: NDArray[np.float32], quality: int, realism: float) -> NDArray[np.uint8]:
        """Decoded latents float32 (C, h, w) -> uint8 (16h, 16w, 3)."""
        with torch.inference_mode():
            heed = torch.tensor([realism], dtype=torch.float32, device=self.runtime.device)
            with self._autocast():
                x = self._network.pixels(self._tensor(y_hat), self._quality(quality), heed)
            levels = (x[0].float() * 255 + 0.5).clamp_(0, 255).to(torch.uint8)
        return levels.permute(1, 2, 0).contiguous().cpu().numpy()

    def estimated_bits(self, z_hat: NDArray[np.int32], symbols: NDArray[np.int32], quality: int) -> tuple[float, float]:
        """The float networks' own estimate, before any table: bits of hyperlatents and of latents."""
        with torch.inference_mode():
            # Sums and special functions on the processor: some devices lack float64 or cancel in erfc's tails.
            scales = bounded_scales(self._network.scale_network(self._tensor(z_hat), self._quality(quality)).cpu())
            height, width = symbols.shape[1:]
            latent_bits = gaussian_bits(torch.from_numpy(symbols)[None].float(), scales[..., :height, :width])
            z_bits = self._density.bits(torch.from_numpy(z_hat)[None].float())
            return float(z_bits.double().sum()), float(latent_bits.double().sum())

    def _quality(self, quality: int) -> Tensor:
        return torch.tensor([quality], device=self.runtime.device)

    def _tensor(self, array: NDArray[np.generic]) -> Tensor:
        x = torch.from_numpy(array).to(self.runtime.device, torch.float32)[None]
        return x.contiguous(memory_format=torch.channels_last)

    def _autocast(self) -> torch.autocast:
        reduced = self.runtime.dtype != torch.float32
        return torch.autocast(self.runtime.device.type, dtype=self.runtime.dtype if reduced else None, enabled=reduced)


def _padded(x: Tensor, multiple: int) -> Tensor:
    """Repeats the last row and column until both sides of (N, C, H, W) are multiples of `multiple`."""
    height, width = x.shape[2:]
    bottom, right = -height % multiple, -width % multiple
    return nn.functional.pad(x, (0, right, 0, bottom), mode="replicate") if bottom or right else x
