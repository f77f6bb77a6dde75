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


def test_bfloat16_only_where_the_processor_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(device, "processor_has_bfloat16", lambda has=has: has)
        assert choose_runtime("cpu").dtype == dtype
        assert choose_runtime("cpu", "float32").dtype == torch.float32
    assert str(choose_runtime("cpu", "bfloat16")) == "cpu (bfloat16)"
