"""What a run's folder says of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hific_core.errors import UnreadableFile
from hific_core.training.plan import RUN_FILE, Machine, Plan, read_plan

from .conftest import tiny_settings

Make = Callable[..., Plan]


def test_a_plan_survives_its_folder(plan: Make, tmp_path: Path) -> None:
    asked = plan(tiny_settings("lite"), tiny_settings("lite", "gan"))
    asked = replace(asked, machine=Machine("cuda:1", "float64", True))
    asked.write(tmp_path)
    assert read_plan(tmp_path) == asked
    with pytest.raises(UnreadableFile, match="no run"):
        read_plan(tmp_path / "nowhere")


def test_a_run_begun_before_its_machine_was_kept_is_on_any(plan: Make, tmp_path: Path) -> None:
    plan(tiny_settings("lite")).write(tmp_path)
    content = json.loads((tmp_path / RUN_FILE).read_bytes())
    del content["machine"]
    (tmp_path / RUN_FILE).write_text(json.dumps(content))
    assert read_plan(tmp_path).machine == Machine("auto", "auto", False)
