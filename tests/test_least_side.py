import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hific_core.least_side import LEAST_SIDE_LPIPS
from hific_core.metrics import Lpips
from hific_core.training.config import preset


def test_it_is_what_the_network_needs(tiny_lpips_path: Path) -> None:
    lpips, pictures = Lpips(tiny_lpips_path), torch.rand(2, 1, 3, LEAST_SIDE_LPIPS, LEAST_SIDE_LPIPS)
    assert torch.isfinite(lpips(*pictures)).all()
    with pytest.raises(RuntimeError):
        lpips(*pictures[..., 1:, 1:])


def test_settings_leave_as_much_of_a_crop() -> None:
    crop = preset("lite").crop
    assert replace(preset("lite"), detail=0.0, perceptual_offset=crop - LEAST_SIDE_LPIPS)
    with pytest.raises(ValueError, match="offset"):
        replace(preset("lite"), detail=0.0, perceptual_offset=crop - LEAST_SIDE_LPIPS + 1)


def test_settings_are_read_without_torch() -> None:
    code = "import sys, hific_core.training.config; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
