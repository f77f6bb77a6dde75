import pytest

from hific_core.cli.loading import Codecs
from hific_core.cli.options import Precision
from hific_core.errors import DeviceMissing
from hific_core.models import zoo


def test_a_model_is_loaded_once() -> None:
    codecs = Codecs("cpu", Precision.float32)
    assert codecs.of(zoo.named("tiny")) is codecs.of(zoo.default())


def test_the_runtime_is_the_one_asked_for() -> None:
    assert str(Codecs("cpu", Precision.bfloat16).of(zoo.default()).model.runtime) == "cpu (bfloat16)"


def test_a_missing_device_is_an_error() -> None:
    with pytest.raises(DeviceMissing, match="--device cpu"):
        Codecs("toaster", Precision.auto).of(zoo.default())
