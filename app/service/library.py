"""What menus and the queue ask beside encoding: models that come and go, devices, thumbnails, scores of files."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs import Choice, Compressed, Device, Job, Score, Skipped
from app.worker import Progress
from hific_core.atomic import write_atomically
from hific_core.cli.options import Collision
from hific_core.cli.outputs import is_wanted
from hific_core.container import hfc_file
from hific_core.errors import HificError, NameTaken, UnreadableFile, UnwritableFile
from hific_core.models import zoo
from hific_core.models.card import read_card

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from app.service.session import Session

CHECKPOINTS = (".pt", ".ckpt", ".pth")
"""Endings of what torch.save wrote."""
_LARGEST_MODEL = 8_000_000_000
"""Bytes; nothing larger is copied."""
_LARGEST_THUMBNAIL_SOURCE = 150_000_000
"""Pixels; a larger picture has no thumbnail."""


# --- models ------------------------------------------------------------------------------------------------------


def models_folder() -> Path:
    """Where the person's own models lie; it need not be there."""
    return zoo.user_folder()


def import_model(path: Path, progress: Progress) -> str:
    """Puts a copy of a model's file into the person's folder; returns its name.

    Raises UnreadableFile, UnwritableFile, WeightsDamaged, WeightsMissing, HificError where it is there already.
    """
    if path.suffix.lower() in CHECKPOINTS:
        return _import_checkpoint(path, progress)
    if path.suffix.lower() != ".safetensors":
        raise UnreadableFile(path, f"{path.name} is not a model; choose a .safetensors file.")
    return _import_prepared(path, progress)


def _import_checkpoint(path: Path, progress: Progress) -> str:
    """Prepares what the original HiFiC trained."""
    from hific_core.importing import import_checkpoint

    return import_checkpoint(path, progress=progress).card.name


def _import_prepared(path: Path, progress: Progress) -> str:
    from hific_core.device import choose_runtime
    from hific_core.models.weights import read_model

    progress("read", 0.0)
    card = read_card(path)
    for other in zoo.listing().models:
        if other.card.name == card.name:
            raise HificError(f"A model called {card.name} is installed already, at {other.path}; remove that first.")
    try:
        if path.stat().st_size > _LARGEST_MODEL:
            raise UnreadableFile(path, f"{path.name} is too large for a model; choose another file.")
        read_model(path, choose_runtime("cpu", "float32"))  # its tensors fit and are those that its card names
        progress("read", 0.5)
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path, f"{path.name} could not be read ({error.strerror}); try again.") from error
    progress("write", 0.5)
    _put_new(zoo.user_folder(), path.name, data)
    return card.name


def _put_new(folder: Path, name: str, data: bytes) -> None:
    """Whole or not at all, and never over another file."""
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(target, data, exclusive=True)
    except NameTaken as error:
        raise UnwritableFile(target, f"There is a file at {target} already; rename yours and try again.") from error
    except OSError as error:
        raise UnwritableFile(target, f"{target} could not be written ({error.strerror}); free some space.") from error


def remove_model(path: Path) -> None:
    """Deletes a model of the person's own folder. Raises UnwritableFile for any other."""
    if path.parent.resolve() != zoo.user_folder().resolve():
        raise UnwritableFile(path, f"{path.name} is not one of your own models and stays.")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableFile(path, f"{path} could not be removed ({error.strerror}); close what uses it.") from error


def devices() -> tuple[Device, ...]:
    """Where networks can run, automatic first; without torch there is the processor alone."""
    found = [Device("auto", ""), Device("cpu", "")]
    try:
        import torch
    except ImportError:
        return tuple(found)
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        found.append(Device(f"cuda:{number}", torch.cuda.get_device_name(number)))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU"))
    return tuple(found)


def lpips_at_hand() -> bool:
    """Whether the weights of LPIPS need not be fetched."""
    from hific_core import lpips_weights

    return lpips_weights.at_hand()


# --- the queue ---------------------------------------------------------------------------------------------------


def compress(session: "Session", job: Job, choice: Choice, rule: str, progress: Progress) -> Compressed | Skipped:
    """Writes a .hfc file; `rule`: unique, skip or overwrite, for an output that is there already."""
    collision = Collision(rule)
    if not is_wanted(job.planned, collision, frozenset({job.source.resolve()})):
        return Skipped(job.planned)
    try:
        return session.compress(job, choice, progress, collision)
    except NameTaken:  # another process was faster
        return Skipped(job.planned)


def score(session: "Session", source: Path, output: Path, progress: Progress) -> Score:
    """Decodes the file as it lies on the disk and measures how far it is from the picture that it came from.

    That of what is seen: transparent pictures lie on mid grey.
    """
    from hific_core import metrics
    from hific_core.pixels.alpha import laid_on_grey
    from hific_core.pixels.picture import read_picture

    progress("read", 0.0)
    picture = read_picture(source)
    original = laid_on_grey(picture.pixels, picture.alpha)
    file = hfc_file.read(output)
    codec = session._codec(zoo.for_file(file.header.entropy_fingerprint.hex(), file.header.generator_fingerprint.hex()))
    realism = file.header.realism / 255 if codec.model.card.abilities.realism else 0.0
    decoded = codec.decode(file, realism=realism, progress=progress)
    other = laid_on_grey(decoded.picture.pixels, decoded.picture.alpha)
    similarity = metrics.ms_ssim(original, other, lambda share: progress("measure", share))
    return Score(metrics.psnr(original, other), similarity)


def thumbnail(path: Path, side: int) -> "NDArray[np.uint8] | None":
    """uint8 (H, W, 3), upright, at most `side` on each, on white; None for what has no picture that is quickly read."""
    import numpy as np
    from PIL import Image, ImageOps

    from hific_core.pixels.formats import REFUSED_FORMATS, looks_like_heic
    from hific_core.pixels.opening import quiet_pillow
    from hific_core.pixels.picture import read_picture

    if not path.is_file():  # opening a pipe would wait for ever
        return None
    with contextlib.suppress(Exception), path.open("rb") as file:
        if looks_like_heic(file.read(12)):  # which Pillow does not know
            picture = read_picture(path, max_pixels=_LARGEST_THUMBNAIL_SOURCE)
            image = Image.fromarray(picture.pixels)
            if picture.alpha is not None:
                image.putalpha(Image.fromarray(picture.alpha))
            image.thumbnail((side, side))
            return np.array(_on_white(image))
    with contextlib.suppress(Exception), quiet_pillow(), Image.open(path) as image:  # Pillow raises whatever it meets
        if image.format in REFUSED_FORMATS or image.width * image.height > _LARGEST_THUMBNAIL_SOURCE:
            return None
        image.draft("RGB", (side, side))  # JPEG is decoded at an eighth
        image.thumbnail((side, side))
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("I;16", "I"):
            return None
        return np.array(_on_white(upright))
    return None


def _on_white(image: "Image.Image") -> "Image.Image":
    """RGB; without transparency, under which any colour may lie."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    from PIL import Image

    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image.convert("RGBA"))
    return ground.convert("RGB")
