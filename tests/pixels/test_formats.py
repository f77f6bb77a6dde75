import base64
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hific_core.errors import UnreadableImage
from hific_core.pixels.formats import (
    HEIC_SUFFIXES,
    READABLE_SUFFIXES,
    REFUSED_FORMATS,
    WRITABLE_SUFFIXES,
    is_readable,
    looks_like_heic,
)
from hific_core.pixels.picture import read_picture

# 64 x 48, R = 4 x, G = 5 y, B = 2 (x + y), turned by 90 degrees through `irot`; made with pillow-heif
TURNED_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAApcAAgAAAAAEgwABAAAAAAAAADYAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
    "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAtVtZGF0AAACkygBrwa45yD8raRoVVIh0Y4nqtsz+t7cAXo3WZA9"
    "ji5EQpaWerX+ykcpjx3X3jvM5lbUoUlwHVK0V88/NrUQOy+vEX/mNN77HW/L8M8/GsX4wL/t8HMVJWVf5e02ST6fB8Y2jGdk+tBl"
    "wLQhp4zWbu9OyUwZoncjCe+z0S0niWOCSFYKDUyIyxJlcbmafzkTrCqXjM/ItDYTX+LE622LrnjfvS+Ud6/0fj35CMX0fWOgFMDO"
    "aJorCcTHnNxNCUrCxQtPKpVDFvu72lCdmtw1VHDwB1pRYfbw7PA/SByGqfh8KsK0jg8wRzufmcinM7pEY8iD3w4IWuxGt4FuhyU7"
    "wdNLiW0P2AcPnmMD8e8U9a9nfiAgtBUdyNHYuCHlBgis8F5RGb/L9GNmE7hJiTnDIsydfuk0soeS+FejYq4Zv9IS6L/gH/kz/xno"
    "ZUJw06xs2YRA2jqI9qNPnSzQpwWgpgZhtyLkCah95gBZSMrbvWXBQCpWQc2dM4j/Q1FOcX1lWvwsaCz1m4gU8TnDB8YqRPC8qOr3"
    "XOk1BUEcWO30+/ltxdW1b7bfRLe21pifgFxFRDnDMAg5I4vkkDy1oVrIfEPz+w/qfydi6x2waUM5C/QO0Yp609eYlarhtIh8QVFy"
    "vsBrNpcc2chajdJ2uaM6T83SQwvH12TKvj6doR7B+X033GAekUZKoN+ygXHHmV4ZDrx8e75tzmO6Ps/Ga5//7v7w2ycfnFvDCRTk"
    "d8tt/6//XudtHWjtrutBk7mFAEWIMFoI8AFl8IrR+yy/Bg70lqxwg2FNsmneVhZAYwKq8age2PiL/o3qumCJUbKdCE3NEwG7zxSl"
    "4PO8qc+APZbX2f81/mWLt9muwsPL0SS//MTqkP/AAAAABkV4aWYAAE1NACoAAAAIAAIBDwACAAAABgAAACYBEgADAAAAAQAGAAAA"
    "AAAATWFrZXIA"
)


def test_every_readable_suffix_is_one_that_pillow_opens():
    Image.init()
    formats = Image.registered_extensions()
    for suffix in READABLE_SUFFIXES - HEIC_SUFFIXES:
        assert formats[suffix] in Image.OPEN
        assert formats[suffix] not in REFUSED_FORMATS


def test_suffixes_are_compared_without_case():
    assert is_readable(Path("Photo.JPG")) and is_readable(Path("a.HEIC"))
    assert not is_readable(Path("a.eps")) and not is_readable(Path("a.hfc")) and not is_readable(Path("jpg"))
    assert set(WRITABLE_SUFFIXES) <= READABLE_SUFFIXES


def test_avif_is_not_taken_for_heic():
    assert looks_like_heic(TURNED_HEIC)
    assert not looks_like_heic(b"\0\0\0\x20ftypavif")
    assert not looks_like_heic(b"")


def test_heic_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "photo.heic").write_bytes(TURNED_HEIC)
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(UnreadableImage, match=r"photo\.heic.*pip install pi-heif"):
        read_picture(tmp_path / "photo.heic")


def test_heic_is_read_upright(tmp_path):
    pytest.importorskip("pi_heif")
    (tmp_path / "photo.heic").write_bytes(TURNED_HEIC)
    picture = read_picture(tmp_path / "photo.heic")
    rows, columns = np.mgrid[0:48, 0:64]
    expected = np.rot90(np.stack([columns * 4, rows * 5, (rows + columns) * 2], axis=-1), -1)
    assert np.abs(picture.pixels - expected).max() <= 8
    assert picture.exif is not None and picture.notes == ()


def test_a_cut_heic_is_unreadable(tmp_path):
    pytest.importorskip("pi_heif")
    for length in (40, 300, len(TURNED_HEIC) - 200):
        (tmp_path / "cut.heic").write_bytes(TURNED_HEIC[:length])
        with pytest.raises(UnreadableImage):
            read_picture(tmp_path / "cut.heic")
