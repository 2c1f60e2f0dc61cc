"""The ODD document names every parameter, state variable and submodel, and is the one that the code writes today."""

from __future__ import annotations

import pytest

from sim.case.loading import load_case
from sim.evidence.loading import load_evidence
from sim.model import equations, phases
from sim.model import variables as the_model_variables
from sim.model import vocabulary as words
from sim.model.parameters import PARAMETERS
from sim.pages.documents import odd


@pytest.fixture(scope="module")
def written() -> str:
    return odd.FILE.read_text(encoding="utf-8")


def test_the_document_is_current(written: str) -> None:
    case = load_case()
    assert odd.document(case, load_evidence(case.folder / "evidence")) == written, f"run: python -m {odd.__name__}"


def test_all_seven_elements_are_there(written: str) -> None:
    heads = [line for line in written.splitlines() if line.startswith("## ")]
    assert [head[3] for head in heads] == list("1234567")


def test_every_parameter_is_in_it(written: str) -> None:
    case = load_case()
    structural = load_evidence(case.folder / "evidence").structural
    assert {row.name for row in PARAMETERS} <= set(structural)
    for name, parameter in structural.items():
        assert f"| `{name}` | {parameter.symbol} | {parameter.low:g} to {parameter.high:g} |" in written


def test_every_variable_of_the_engine_is_in_it(written: str) -> None:
    for variable in (
        *the_model_variables.STATE,
        *the_model_variables.RULES,
        *the_model_variables.DRAW,
        *the_model_variables.PLAN,
    ):
        assert f"| `{variable.name}` | {variable.axes} |" in written


def test_every_submodel_is_in_it_with_its_account(written: str) -> None:
    for package in (equations, phases):
        for module in odd.modules(package):
            for name, function in odd.own_functions(module):
                assert f"`{name}(" in written
                assert function.__doc__, f"{module.__name__}.{name} gives no account of itself"


def test_every_design_constant_has_its_reason(written: str) -> None:
    bookkeeping = {
        "NEVER",
        "FOREVER",
        "INFINITY",
        "PLACE_STRIDE",
        "CLAUSE_STRIDE",
        "BREAKING_PLACE",
        "YIELD_PLACE",
        "QUANTAL_PLACE",
        "PIECES_OF_A_CLAUSE",
    }
    codes = {code for code in vars(words) if code.endswith("_SLOT") or code.startswith(("Q_", "BY_", "FOLLOWS_"))}
    names = set(words.EFFECTS) | set(words.STATUS_NAMES) | set(words.SESSION_NAMES) | set(words.CONDUCT_NAMES)
    codes |= {name.upper() for name in names} | {
        "LESS",
        "AT_MOST",
        "MORE",
        "AT_LEAST",
        "STANDING",
        "CALLED",
        "AFTER",
        "PROMISE",
        "CONCESSION",
        "BINDING",
        "UNITARY",
        "CHALLENGING",
        "DEFENDING",
    }
    numbers = {name for name, value in vars(words).items() if name.isupper() and isinstance(value, int | float)}
    assert numbers - bookkeeping - codes == set(odd.CONSTANTS)
    for name, why in odd.CONSTANTS.items():
        assert f"| `{name}` | {getattr(words, name):g} | {why} |" in written


def test_actors_tables_and_starts_are_in_it(written: str) -> None:
    case = load_case()
    for name in (*case.cells, *case.tables, *case.wars):
        assert f"| `{name}` |" in written
    for epoch in case.epochs.values():
        assert all(f"| {epoch.epoch} | `{quantity}` |" in written for quantity in epoch.start)
