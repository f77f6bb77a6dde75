import shutil
from pathlib import Path

import pytest

from bundle.packing import packed_size
from bundle.sizes import part_of, sizes, table


@pytest.mark.parametrize(
    ("path", "size", "part"),
    [
        ("hific", 9_000_000, "the two programs"),
        ("_internal/torch/lib/libtorch_cpu.so", 300_000_000, "torch/libtorch_cpu.so"),
        ("_internal/torch/lib/libc10.so", 1_000, "torch"),
        ("_internal/torchgen/model.pyc", 1_000, "torch"),
        ("_internal/numpy.libs/libopenblas-1.so", 20_000_000, "numpy/libopenblas-1.so"),
        ("_internal/libpython3.11.so.1.0", 6_000_000, "libpython3.11.so.1.0"),
        ("_internal/libX11.so.6", 1_000, "libraries of the system"),
        ("_internal/base_library.zip", 1_000, "the rest"),
        ("licences/LIST.txt", 1_000, "licences"),
    ],
)
def test_parts(path: str, size: int, part: str) -> None:
    assert part_of(Path(path), size) == part


def test_every_byte_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "_internal" / "torch").mkdir(parents=True)
    (tmp_path / "hific").write_bytes(bytes(300))
    (tmp_path / "_internal" / "torch" / "a.pyc").write_bytes(bytes(2_000_000))
    (tmp_path / "_internal" / "link.so").symlink_to("torch/a.pyc")
    found = sizes(tmp_path)
    assert found == {"the two programs": 300, "torch": 2_000_000}
    assert table(found).splitlines() == ["     2.0 MB  torch", "     0.0 MB  all others", "     2.0 MB  together"]


def test_zeros_pack_to_little(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "zeros").write_bytes(bytes(1_000_000))
    if shutil.which("xz") is None:
        with pytest.raises(FileNotFoundError, match="no xz"):
            packed_size(tmp_path / "bundle", "xz")
    else:
        assert 0 < packed_size(tmp_path / "bundle", "xz") < 10_000
