"""What a run's folder says of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hific_core.errors import UnreadableFile, UnreadableImage, UnwritableFile
from hific_core.training.plan import RUN_FILE, Machine, Plan, read_plan

from .conftest import tiny_settings

Make = Callable[..., Plan]


def test_a_plan_survives_its_folder(plan: Make, tmp_path: Path) -> None:
    asked = plan(tiny_settings("lite"), tiny_settings("lite", "gan"))
    asked = replace(asked, machine=Machine("cuda:1", "float64", True))
    asked.write(tmp_path)
    assert read_plan(tmp_path) == asked
    with pytest.raises(UnwritableFile, match="takes no file"):
        asked.write(tmp_path / ("long" * 99))
    with pytest.raises(UnreadableFile, match="no run"):
        read_plan(tmp_path / "nowhere")


def test_a_run_begun_before_its_machine_was_kept_is_on_any(plan: Make, tmp_path: Path) -> None:
    plan(tiny_settings("lite")).write(tmp_path)
    content = json.loads((tmp_path / RUN_FILE).read_bytes())
    del content["machine"]
    (tmp_path / RUN_FILE).write_text(json.dumps(content))
    assert read_plan(tmp_path).machine == Machine("auto", "auto", False)


def test_no_picture_of_validation_is_trained_on(plan: Make, photos: Path) -> None:
    asked = plan(tiny_settings("lite"))
    held_out = asked.names()
    assert len(held_out.train) == 15 and len(held_out.validation) == 1 and not held_out.apart
    below = replace(asked, validation=photos / "a").names()
    assert {Path(name).parts[0] for name in below.train} == {"b", "c"}
    assert len(below.train) + len(below.validation) == 16 and below.apart == len(below.validation)
    with pytest.raises(UnreadableImage, match=r"lie in .* too; name another folder for --val"):
        replace(asked, data=photos / "a", validation=photos).check()
    assert len(replace(asked, validation=photos).names().train) == 16, "of a run that began so"
    with pytest.raises(UnreadableImage, match="nowhere holds no picture"):
        replace(asked, data=photos / "nowhere", validation=photos).check()
