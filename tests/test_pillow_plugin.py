"""The plugin as Pillow's own are tested: sanity, cut and foreign files, file objects, modes, options."""

import io
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from hific_core import lpips_weights, pillow_plugin
from hific_core.codec import Codec
from hific_core.container import hfc_file
from hific_core.metrics import Lpips
from hific_core.models import zoo

from .conftest import GOLDEN, smooth_picture

RICH = GOLDEN / "alpha-metadata.hfc"  # 47 x 33, alpha, XMP and something called a profile
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(autouse=True)
def tiny_alone(monkeypatch: pytest.MonkeyPatch, tiny_model_path: Path, tiny_codec: Codec, tmp_path: Path) -> None:
    """One model is installed; its codec is in float32, whatever is faster here."""
    monkeypatch.setattr(zoo, "bundled_folder", lambda: tmp_path / "none")
    monkeypatch.setattr(zoo, "user_folder", lambda: tmp_path / "none")
    monkeypatch.setenv("HIFIC_MODELS", str(tiny_model_path.parent))
    monkeypatch.setattr(pillow_plugin, "_codec", lambda path, fingerprints, device: tiny_codec)


def photo(mode: str = "RGB", size: tuple[int, int] = (40, 24)) -> Image.Image:
    return Image.fromarray(smooth_picture(size[1], size[0]).pixels).convert(mode)


def saved(image: Image.Image, **options: object) -> io.BytesIO:
    stream = io.BytesIO()
    image.save(stream, "HFC", **options)
    stream.seek(0)
    return stream


def test_sanity(tiny_codec: Codec) -> None:
    with Image.open(RICH) as image:
        assert (image.format, image.size, image.mode) == ("HFC", (47, 33), "RGBA")
        assert image.get_format_mimetype() == "image/x-hfc"
        image.load()
        decoded = tiny_codec.decode(hfc_file.read(RICH)).picture
        assert decoded.alpha is not None
        assert np.array_equal(np.asarray(image), np.dstack((decoded.pixels, decoded.alpha)))


@pytest.mark.parametrize(("name", "mode"), [("grey", "L"), ("plain-low", "RGB"), ("partitions", "RGB")])
def test_pixels_are_those_of_the_codec(tiny_codec: Codec, name: str, mode: str) -> None:
    with Image.open(GOLDEN / f"{name}.hfc") as image:
        assert image.mode == mode
        expected = tiny_codec.decode(hfc_file.read(GOLDEN / f"{name}.hfc")).picture.pixels
        assert np.array_equal(np.asarray(image.convert("RGB")), expected)


def test_info_comes_from_head_and_metadata() -> None:
    card = zoo.named("tiny").card
    with Image.open(RICH) as image:
        assert image.info == {
            "quality": 500,
            "realism": 0.0,
            "entropy_fingerprint": card.entropy_fingerprint,
            "generator_fingerprint": card.generator_fingerprint,
            "icc_profile": b"not checked here",
            "xmp": b"<x/>" * 9,
        }


def test_opening_imports_no_torch(tiny_model_path: Path) -> None:
    code = (
        "import sys; from PIL import Image; import hific_core.pillow_plugin\n"
        f"image = Image.open({str(RICH)!r})\n"
        "assert image.size == (47, 33) and image.info['quality'] == 500\n"
        f"Image.open({str(RICH)!r}).verify()\n"
        "assert 'torch' not in sys.modules\n"
        "image.load()\n"
        "assert 'torch' in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_foreign_files() -> None:
    stream = io.BytesIO()
    photo().save(stream, "PNG")
    for data in (b"", b"\x89HF", b"dear diary, no picture today"):
        with pytest.raises(UnidentifiedImageError):
            Image.open(io.BytesIO(data))
    with Image.open(io.BytesIO(stream.getvalue())) as image:
        assert image.format == "PNG"
    with pytest.raises(SyntaxError):
        pillow_plugin.HfcImageFile(io.BytesIO(stream.getvalue()))


def test_a_damaged_head_and_a_newer_version_say_so_in_a_sentence() -> None:
    data = bytearray(RICH.read_bytes())
    data[15] ^= 1
    with pytest.raises(UnidentifiedImageError, match="damaged in its header; get a fresh copy"):
        Image.open(io.BytesIO(data))
    data[4] = 9
    with pytest.raises(UnidentifiedImageError, match="newer release"):
        Image.open(io.BytesIO(data))


def test_cut_at_every_tenth_byte() -> None:
    """In the head the file does not open; behind it it opens, and neither loads nor verifies."""
    data = RICH.read_bytes()
    with RICH.open("rb") as file:
        hfc_file.read_front(file)
        whole_head = len(data) - sum(len(part) for part in _payload())
    opened = 0
    for end in (*range(0, len(data) - 1, 10), whole_head - 1, whole_head, len(data) - 1):
        cut = io.BytesIO(data[:end])
        if end < whole_head:
            with pytest.raises(UnidentifiedImageError):
                Image.open(cut)
            continue
        opened += 1
        with Image.open(cut) as image:
            assert image.size == (47, 33)
            with pytest.raises(OSError, match="lacks its last"):
                image.load()
        with Image.open(io.BytesIO(data[:end])) as image, pytest.raises(OSError, match="lacks its last"):
            image.verify()
    assert opened > 3


def _payload() -> tuple[bytes, ...]:
    """The stored parts of the rich file behind its head."""
    file = hfc_file.read(RICH)
    with RICH.open("rb") as opened:
        entries = hfc_file.read_front(opened).head.chunks
    return (*(bytes(entry.length) for entry in entries), file.hyperlatents, *map(bytes, filter(None, file.partitions)))


def test_truncated_pictures_load_when_asked(monkeypatch: pytest.MonkeyPatch, tiny_codec: Codec) -> None:
    path = GOLDEN / "partitions.hfc"
    cut = path.read_bytes()[:-5]
    whole = tiny_codec.decode(hfc_file.read(path)).picture.pixels
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with Image.open(io.BytesIO(cut)) as image, pytest.warns(UserWarning, match="damaged in partition 5"):
        pixels = np.asarray(image)
    assert np.array_equal(pixels[:400], whole[:400])  # further down the loss is felt
    assert (pixels[512:, 1024:] == 128).all()


def test_verify() -> None:
    with Image.open(RICH) as image:
        image.verify()
    data = bytearray(RICH.read_bytes())
    data[-1] ^= 1
    with Image.open(io.BytesIO(data)) as image, pytest.raises(OSError, match="damaged in its partition 0"):
        image.verify()


def test_files_that_pillow_opened_are_closed_and_others_stay_open() -> None:
    image = Image.open(RICH)
    opened = image.fp
    assert opened is not None
    image.load()
    assert opened.closed
    with RICH.open("rb") as file:
        Image.open(file).load()
        assert not file.closed
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with Image.open(RICH) as image:
            image.load()


def test_incremental_parser() -> None:
    data = RICH.read_bytes()
    parser = ImageFile.Parser()
    for start in range(0, len(data), 50):
        parser.feed(data[start : start + 50])
    with Image.open(RICH) as image:
        assert parser.close().tobytes() == image.tobytes()


def test_a_model_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIFIC_MODELS", "")
    with Image.open(RICH) as image:
        assert image.size == (47, 33)
        with pytest.raises(OSError, match="which is not installed"):
            image.load()


def test_another_generator_is_a_warning() -> None:
    file = hfc_file.read(RICH)
    data = replace(file, header=replace(file.header, generator_fingerprint=bytes(4))).pack()
    with (
        Image.open(io.BytesIO(data)) as image,
        pytest.warns(UserWarning, match="The file was made for generator 00000000"),
    ):
        image.load()


def test_save_to_a_path(tmp_path: Path, tiny_codec: Codec) -> None:
    picture = smooth_picture(24, 40)
    Image.fromarray(picture.pixels).save(tmp_path / "x.HFC", quality=321)
    assert (tmp_path / "x.HFC").read_bytes() == tiny_codec.encode(picture, 321).file.pack()
    refined = saved(Image.fromarray(picture.pixels), quality=321, effort=1)
    assert refined.read() == tiny_codec.encode(picture, 321, effort=1).file.pack()


@pytest.mark.parametrize(("icc", "mode"), [(SRGB, "RGB"), (None, "L")])
def test_black_and_white_in_colour_comes_back_without_colours(icc: bytes | None, mode: str) -> None:
    with Image.open(saved(photo("L").convert("RGB"), icc_profile=icc)) as image:
        assert (image.mode, image.info.get("icc_profile")) == (mode, icc)
        pixels = np.asarray(image.convert("RGB"))
    assert (pixels == pixels[..., :1]).all() and np.ptp(pixels) > 0


def test_an_effort_for_the_eye_needs_effort_and_weights(
    tmp_path: Path, tiny_codec: Codec, tiny_lpips_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = smooth_picture(40, 64)
    image, options = Image.fromarray(picture.pixels), {"quality": 321, "perceptual": True}
    with pytest.raises(ValueError, match="give that too"):
        saved(image, **options)
    pillow_plugin._lpips.cache_clear()
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tmp_path / "none.npz")
    with pytest.raises(OSError, match="no LPIPS weights"):
        saved(image, **options, effort=1)
    monkeypatch.setattr(lpips_weights, "cached_path", lambda: tiny_lpips_path)
    eye = Lpips(tiny_lpips_path)
    expected = tiny_codec.encode(picture, 321, effort=1, lpips=eye).file.pack()
    assert saved(image, **options, effort=1).read() == expected
    pillow_plugin._lpips.cache_clear()


@pytest.mark.parametrize(
    ("options", "quality"), [({}, 500), ({"regime": "low"}, 200), ({"regime": "high"}, 800), ({"quality": 0}, 0)]
)
def test_rates(options: dict[str, object], quality: int, tiny_model_path: Path) -> None:
    for model in ("tiny", tiny_model_path):
        with Image.open(saved(photo(), model=str(model), **options)) as image:
            assert image.info["quality"] == quality


@pytest.mark.parametrize(
    ("mode", "stored"),
    [
        ("1", "L"),
        ("L", "L"),
        ("LA", "L"),  # opaque
        ("P", "RGB"),
        ("RGB", "RGB"),
        ("RGBA", "RGB"),  # opaque
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
    ],
)
def test_modes(mode: str, stored: str, tiny_codec: Codec) -> None:
    image = photo(mode)
    with Image.open(saved(image)) as back:
        assert (back.mode, back.size) == (stored, image.size)
        with Image.open(saved(image.convert(stored))) as same:
            assert back.tobytes() == same.tobytes()


@pytest.mark.parametrize(("mode", "stored"), [("RGBA", "RGBA"), ("LA", "LA")])
def test_alpha_is_kept_exactly(mode: str, stored: str) -> None:
    image = photo(mode)
    alpha = Image.fromarray(smooth_picture(24, 40, seed=5).pixels[..., 0])
    image.putalpha(alpha)
    with Image.open(saved(image)) as back:
        assert back.mode == stored
        assert back.getchannel("A").tobytes() == alpha.tobytes()


@pytest.mark.parametrize("mode", ["I", "F", "LAB", "I;16"])
def test_modes_that_cannot_be_stored(mode: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=f"cannot write mode {mode} as HFC"):
        Image.new(mode, (8, 8)).save(tmp_path / "x.hfc")
    assert not list(tmp_path.glob("*.hfc"))


def test_nothing_to_save() -> None:
    with pytest.raises(OSError, match="empty picture"):
        saved(Image.new("RGB", (0, 0)))


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"quality": 1001}, OSError, "outside 0 to 1000"),
        ({"regime": "huge"}, OSError, "has no regime huge"),
        ({"realism": 0.5}, OSError, "no realism control"),
        ({"model": "nobody"}, OSError, "no model called 'nobody'"),
        ({"exif": b"rubbish"}, OSError, "EXIF data is damaged"),
        ({"quality": 1, "regime": "low"}, ValueError, "exclude one another"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        saved(photo(), **options)


def test_metadata() -> None:
    image = photo()
    image.info["icc_profile"] = SRGB
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    with Image.open(saved(image, exif=exif, xmp=b"<x/>")) as back:
        assert back.info["icc_profile"] == SRGB
        assert back.info["xmp"] == b"<x/>"
        assert back.getexif()[0x010F] == "Maker"
    with Image.open(saved(image, icc_profile=None)) as back:
        assert not {"icc_profile", "exif", "xmp"} & set(back.info)
    with Image.open(saved(image.convert("L"), icc_profile=SRGB)) as back:
        assert "icc_profile" not in back.info  # one for colours


def test_orientation_turns_the_pixels() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = photo().transpose(Image.Transpose.ROTATE_270)
    with Image.open(saved(photo(), exif=exif)) as back, Image.open(saved(turned)) as same:
        assert back.size == (24, 40)
        assert back.getexif()[0x0112] == 1
        assert back.tobytes() == same.tobytes()


def test_pillows_guard_against_bombs_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(RICH)
