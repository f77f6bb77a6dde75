"""The bench's seeded weights are what they say: rates of a trained model, and a file as large as its estimate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from hific_core.codec import Codec
from hific_core.device import choose_runtime
from hific_core.models.hific import HificConfig
from hific_core.models.weights import read_model, write_model
from hific_core.pixels.picture import Picture, read_picture
from hific_core.prepare import prepare

from ..conftest import tiny_card
from . import weights

SMALL = HificConfig(latents=24, residual_blocks=2, hyper_filters=16, channels=(4, 6, 8, 10, 12))


def test_spreads_are_what_scales_say_and_files_what_is_estimated(tmp_path: Path) -> None:
    network = weights.seeded_network(SMALL)
    path = tmp_path / "small.safetensors"
    write_model(path, prepare(network, replace(tiny_card(), regimes={"med": 500}), levels=48, largest_scale=8.0))
    codec = Codec(read_model(path, choose_runtime("cpu", "float32")))
    picture = Picture(np.ascontiguousarray(read_picture(weights.SAMPLE).pixels[:256, :256]))
    encoded = codec.encode(picture, 500)
    assert np.array_equal(codec.decode(encoded.file).symbols.latents, encoded.symbols.latents)
    estimate = encoded.estimated_bits / 8
    assert len(encoded.file.pack()) - estimate < 0.005 * estimate + 40
    # 0.03 to 1 even in the logarithm is 0.4 bits a latent; a sample of the sample varies
    assert 0.2 < encoded.estimated_bits / encoded.symbols.latents.size < 0.8


def test_both_sides_get_the_same_weights() -> None:
    network = weights.seeded_network(SMALL)
    assert all(
        torch.equal(parameter, parameter.half().float())
        for name, parameter in network.named_parameters()
        if "hyperlatent_likelihood" not in name
    )
    again = weights.seeded_network(SMALL).state_dict()
    assert all(torch.equal(value, again[name]) for name, value in network.state_dict().items())
