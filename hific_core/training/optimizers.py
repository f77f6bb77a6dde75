"""What moves the weights: Adam alone, or Muon where there are matrices and Adam where there are none."""

from typing import Any

from torch import Tensor, nn
from torch.optim import Adam, Muon, Optimizer

from hific_core.device import processor_has_bfloat16
from hific_core.training.config import Settings
from hific_core.training.muon import Float32Muon

SMALLEST_SIDE = 24
"""Of a matrix that is worth an orthogonal step."""


class MatrixOptimizer:
    """Muon (Jordan et al. 2024) for the kernels of dense convolutions, Adam for everything else.

    A kernel (O, I, h, w) is the matrix (O, h w I). Muon makes all singular values of its step about 1, so that what
    the pictures of a batch agree on in few directions does not drown the others; scaled to the usual size of Adam's
    steps (Liu et al. 2025, arXiv 2502.16982, section 2.2), one learning rate serves both.
    """

    def __init__(self, parameters: list[nn.Parameter], settings: Settings) -> None:
        s = settings
        self._kernels = [each for each in parameters if _is_matrix(each)]
        self._matrices = [nn.Parameter(_matrix(each.detach())) for each in self._kernels]
        for kernel, matrix in zip(self._kernels, self._matrices, strict=True):
            assert matrix.data_ptr() == kernel.data_ptr(), "a step of a copy would move nothing"
        rest = [each for each in parameters if not _is_matrix(each)]
        self._parts: list[Optimizer] = []
        if rest:
            self._parts.append(_adam(rest, s))
        if self._matrices:
            self._parts.append(_muon(self._matrices, s))
        self._parameters = parameters

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Of both, whose learning rates may be set."""
        return [group for part in self._parts for group in part.param_groups]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets all gradients."""
        for each in self._parameters:
            each.grad = None if set_to_none or each.grad is None else each.grad.zero_()

    def step(self) -> None:
        """One update of every weight that has a gradient."""
        for kernel, matrix in zip(self._kernels, self._matrices, strict=True):
            matrix.grad = None if kernel.grad is None else _matrix(kernel.grad)
        for part in self._parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        """Of both."""
        return {"parts": [part.state_dict() for part in self._parts]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on where `state` was taken. Raises ValueError where it was taken of something else."""
        if len(state.get("parts", ())) != len(self._parts):
            raise ValueError("the checkpoint holds the state of another optimizer")
        for part, content in zip(self._parts, state["parts"], strict=True):
            part.load_state_dict(content)


def optimizer_of(parameters: list[nn.Parameter], settings: Settings) -> Optimizer | MatrixOptimizer:
    """The optimizer of a network's generator side."""
    return MatrixOptimizer(parameters, settings) if settings.optimizer == "muon" else _adam(parameters, settings)


def _adam(parameters: list[nn.Parameter], s: Settings) -> Adam:
    return Adam(parameters, lr=s.learning_rate, betas=(s.beta_1, s.beta_2), weight_decay=s.weight_decay)


def _muon(matrices: list[nn.Parameter], s: Settings) -> Muon:
    emulated = matrices[0].device.type == "cpu" and not processor_has_bfloat16()
    kind = Float32Muon if emulated else Muon
    return kind(matrices, lr=s.learning_rate, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")


def _is_matrix(parameter: Tensor) -> bool:
    """A dense convolution's kernel that is large enough; depthwise ones have one input each."""
    if parameter.ndim != 4 or parameter.shape[1] == 1:
        return False
    return min(parameter.shape[0], parameter[0].numel()) >= SMALLEST_SIDE


def _matrix(kernel: Tensor) -> Tensor:
    """(O, I, h, w) in channels-last memory -> (O, h w I), the same memory; anything else is copied."""
    return kernel.permute(0, 2, 3, 1).reshape(kernel.shape[0], -1)
