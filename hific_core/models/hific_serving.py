"""`hific` as the codec uses it."""

from torch import Tensor

from hific_core.models.hific import EXTENDED_SIDE, LATENT_MULTIPLE, PIXEL_MULTIPLE, SMALLEST_SIDE, Hific
from hific_core.models.layers import lower_bound
from hific_core.models.priors import SMALLEST_SCALE
from hific_core.models.serving import Limits, Positions, Serving, Stage, reflected, repeated, rounded_up


class HificServing(Serving):
    """Pads as the original does: pixels and latents by reflection, what is too small for that by repetition."""

    coded_multiple = LATENT_MULTIPLE
    generator = "Generator"
    limits = Limits(analysis=1088, hyper_analysis=256, hyper_synthesis=48, trunk=256, tail=512)

    def __init__(self, network: Hific) -> None:
        n = self._network = network
        self.network = network
        g, hyperprior = n.Generator, n.Hyperprior
        self.density = n.density
        blocks = [g.get_submodule(f"resblock_{number}") for number in range(g.residual_blocks)]
        doublings = [g.get_submodule(f"upconv_block{number}") for number in range(1, 5)]
        self.analysis = Stage(lambda x, _: n.latents(x), n.Encoder, reduced=True)
        self.hyper_analysis = Stage(lambda y, _: n.hyper_analysis(y), hyperprior.analysis_net)
        self.means = Stage(lambda z, _: n.means(z), hyperprior.synthesis_mu)
        self.scales = Stage(lambda z, _: lower_bound(n.raw_scales(z), SMALLEST_SCALE), hyperprior.synthesis_std)
        self.trunk = Stage(lambda y, _: g.trunk(y), g.conv_block_init, *blocks, reduced=True)
        self.tail = Stage(lambda x, _: n.toned(g.tail(x)), *doublings, g.conv_block_out, reduced=True)

    @staticmethod
    def twin_level(quality: int) -> int | None:
        return None

    @staticmethod
    def padded_side(side: int) -> int:
        return EXTENDED_SIDE if side < SMALLEST_SIDE else rounded_up(side, PIXEL_MULTIPLE)

    @staticmethod
    def pixel_source(positions: Positions, side: int) -> Positions:
        return repeated(positions, side) if side < SMALLEST_SIDE else reflected(positions, side)

    def latent_bits(self, residuals: Tensor, scales: Tensor) -> Tensor:
        return self._network.latent_bits(residuals, scales)
