"""Decodes files the way another machine might, and prints a digest of each one's symbols.

Run as a process of its own: `python -m tests.decode_elsewhere MODEL FILES... [--threads N] [--no-onednn]
[--noise 1e-3] [--pixels 64]`; set ATEN_CPU_CAPABILITY in its environment for other instructions.
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
from hific_core.models.families import family_of
from hific_core.models.geometry import Area
from hific_core.models.inference import InferenceModel
from hific_core.models.weights import read_model
from tests.make_golden import symbols_digest


def add_noise(model: InferenceModel, amount: float) -> None:
    """Relative noise on every weight's output of mean network and generator, as another library's rounding."""
    generator = torch.Generator().manual_seed(1)

    def disturb(module: nn.Module, inputs: object, output: torch.Tensor) -> torch.Tensor:
        return output * (1 + amount * torch.randn(output.shape, generator=generator))

    family = family_of(model.card.family)
    for name, module in model.serving.network.named_modules():
        decodes = name.startswith(family.entropy_parts + family.generator_parts)
        if decodes and isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.register_forward_hook(disturb)


def main() -> None:
    """Prints one JSON object, file name to digest."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--no-onednn", action="store_true")
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--pixels", type=int, default=2**31, help="of each side of a picture, how many to synthesise")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.mkldnn.enabled = not options.no_onednn  # type: ignore[assignment]
    model = read_model(options.model, choose_runtime("cpu", "float32"))
    if options.noise:
        add_noise(model, options.noise)
    codec = Codec(model)
    digests, pixels = {}, {}
    for path in options.files:
        file = read(path)
        digests[path.name] = symbols_digest(codec.decode_symbols(file)[0])
        corner = Area.whole(*(min(side, options.pixels) for side in (file.header.height, file.header.width)))
        pixels[path.name] = zlib.crc32(codec.decode_region(file, corner).tobytes())
    output = {"capability": torch.backends.cpu.get_cpu_capability(), "digests": digests, "pixels": pixels}
    json.dump(output, sys.stdout)


if __name__ == "__main__":
    main()
