import subprocess
import sys
from pathlib import Path

from PIL import Image

from .conftest import Hific, names


def test_a_png_of_at_most_that_size(hific: Hific, compressed: Path, tmp_path: Path) -> None:
    output = tmp_path / "thumbnails" / "x.png"
    output.parent.mkdir()
    output.write_bytes(b"an older one")
    assert hific("thumbnail", "--size", 64, compressed, output) == (0, "", "")
    with Image.open(output) as image:
        assert (image.format, image.size) == ("PNG", (64, 64))


def test_a_bad_file_leaves_nothing(hific: Hific, tmp_path: Path) -> None:
    (tmp_path / "bad.hfc").write_text("dear diary")
    outcome = hific("thumbnail", tmp_path / "bad.hfc", tmp_path / "x.png")
    assert (outcome.code, outcome.out) == (1, "")
    assert "bad.hfc" in outcome.err
    assert names(tmp_path) == ["bad.hfc"]
    assert hific("thumbnail", "--size", 9, tmp_path / "bad.hfc", tmp_path / "x.png").code == 2


def test_the_file_itself_is_not_replaced(hific: Hific, compressed: Path, tmp_path: Path) -> None:
    before = compressed.read_bytes()
    (tmp_path / "link.png").symlink_to(compressed)
    for output in (compressed, tmp_path / "link.png"):
        outcome = hific("thumbnail", compressed, output)
        assert (outcome.code, "is the .hfc file itself" in " ".join(outcome.err.replace("│", " ").split())) == (2, True)
    assert compressed.read_bytes() == before


def test_no_torch_and_no_qt(compressed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from hific_core.__main__ import main\n"
        f"assert main(['thumbnail', {str(compressed)!r}, {str(tmp_path / 'x.png')!r}]) == 0\n"
        "sys.exit('torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
