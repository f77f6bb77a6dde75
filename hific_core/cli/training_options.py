"""The options of `hific train` that change what a run learns: each sets a field of the settings or of the network."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import typer

from hific_core.training.config import Settings


class Option(NamedTuple):
    """A flag; without it the preset decides."""

    flag: str
    field: str
    kind: Any
    help: str
    of_network: str | None = None
    """The family whose network has the field, where it is not one of the settings."""
    family: str | None = None
    """The family whose training alone heeds the setting."""


OPTIONS = (
    Option("--batch", "batch", int, "Pictures for each update, over all processes."),
    Option("--crop", "crop", int, "Side of the crops in pixels, a multiple of 64."),
    Option("--scale-min", "scale_min", float, "Pictures are scaled at random by this at least."),
    Option("--scale-max", "scale_max", float, "And by this at most."),
    Option("--held-out", "held_out", float, "Share of the pictures that are kept for validation."),
    Option("--seed", "seed", int, "Of all that is random."),
    Option("--epochs", "epochs", int, "Passes over the pictures; what ends first, steps or epochs, ends a stage."),
    Option(
        "--optimizer", "optimizer", str, "adam, or muon for the kernels of dense convolutions and adam for the rest."
    ),
    Option("--learning-rate", "learning_rate", float, "Of the optimizer."),
    Option("--weight-decay", "weight_decay", float, "Adam's L2 term."),
    Option("--warm-up", "warm_up", int, "Steps over which the learning rate rises."),
    Option("--drop-at", "drop_at", int, "The step at which the learning rate falls to a tenth."),
    Option("--cosine", "cosine", float, "Share of the steps, at the end, over which it falls along a cosine."),
    Option("--clip", "clip", float, "Largest norm of the gradient; 0 for no limit."),
    Option("--average", "average", float, "Decay of the weights' moving average; 0 for none."),
    Option("--accumulate", "accumulate", int, "Parts into which each process cuts its share of a batch."),
    Option("--target-bpp", "target_bpp", float, "Bits per pixel around which the rate is controlled.", family="hific"),
    Option("--lambda-a", "lambda_a", float, "Weight of the rate above the target.", family="hific"),
    Option("--lambda-b", "lambda_b", float, "Weight of the rate below the target.", family="hific"),
    Option("--schedule-steps", "schedule_steps", int, "So long lambdas and target are raised.", family="hific"),
    Option("--lambda-boost", "lambda_boost", float, "By how much the lambdas are raised.", family="hific"),
    Option("--target-boost", "target_boost", float, "By how much the target is raised.", family="hific"),
    Option("--lambda-low", "lambda_low", float, "Weight of the distortion at quality 0.", family="lite"),
    Option("--lambda-high", "lambda_high", float, "Weight of the distortion at quality 1000.", family="lite"),
    Option("--k-m", "k_m", float, "Weight of the squared error."),
    Option("--k-p", "k_p", float, "Weight of LPIPS (lite: at quality 0)."),
    Option("--k-p-high", "k_p_high", float, "Weight of LPIPS at quality 1000, geometric between.", family="lite"),
    Option("--perceptual-offset", "perceptual_offset", int, "LPIPS leaves out 0 to this many rows and columns."),
    Option("--lattice", "lattice", float, "Weight of that part of the error that repeats every 8 or 16 pixels."),
    Option("--perceptual-from", "perceptual_from", int, "The step from which LPIPS counts."),
    Option("--masking", "masking", float, "Power by which errors count less where the picture is busy; 0: alike."),
    Option("--structure", "structure", float, "Weight of structure that is gone, as a share of that of LPIPS."),
    Option(
        "--texture",
        "texture",
        float,
        "Weight of local means and spreads of AlexNet's features at realism 1.",
        family="lite",
    ),
    Option("--detail", "detail", float, "Weight of spreads of fine details at realism 1.", family="lite"),
    Option(
        "--moments", "moments", float, "Weight of AlexNet's second moments over a batch at realism 1.", family="lite"
    ),
    Option(
        "--frechet",
        "frechet",
        float,
        "Weight of the Frechet distance of AlexNet's features at realism 1.",
        family="lite",
    ),
    Option("--beta", "beta", float, "Weight of the adversarial loss; 0 for no discriminator."),
    Option("--gan-loss", "gan_loss", str, "non_saturating or least_squares."),
    Option("--discriminator-steps", "discriminator_steps", int, "Its updates before each of the generator."),
    Option("--discriminator-rate", "discriminator_rate", float, "Its learning rate."),
    Option("--discriminator-width", "discriminator_width", int, "Channels after its first convolution."),
    Option("--faithful-share", "faithful_share", float, "What is left of --k-m at realism 1.", family="lite"),
    Option("--latent-channels", "latents", int, "Channels of the latents.", "any"),
    Option("--context", "context", int, "Width of the network by which latents tell about others; 0: none.", "lite"),
    Option("--encoder-blocks", "encoder_blocks", tuple[int, int], "At 1/8 and 1/16 of the resolution.", "lite"),
    Option("--generator-blocks", "generator_blocks", tuple[int, int], "At 1/8 and 1/16 of the resolution.", "lite"),
    Option("--thin-layers", "thin_layers", int, "Of the generator at half resolution, before its last one.", "lite"),
    Option("--residual-blocks", "residual_blocks", int, "Of the generator, 9 or 7.", "hific"),
    Option("--hyper-filters", "hyper_filters", int, "Channels of the hyperprior, 320 or 192.", "hific"),
    Option("--norm", "norm", str, "channel or instance; the latter knows no tiles: sides up to 1088 pixels.", "hific"),
    Option("--likelihood", "likelihood", str, "gaussian or logistic.", "hific"),
    Option("--mixture", "mixture", int, "Components of a mixture likelihood, at most 8; 4 in the original.", "hific"),
    Option(
        "--noise-channels",
        "noise_channels",
        int,
        "Of noise beside the generator's features; 32 in the original.",
        "any",
    ),
)
SWITCHES = (
    Option("--normalised-input", "normalised_input", bool, "Work in [-1, 1], with tanh at the end.", "hific"),
    Option("--realistic", "realistic", bool, "A second generator paints realism 1; weights between (lite).", "lite"),
    Option("--ignore-schedule", "ignore_schedule", bool, "Never raise lambdas and target.", family="hific"),
    Option("--freeze-coding", "freeze_coding", bool, "Train the generator alone."),
)
BY_NAME = {option.flag.removeprefix("--").replace("-", "_"): option for option in (*OPTIONS, *SWITCHES)}


def applied(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """`settings` with what was given, by the names of the flags. Raises typer.BadParameter."""
    changes: dict[str, Any] = {}
    network = dict(settings.network)
    for name, value in given.items():
        option = BY_NAME[name]
        if value is None:
            continue
        family = option.of_network or option.family
        if family not in (None, "any", settings.family):
            raise typer.BadParameter(f"{option.flag} is for the family {family}; leave it out, or change --preset.")
        (changes if option.of_network is None else network)[option.field] = value
    try:
        return replace(settings, network=network, **changes)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Lets a command with `**given` take all these options."""
    signature = inspect.signature(command, eval_str=True)
    own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    added = [_parameter(name, option) for name, option in BY_NAME.items()]
    command.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
    return command


def _parameter(name: str, option: Option) -> inspect.Parameter:
    flags = (f"{option.flag}/--no-{option.flag.removeprefix('--')}",) if option.kind is bool else (option.flag,)
    kind: Any = option.kind
    told = option.help if option.family is None else f"{option.help.removesuffix('.')} ({option.family})."
    annotation = Annotated[kind | None, typer.Option(*flags, help=told)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
