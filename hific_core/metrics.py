"""How far two pictures are apart: PSNR and LPIPS."""

import math
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor, nn

from hific_core.errors import WeightsDamaged, WeightsMissing

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)
# (stride, padding) of AlexNet's five convolutions; torchvision's layout.
_CONVOLUTIONS = ((4, 2), (1, 2), (1, 1), (1, 1), (1, 1))
_POOLED_BEFORE = (1, 2)


class Lpips(nn.Module):
    """Learned perceptual distance, version 0.1 on AlexNet (Zhang et al., CVPR 2018, arXiv 1801.03924)."""

    shift: Tensor
    scale: Tensor

    def __init__(self, weights: Path) -> None:
        """`weights`: an npz with `conv{i}_w`, `conv{i}_b`, `lin{i}_w`. Raises WeightsMissing, WeightsDamaged."""
        super().__init__()
        if not weights.is_file():
            raise WeightsMissing(f"No LPIPS weights at {weights}; give their path with --lpips-weights.")
        try:
            with np.load(weights, allow_pickle=False) as arrays:
                # Sorted: convolution biases, convolution weights, linear heads, each by number from the lowest.
                tensors = {name: torch.from_numpy(arrays[name]) for name in sorted(arrays.files)}
            self.convolutions, self.heads = _layers(tensors)
        except (OSError, ValueError, KeyError, IndexError, RuntimeError, EOFError, BadZipFile, zlib.error) as error:
            raise WeightsDamaged(f"{weights} does not hold LPIPS weights ({error}); get a fresh copy.") from error
        self.register_buffer("shift", torch.tensor(_SHIFT).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1))
        self.requires_grad_(False)

    def features(self, x: Tensor) -> list[Tensor]:
        """float32 (N, 3, H, W) in [0, 1] -> the five rectified layers, each of unit length over channels."""
        x = (x * 2 - 1 - self.shift) / self.scale
        layers = []
        for number, convolution in enumerate(self.convolutions):
            if number in _POOLED_BEFORE:
                x = nn.functional.max_pool2d(x, 3, stride=2)
            x = nn.functional.relu(convolution(x))
            layers.append(x / (x.pow(2).sum(1, keepdim=True).sqrt() + 1e-10))
        return layers

    def forward(self, reference: Tensor, other: Tensor) -> Tensor:
        """Two batches float32 (N, 3, H, W) in [0, 1], sides at least 31 -> distances (N,)."""
        with torch.no_grad():
            targets = self.features(reference)
        total = torch.zeros(len(other), device=other.device)
        for target, feature, head in zip(targets, self.features(other), self.heads, strict=True):
            total = total + head((target - feature) ** 2).mean((1, 2, 3))
        return total


def _layers(tensors: dict[str, Tensor]) -> tuple[nn.ModuleList, nn.ModuleList]:
    numbers = sorted(
        {
            name.removeprefix("conv").removesuffix("_w")
            for name in tensors
            if name.endswith("_w") and name.startswith("conv")
        }
    )
    convolutions, heads = nn.ModuleList(), nn.ModuleList()
    lins = sorted(name for name in tensors if name.startswith("lin"))
    for number, lin, (stride, padding) in zip(numbers, lins, _CONVOLUTIONS, strict=True):
        weight = tensors[f"conv{number}_w"]
        convolution = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2], stride, padding)
        convolution.load_state_dict({"weight": weight, "bias": tensors[f"conv{number}_b"]})
        head = nn.Conv2d(weight.shape[0], 1, 1, bias=False)
        head.load_state_dict({"weight": tensors[lin].reshape(1, -1, 1, 1)})
        convolutions.append(convolution)
        heads.append(head)
    return convolutions, heads


def psnr(reference: np.ndarray, other: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB of two uint8 arrays of one shape; infinite where they are equal."""
    difference = reference.astype(np.float64) - other.astype(np.float64)
    error = float(np.mean(difference * difference))
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)
