"""Preparing a model: the same bytes on every machine, tables that hold what the densities say."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Literal

import mpmath
import numpy as np
import pytest
import torch

from hific_core.entropy.tables import (
    TOTAL,
    Table,
    gaussian_table,
    level_boundaries,
    logistic_table,
    scale_levels,
)
from hific_core.models.hific import Hific
from hific_core.models.lite import Lite
from hific_core.models.weights import write_model
from hific_core.prepare import calibration, integer_twin, prepare, table_of_density, with_scale_tables
from tests.conftest import GOLDEN, TINY_HIFIC, tiny_card, tiny_hific_network, tiny_network

ROOT = Path(__file__).parents[1]
ELSEWHERE = """
import sys, torch
from pathlib import Path
from hific_core.models.weights import write_model
from hific_core.prepare import prepare
from tests.conftest import tiny_card
from hific_core.models.lite import Lite
from tests.conftest import TINY
threads, onednn, state, target = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.backends.mkldnn.enabled = onednn == "on"
network = Lite(TINY)
network.load_state_dict(torch.load(state, weights_only=True))
write_model(Path(target), prepare(network, tiny_card(), levels=24, largest_scale=32.0))
"""


@pytest.fixture(scope="module")
def network() -> Lite:
    return tiny_network()


@pytest.fixture(scope="module")
def tables(network: Lite) -> list[Table]:
    return [table_of_density(network.density, channel) for channel in range(network.config.hyperlatents)]


def test_golden_model_is_prepared_to_the_same_bytes_under_every_back_end(network: Lite, tmp_path: Path) -> None:
    """The twin and the tables of the golden model, by this process and as on other machines."""
    here, state = tmp_path / "here.safetensors", tmp_path / "state.pt"
    torch.save(network.state_dict(), state)
    write_model(here, prepare(network, tiny_card(), levels=24, largest_scale=32.0))
    for capability, threads, onednn in (("default", "1", "off"), ("avx2", "3", "on")):
        there = tmp_path / f"{capability}.safetensors"
        command = [sys.executable, "-c", ELSEWHERE, threads, onednn, str(state), str(there)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "ATEN_CPU_CAPABILITY": capability}, check=True)
        assert here.read_bytes() == there.read_bytes()


def test_golden_model_is_still_made_from_its_weights(tmp_path: Path) -> None:
    """Preparing the golden model's own float weights again gives its tables again."""
    from safetensors.numpy import load_file

    arrays = load_file(GOLDEN / "tiny.safetensors")
    network = tiny_network()
    state = {name.removeprefix("network."): a for name, a in arrays.items() if name.startswith("network.density")}
    for name, array in state.items():
        network.get_parameter(name).data = torch.from_numpy(array)
    for channel in range(network.config.hyperlatents):
        lowest, size = arrays["tables.hyperlatent.lowest"][channel], arrays["tables.hyperlatent.sizes"][channel]
        start = int(arrays["tables.hyperlatent.sizes"][:channel].sum())
        table = table_of_density(network.density, channel)
        assert table.lowest == lowest
        assert np.array_equal(table.counts, arrays["tables.hyperlatent.counts"][start : start + size])


def test_hyperlatent_tables_follow_the_density(network: Lite, tables: list[Table]) -> None:
    """The integer counts equal the float network's probabilities to its own precision."""
    for channel, table in enumerate(tables):
        values = torch.arange(table.lowest, table.highest + 1, dtype=torch.float32)
        z = torch.zeros(1, network.config.hyperlatents, 1, len(values))
        z[0, channel, 0] = values
        with torch.inference_mode():
            mass = torch.exp2(-network.density.bits(z))[0, channel, 0].numpy()
        assert np.abs(table.counts[:-1] / TOTAL - mass).max() < 1e-5
        assert table.counts[-1] / TOTAL < 1e-4


def test_activations_keep_headroom(network: Lite, tables: list[Table]) -> None:
    """On its calibration inputs the twin uses at most a quarter of 16 bits and at least an eighth of that."""
    inputs = calibration(tables)
    twin = integer_twin(network.scale_network.layers, scale_levels(24, 0.11, 32.0), tables)
    for layer in twin.layers[:-1]:
        inputs = [layer.activations(layer.sums(x)) for x in inputs]
        peak = max(float(x.max()) for x in inputs)
        assert 2**13 <= peak <= 2**14


def test_thresholds_are_the_boundaries_of_levels(network: Lite, tables: list[Table]) -> None:
    levels = scale_levels(8, 0.11, 32.0)
    twin = integer_twin(network.scale_network.layers, levels, tables)
    steps = np.diff(twin.thresholds, axis=1)
    assert twin.thresholds.shape == (network.config.latents, 7)
    # Log-spaced levels have evenly spaced logarithms; each threshold is rounded down once.
    assert (steps.max(axis=1) - steps.min(axis=1) <= 1).all()
    with mpmath.workdps(30):
        step = mpmath.log(levels[1] / levels[0])
    fractions = np.log2(steps.mean(axis=1) / float(step))
    assert np.abs(fractions - np.rint(fractions)).max() < 1e-4


# --- the paper's family -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper() -> Hific:
    return tiny_hific_network()


def test_tables_know_the_last_gate(paper: Hific) -> None:
    """Without it a table would still be one, of another density."""
    table = table_of_density(paper.density, 3)
    k = torch.arange(table.lowest, table.highest + 1, dtype=torch.float32)
    points = (k[None] + torch.tensor([[-0.5], [0.5]])).reshape(1, 1, -1).expand(8, 1, -1)
    below, above = torch.sigmoid(paper.density.cumulative_logits(points).detach())[3, 0].chunk(2)
    masses = (above - below).double().numpy()
    assert np.abs(table.counts[:-1] / TOTAL - masses).max() < 1e-5
    gate = getattr(paper.density, paper.density.last_gate)
    assert float(gate[3].detach().abs()) > 0.1


@pytest.mark.parametrize("likelihood", ["gaussian", "logistic"])
def test_the_twin_follows_the_scale_network(likelihood: Literal["gaussian", "logistic"]) -> None:
    """Levels of the float scales and the twin's indexes are the same but for some at the boundaries."""
    network = tiny_hific_network(replace(TINY_HIFIC, likelihood=likelihood))
    prepared = prepare(network, tiny_card(), levels=24, largest_scale=32.0)
    random = np.random.default_rng(0)
    z_hat = random.integers(-6, 7, (8, 12, 10)).astype(np.int32)
    scales = network.raw_scales(torch.from_numpy(z_hat)[None].float())[0].detach().double().numpy()
    boundaries = np.array([float(b) for b in level_boundaries(scale_levels(24, 0.11, 32.0))])
    expected = np.searchsorted(boundaries, scales)
    found = prepared.twin.indexes(z_hat, None).astype(int)
    assert len(np.unique(found)) > 10
    assert (found != expected).mean() < 1e-3
    assert np.abs(found - expected).max() <= 1
    table = {"gaussian": gaussian_table, "logistic": logistic_table}[likelihood](0.11)
    first = prepared.tables["scale.counts"][: prepared.tables["scale.sizes"][0]]
    assert np.array_equal(first, table.counts)


def test_the_card_of_a_network_with_one_rate(paper: Hific) -> None:
    card = prepare(paper, tiny_card(), levels=24, largest_scale=32.0).card
    assert (card.family, card.abilities.continuous_rate, card.abilities.realism) == ("hific", False, False)
    assert card.network["hyper_filters"] == 8


def test_other_tables_make_another_fingerprint() -> None:
    content = prepare(tiny_network(), tiny_card(), levels=24, largest_scale=32.0)
    scales = scale_levels(24, 0.11, 32.0)
    same = with_scale_tables(content, [gaussian_table(scale) for scale in scales])
    assert same.card == content.card
    other = with_scale_tables(content, [logistic_table(scale) for scale in scales])
    assert other.card.entropy_fingerprint != content.card.entropy_fingerprint
    assert replace(other.card, entropy_fingerprint=content.card.entropy_fingerprint) == content.card
    with pytest.raises(ValueError, match="24 scale levels"):
        with_scale_tables(content, [gaussian_table(scale) for scale in scales[1:]])


def test_only_known_networks_are_prepared() -> None:
    with pytest.raises(TypeError, match="Linear"):
        prepare(torch.nn.Linear(1, 1), tiny_card())
