"""docs/tour.ipynb: whole, small, and it runs from start to end."""

import ast
import json

import pytest

from hific_core.models import zoo

from . import tour


def test_it_is_a_notebook_whose_cells_parse() -> None:
    notebook = tour.read()
    assert notebook["nbformat"] == 4
    cells = tour.code_cells(notebook)
    assert len(cells) > 8
    for number, cell in enumerate(cells, 1):
        ast.parse(tour.source(cell))
        assert cell["execution_count"] == number, "run `python -m tests.tour` after a change"
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert tour.TOUR.stat().st_size < 400_000


def test_it_asks_for_the_default_model_by_no_name() -> None:
    sources = "".join(tour.source(cell) for cell in tour.read()["cells"])
    assert "zoo.default()" in sources
    for installed in zoo.listing().models:
        assert installed.card.name not in sources


def test_a_run_keeps_what_cells_print_and_their_last_value() -> None:
    picture = ["class Picture:\n", "    def _repr_jpeg_(self):\n", "        return b'jpeg'\n", "Picture()"]
    sources = (["a = 2\n", "print(a)\n", "a + 1"], picture, ["b = a"])
    notebook = {"cells": [{"cell_type": "code", "source": source} for source in sources]}
    tour.run(notebook)
    (printed, value), (shown,), nothing = (cell["outputs"] for cell in notebook["cells"])
    assert printed["text"] == ["2\n"]
    assert value["data"] == {"text/plain": ["3"]}
    assert shown["data"]["image/jpeg"] == "anBlZw=="
    assert nothing == []
    assert json.loads(json.dumps(notebook)) == notebook


@pytest.mark.slow
def test_it_runs_from_start_to_end() -> None:
    notebook = tour.read()
    before = [[output["output_type"] for output in cell["outputs"]] for cell in tour.code_cells(notebook)]
    tour.run(notebook)
    after = [[output["output_type"] for output in cell["outputs"]] for cell in tour.code_cells(notebook)]
    assert after == before
