import csv
import io

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
    readout.show_metrics(Metrics(30.125, 0.9512, None, True))
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
