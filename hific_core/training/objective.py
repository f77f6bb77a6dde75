"""What one batch costs, and the terms of it that the log shows, named as the original names them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from hific_core.metrics import Lpips
from hific_core.models.passes import Bits, Draws, Pass
from hific_core.texture import detail_distance, moment_distance, texture_distance
from hific_core.training.config import Settings
from hific_core.training.draws import offset
from hific_core.training.frechet import FrechetDistance
from hific_core.training.losses import (
    Logits,
    RateControl,
    distortion_weight,
    faithfulness,
    generator_loss,
    perceptual_weight,
    repeated_error,
    squared_error,
)
from hific_core.visibility import structural_distance, visible_error

Terms = dict[str, Tensor]


class Batch(NamedTuple):
    """Pictures and their random numbers."""

    x: Tensor
    """(N, 3, H, W) in [0, 1]."""
    draws: Draws

    @property
    def pixels(self) -> int:
        """Of each picture."""
        return self.x.shape[2] * self.x.shape[3]


def bits_per_pixel(bits: Bits, batch: Batch) -> Bits:
    """Means over the pictures, detached."""
    return Bits(*(each.detach().mean() / batch.pixels for each in bits))


def own_range(network: Any, x: Tensor) -> Tensor:
    """Pictures in [0, 1] as the discriminator receives them."""
    return x * 2 - 1 if getattr(network.config, "normalised_input", False) else x


class Objective:
    """The generator's side of a stage."""

    def __init__(
        self, settings: Settings, lpips: Lpips, mean: Callable[[Tensor], Tensor] = lambda values: values
    ) -> None:
        """`mean`: over all processes."""
        self._settings = settings
        self._lpips = lpips
        self.frechet: FrechetDistance | None = None
        """What the term of that name remembers, where it counts."""
        if settings.frechet:
            self.frechet = FrechetDistance(lpips.channels, mean).to(lpips.shift.device)

    def __call__(
        self, batch: Batch, out: Pass, step: int, control: RateControl | None, generated: Tensor | None
    ) -> tuple[Tensor, Terms]:
        """The mean over the pictures; `generated`: the discriminator's logits of the reconstructions."""
        s, draws = self._settings, batch.draws
        terms: Terms = {}
        error = counted = squared_error(batch.x, out.reconstruction)
        if s.masking:
            counted = terms["visible"] = visible_error(batch.x, out.reconstruction, s.masking)
        distortion = s.k_m * faithfulness(draws.realism, s) * counted
        terms["distortion"], terms["weighted_distortion"] = error, distortion
        if s.lattice:
            repeated = repeated_error(batch.x, out.reconstruction)
            terms["repeated"] = repeated
            distortion = distortion + s.k_m * s.lattice * repeated
        if s.structure:
            terms["structure"] = structural_distance(batch.x, out.reconstruction)
            weight = s.structure * perceptual_weight(draws.quality, s).to(distortion.dtype)
            terms["weighted_structure"] = weight * terms["structure"]
            distortion = distortion + terms["weighted_structure"]
        if step >= s.perceptual_from:
            top, left = offset(s.seed, step, s.perceptual_offset)
            x, other = batch.x[..., top:, left:], out.reconstruction[..., top:, left:]
            with torch.no_grad():
                targets = self._lpips.rectified(x)
            others = self._lpips.rectified(other)
            distance = self._lpips.between(self._lpips.directions(targets), others)
            weighted = perceptual_weight(draws.quality, s).to(distance.dtype) * distance
            terms["perceptual"], terms["weighted_perceptual"] = distance, weighted
            distortion = distortion + weighted
            if any(s.textural):
                terms.update(self._textural(batch, (x, other), (targets, others)))
                distortion = distortion + terms["weighted_texture"]
        if control is None and not s.freeze_coding:
            distortion = distortion * distortion_weight(draws.quality, s).to(distortion.dtype)
        rate, penalty = self._rate(batch, out, control)
        loss = rate + distortion
        terms["weighted_rate"], terms["rate_penalty"] = rate, loss.new_tensor(penalty)
        terms["weighted_R_D"] = rate + terms["weighted_distortion"]
        terms["weighted_compression_loss_sans_G"] = loss
        if generated is not None:
            convinced = generator_loss(generated, s.gan_loss)
            # where realism is a control it weights this term; elsewhere it is always all there
            share = draws.realism if s.family == "lite" else torch.ones_like(draws.realism)
            terms["gen_loss"], terms["weighted_gen_loss"] = convinced, s.beta * share * convinced
            loss = loss + s.beta * share * convinced
        terms["weighted_compression_loss"] = loss
        for name, bits in (("n", out.noisy), ("q", out.rounded)):
            found = bits_per_pixel(bits, batch)
            terms[f"{name}_bpp"] = found.total
            terms[f"{name}_bpp_latent"], terms[f"{name}_bpp_hyperlatent"] = found
        return loss.mean(), {name: value.detach().mean() for name, value in terms.items()}

    def _textural(
        self, batch: Batch, pictures: tuple[Tensor, Tensor], layers: tuple[list[Tensor], list[Tensor]]
    ) -> Terms:
        """What counts at realism 1 alone, of originals and reconstructions; `layers`: AlexNet's."""
        s, draws = self._settings, batch.draws
        terms: Terms = {}
        weighted = torch.zeros_like(draws.realism)
        if s.texture:
            terms["texture"] = texture_distance(*layers)
            weighted = weighted + s.texture * terms["texture"]
        if s.detail:
            terms["detail"] = detail_distance(*pictures)
            weighted = weighted + s.detail * terms["detail"]
        if s.moments:
            terms["moments"] = moment_distance(*layers, draws.quality)
            weighted = weighted + s.moments * terms["moments"]
        if self.frechet is not None:
            terms["frechet"] = self.frechet(*layers, draws.quality, draws.realism)
            weighted = weighted + s.frechet * terms["frechet"]
        return {**terms, "weighted_texture": draws.realism * weighted}

    def _rate(self, batch: Batch, out: Pass, control: RateControl | None) -> tuple[Tensor, float]:
        """Weighted bits per pixel of each picture, and their weight."""
        rate = out.noisy.total / batch.pixels
        if self._settings.freeze_coding:
            return torch.zeros_like(rate), 0.0
        penalty = 1.0 if control is None else control.penalty
        return penalty * rate, penalty


def discriminator_terms(logits: Logits, loss: Tensor) -> Terms:
    """For the log: how real the discriminator takes originals and reconstructions to be."""
    real, generated = (torch.sigmoid(each.detach()).mean() for each in logits)
    return {"D_real": real, "D_gen": generated, "disc_loss": loss.detach()}


def trainable(network: nn.Module) -> list[nn.Parameter]:
    """What the optimiser moves."""
    return [parameter for parameter in network.parameters() if parameter.requires_grad]
