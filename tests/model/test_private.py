"""What an actor is lasts; what it would not ratify it neither offers nor accepts; talks have a calendar and can end."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import begun, runs, world

import sim
from sim.agents.journal import Decision
from sim.model import vocabulary as words
from sim.model.equations.position import ideal_point
from sim.model.equations.private import reservation, spell
from sim.model.equations.ratification import ratification
from sim.model.equations.rounds import breaking_rate
from sim.model.phases.bargain import sign
from sim.model.phases.private import renew, renew_sincerity
from sim.model.phases.week import comply_table
from sim.numerics.arithmetic import logistic
from sim.numerics.dialect import total

unit = st.floats(0.0, 1.0)
inside = st.floats(1e-9, 1.0 - 1e-9)


@cache
def played(draw: int, scenario: str = "status_quo", epoch: str = "2018-12") -> sim.NegotiationModel:
    model = sim.NegotiationModel(sim.load_case().scenario(scenario, epoch=epoch, horizon=80), draw=draw)
    model.run_model()
    return model


DRAWS = (0, 1, 3, 7, 12)


def decisions(model: sim.NegotiationModel, name: str) -> dict[tuple[str, str], list[Decision]]:
    found: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for entry in model.journal.find(decision=name):
        found[entry.place, entry.who].append(entry)
    return found


# --- positions


@given(unit, unit, unit)
def test_an_ideal_point_lies_between_the_state_and_the_coded_position(start: float, coded: float, share: float) -> None:
    point = ideal_point(start, coded, share)
    assert min(start, coded) - 1e-15 <= point <= max(start, coded) + 1e-15


@given(unit, unit)
def test_its_ends_are_exact(start: float, coded: float) -> None:
    assert ideal_point(start, coded, 1.0) == coded
    assert ideal_point(start, coded, 0.0) == start


def test_only_who_delivers_alone_wants_less_than_it_says() -> None:
    found = world("2018-12", 4)
    states, owns = runs(found, 0), found.rules.owns == 1
    for draw, state in zip(found.draws, states, strict=True):
        held = draw.has_position == 1
        assert np.array_equal(state.position[held & ~owns], draw.position[held & ~owns])
        moved = ideal_point(np.broadcast_to(state.cell_start, owns.shape), draw.position, draw.own_motion)
        assert np.allclose(state.position[held & owns], moved[held & owns], atol=1e-15)
    assert owns.sum() > 10


# --- stance, mind, sincerity


def test_half_of_the_spells_are_no_longer_than_the_half_life() -> None:
    spells = [spell(52.0, (n + 0.5) / 1000.0) for n in range(1000)]
    assert np.mean(np.array(spells) <= 52) == pytest.approx(0.5, abs=0.001)
    assert min(spells) == 1


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", ["attend", "ratify"])
def test_who_comes_and_what_home_accepts_lasts_until_it_is_renewed(draw: int, name: str) -> None:
    for entries in decisions(played(draw), name).values():
        held = defaultdict(set)
        for entry in entries:
            held[entry.terms["since"]].add(entry.random_number)
        assert all(len(numbers) == 1 for numbers in held.values())
        assert len({next(iter(numbers)) for numbers in held.values()}) == len(held)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_refusal_to_come_lasts_until_the_terms_or_the_leaders_change(draw: int) -> None:
    for entries in decisions(played(draw), "attend").values():
        for entry in entries:
            assert (entry.outcome == "came") == (entry.random_number < entry.probability)


def test_the_same_leaders_rule_two_scenarios_with_one_seed() -> None:
    one, other = (played(3, scenario, "2021-04") for scenario in ("status_quo", "conditions_based_withdrawal"))
    first, second = decisions(one, "attend"), decisions(other, "attend")
    shared = [(first[key][0], second[key][0]) for key in first.keys() & second.keys()]
    assert len(shared) >= 4
    assert all(a.random_number == b.random_number for a, b in shared if a.terms["since"] == b.terms["since"] == 1)


@given(
    inside, st.floats(0.02, 0.1), st.floats(0.0, 0.3), st.floats(0.0, 0.5), st.floats(-0.2, 0.2), st.floats(0.0, 0.5)
)
def test_the_reservation_is_where_ratification_turns(
    mind: float, noise: float, hurdle: float, pressure: float, others: float, surplus: float
) -> None:
    least = reservation(hurdle, noise, mind, pressure, others)
    chance = logistic(total(ratification(surplus, others, pressure, hurdle)) / noise)
    if abs(surplus - least) > 1e-9:
        assert (mind < chance) == (surplus > least) or least == 0.0
    assert least >= 0.0


@pytest.mark.parametrize("draw", DRAWS)
def test_nothing_is_accepted_that_home_would_not_ratify(draw: int) -> None:
    ratified = list(played(draw).journal.find(decision="ratify"))
    assert all(entry.outcome == "ratified" for entry in ratified)
    signed = list(played(draw).journal.find(decision="offer", outcome="accepted"))
    assert len(ratified) == 2 * len(signed)


def test_some_talks_fail_although_a_deal_is_in_reach() -> None:
    models = [played(draw) for draw in range(12)]
    refused = sum(1 for model in models for _ in model.journal.find(decision="offer", outcome="refused"))
    late = sum(1 for model in models for _ in model.journal.find(decision="offer", outcome="out_of_time"))
    assert refused > 0
    assert late > 0


# --- sincerity


def test_sincerity_is_drawn_anew_with_each_agreement_and_stance_and_mind_are_not() -> None:
    run = begun("2018-12")
    t, state = run.table("doha"), run.state
    state.status[t], state.week = words.OPEN, 1
    for side in range(2):
        renew(run.draw, state, t, side)
    lasting = state.stance[t].copy(), state.mind[t].copy(), state.renewals[t].copy()
    met = [state.sincerity[t].tolist()]
    for _ in range(3):
        sign(run.rules, run.draw, state, t)
        met.append(state.sincerity[t].tolist())
        again = state.sincerity[t].copy()
        for side in range(2):
            renew_sincerity(state, t, side)  # a function of what has been drawn and signed, and of nothing else
        assert np.array_equal(state.sincerity[t], again)
    assert state.agreements[t] == 3
    assert len({number for pair in met for number in pair}) == 8
    for before, after in zip(lasting, (state.stance[t], state.mind[t], state.renewals[t]), strict=True):
        assert np.array_equal(before, after)


@pytest.mark.parametrize("draw", DRAWS)
def test_in_a_run_a_side_keeps_its_sincerity_as_long_as_agreement_and_leaders(draw: int) -> None:
    for entries in decisions(played(draw), "comply").values():
        held = defaultdict(set)
        for entry in entries:
            held[entry.terms["since"]].add(entry.random_number)
        assert all(len(numbers) == 1 for numbers in held.values())
        assert len({next(iter(numbers)) for numbers in held.values()}) == len(held)


@pytest.mark.parametrize("sincerity", [1e-9, 1.0 - 1e-9])
def test_an_insincere_side_breaks_all_at_the_first_tranche_and_a_sincere_one_keeps_it(sincerity: float) -> None:
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table("doha")
    state.status[t], state.week, state.schedule_on = words.OPEN, 1, 0
    state.offer[t] = np.where(state.default[t, 0] < 0.5, 0.9, 0.1)
    sign(rules, draw, state, t)
    state.sincerity[t] = sincerity, 1e-9
    state.week += words.TRANCHE_WEEKS
    comply_table(rules, draw, state, t)
    due = [k for k in range(rules.clauses[t]) if state.in_package[t, k] == 1]
    first = {int(state.conduct[t, k, 0]) for k in due if state.delivers[t, k, 0] == 1}
    second = {int(state.conduct[t, k, 1]) for k in due if state.delivers[t, k, 1] == 1}
    assert first == {words.KEPT if sincerity < 0.5 else words.BROKEN}
    assert second == {words.KEPT}


# --- rounds


@pytest.mark.parametrize("draw", DRAWS)
def test_the_parties_meet_at_once_and_then_every_so_many_weeks(draw: int) -> None:
    model = played(draw)
    step = int(model.draw.round_weeks)
    opened: dict[str, list[int]] = defaultdict(list)
    for entry in model.journal.find(decision="status", outcome="open"):
        opened[entry.place].append(entry.week)
    for (place, _), entries in decisions(model, "attend").items():
        weeks = [entry.week for entry in entries]
        gaps = {later - sooner for sooner, later in pairwise(weeks) if later not in opened[place]}
        assert gaps <= {step}
        assert all(week in weeks for week in opened[place])


@given(st.floats(0.0, 0.05), st.integers(1, 6), st.floats(0.0, 2.0), unit)
def test_a_ceasefire_or_full_trust_keeps_talks_from_breaking(
    rate: float, weeks: int, violence: float, q: float
) -> None:
    assert breaking_rate(rate, weeks, 0.0, q) == 0.0
    assert breaking_rate(rate, weeks, violence, 1.0) == 0.0
    assert breaking_rate(rate, weeks, violence, q) >= 0.0


def quiet(found: Any) -> Any:
    found.draws.breaking[...] = 0.0
    return found


def test_without_the_mechanism_nothing_breaks_off() -> None:
    assert runs(quiet(world("2018-12", 60)), 104).broken_off.sum() == 0
    assert runs(world("2018-12", 60), 104).broken_off.sum() > 0
