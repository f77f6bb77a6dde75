"""What `hific train` asks for, of a new run and of one that goes on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from hific_core.cli.training_plan import Lengths, Preset, StageChoice, Start, Where, Wishes, begun
from hific_core.models.families import family_of
from hific_core.training import checkpoint, engine
from hific_core.training.config import PRESETS, preset
from hific_core.training.origins import origin
from hific_core.training.plan import read_plan

from .conftest import Hific


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--crop", "100"], "multiple of 64"),
        (["--init", "tiny", "--preset", "hific-low"], "another --preset"),
        (["--init", "tiny", "--latent-channels", "13"], "cannot change"),
        (["--init", "tiny", "--encoder-blocks", "2", "0"], "has encoder_blocks (1, 1), which training can only raise"),
        (["--init", "tiny", "--noise-channels", "4", "--stage", "gan"], "only a second generator has noise"),
        (["--residual-blocks", "7"], "family hific"),
        (["--init", "tiny", "--lambda-a", "3"], "--lambda-a is for the family hific; leave it out, or change"),
        (["--init", "tiny", "--target-bpp", "0.3"], "--target-bpp is for the family hific"),
        (["--preset", "hific-med", "--crop", "128", "--k-p-high", "3"], "--k-p-high is for the family lite"),
        (["--init", "tiny", "--clip", "-1"], "cannot be negative"),
        (["--init", "tiny", "--lambda-low", "0"], "lambda must be above 0"),
        (["--init", "tiny", "--k-p", "0", "--k-p-high", "10"], "must be above 0"),
        (["--init", "tiny", "--epochs", "-3"], "at least 1"),
        (["--init", "tiny", "--steps", "0"], "greater than or equal to 1"),
        (["--init", "tiny", "--name", "run:1"], "'run:1' cannot name a model's file; choose another --name."),
        (["--init", "tiny", "--accumulate", "3"], "choose a multiple for --batch"),
        (["--realism-from", "tiny"], "name them with --init"),
        (["--init", "tiny", "--realism-from", "tiny"], "tiny has no second generator"),
        (["--init", "nothing"], "no model called 'nothing'"),
        (["--init", "tiny", "--gan-loss", "other"], "adversarial loss"),
        (["--init", "tiny", "--steps", "1", "--data", "no-such-folder"], "no picture"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_no_run(
    train: Any, tmp_path: Path, options: list[str], sentence: str
) -> None:
    outcome = train(*options)
    assert outcome.code != 0
    assert sentence in " ".join(outcome.err.replace("│", " ").split())
    assert not (tmp_path / "runs").exists()


def test_a_taken_name_and_no_data(train: Any, hific: Hific, tmp_path: Path) -> None:
    (tmp_path / "runs" / "run").mkdir(parents=True)
    outcome = train("--init", "tiny")
    assert outcome.code == 1 and "--resume" in outcome.err
    assert "--data" in hific("train").err
    assert "no run" in hific("train", "--resume", tmp_path / "runs" / "run").err


def test_flags_reach_the_settings(train: Any, tmp_path: Path) -> None:
    options = ["--lambda-a", 3, "--ignore-schedule", "--likelihood", "logistic", "--normalised-input", "--seed", 5]
    outcome = train("--preset", "hific-med", "--stage", "rd", "--crop", 64, *options)
    assert "at least 128" in " ".join(outcome.err.replace("│", " ").split())
    outcome = train(
        "--init",
        "tiny",
        "--stage",
        "rd",
        "--steps",
        1,
        "--average",
        0,
        "--no-export",
        "--k-p",
        7,
        "--encoder-blocks",
        2,
        1,
    )
    assert outcome.code == 0, outcome.err
    (stage,) = json.loads((tmp_path / "runs" / "run" / "run.json").read_text())["stages"]
    assert (stage["k_p"], stage["average"], stage["steps"], stage["batch"]) == (7.0, 0.0, 1, 2)
    assert (stage["network"]["latents"], stage["network"]["encoder_blocks"]) == (12, [2, 1])


def test_a_preset_needs_no_further_option(tmp_path: Path) -> None:
    """The names of the command line are those of the settings, and each makes a network."""
    where, wishes = Where(tmp_path, None, tmp_path / "lpips.npz"), Wishes({}, {})
    for name in Preset:
        asked = begun(
            Start(name, StageChoice.both, None, None, tmp_path, "run"), where, Lengths(None, None), wishes, {}
        )
        assert asked.plan.stages == (preset(name.value, "rd"), preset(name.value, "gan"))
        for settings in asked.plan.stages:
            family_of(settings.family).config(**settings.network)
    assert {name.value for name in Preset} == set(PRESETS)


def test_the_shipped_model_s_recipe_from_first_weights(train: Any, tmp_path: Path) -> None:
    added = "--realistic", "--noise-channels", 5
    outcome = train("--preset", "studio", "--init", "tiny", "--steps", 2, "--gan-steps", 2, "--no-export", *added)
    assert outcome.code == 0, outcome.err
    first, second = read_plan(tmp_path / "runs" / "run").stages
    assert (first.preset, first.k_p, second.k_p, second.frechet) == ("studio", 6000, 40, 150)
    assert (first.network["latents"], second.network["noise_channels"]) == (12, 5), "the network is that of the start"


def test_a_second_generator_goes_on_from_another_run_s(train: Any, tmp_path: Path) -> None:
    alone = "--init", "tiny", "--stage", "gan", "--steps", 1, "--no-export"
    assert train(*alone, "--realistic", "--noise-channels", 5).code == 0
    first, second = tmp_path / "runs" / "run", tmp_path / "runs" / "second"
    outcome = train(*alone, "--realism-from", first, "--average", 0, "--learning-rate", 1e-9, name="second")
    assert outcome.code == 0, outcome.err
    plan = read_plan(second)
    assert plan.realism_from == str(first) and plan.stages[0].network["noise_channels"] == 5
    taught, kept = (origin(str(run)).weights for run in (first, second))
    for name in taught:  # the first run moved its second generator alone, so that its first is that of "tiny"
        assert torch.allclose(taught[name], kept[name], atol=1e-6), name


def test_what_a_run_learns_is_not_changed_on_the_way(train: Any, hific: Hific, tmp_path: Path) -> None:
    assert train("--init", "tiny", "--steps", 1, "--gan-steps", 1, "--no-export").code == 0
    run = tmp_path / "runs" / "run"
    for options in (
        ("--learning-rate", 1e-9),
        ("--batch", 1),
        ("--init", "tiny"),
        ("--name", "other"),
        ("--stage", "gan"),
        ("--preset", "lite"),
    ):
        outcome = hific("train", "--resume", run, *options)
        said = " ".join(outcome.err.replace("│", " ").split())
        assert outcome.code == 2 and f"{options[0]} cannot change a run" in said
    outcome = hific("train", "--resume", run, "--steps", 3, "--device", "cpu", "--no-export")
    assert outcome.code == 1 and "has gone on to its next stage" in outcome.err


def test_a_lone_stage_is_the_first_one(train: Any, hific: Hific, tmp_path: Path) -> None:
    alone = "--init", "tiny", "--no-export", "--steps", 1
    assert train(*alone, "--stage", "gan").code == 0
    run = tmp_path / "runs" / "run"
    for option, number in (("--steps", 2), ("--gan-steps", 3)):
        assert hific("train", "--resume", run, option, number, "--no-export").code == 0
        assert checkpoint.latest(run / "gan") == run / "gan" / f"step-{number:08}.pt"
    assert train(*alone, "--stage", "rd", name="other").code == 0
    outcome = hific("train", "--resume", tmp_path / "runs" / "other", "--gan-steps", 3, "--no-export")
    assert outcome.code == 2 and "no generative stage; leave --gan-steps out" in outcome.err


def test_a_name_that_no_model_can_have_is_told_of_before_a_run_goes_on(
    train: Any, hific: Hific, tmp_path: Path
) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export", name="run:1").code == 0
    run = tmp_path / "runs" / "run:1"
    outcome = hific("train", "--resume", run, "--steps", 2)
    assert outcome.code == 1 and f"say --no-export, then `hific export {run} --name NAME`." in outcome.err
    assert hific("train", "--resume", run, "--steps", 2, "--no-export").code == 0
    assert hific("export", run, "--name", "run-1").code == 0


def test_a_mistyped_folder_leaves_no_run(train: Any, tmp_path: Path) -> None:
    for option in ("--data", "--val"):
        outcome = train("--init", "tiny", option, tmp_path / "typo")
        assert outcome.code == 1 and "holds no picture" in outcome.err
    assert not (tmp_path / "runs" / "run" / "run.json").exists()


def test_a_run_goes_on_in_its_precision_and_on_its_device(
    train: Any, hific: Hific, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked = tmp_path / "runs" / "run", []
    started = engine.started

    def recorded(*machine: Any) -> Any:
        asked.append(machine)
        return started(*machine[:2], False)  # a compiler takes minutes

    monkeypatch.setattr(engine, "started", recorded)
    options = "--init", "tiny", "--stage", "rd", "--precision", "float64", "--compile", "--no-export"
    assert train(*options, "--steps", 1).code == 0
    assert hific("train", "--resume", run, "--steps", 2, "--no-export").code == 0
    state = checkpoint.load(run / "rd" / "step-00000002.pt")
    assert {value.dtype for value in state["network"].values() if value.is_floating_point()} == {torch.float64}
    assert hific("train", "--resume", run, "--precision", "float32", "--no-compile", "--no-export").code == 0
    assert hific("train", "--resume", run, "--no-export").code == 0
    assert asked == [("cpu", "float64", True)] * 2 + [("cpu", "float32", False)] * 2


def test_a_run_on_a_device_that_is_not_here(train: Any, hific: Hific, tmp_path: Path) -> None:
    assert train("--init", "tiny", "--stage", "rd", "--steps", 1, "--no-export").code == 0
    run = tmp_path / "runs" / "run"
    plan = read_plan(run)
    replace(plan, machine=replace(plan.machine, device="cuda:99")).write(run)
    outcome = hific("train", "--resume", run, "--no-export")
    assert outcome.code == 1
    assert "was on the device 'cuda:99', which is not here; choose another, as in --device auto." in outcome.err
    assert hific("train", "--resume", run, "--device", "cpu", "--no-export").code == 0
    assert hific("train", "--resume", run, "--no-export").code == 0
