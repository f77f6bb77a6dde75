"""Choosing where and in which precision networks run."""

import pytest
import torch

from hific_core import device
from hific_core.device import choose_runtime
from hific_core.errors import DeviceMissing


def test_a_missing_device_is_named() -> None:
    for name in ("abacus", "meta", "cuda:99", "xla"):
        with pytest.raises(DeviceMissing, match=f"{name!r}"):
            choose_runtime(name)


def test_a_process_has_a_gpu_of_its_own_only_among_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stray LOCAL_RANK picks none."""

    def absent(*shape: int, device: torch.device) -> torch.Tensor:
        raise RuntimeError("whatever GPUs this machine has")

    monkeypatch.setattr(torch, "empty", absent)
    monkeypatch.setenv("LOCAL_RANK", "3")
    with pytest.raises(DeviceMissing, match="'cuda:0'"):
        choose_runtime("cuda")
    group = {"RANK": "7", "WORLD_SIZE": "8", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500"}
    for name, value in group.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DeviceMissing, match="'cuda:3'"):
        choose_runtime("cuda")
    with pytest.raises(DeviceMissing, match="'cuda:1'"):
        choose_runtime("cuda:1")
    for value in ("", "two", "-1"):
        monkeypatch.setenv("LOCAL_RANK", value)
        with pytest.raises(DeviceMissing, match="'cuda:0'"):
            choose_runtime("cuda")


def test_bfloat16_only_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(device, "processor_has_bfloat16", lambda has=has: has)
        assert choose_runtime("cpu").dtype == dtype
        assert choose_runtime("cpu", "float32").dtype == torch.float32
    assert str(choose_runtime("cpu", "bfloat16")) == "cpu (bfloat16)"
