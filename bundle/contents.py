"""Which modules, libraries and plugins stay out of the bundle, because no command and no page of the window loads them.

What torch's own packages need of one another was found by following a run of every command and of ten training steps;
the optimiser, for example, loads torch._dynamo and with it a part of torch._inductor and of sympy.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

Entry = tuple[str, str, str]
"""Path in the bundle, source, kind, as in PyInstaller's tables."""
DEVELOPMENT = (
    *("_pytest", "pytest", "pluggy", "hypothesis", "mypy", "mypyc", "ruff", "grimp", "importlinter", "PyInstaller"),
    *("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils", "wheel", "ensurepip", "venv", "lib2to3"),
    *("idlelib", "pydoc_data", "test", "IPython", "doctest", "pdb"),
)
"""Tools."""
OPTIONAL = (
    *("tensorboard", "tensorboard_data_server", "google", "grpc", "absl", "werkzeug", "markdown"),
    *(
        "matplotlib",
        "mpl_toolkits",
        "pylab",
        "scipy",
        "networkx",
        "jinja2",
        "markupsafe",
        "fsspec",
        "filelock",
        "autograd",
        "psutil",
    ),
    *("numba", "cupy", "h5py", "triton", "OpenGL", "colorcet", "onnx", "onnxscript", "pandas", "yaml", "defusedxml"),
)
"""What a library takes where it finds it."""
SYSTEM = ("sqlite3", "curses", "dbm", "readline", "turtledemo", "xmlrpc")
"""Of Python's library; readline is GPL besides."""
TKINTER = ("tkinter", "_tkinter")
"""Needed on Windows alone, for the sign before torch is loaded."""
QT = tuple(
    f"PySide6.Qt{name}"
    for name in (
        *("Concurrent", "DBus", "Designer", "Help", "OpenGL", "OpenGLWidgets", "PrintSupport", "Qml", "Quick"),
        *("QuickControls2", "QuickTest", "QuickWidgets", "Sql", "SvgWidgets", "Test", "UiTools", "Xml"),
    )
)
"""Modules that the window does not use."""
PARTS = (
    *("numpy.distutils", "numpy.f2py", "numpy.tests", "numpy.typing.mypy_plugin", "mpmath.tests"),
    *("PIL.ImageQt", "PIL.ImageTk", "PIL._tkinter_finder", "PIL.ImageWin", "pyqtgraph.examples", "pyqtgraph.opengl"),
    *("torch.ao.ns", "torch.ao.pruning", "torch.ao.quantization.fx", "torch.ao.quantization.backend_config"),
    *("torch.ao.quantization.quantize_fx", "torch._export.db", "torch._export.serde", "torch._export.converter"),
    *("torch._inductor.codegen", "torch._inductor.fx_passes", "torch._inductor.kernel", "torch._dynamo.repro"),
    *("torch.contrib", "torch.distributed.checkpoint", "torch.distributed.elastic", "torch.distributed.launcher"),
    *("torch.distributed.optim", "torch.distributed.pipelining", "torch.distributed._tools", "torch.distributed.run"),
    *("torch.distributed.flight_recorder", "torch.distributed.debug", "torch.distributed.launch"),
    *("torch.export.pt2_archive", "torch.onnx.testing", "torch.onnx.verification"),
    *("torch.utils.benchmark", "torch.utils.bottleneck", "torch.utils.cpp_extension", "torch.utils.hipify"),
    *("torch.utils.model_dump", "torch.utils.tensorboard", "torch.utils.viz", "torch._strobelight.examples"),
    *("sympy.categories", "sympy.crypto", "sympy.diffgeom", "sympy.holonomic", "sympy.liealgebras"),
    *("sympy.codegen", "sympy.combinatorics", "sympy.galgebra", "sympy.this", "sympy.unify", "sympy.conftest"),
    *("sympy.physics", "sympy.sandbox", "sympy.stats", "sympy.testing", "sympy.vector", "sympy.benchmarks"),
)
"""Of packages that are in it."""
ONLY = {
    "torch._inductor": (
        *("_functionalize_collectives", "analysis", "config", "config_comms", "cpp_builder", "cpu_vec_isa"),
        *("cudagraph_utils", "custom_graph_pass", "exc", "runtime", "standalone_compile", "test_operators", "utils"),
    ),
    "torch._vendor": ("packaging",),
    "torch.testing._internal": ("common_dtype", "distributed", "logging_tensor"),
    "torch.testing._internal.distributed": ("fake_pg",),
    "pygments.lexers": ("_mapping",),
    "pygments.styles": ("_mapping", "default", "monokai"),
    "pygments.formatters": ("_mapping",),
}
"""Packages of which little is needed: that, and no other module of theirs."""
WITH_SOURCE = (
    *("torch._dynamo._trace_wrapped_higher_order_op", "torch._dynamo.config", "torch._dynamo.variables.streams"),
    *("torch._export.config", "torch._functorch.config", "torch._inductor.config", "torch._library.custom_ops"),
    *("torch._native.registry", "torch.compiler.config", "torch.distributed._functional_collectives"),
    *("torch.distributed.config", "torch.distributed.tensor._collective_utils", "torch.distributions.von_mises"),
    *("torch.functional", "torch.fx.experimental._config", "torch.nn.functional", "torch.nn.modules.rnn"),
    *("torch.onnx.ops._impl", "torch.onnx.ops._symbolic_impl", "torch.utils._debug_mode._mode"),
    *("torch.utils.serialization.config",),
)
"""Modules that read their own source while they are imported."""


def excluded_modules(platform: str) -> list[str]:
    """Names for PyInstaller's `excludes`; `platform` as in sys.platform."""
    names = [*DEVELOPMENT, *OPTIONAL, *SYSTEM, *QT, *PARTS]
    if platform != "win32":
        names += TKINTER
    for package, kept in ONLY.items():
        names += [f"{package}.{name}" for name in _children(package) if name not in kept]
    return names


def _children(package: str) -> Iterator[str]:
    for folder in _folders(package):
        for path in sorted(folder.iterdir()):
            if path.suffix == ".py" and path.stem != "__init__":
                yield path.stem
            elif (path / "__init__.py").is_file():
                yield path.name


def modules_below(package: str, without: list[str]) -> list[str]:
    """All modules of a package that is installed, but for those in `without` and what lies below them."""
    found = []
    for folder in _folders(package):
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parents[package.count(".")]).with_suffix("").parts
            if not all(part.isidentifier() for part in parts):
                continue
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not any(name == each or name.startswith(f"{each}.") for each in without):
                found.append(name)
    return found


def _folders(package: str) -> list[Path]:
    spec = find_spec(package.partition(".")[0])
    places = list(spec.submodule_search_locations or ()) if spec else []
    below = package.split(".")[1:]
    return [folder for place in places if (folder := Path(place, *below)).is_dir()]


PLUGINS = (
    *("platforms/qxcb", "platforms/qwayland", "platforms/qoffscreen", "platforms/qwindows", "platforms/qcocoa"),
    *("platformthemes/qxdgdesktopportal", "styles/qmodernwindowsstyle", "styles/qmacstyle", "iconengines/qsvgicon"),
    *("imageformats/qgif", "imageformats/qico", "imageformats/qjpeg", "imageformats/qsvg", "imageformats/qwebp"),
    *("platforminputcontexts/composeplatforminputcontextplugin", "wayland-decoration-client/bradient"),
    *("platforminputcontexts/ibusplatforminputcontextplugin", "wayland-shell-integration/xdg-shell"),
)
"""Of Qt: without them there are no windows, pictures, portals and letters from the keyboard."""
_PLUGIN = re.compile(r"^PySide6/(?:Qt/)?plugins/(.+?)/(?:lib)?([^/]+?)\.(?:so|dll|dylib)$")
_TRANSLATION = re.compile(r"^PySide6/(?:Qt/)?translations/(.+)\.qm$")
_UNWANTED = re.compile(
    r"""
    PySide6/(Qt/)?(lib|bin)/(lib)?Qt6(Qml|Quick|Pdf|VirtualKeyboard|Egl|Sql|Test|OpenGL)
    | PySide6/Qt6(Qml|Quick|Pdf|VirtualKeyboard|Sql|Test|OpenGL) | PySide6/opengl32sw
    | PySide6/(Qt/)?qml/ | .*\.pyi$ | .*/py\.typed$
    | torch/(include|share|test|_export/db|testing/_internal/(?!distributed)|_inductor/(codegen|kernel))/
    | torch/lib/[^/]*(test|backend_with_compiler|aoti_custom_ops) | torch/.*\.(h|hpp|cuh|cpp|cmake|lib|a)$
    | torch/bin/(?!torch_shm_manager)
    | pyqtgraph/(examples|opengl|icons/(peegee|.*\.svg\.bak))/ | (numpy|mpmath|sympy)/(.*/)?tests/
    """,
    re.VERBOSE,
)


def is_wanted(target: str, languages: tuple[str, ...] = ()) -> bool:
    """Whether a library or a file of data goes in, by its path there; `languages`: codes of our translations."""
    target = target.replace("\\", "/")
    if plugin := _PLUGIN.match(target):
        return f"{plugin[1]}/{plugin[2]}" in PLUGINS
    if translation := _TRANSLATION.match(target):
        return translation[1] in {f"qtbase_{code}" for code in languages}
    return not _UNWANTED.match(target)


def without_orphans(
    binaries: Iterable[Entry], needs: Callable[[str], set[str]], may_go: Callable[[str, str], bool]
) -> list[Entry]:
    """Leaves out libraries that nothing loads which is still there.

    `needs`: names of the libraries that a source is linked with; `may_go`: whether a library, by path and source, is
    there only for others.
    """
    found = list(binaries)
    while True:
        needed: set[str] = set().union(*(needs(source) for _, source, kind in found if kind != "SYMLINK"))
        kept = [each for each in found if Path(each[0]).name in needed or not may_go(each[0], each[1])]
        if len(kept) == len(found):
            return kept
        found = kept


def without_dangling(entries: Iterable[Entry], *others: Iterable[Entry]) -> list[Entry]:
    """Leaves out links to what is neither in `entries` nor in `others`."""
    found = list(entries)
    there = {target for table in (found, *others) for target, _, kind in table if kind != "SYMLINK"}
    return [
        (target, source, kind)
        for target, source, kind in found
        if kind != "SYMLINK" or posixpath.normpath(f"{posixpath.dirname(target)}/{source}".lstrip("/")) in there
    ]
