"""Whole runs at reduced width: both stages, every preset, killed and resumed, spread over processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from hific_core.codec import Codec
from hific_core.container.hfc_file import parse
from hific_core.device import choose_runtime
from hific_core.errors import UnreadableImage, WeightsDamaged
from hific_core.models.lite import SECOND
from hific_core.models.weights import read_model
from hific_core.training import checkpoint
from hific_core.training.config import PRESETS
from hific_core.training.engine import Engine
from hific_core.training.export import export
from hific_core.training.photos import find, shuffled
from hific_core.training.plan import Plan
from hific_core.training.run import Run
from tests.conftest import TINY, smooth_picture, tiny_hific_network, tiny_network

from .conftest import Events, tiny_settings

ENGINE = Engine(torch.device("cpu"))
Make = Callable[..., Plan]
ROOT = Path(__file__).parents[2]
END = ("checkpoint", "done")


def decodes(settings: Any, weights: Any, path: Path) -> Codec:
    """Exports, then encodes and decodes a picture with the exported model."""
    export(settings, weights, path, "made", [smooth_picture(96, 96)], levels=24)
    codec = Codec(read_model(path, choose_runtime("cpu", "float32")))
    encoded = codec.encode(smooth_picture(100, 90, 5), next(iter(codec.model.card.regimes.values())))
    decoded = codec.decode(parse(encoded.file.pack()))
    assert np.array_equal(decoded.symbols.latents, encoded.symbols.latents)
    return codec


def test_both_stages_of_lite(plan: Make, tmp_path: Path) -> None:
    """Two hundred steps each: losses finite and falling, a model that codes pictures and knows realism."""
    rates = {"learning_rate": 2e-3, "steps": 200}
    stages = tiny_settings("lite", perceptual_from=50, **rates), tiny_settings("lite", "gan", **rates)
    events = Events()
    asked = plan(*stages, validate_every=200)
    assert Run(asked, tmp_path, ENGINE, [events]).go()
    errors = events.losses("distortion", "rd")
    assert len(errors) == 200 and np.isfinite(errors).all()
    assert np.mean(errors[-20:]) < 0.5 * np.mean(errors[:20])
    for name in ("gen_loss", "disc_loss", "weighted_compression_loss", "D_real", "D_gen"):
        assert np.isfinite(events.losses(name, "gan")).all()
    seen = events.losses("weighted_compression_loss_sans_G", "gan")
    assert np.mean(seen[-50:]) < np.mean(seen[:50])
    assert np.mean(events.losses("disc_loss", "gan")[-20:]) < np.mean(events.losses("disc_loss", "gan")[:20])
    assert [event["stage"] for event in events.of("done")] == ["rd", "gan"]
    for kind in ("validation", "sample", "checkpoint"):
        assert [event["stage"] for event in events.of(kind)] == ["rd", "gan"]
    (sample,) = {event["path"] for event in events.of("sample") if "/gan/" in event["path"]}
    assert Path(sample).is_file()
    state = checkpoint.load(tmp_path / "gan" / "best.pt")
    codec = decodes(stages[1], state["average"], tmp_path / "made.safetensors")
    assert codec.model.card.abilities.realism
    # encoder and entropy model are those of the first stage
    first = checkpoint.load(tmp_path / "rd" / "step-00000200.pt")["average"]
    assert torch.equal(first["encoder.out.weight"], state["network"]["encoder.out.weight"])


def test_the_recipe_of_the_shipped_model(plan: Make, tmp_path: Path) -> None:
    """A few steps each, from nothing: both stages learn, and the second one a generator of its own."""
    network = asdict(replace(TINY, realistic=True, noise_channels=5, context=8, thin_layers=2))
    stages = tuple(
        replace(tiny_settings("studio", stage, learning_rate=4e-3, steps=steps), network=network)
        for stage, steps in (("rd", 60), ("gan", 12))
    )
    events = Events()
    assert Run(plan(*stages), tmp_path, ENGINE, [events]).go()
    total = events.losses("weighted_compression_loss", "rd")
    assert np.isfinite(total).all() and np.mean(total[-10:]) < 0.8 * np.mean(total[:10])
    realism = [event["losses"] for event in events.of("step") if event["stage"] == "gan"]
    assert len(realism) == 12 and all({"texture", "detail", "moments", "frechet"} < set(terms) for terms in realism)
    assert not any("D_real" in terms for terms in realism)
    assert all(np.isfinite(terms["weighted_compression_loss"]) for terms in realism)
    state = checkpoint.load(tmp_path / "gan" / "step-00000012.pt")
    weights = state["network"]
    pairs = [
        (weights[f"generator.{name.removeprefix(SECOND)}"], value)
        for name, value in weights.items()
        if name.startswith(SECOND) and "grain" not in name
    ]
    assert pairs and not all(torch.equal(first, second) for first, second in pairs)
    decodes(stages[1], state["average"], tmp_path / "made.safetensors")


@pytest.mark.parametrize("name", [name for name in PRESETS if name.startswith("hific")])
def test_the_papers_presets(plan: Make, tmp_path: Path, name: str) -> None:
    """Twenty steps each; the rate moves toward its target."""
    common = {"learning_rate": 2e-3, "steps": 20, "ignore_schedule": True}
    stages = tiny_settings(name, **common), tiny_settings(name, "gan", **{**common, "steps": 5})
    events = Events()
    # from weights whose latents cost far more than they shall
    assert Run(plan(*stages), tmp_path, ENGINE, [events]).go(tiny_hific_network().state_dict())
    rates, target = events.losses("q_bpp", "rd"), stages[0].target_bpp
    assert abs(np.mean(rates[-5:]) - target) < abs(np.mean(rates[:5]) - target)
    total = events.losses("weighted_compression_loss", "rd")
    assert np.isfinite(total).all() and np.mean(total[-5:]) < np.mean(total[:5])
    state = checkpoint.load(tmp_path / "gan" / "step-00000005.pt")
    decodes(stages[1], state["network"], tmp_path / "made.safetensors")


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{"noise_channels": 3}, {"norm": "instance"}, {"mixture": 4, "likelihood": "logistic"}], ids=str
)
def test_other_architectures_are_trained_validated_and_exported(
    plan: Make, tmp_path: Path, options: dict[str, Any]
) -> None:
    settings = tiny_settings("hific-med", steps=3)
    settings = replace(settings, network={**settings.network, **options})
    events = Events()
    assert Run(plan(settings, validate_every=3), tmp_path, ENGINE, [events]).go()
    assert events.of("note") == []
    assert len(events.of("validation")) == 1
    state = checkpoint.load(tmp_path / "rd" / "step-00000003.pt")
    decodes(settings, state["network"], tmp_path / "made.safetensors")


def test_a_bad_folder_is_trained_on_and_told_of(plan: Make, photos: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "text.jpg").write_text("no picture")
    (data / "good.png").write_bytes((photos / "a" / "0.png").read_bytes())
    events = Events()
    asked = plan(tiny_settings("lite", steps=8, held_out=0.0), data=data)
    assert Run(asked, tmp_path / "run", ENGINE, [events]).go()
    (note,) = events.of("note")
    assert note["text"].startswith("text.jpg is left out: ")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UnreadableImage, match="no picture"):
        Run(plan(tiny_settings("lite"), data=empty), tmp_path / "run2", ENGINE, [])


def test_a_folder_of_validation_below_the_data_is_told_of(plan: Make, photos: Path, tmp_path: Path) -> None:
    asked, events = replace(plan(tiny_settings("lite", steps=1)), validation=photos / "a"), Events()
    run = Run(asked, tmp_path, ENGINE, [events])
    assert run.go()
    (note,) = events.of("note")
    assert note["text"] == f"6 of the pictures in {photos} are for validation too, and not trained on."
    state = checkpoint.load(tmp_path / "rd" / "step-00000001.pt")
    assert state["pictures"]["number"] == 10


def test_pictures_of_validation_come_from_all_over_the_folder(plan: Make, photos: Path, tmp_path: Path) -> None:
    run = Run(replace(plan(tiny_settings("lite"), validation_pictures=3), validation=photos), tmp_path, ENGINE, [])
    assert list(run.pictures()) == shuffled(find(photos))[:3] != find(photos)[:3]


def test_the_pace_is_that_of_training_alone(plan: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A validation, which is told of before it begins, takes as long as many steps."""
    clock, events = [0.0], Events()

    def monotonic() -> float:
        clock[0] += 1e-6
        return clock[0]

    monkeypatch.setattr("hific_core.training.run.time", SimpleNamespace(monotonic=monotonic))

    def pass_time(event: Any) -> None:
        clock[0] += {"step": 4.0, "validating": 1000.0}.get(event["event"], 0.0)

    assert Run(plan(tiny_settings("lite", steps=4), validate_every=2), tmp_path, ENGINE, [events, pass_time]).go()
    kinds = [event["event"] for event in events if event["event"] != "sample"]
    assert kinds == [
        "begun",
        "step",
        "step",
        "validating",
        "validation",
        "step",
        "step",
        "validating",
        "validation",
        *END,
    ]
    assert [event["step"] for event in events.of("validating")] == [2, 4]
    assert [event["samples_per_second"] for event in events.of("step")][1:] == pytest.approx([0.5] * 3, rel=1e-3)
    assert [event["seconds_left"] for event in events.of("step")][1:] == pytest.approx([8, 4, 0], rel=1e-3)


def test_epochs_end_a_stage(plan: Make, tmp_path: Path) -> None:
    events = Events()
    Run(plan(tiny_settings("lite", epochs=1, batch=4)), tmp_path, ENGINE, [events]).go()
    assert events.of("done") == [{"event": "done", "step": 4, "stage": "rd"}]  # 15 pictures, one is held out


def test_a_run_tells_where_it_begins(plan: Make, tmp_path: Path) -> None:
    """Before its first report, also where it is made longer; not of a stage that is at its end."""
    asked, events = plan(tiny_settings("lite", steps=1), tiny_settings("lite", "gan", steps=1)), Events()
    assert Run(asked, tmp_path, ENGINE, [events]).go()
    assert Run(asked, tmp_path, ENGINE, [events]).go()
    longer = replace(asked, stages=(asked.stages[0], replace(asked.stages[1], steps=2)))
    assert Run(longer, tmp_path, ENGINE, [events]).go()
    rounds = ["begun", "step", *END]
    assert [event["event"] for event in events] == [*rounds, *rounds, *rounds]
    assert [(each["stage"], each["step"], each["total"]) for each in events.of("begun")] == [
        *(("rd", 0, 1), ("gan", 0, 1), ("gan", 1, 2))
    ]


def test_a_run_begun_before_a_setting_existed_goes_on(plan: Make, tmp_path: Path) -> None:
    asked = plan(tiny_settings("lite", steps=2))
    assert Run(asked, tmp_path, ENGINE, []).go()
    (path,) = checkpoint.numbered(tmp_path / "rd")
    state = checkpoint.load(path)
    del state["settings"]["moments"]
    checkpoint.save(path, state)
    events, longer = Events(), replace(asked, stages=(replace(asked.stages[0], steps=3),))
    assert Run(longer, tmp_path, ENGINE, [events]).go()
    assert [event["step"] for event in events.of("step")] == [3]
    del state["settings"]["preset"]  # which has no default
    checkpoint.save(checkpoint.numbered(tmp_path / "rd")[-1], state)
    with pytest.raises(WeightsDamaged, match="not known here"):
        Run(longer, tmp_path, ENGINE, []).go()


def test_a_run_that_dies_before_its_first_checkpoint_keeps_its_first_weights(plan: Make, tmp_path: Path) -> None:
    """What `--init` brought is not known to `--resume`."""
    asked = plan(tiny_settings("lite", steps=3))
    start = tiny_network(seed=7).state_dict()
    whole, died, resumed = Events(), Events(), Events()
    assert Run(asked, tmp_path / "whole", ENGINE, [whole]).go(start)

    def die(event: Any) -> None:
        raise KeyError("as if killed")

    with pytest.raises(KeyError):
        Run(asked, tmp_path / "died", ENGINE, [died, die]).go(start)
    assert Run(asked, tmp_path / "died", ENGINE, [resumed]).go()
    assert resumed.losses("distortion", "rd") == whole.losses("distortion", "rd")
    assert not (tmp_path / "died" / "rd" / checkpoint.START).exists()


# --- in processes of their own ----------------------------------------------------------------------------------


def command(run: Path, *options: str) -> list[str]:
    return ["-m", "hific_core", "train", "--resume", str(run), "--json-lines", "--log-every", "1", *options]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def losses_of(lines: list[str]) -> dict[int, dict[str, float]]:
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return {event["step"]: event["losses"] for event in events if event["event"] == "step"}


OPTIONS = ("--no-export", "--device", "cpu", "--workers", "0", "--validate-every", "0")


def test_killed_and_resumed_a_run_gives_the_same_losses(plan: Make, tmp_path: Path) -> None:
    """SIGKILL at whatever step it happens to be; to the last bit."""
    asked = plan(tiny_settings("lite", "gan", steps=40))
    found: dict[int, dict[str, float]] = {}
    for name in ("whole", "killed"):
        asked.write(tmp_path / name)
    options = (*OPTIONS, "--precision", "float32", "--save-every", "3")
    run = [sys.executable, *command(tmp_path / "whole", *options)]
    whole = losses_of(
        subprocess.run(run, env=environment(), capture_output=True, text=True, check=True).stdout.splitlines()
    )
    run = [sys.executable, *command(tmp_path / "killed", *options)]
    with subprocess.Popen(run, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        killed = False
        for line in process.stdout:  # to its end: what was told before the signal counts
            if line.endswith("}\n"):
                found.update(losses_of([line]))
            if not killed and found and max(found) >= 4:
                time.sleep(np.random.default_rng().uniform(0, 0.15))
                process.send_signal(signal.SIGKILL)
                killed = True
    assert checkpoint.latest(tmp_path / "killed" / "gan") is not None
    rest = subprocess.run(run, env=environment(), capture_output=True, text=True, check=True)
    again = losses_of(rest.stdout.splitlines())
    assert min(again) > 1, "it began anew"
    found.update(again)
    assert found == whole
    assert len(whole) == 40


def test_two_processes_agree_with_one(plan: Make, tmp_path: Path) -> None:
    """Batch 4 each against batch 8, in float64, with the rate at its switch: the same losses for 20 steps."""
    settings = tiny_settings("hific-low", "gan", batch=8, steps=20, learning_rate=1e-3)
    probe = Events()
    Run(plan(replace(settings, steps=1)), tmp_path / "probe", ENGINE, [probe]).go()
    settings = replace(settings, target_bpp=probe.losses("q_bpp", "gan")[0] * 0.97)
    options = (*OPTIONS, "--precision", "float64")
    results = []
    for name, launcher in (
        ("one", []),
        ("two", ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]),
    ):
        plan(settings).write(tmp_path / name)
        run = [sys.executable, *launcher, *command(tmp_path / name, *options)]
        outcome = subprocess.run(run, env=environment(), capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stderr[-2000:]
        results.append(losses_of(outcome.stdout.splitlines()))
    one, two = results
    assert len(one) == len(two) == 20
    for step, losses in one.items():
        for name, value in losses.items():
            assert two[step][name] == pytest.approx(value, rel=1e-6), (step, name)
    penalties = {losses["rate_penalty"] for losses in one.values()}
    assert len(penalties) == 2, "the switch must have been crossed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_writes_a_checkpoint_and_leaves(plan: Make, tmp_path: Path, number: int) -> None:
    """To the whole group of processes, as a terminal or a service sends it: the workers are not to end first."""
    plan(tiny_settings("lite", steps=100_000)).write(tmp_path)
    run = [sys.executable, *command(tmp_path, *OPTIONS, "--workers", "1")]
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    options["preexec_fn"] = lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may run the tests
    with subprocess.Popen(run, env=environment(), text=True, **options) as process:
        assert process.stdout is not None and process.stderr is not None
        steps = 0
        for line in process.stdout:
            event = json.loads(line)
            steps = max(steps, event.get("step", 0))
            if steps == 3:
                os.killpg(process.pid, number)
        assert process.wait(60) == 128 + number
        assert process.stderr.read() == ""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    newest = checkpoint.latest(tmp_path / "rd")
    assert newest is not None and checkpoint.load(newest)["step"] == steps
