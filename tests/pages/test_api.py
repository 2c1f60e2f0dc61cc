"""The reference of Python's names is that of the docstrings, and leaves none out."""

from __future__ import annotations

import inspect

import pytest

import sim
from sim.pages.documents import api

PUBLIC = [name for name in dir(sim) if not name.startswith("__")]


def test_the_reference_is_current() -> None:
    assert api.document() == api.FILE.read_text(encoding="utf-8"), f"run: python -m {api.__name__}"


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert f"\n## `sim.{name}" in api.document()
    held = getattr(sim, name)
    if inspect.isroutine(held) or inspect.isclass(held):
        assert inspect.getdoc(held)


def test_every_argument_of_a_function_is_told() -> None:
    for name in PUBLIC:
        held = getattr(sim, name)
        if inspect.isfunction(held):
            for argument in inspect.signature(held).parameters:
                assert f"{argument}" in (inspect.getdoc(held) or ""), f"sim.{name}: {argument}"


def test_a_signature_keeps_the_quotation_marks_of_values_and_no_others() -> None:
    def shown(one: str, other: float = 1.0, name: str = "a, b") -> list[str]:
        return [one, str(other), name]

    assert api.signature(shown) == "(one: str, other: float = 1.0, name: str = 'a, b') -> list[str]"


def test_examples_are_code_and_sections_are_lists() -> None:
    lines = list(api.told("It.\n\n>>> f(1)\n2\n\nArgs:\n    a: one\n        more.\n\nReturns:\n    All."))
    assert lines == [
        "It.", "", "```python", ">>> f(1)", "2", "```", "",
        "*Args*\n", "- `a`: one", "  more.", "", "*Returns*\n", "  All.", "",
    ]  # fmt: skip
