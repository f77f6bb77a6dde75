"""What `hific compress` can show of a picture at once: decoded again, measured, kept as a picture."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hific_core.cli.options import Collision
from hific_core.cli.outputs import Folders, is_wanted, put
from hific_core.container import hfc_file
from hific_core.progress import Progress

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.metrics import Lpips
    from hific_core.pixels.picture import Picture


class Seen(NamedTuple):
    """What a review found; the distances are None where nothing was measured."""

    reconstruction: Path | None
    psnr: float | None
    ms_ssim: float | None
    lpips: float | None
    decode_seconds: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What the options say about it; without any of them nothing is decoded."""

    measured: bool = False
    lpips: "Lpips | None" = None
    """Measured too, where it is given."""
    planned: Mapping[Path, Path] = field(default_factory=dict)
    """Where the reconstruction of each input is meant to go; empty where none is kept."""
    inputs: frozenset[Path] = frozenset()
    """Their resolved paths: none is ever overwritten."""
    rule: Collision = Collision.unique

    @property
    def wanted(self) -> bool:
        """Whether anything is to be decoded."""
        return self.measured or bool(self.planned)

    def check_output(self, path: Path, folders: Folders) -> None:
        """Whether the reconstruction of the picture at `path` can be kept; raises UnwritableFile."""
        planned = self.planned.get(path)
        if planned is None:
            return
        if self.rule is Collision.overwrite:
            is_wanted(planned, self.rule, self.inputs)
        folders.check(planned, self.rule)

    def __call__(self, path: Path, picture: "Picture", data: bytes, codec: "Codec", progress: Progress) -> Seen:
        """Decode `data`, the whole file made of the picture at `path`, with the realism that it proposes.

        Distances are those of what is seen: both pictures laid on mid grey where they are transparent.
        Raises UnwritableFile, NameTaken, OutOfMemory, and what `progress` raises.
        """
        from hific_core.metrics import distances
        from hific_core.pixels.alpha import laid_on_grey
        from hific_core.pixels.picture import write_picture

        started = time.perf_counter()
        decoded = codec.decode(hfc_file.parse(data, max_pixels=picture.pixels[..., 0].size), progress=progress)
        seconds = time.perf_counter() - started
        psnr, ms_ssim, lpips = None, None, None
        if self.measured:
            original, other = (laid_on_grey(each.pixels, each.alpha) for each in (picture, decoded.picture))
            psnr, ms_ssim, lpips = distances(original, other, self.lpips)
        notes = decoded.notes
        output, planned = None, self.planned.get(path)
        if planned is not None:
            output, unheld = put(planned, self.rule, partial(write_picture, picture=decoded.picture))
            notes += unheld
        return Seen(output, psnr, ms_ssim, lpips, seconds, notes)
