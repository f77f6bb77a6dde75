"""`hific pair`."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from hific_core.__main__ import main
from hific_core.pixels.picture import Picture, read_picture, write_picture
from tests.conftest import smooth_picture


def test_both_pictures_in_one(tmp_path: Path, tiny_model_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original, compressed, output = (tmp_path / name for name in ("a.png", "a.hfc", "pair.png"))
    write_picture(original, smooth_picture(40, 50))
    assert main(["compress", str(original), "--model", str(tiny_model_path)]) == 0
    capsys.readouterr()
    assert main(["pair", str(original), str(compressed), "-o", str(output), "--model", str(tiny_model_path)]) == 0
    both = read_picture(output).pixels
    assert np.array_equal(both[:, :50], read_picture(original).pixels)
    assert both.shape == (40, 100, 3)
    rate = compressed.stat().st_size * 8 / 2000
    assert f"{rate:.3f} bits per pixel" in capsys.readouterr().out


def test_pictures_of_two_sizes(tmp_path: Path, tiny_model_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original, other = tmp_path / "a.png", tmp_path / "b.png"
    write_picture(original, smooth_picture(40, 50))
    write_picture(other, smooth_picture(50, 40))
    model = ["--model", str(tiny_model_path)]
    assert main(["compress", str(original), *model]) == 0
    assert main(["pair", str(other), str(tmp_path / "a.hfc"), "-o", str(tmp_path / "p.png"), *model]) == 1
    assert "not of one size" in capsys.readouterr().err
    assert not (tmp_path / "p.png").exists()


def test_an_existing_picture_is_kept(tmp_path: Path, tiny_model_path: Path) -> None:
    original, output = tmp_path / "a.png", tmp_path / "pair.png"
    write_picture(original, smooth_picture(20, 20))
    output.write_text("mine")
    model = ["--model", str(tiny_model_path)]
    assert main(["compress", str(original), *model]) == 0
    assert main(["pair", str(original), str(tmp_path / "a.hfc"), "-o", str(output), *model]) == 0
    assert output.read_text() == "mine"
    assert (tmp_path / "pair (2).png").exists()


@pytest.mark.parametrize("output", ["folder.png", "pair.xyz", "pair", "a.hfc", "a.png/pair.png"])
def test_an_output_that_cannot_be_is_refused_before_anything_is_read(
    output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.png").mkdir()
    for name in ("a.png", "a.hfc"):
        (tmp_path / name).write_text("never read")
    assert main(["pair", str(tmp_path / "a.png"), str(tmp_path / "a.hfc"), "-o", str(tmp_path / output)]) == 2
    assert "--output" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.hfc", "a.png", "folder.png"]


def test_a_missing_device_and_a_pipe(tmp_path: Path, tiny_model_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original, pipe = tmp_path / "a.png", tmp_path / "pipe.png"
    write_picture(original, smooth_picture(20, 20))
    os.mkfifo(pipe)
    model = ["--model", str(tiny_model_path)]
    compressed = str(tmp_path / "a.hfc")
    assert main(["compress", str(original), *model]) == 0
    capsys.readouterr()
    for arguments, words in (
        ([str(original), compressed, "--device", "toaster"], "toaster"),
        ([str(pipe), compressed], "device"),
        ([str(original), str(pipe)], "device"),
        ([str(original), str(tmp_path / "none.hfc")], "There is no file"),
    ):
        assert main(["pair", *arguments, "-o", str(tmp_path / "p.png"), *model]) == 1
        assert words in capsys.readouterr().err


def test_a_grey_pair_keeps_its_profile_and_one_in_colour_has_none_of_grey(
    tmp_path: Path, tiny_model_path: Path
) -> None:
    grey = smooth_picture(20, 20).pixels[..., :1].repeat(3, axis=2)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:16] + b"GRAY" + profile[20:]
    original, coloured, model = tmp_path / "a.png", tmp_path / "b.png", ["--model", str(tiny_model_path)]
    write_picture(original, Picture(grey, grey=True, icc=profile))
    write_picture(coloured, smooth_picture(20, 20))
    assert main(["compress", str(original), *model]) == 0
    for left, mode in ((original, "L"), (coloured, "RGB")):
        output = tmp_path / f"pair-{mode}.png"
        assert main(["pair", str(left), str(tmp_path / "a.hfc"), "-o", str(output), *model]) == 0
        with Image.open(output) as image:
            assert (image.mode, "icc_profile" in image.info) == (mode, mode == "L")


def test_a_grey_pair_with_a_profile_for_colours_is_in_colour(tmp_path: Path, tiny_model_path: Path) -> None:
    grey = smooth_picture(20, 20).pixels[..., :1].repeat(3, axis=2)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original, coloured, model = tmp_path / "a.png", tmp_path / "b.png", ["--model", str(tiny_model_path)]
    write_picture(original, Picture(grey, grey=True, icc=profile))
    write_picture(coloured, smooth_picture(20, 20))
    assert main(["compress", str(original), *model]) == 0
    for left in (original, coloured):
        output = tmp_path / f"pair-{left.name}"
        assert main(["pair", str(left), str(tmp_path / "a.hfc"), "-o", str(output), *model]) == 0
        with Image.open(output) as image:
            assert (image.mode, image.info["icc_profile"]) == ("RGB", profile)
