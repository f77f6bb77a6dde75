"""The paper's network at its full size with seeded weights, prepared to a file: nobody's photo comes out of it, but
its sizes, its arithmetic and its files are those of a trained one.

Run as a program: `python -m tests.seeded_hific TARGET`.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from hific_core.models.hific import Hific, HificConfig
from hific_core.models.weights import write_model
from hific_core.prepare import prepare
from tests.conftest import spread_hific, tiny_card
from tests.models.test_hific import seeded_weights
from tests.original_checkpoints import args_of


def write_seeded_hific(target: Path) -> Path:
    """Some 360 MB, in a minute or two."""
    torch.manual_seed(0)
    network = Hific()
    spread_hific(network)
    write_model(target, prepare(network.eval(), replace(tiny_card("seeded-hific"), regimes={"med": 500})))
    return target


def write_reference_checkpoint(target: Path, shared: Path, config: HificConfig, **others: Any) -> None:
    """A checkpoint as the original's training saves it, 737 MB, with the weights that its references are made with."""
    below = seeded_weights(shared)
    spare = tuple(f"Generator.resblock_{number}." for number in range(config.residual_blocks, 9))
    tensors = below("")
    content = {
        "model_state_dict": {name: value for name, value in tensors.items() if not name.startswith(spare)},
        "epoch": 7,
        "steps": 1000000,
        "args": args_of(config, regime="low"),
        **others,
    }
    torch.save(content, target)


if __name__ == "__main__":
    write_seeded_hific(Path(sys.argv[1]))
