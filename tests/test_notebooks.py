"""The notebooks run from the first cell to the last, at a size that shows no more than that they do."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from told import imported, taken

import sim

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMOKE = "DRAWS, RUNS, SEED = 25, 4, 1"  # in place of the cell that is tagged `parameters`
MOST_CELLS = 25
LONGEST_FUNCTION = 5  # lines
IMPORTED = {"matplotlib.pyplot", "numpy", "pandas", "sim"}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[ast.Module]:
    return [ast.parse(cell.source) for cell in read(path).cells if cell.cell_type == "code"]


def test_there_are_two_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01_turkey_summit", "02_parameter_sweep"]


@every_notebook
def test_a_notebook_runs_to_its_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(path)
    (parameters,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = SMOKE
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()


@every_notebook
def test_a_notebook_is_kept_without_what_it_gave_out(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@every_notebook
def test_a_notebook_is_short_and_its_functions_too(path: Path) -> None:
    assert len(read(path).cells) <= MOST_CELLS
    for cell in code(path):
        for node in ast.walk(cell):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@every_notebook
def test_a_notebook_uses_of_the_package_what_is_public(path: Path) -> None:
    assert {name for cell in code(path) for name in imported(cell)} <= IMPORTED
    assert {name for cell in code(path) for name in taken(cell)} <= set(sim.__all__)
