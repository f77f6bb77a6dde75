"""`python -m tests.plot_rates CSV... --output FOLDER`: rate-LPIPS and rate-PSNR of what `hific eval --csv` measured.

Each CSV may hold other qualities or models of the same pictures; rows that average them become one line per codec.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

METRICS = {
    "lpips": "LPIPS (AlexNet), lower is better",
    "psnr": "PSNR in dB, higher is better",
}


class Point(NamedTuple):
    """Means over the pictures."""

    bits_per_pixel: float
    lpips: float
    psnr: float


def lines_of(tables: Iterable[Path]) -> Mapping[str, list[Point]]:
    """Points of each codec by rate, each point once. Raises SystemExit where tables are of other pictures."""
    found: dict[str, set[Point]] = defaultdict(set)
    numbers = set()
    for table in tables:
        with table.open(newline="") as file:
            for row in csv.DictReader(file):
                if row["kind"] == "average":
                    point = Point(*(float(row[name]) for name in Point._fields))
                    found[row["codec"]].add(point)
                    numbers.add(row["pictures"])
    if len(numbers) != 1:
        raise SystemExit(
            f"these tables hold averages over {' and '.join(sorted(numbers)) or 'no'} pictures, not over one set"
        )
    return {codec: sorted(points) for codec, points in found.items()}


def plot(lines: Mapping[str, list[Point]], metric: str, target: Path) -> None:
    """One picture (SVG or PNG by its name)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    ours = [codec for codec in lines if codec not in ("jpeg", "webp", "avif")]
    for codec in [*ours, *sorted(set(lines) - set(ours))]:
        xs, ys = zip(*((point.bits_per_pixel, getattr(point, metric)) for point in lines[codec]), strict=True)
        name = codec if codec in ours else {"jpeg": "JPEG", "webp": "WebP", "avif": "AVIF"}[codec]
        axes.plot(xs, ys, marker="o", markersize=4, linewidth=2.2 if codec in ours else 1.3, label=name)
    axes.set(xlabel="bits per pixel of whole files", ylabel=METRICS[metric], xlim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(target, dpi=150)


def main() -> None:
    """Draws both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, default=Path("docs"))
    options = parser.parse_args()
    lines = lines_of(options.tables)
    for metric in METRICS:
        plot(lines, metric, options.output / f"rate-{metric}.png")


if __name__ == "__main__":
    main()
