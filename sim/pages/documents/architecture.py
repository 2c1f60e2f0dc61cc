"""Writes docs/architecture.md: the layers of the package, drawn from the contract that the gate holds them to.

`python -m sim.pages.documents.architecture` writes it; a test holds that it is current.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[2]
ROOT = PACKAGE.parent
FILE = ROOT / "docs" / "architecture.md"
PROJECT = ROOT / "pyproject.toml"
LAYERS = "No import runs upwards"
WIDTH = 44  # of the drawing, in characters
HEAD = """# The map of the code

<!-- Written by `python -m sim.pages.documents.architecture` from the contracts in pyproject.toml and the packages. -->

A module may import from layers below its own, never from above; what stands side by side may not import one another.
Imports in functions and those for type checkers count. The gate checks it (`lint-imports`).
"""
MIDDLE = """
What else the contracts hold:

"""
BELOW = """
## What lives where

"""
FOOT = """
## How a run comes about

`command` composes a configuration and hands checked settings to a job. The job loads a `case` and its `evidence`;
`world` makes of them, and of a scenario, the four records of numbers that the `model` reads. `engine` plays many runs
of it, compiled; `agents` play one, agent by agent, by the same phases and with the same bits. What is asked of runs
stands in `experiment`, what is kept of them in `storage`, and what a reader gets in `pages`.
"""


def layers(contract: str = LAYERS, file: Path = PROJECT) -> list[list[str]]:
    """The layers of a contract, highest first; those that may not know one another share a row."""
    found: list[str] = next(one["layers"] for one in contracts(file) if one["name"] == contract)
    return [row.replace(" ", "").split("|") for row in found]


def contracts(file: Path) -> list[dict[str, Any]]:
    """The contracts of a project file, in its order."""
    found: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return found


def drawing(rows: Sequence[Sequence[str]], width: int = WIDTH) -> str:
    """The layers as boxes on one another, in plain text.

    >>> print(drawing([["upper"], ["left", "right"]], 20))
    ┌──────────────────┐
    │ upper            │
    ├────────┬─────────┤
    │ left   │ right   │
    └────────┴─────────┘
    """
    lines: list[str] = []
    above: set[int] = set()
    for row in rows:
        walls = {width * (n + 1) // len(row) - 1 for n in range(len(row) - 1)}
        lines.append(_edge(width, above, walls, "├┤" if lines else "┌┐"))
        sizes = [b - a - 1 for a, b in zip([0, *sorted(walls)], [*sorted(walls), width - 1], strict=True)]
        lines.append("│" + "│".join(f" {name}".ljust(size) for name, size in zip(row, sizes, strict=True)) + "│")
        above = walls
    return "\n".join([*lines, _edge(width, above, set(), "└┘")])


def _edge(width: int, above: set[int], below: set[int], corners: str) -> str:
    signs = {(False, False): "─", (True, False): "┴", (False, True): "┬", (True, True): "┼"}
    return corners[0] + "".join(signs[x in above, x in below] for x in range(1, width - 1)) + corners[1]


def told(place: Path) -> str:
    """What a package or module says of itself, as one line: the first two paragraphs of its docstring."""
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(" ".join(text.split("\n\n")[:2]).split())


def document() -> str:
    """The whole document as Markdown."""
    rows = layers()
    entries = []
    for name in (name for row in rows for name in row):
        entries.append(f"- `{name}`: {told(PACKAGE / name)}")
        inside = sorted(path.parent for path in (PACKAGE / name).glob("*/__init__.py"))
        entries += [f"  - `{name}/{folder.name}`: {told(folder)}" for folder in inside]
    drawn = f"\n```text\n{drawing(rows)}\n```\n"
    others = "\n".join(f"- {one['name']}." for one in contracts(PROJECT) if one["name"] != LAYERS)
    return HEAD + drawn + MIDDLE + others + "\n" + BELOW + "\n".join(entries) + "\n" + FOOT


def main() -> None:
    """Write the document."""
    FILE.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
