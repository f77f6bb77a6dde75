import torch

from hific_core.training.engine import Engine, started


def test_alone_without_a_launcher() -> None:
    with started("cpu", "float32") as engine:
        assert engine == Engine(torch.device("cpu"))
        assert engine.leads
        assert engine.mean(torch.tensor(3.0)).item() == 3
        assert engine.any(True) and not engine.any(False)
        module = torch.nn.Conv2d(3, 4, 1)
        assert engine.spread(module) is module


def test_types_and_memory_format() -> None:
    with started("cpu", "float64") as engine:
        module = engine.place(torch.nn.Conv2d(3, 4, 3))
        x = engine.pictures(torch.full((2, 3, 8, 8), 51, dtype=torch.uint8))
        assert x.dtype == module.weight.dtype == torch.float64
        assert x.is_contiguous(memory_format=torch.channels_last)
        assert torch.allclose(x, torch.tensor(0.2, dtype=torch.float64))
    with started("cpu", "bfloat16") as engine, engine.autocast():
        y = engine.place(torch.nn.Conv2d(3, 4, 3))(engine.pictures(torch.zeros(1, 3, 8, 8, dtype=torch.uint8)))
        assert y.dtype == torch.bfloat16
