"""`hific train` and `hific export` from the command line, at the width of the tiny model."""

import hashlib
import json
import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.device import choose_runtime
from hific_core.entropy.tables import gaussian_table, scale_levels
from hific_core.models import zoo
from hific_core.processes import began
from hific_core.training import checkpoint
from hific_core.training.measured import scale_tables
from hific_core.training.origins import origin
from hific_core.training.photos import split
from hific_core.training.plan import Machine, read_plan
from hific_core.training.run import STOP_FILE
from hific_core.training.trainer import Trainer

from .conftest import Hific, names


def test_both_stages_end_in_an_installed_model(train: Any, hific: Hific, tmp_path: Path) -> None:
    outcome = train("--init", "tiny", "--steps", 3, "--gan-steps", 2, "--json-lines", "--held-out", 0.3)
    assert outcome.code == 0, outcome.err
    events = [json.loads(line) for line in outcome.out.splitlines()]
    kinds = [event["event"] for event in events]
    first, second = (["begun", *["step"] * steps, "checkpoint", "done"] for steps in (3, 2))
    assert kinds == [*first, *second, "exported"]
    step = events[2]
    assert (step["stage"], step["step"], step["total"]) == ("rd", 2, 3)
    assert {"bpp", "learning_rate", "samples_per_second", "seconds_left", "skipped"} < set(step)
    assert {"q_bpp", "n_bpp_hyperlatent", "weighted_distortion", "rate_penalty"} < set(step["losses"])
    assert {"D_real", "D_gen", "gen_loss"} < set(events[7]["losses"])
    lines = hific("models").out.splitlines()
    assert any(line.startswith("run: ") and "with realism control" in line for line in lines)
    run = tmp_path / "runs" / "run"
    assert [name for name in names(run) if "tensorboard" not in name] == [
        "gan/step-00000002.pt",
        "log.jsonl",
        "rd/step-00000003.pt",
        "run.json",
    ]
    assert [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()] == events
    card = zoo.named("run").card
    assert card.training["step"] == 2 and card.training["seed"] == 0
    assert str(tmp_path) not in json.dumps(dict(card.training)), "no path of this machine"


def test_a_run_goes_on_longer(train: Any, hific: Hific, tmp_path: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 2, "--no-export").code == 0
    run = tmp_path / "runs" / "run"
    outcome = hific("train", "--resume", run, "--steps", 4, "--workers", 0, "--device", "cpu", "--no-export")
    assert outcome.code == 0, outcome.err
    lines = outcome.err.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == ["3/4", "4/4"], (
        "it reports and validates as it was told at first"
    )
    assert lines[-1] == "the stage rd is done"
    options = "--steps", 5, "--validate-every", 5
    outcome = hific("train", "--resume", run, *options, "--device", "cpu", "--no-export")
    assert outcome.code == 0, outcome.err
    lines = outcome.err.splitlines()
    assert lines[1].startswith("validation at step 5: low ")
    assert lines[2:] == ["the stage rd is done"]
    assert (run / "rd" / "step-00000004.pt").is_file()


def test_export_puts_the_model_where_it_shall(train: Any, hific: Hific, tmp_path: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    target = tmp_path / "elsewhere" / "mine.safetensors"
    run = tmp_path / "runs" / "run"
    outcome = hific("export", run, "--note", "seed=7", "--to", target)
    assert outcome.code == 2 and not target.exists(), "a note does not rewrite a setting"
    outcome = hific("export", run, "--name", "mine", "--licence", "CC0", "--to", target, "--note", "commit=1a2b")
    assert (outcome.code, outcome.out) == (0, f"mine: {target}\n")
    card = zoo.named(str(target)).card
    assert card.licence == "CC0" and card.training["commit"] == "1a2b"
    assert "tables_pictures" not in card.training
    trained_on = split([f"{seed}.png" for seed in range(6)], 0.02).train
    assert card.training["pictures"] == len(trained_on) == 5
    assert card.training["pictures_sha256"] == hashlib.sha256("\n".join(trained_on).encode()).hexdigest()
    alone = origin(str(target)).weights
    assert hific("export", run, "--to", target, "--mean-with", "tiny").code == 0
    assert zoo.named(str(target)).card.training["mean_with"] == "tiny"
    mean, tiny = origin(str(target)).weights, origin("tiny").weights
    moved = [name for name in mean if not torch.equal(alone[name], tiny[name])]
    assert moved and all(torch.allclose(mean[name], (alone[name] + tiny[name]) / 2, atol=1e-3) for name in moved)
    (tmp_path / "none").mkdir()
    outcome = hific("export", run, "--to", target / "sub" / "below.safetensors")
    assert (outcome.code, "takes no file (Not a directory); choose another" in outcome.err) == (1, True)
    outcome = hific("export", run, "--rates-on", tmp_path / "none")
    assert outcome.code == 1 and "no picture" in outcome.err
    assert hific("export", run, "--rates-on", tmp_path / "pictures").code == 0
    outcome = hific("export", run)
    assert outcome.code == 1 and "choose another --name" in outcome.err
    outcome = hific("export", tmp_path)
    assert outcome.code == 1 and "no checkpoint" in outcome.err


def test_export_needs_the_pictures_of_its_rates_alone(train: Any, hific: Hific, tmp_path: Path, pictures: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    run, elsewhere = tmp_path / "runs" / "run", tmp_path / "elsewhere"
    learned = split([f"{seed}.png" for seed in range(6)], 0.02).train
    pictures.rename(elsewhere)
    outcome = hific("export", run, "--name", "mine")
    assert outcome.code == 1 and f"{pictures} holds no picture" in outcome.err
    assert hific("export", run, "--name", "mine", "--rates-on", elsewhere).code == 0
    training = zoo.named("mine").card.training
    assert training["pictures"] == 5
    assert training["pictures_sha256"] == hashlib.sha256("\n".join(learned).encode()).hexdigest()
    for path in (run / "rd").glob("*.pt"):  # as written before checkpoints named their pictures
        state = checkpoint.load(path)
        del state["pictures"]
        checkpoint.save(path, state)
    outcome = hific("export", run, "--name", "older", "--rates-on", elsewhere)
    assert outcome.code == 1 and f"{pictures} holds no picture" in outcome.err


def test_export_measures_tables(train: Any, hific: Hific, tmp_path: Path, pictures: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    run, on = tmp_path / "runs" / "run", tmp_path / "on"
    (on / "deep").mkdir(parents=True)
    outcome = hific("export", run, "--tables-on", on)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"{on} holds no picture; name another folder for --tables-on." in outcome.err
    found = ["0.png", str(Path("deep") / "1.png")]
    for name in found:
        shutil.copyfile(pictures / Path(name).name, on / name)
    assert hific("export", run, "--name", "mine", "--tables-on", on).code == 0
    mine = zoo.named("mine")
    assert mine.card.training["tables_pictures"] == 2
    assert mine.card.training["tables_pictures_sha256"] == hashlib.sha256("\n".join(found).encode()).hexdigest()
    tables = scale_tables(zoo.load(mine, choose_runtime("cpu", "float32")).tables)
    assert not np.array_equal(tables[64].counts, gaussian_table(scale_levels(128)[64]).counts)
    (on / "bad.png").write_bytes(b"no picture")
    outcome = hific("export", run, "--name", "bad", "--tables-on", on)
    assert outcome.code == 1 and "bad.png" in outcome.err
    assert not (tmp_path / "own" / "bad.safetensors").exists()


@pytest.fixture
def stop_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, int]]:
    """Stages and steps in which the run is asked to stop."""
    asked: set[tuple[str, int]] = set()
    one_step = Trainer.one_step

    def step(trainer: Trainer, pictures: Any) -> Any:
        if (trainer.settings.stage, trainer.step + 1) in asked:
            (tmp_path / "runs" / "run" / STOP_FILE).touch()
        return one_step(trainer, pictures)

    monkeypatch.setattr(Trainer, "one_step", step)
    return asked


def test_a_file_stops_a_run_as_a_signal_does(train: Any, tmp_path: Path, stop_at: set[tuple[str, int]]) -> None:
    run = tmp_path / "runs" / "run"
    stop_at.add(("rd", 1))
    outcome = train("--init", "tiny", "--stage", "rd", "--steps", 5, "--no-export")
    assert outcome.code == 128 + signal.SIGTERM, outcome.err
    assert f"--resume {run}" in " ".join(outcome.err.split())
    assert [path.name for path in (run / "rd").glob("*.pt")] == ["step-00000001.pt"]


def test_a_run_goes_on_with_what_it_was_told_when_it_went_on(
    train: Any, hific: Hific, tmp_path: Path, stop_at: set[tuple[str, int]]
) -> None:
    run, stopped = tmp_path / "runs" / "run", 128 + signal.SIGTERM
    again = "train", "--resume", run, "--device", "cpu", "--no-export"
    stop_at.update({("rd", 1), ("gan", 1), ("gan", 4)})
    assert train("--init", "tiny", "--steps", 2, "--gan-steps", 1, "--no-export").code == stopped
    assert hific(*again, "--steps", 3, "--gan-steps", 2).code == stopped
    outcome = hific(*again)
    assert outcome.code == 0, outcome.err
    assert checkpoint.latest(run / "gan") == run / "gan" / "step-00000002.pt"
    assert hific(*again, "--gan-steps", 5).code == stopped
    assert hific(*again).code == 0
    assert checkpoint.latest(run / "gan") == run / "gan" / "step-00000005.pt"
    assert hific(*again, "--steps", 9).code == 1, "the generative stage has begun"
    assert hific(*again).code == 0, "what is refused is not kept"


def test_a_run_whose_pictures_have_moved_ends_in_a_model(
    train: Any, hific: Hific, tmp_path: Path, pictures: Path
) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    run, elsewhere = tmp_path / "runs" / "run", tmp_path / "elsewhere"
    pictures.rename(elsewhere)
    longer = "train", "--resume", run, "--steps", 2, "--device", "cpu"
    before = (run / "run.json").read_bytes()
    for option in ("--data", "--val"):
        outcome = hific(*longer, option, tmp_path / "typo")
        assert outcome.code == 1 and "holds no picture" in outcome.err
    assert (run / "run.json").read_bytes() == before, "a mistyped folder is not kept"
    outcome = hific(*longer, "--data", elsewhere)
    assert outcome.code == 0, outcome.err
    assert zoo.named("run").card.training["step"] == 2


def test_a_bundle_cannot_compile(hific: Hific, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    outcome = hific("train", "--data", tmp_path, "--compile")
    assert outcome.code == 2
    assert "has no --compile" in outcome.err


def test_a_bundle_cannot_go_on_compiled(
    train: Any, hific: Hific, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    run = tmp_path / "runs" / "run"
    replace(read_plan(run), machine=Machine("cpu", compiled=True)).write(run)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    outcome = hific("train", "--resume", run, "--no-export")
    assert outcome.code == 2 and "say --no-compile" in " ".join(outcome.err.replace("│", " ").split())
    assert hific("train", "--resume", run, "--no-compile", "--no-export").code == 0


def test_a_run_that_ended_before_it_kept_its_first_weights_takes_them_again(
    train: Any, hific: Hific, tmp_path: Path
) -> None:
    options = "--init", "tiny", "--stage", "rd", "--steps", 2, "--no-export", "--json-lines"
    whole = train(*options, name="whole")
    missing = tmp_path / "missing.npz"
    assert train(*options, "--lpips-weights", missing).code == 1
    run = tmp_path / "runs" / "run"
    again = "train", "--resume", run, "--device", "cpu", "--no-export", "--json-lines"
    assert hific(*again).code == 1
    shutil.copyfile(json.loads((tmp_path / "runs" / "whole" / "run.json").read_text())["lpips_weights"], missing)
    outcome = hific(*again)
    assert outcome.code == 0, outcome.err
    losses = [
        [json.loads(line)["losses"]["weighted_compression_loss"] for line in each.out.splitlines() if '"step",' in line]
        for each in (whole, outcome)
    ]
    assert len(losses[0]) == 2 and losses[0] == losses[1]


def test_every_end_of_a_run_is_a_model(train: Any, hific: Hific, tmp_path: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1).code == 0
    outcome = hific("train", "--resume", tmp_path / "runs" / "run", "--steps", 2, "--device", "cpu")
    assert outcome.code == 0, outcome.err
    assert [zoo.named(name).card.training["step"] for name in ("run", "run-2")] == [1, 2]
    outcome = hific("train", "--resume", tmp_path / "runs" / "run", "--device", "cpu")
    assert (outcome.code, "there is a model called run already" in outcome.err) == (0, True)
    assert {each.card.name for each in zoo.listing().models} >= {"run", "run-2"}
    assert not any(each.card.name == "run-3" for each in zoo.listing().models)


def test_a_run_is_trained_by_one_process(train: Any, hific: Hific, tmp_path: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    run = tmp_path / "runs" / "run"
    (run / "pid").write_text(f"{os.getppid()} {began(os.getppid())}")
    outcome = hific("train", "--resume", run, "--steps", 2, "--device", "cpu", "--no-export")
    assert outcome.code == 1 and f"goes on already, as process {os.getppid()}" in outcome.err
    assert (run / "pid").is_file(), "it is the other one's"
    (run / "pid").write_text(f"{os.getppid()} another time")
    outcome = hific("train", "--resume", run, "--steps", 2, "--device", "cpu", "--no-export")
    assert outcome.code == 0, outcome.err


def test_export_from_inside_the_run_s_folder(
    train: Any, hific: Hific, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    monkeypatch.chdir(tmp_path / "runs" / "run" / "rd")
    outcome = hific("export", "..")
    assert outcome.code == 0 and outcome.out.startswith("run: "), outcome.err
    for name in ("tiny", "sub/mine", ".hidden"):
        outcome = hific("export", "step-00000001.pt", "--name", name)
        assert outcome.code == 1 and "choose another --name" in outcome.err
    assert hific("export", "step-00000001.pt", "--name", "second").code == 0
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == ["run.safetensors", "second.safetensors"]
