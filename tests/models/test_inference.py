"""The prepared model: padding, precision of each part, the estimate."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from hific_core.codec import Codec
from hific_core.device import Runtime
from hific_core.models.geometry import Area
from hific_core.models.inference import Coded, InferenceModel
from hific_core.models.lite_serving import LiteServing
from hific_core.models.passes import Draws
from tests.conftest import smooth_picture, tiny_network


@pytest.fixture
def reduced(tiny_codec: Codec) -> tuple[InferenceModel, dict[str, torch.dtype]]:
    """The tiny model with a bfloat16 trunk, and the type that each convolution last yielded."""
    model = tiny_codec.model
    network = tiny_network()
    seen: dict[str, torch.dtype] = {}

    def watch(name: str) -> None:
        def note(module: nn.Module, inputs: object, output: Tensor) -> None:
            seen[name] = output.dtype

        network.get_submodule(name).register_forward_hook(note)

    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            watch(name)
    runtime = Runtime(torch.device("cpu"), torch.bfloat16)
    return InferenceModel(model.card, LiteServing, lambda: network, model.twin, model.tables, runtime), seen


def test_only_encoder_and_trunk_are_reduced(reduced: tuple[InferenceModel, dict[str, torch.dtype]]) -> None:
    model, seen = reduced
    analysis = model.analyse(smooth_picture(64, 64).pixels, 500)
    z_hat = np.rint(analysis.hyperlatents).astype(np.int32)
    symbols = np.zeros(analysis.latents.shape, np.int32)
    whole = Area.whole(4, 4)
    model.synthesise(Coded(z_hat, symbols, whole, (4, 4)), 500, 0.0, Area.whole(64, 64))
    model.estimated_bits(z_hat, symbols, 500)
    half = {name for name, dtype in seen.items() if dtype == torch.bfloat16}
    assert half
    assert all(name.startswith(("encoder.", "generator.")) for name in half)
    full = {name for name, dtype in seen.items() if dtype == torch.float32}
    assert {name for name in seen if name.startswith("generator.head.")} <= full
    assert {name for name in seen if name.startswith(("mean_network.", "hyper_analysis."))} <= full


def test_latents_cover_the_picture_and_no_more(tiny_codec: Codec) -> None:
    for height, width in ((1, 1), (16, 17), (65, 31)):
        analysis = tiny_codec.model.analyse(smooth_picture(height, width).pixels, 500)
        rows, columns = -(-height // 16), -(-width // 16)
        assert analysis.latents.shape == (12, rows, columns)
        assert analysis.hyperlatents.shape == (6, -(-rows // 4), -(-columns // 4))


def test_padding_repeats_the_edge(tiny_codec: Codec) -> None:
    picture = smooth_picture(20, 40).pixels
    repeated = np.pad(picture, ((0, 12), (0, 8), (0, 0)), mode="edge")
    one, other = (tiny_codec.model.analyse(pixels, 500).latents for pixels in (picture, repeated))
    assert np.array_equal(one, other)


def test_estimate_is_what_training_minimises(tiny_codec: Codec) -> None:
    """The estimate for a file equals the training pass's bits with rounding in place of noise."""
    picture, quality = smooth_picture(64, 128), 600
    encoded = tiny_codec.encode(picture, quality)
    model = tiny_codec.model
    network = model.serving.network
    with torch.inference_mode():
        x = torch.from_numpy(picture.pixels).permute(2, 0, 1)[None].float() / 255
        q = torch.tensor([quality])
        y = network.latents(x, q)
        z = network.hyper_analysis(y, q)
        means = network.mean_network(torch.floor(z + 0.5), q)
        rounding = (torch.floor(y - means + 0.5) - (y - means), torch.floor(z + 0.5) - z)
        out = network(x, Draws(q, torch.zeros(1), *rounding))
    for bits in (out.noisy, out.rounded):
        assert encoded.estimated_bits == pytest.approx(bits.total.item(), rel=1e-4)
