"""Who is asked about what was signed, how each decides, and what comes of the count."""

from __future__ import annotations

from functools import cache
from math import exp, log
from typing import Any

import numpy as np
import pytest
from worlds import afghanistan, same_bits, world

from sim.case.case import Bloc, Case, RatifiedBy
from sim.model import vocabulary as words
from sim.model.phases.bargain import others_gain
from sim.model.phases.begin import begin, derive
from sim.model.phases.mediation import observer_gain
from sim.model.phases.vote import count_votes, hold_votes, vote, votes_due
from sim.numerics.arithmetic import logistic
from sim.numerics.chance import CHANCE, uniform

TABLE, MEMBERS, VOTERS = "intra_afghan", 2, 5
CODES = ("INT", "QAT", "IND", "CHN", "PRL")  # two bargain with Kabul, three vote


@cache
def case() -> Case:
    """The case with a bloc and three voters at a table that is not the first."""
    table = afghanistan().tables[TABLE]
    bloc = Bloc(members={"KAB": 2.0, "INT": 1.0, "QAT": 1.0}, needs=1.0)
    votes = RatifiedBy(voters={"IND": 0.5, "CHN": 0.6, "PRL": 0.4}, weeks=6)
    table = table.model_copy(update={"blocs": {"KAB": bloc}, "ratified_by": votes})
    return afghanistan().model_copy(update={"tables": {**afghanistan().tables, TABLE: table}})


@cache
def _begun() -> tuple[Any, Any, Any]:
    found = world("2019-07", 1, case=case())
    state = found.states()[0]
    derive(found.rules, found.draws[0], found.plan)
    begin(found.rules, found.draws[0], found.plan, state, 3, 0)
    return found.rules, found.draws[0], state


def pending() -> tuple[Any, Any, Any, int]:
    """A package that was signed and is put to the vote this week, with numbers that all differ."""
    rules, draw, state = (part.copy() for part in _begun())
    t, rng = case().number("tables", TABLE), np.random.default_rng(4)
    assert (rules.members[t], rules.voters[t]) == (MEMBERS, VOTERS)
    for name in ("leverage", "position", "default", "offer"):
        state[name] = rng.uniform(0.1, 0.9, state[name].shape)
    state.has_position[...], state.seed, state.draw_index, state.run, state.week = 1, 5, 3, 2, 9
    state.status[t], state.vote_at[...], state.renewals[t], state.renewed_at[t] = words.PENDING, 9, (2, 3), (4, 7)
    draw.observer_weight = rng.uniform(0.1, 0.9, draw.observer_weight.shape)
    draw.noise, draw.private_on, state.optimism[...] = 0.3, 1, 0.4
    return rules, draw, state, t


@pytest.mark.parametrize("status", range(5))
@pytest.mark.parametrize("week", [8, 9, 10])
def test_a_vote_is_due_from_its_day_on_while_what_was_signed_waits(week: int, status: int) -> None:
    _, _, state, t = pending()
    state.week, state.status[t] = week, status
    assert bool(votes_due(state, t)) == (status == words.PENDING and week >= 9)


@pytest.mark.parametrize("v", range(VOTERS))
@pytest.mark.parametrize("private", [0, 1])
@pytest.mark.parametrize("renewed", [(4, 7), (7, 4)])
def test_each_weighs_its_own_gain_and_that_of_those_who_can_move_it_by_a_number_of_its_own(
    renewed: tuple[int, int], private: int, v: int
) -> None:
    rules, draw, state, t = pending()
    draw.private_on, rules.vote_needed[t], state.renewed_at[t] = private, np.linspace(-0.8, 0.9, VOTERS), renewed
    i = case().number("players", CODES[v])
    before = state.copy()
    vote(rules, draw, state, t, v)
    gain, others = observer_gain(rules, draw, state, t, i, state.offer[t]), others_gain(rules, draw, state, t, i)
    needed = rules.vote_needed[t, v]
    odds = (gain + others) / 0.3 - needed
    count, phase, place = (5, words.PRIVATE_SLOT, (2 + v) << 2) if private else (9, words.RATIFY_SLOT, 2 + v)
    number = uniform(5, 3, 2, count, phase | t << 12 | place, CHANCE)
    share = 1.0 / (1.0 + exp(log(number) - log(1.0 - number) - (gain + others) / 0.3))
    noted = (gain, others, 0.0, -0.3 * needed, odds, number, share, 7 if private else 9)
    np.testing.assert_allclose(state.vote_terms[t, v, : len(noted)], noted, rtol=1e-12)
    assert state.approved[t, v] == (number < logistic(odds))
    assert state.favour[t, v] == pytest.approx(share)
    for name in ("approved", "polled", "favour"):
        assert np.array_equal(np.delete(state[name][t], v), np.delete(before[name][t], v)), name
    assert state.polled[t, v] == before.polled[t, v] + 1


@pytest.mark.parametrize("v", [0, VOTERS - 1])
@pytest.mark.parametrize("more", [-1e-6, 1e-6])
def test_it_approves_exactly_where_the_share_in_favour_is_enough(more: float, v: int) -> None:
    rules, draw, state, t = pending()
    vote(rules, draw, state, t, v)
    share = state.favour[t, v]
    rules.vote_needed[t, v] = log(share / (1.0 - share)) - more
    state.approved[t, v] = int(more < 0.0)
    vote(rules, draw, state, t, v)
    assert state.approved[t, v] == int(more > 0.0)
    assert state.polled[t, v] == 2


@pytest.mark.parametrize("v", [0, VOTERS - 1])
def test_it_refuses_where_the_number_is_the_chance(v: int) -> None:
    rules, draw, state, t = pending()
    draw.private_on = 0
    vote(rules, draw, state, t, v)
    odds, number = state.vote_terms[t, v, 4:6]
    state.luck[state.luck == number] = logistic(odds)  # the week's numbers are kept
    vote(rules, draw, state, t, v)
    assert state.vote_terms[t, v, 5] == logistic(odds)
    assert state.approved[t, v] == 0


@pytest.mark.parametrize("refuses", [None, *range(VOTERS)])
def test_what_all_who_vote_approve_is_in_force_and_what_one_refuses_is_no_more(refuses: int | None) -> None:
    rules, draw, state, t = pending()
    state.approved[t], state.refused[t], state.agreements[t] = 1, 3, 2
    if refuses is not None:
        state.approved[t, refuses] = 0
    count_votes(rules, draw, state, t)
    passed = refuses is None or refuses < MEMBERS  # members have agreed before it was signed
    assert state.status[t] == (words.IN_FORCE if passed else words.SUSPENDED)
    assert (state.refused[t], state.agreements[t]) == ((3, 3) if passed else (4, 2))
    assert state.optimism[t] == (0.4 if passed else 0.2)
    assert state.reopens[t] == (0 if passed else 9 + words.PAUSE_WEEKS)
    assert (np.delete(state.optimism, t) == 0.4).all()


@pytest.mark.parametrize("passes", [False, True])
def test_on_the_day_all_voters_are_asked_and_counted_on_the_terms_of_that_day(passes: bool) -> None:
    rules, draw, state, t = pending()
    rules.vote_needed[t] = -60.0 if passes else 60.0
    state.approved[t], state.default[t], state.slope[t] = int(not passes), 7.0, 7.0
    hold_votes(rules, draw, state, t)
    assert state.polled[t].tolist() == [0] * MEMBERS + [1] * (VOTERS - MEMBERS)
    assert state.approved[t].tolist() == [int(not passes)] * MEMBERS + [int(passes)] * (VOTERS - MEMBERS)
    assert state.status[t] == (words.IN_FORCE if passes else words.SUSPENDED)
    assert (state.default[t, :, : rules.clauses[t]] <= 1.0).all()


@pytest.mark.parametrize(("week", "status"), [(8, words.PENDING), (9, words.OPEN), (9, words.IN_FORCE)])
def test_before_the_day_or_with_nothing_signed_nobody_is_asked(week: int, status: int) -> None:
    rules, draw, state, t = pending()
    state.week, state.status[t] = week, status
    before = state.copy()
    hold_votes(rules, draw, state, t)
    assert same_bits(before, state) == []
