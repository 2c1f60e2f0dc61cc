"""The notebooks run from the first cell to the last, at a size that shows no more than that they do."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from told import imported, taken

import sim

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMOKE = "DRAWS, RUNS, SEED = 25, 4, 1"  # in the cell that is tagged `parameters`
MOST_CELLS = 25
LONGEST_FUNCTION = 5  # lines
EMPTY: Mapping[str, str] = {}
IMPORTED = {"matplotlib.pyplot", "numpy", "pandas", "pathlib", "sim"}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[ast.Module]:
    return [ast.parse(cell.source) for cell in read(path).cells if cell.cell_type == "code"]


def test_there_are_five_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_turkey_summit",
        "02_parameter_sweep",
        "03_trust_and_commitment",
        "04_why_they_differ",
        "05_how_far_to_trust_it",
    ]


@every_notebook
def test_a_notebook_runs_to_its_end(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    executed(path, monkeypatch, tmp_path)


@every_notebook
def test_a_kernel_that_was_started_anew_ends_a_cell_as_the_first_words_say(path: Path) -> None:
    notebook = read(path)
    assert "If one says `NameError`, the kernel was started anew" in notebook.cells[0].source
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"][-1:]
    with pytest.raises(CellExecutionError) as found:
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert found.value.ename == "NameError"


def test_in_the_lesson_it_gets_a_sentence_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = re.findall(r"PYTHONSTARTUP=\$\(CURDIR\)/(\S+) ", (ROOT / "Makefile").read_text(encoding="utf-8"))
    monkeypatch.setenv("PYTHONSTARTUP", str(ROOT / line))
    notebook = read(NOTEBOOKS[0])
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"][-1:]
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    (said,) = notebook.cells[0].outputs
    assert said.output_type == "stream"
    assert said.text.startswith("There is no 'sim' yet: the kernel was started anew, or a cell above was left out.")
    notebook.cells = [nbformat.v4.new_code_cell("1 / 0")]
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    assert notebook.cells[0].outputs[0].ename == "ZeroDivisionError"


def executed(
    path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path, instead: Mapping[str, str] = EMPTY
) -> nbformat.NotebookNode:
    """A notebook as it stands after its last cell, in a folder of its own, at a size that shows that it runs.

    `instead`: what is typed for a prediction of 50, by its words.
    """
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(path)
    (parameters,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = re.sub(r"^DRAWS, RUNS, SEED = .*$", SMOKE, parameters.source, flags=re.MULTILINE)
    parameters.source = re.sub(r"^PAIRS = .*$", "PAIRS = 12", parameters.source, flags=re.MULTILINE)
    assert SMOKE in parameters.source
    for cell in notebook.cells:
        for old, new in instead.items():
            cell.source = cell.source.replace(f"{old}: 50", f"{old}:{new}")
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def test_a_class_collects_its_predictions_and_a_slip_of_the_pen_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Text for a number, and none at all, are told and left out; what others have predicted is scored beside it."""
    (tmp_path / "predictions").mkdir()
    asked = ["table.intra_afghan.agreed", "table.intra_afghan.collapsed", "attendance.intra_afghan.TAL >= 0.5"]
    others = pd.DataFrame({"other": [40.0, 20.0, 60.0, 80.0]}, index=[*asked, "takeover"])
    others.to_csv(tmp_path / "predictions" / "other.csv")
    slips = {"it collapses": "", "the Taliban take over": " many"}
    notebook = executed(NOTEBOOKS[0], monkeypatch, tmp_path, slips)
    told = "".join(out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", []))
    assert "Not a number from 0 to 100, and so left out: it collapses, the Taliban take over." in told
    mine = pd.read_csv(tmp_path / "predictions" / "me.csv", index_col=0)["me"]
    assert list(mine.index) == [*asked, "takeover"]
    assert list(mine.iloc[[0, 2]]) == [50, 50]
    assert np.isnan(mine.iloc[[1, 3]]).all()
    scored = [out["data"]["text/plain"] for cell in notebook.cells for out in cell.get("outputs", []) if "data" in out]
    assert any("other" in one and "a coin" in one for one in scored)


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
