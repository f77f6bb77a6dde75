"""Muon in float32: torch's steps, its state, and shares of several processes that add up to the same."""

import multiprocessing
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.optim import Muon

from hific_core.training import optimizers
from hific_core.training.config import preset
from hific_core.training.muon import Float32Muon, _cost, _owners

SHAPES = (24, 200), (64, 48), (96, 96), (48, 30)
RATE = 0.01


def steps(kind: type[Muon], number: int, state: dict[str, Any] | None = None) -> tuple[list[torch.Tensor], Muon]:
    stream = torch.Generator().manual_seed(3)
    matrices = [nn.Parameter(torch.randn(shape, generator=stream)) for shape in SHAPES]
    muon = kind(matrices, lr=RATE, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    if state is not None:
        muon.load_state_dict(state)
    for _ in range(number):
        for each in matrices:
            each.grad = torch.randn(each.shape, generator=stream)
        muon.step()
    return [each.detach() for each in matrices], muon


def test_its_steps_are_torchs_to_the_precision_of_bfloat16() -> None:
    ours, muon = steps(Float32Muon, 3)
    theirs, torchs = steps(Muon, 3)
    begun, _ = steps(Muon, 0)
    for mine, other, start in zip(ours, theirs, begun, strict=True):
        # bfloat16 rounds to 1/256, in each of five iterations
        assert (mine - other).norm() < 0.03 * (other - start).norm()
        assert not torch.equal(mine, other)
    for mine, other in zip(_momenta(muon), _momenta(torchs), strict=True):
        assert torch.equal(mine, other)


def test_it_goes_on_from_torchs_state() -> None:
    _, torchs = steps(Muon, 2)
    _, ours = steps(Float32Muon, 1, torchs.state_dict())
    _, theirs = steps(Muon, 1, torchs.state_dict())
    _, fresh = steps(Float32Muon, 1)
    for mine, other, new in zip(*(_momenta(each) for each in (ours, theirs, fresh)), strict=True):
        assert torch.equal(mine, other)
        assert not torch.equal(mine, new)


def _momenta(muon: Muon) -> list[torch.Tensor]:
    return [each["momentum_buffer"] for each in muon.state_dict()["state"].values()]


def test_it_is_taken_where_bfloat16_is_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    matrices = [nn.Parameter(torch.zeros(32, 32))]
    for has, kind in ((True, Muon), (False, Float32Muon)):
        monkeypatch.setattr(optimizers, "processor_has_bfloat16", lambda has=has: has)
        assert type(optimizers._muon(matrices, preset("lite"))) is kind


def test_processes_share_evenly() -> None:
    costs = [_cost(torch.empty(shape)) for shape in SHAPES * 5]
    owners = _owners(costs, 3)
    loads = [sum(cost for cost, owner in zip(costs, owners, strict=True) if owner == number) for number in range(3)]
    assert max(loads) < 1.1 * sum(costs) / 3
    assert _owners([5, 1], 1) == [0, 0] and _owners([], 2) == []


def test_two_processes_move_as_one(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    spawn = multiprocessing.get_context("spawn")
    both = [spawn.Process(target=_one_of_two, args=(rank, port, tmp_path)) for rank in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(120)
        assert each.exitcode == 0
    alone, _ = steps(Float32Muon, 3)
    for rank in range(2):
        for mine, other in zip(alone, torch.load(tmp_path / f"{rank}.pt", weights_only=True), strict=True):
            assert torch.equal(mine, other)


def _one_of_two(rank: int, port: int, folder: Path) -> None:
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    torch.save(steps(Float32Muon, 3)[0], folder / f"{rank}.pt")
    dist.destroy_process_group()
