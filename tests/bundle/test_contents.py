import pytest

from bundle import contents


@pytest.mark.parametrize(
    "target",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/wayland-shell-integration/libxdg-shell.so",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6/Qt/translations/qtbase_de.qm",
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "torch/_inductor/config.py",
        "numpy.libs/libscipy_openblas64_.so",
        "resources/models/lite-13.safetensors",
    ],
)
def test_goes_in(target: str) -> None:
    assert contents.is_wanted(target, ("de",))


@pytest.mark.parametrize(
    "target",
    [
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6\\plugins\\tls\\qopensslbackend.dll",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt6Pdf.dll",
        "PySide6/Qt/translations/qtbase_fr.qm",
        "PySide6/Qt/translations/assistant_de.qm",
        "torch/bin/protoc",
        "torch/include/ATen/ATen.h",
        "torch/lib/libtorchbind_test.so",
        "torch/_C/__init__.pyi",
    ],
)
def test_stays_out(target: str) -> None:
    assert not contents.is_wanted(target, ("de",))


def test_of_some_packages_little_is_kept() -> None:
    excluded = contents.excluded_modules("linux")
    assert "torch._inductor.scheduler" in excluded and "torch._inductor.config" not in excluded
    assert "tkinter" in excluded and "tkinter" not in contents.excluded_modules("win32")
    kept = contents.modules_below("torch", excluded)
    assert {"torch", "torch.nn.functional", "torch._inductor.config", "torch.optim.adam"} <= set(kept)
    assert not any(name.startswith(("torch._inductor.codegen", "torch.utils.tensorboard")) for name in kept)
    assert set(contents.WITH_SOURCE) <= set(kept)


def test_libraries_of_what_stays_out_stay_out_too() -> None:
    links = {"libwindow.so": {"libshape.so"}, "plugin": {"libwindow.so"}, "libgtk.so": {"libpango.so"}}
    names = ("plugin", "libwindow.so", "libshape.so", "libgtk.so", "libpango.so")
    kept = contents.without_orphans(
        [(f"lib/{name}", f"/{name}", "BINARY") for name in names],
        lambda source: links.get(source[1:], set()),
        lambda target, _: target != "lib/plugin",
    )
    assert [target for target, _, _ in kept] == ["lib/plugin", "lib/libwindow.so", "lib/libshape.so"]


def test_links_to_what_stays_out_stay_out_too() -> None:
    binaries = [("lib/a.so", "/a.so", "BINARY")]
    links = [("a.so", "lib/a.so", "SYMLINK"), ("lib/a.so.1", "a.so", "SYMLINK"), ("b.so", "lib/b.so", "SYMLINK")]
    text = ("text", "/text", "DATA")
    assert contents.without_dangling([*links, text], binaries) == [*links[:2], text]
