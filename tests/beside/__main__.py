"""`python -m tests.beside CHECKOUT`: both sides in turn, and the ratios of original to ours.

Times are on one picture of a megapixel in float32, each side in a process of its own that stays loaded; the sides take
turns, so that whatever else the machine does falls on both. Ratios are medians over the turns, seconds the least. The
last column has the ratios of processor time: take --threads 1 for it, since threads that wait spend it too.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import torch

from tests.beside.pictures import LARGEST, SIZES
from tests.beside.side import Side
from tests.beside.weights import Files, write_weights

TIMED = {
    "entropy stage, encode": ("entropy_encode", False),
    "entropy stage, decode": ("entropy_decode", False),
    "networks, encode": ("networks_encode", False),
    "networks, decode": ("networks_decode", False),
    "all of encoding": ("encode", True),
    "all of decoding": ("decode", True),
}
"""What each side is asked for, and whether the original needs a folder for it: it writes files only."""


class Comparison:
    """Starts sides, and asks both for the same."""

    def __init__(self, checkout: Path, files: Files, threads: int, folder: Path) -> None:
        self._checkout, self._files, self._threads, self._folder = checkout, files, threads, folder

    def ours(self) -> Side:
        return Side("ours", self._files.ours, self._threads, errors=self._folder / "ours.txt")

    def original(self) -> Side:
        arguments = (self._files.original, self._threads, self._checkout)
        return Side("original", *arguments, errors=self._folder / "original.txt")

    def sizes_and_times(self, runs: int) -> None:
        """Prints both tables."""
        with self.ours() as ours, self.original() as original:
            print(f"{'bytes':24}{'estimate':>10}{'ours':>10}{'beyond':>10}{'original':>10}{'beyond':>10}")
            for size in SIZES:
                own, estimate = ours("sizes", size)
                other, their_estimate = original("sizes", size, str(self._folder))
                own_share, other_share = own / estimate - 1, other / their_estimate - 1
                print(f"{size:24}{estimate:10.0f}{own:10}{own_share:10.2%}{other:10}{other_share:10.2%}", flush=True)
            print(f"{'seconds':24}{'ours':>10}{'original':>10}{'ratio':>10}{'from':>8}{'to':>8}{'processor':>12}")
            for title, (name, needs_folder) in TIMED.items():
                more = (str(self._folder),) if needs_folder else ()
                _print_times(title, [(ours(name, LARGEST), original(name, LARGEST, *more)) for _ in range(runs)])

    def peaks(self) -> None:
        """Prints the most memory of four processes, each of which loads the model and does one thing."""
        print(f"{'peak memory, MiB':24}{'ours':>10}{'original':>10}{'ratio':>10}")
        for title, name in (("loading and encoding", "to_file"), ("loading and decoding", "from_file")):
            found = []
            for start in (self.ours, self.original):
                path = str(self._folder / f"{start.__name__}.hfc")
                with start() as side:
                    request = (LARGEST, path) if name == "to_file" else (path,)
                    found.append(side(name, *request) / 2**20)
            print(f"{title:24}{found[0]:10.0f}{found[1]:10.0f}{found[1] / found[0]:10.2f}", flush=True)


def _print_times(title: str, turns: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    """Of each turn: of both sides the seconds by the clock and of the processor."""
    least = [min(side[0] for side in sides) for sides in zip(*turns, strict=True)]
    by_clock, of_processor = (sorted(other[n] / own[n] for own, other in turns) for n in (0, 1))
    print(
        f"{title:24}{least[0]:10.3f}{least[1]:10.3f}{statistics.median(by_clock):10.2f}"
        f"{by_clock[0]:8.2f}{by_clock[-1]:8.2f}{statistics.median(of_processor):12.2f}",
        flush=True,
    )


def main() -> None:
    """Compares a checkout with this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--weights", type=Path, help="folder for the seeded weights, which stay there (1.1 GB)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        weights = options.weights or folder
        weights.mkdir(parents=True, exist_ok=True)
        files = write_weights(weights)
        capability = torch.backends.cpu.get_cpu_capability()
        print(f"{options.threads} threads, {capability}, torch {torch.__version__}; ratios are original / ours")
        comparison = Comparison(options.checkout, files, options.threads, folder)
        comparison.peaks()
        comparison.sizes_and_times(options.runs)


if __name__ == "__main__":
    main()
