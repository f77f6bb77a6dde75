import csv
import io
from dataclasses import replace

from pytestqt.qtbot import QtBot

from app.jobs import Details, Metrics
from app.widgets.readout import Readout

DETAILS = Details(
    name='a "b", c.hfc',
    width=1000,
    height=800,
    bytes=20_000,
    hyperlatent_bytes=900,
    latent_bytes=18_000,
    metadata_bytes=1000,
    original_bytes=1_000_000,
    model="lite",
    quality=432,
    regime="med",
    realism=0.25,
    encode_seconds=0.5,
    decode_seconds=61.0,
    device="cpu (float32)",
)


def test_numbers_are_those_of_the_file(qtbot: QtBot) -> None:
    readout = Readout()
    qtbot.addWidget(readout)
    readout.show_details(DETAILS)
    readout.show_metrics(Metrics("lite", 30.125, 0.9512, None, True))
    text = readout.as_text()
    for part in (
        "bpp\t0.200 bpp",
        "20.0 kB of 1.0 MB, 50.0 × smaller",
        "latents 18.0 kB, hyperlatents 900 B, metadata 1.0 kB",
        "120 × smaller",
        "med (quality 432)",
        "realism\t0.25",
        "encode 0.5 s, decode 1:01 min",
        "psnr\t30.12 dB",
        "lpips\t–",
    ):
        assert part in text
    assert not readout._lpips_button.isHidden()
    readout.show_details(DETAILS)
    for key, part in (("bits", "hyperlatents 900~B,"), ("time", "encode 0.5~s, decode 1:01~min"), ("psnr", "–")):
        expected = part.replace("~", "\N{NO-BREAK SPACE}")
        assert expected in readout._values[key].text(), "no line ends before a unit"
    assert "psnr\t–" in readout.as_text(), "metrics of another picture must not stay"


def test_csv_can_be_read_back(qtbot: QtBot) -> None:
    readout = Readout()
    qtbot.addWidget(readout)
    assert readout.as_csv() == ""
    readout.show_details(DETAILS)
    (row,) = csv.DictReader(io.StringIO(readout.as_csv()))
    assert row["name"] == 'a "b", c.hfc'
    assert float(row["bits_per_pixel"]) == 0.2
    assert row["psnr"] == ""


def test_another_codec_has_a_line_of_its_own_while_it_is_beside(qtbot: QtBot) -> None:
    readout = Readout()
    qtbot.addWidget(readout)
    readout.show_details(DETAILS)
    assert "rival" not in readout.as_text()
    readout.show_rival(Metrics("AVIF · 19,900 bytes", 31.5, 0.96, 0.2, False))
    assert "rival\tAVIF · 19,900 bytes: 31.50 dB, MS-SSIM 0.9600, LPIPS 0.2000" in readout.as_text()
    (row,) = csv.DictReader(io.StringIO(readout.as_csv()))
    assert (row["rival"], float(row["rival_psnr"])) == ("AVIF · 19,900 bytes", 31.5)
    readout.show_details(DETAILS)
    assert "rival" not in readout.as_text(), "another file has not been compared yet"


def test_a_file_that_is_still_painted_and_a_part_that_was_measured(qtbot: QtBot) -> None:
    readout = Readout()
    qtbot.addWidget(readout)
    readout.show_details(replace(DETAILS, decode_seconds=None))
    assert "decode …" in readout.as_text()
    readout.show_metrics(Metrics("lite", 30.125, 0.9, 0.1, False, "middle 2048 × 2048"))
    assert "psnr\t30.12 dB\n" in readout.as_text(), "of the whole picture"
    assert "ms_ssim\t0.9000\nlpips\t0.1000 (middle 2048 × 2048)" in readout.as_text()
