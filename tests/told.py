"""What a piece of Python imports, and what it takes from the package: for code that readers are told to run."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def imported(code: ast.AST) -> Iterator[str]:
    """The modules that are imported, whole or in part.

    >>> list(imported(ast.parse("import a.b as c, d\\nfrom e.f import g")))
    ['a.b', 'd', 'e.f']
    """
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def taken(code: ast.AST) -> Iterator[str]:
    """What is asked of `sim` by its name.

    >>> list(taken(ast.parse("sim.sweep(one.sim, draws=sim.storage.MOST)")))
    ['sweep', 'storage']
    """
    for node in ast.walk(code):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sim":
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "sim":
            yield from (one.name for one in node.names)
