"""Writes docs/api.md: the public names of Python, and those of the objects that they give, from their docstrings.

`python -m sim.pages.documents.api` writes it; a test holds that it is current.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
HEAD = """# What Python can hold on to

<!-- Written by `python -m sim.pages.documents.api` from the docstrings. -->

The names of `sim`, then the objects that they give. A mistake in what is given is an `InputError` of one line: where it
is, what is wrong, what is allowed. Examples stand in the README and in the guides.
"""
GIVEN = (  # what the functions give, in the order in which one meets it
    ("sim.case.loading", "LoadedCase"),
    ("sim.case.scenario", "Scenario"),
    ("sim.experiment.runs", "Runs"),
    ("sim.experiment.comparison", "Comparison"),
    ("sim.experiment.cells", "Cells"),
    ("sim.analysis.shares", "Estimate"),
    ("sim.analysis.paired", "Difference"),
    ("sim.agents.replay", "Run"),
    ("sim.experiment.record", "Found"),
    ("sim.experiment.calibration", "Found"),
    ("sim.experiment.sensitivity", "Found"),
    ("sim.experiment.paragraphs", "Found"),
    ("sim.experiment.discover", "Found"),
    ("sim.experiment.robust", "Found"),
    ("sim.experiment.theories", "Found"),
    ("sim.inputs.errors", "InputError"),
)
CALLED = {  # each `Found` as the functions that give it name it
    "record": "Scores",
    "calibration": "Calibrated",
    "sensitivity": "Sensitivity",
    "paragraphs": "Paragraphs",
    "discover": "Discovery",
    "robust": "Robust",
    "theories": "Contest",
}
SECTIONS = ("Args", "Attributes", "Returns", "Raises")


def document() -> str:
    """The whole document as Markdown."""
    package = import_module("sim")
    names = [name for name in dir(package) if not name.startswith("__")]
    functions = [entry(f"sim.{name}", getattr(package, name), "##") for name in names]
    objects = [
        entry(CALLED.get(module.rpartition(".")[2], name), getattr(import_module(module), name), "##")
        for module, name in GIVEN
    ]
    return "\n".join([HEAD, *functions, "# The objects that these give\n", *objects])


def entry(name: str, held: Any, level: str) -> str:
    """A name with its signature and what it says of itself; of a class also its public members, those of ours."""
    if not (inspect.isclass(held) or inspect.isroutine(held)):
        return f"{level} `{name}`\n\nA `{type(held).__name__}`: {', '.join(f'`{one}`' for one in held)}.\n"
    parts = [f"{level} `{name}{signature(held)}`\n", *told(inspect.getdoc(held) or "")]
    if inspect.isclass(held):
        parts += [entry(f"{name}.{one}", member, level + "#") for one, member in members(held)]
    return "\n".join(parts)


def members(held: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class that say what they are, and that this package has written."""
    for one, member in inspect.getmembers(held):
        found = getattr(member, "fget", None) or getattr(member, "func", None) or member
        ours = callable(found) and str(getattr(found, "__module__", "")).startswith("sim.")
        if ours and not one.startswith(("_", "model_")) and not inspect.isclass(found) and inspect.getdoc(found):
            yield one, found if member is not found else member


def signature(held: Any) -> str:
    """What it takes and gives, without the quotation marks of annotations that are looked up late."""
    try:
        found = str(inspect.signature(held))
    except (TypeError, ValueError):
        return ""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", found)


def told(text: str) -> Iterator[str]:
    """A docstring as Markdown: its sections as lists, its examples as code."""
    section, code = "", False
    for line in text.splitlines():
        named = re.fullmatch(r"(\w+):", line)
        if named and named[1] in SECTIONS:
            section = named[1]
            yield f"*{section}*\n"
        elif line.startswith(">>>") or (code and line.strip()):
            if not code:
                yield "```python"
            code = True
            yield line
        else:
            if code:
                yield "```"
            code = False
            yield item(line) if section else line
    if code:
        yield "```"
    yield ""


def item(line: str) -> str:
    """A line of a section: a name with what it is, as an entry of a list; anything else goes on where it stands.

    >>> item("    seed: any"), item("        more of it"), item("    One row.")
    ('- `seed`: any', '  more of it', '  One row.')
    """
    found = re.fullmatch(r" {4}([\w*]+): (.*)", line)
    return f"- `{found[1]}`: {found[2]}" if found else re.sub(r"^ {4,8}", "  ", line)


def main() -> None:
    """Write the document."""
    FILE.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
