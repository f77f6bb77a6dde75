"""What the side thread does for the window: looks for files, lists models, makes rivals, measures."""

from collections.abc import Sequence
from pathlib import Path

from app.jobs import Found, Metrics, ModelInfo, Models, Pixels, Search, Side, pyramid
from app.worker import Progress
from hific_core.cli.inputs import find_inputs
from hific_core.models import zoo


def models() -> Models:
    """What is installed."""
    listing = zoo.listing()
    preferred = zoo.default() if listing.models else None
    found = []
    for model in listing.models:
        card = model.card
        regimes = {name: zoo.for_regime(model, name).card.regimes[name] for name in zoo.regimes_of(model)}
        found.append(
            ModelInfo(
                card.name,
                card.title,
                card.family,
                card.abilities.continuous_rate,
                card.abilities.realism,
                regimes,
                card.entropy_fingerprint,
                card.generator_fingerprint,
                card.licence,
                model.path,
                model == preferred,
            )
        )
    return Models(tuple(found), listing.problems)


def find(paths: Sequence[Path]) -> Search:
    """Files, and what lies in folders; what is no picture gets a row that says so, rather than vanishing."""
    wanted = find_inputs(paths, lambda path: True, "files")
    found = tuple(Found(each.path, each.root, each.path.suffix.lower() == ".hfc") for each in wanted.inputs)
    return Search(found, tuple(str(problem) for problem in wanted.problems))


def count(folder: Path) -> int:
    """How many pictures a folder holds."""
    from hific_core.pixels.formats import is_readable

    return len(find_inputs([folder], is_readable, "pictures").inputs) if folder.is_dir() else 0


def rival(name: str, original: Side, max_bytes: int, progress: Progress) -> Side:
    """Another codec at no more than `max_bytes`."""
    from hific_core.compare import encode_at

    found = encode_at(name, original.pyramid[0], max_bytes, progress)
    size = f"{found.size / max_bytes:.1f} × our bytes" if found.exceeded else f"{found.size:,} bytes"
    return Side(f"{name.upper()} · {size}", pyramid(found.pixels), original.icc)


def measure(original: Side, other: Side) -> Metrics:
    """How far two sides are apart; LPIPS where its weights are at hand."""
    from hific_core import lpips_weights, metrics

    path = lpips_weights.cached_path()
    network = metrics.Lpips(path) if path.is_file() else None
    pixels: tuple[Pixels, Pixels] = (original.pyramid[0], other.pyramid[0])
    found = metrics.distances(*pixels, network)
    return Metrics(found.psnr, found.ms_ssim, found.lpips, network is None)
