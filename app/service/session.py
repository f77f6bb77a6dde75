"""What the codec's thread does for the window: encodes and decodes, and knows of each shown file what it was made of.

torch is imported here, when it is first needed.
"""

import os
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.jobs import Choice, Compressed, Details, Focus, Job, Shown, Side
from app.layers import Layer, on_disk
from app.numerals import decimal
from app.sentences import translated
from app.service import originals
from app.service.painting import Tell, paint, paint_first, preview, transparency, transparent
from app.worker import Progress
from hific_core.atomic import write_atomically
from hific_core.cli.options import Collision
from hific_core.cli.outputs import put
from hific_core.container import hfc_file
from hific_core.container.hfc_file import HfcFile
from hific_core.container.original_file import written_by_original
from hific_core.errors import HificError
from hific_core.models import zoo

if TYPE_CHECKING:
    from hific_core.codec import Codec
    from hific_core.metrics import Lpips
    from hific_core.pixels.picture import Picture

MAX_PIXELS = 2_000_000_000
_AT_ONCE = 16_000_000
"""Pixels of an original that is read before the first pixel of its file is shown."""


@dataclass(slots=True)
class _Opened:
    """The picture in the viewer."""

    path: Path
    file: "HfcFile | _Foreign"
    codec: "Codec"
    encode_seconds: float | None = None
    asked_quality: int | None = None
    """Of the choice that it was compressed with."""
    picture: "Picture | None" = None
    """The original, where there is one."""
    original: Side | None = None
    original_bytes: int | None = None
    notes: tuple[str, ...] = ()
    damaged_bytes: int | None = None
    """Size of a damaged file, of which what is whole is shown."""
    alpha: Layer | None = None
    """How transparent the file's picture is."""
    guess: Path | None = None
    """The original, where its name alone says that it is."""


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A file that the original HiFiC wrote, decoded at once: it knows no parts and no realism."""

    path: Path
    layer: Layer
    sizes: tuple[int, int, int]
    """Bytes of the file, of its hyperlatents and of its latents."""
    seconds: float


class Session:
    """What the codec's thread has loaded; no other thread touches it. What is open, the window hands to it."""

    def __init__(self, device: str, focus: Focus) -> None:
        self.device = device
        """Of the codecs from now on: auto, cpu, cuda."""
        self.named = ""
        """The model that the person chose: what decodes a file of the original HiFiC that several models could."""
        self._focus = focus
        self._codecs: dict[tuple[Path, str, str, str], Codec] = {}
        self._eye: Lpips | None = None

    def save(self, shown: Shown, path: Path) -> int:
        """A shown .hfc file, which proposes the realism that is seen; returns its number of bytes."""
        opened = _opened(shown)
        if opened.damaged_bytes is not None:
            raise HificError("The shown file is damaged and cannot be saved again; export the picture instead.")
        if isinstance(opened.file, _Foreign):
            data = opened.file.path.read_bytes()
            write_atomically(path, data)
            return len(data)
        realism = round(255 * self._realism(opened.codec, shown.details.realism))
        return hfc_file.write(path, replace(opened.file, header=replace(opened.file.header, realism=realism)))

    def _codec(self, model: zoo.Installed) -> "Codec":
        # another model may have come under the same name meanwhile
        key = (model.path, model.card.entropy_fingerprint, model.card.generator_fingerprint, self.device)
        if key not in self._codecs:
            import torch

            # one core stays with the window
            torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
            from hific_core.codec import Codec
            from hific_core.device import choose_runtime

            self._codecs.clear()  # one model at a time
            self._codecs[key] = Codec(zoo.load(model, choose_runtime(self.device)))
        return self._codecs[key]

    # --- encode -------------------------------------------------------------------------------------------------

    def _chosen(self, choice: Choice) -> tuple["Codec", int]:
        """The codec of a choice, and its quality."""
        model = zoo.named(choice.model) if choice.model else zoo.default()
        if choice.regime is not None and choice.quality is None:
            model = zoo.for_regime(model, choice.regime)
        quality = model.card.regimes[choice.regime] if choice.quality is None and choice.regime else choice.quality
        return self._codec(model), 500 if quality is None else quality

    def _asked(self, choice: Choice) -> int | None:
        """The quality of a choice; None where it aims at a size."""
        return None if choice.max_bytes is not None else self._chosen(choice)[1]

    def _lpips(self, codec: "Codec") -> "Lpips":
        """Where the codec's model is, loaded once."""
        from hific_core import lpips_weights, metrics

        path = lpips_weights.cached_path()
        if self._eye is None and not lpips_weights.at_hand():
            raise HificError(
                f"The LPIPS weights are no longer at {path}; choose Model > Take longer > Truer to the eye again "
                "to get them, or Off."
            )
        self._eye = self._eye or metrics.Lpips(path)
        return self._eye.to(codec.model.runtime.device)

    def _encode(
        self, picture: "Picture", choice: Choice, progress: Progress, realism: float = 0.0
    ) -> tuple["Codec", Any]:
        """`realism`: what is looked at, where the eye is worked for."""
        from hific_core.pixels.picture import without_private
        from hific_core.preview import with_preview
        from hific_core.target import encode_to_target

        codec, quality = self._chosen(choice)
        if choice.strip_metadata:
            picture = without_private(picture)
        effort = choice.effort if codec.model.refinable else 0
        lpips = self._lpips(codec) if choice.for_eye and effort else None
        # without an eye only viewers heed it, and theirs stays as it is
        realism = 0.0 if lpips is None else self._realism(codec, realism)
        how = partial(codec.encode, quality=quality)
        if choice.max_bytes is not None:
            how = partial(encode_to_target, codec, max_bytes=choice.max_bytes)
        encoded = how(picture, realism=realism, effort=effort, lpips=lpips, progress=progress)
        if effort != choice.effort:
            note = f"{codec.model.card.name} was trained for texture: longer work would gain nothing and was left out."
            encoded = replace(encoded, notes=(*encoded.notes, note))
        if not choice.strip_metadata:
            encoded = replace(encoded, file=with_preview(encoded.file, picture, max_bytes=choice.max_bytes))
        return codec, encoded

    def compress(self, job: Job, choice: Choice, progress: Progress, rule: Collision = Collision.unique) -> Compressed:
        """Writes a .hfc file."""
        from hific_core.pixels.picture import read_picture

        started = time.monotonic()
        progress("read", 0.0)
        picture = read_picture(job.source, max_pixels=MAX_PIXELS)
        _, encoded = self._encode(picture, choice, progress)
        progress("write", 1.0)
        output, size = put(job.planned, rule, partial(hfc_file.write, hfc_file=encoded.file))
        height, width = picture.pixels.shape[:2]
        source_bytes = job.source.stat().st_size
        seconds = time.monotonic() - started
        notes = tuple(translated(note) for note in encoded.notes)
        return Compressed(job.source, output, width, height, source_bytes, size, seconds, notes)

    def encode_again(self, was: Shown, choice: Choice, realism: float, progress: Progress, tell: Tell) -> Shown:
        """A shown picture with another rate or model: first what is looked at, then the whole."""
        shown = _opened(was)
        if shown.picture is None or shown.original is None:
            raise HificError("The original is not at hand, so that the picture cannot be compressed again.")
        layer = Layer(*shown.original.size, shown.original.layer.alpha)
        if choice.max_bytes is None and self._same_model(choice, shown):
            codec, quality = self._chosen(choice)
            tell.opened(self._described(shown, layer, realism, None))
            preview(codec, shown.picture, quality, self._realism(codec, realism), layer, self._focus, tell)
        codec, encoded = self._encode(shown.picture, choice, progress, realism)
        again = _Opened(
            shown.path,
            encoded.file,
            codec,
            encoded.seconds,
            self._asked(choice),
            shown.picture,
            shown.original,
            shown.original_bytes,
            encoded.notes,
            alpha=layer.alpha,
        )
        return self._paint(again, realism, progress, tell, layer=layer)

    def _same_model(self, choice: Choice, shown: _Opened) -> bool:
        return choice.model in ("", shown.codec.model.card.name)

    # --- open ---------------------------------------------------------------------------------------------------

    def show(
        self,
        path: Path,
        original: Path | None,
        progress: Progress,
        tell: Tell,
        salvage: bool = False,
        realism: float | None = None,
        guessed: bool = False,
    ) -> Shown:
        """Opens a .hfc file beside its original; with `salvage` a damaged one, as far as it goes.

        `realism`: what was chosen while it was coming, instead of what the file proposes. `guessed`: nobody has said
        that it is the original.
        """
        progress("read", 0.0)
        if written_by_original(path):
            return self._show_foreign(path, original, progress, guessed)
        file = hfc_file.read(path, max_pixels=MAX_PIXELS, salvage=salvage)
        header = file.header
        realism = header.realism / 255 if realism is None else realism
        model = zoo.for_file(header.entropy_fingerprint.hex(), header.generator_fingerprint.hex())
        opened = _Opened(path, file, self._codec(model), guess=original if guessed else None)
        opened.notes = opened.codec.notes_on(file)
        opened.alpha = None if salvage else transparency(file)
        late = None if header.pixels <= _AT_ONCE else original
        if late is None and original is not None:
            self._read_original(opened, original)
        if salvage:
            opened.damaged_bytes = path.stat().st_size
            return self._salvage(opened, realism, progress)
        return self._paint(opened, realism, progress, tell, late)

    def _show_foreign(self, path: Path, original: Path | None, progress: Progress, guessed: bool) -> Shown:
        """What the original wrote, with the chosen model where that is one of its own, else with the one that fits."""
        from hific_core.original import open_original

        named = zoo.named(self.named) if self.named else None
        model = named if named is not None and named.card.family == "hific" else None
        found = open_original(path, self._codec, model=model, max_pixels=MAX_PIXELS, progress=progress)
        sizes = path.stat().st_size, len(found.file.hyperlatents), len(found.file.latents)
        foreign = _Foreign(path, Layer.of(found.decoded.picture.pixels), sizes, found.decoded.seconds)
        opened = _Opened(path, foreign, self._codec(found.model), notes=found.decoded.notes)
        if original is not None:
            self._read_original(opened, original)
        opened.guess = original if guessed else None
        self._doubt(opened, foreign.layer)
        return self._described(opened, foreign.layer, 0.0, foreign.seconds)

    def show_picture(self, path: Path, choice: Choice, progress: Progress, tell: Tell, realism: float = 0.0) -> Shown:
        """Opens a picture and compresses it in memory."""
        from hific_core.pixels.picture import read_picture

        progress("read", 0.0)
        picture = read_picture(path, max_pixels=MAX_PIXELS)
        codec, encoded = self._encode(picture, choice, progress, realism)
        opened = _Opened(path, encoded.file, codec, encoded.seconds, self._asked(choice), notes=encoded.notes)
        opened.alpha = self._keep_original(opened, picture, path)
        return self._paint(opened, realism, progress, tell)

    def _read_original(self, opened: _Opened, path: Path) -> None:
        from hific_core.pixels.picture import read_picture

        try:
            picture = read_picture(path, max_pixels=MAX_PIXELS)
        except HificError as error:  # the file can be shown without it
            opened.notes = (*opened.notes, str(error))
            return
        file = opened.file
        size = file.layer.size if isinstance(file, _Foreign) else (file.header.height, file.header.width)
        if note := originals.of_another_size(path, picture.pixels.shape, size):
            opened.notes = (*opened.notes, note)
            return
        self._keep_original(opened, picture, path)

    def _doubt(self, opened: _Opened, layer: Layer) -> None:
        """A guessed original is none where `layer`, which the file decodes to, is the same; asked once."""
        guess, opened.guess = opened.guess, None
        if guess and opened.original and (note := originals.decoded(guess, opened.original.layer, layer)):
            opened.original = opened.picture = opened.original_bytes = None
            opened.notes = (*opened.notes, note)

    def _keep_original(self, opened: _Opened, picture: "Picture", path: Path) -> Layer | None:
        """Returns its transparency."""
        alpha = transparent(picture.alpha, opened.alpha)
        opened.picture = replace(picture, pixels=on_disk(picture.pixels), alpha=None if alpha is None else alpha.pixels)
        opened.original_bytes = path.stat().st_size
        opened.original = originals.side_of(path, opened.original_bytes, opened.picture, alpha)
        return alpha

    # --- decode -------------------------------------------------------------------------------------------------

    def decode_again(self, was: Shown, realism: float, progress: Progress, tell: Tell) -> Shown:
        """A shown file with another realism."""
        shown = _opened(was)
        if isinstance(shown.file, _Foreign):
            return self._described(shown, shown.file.layer, 0.0, shown.file.seconds)
        if shown.damaged_bytes is not None:
            return self._salvage(shown, realism, progress)
        return self._paint(shown, realism, progress, tell)

    def _realism(self, codec: "Codec", wanted: float) -> float:
        return wanted if codec.model.card.abilities.realism else 0.0

    def _paint(
        self,
        opened: _Opened,
        realism: float,
        progress: Progress,
        tell: Tell,
        late: Path | None = None,
        layer: Layer | None = None,
    ) -> Shown:
        """`late`: an original that is read once something is to be seen."""
        started = time.monotonic()
        codec, file = opened.codec, opened.file
        assert isinstance(file, HfcFile)
        realism = self._realism(codec, realism)
        layer = layer or Layer(file.header.height, file.header.width, opened.alpha)
        tell.opened(self._described(opened, layer, realism, None))
        paint_first(codec, file, realism, layer, self._focus, tell, progress)
        if late is not None:
            progress("read", 0.0)
            self._read_original(opened, late)
            tell.opened(self._described(opened, layer, realism, None))
        paint(codec, file, realism, layer, self._focus, tell, progress)
        self._doubt(opened, layer)
        opened.notes = tuple(dict.fromkeys((*opened.notes, *codec.model.shortage.take_notes())))
        return self._described(opened, layer, realism, time.monotonic() - started)

    def _salvage(self, opened: _Opened, realism: float, progress: Progress) -> Shown:
        """What is whole; the rest is grey."""
        assert isinstance(opened.file, HfcFile)
        realism = self._realism(opened.codec, realism)
        decoded = opened.codec.decode(opened.file, realism=realism, salvage=True, progress=progress)
        gone = [part for part in decoded.damaged if part != hfc_file.END]
        opened.notes = (f"Damaged and left out: {hfc_file.told(gone)}.",) if gone else ()
        if len(gone) < len(decoded.damaged):
            opened.notes = (*opened.notes, "What follows the file's end is passed over.")
        opened.alpha = transparent(decoded.picture.alpha, opened.alpha)
        return self._described(opened, Layer.of(decoded.picture.pixels, opened.alpha), realism, decoded.seconds)

    def _described(self, opened: _Opened, layer: Layer, realism: float, seconds: float | None) -> Shown:
        card, file = opened.codec.model.card, opened.file
        if isinstance(file, _Foreign):
            # what wrote it knew nothing of profiles: its numbers are in the original's colours
            icc = None if opened.original is None else opened.original.icc
            (size, hyper, latent), metadata = file.sizes, 0
            quality = next(iter(card.regimes.values()))
        else:
            size = len(file.pack()) if opened.damaged_bytes is None else opened.damaged_bytes
            hyper, latent, metadata = file.hyperlatent_bytes, file.latent_bytes, file.metadata_bytes
            quality, icc = file.header.quality, file.metadata.get("ICCP")
        details = Details(
            name=opened.path.name,
            width=layer.size[1],
            height=layer.size[0],
            bytes=size,
            hyperlatent_bytes=hyper,
            latent_bytes=latent,
            metadata_bytes=metadata,
            original_bytes=opened.original_bytes,
            model=card.name,
            quality=quality,
            regime=next((name for name, each in card.regimes.items() if each in (quality, opened.asked_quality)), None),
            realism=realism,
            encode_seconds=opened.encode_seconds,
            decode_seconds=seconds,
            device=str(opened.codec.model.runtime),
            notes=tuple(translated(note) for note in opened.notes),
            asked_quality=opened.asked_quality,
        )
        return Shown(opened.original, Side(f"{card.name} · {decimal(size / 1000, 1)} kB", layer, icc), details, opened)

    def export(self, was: Shown, path: Path, progress: Progress) -> tuple[str, ...]:
        """A shown reconstruction as a picture; returns sentences on what the format cannot hold."""
        from hific_core.pixels.picture import Picture, write_picture

        shown = _opened(was)
        if isinstance(shown.file, _Foreign):
            return tuple(map(translated, write_picture(path, Picture(shown.file.layer.pixels))))
        realism = self._realism(shown.codec, was.details.realism)
        salvage = shown.damaged_bytes is not None
        decoded = shown.codec.decode(shown.file, realism=realism, salvage=salvage, progress=progress)
        return tuple(map(translated, write_picture(path, decoded.picture)))


def _opened(shown: Shown) -> _Opened:
    assert isinstance(shown.opened, _Opened)
    return shown.opened
