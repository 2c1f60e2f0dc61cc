"""Where a case is: a folder of the user's, or one that comes with the package, installed or checked out."""

from __future__ import annotations

from pathlib import Path

from sim.inputs.errors import one_of
from sim.inputs.places import home_of

PACKAGE = Path(__file__).resolve().parents[1]
CASES = PACKAGE / "scenarios"  # as installed
CHECKOUT = PACKAGE.parent / "scenarios"  # as checked out


def case_folder(name: str) -> Path:
    """The folder of a case: a folder's path, or the name of a case that comes with the package."""
    if (home_of(name) / "case.yaml").is_file():
        return home_of(name).resolve()
    roots = [root for root in (CHECKOUT, CASES) if root.is_dir()]
    found = {path.parent.name: path.parent for root in roots for path in sorted(root.glob("*/case.yaml"))}
    return found[one_of("configuration", "case", name, found, "a case")].resolve()
