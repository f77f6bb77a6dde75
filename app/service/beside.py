"""What is done for the window beside encoding: looks for files, lists models, makes rivals, measures."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.jobs import Focus, Found, Metrics, ModelInfo, Models, Search, Side
from app.layers import Layer, Pixels, on_disk
from app.numerals import decimal, grouped
from app.sentences import translated
from app.service.painting import looked_at
from app.worker import Progress
from hific_core.cli.inputs import find_inputs, is_folder
from hific_core.models import zoo

translate = QCoreApplication.translate
MEASURED = 2048
"""Longest side of what LPIPS looks at."""


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
    return Models(tuple(found), tuple(translated(problem) for problem in listing.problems))


def find(paths: Sequence[Path]) -> Search:
    """Files, and what lies in folders; what is no picture gets a row that says so, rather than vanishing."""
    wanted = find_inputs(paths, lambda path: True, "files")
    found = tuple(Found(each.path, each.root, each.path.suffix.lower() == ".hfc") for each in wanted.inputs)
    return Search(found, tuple(translated(str(problem)) for problem in wanted.problems))


def count(folder: Path) -> int:
    """How many pictures a folder holds."""
    from hific_core.pixels.formats import is_readable

    return len(find_inputs([folder], is_readable, "pictures").inputs) if is_folder(folder) else 0


def rival(
    name: str, original: Side, max_bytes: int, focus: Focus, progress: Progress, tell: Callable[[Side], None]
) -> Side:
    """Another codec at no more than `max_bytes`; `tell` hears first of the part that is looked at.

    The part has its share of the bytes, so that it is only about what the whole file will show there.
    """
    from hific_core.compare import encode_at

    whole = original.layer.pixels
    wanted = looked_at(focus, original.layer)
    if wanted is not None:
        share = wanted.height * wanted.width / (whole.shape[0] * whole.shape[1])
        found = encode_at(name, whole[wanted.slices], max(round(max_bytes * share), 1), progress)
        layer = Layer(*original.size, original.layer.alpha)
        layer.put(wanted, found.pixels)
        tell(Side(f"{name.upper()} · …", layer, original.icc))
    found = encode_at(name, whole, max_bytes, progress)
    size = _size_text(found.size, max_bytes, found.exceeded)
    return Side(f"{name.upper()} · {size}", Layer.of(found.pixels, original.layer.alpha), original.icc)


def _size_text(size: int, max_bytes: int, exceeded: bool) -> str:
    if exceeded:
        return translate("beside", "{} × our bytes").format(decimal(size / max_bytes, 1))
    return translate("beside", "{} bytes").format(grouped(size))


def measure(original: Side, other: Side, progress: Progress) -> Metrics:
    """How far what is seen of two sides is apart, on mid grey where they are transparent.

    LPIPS where its weights are at hand. Of large pictures it is that of the middle, which is said: it takes most of a
    second for each megapixel.
    """
    from hific_core import lpips_weights, metrics

    pixels = _seen(original.layer), _seen(other.layer)
    psnr = metrics.psnr(*pixels, lambda share: progress("measure", 0.1 * share))
    similarity = metrics.ms_ssim(*pixels, lambda share: progress("measure", 0.1 + 0.6 * share))
    progress("measure", 0.7)
    if not lpips_weights.at_hand():
        return Metrics(other.label, psnr, similarity, None, True)
    starts = [max(side - MEASURED, 0) // 2 for side in original.size]
    rows, columns = (slice(start, start + MEASURED) for start in starts)
    one, two = (np.ascontiguousarray(each[rows, columns]) for each in pixels)
    lpips = metrics.Lpips(lpips_weights.cached_path())
    perceived = metrics.perceptual_distance(one, two, lpips, lambda share: progress("measure", 0.7 + 0.3 * share))
    part = (
        ""
        if max(original.size) <= MEASURED
        else translate("beside", "middle {} × {}").format(one.shape[1], one.shape[0])
    )
    return Metrics(other.label, psnr, similarity, perceived, False, part)


def _seen(layer: Layer) -> Pixels:
    """uint8 (H, W, 3): hidden pixels do not count."""
    from hific_core.pixels.alpha import laid_on_grey

    return layer.pixels if layer.alpha is None else on_disk(laid_on_grey(layer.pixels, layer.alpha.pixels))
