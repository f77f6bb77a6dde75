"""What `hific eval` found: a row per picture, setting and codec, their averages, and how they are shown and kept."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import groupby, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hific_core.cli.report import Record, Report, finite, printable, printing, say, sentence_for
from hific_core.errors import HificError
from hific_core.processes import gathered, rank_and_world

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hific_core.metrics import Moments

Value = str | int | float | bool | None
_TABLE_WIDTH = 160
"""Columns where stdout is no terminal."""


@dataclass(frozen=True, slots=True)
class Row:
    """One picture through one codec at one setting; the fields are those of the JSON and the CSV."""

    input: str
    codec: str
    setting: str
    """Regime or quality of the model that the row belongs to; a rival's is that whose bytes it may use."""
    quality: int
    """On the codec's own scale."""
    width: int
    height: int
    bytes: int
    """Of the whole file, which is without metadata, colour profile and transparency."""
    bits_per_pixel: float
    psnr: float
    """dB; infinite, in JSON null, where nothing was lost."""
    ms_ssim: float | None
    lpips: float | None
    ssimulacra2: float | None
    """None without the package of that name."""
    encode_seconds: float
    decode_seconds: float
    exceeded: bool
    """Whether a rival could not get as small as it should."""


@dataclass(frozen=True, slots=True)
class Average:
    """One codec at one setting over all of its pictures; the fields are those of the JSON and the CSV."""

    codec: str
    setting: str
    pictures: int
    """A rival has fewer than the model where its format could not hold some."""
    bits_per_pixel: float
    psnr: float
    ms_ssim: float | None
    """Over the pictures that have one, as LPIPS."""
    lpips: float | None
    ssimulacra2: float | None
    fd_alex: float | None
    """Over the patches of all pictures together."""
    encode_seconds: float
    decode_seconds: float
    exceeded: int
    """Number of pictures."""


@dataclass(frozen=True, slots=True)
class BdRate:
    """The bits that the model needs beyond another codec, in percent; None where the curves do not allow to say."""

    codec: str
    """The model."""
    against: str
    rates: int
    psnr: float | None
    """At equal PSNR."""
    ms_ssim: float | None
    """At equal MS-SSIM, the curves drawn over its decibels."""

    def line(self) -> str:
        """The same for people."""
        at_psnr, at_ms_ssim = (_percent(value) for value in (self.psnr, self.ms_ssim))
        return (
            f"BD-rate of {self.codec} against {self.against} over {self.rates} rates: "
            f"{at_psnr} at equal PSNR, {at_ms_ssim} at equal MS-SSIM"
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one picture: a row per codec and setting and, with weights, the features for FD-alex of each."""

    rows: tuple[Row, ...]
    original_features: "NDArray[np.float64] | None" = None
    features: "tuple[NDArray[np.float64], ...]" = ()

    def line(self) -> str:
        """The same for people."""
        return f"{self.rows[0].input}: measured {len(self.rows)} times"


@dataclass(frozen=True, slots=True)
class Scores(Report):
    """Gathers what was measured instead of printing it; holds numbers only, so memory hardly grows."""

    as_json: bool = False
    rows: list[Row] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    _moments: "dict[tuple[str, str], tuple[Moments, Moments]]" = field(default_factory=dict)
    """Of originals and reconstructions, by setting and codec."""

    def done(self, record: Record, warnings: tuple[str, ...] = ()) -> None:
        """One picture; only warnings are printed."""
        assert isinstance(record, Measured)
        self.rows.extend(record.rows)
        for warning in warnings:
            say(printable(f"hific: note: {warning}"), err=True)
        if record.original_features is None:
            return
        from hific_core.metrics import Moments

        for row, features in zip(record.rows, record.features, strict=True):
            originals, others = self._moments.setdefault((row.setting, row.codec), (Moments(), Moments()))
            originals.add(record.original_features)
            others.add(features)

    def failed(self, path: Path, error: HificError) -> None:
        """One picture that is left out."""
        self.failures.append({"input": str(path), "error": sentence_for(path, error)})
        Report.failed(self, path, error)

    def gather(self) -> None:
        """Under torchrun: what all processes measured, picture by picture in turn."""
        parts = gathered((self.rows, self.failures, self._moments))
        if len(parts) == 1:
            return
        by_picture = [[list(rows) for _, rows in groupby(part[0], lambda row: row.input)] for part in parts]
        self.rows[:] = [row for turn in zip_longest(*by_picture, fillvalue=[]) for rows in turn for row in rows]
        self.failures[:] = [failure for part in parts for failure in part[1]]
        rank, _ = rank_and_world()
        for number, (_, _, moments) in enumerate(parts):
            for key, pair in moments.items() if number != rank else ():
                if key in self._moments:
                    for own, other in zip(self._moments[key], pair, strict=True):
                        own.merge(other)
                else:
                    self._moments[key] = pair

    def averages(self) -> tuple[Average, ...]:
        """One for each setting and codec, in the order of the rows."""
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            groups.setdefault((row.setting, row.codec), []).append(row)
        settings = dict.fromkeys(setting for setting, _ in groups)
        return tuple(
            self._average(rows) for wanted in settings for (setting, _), rows in groups.items() if setting == wanted
        )

    def _average(self, rows: Sequence[Row]) -> Average:
        codec, setting = rows[0].codec, rows[0].setting
        fd = None
        if moments := self._moments.get((setting, codec)):
            from hific_core.metrics import fd_alex

            fd = fd_alex(*moments)
        return Average(
            codec=codec,
            setting=setting,
            pictures=len(rows),
            bits_per_pixel=_mean(row.bits_per_pixel for row in rows) or 0.0,
            psnr=_mean(row.psnr for row in rows) or 0.0,
            ms_ssim=_mean(row.ms_ssim for row in rows),
            lpips=_mean(row.lpips for row in rows),
            ssimulacra2=_mean(row.ssimulacra2 for row in rows),
            fd_alex=fd,
            encode_seconds=_mean(row.encode_seconds for row in rows) or 0.0,
            decode_seconds=_mean(row.decode_seconds for row in rows) or 0.0,
            exceeded=sum(row.exceeded for row in rows),
        )

    def bd_rates(self, model: str) -> tuple[BdRate, ...]:
        """The model against every other codec, where there are enough rates for a curve."""
        from hific_core.bd_rate import LEAST_POINTS

        rates = len({row.setting for row in self.rows})
        if rates < LEAST_POINTS:
            return ()
        rivals = dict.fromkeys(row.codec for row in self.rows if row.codec != model)
        return tuple(
            BdRate(
                model,
                rival,
                rates,
                self._bd_rate(model, rival, lambda row: row.psnr),
                self._bd_rate(model, rival, lambda row: row.ms_ssim, decibel),
            )
            for rival in rivals
        )

    def _bd_rate(
        self,
        model: str,
        rival: str,
        value: Callable[[Row], float | None],
        scale: Callable[[float], float] = lambda mean: mean,
    ) -> float | None:
        """Of the curves of averages, over the pictures that have the value in both codecs at every setting."""
        from hific_core.bd_rate import RatePoint, bd_rate

        settings = dict.fromkeys(row.setting for row in self.rows)
        found: dict[str, int] = {}
        for row in self.rows:
            if row.codec in (model, rival) and value(row) is not None:
                found[row.input] = found.get(row.input, 0) + 1
        curves = []
        for codec in (rival, model):
            points = []
            for setting in settings:
                rows = [
                    row
                    for row in self.rows
                    if (row.codec, row.setting) == (codec, setting) and found.get(row.input) == 2 * len(settings)
                ]
                rate, quality = _mean(row.bits_per_pixel for row in rows), _mean(value(row) for row in rows)
                if rate is not None and quality is not None:
                    points.append(RatePoint(rate, scale(quality)))
            curves.append(points)
        return bd_rate(*curves)


def decibel(ms_ssim: float) -> float:
    """MS-SSIM on the scale where its curves are nearly straight: -10 log10(1 - MS-SSIM)."""
    return math.inf if ms_ssim >= 1 else -10 * math.log10(1 - ms_ssim)


def as_csv(scores: Scores) -> bytes:
    """Every row and every average; the first column says which it is, and what does not apply is empty."""
    columns = list(dict.fromkeys(each.name for kind in (Row, Average) for each in fields(kind)))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, ["kind", *columns], restval="")
    writer.writeheader()
    for kind, records in (("picture", scores.rows), ("average", scores.averages())):
        writer.writerows({"kind": kind, **asdict(record)} for record in records)
    # a file name may hold bytes that are no text
    return stream.getvalue().encode(errors="backslashreplace")


def as_json(scores: Scores, about: Mapping[str, Value], model: str) -> bytes:
    """One object: `about`, then the averages, BD-rates, pictures and failures; infinite numbers are null."""
    content = {
        **about,
        "averages": [finite(asdict(average)) for average in scores.averages()],
        "bd_rates": [asdict(bd_rate) for bd_rate in scores.bd_rates(model)],
        "pictures": [finite(asdict(row)) for row in scores.rows],
        "failures": scores.failures,
    }
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


def print_scores(scores: Scores, model: str, details: bool) -> None:
    """The averages as a table, with `details` the pictures before them, and a line for each BD-rate."""
    averages = scores.averages()
    if details:
        _print_table(scores.rows, "input")
    _print_table(averages, "setting")
    if any(average.exceeded for average in averages):
        say("* for so many pictures even its smallest file has more bytes than ours")
    for bd_rate in scores.bd_rates(model):
        say(printable(bd_rate.line()))


def _print_table(records: Sequence[Row] | Sequence[Average], first: str) -> None:
    if not records:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    titles: dict[str, tuple[str, Callable[[Any], str]]] = {
        "setting": ("setting", str),
        "codec": ("codec", str),
        "pictures": ("pictures", str),
        "bits_per_pixel": ("bpp", "{:.4f}".format),
        "psnr": ("PSNR", "{:.3f}".format),
        "ms_ssim": ("MS-SSIM", "{:.5f}".format),
        "lpips": ("LPIPS", "{:.5f}".format),
        "ssimulacra2": ("SSIMULACRA 2", "{:.2f}".format),
        "fd_alex": ("FD-alex", "{:.2f}".format),
        "encode_seconds": ("encode s", "{:.2f}".format),
        "decode_seconds": ("decode s", "{:.2f}".format),
        "exceeded": ("", lambda exceeded: f"*{int(exceeded)}" if exceeded else ""),
    }
    if first == "input":
        titles = {"input": ("picture", str), **titles}
    rows = [asdict(record) for record in records]
    columns = [name for name in titles if any(row.get(name) is not None for row in rows)]
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in columns:
        is_text = name in ("input", "setting", "codec")
        table.add_column(titles[name][0], justify="left" if is_text else "right", overflow="fold")
    for row in rows:
        cells = ("" if row[name] is None else titles[name][1](row[name]) for name in columns)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_TABLE_WIDTH)
    with printing():
        console.print(table)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _percent(value: float | None) -> str:
    return "not defined" if value is None else f"{value:+.1f} %"
