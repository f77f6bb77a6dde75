"""hific: parity with the original's references, padding of every size, exact rearrangement of its hyper-synthesis."""

import importlib.util
from collections.abc import Callable
from functools import cache
from math import erfc, log2, sqrt, tanh
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from hific_core.models.hific import ChannelNorm, Hific, HificConfig, extended, padded_latents, padded_pixels
from hific_core.models.hific_hyperprior import HificDensity, as_convolution
from hific_core.models.layers import lower_bound
from hific_core.models.priors import SMALLEST_SCALE, FactorizedDensity

TOLERANCE = 1e-3
VARIANTS = {
    "a": HificConfig(),
    "b": HificConfig(likelihood="logistic"),
    "c": HificConfig(residual_blocks=7, normalised_input=True),
}
SMALL = HificConfig(latents=6, residual_blocks=2, hyper_filters=5, channels=(4, 6, 8, 10, 12))


class Parity(NamedTuple):
    """A variant with the seeded weights, the picture, what the original computed."""

    network: Hific
    x: Tensor
    reference: dict[str, Tensor]


def seeded_weights(shared: Path) -> Callable[[str], dict[str, Tensor]]:
    """A function from a prefix such as "Encoder." to the reference weights whose names begin with it.

    Nobody may change them: they are made once per test run.
    """
    weights = _seeded_weights(shared)
    return lambda prefix: {name: value for name, value in weights.items() if name.startswith(prefix)}


@cache
def _seeded_weights(shared: Path) -> dict[str, Tensor]:
    specification = importlib.util.spec_from_file_location("seed_weights", shared / "parity" / "seed_weights.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    lines = (shared / "parity" / "state_dict_keys.txt").read_text().splitlines()
    shapes = {name: tuple(map(int, shape.split("x"))) for name, shape in map(str.split, lines)}
    return {name: torch.from_numpy(array) for name, array in module.fill(shapes, seed=0).items()}


def reference_pixels(shared: Path) -> Tensor:
    """The references' picture, float32 (1, 3, 144, 200) in [0, 1]."""
    with Image.open(shared / "parity" / "input.png") as image:
        return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255


def reference(shared: Path, variant: str) -> dict[str, Tensor]:
    """The tensors that the original computed for a variant."""
    with np.load(shared / "parity" / f"ref_{variant}.npz") as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


@pytest.fixture(scope="module")
def weights(shared: Path) -> dict[str, Tensor]:
    below = seeded_weights(shared)
    return {**below("Encoder."), **below("Generator."), **below("Hyperprior.")}


@pytest.fixture(scope="module", params=VARIANTS)
def parity(request: pytest.FixtureRequest, shared: Path, weights: dict[str, Tensor]) -> Parity:
    config = VARIANTS[request.param]
    with torch.device("meta"):
        network = Hific(config)
    spare = tuple(f"Generator.resblock_{number}." for number in range(config.residual_blocks, 9))
    state = {name: value for name, value in weights.items() if not name.startswith(spare)}
    network.load_state_dict(state, strict=True, assign=True)
    network.eval().requires_grad_(False)
    return Parity(network, reference_pixels(shared), reference(shared, request.param))


def assert_close(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape
    assert (found - expected).abs().max() < TOLERANCE


def assert_same_rounding(found: Tensor, values: Tensor, expected: Tensor) -> None:
    """Symbols `found`, of `values`, are `expected` but where the original's value lies at a rounding boundary."""
    flipped = found != expected
    to_boundary = ((values + 0.5) - torch.round(values + 0.5)).abs()
    assert (to_boundary[flipped] < 1e-4).all()
    assert flipped.float().mean() < 1e-3


def test_parity_of_the_analysis(parity: Parity) -> None:
    y = parity.network.latents(padded_pixels(parity.x))
    z = parity.network.hyper_analysis(padded_latents(y))
    assert_close(y, parity.reference["latents"])
    assert_close(z, parity.reference["hyperlatents"])
    assert_same_rounding(torch.floor(z + 0.5), z, torch.floor(parity.reference["hyperlatents"] + 0.5))


def test_parity_of_the_hyper_synthesis_and_the_symbols(parity: Parity) -> None:
    network, expected = parity.network, parity.reference
    z_hat = torch.floor(expected["hyperlatents"] + 0.5)
    means = network.means(z_hat)
    assert_close(means, expected["means"])
    assert_close(network.raw_scales(z_hat), expected["scales_raw"])
    residuals = padded_latents(network.latents(padded_pixels(parity.x))) - means
    symbols = torch.floor(residuals + 0.5)
    expected_symbols = torch.round(expected["latents_decoded"] - expected["means"])
    assert_same_rounding(symbols, residuals, expected_symbols)
    assert_close(expected_symbols + means, expected["latents_decoded"])


def test_parity_of_the_estimate(parity: Parity) -> None:
    network, expected = parity.network, parity.reference
    z_hat = torch.floor(expected["hyperlatents"] + 0.5)
    scales = lower_bound(network.raw_scales(z_hat), SMALLEST_SCALE)
    symbols = torch.round(expected["latents_decoded"] - expected["means"])
    bits = network.latent_bits(symbols, scales).double().sum() + network.density.bits(z_hat).double().sum()
    height, width = padded_pixels(parity.x).shape[2:]
    assert (height, width) == (144, 208)
    assert float(bits) / (height * width) == pytest.approx(float(expected["q_bpp"]), abs=TOLERANCE)


def test_parity_of_the_generator(parity: Parity) -> None:
    network, expected = parity.network, parity.reference
    raw: list[Tensor] = []
    hook = network.Generator.register_forward_hook(lambda _module, _inputs, output: raw.append(output))
    pixels = network.pixels(expected["latents_decoded"])
    hook.remove()
    assert_close(raw[0], expected["generator_output"])
    assert_close(pixels[:, :, :144, :200].clamp(0, 1), expected["reconstruction"])


def small(config: HificConfig = SMALL) -> Hific:
    torch.manual_seed(0)
    return Hific(config).eval().requires_grad_(False)


@pytest.mark.parametrize(
    ("height", "width", "padded"),
    [
        (1, 1, (128, 128)),
        (8, 8, (128, 128)),
        (64, 64, (128, 128)),
        (65, 65, (80, 80)),
        (64, 65, (128, 80)),
        (128, 65, (128, 80)),
        (1, 333, (128, 336)),
    ],
)
def test_every_size_passes_through(height: int, width: int, padded: tuple[int, int]) -> None:
    network = small()
    x = padded_pixels(torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0)))
    assert x.shape == (1, 3, *padded)
    y = network.latents(x)
    assert y.shape == (1, 6, padded[0] // 16, padded[1] // 16)
    y = padded_latents(y)
    z = network.hyper_analysis(y)
    assert z.shape == (1, 5, y.shape[2] // 4, y.shape[3] // 4)
    assert network.means(z).shape == network.raw_scales(z).shape == y.shape
    assert network.pixels(y).shape == (1, 3, 16 * y.shape[2], 16 * y.shape[3])


def test_smaller_sides_could_not_be_reflected() -> None:
    """64 pixels give 4 latents and these 2 values inside the hyper-analysis: fewer than its padding needs."""
    with pytest.raises(RuntimeError):
        small().hyper_analysis(torch.zeros(1, 6, 4, 4))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (64, 65), (65, 64), (3, 200)])
def test_small_pictures_are_extended_by_their_edges(height: int, width: int) -> None:
    x = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    bottom, right = (128 - side if side < 65 else 0 for side in (height, width))
    expected = np.pad(x.numpy(), ((0, 0), (0, 0), (0, bottom), (0, right)), mode="edge")
    assert np.array_equal(extended(x).numpy(), expected)


def test_larger_pictures_and_latents_are_padded_by_reflection() -> None:
    x = torch.rand(1, 3, 65, 97, generator=torch.Generator().manual_seed(0))
    assert extended(x) is x
    right_and_bottom = ((0, 0), (0, 0), (0, 15), (0, 15))
    assert np.array_equal(padded_pixels(x).numpy(), np.pad(x.numpy(), right_and_bottom, mode="reflect"))
    y = torch.rand(2, 6, 5, 8, generator=torch.Generator().manual_seed(1))
    bottom = ((0, 0), (0, 0), (0, 3), (0, 0))
    assert np.array_equal(padded_latents(y).numpy(), np.pad(y.numpy(), bottom, mode="reflect"))
    assert padded_latents(y[:, :, :4]).shape == (2, 6, 4, 8)


def test_channel_norm_against_its_formula() -> None:
    norm = ChannelNorm(7)
    random = np.random.default_rng(0)
    gamma, beta = random.normal(1, 0.3, 7), random.normal(0, 0.3, 7)
    with torch.no_grad():
        norm.gamma.copy_(torch.from_numpy(gamma).reshape(1, 7, 1, 1))
        norm.beta.copy_(torch.from_numpy(beta).reshape(1, 7, 1, 1))
    x = random.normal(2, 0.1, (2, 7, 3, 5))  # a variance of 0.01, so that 1e-3 and 7/6 both show
    centred = x - x.mean(axis=1, keepdims=True)
    normed = centred / np.sqrt(x.var(axis=1, ddof=1, keepdims=True) + 1e-3)
    expected = normed * gamma[:, None, None] + beta[:, None, None]
    assert np.allclose(norm(torch.from_numpy(x).float()).detach().numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_channel_norm_serves_what_it_trains(dtype: torch.dtype) -> None:
    """Without gradients it works in place, to the same bits, and leaves its input alone."""
    norm = ChannelNorm(7)
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        norm.gamma.normal_(generator=random)
        norm.beta.normal_(generator=random)
    x = torch.randn(2, 7, 30, 50, generator=random).to(dtype).contiguous(memory_format=torch.channels_last)
    before, trained = x.clone(), norm(x)
    with torch.inference_mode():
        assert torch.equal(norm(x), trained)
    assert torch.equal(x, before)


def test_nothing_looks_at_the_whole_picture() -> None:
    """A change in one corner leaves the far corner's latents, hyperlatents and pixels as they were, bit by bit."""
    network = small()
    x = torch.rand(1, 3, 320, 320, generator=torch.Generator().manual_seed(0))
    changed = x.clone()
    changed[..., -1, -1] += 1.0
    y, other_y = network.latents(x), network.latents(changed)
    z, other_z = network.hyper_analysis(y), network.hyper_analysis(other_y)
    assert not torch.equal(y, other_y)
    assert torch.equal(y[..., :10, :10], other_y[..., :10, :10])
    assert torch.equal(z[..., :2, :2], other_z[..., :2, :2])
    assert not torch.equal(z, other_z)
    other_y = y.clone()
    other_y[..., -1, -1] += 1.0
    pixels, other_pixels = network.pixels(y), network.pixels(other_y)
    assert not torch.equal(pixels, other_pixels)
    assert torch.equal(pixels[..., :160, :160], other_pixels[..., :160, :160])


def test_normalised_networks_see_and_give_the_range_of_the_others() -> None:
    normalised = small(HificConfig(6, 2, 5, normalised_input=True, channels=SMALL.channels))
    plain = small()
    x = torch.rand(1, 3, 80, 80, generator=torch.Generator().manual_seed(0))
    y = normalised.latents(x)
    assert torch.equal(y, plain.latents(x * 2 - 1))
    assert torch.allclose(normalised.pixels(y), (torch.tanh(plain.pixels(y)) + 1) / 2, atol=1e-6)


def test_reduced_precision_ends_in_float32() -> None:
    network = small()
    x = torch.rand(1, 3, 80, 80, generator=torch.Generator().manual_seed(0))
    y = network.latents(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        coarse_y, coarse_pixels = network.latents(x), network.pixels(y)
    assert coarse_y.dtype == coarse_pixels.dtype == torch.float32
    assert 0 < (coarse_y - y).abs().max() < 0.1
    assert 0 < (coarse_pixels - network.pixels(y)).abs().max() < 0.1


@pytest.mark.parametrize("likelihood", ["gaussian", "logistic"])
@pytest.mark.parametrize("scale", [0.11, 0.7, 9.0])
def test_bits_of_latents_against_exact_masses(likelihood: str, scale: float) -> None:
    def cumulative(x: float) -> float:
        return erfc(-x / sqrt(2)) / 2 if likelihood == "gaussian" else (1 + tanh(x / 2)) / 2

    network = small(HificConfig(6, 2, 5, likelihood, channels=SMALL.channels))  # type: ignore[arg-type]
    for symbol in (-300, -3, -1, 0, 1, 2, 40):
        upper, lower = (cumulative((0.5 - abs(symbol)) / scale), cumulative((-0.5 - abs(symbol)) / scale))
        expected = -log2(max(upper - lower, 1e-9) + 1e-9)
        found = network.latent_bits(torch.tensor([float(symbol)]), torch.tensor([scale])).item()
        assert found == pytest.approx(expected, abs=1e-4)


def test_an_unknown_likelihood_is_refused() -> None:
    with pytest.raises(KeyError):
        Hific(HificConfig(6, 2, 5, "cauchy", channels=SMALL.channels))  # type: ignore[arg-type]


def test_the_densitys_last_gate() -> None:
    """Closed, it changes nothing; open, it does, and the masses still add up to 1."""
    torch.manual_seed(0)
    density, plain = HificDensity(2), FactorizedDensity(2)
    plain.load_state_dict({name: value for name, value in density.state_dict().items() if name != "a_3"})
    x = torch.linspace(-9, 9, 19).repeat(2, 1, 1)
    z = torch.arange(-1500.0, 1501.0).repeat(1, 2, 1, 1)
    assert torch.equal(density.cumulative_logits(x), plain.cumulative_logits(x))
    with torch.no_grad():
        density.a_3.copy_(torch.tensor([[[0.8]], [[-0.8]]]))
    logits = plain.cumulative_logits(x)
    gate = torch.tanh(torch.tensor([0.8, -0.8]))[:, None, None]
    assert torch.allclose(density.cumulative_logits(x), logits + gate * torch.tanh(logits))
    masses = torch.exp2(-density.bits(z)).sum((0, 2, 3))
    assert torch.allclose(masses, torch.ones(2), atol=1e-4)


def doubling(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 5, stride=2, padding=2, output_padding=1).double()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 4), (2, 2), (6, 3)])
def test_transposed_convolutions_as_convolutions(height: int, width: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 7, height, width, dtype=torch.float64)
    transposed = doubling(7, 5)
    found = nn.functional.pixel_shuffle(as_convolution(transposed)(x), 2)
    assert found.shape == (2, 5, 2 * height, 2 * width)
    assert (found - transposed(x)).abs().max() < 1e-12
    plain = nn.ConvTranspose2d(7, 4, 3, padding=1).double()
    assert (as_convolution(plain)(x) - plain(x)).abs().max() < 1e-12


def test_rearranged_weights_are_the_same_numbers() -> None:
    """Every weight appears once; the others of the 36 taps are zeros."""
    torch.manual_seed(0)
    transposed = doubling(3, 2)
    kernel = as_convolution(transposed).weight.detach()
    assert kernel.shape == (8, 3, 3, 3)
    assert torch.equal(kernel[kernel != 0].sort().values, transposed.weight.detach().flatten().sort().values)


def test_hyper_synthesis_as_convolutions_and_shuffles() -> None:
    synthesis = small().Hyperprior.synthesis_std.double()
    doubled = [(as_convolution(layer), nn.PixelShuffle(2), nn.ReLU()) for layer in (synthesis.conv1, synthesis.conv2)]
    rearranged = nn.Sequential(*doubled[0], *doubled[1], as_convolution(synthesis.conv3))
    z_hat = torch.randint(-9, 10, (1, 5, 3, 4), generator=torch.Generator().manual_seed(0)).double()
    assert (rearranged(z_hat) - synthesis(z_hat)).abs().max() < 1e-12


@pytest.mark.parametrize(
    "layer",
    [
        nn.ConvTranspose2d(4, 4, 5, stride=2, padding=2),
        nn.ConvTranspose2d(4, 4, 5, stride=2, padding=2, output_padding=1, groups=2),
        nn.ConvTranspose2d(4, 4, 3, padding=1, bias=False),
        nn.ConvTranspose2d(4, 4, 3, padding=1, dilation=2),
    ],
)
def test_other_layers_are_not_rearranged(layer: nn.ConvTranspose2d) -> None:
    with pytest.raises(ValueError, match="cannot be rearranged"):
        as_convolution(layer)


def test_names_do_not_depend_on_the_options() -> None:
    names: set[str] = set(small().state_dict())
    other = HificConfig(6, 3, 4, "logistic", True, SMALL.channels)
    added = set(small(other).state_dict()) - names
    assert added == {name.replace("block_1", "block_2") for name in names if ".resblock_1." in name}
