"""A vote on what is signed: the closed form, what waits for it, what it can refuse, and both engines alike."""

from __future__ import annotations

from functools import cache
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from voting import HORIZON, TABLE, changed, told

from sim.agents.model import NegotiationModel
from sim.agents.replay import outcomes, replay
from sim.case.case import Case
from sim.case.columns import outcome_columns
from sim.case.loading import load_case
from sim.case.scenario import load_scenario
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.model import vocabulary as words
from sim.model.equations.choice import log_odds
from sim.model.equations.ratification import favour, ratification
from sim.numerics.arithmetic import logistic
from sim.surface import sweep

WEEKS = 6
INSIDE = st.floats(0.01, 0.99)


@given(st.floats(-3, 3), st.floats(-3, 3), INSIDE, INSIDE, st.floats(0.02, 0.5))
def test_who_approves_has_the_share_that_is_needed(
    gain: float, others: float, needed: float, mind: float, noise: float
) -> None:
    """u <= logistic(z - logit(theta)) exactly where y >= theta, z the gains over the noise."""
    odds = log_odds(ratification(gain, others, 0.0, noise * (log(needed) - log(1 - needed))), noise)
    share = favour((gain + others) / noise, mind)
    if abs(share - needed) > 1e-6:
        assert (mind < logistic(odds)) == (share >= needed)


@given(st.floats(-5, 5), INSIDE)
def test_a_half_needs_no_hurdle_and_the_chance_is_that_of_a_ratification(odds: float, mind: float) -> None:
    if abs(mind - logistic(odds)) > 1e-9:
        assert (favour(odds, mind) >= 0.5) == (mind < logistic(odds))


@given(st.floats(-5, 5), st.floats(-5, 5), INSIDE)
def test_more_gain_is_more_in_favour(one: float, other: float, mind: float) -> None:
    assert favour(max(one, other), mind) >= favour(min(one, other), mind)


def voting(folder: Path, needed: float, voter: str = "INT") -> Case:
    """The Afghan case with a vote on what is signed at a table."""
    return changed(folder, f"ratified_by: {{weeks: {WEEKS}, voters: {{{voter}: {needed:.16f}}}}}")


@cache
def played(folder: Path, needed: float, off: tuple[str, ...] = (), noise: float | None = None) -> Runs:
    case = voting(folder / f"{needed}{len(off)}", needed)
    fixed = {} if noise is None else {"noise": noise}
    scenario = load_scenario(case, "status_quo").change(epoch="2019-07", horizon=HORIZON, off=off, fixed=fixed)
    return sweep(scenario, draws=40, runs=5, progress=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("votes")


def test_what_is_put_to_the_vote_comes_into_force_is_refused_or_waits(folder: Path) -> None:
    runs = played(folder, 0.5)
    votes, refused, agreements = (told(runs, name) for name in ("votes", "refused", "agreements"))
    waits = told(runs, "status") == words.PENDING
    assert (votes == agreements + refused + waits).all()
    assert refused.sum() > 0 < agreements.sum()
    assert (told(runs, "agreed_week")[agreements > 0] > WEEKS).all()
    counted = refused + agreements > 0
    share = told(runs, "favour.INT")
    assert np.isnan(share[~counted]).all()
    assert ((share[counted] >= 0.0) & (share[counted] <= 1.0)).all()


def test_a_share_that_nobody_reaches_lets_nothing_come_into_force_and_one_that_all_reach_stops_nothing(
    folder: Path,
) -> None:
    """A gain of at most 1 is ten noises of 0.1; the thresholds are log-odds of 34.5 on either side."""
    none, every = played(folder, 1.0 - 1e-15, noise=0.1), played(folder, 1e-15, noise=0.1)
    assert told(none, "agreements").sum() == 0 < told(none, "refused").sum()
    assert told(every, "refused").sum() == 0 < told(every, "agreements").sum()


def test_the_first_vote_that_passes_a_higher_bar_passes_a_lower_one(folder: Path) -> None:
    high, low = played(folder, 0.7), played(folder, 0.5)
    first = (told(high, "refused") == 0) & (told(high, "agreements") > 0)
    assert first.any()
    assert (told(low, "agreements")[first] > 0).all()
    assert told(high, "refused").sum() > told(low, "refused").sum()


def test_without_the_mechanism_the_numbers_are_those_of_the_case_without_the_vote(folder: Path) -> None:
    off = played(folder, 0.5, ("votes",))
    scenario = load_scenario(load_case(), "status_quo").change(epoch="2019-07", horizon=HORIZON)
    bare = sweep(scenario, draws=40, runs=5, progress=False)
    for name, column in bare.columns.items():
        np.testing.assert_array_equal(bare.read(column), off.read(off.columns[name]), err_msg=name)
    assert told(off, "votes").sum() == 0


def test_both_engines_vote_alike_and_the_run_says_so(folder: Path) -> None:
    runs = played(folder, 0.5)
    refused = int(np.flatnonzero((told(runs, "refused") == 1) & (told(runs, "votes") == 1))[0])
    passed = int(np.flatnonzero((told(runs, "refused") == 0) & (told(runs, "agreements") > 0))[0])
    for number, what in ((refused, "voted down"), (passed, "approved")):
        run = replay(runs.sweep.world, number, seed=runs.sweep.seed, runs=runs.sweep.runs, expected=runs.row(number))
        entry = next(run.model.journal.find(decision="vote"))
        assert (entry.who, entry.place) == ("INT", TABLE)
        assert (
            (entry.random_number < entry.probability) == (entry.terms["favour"] >= 0.5) == (entry.outcome == "approved")
        )
        signed = next(run.model.journal.find(decision="status", outcome="pending"))
        assert entry.week == signed.week + WEEKS == signed.terms["vote"]
        story = "\n".join(line.text for period in run.story for line in period.lines)
        assert what in story
        assert "put to the vote" in story
        assert what in run.why("INT", table=TABLE, week=entry.week)


def test_nothing_of_an_agreement_is_due_or_delivered_before_its_vote(tmp_path: Path) -> None:
    case = voting(tmp_path / "case", 0.0000001)
    scenario = load_scenario(case, "status_quo").change(epoch="2019-07", horizon=HORIZON)
    for draw in range(12):
        model = NegotiationModel(scenario, draw, case=case)
        seen = 0
        for _ in range(HORIZON):
            model.step()
            if model.tables[TABLE].status == "pending":
                seen += 1
                assert not list(model.journal.find(week=model.week, decision="comply", place=TABLE))
                assert model.tables[TABLE].agreement == {}
        if seen:
            assert seen == WEEKS * int(outcomes(model)[f"table.{TABLE}.votes"])
            return
    raise AssertionError("no draw signs anything")


def test_tables_without_a_vote_have_no_columns_of_one(tmp_path: Path) -> None:
    votes = ("votes", "refused", "blocked", "favour")
    own = [c.name for c in outcome_columns(load_case()) if c.field in votes]
    assert own == [f"table.pakistan_ttp.{what}" for what in ("votes", "refused", "favour.PRL")]
    names = {c.name for c in outcome_columns(voting(tmp_path / "case", 0.5)) if c.field in votes}
    assert names - {*own} == {f"table.{TABLE}.{what}" for what in ("votes", "refused", "favour.INT")}


@pytest.mark.parametrize(
    ("voter", "needed", "problem"),
    [("TAL", 0.5, "is a party"), ("IMT", 0.5, "did you mean INT"), ("INT", 1.0, "1 is out of range")],
)
def test_a_vote_that_cannot_be_held_is_refused(tmp_path: Path, voter: str, needed: float, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        voting(tmp_path / "case", needed, voter)
