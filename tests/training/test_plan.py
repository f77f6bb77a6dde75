"""What a run's folder says of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hific_core.errors import UnreadableFile
from hific_core.training.plan import Plan, read_plan

from .conftest import tiny_settings

Make = Callable[..., Plan]


def test_a_plan_survives_its_folder(plan: Make, tmp_path: Path) -> None:
    asked = plan(tiny_settings("lite"), tiny_settings("lite", "gan"))
    asked.write(tmp_path)
    assert read_plan(tmp_path) == asked
    with pytest.raises(UnreadableFile, match="no run"):
        read_plan(tmp_path / "nowhere")
