import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hific_core.training.events import json_lines, log_file, tell, tensorboard


def test_lines_are_json_even_where_numbers_are_not(tmp_path: Path) -> None:
    lines: list[str] = []
    sinks = [json_lines(lines.append), log_file(tmp_path / "log.jsonl")]
    tell(sinks, "step", losses={"a": float("nan"), "b": 1.5}, path=tmp_path)
    tell(sinks, "done", step=3)
    assert json.loads(lines[0]) == {"event": "step", "losses": {"a": None, "b": 1.5}, "path": str(tmp_path)}
    assert (tmp_path / "log.jsonl").read_text() == "".join(lines)
    assert len(lines) == 2 and all(line.endswith("\n") for line in lines)


def test_tensorboard_has_scalars_and_pictures(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    sink = tensorboard(tmp_path / "tb")
    assert sink is not None
    picture = tmp_path / "step-00000007-0.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(picture)
    common = {"learning_rate": 0.5, "samples_per_second": 2.0, "skipped": 0}
    tell([sink], "step", stage="rd", step=7, losses={"q_bpp": 0.25, "D_real": 0.75}, **common)
    scores = {"med": {"psnr": 30.0, "lpips": None}}
    tell([sink], "validation", stage="rd", step=7, scores=scores, fd_alex={"med": 4.0})
    tell([sink], "sample", stage="rd", step=7, path=str(picture))
    tell([sink], "note", text="of no stage")
    found = EventAccumulator(str(tmp_path / "tb" / "rd"))
    found.Reload()
    tags = set(found.Tags()["scalars"])
    assert {"q_bpp", "D_real", "learning_rate", "validation/med/psnr", "validation/med/fd_alex"} <= tags
    assert "validation/med/lpips" not in tags
    assert found.Scalars("q_bpp")[0].value == 0.25
    assert found.Tags()["images"] == ["0"]


def test_tensorboard_has_a_curve_for_each_stage(tmp_path: Path) -> None:
    """Steps begin anew: in one curve they would run back."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    sink = tensorboard(tmp_path)
    assert sink is not None
    common = {"losses": {"q_bpp": 0.25}, "learning_rate": 0.5, "samples_per_second": 2.0, "skipped": 0}
    for stage, step in (("rd", 10), ("rd", 20), ("gan", 10)):
        tell([sink], "step", stage=stage, step=step, **common)
    for stage, steps in (("rd", [10, 20]), ("gan", [10])):
        found = EventAccumulator(str(tmp_path / stage))
        found.Reload()
        assert [each.step for each in found.Scalars("q_bpp")] == steps


def test_a_log_that_cannot_be_written_ends_no_run(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").mkdir()
    log_file(tmp_path / "log.jsonl")({"event": "note", "text": "of no consequence"})
