"""The numbers of every scenario are those that were accepted: `make accept` accepts new ones, its diff shows them."""

from __future__ import annotations

import pytest

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import scenario_names
from sim.jobs.expected import expected_file, found


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case()


@pytest.fixture(scope="module")
def numbers(case: Case) -> dict[str, str]:
    return dict(found(case))


def test_every_scenario_and_nothing_else_has_expected_numbers(case: Case) -> None:
    files = {path.name.removesuffix(".expected.csv") for path in (case.folder / "scenario").glob("*.expected.csv")}
    assert files == set(scenario_names(case))


@pytest.mark.xdist_group("expected")  # simulated once, not once for each worker
@pytest.mark.parametrize("name", scenario_names(load_case()))
def test_a_scenario_gives_the_accepted_numbers(case: Case, numbers: dict[str, str], name: str) -> None:
    was = expected_file(case, name).read_text(encoding="utf-8").splitlines()
    moved = [f"was {old}, is {new}" for old, new in zip(was, numbers[name].splitlines(), strict=True) if old != new]
    assert not moved, f"{len(moved)} outcomes of {name} moved; `make accept` accepts them"
