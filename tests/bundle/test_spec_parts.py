import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from bundle import spec_parts


def test_resources_are_those_of_the_program() -> None:
    found = {f"{folder}/{Path(source).name}" for source, folder in spec_parts.resources()}
    assert {
        "resources/models/lite-13.safetensors",
        "resources/models/NOTICE",
        "resources/metrics/lpips_heads.npz",
        "resources/samples/coffee.png",
        "resources/samples/NOTICE",
        "resources/translations/hific_studio_de.qm",
        "resources/icons/hific-studio.svg",
        "resources/linux/hific-studio.desktop",
        "resources/linux/hific-studio.thumbnailer",
        "resources/linux/hific-studio.xml",
        "resources/linux/hicolor/48x48/mimetypes/image-x-hfc.png",
    } <= found
    assert not any(name.endswith((".ts", ".py")) for name in found)
    assert spec_parts.languages() == ("de",)


def test_the_wheel_has_all_packages_and_their_types() -> None:
    """What `[tool.setuptools]` names is every package there is, and both say that they are typed."""
    settings = tomllib.loads((spec_parts.ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    there = {
        ".".join(path.parent.relative_to(spec_parts.ROOT).parts)
        for package in ("app", "hific_core")
        for path in (spec_parts.ROOT / package).rglob("__init__.py")
    }
    assert set(settings["packages"]) == there | {"hific_resources"}
    for package in ("app", "hific_core"):
        assert "py.typed" in settings["package-data"][package]
        assert (spec_parts.ROOT / package / "py.typed").is_file()


def test_only_metadata_goes_in(tmp_path: Path) -> None:
    found = spec_parts.metadata(tmp_path)
    assert [Path(source).name for source, _ in found] == ["METADATA"] * len(spec_parts.VERSIONS)
    assert (tmp_path / f"torch-{version('torch')}.dist-info" / "METADATA").is_file()


@pytest.mark.parametrize("name", ["libtorch_cpu.so", "libc10.so"])
def test_torch_loses_its_symbols(name: str) -> None:
    assert spec_parts.STRIPPED.fullmatch(f"torch/lib/{name}")
    assert not spec_parts.STRIPPED.fullmatch(f"numpy.libs/{name}")


def test_where_a_library_is_from() -> None:
    assert not spec_parts.is_of_system(f"{sys.prefix}/lib/python3.11/site-packages/torch/lib/libc10.so")
    assert spec_parts.is_of_system("/usr/lib/x86_64-linux-gnu/libX11.so.6")
    assert spec_parts.is_for_others("PySide6/Qt/lib/libQt6DBus.so.6", f"{sys.prefix}/libQt6DBus.so.6")
    assert not spec_parts.is_for_others("PySide6/QtCore.abi3.so", f"{sys.prefix}/QtCore.abi3.so")
