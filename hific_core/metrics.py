"""How far pictures are apart: PSNR, MS-SSIM, LPIPS and SSIMULACRA 2 of two, FD-alex of many.

Every pixel counts: transparent pictures are laid on grey before (`pixels/alpha.py`).
"""

import io
import math
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from hific_core.errors import WeightsDamaged, WeightsMissing
from hific_core.least_side import LEAST_SIDE_LPIPS

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)
# (stride, padding) of AlexNet's five convolutions; torchvision's layout.
_CONVOLUTIONS = ((4, 2), (1, 2), (1, 1), (1, 1), (1, 1))
_POOLED_BEFORE = (1, 2)
_STRIDES = (4, 8, 16, 16, 16)
"""Pixels from one position to the next, layer by layer."""
_PART = 768
"""Pixels of the side of what LPIPS looks at at once, at most, without what is around it: larger ones take longer."""
_AROUND = 112
"""Pixels; a position of the last layer sees 66 before the first of its sixteen and 97 from there on."""
_LEAST_SIDE_MS_SSIM = 161
_LEAST_SIDE_SSIMULACRA2 = 8
_MOST_PIXELS_SSIMULACRA2 = 4_000_000
_SCALE_POWERS = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333
_GAUSSIAN = 11
"""Rows and columns that SSIM looks at."""
PATCH_SIDE = 128
PATCH_STRIDE = 64
LEAST_PATCHES = 1000
"""Fewer do not fill the covariance of 256 features."""
_PATCHES_AT_ONCE = 32
_VALUES_AT_ONCE = 6_000_000
_SIMILAR_AT_ONCE = 250_000
"""Few enough to stay in the processor's cache: four times as fast as a plane at once."""


class Distances(NamedTuple):
    """How far a picture is from its original."""

    psnr: float
    """dB; infinite where they are equal."""
    ms_ssim: float | None
    """None where a side is under 161 pixels."""
    lpips: float | None
    """None without weights or where a side is under 31 pixels."""


class Lpips(nn.Module):
    """Learned perceptual distance, version 0.1 on AlexNet (Zhang et al., CVPR 2018, arXiv 1801.03924)."""

    shift: Tensor
    scale: Tensor

    def __init__(self, weights: Path) -> None:
        """`weights`: an npz with `conv{i}_w`, `conv{i}_b`, `lin{i}_w`. Raises WeightsMissing, WeightsDamaged."""
        super().__init__()
        if not os.path.isfile(weights):  # noqa: PTH113 - Path raises where a folder may not be searched
            raise WeightsMissing(f"There are no LPIPS weights at {weights}; `hific lpips-weights` gets them.")
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

    @property
    def channels(self) -> list[int]:
        """Of its layers."""
        return [weight.shape[1] for weight in self.heads.parameters()]

    def rectified(self, x: Tensor) -> list[Tensor]:
        """float32 (N, 3, H, W) in [0, 1] -> AlexNet's relu1 to relu5."""
        x = (x * 2 - 1 - self.shift) / self.scale
        layers = []
        for number, convolution in enumerate(self.convolutions):
            if number in _POOLED_BEFORE:
                x = nn.functional.max_pool2d(x, 3, stride=2)
            x = nn.functional.relu(convolution(x))
            layers.append(x)
        return layers

    def forward(self, reference: Tensor, other: Tensor) -> Tensor:
        """Two batches float32 (N, 3, H, W) in [0, 1], sides at least 31 -> distances (N,)."""
        with torch.no_grad():
            directions = self.directions(self.rectified(reference))
        return self.between(directions, self.rectified(other))

    def directions(self, layers: list[Tensor]) -> list[Tensor]:
        """What `rectified` gives of originals -> what others are compared with: at each position of unit length."""
        return [_unit(layer) for layer in layers]

    def between(self, directions: list[Tensor], others: list[Tensor]) -> Tensor:
        """`directions` of originals, and what `rectified` gives of others -> their distances (N,)."""
        total = torch.zeros(len(others[0]), device=others[0].device)
        for layer in self.maps(directions, others):
            total = total + layer.mean((1, 2, 3))
        return total

    def maps(self, directions: list[Tensor], others: list[Tensor]) -> Iterator[Tensor]:
        """How far they are apart at each position of each layer, (N, 1, h, w); the distance is the sum of the means."""
        for direction, other, head in zip(directions, others, self.heads, strict=True):
            yield head((direction - _unit(other)) ** 2)


def _unit(layer: Tensor) -> Tensor:
    """(N, C, h, w), each position of unit length over the channels."""
    return layer / (layer.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)


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


def distances(reference: NDArray[np.uint8], other: NDArray[np.uint8], lpips: Lpips | None) -> Distances:
    """Every distance of two uint8 (H, W, 3) that can be told; LPIPS where `lpips` is given, on its device."""
    perceived = None if lpips is None else perceptual_distance(reference, other, lpips)
    return Distances(psnr(reference, other), ms_ssim(reference, other), perceived)


def perceptual_distance(
    reference: NDArray[np.uint8],
    other: NDArray[np.uint8],
    lpips: Lpips,
    done: Callable[[float], None] = lambda share: None,
) -> float | None:
    """LPIPS of two uint8 (H, W, 3), on the network's device; None where a side is too small for it.

    Large pictures are seen in parts, each with as much around it as AlexNet looks at, so that it takes some 350 MB
    whatever the picture, and the same distance but for rounding. `done` hears the share that is behind and may raise.
    """
    height, width = reference.shape[:2]
    if min(height, width) < LEAST_SIDE_LPIPS:
        return None
    sums, positions = np.zeros(len(_STRIDES)), np.zeros(len(_STRIDES))
    parts = [(rows, columns) for rows in _parts(height) for columns in _parts(width)]
    for number, part in enumerate(parts):
        done(number / len(parts))
        for layer, found in enumerate(_seen_in_part(reference, other, lpips, part)):
            sums[layer] += float(found.double().sum())
            positions[layer] += found.numel()
    return float((sums / positions).sum())


def _parts(side: int) -> list[tuple[int, int]]:
    """Start and stop of each; all begin where a position of AlexNet's last layer does."""
    coarsest = max(_STRIDES)
    number = -(-side // _PART)
    cuts = [side * each // number // coarsest * coarsest for each in range(number)]
    return list(zip(cuts, [*cuts[1:], side], strict=True))


def _seen_in_part(
    reference: NDArray[np.uint8], other: NDArray[np.uint8], lpips: Lpips, part: tuple[tuple[int, int], tuple[int, int]]
) -> list[Tensor]:
    """The maps of all layers, (1, 1, h, w), at the positions that begin in the part."""
    starts = [max(start - _AROUND, 0) for start, _ in part]
    around = tuple(slice(start, stop + _AROUND) for start, (_, stop) in zip(starts, part, strict=True))
    with torch.inference_mode():
        directions, others = (
            lpips.rectified(_tensor(np.ascontiguousarray(each[around]), lpips.shift.device) / 255)
            for each in (reference, other)
        )
        maps = lpips.maps(lpips.directions(directions), others)
        found = []
        for layer, stride in zip(maps, _STRIDES, strict=True):
            owned = [
                slice((start - first) // stride, None if stop == whole else (stop - first) // stride)
                for first, (start, stop), whole in zip(starts, part, reference.shape, strict=False)
            ]
            found.append(layer[(..., *owned)])
    return found


def ssimulacra2(reference: NDArray[np.uint8], other: NDArray[np.uint8]) -> float | None:
    """SSIMULACRA 2 (Sneyers 2022) of two uint8 (H, W, 3) in sRGB: 100 for equal ones, 90, 70, 50 and 30 for a loss that
    is not seen, hardly seen, seen and annoying, below that without end.

    None without the package of that name, and where a side is under 8 pixels or there are more than 4 million, of
    which that package would take gigabytes.
    """
    height, width = reference.shape[:2]
    if min(height, width) < _LEAST_SIDE_SSIMULACRA2 or height * width > _MOST_PIXELS_SSIMULACRA2:
        return None
    try:
        from ssimulacra2 import compute_ssimulacra2
    except ImportError:
        return None
    return float(compute_ssimulacra2(*(_png(each) for each in (reference, other))))


def ms_ssim(
    reference: NDArray[np.uint8], other: NDArray[np.uint8], done: Callable[[float], None] = lambda share: None
) -> float | None:
    """Multi-scale structural similarity of two uint8 (H, W, 3), five scales; None where a side is under 161 pixels.

    The mean over the three channels, one after the other, and each scale some rows at a time: all at once would take
    450 bytes for each pixel, so it takes 5. `done` hears the share that is behind and may raise to stop.
    """
    if min(reference.shape[:2]) < _LEAST_SIDE_MS_SSIM:
        return None
    channels = ((reference[..., [c]], other[..., [c]], _part(done, c / 3, 1 / 3)) for c in range(3))
    return sum(_ms_ssim(*each) for each in channels) / 3


def psnr(reference: np.ndarray, other: np.ndarray, done: Callable[[float], None] = lambda share: None) -> float:
    """Peak signal-to-noise ratio in dB of two uint8 arrays of one shape; infinite where they are equal.

    Some rows at a time, before each of which `done` hears the share that is behind and may raise to stop.
    """
    error, step = 0, max(_VALUES_AT_ONCE * len(reference) // max(reference.size, 1), 1)
    for row in range(0, len(reference), step):
        done(row / len(reference))
        apart = reference[row : row + step].astype(np.int32) - other[row : row + step]
        error += int(np.square(apart).sum(dtype=np.int64))
    return math.inf if error == 0 else 10 * math.log10(255**2 * reference.size / error)


class Moments:
    """Number, mean and covariance of features, gathered in float64: memory does not grow with their number."""

    def __init__(self) -> None:
        self.count = 0
        self._sum: NDArray[np.float64] = np.zeros(())
        self._outer: NDArray[np.float64] = np.zeros(())

    def add(self, features: NDArray[np.float64]) -> None:
        """Adds (N, C)."""
        self.count += len(features)
        self._sum = self._sum + features.sum(axis=0)
        self._outer = self._outer + features.T @ features

    def merge(self, other: "Moments") -> None:
        """Adds what another one has gathered."""
        self.count += other.count
        self._sum = self._sum + other._sum
        self._outer = self._outer + other._outer

    @property
    def mean(self) -> NDArray[np.float64]:
        """(C,)."""
        return self._sum / self.count

    @property
    def covariance(self) -> NDArray[np.float64]:
        """(C, C), unbiased: divided by the number less one."""
        centred: NDArray[np.float64] = self._outer - self.count * np.outer(self.mean, self.mean)
        return centred / (self.count - 1)


def patch_features(lpips: Lpips, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """uint8 (H, W, 3) -> (N, 256): AlexNet's relu5, mean over space, of every 128 x 128 patch at stride 64."""
    height, width = pixels.shape[:2]
    tops, lefts = (range(0, side - PATCH_SIDE + 1, PATCH_STRIDE) for side in (height, width))
    corners = [(top, left) for top in tops for left in lefts]
    features = np.empty((len(corners), lpips.get_parameter("convolutions.4.bias").numel()))
    for start in range(0, len(corners), _PATCHES_AT_ONCE):
        group = corners[start : start + _PATCHES_AT_ONCE]
        patches = np.stack([pixels[top : top + PATCH_SIDE, left : left + PATCH_SIDE] for top, left in group])
        with torch.inference_mode():
            x = torch.from_numpy(patches).to(lpips.shift.device).permute(0, 3, 1, 2).float() / 255
            features[start : start + len(group)] = lpips.rectified(x)[-1].mean((2, 3)).cpu().numpy()
    return features


def fd_alex(originals: Moments, others: Moments) -> float | None:
    """FD-alex, our measure of realism: the Fréchet distance of the patch features; None under 1,000 patches."""
    if min(originals.count, others.count) < LEAST_PATCHES:
        return None
    return frechet_distance(originals, others)


def frechet_distance(first: Moments, second: Moments) -> float:
    """Of the two Gaussians: |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)) (Dowson and Landau 1982).

    S1 S2 is not symmetric, but has the eigenvalues of S1^(1/2) S2 S1^(1/2), which is, so that two symmetric
    eigen-decompositions give the trace of the root; eigenvalues that rounding made negative count as 0.
    """
    values, vectors = np.linalg.eigh(first.covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ second.covariance @ root).clip(0)
    difference = first.mean - second.mean
    traces = np.trace(first.covariance) + np.trace(second.covariance) - 2 * np.sqrt(product).sum()
    return float(difference @ difference + traces)


def _png(pixels: NDArray[np.uint8]) -> io.BytesIO:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    file.seek(0)
    return file


def _tensor(pixels: NDArray[np.uint8], device: torch.device) -> Tensor:
    """uint8 (H, W, 3) -> float32 (1, 3, H, W) in 0..255."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).to(device).permute(2, 0, 1)[None].float()


def _ms_ssim(reference: NDArray[np.uint8], other: NDArray[np.uint8], done: Callable[[float], None]) -> float:
    """Of one channel, (H, W, 1): contrast and structure at four scales, all of SSIM at the fifth, each to its power
    (Wang et al. 2003, table 1)."""
    x, y = (torch.from_numpy(np.ascontiguousarray(each[..., 0]))[None, None] for each in (reference, other))
    found = 1.0
    with torch.inference_mode():
        for scale, power in enumerate(_SCALE_POWERS):
            last = scale == len(_SCALE_POWERS) - 1
            # each scale has a quarter of the pixels of the one before
            told = _part(done, 1 - 0.25**scale, 0.75 * 0.25**scale)
            found *= max(_similarity(x, y, last, told), 0.0) ** power
            if not last:
                x, y = _halved(x), _halved(y)
    return found


def _halved(x: Tensor) -> Tensor:
    """Means of 2 x 2 of (1, 1, H, W), float32; zeros around an odd side, as the library has it."""
    rows, columns = x.shape[2:]
    above, beside = rows % 2, columns % 2
    found = torch.empty(1, 1, rows // 2 + above, columns // 2 + beside)
    step = max(_SIMILAR_AT_ONCE // columns, 1)
    for top in range(0, found.shape[2], step):
        bottom = min(top + step, found.shape[2])
        strip = x[:, :, max(2 * top - above, 0) : 2 * bottom - above].float()
        padded = nn.functional.pad(strip, (beside, beside, above if top == 0 else 0, 0))
        found[:, :, top:bottom] = nn.functional.avg_pool2d(padded, 2)
    return found


def _part(done: Callable[[float], None], start: float, length: float) -> Callable[[float], None]:
    """Tells `done` of a part of the work."""
    return lambda share: done(start + length * share)


def _similarity(x: Tensor, y: Tensor, luminance: bool, done: Callable[[float], None]) -> float:
    """Mean SSIM of two (1, 1, H, W), in 0..255, without its first factor where `luminance` does not count."""
    # here, since training needs this file and not that library
    from pytorch_msssim import ssim

    # a constant so large that the factor is 1, whatever the means are
    constants = (0.01 if luminance else 1e4, 0.03)
    rows = x.shape[2] - _GAUSSIAN + 1
    step, total = max(_SIMILAR_AT_ONCE // x.shape[3], 1), 0.0
    for top in range(0, rows, step):
        done(top / rows)
        number = min(step, rows - top)
        strip = slice(top, top + number + _GAUSSIAN - 1)
        pair = x[:, :, strip].float(), y[:, :, strip].float()
        part = ssim(*pair, data_range=255, win_size=_GAUSSIAN, K=constants)
        total += float(part) * number
    return total / rows
