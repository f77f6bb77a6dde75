"""The paper's network at its full size with seeded weights, prepared to a file: nobody's photo comes out of it, but
its sizes, its arithmetic and its files are those of a trained one.

Run as a program: `python -m tests.seeded_hific TARGET`.
"""

import sys
from dataclasses import replace
from pathlib import Path

import torch

from hific_core.models.hific import Hific
from hific_core.models.weights import write_model
from hific_core.prepare import prepare
from tests.conftest import spread_hific, tiny_card


def write_seeded_hific(target: Path) -> Path:
    """Some 360 MB, in a minute or two."""
    torch.manual_seed(0)
    network = Hific()
    spread_hific(network)
    write_model(target, prepare(network.eval(), replace(tiny_card("seeded-hific"), regimes={"med": 500})))
    return target


if __name__ == "__main__":
    write_seeded_hific(Path(sys.argv[1]))
