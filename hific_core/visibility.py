"""Errors as an eye finds them: plainly where the picture is calm, hardly where it is busy, and the worst ones first.

A mean squared error spends a picture's bits on leaves, whose errors nobody sees, and leaves a scar on a cheek. Busy
surroundings hide what is wrong in them (contrast masking: Legge and Foley 1980); structure that is gone somewhere is
not made up for by being right elsewhere.
"""

import torch
from torch import Tensor, nn

LEVELS = 255
CELL, STEP = 8, 4
"""Pixels of a side of the squares whose variance says how busy a place is, and from one to the next."""
SURROUNDINGS = 9
"""Squares, in both directions, that are looked at together: 40 pixels."""
FAINT, USUAL = 60.0, 400.0
"""Variances, in squared levels of 255: no place is calmer than the first says; at the second errors count once."""
OPPONENT = (0.3, 0.6, 0.1), (0.5, -0.5, 0.0), (-0.2, -0.4, 0.6)
"""Brightness, red against green, and blue against both."""
SHARES = 1.0, 0.5, 0.25
"""What each of them weighs in `structural_distance`."""
SCALES = 4
WINDOW, STRIDE = 8, 2
_NOISE = 0.03**2
"""Variance, of values in [0, 1], under which structure is taken for noise (SSIM's second constant)."""
_NOWHERE = 1e-9
"""The fourth root of nothing has no gradient."""


def visibility(x: Tensor, masking: float) -> Tensor:
    """By how much errors count at each pixel of (N, 3, H, W) in [0, 1]: float32 (N, 1, H, W).

    (variance + FAINT)^-masking, so that it is 1 at USUAL. The variance is the harmonic mean over the surroundings: eyes
    and lips have calm skin around them and count as calm, and so do edges before a plain ground. Pictures of a side
    under 8 have no surroundings, and all of them counts once.
    """
    if min(x.shape[2:]) < CELL:
        return torch.ones_like(x[:, :1], dtype=torch.float32)
    with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
        brightness = (x.float() * LEVELS).mean(1, keepdim=True)
        mean, square = (nn.functional.avg_pool2d(each, CELL, STEP) for each in (brightness, brightness.square()))
        variance = (square - mean.square()).clamp(min=0)
        calm = nn.functional.avg_pool2d(
            1 / (variance + FAINT), SURROUNDINGS, 1, SURROUNDINGS // 2, count_include_pad=False
        )
        weight = ((USUAL + FAINT) * calm) ** masking
        return nn.functional.interpolate(weight, size=x.shape[2:], mode="bilinear", align_corners=False)


def visible_error(x: Tensor, reconstruction: Tensor, masking: float) -> Tensor:
    """Mean squared error on 0..255 of each picture, (N,), where each pixel counts by its `visibility`."""
    return (visibility(x, masking) * ((reconstruction - x) * LEVELS).square()).mean((1, 2, 3))


def structural_distance(x: Tensor, reconstruction: Tensor) -> Tensor:
    """How much structure of each picture (N, 3, H, W) in [0, 1] is not there, (N,); 0 for none.

    1 - SSIM (Wang et al. 2004, without its masking by brightness) of three opponent colours on four scales, or as many
    as are no smaller than a window: its mean and, as in SSIMULACRA 2 (Sneyers 2022), the root of its fourth moment,
    which the worst places make.
    """
    shares = x.new_tensor(SHARES, dtype=torch.float32)[:, None, None]
    total = torch.zeros(len(x), device=x.device)
    with torch.autocast(x.device.type, enabled=False):  # variances are differences
        matrix = x.new_tensor(OPPONENT, dtype=torch.float32)[:, :, None, None]
        a, b = (nn.functional.conv2d(each.float(), matrix).contiguous() for each in (x, reconstruction))
        scales = [scale for scale in range(SCALES) if min(x.shape[2:]) >> scale >= WINDOW]
        for scale in scales:
            if scale:
                a, b = (nn.functional.avg_pool2d(each, 2) for each in (a, b))
            apart = _dissimilarity(a, b) * shares
            worst = (apart.square().square().mean((1, 2, 3)) + _NOWHERE).sqrt().sqrt()
            total = total + apart.mean((1, 2, 3)) + worst
    return total / max(len(scales), 1)


def _dissimilarity(a: Tensor, b: Tensor) -> Tensor:
    """1 - SSIM in windows, at least 0."""
    a_mean, b_mean, a_square, b_square, both = (_windows(each) for each in (a, b, a * a, b * b, a * b))
    a_variance, b_variance = a_square - a_mean.square(), b_square - b_mean.square()
    alike = (2 * (both - a_mean * b_mean) + _NOISE) / (a_variance + b_variance + _NOISE)
    return (1 - (1 - (a_mean - b_mean).square()) * alike).clamp(min=0)


def _windows(x: Tensor) -> Tensor:
    """Means of squares of WINDOW pixels, STRIDE apart; sums of sums, of which a large one takes a tenth of the time."""
    x = nn.functional.avg_pool2d(x, STRIDE)
    for axis in (2, 3):
        size = 1
        while size < WINDOW // STRIDE:
            length = x.shape[axis] - size
            x = (x.narrow(axis, 0, length) + x.narrow(axis, size, length)) / 2
            size *= 2
    return x
