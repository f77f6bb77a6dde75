"""Decodes files the way another machine might, and prints a digest of each one's symbols.

Run as a process of its own: `python -m tests.decode_elsewhere MODEL FILES... [--threads N] [--no-onednn]
[--noise 1e-3]`; set ATEN_CPU_CAPABILITY in its environment for other instructions.
"""

import argparse
import json
import sys
import zlib
from pathlib import Path

import torch
from torch import nn

from hific_core.codec import Codec
from hific_core.container.hfc_file import read
from hific_core.device import choose_runtime
from hific_core.models.inference import InferenceModel
from hific_core.models.weights import read_model
from tests.make_golden import symbols_digest


def add_noise(model: InferenceModel, amount: float) -> None:
    """Relative noise on every weight's output of mean network and generator, as another library's rounding."""
    generator = torch.Generator().manual_seed(1)

    def disturb(module: nn.Module, inputs: object, output: torch.Tensor) -> torch.Tensor:
        return output * (1 + amount * torch.randn(output.shape, generator=generator))

    network = model.serving.network
    for part in (network.mean_network, network.generator):
        for module in part.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(disturb)


def main() -> None:
    """Prints one JSON object, file name to digest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--no-onednn", action="store_true")
    parser.add_argument("--noise", type=float, default=0.0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.mkldnn.enabled = not options.no_onednn  # type: ignore[assignment]
    model = read_model(options.model, choose_runtime("cpu", "float32"))
    if options.noise:
        add_noise(model, options.noise)
    codec = Codec(model)
    decoded = {path.name: codec.decode(read(path)) for path in options.files}
    output = {
        "capability": torch.backends.cpu.get_cpu_capability(),
        "digests": {name: symbols_digest(each.symbols) for name, each in decoded.items()},
        "pixels": {name: zlib.crc32(each.picture.pixels.tobytes()) for name, each in decoded.items()},
    }
    json.dump(output, sys.stdout)


if __name__ == "__main__":
    main()
