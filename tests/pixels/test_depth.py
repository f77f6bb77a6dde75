import numpy as np
import pytest
from PIL import Image

from hific_core.pixels.depth import is_grey_png, peek, stored_bits


def bits_of(path):
    with path.open("rb") as file, Image.open(path) as image:
        return stored_bits(image, file)


def test_sixteen_bit_files_are_told_from_eight(tmp_path):
    deep = Image.fromarray(np.full((5, 4), 40_000, np.uint16))
    flat = Image.new("L", (4, 5))
    for name in ("a.png", "a.tif"):
        deep.save(tmp_path / name)
        assert bits_of(tmp_path / name) == 16
        flat.save(tmp_path / name)
        assert bits_of(tmp_path / name) == 8


@pytest.mark.parametrize("maxval, bits", [(255, 8), (1023, 10), (65535, 16)])
def test_ppm_tells_by_its_greatest_value_past_comments(tmp_path, maxval, bits):
    body = bytes(2 * 2 * 3 * (1 if maxval < 256 else 2))
    (tmp_path / "a.ppm").write_bytes(b"P6\n# made by hand\n2 2\n# 9\n%d\n" % maxval + body)
    assert bits_of(tmp_path / "a.ppm") == bits


@pytest.mark.parametrize("name", ["a.avif", "a.jp2", "a.jpg", "a.webp", "a.gif"])
def test_eight_bit_files_are_eight(tmp_path, name, rgb):
    Image.fromarray(rgb).save(tmp_path / name)
    assert bits_of(tmp_path / name) == 8


def test_deep_jpeg_2000(tmp_path):
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(tmp_path / "a.jp2")
    assert bits_of(tmp_path / "a.jp2") == 16


def test_grey_png_and_position(tmp_path):
    Image.new("LA", (3, 3)).save(tmp_path / "a.png")
    with (tmp_path / "a.png").open("rb") as file, Image.open(tmp_path / "a.png") as image:
        file.seek(5)
        assert is_grey_png(image, file)
        assert peek(file)[1:4] == b"PNG"
        assert file.tell() == 5
