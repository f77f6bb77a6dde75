"""Runs docs/tour.ipynb from start to end without Jupyter: `python -m tests.tour` puts what it gives into the file."""

import ast
import base64
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

TOUR = Path(__file__).parents[1] / "docs" / "tour.ipynb"


def read() -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(TOUR.read_text(encoding="utf-8"))
    return notebook


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def run(notebook: dict[str, Any]) -> None:
    """Runs all code cells in one namespace and replaces their outputs: what they print, and their last value."""
    namespace: dict[str, Any] = {"__name__": "tour"}
    for number, cell in enumerate(code_cells(notebook), 1):
        printed, value = _run_cell(source(cell), f"cell {number}", namespace)
        cell["execution_count"] = number
        cell["outputs"] = _outputs(printed, value, number)


def _run_cell(text: str, name: str, namespace: dict[str, Any]) -> tuple[str, Any]:
    tree = ast.parse(text, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, name, "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
    return printed.getvalue(), value


def _outputs(printed: str, value: Any, number: int) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = []
    if printed:
        outputs.append({"name": "stdout", "output_type": "stream", "text": printed.splitlines(keepends=True)})
    if value is not None:
        data = {"text/plain": [f"<{type(value).__name__}>"]}
        if hasattr(value, "_repr_jpeg_"):
            data["image/jpeg"] = base64.b64encode(value._repr_jpeg_()).decode()  # type: ignore[assignment]
        else:
            data["text/plain"] = [repr(value)]
        outputs.append({"data": data, "execution_count": number, "metadata": {}, "output_type": "execute_result"})
    return outputs


def main() -> None:
    notebook = read()
    run(notebook)
    TOUR.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            sys.stdout.write("".join(output.get("text", [])))


if __name__ == "__main__":
    main()
