"""No broken case is a traceback, and none is taken in silence; the long form is `make broken-cases`."""

from __future__ import annotations

from pathlib import Path

import pytest
from broken_cases import CASES, KINDS, mutants, survivors

MUTANTS = {"first_case": 60}  # of the others, which take ten times as long each: 10


@pytest.mark.parametrize("source", CASES, ids=lambda source: source.name)
def test_a_mutant_is_told_or_is_as_good_as_left_out(source: Path) -> None:
    found = [f"{mutant}: {why}" for mutant, why in survivors(source, MUTANTS.get(source.name, 10), seed=5)]
    assert found == []


def test_the_mutants_are_of_every_kind_and_of_every_sort_of_file() -> None:
    some = list(mutants(CASES[0], 200, seed=1))
    assert {mutant.kind for mutant in some} == set(KINDS)
    assert {Path(mutant.file).suffix for mutant in some} == {".yaml", ".csv"}
    assert some == list(mutants(CASES[0], 200, seed=1))
