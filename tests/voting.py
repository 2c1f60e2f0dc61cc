"""The Afghan case with a line more in one of its tables, for tests of who else has to agree there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sim.case.case import Case
from sim.case.loading import load_case
from sim.experiment.runs import Runs

HORIZON, TABLE = 60, "doha"


def changed(folder: Path, line: str, table: str = TABLE) -> Case:
    """The case in a folder of its own, with a line more in a table."""
    shutil.copytree(load_case().folder, folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    head = f"  {table}:\n    title:"
    assert head in text
    more = f"  {table}:\n    {line}\n    title:"
    (folder / "case.yaml").write_text(text.replace(head, more), encoding="utf-8")
    return load_case(folder)


def told(runs: Runs, name: str) -> Any:
    """An outcome of the table, one number a run."""
    return runs.read(runs.columns[f"table.{TABLE}.{name}"]).astype(float)
