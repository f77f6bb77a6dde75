"""What a file manager is shown: the preview, else a page with the size of the picture on it."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hific_core.container import hfc_file
from hific_core.errors import NotHfc, UnreadableFile
from hific_core.preview import TAG, encode_preview
from hific_core.thumbnail import _page, thumbnail_of
from tests.original_files import pack

from .conftest import GOLDEN, smooth_picture

PLAIN = GOLDEN / "plain-low.hfc"  # 90 x 70


def with_chunk(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "with.hfc"
    hfc_file.write(path, replace(hfc_file.read(PLAIN), metadata={TAG: data}))
    return path


def test_the_preview(tmp_path: Path) -> None:
    data = encode_preview(smooth_picture(70, 90), 10_000)
    assert data is not None
    path = with_chunk(tmp_path, data)
    assert thumbnail_of(path, 128).size == (90, 70)
    assert thumbnail_of(path, 45).size == (45, 35)


def test_a_page_with_the_size_where_there_is_no_preview_or_a_damaged_one(tmp_path: Path) -> None:
    for path in (PLAIN, with_chunk(tmp_path, b"damaged")):
        image = thumbnail_of(path, 128)
        assert (image.mode, image.size) == ("RGBA", (128, 128))
        assert image.tobytes() == _page(90, 70, 128).tobytes()


def test_a_cut_file_still_has_its_page(tmp_path: Path) -> None:
    path = tmp_path / "cut.hfc"
    path.write_bytes(PLAIN.read_bytes()[:-3])
    assert thumbnail_of(path, 64).tobytes() == _page(90, 70, 64).tobytes()


@pytest.mark.parametrize("side", [16, 48, 256, 1024])
@pytest.mark.parametrize("size", [1, 99_999])
def test_what_is_written_stays_on_the_page(side: int, size: int) -> None:
    """Ink of the largest numbers lies inside, and there is some."""
    with_numbers = np.asarray(_page(size, size, side)).astype(int)
    difference = np.abs(with_numbers - np.asarray(_page(55, 555, side))).sum(axis=2)
    columns = np.flatnonzero(difference.any(axis=0))
    assert len(columns)
    assert 4 / 32 * side <= columns.min() <= columns.max() <= 28 / 32 * side
    assert not difference[: side * 19 // 32].any()


def test_a_file_of_the_original(tmp_path: Path) -> None:
    path = tmp_path / "original.hfc"
    path.write_bytes(pack((70, 90), (6, 2, 2), 5, (bytes(48), bytes(40)), vectorised=True))
    assert thumbnail_of(path, 64).tobytes() == _page(90, 70, 64).tobytes()


def test_what_is_no_hfc_file(tmp_path: Path) -> None:
    (tmp_path / "text.hfc").write_text("dear diary")
    with pytest.raises(NotHfc, match=r"text\.hfc"):
        thumbnail_of(tmp_path / "text.hfc", 64)
    os.mkfifo(tmp_path / "pipe.hfc")
    for name in ("none.hfc", "pipe.hfc"):
        with pytest.raises(UnreadableFile, match=name):
            thumbnail_of(tmp_path / name, 64)
