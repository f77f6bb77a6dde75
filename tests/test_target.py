from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hific_core.codec import Codec, Encoded
from hific_core.container.header import Header
from hific_core.container.hfc_file import HfcFile
from hific_core.errors import Cancelled, TargetUnreachable, UnsupportedByModel
from hific_core.pixels.picture import Picture
from hific_core.target import bytes_for_rate, encode_to_target

PICTURE = Picture(np.zeros((16, 24, 3), np.uint8))


@dataclass
class FakeCodec:
    """Its files have as many bytes as `size` says for their quality; notes carry the quality."""

    size: Any
    continuous: bool = True
    saved: float = 0.0
    """Share of the bytes that each unit of effort saves."""
    efforts: list[int] = field(default_factory=list)
    """Of each call."""

    @property
    def calls(self) -> int:
        return len(self.efforts)

    @property
    def model(self) -> object:
        return SimpleNamespace(
            card=SimpleNamespace(name="fake", abilities=SimpleNamespace(continuous_rate=self.continuous))
        )

    def encode(
        self,
        picture: Picture,
        quality: int,
        *,
        realism: float = 0.0,
        effort: int = 0,
        lpips: object = None,
        progress: Any,
    ) -> Encoded:
        assert lpips is None
        self.efforts.append(effort)
        progress("code", 0.5)
        file = SimpleNamespace(pack=lambda: bytes(int(self.size(quality) * (1 - self.saved * effort))), realism=realism)
        return Encoded(cast(Any, file), cast(Any, None), 0.0, (str(quality),), 1.0)


def _search(codec: object, max_bytes: int, **options: Any) -> Encoded:
    return encode_to_target(cast(Codec, codec), PICTURE, max_bytes=max_bytes, **options)


@pytest.mark.parametrize("target", [100, 101, 150, 577, 1099, 1100, 9999])
@pytest.mark.parametrize("grown", [lambda q: 100 + q, lambda q: int(100 * 1.0024**q), lambda q: 100 + q // 50 * 50])
def test_finds_a_size_close_below_the_target(target: int, grown: Any) -> None:
    """The largest that fits, or one within half a percent of the target."""
    codec = FakeCodec(grown)
    encoded = _search(codec, target, realism=0.5)
    largest = max(size for size in map(grown, range(1001)) if size <= target)
    size = len(encoded.file.pack())
    assert size == largest or 0.995 * target <= size <= target
    assert cast(Any, encoded.file).realism == 0.5
    assert codec.calls <= 14
    assert encoded.seconds < 1.0, "the time of all probes, not what one claims"


def test_few_encodings_where_sizes_grow_as_they_do() -> None:
    """Sizes of real pictures grow by 0.1 to 0.2 % per step of quality."""
    for growth in (1.001, 1.0015, 1.002):
        for target in (1500, 3000, 4500):
            codec = FakeCodec(lambda quality, growth=growth: int(1000 * growth**quality))
            _search(codec, target)
            assert codec.calls <= 5 or target > 1000 * growth**1000


def test_effort_is_spent_once_or_twice_where_sizes_grow_as_they_do() -> None:
    for growth in (1.001, 1.0015, 1.002):
        for target in (1500, 2300):
            for saved in (0.0, 0.03, -0.02):
                codec = FakeCodec(lambda quality, growth=growth: int(1000 * growth**quality), saved=saved)
                shares: list[float] = []
                found = _search(
                    codec, target, effort=3, progress=lambda stage, share, shares=shares: shares.append(share)
                )
                assert 0.995 * target <= len(found.file.pack()) <= target
                assert codec.efforts == sorted(codec.efforts), "without effort first"
                assert codec.efforts.count(3) <= 2 and codec.efforts.count(0) <= 3
                assert shares == sorted(shares) and shares[-1] == 1.0


def test_effort_may_reach_what_is_out_of_reach_without() -> None:
    codec = FakeCodec(lambda quality: 100 + quality, saved=0.1)
    assert len(_search(codec, 95, effort=1).file.pack()) == 95
    with pytest.raises(TargetUnreachable) as error:
        encode_to_target(cast(Codec, WholeFiles(lambda quality: 100 + quality)), PICTURE, max_bytes=90, effort=1)
    assert error.value.smallest == len(WholeFiles(lambda quality: 100 + quality).encode(PICTURE, 0).file.pack())


class WholeFiles(FakeCodec):
    """Its hyperlatents have as many bytes as `size` says; EXIF, XMP and ICC are those of the picture."""

    def encode(self, picture: Picture, quality: int, **_: Any) -> Encoded:
        metadata = {"EXIF": picture.exif, "XMP_": picture.xmp, "ICCP": picture.icc}
        header = Header(24, 16, quality, 0, bytes(4), bytes(4))
        present = {tag: data for tag, data in metadata.items() if data}
        file = HfcFile(header, bytes(self.size(quality)), (b"y",), present)
        return Encoded(file, cast(Any, None), 0.0, (), 1.0)


def test_out_of_reach_says_how_small_it_gets_and_what_can_be_left_out() -> None:
    codec, noise = WholeFiles(lambda quality: 100 + quality), np.random.default_rng(0)
    private = replace(PICTURE, exif=noise.bytes(300), xmp=noise.bytes(40))
    profile = replace(PICTURE, icc=noise.bytes(340))
    plain = len(codec.encode(PICTURE, 0).file.pack())
    for picture, target, advice in (
        (PICTURE, plain - 1, "ask for more bytes or scale"),
        (private, plain, "EXIF and XMP; leave those out (--strip-metadata) or ask for more bytes."),
        (private, plain - 1, "ask for more bytes or scale"),
        (profile, plain, "ask for more bytes or scale"),
    ):
        with pytest.raises(TargetUnreachable) as error:
            encode_to_target(cast(Codec, codec), picture, max_bytes=target)
        smallest = len(codec.encode(picture, 0).file.pack())
        assert (error.value.target, error.value.smallest) == (target, smallest)
        assert advice in str(error.value)
        assert error.value.private == (smallest - plain if picture is private else 0)


def test_never_above_the_target_even_where_sizes_jump() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        sizes = np.sort(random.integers(100, 2000, 1001)) + random.integers(0, 60, 1001)
        target = int(random.integers(400, 1800))
        encoded = _search(FakeCodec(lambda quality, sizes=sizes: int(sizes[quality])), target)
        assert len(encoded.file.pack()) <= target


def test_progress_rises_to_the_end_and_can_stop() -> None:
    shares: list[float] = []
    _search(FakeCodec(lambda quality: quality), 600, progress=lambda stage, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def stop(stage: str, share: float) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        _search(FakeCodec(lambda quality: quality), 600, progress=stop)


def test_a_model_of_one_rate_cannot_aim() -> None:
    with pytest.raises(UnsupportedByModel, match="one rate"):
        _search(FakeCodec(lambda quality: 1, continuous=False), 600)


def test_bytes_for_a_rate_never_round_up() -> None:
    assert bytes_for_rate(0.3, PICTURE) == 14  # 0.3 * 384 / 8 = 14.4


def test_a_real_model(tiny_codec: Codec) -> None:
    rows, columns = np.mgrid[0:48, 0:64]
    noise = np.random.default_rng(0).normal(0, 20, (48, 64, 3))
    pixels = np.stack([rows * 3, columns * 2, rows + columns], -1) + noise
    picture = Picture(pixels.clip(0, 255).astype(np.uint8))
    low, high = (len(tiny_codec.encode(picture, quality).file.pack()) for quality in (0, 1000))
    assert low < high
    target = (low + high) // 2
    assert low <= len(encode_to_target(tiny_codec, picture, max_bytes=target).file.pack()) <= target
