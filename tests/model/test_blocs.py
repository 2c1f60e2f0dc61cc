"""Who bargains as one side under a rule: unanimity, or a weight that suffices; closed form, both engines."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from voting import HORIZON, TABLE, changed, told
from worlds import world

from sim.agents.replay import replay
from sim.case.case import Bloc, Case
from sim.case.loading import load_case
from sim.case.scenario import load_scenario
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.model.equations.decisions import CHOICES
from sim.model.phases.attend import prepare
from sim.model.phases.bargain import agrees
from sim.model.phases.begin import begin, derive
from sim.model.phases.vote import vote
from sim.numerics.arithmetic import logistic
from sim.surface import sweep

CASE = load_case()
T = CASE.number("tables", TABLE)


def with_bloc(lead: str, members: dict[str, float], needs: float) -> Case:
    table = CASE.tables[TABLE].model_copy(update={"blocs": {lead: Bloc(members=members, needs=needs)}})
    return CASE.model_copy(update={"tables": {**CASE.tables, TABLE: table}})


class Asked:
    """A run of a case with a bloc, at its epoch, with a package on offer."""

    def __init__(self, case: Case) -> None:
        found = world("2019-07", 1, case=case)
        self.rules, self.draw, self.plan, self.state = found.rules, found.draws[0], found.plan, found.states(1)[0]
        derive(self.rules, self.draw, self.plan)
        begin(self.rules, self.draw, self.plan, self.state, 3, 0)
        prepare(self.rules, self.draw, self.state, T, True)
        self.state.offer[T] = self.state.midpoint[T]
        self.draw.private_on = 0

    def ask(self, week: int) -> list[int]:
        """Who agrees with the luck of a week."""
        self.state.week = week
        for v in range(self.rules.members[T]):
            vote(self.rules, self.draw, self.state, T, v)
        return [int(one) for one in self.state.approved[T, : self.rules.members[T]]]

    def chance(self, v: int) -> float:
        terms = dict(zip(CHOICES["vote"].noted, self.state.vote_terms[T, v], strict=False))
        return float(logistic(terms["log_odds"]))

    def agree(self, side: int = 0) -> bool:
        self.state.ratified[T, side] = 1
        return bool(agrees(self.rules, self.draw, self.state, T, side))


@cache
def asked(needs: float) -> Asked:
    return Asked(with_bloc("US", {"US": 2.0, "INT": 1.0, "QAT": 1.5, "IND": 0.5}, needs))


@given(st.lists(st.integers(0, 1), min_size=3, max_size=3), st.floats(0.05, 1.0))
def test_a_side_agrees_where_the_weight_of_those_who_agree_suffices(approved: list[int], needs: float) -> None:
    run = asked(1.0)
    run.rules.weight_needed[T, 0] = needs
    run.state.approved[T, :3] = approved
    weight = (2.0 + sum(w for w, one in zip((1.0, 1.5, 0.5), approved, strict=True) if one)) / 5.0
    if abs(weight - needs) > 1e-6:
        assert run.agree() == (weight >= needs)
    run.state.ratified[T, 0] = 0
    assert not agrees(run.rules, run.draw, run.state, T, 0)  # nobody agrees for a party that has not ratified
    run.rules.weight_needed[T, 0] = 1.0


@given(st.lists(st.integers(0, 1), min_size=3, max_size=3))
def test_unanimity_is_all_and_asks_most(approved: list[int]) -> None:
    run = asked(1.0)
    run.state.approved[T, :3] = approved
    assert run.agree() == all(approved)
    run.draw.blocs_on = 0
    assert run.agree()  # without the mechanism the party decides for all
    run.draw.blocs_on = 1
    assert run.agree(1)  # the other side is one


def test_the_chance_of_unanimity_is_the_product_and_of_a_weight_the_sum_over_who_suffices() -> None:
    weeks = 600
    for needs in (1.0, 0.7):
        run = asked(needs)
        run.rules.weight_needed[T, 0] = needs
        held = 0
        for week in range(1, weeks + 1):
            run.ask(week)
            held += run.agree()
        chances = [run.chance(v) for v in range(3)]
        assert all(0.001 < one < 0.999 for one in chances)
        found = 0.0
        for each in product((0, 1), repeat=3):
            weight = (2.0 + sum(w * one for w, one in zip((1.0, 1.5, 0.5), each, strict=True))) / 5.0
            if weight >= needs - 1e-9:
                found += prod(p if one else 1 - p for p, one in zip(chances, each, strict=True))
        if needs == 1.0:
            assert found == pytest.approx(prod(chances))
        assert held / weeks == pytest.approx(found, abs=4 * sqrt(0.25 / weeks))


def test_who_leads_and_has_the_weight_needs_nobody() -> None:
    run = Asked(with_bloc("US", {"US": 3.0, "INT": 1.0}, 0.75))
    run.state.approved[T, 0] = 0
    assert run.agree()


@cache
def played(folder: Path, needs: float, off: tuple[str, ...] = ()) -> Runs:
    line = f"blocs: {{US: {{members: {{US: 1, INT: 1}}, needs: {needs}}}}}"
    case = changed(folder / f"{needs}{len(off)}", line)
    scenario = load_scenario(case, "status_quo").change(epoch="2019-07", horizon=HORIZON, off=off)
    return sweep(scenario, draws=40, runs=5, progress=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocs")


def test_a_bloc_stops_what_half_of_its_weight_would_let_pass(folder: Path) -> None:
    all_, half = played(folder, 1.0), played(folder, 0.5)
    assert told(all_, "blocked").sum() > 0 == told(half, "blocked").sum()
    assert told(all_, "agreed").sum() < told(half, "agreed").sum()
    share = told(all_, "favour.INT")
    assert np.isnan(share[told(all_, "impasses") + told(all_, "agreements") == 0]).all()
    kept = (told(all_, "agreements") > 0) & (told(all_, "collapses") == 0)  # after a collapse they are asked again
    assert kept.any()
    assert (share[kept] >= 0.5).all()


def test_without_the_mechanism_or_with_a_party_that_suffices_the_numbers_are_those_without_a_bloc(folder: Path) -> None:
    scenario = load_scenario(CASE, "status_quo").change(epoch="2019-07", horizon=HORIZON)
    bare = sweep(scenario, draws=40, runs=5, progress=False)
    for other in (played(folder, 1.0, ("blocs",)), played(folder, 0.5)):
        for name, column in bare.columns.items():
            np.testing.assert_array_equal(bare.read(column), other.read(other.columns[name]), err_msg=name)


def test_both_engines_ask_alike_and_the_run_says_so(folder: Path) -> None:
    runs = played(folder, 1.0)
    for number in (int(np.flatnonzero(told(runs, "blocked") > 0)[0]), int(np.flatnonzero(told(runs, "agreed") > 0)[0])):
        run = replay(runs.sweep.world, number, seed=runs.sweep.seed, runs=runs.sweep.runs, expected=runs.row(number))
        found = list(run.model.journal.find(decision="vote", who="INT"))
        assert found
        assert sum(one.outcome == "voted_down" for one in found) >= runs.row(number)[f"table.{TABLE}.blocked"]
        assert "in favour" in run.why("INT", table=TABLE, week=found[0].week)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("blocs: {USA: {members: {USA: 1, INT: 1}, needs: 1}}", "did you mean US"),
        ("blocs: {US: {members: {INT: 1, QAT: 1}, needs: 1}}", "members"),
        ("blocs: {US: {members: {US: 1, INTT: 1}, needs: 1}}", "did you mean INT"),
        ("blocs: {US: {members: {US: 1, TAL: 1}, needs: 1}}", "on both sides"),
        ("blocs: {US: {members: {US: 1, INT: 0}, needs: 1}}", "no weight"),
        ("blocs: {US: {members: {US: 1, INT: 1}, needs: 1.5}}", "needs"),
        ("blocs: {US: {members: {US: 1}, needs: 1}}", "members"),
    ],
)
def test_a_bloc_that_cannot_be_is_refused(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        changed(tmp_path / "case", line)


def test_no_member_votes_again_on_what_is_signed(tmp_path: Path) -> None:
    line = "blocs: {US: {members: {US: 1, INT: 1}, needs: 1}}\n    ratified_by: {weeks: 2, voters: {INT: 0.5}}"
    with pytest.raises(InputError, match="agrees before anything is signed"):
        changed(tmp_path / "case", line)


def told_of(case: Case) -> Any:
    return case.tables[TABLE].voters


def test_members_come_before_those_who_vote(tmp_path: Path) -> None:
    line = "blocs: {US: {members: {US: 1, INT: 1}, needs: 1}}\n    ratified_by: {weeks: 2, voters: {QAT: 0.6}}"
    assert told_of(changed(tmp_path / "case", line)) == {"INT": 0.5, "QAT": 0.6}
