"""The plots draw what was measured."""

from pathlib import Path

import pytest

from tests.plot_rates import Point, lines_of

HEAD = "kind,input,codec,bits_per_pixel,psnr,lpips,pictures\n"


def test_averages_become_one_line_for_each_codec(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text(
        HEAD
        + "picture,a.png,ours,0.9,40,0.1,\naverage,,ours,0.3,30,0.1,24\naverage,,avif,0.29,31,0.2,24\n"
        + "average,,ours,0.14,27,0.2,24\n"
    )
    other.write_text(HEAD + "average,,ours,0.3,30,0.1,24\naverage,,ours,0.2,28,0.15,24\n")
    lines = lines_of([one, other])
    assert lines["ours"] == [Point(0.14, 0.2, 27), Point(0.2, 0.15, 28), Point(0.3, 0.1, 30)]
    assert lines["avif"] == [Point(0.29, 0.2, 31)]


def test_averages_over_other_pictures_do_not_lie_in_one_plot(tmp_path: Path) -> None:
    one = tmp_path / "one.csv"
    one.write_text(HEAD + "average,,ours,0.3,30,0.1,24\naverage,,ours,0.2,28,0.15,23\n")
    with pytest.raises(SystemExit, match="23 and 24"):
        lines_of([one])
    one.write_text(HEAD)
    with pytest.raises(SystemExit, match="no pictures"):
        lines_of([one])
