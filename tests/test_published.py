"""Which model decodes a file of the original: the named one, or the only one of its shapes."""

from dataclasses import replace
from pathlib import Path

import pytest

from hific_core.container.original_file import OriginalFile
from hific_core.errors import WrongModel
from hific_core.models import zoo
from hific_core.published import fits, fitting_models, model_for

from .conftest import tiny_card

FILE = OriginalFile(70, 70, (8, 2, 2), 12, True, b"", b"")


def model(name: str, **network: object) -> zoo.Installed:
    shapes = {"latents": 12, "hyper_filters": 8, "mixture": 0}
    card = replace(tiny_card(name), family="hific", network=shapes | network, entropy_fingerprint=f"{name:f>8.8}")
    return zoo.Installed(card, Path(f"{name}.safetensors"))


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> object:
    def make(*models: zoo.Installed) -> None:
        monkeypatch.setattr(zoo, "listing", lambda: zoo.Listing(models, ()))

    return make


def test_the_only_one_of_its_shapes(install: object) -> None:
    fitting, others = model("a"), (model("b", latents=13), model("c", hyper_filters=9), model("d", mixture=4))
    lite = zoo.Installed(tiny_card("lite"), Path("lite.safetensors"))
    install(lite, *others, fitting)  # type: ignore[operator]
    assert model_for(FILE) == fitting
    assert fitting_models(FILE, (*others, fitting)) == [fitting]
    install(*others)  # type: ignore[operator]
    with pytest.raises(WrongModel, match=r"get them at https://zenodo.org/record/4026003 and `hific models import`"):
        model_for(FILE)


def test_of_several_one_must_be_named(install: object) -> None:
    install(model("HIFIC-low"), model("HIFIC-med"))  # type: ignore[operator]
    with pytest.raises(WrongModel, match="name one with --model; HIFIC-low, HIFIC-med have its shapes"):
        model_for(FILE)
    assert model_for(FILE, model("HIFIC-med")).card.name == "HIFIC-med"
    with pytest.raises(WrongModel, match="12 latent and 8 hyperlatent channels, which b does not have"):
        model_for(FILE, model("b", latents=13))


def test_a_copy_of_a_model_is_no_other(install: object) -> None:
    first = model("HIFIC-low")
    copy = first._replace(path=Path("elsewhere") / "copy.safetensors")
    renamed = first._replace(card=replace(first.card, name="mine"))
    install(first, copy, renamed)  # type: ignore[operator]
    assert model_for(FILE) == first
    retrained = first._replace(card=replace(first.card, generator_fingerprint="0badc0de"))
    assert fitting_models(FILE, (first, copy, retrained)) == [first, retrained]


def test_shapes() -> None:
    assert fits(FILE, 12, 8)
    assert not fits(FILE, 8, 12)
