"""Where a case is: a folder of the user's, or one that comes with the package, installed or checked out."""

from __future__ import annotations

from pathlib import Path

from sim.inputs.errors import InputError, nearest

PACKAGE = Path(__file__).resolve().parents[1]
CASES = PACKAGE / "scenarios"  # as installed
CHECKOUT = PACKAGE.parent / "scenarios"  # as checked out


def case_folder(name: str) -> Path:
    """The folder of a case: a folder's path, or the name of a case that comes with the package."""
    roots = [root for root in (CASES, CHECKOUT) if root.is_dir()]
    for folder in (Path(name), *(root / name for root in roots)):
        if (folder / "case.yaml").is_file():
            return folder.resolve()
    known = sorted(path.parent.name for root in roots for path in root.glob("*/case.yaml"))
    raise InputError("configuration", "case", f"there is no case {name!r}", allowed=known, meant=nearest(name, known))
