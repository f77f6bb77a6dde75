"""`hific eval`: how well a model does on pictures, and beside it other codecs at the same bytes."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from hific_core.atomic import write_atomically
from hific_core.cli import options
from hific_core.cli.batch import Result, for_each, stopping_batch
from hific_core.cli.inputs import find_inputs, is_folder
from hific_core.cli.loading import Codecs, eye_for, lpips_for
from hific_core.cli.options import Collision, Precision, Regime
from hific_core.cli.outputs import prepare_folder, put
from hific_core.cli.progress_bar import progress_bar
from hific_core.cli.report import say
from hific_core.cli.scores import Measured, Row, Scores, Value, as_csv, as_json, print_scores
from hific_core.container import hfc_file
from hific_core.errors import UnreadableImage, UnsupportedByModel
from hific_core.models import zoo
from hific_core.models.card import REGIMES, ModelCard
from hific_core.pixels.formats import is_readable
from hific_core.processes import rank_and_world
from hific_core.progress import Progress, part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hific_core.metrics import Lpips
    from hific_core.pixels.picture import Picture


class Setting(NamedTuple):
    """One point on the line of rates."""

    model: zoo.Installed
    quality: int


@dataclass(frozen=True, slots=True)
class Evaluator:
    """What the options say, and the work on one picture."""

    name: str
    """Of the model, or of the series."""
    settings: Mapping[str, "Setting"]
    codecs: Codecs
    realism: float
    rivals: tuple[str, ...]
    lpips: "Lpips | None"
    max_pixels: int
    effort: int = 0
    eye: "Lpips | None" = None

    def __call__(self, path: Path, label: str) -> Result:
        """Measure one picture; raises HificError, or StopBatch where no other picture would fare better."""
        with progress_bar(label) as progress:
            return self._measure(path, progress)

    def _measure(self, path: Path, progress: Progress) -> Result:
        from hific_core.metrics import patch_features
        from hific_core.pixels.alpha import laid_on_grey
        from hific_core.pixels.picture import Picture, read_picture

        read = read_picture(path, max_pixels=self.max_pixels)
        # neither metadata nor profile, which the rivals' files do not hold either, nor is transparency coded: it tells
        # what is seen
        picture = Picture(read.pixels, read.alpha, read.grey)
        rows, features, warnings = [], [], [f"{path}: {note}" for note in read.notes]
        for number, name in enumerate(self.settings):
            stage = part(progress, number, len(self.settings))
            row, pixels = self._ours(path, picture, name, part(stage, 0, 1 + len(self.rivals)))
            found = [(row, pixels)]
            for place, rival in enumerate(self.rivals, 1):
                try:
                    found.append(self._rival(rival, picture, row, part(stage, place, 1 + len(self.rivals))))
                except UnreadableImage as error:
                    warnings.append(f"{path}: {error}")
            rows += [row for row, _ in found]
            if self.lpips is not None:
                features += [patch_features(self.lpips, laid_on_grey(pixels, read.alpha)) for _, pixels in found]
        seen = laid_on_grey(picture.pixels, read.alpha)
        originals = None if self.lpips is None else patch_features(self.lpips, seen)
        return Result(Measured(tuple(rows), originals, tuple(features)), tuple(dict.fromkeys(warnings)))

    def _distances(self, picture: "Picture", pixels: "NDArray[np.uint8]") -> dict[str, Any]:
        """Of what is seen, by the names of `Row`: both laid on mid grey where the picture is transparent."""
        from hific_core.metrics import distances, ssimulacra2
        from hific_core.pixels.alpha import laid_on_grey

        original, other = (laid_on_grey(each, picture.alpha) for each in (picture.pixels, pixels))
        return {**distances(original, other, self.lpips)._asdict(), "ssimulacra2": ssimulacra2(original, other)}

    def _ours(self, path: Path, picture: "Picture", name: str, progress: Progress) -> tuple[Row, "NDArray[np.uint8]"]:
        setting = self.settings[name]
        codec = self.codecs.of(setting.model)
        started = time.perf_counter()
        with stopping_batch(UnsupportedByModel):
            encoded = codec.encode(
                replace(picture, alpha=None),
                setting.quality,
                realism=self.realism,
                effort=self.effort,
                lpips=self.eye,
                progress=part(progress, 0, 2),
            )
            data = encoded.file.pack()
            encode_seconds = time.perf_counter() - started
            started = time.perf_counter()
            file = hfc_file.parse(data, max_pixels=self.max_pixels)
            pixels = codec.decode(file, realism=self.realism, progress=part(progress, 1, 2)).picture.pixels
            decode_seconds = time.perf_counter() - started
        row = Row(
            input=str(path),
            codec=self.name,
            setting=name,
            quality=file.header.quality,
            width=file.header.width,
            height=file.header.height,
            bytes=len(data),
            bits_per_pixel=len(data) * 8 / file.header.pixels,
            **self._distances(picture, pixels),
            encode_seconds=encode_seconds,
            decode_seconds=decode_seconds,
            exceeded=False,
        )
        return row, pixels

    def _rival(self, name: str, picture: "Picture", ours: Row, progress: Progress) -> tuple[Row, "NDArray[np.uint8]"]:
        from hific_core.compare import encode_at

        rival = encode_at(name, picture.pixels, ours.bytes, progress)
        row = Row(
            input=ours.input,
            codec=name,
            setting=ours.setting,
            quality=rival.quality,
            width=ours.width,
            height=ours.height,
            bytes=rival.size,
            bits_per_pixel=rival.size * 8 / (ours.width * ours.height),
            **self._distances(picture, rival.pixels),
            encode_seconds=rival.encode_seconds,
            decode_seconds=rival.decode_seconds,
            exceeded=rival.exceeded,
        )
        return row, rival.pixels


def evaluate(
    inputs: options.Inputs,
    regime: Annotated[
        list[Regime] | None, typer.Option(help="A rate of the model's choice, more than once for several; all.")
    ] = None,
    quality: Annotated[
        list[int] | None,
        typer.Option(min=0, max=1000, help="A rate on the model's own scale, more than once for several."),
    ] = None,
    realism: options.Realism = None,
    effort: options.Effort = 0,
    perceptual: options.Perceptual = False,
    device: options.Device = "auto",
    precision: options.PrecisionOption = Precision.auto,
    model: options.Model = None,
    compare: Annotated[
        str, typer.Option(metavar="CODECS", help="Other codecs at the same bytes: any of jpeg,webp,avif.")
    ] = "",
    lpips_weights: options.LpipsWeights = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write every row as CSV.")] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Also write every row as JSON.")] = None,
    details: Annotated[bool, typer.Option("--details", help="Print a row for every picture, too.")] = False,
    max_pixels: options.MaxPixels = options.DEFAULT_MAX_PIXELS,
) -> None:
    """Measure a model on pictures: bits per pixel, PSNR, MS-SSIM, LPIPS, SSIMULACRA 2, FD-alex and times.

    Every picture is encoded to the bytes of a file and decoded from them; the files hold no metadata, colour
    profile or transparency, and hidden pixels do not count. SSIMULACRA 2 is there where the package of that name is
    installed. Another codec gets as many bytes for each picture as
    ours took. A picture that fails is named and left out. Existing files are never replaced: the name of the CSV
    or JSON gets a number.
    """
    chosen = zoo.default() if model is None else zoo.named(model)
    chosen_settings = settings(chosen, regime or [], quality or [])
    if realism and not chosen.card.abilities.realism:
        raise UnsupportedByModel(f"The model {chosen.card.name} has no realism control; leave --realism out.")
    rivals = _rivals(compare)
    _prepare_files(csv, json)
    codecs = Codecs(device, precision)
    codec, scores = codecs.of(chosen), Scores()
    eye = eye_for(effort, lpips_weights, codec) if perceptual else None
    lpips = lpips_for(lpips_weights, codec)
    found = find_inputs(inputs, is_readable, "pictures")
    one = all(setting.model == chosen for setting in chosen_settings.values())
    name = chosen.card.name if one else zoo.series_of(chosen.card)
    work = Evaluator(name, chosen_settings, codecs, realism or 0.0, rivals, lpips, max_pixels, effort, eye)
    about = _about(work, chosen.card, str(codec.model.runtime))
    with _told(scores, partial(_tell, scores, work, about, details, csv, json)):
        code = for_each(found, work, scores)
    raise typer.Exit(code)


def _about(work: Evaluator, card: ModelCard, runtime: str) -> dict[str, Value]:
    return {
        "model": work.name,
        "entropy_fingerprint": card.entropy_fingerprint,
        "generator_fingerprint": card.generator_fingerprint,
        "realism": work.realism,
        "effort": work.effort,
        "perceptual": work.eye is not None,
        "runtime": runtime,
    }


@contextmanager
def _told(scores: Scores, tell: Callable[[], None]) -> Iterator[None]:
    """Tells what was measured at the end of the block, however that ends; a process of several only if it ends well."""
    rank, world = rank_and_world()
    try:
        yield
    except BaseException:
        if world == 1 and (scores.rows or scores.failures):
            tell()
        raise
    scores.gather()
    if rank == 0:
        tell()


def _tell(
    scores: Scores, work: Evaluator, about: Mapping[str, Value], details: bool, csv: Path | None, json: Path | None
) -> None:
    # each whatever becomes of the others; the files, which last, before what is printed
    with ExitStack() as last_first:
        last_first.callback(_print, scores, work.name, details, work.lpips)
        last_first.callback(_keep, json, lambda: as_json(scores, about, work.name))
        last_first.callback(_keep, csv, lambda: as_csv(scores))


def _print(scores: Scores, name: str, details: bool, lpips: "Lpips | None") -> None:
    from hific_core.metrics import LEAST_PATCHES

    print_scores(scores, name, details)
    if lpips is not None and all(average.fd_alex is None for average in scores.averages()):
        text = f"FD-alex is left out: it needs {LEAST_PATCHES:,} patches, as 13 pictures of 768 x 512 have"
        say(f"hific: note: {text}", err=True)


def settings(model: zoo.Installed, regimes: list[Regime], qualities: list[int]) -> dict[str, Setting]:
    """The name of each rate asked for, and what gives it; from the lowest, all regimes of the model if none.

    A model of one rate is joined by the others of its series. Raises UnsupportedByModel, typer.BadParameter.
    """
    if regimes and qualities:
        raise typer.BadParameter("--regime and --quality exclude one another.")
    if qualities:
        return {f"quality {quality}": Setting(model, quality) for quality in sorted(qualities)}
    found = {}
    for regime in regimes or zoo.regimes_of(model):
        serving = zoo.for_regime(model, regime)
        found[str(regime)] = Setting(serving, serving.card.regimes[regime])
    return {regime: found[regime] for regime in REGIMES if regime in found}


def _prepare_files(csv: Path | None, json: Path | None) -> None:
    for option, path in (("--csv", csv), ("--json", json)):
        if path is None:
            continue
        if is_folder(path):
            raise typer.BadParameter(f"{option} {path} is a folder; name a file.")
        prepare_folder(path, option)


def _rivals(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    if names:
        from hific_core.compare import check_rival

        for name in names:
            check_rival(name)
    return names


def _keep(path: Path | None, content: Callable[[], bytes]) -> None:
    if path is None:
        return
    output, _ = put(path, Collision.unique, partial(write_atomically, data=content()))
    say(f"written: {output}")
