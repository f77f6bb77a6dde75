"""The original's side: `python -m tests.beside.original WEIGHTS THREADS CHECKOUT`.

What is put in the place of what it imports and does not need to code: torchvision, skimage and its LPIPS. What it needs
since NumPy 2: integer tables that do not overflow, and readers of shapes that take the one number out of an array.
"""

import importlib
import logging
import sys
import types
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests.beside.pictures import picture
from tests.beside.side import peak, seconds_of, serve


class _NoLoss:
    """In the place of LPIPS, which coding never calls."""

    def __init__(self, *_: object, **__: object) -> None: ...


def put_in_place() -> None:
    """Modules that are missing, or that would load weights."""
    nothing: dict[str, dict[str, object]] = {
        "torchvision": {},
        "torchvision.utils": {"save_image": None},
        "torchvision.transforms": {},
        "torchvision.datasets": {"Cityscapes": object},
        "skimage": {},
        "skimage.io": {"imread": None},
        "src.loss.perceptual_similarity": {},
        "src.loss.perceptual_similarity.perceptual_loss": {"PerceptualLoss": _NoLoss},
    }
    for name, content in nothing.items():
        module = types.ModuleType(name)
        module.__dict__.update(content)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent in nothing:
            setattr(sys.modules[parent], child, module)


def fit_to_numpy_2(coding: Any) -> None:
    """`coding` is the original's module of files and coders."""

    def of_wide_tables(function: Any) -> Any:
        def work(*arguments: Any, **named: Any) -> Any:
            first, second, table, *rest = arguments
            return function(first, second, table.astype(np.uint64), *rest, **named)

        return work

    coding.ans_compress = of_wide_tables(coding.ans_compress)
    coding.ans_decompress = of_wide_tables(coding.ans_decompress)
    coding.read_shapes = lambda file, length: tuple(int(a[0]) for a in coding.read_bytes(file, [np.uint16] * length))
    coding.read_num_bytes_encoded = lambda file: int(coding.read_bytes(file, [np.uint32])[0][0])


class Original:
    """The original's model, loaded by its own function."""

    def __init__(self, weights: Path, checkout: Path) -> None:
        if not (checkout / "src" / "model.py").is_file():
            raise SystemExit(f"{checkout} is not a checkout of the original: there is no src/model.py in it")
        sys.path.insert(0, str(checkout))
        put_in_place()
        self.coding = importlib.import_module("src.compression.compression_utils")
        fit_to_numpy_2(self.coding)
        helpers = importlib.import_module("src.helpers.utils")
        log = logging.getLogger("original")
        _, self.model, _ = helpers.load_model(str(weights), log, torch.device("cpu"), "compression_gan", "evaluation")
        self.model.logger = log
        self.model.Hyperprior.hyperprior_entropy_model.build_tables()
        self.compressed = cache(lambda size: self._compress(_tensor(size)))

    def _compress(self, x: torch.Tensor) -> Any:
        with torch.no_grad():
            return self.model.compress(x, silent=True)

    def _write(self, compressed: Any, path: Path) -> None:
        self.coding.save_compressed_format(compressed, out_path=str(path))

    def _read(self, path: Path) -> torch.Tensor:
        """uint8 (H, W, 3), as its `save_image` would give it to the format."""
        with torch.no_grad():
            x = self.model.decompress(self.coding.load_compressed_format(str(path)))
            return x[0].mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to(torch.uint8)

    def sizes(self, size: str, folder: str) -> tuple[int, float]:
        """Bytes of the file, and what the networks estimate in bytes."""
        compressed, path = self.compressed(size), self._path(size, folder)
        self._write(compressed, path)
        return path.stat().st_size, compressed.total_bits / 8

    def encode(self, size: str, folder: str) -> tuple[float, float]:
        pixels, path = picture(size), self._path(size, folder)
        return seconds_of(lambda: self._write(self._compress(_as_tensor(pixels)), path))

    def decode(self, size: str, folder: str) -> tuple[float, float]:
        path = self._path(size, folder)
        return seconds_of(lambda: self._read(path))

    def _path(self, size: str, folder: str) -> Path:
        return Path(folder) / f"original {size}.hfc"

    def networks_encode(self, size: str) -> tuple[float, float]:
        """Encoder, hyper-analysis and both syntheses; the pictures' sides are multiples of 64 and need no padding."""
        x, hyperprior = _tensor(size), self.model.Hyperprior

        def work() -> None:
            with torch.no_grad():
                z_hat = (hyperprior.analysis_net(self.model.Encoder(x)) + 0.5).floor()
                hyperprior.synthesis_mu(z_hat)
                hyperprior.synthesis_std(z_hat)

        return seconds_of(work)

    def networks_decode(self, size: str) -> tuple[float, float]:
        """Both syntheses and the generator."""
        hyperprior = self.model.Hyperprior
        with torch.no_grad():
            y = self.model.Encoder(_tensor(size))
            z_hat = (hyperprior.analysis_net(y) + 0.5).floor()

        def work() -> None:
            with torch.no_grad():
                hyperprior.synthesis_std(z_hat)
                y_hat = (y - hyperprior.synthesis_mu(z_hat)).round()
                self.model.Generator(y_hat)

        return seconds_of(work)

    @cache  # noqa: B019 - one for the whole process
    def _symbols(self, size: str) -> list[tuple[Any, Any, Any]]:
        """Of hyperlatents and latents: symbols, indexes and their model."""
        hyperprior = self.model.Hyperprior
        with torch.no_grad():
            y = self.model.Encoder(_tensor(size))
            z_hat = (hyperprior.analysis_net(y) + 0.5).floor()
            scales = hyperprior.synthesis_std(z_hat).clamp_min(0.11)
            symbols = (y - hyperprior.synthesis_mu(z_hat) + 0.5).floor().to(torch.int32)
        first, second = hyperprior.hyperprior_entropy_model, hyperprior.prior_entropy_model
        channels = first.compute_indices(z_hat.shape[2:])[None]
        return [
            (z_hat.to(torch.int32).numpy(), channels.numpy(), first),
            (symbols.numpy(), second.compute_indices(scales).numpy(), second),
        ]

    def _streams(self, size: str) -> list[tuple[Any, Any]]:
        return [
            self.coding.ans_compress(symbols, indexes, *_tables(of), symbols.shape[1:], of.precision, vectorize=True)
            for symbols, indexes, of in self._symbols(size)
        ]

    def entropy_encode(self, size: str) -> tuple[float, float]:
        self._symbols(size)
        return seconds_of(lambda: self._streams(size))

    def entropy_decode(self, size: str) -> tuple[float, float]:
        streams = self._streams(size)

        def work() -> None:
            for (stream, shape), (_, indexes, of) in zip(streams, self._symbols(size), strict=True):
                self.coding.ans_decompress(stream, indexes, *_tables(of), shape, of.precision, vectorize=True)

        return seconds_of(work)

    def to_file(self, size: str, path: str) -> int:
        """Encodes once; the peak so far."""
        self._write(self._compress(_tensor(size)), Path(path))
        return peak()

    def from_file(self, path: str) -> int:
        """Decodes once; the peak so far."""
        self._read(Path(path))
        return peak()


def _tables(of: Any) -> tuple[Any, Any, Any]:
    return of.CDF.numpy().astype(np.uint32), of.CDF_length.numpy(), of.CDF_offset.numpy()


def _tensor(size: str) -> torch.Tensor:
    return _as_tensor(picture(size))


def _as_tensor(pixels: np.ndarray) -> torch.Tensor:
    """uint8 (H, W, 3) -> float32 (1, 3, H, W) in [0, 1]."""
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float().div_(255).contiguous()


def main() -> None:
    torch.set_num_threads(int(sys.argv[2]))
    serve(lambda: Original(Path(sys.argv[1]), Path(sys.argv[3])))


if __name__ == "__main__":
    main()
