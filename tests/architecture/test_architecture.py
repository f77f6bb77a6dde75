"""The habits of the house, checked: import contracts, sizes, names, a test for every source file."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("hific_core", "app") for path in (ROOT / package).rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
# Sources without a test file of their own name, and the test that covers them.
COVERED_ELSEWHERE = {
    "models/encoder.py": "models/test_lite.py",
    "models/effort.py": "models/test_perceptual_refinement.py",
    "chunks.py": "test_codec.py",
    "models/generator.py": "models/test_lite.py",
    "models/families.py": "test_families.py",
    "cli/export.py": "cli/test_train.py",
    "models/passes.py": "models/test_lite.py",
    "models/hific_hyperprior.py": "models/test_hific.py",
    "models/lite_serving.py": "models/test_serving.py",
    "models/hific_serving.py": "models/test_serving.py",
    "progress.py": "test_codec.py",
    "training/config.py": "training/test_trainer.py",
    "errors.py": "container/test_hfc_file.py",
    "atomic.py": "container/test_atomic.py",
    "app/service/session.py": "app/test_window.py",
    "app/service/processes.py": "app/test_training_run.py",
    "app/main_window.py": "app/test_window.py",
    "app/commands.py": "app/test_menus.py",
    "app/system_info.py": "app/test_menus.py",
    "app/icons.py": "app/test_menus.py",
    "app/pages/shortcuts_dialog.py": "app/test_menus.py",
    "app/widgets/job_delegate.py": "app/pages/test_queue_page.py",
    "app/pages/train_form.py": "app/pages/test_train_panel.py",
    "app/viewing.py": "app/test_window.py",
    "app/requests.py": "app/test_window.py",
    "app/paths.py": "app/test_window.py",
    "app/screen_profile.py": "app/test_on_screen.py",
    "app/widgets/drop_area.py": "app/test_window.py",
    "app/widgets/loupe.py": "app/test_viewing.py",
    "app/widgets/side_painter.py": "app/widgets/test_compare_view.py",
}


def test_import_contracts() -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or "lint-imports"
    result = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < 60, f"{node.name} is too long"


def test_names_say_something() -> None:
    assert not [path for path in SOURCES if path.stem in VAGUE]


def test_every_source_has_a_test() -> None:
    missing = []
    for path in SOURCES:
        if path.stem in ("__init__", "__main__"):
            continue
        relative = path.relative_to(ROOT)
        if relative.parts[0] == "hific_core":
            relative = path.relative_to(ROOT / "hific_core")
        test = COVERED_ELSEWHERE.get(str(relative), str(relative.parent / f"test_{relative.name}"))
        if not (ROOT / "tests" / test).is_file():
            missing.append(f"{relative} needs tests/{test}")
    assert not missing


def test_rooms_without_torch_load_without_torch() -> None:
    modules = ("container.hfc_file", "entropy.coder", "pixels.picture", "models.zoo")
    code = (
        "; ".join(f"import hific_core.{module}" for module in modules)
        + "; import sys; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
