"""A session by closed forms: who offers what, who takes it, who ratifies it, and what an agreement binds to."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from worlds import BARE_SIZES, COMMON, MOST, OPPOSED, Begun, begun

from sim.model import variables
from sim.model import vocabulary as words
from sim.model.equations.concession import log_of_time
from sim.model.phases.bargain import (
    agrees,
    bargain,
    bind_clause,
    conclude,
    others_gain,
    ratify,
    regret,
    side_aspiration,
    sign,
)
from sim.model.phases.defaults import cut_again, set_range
from sim.model.phases.frontier import package_value, trace_frontier
from sim.model.phases.luck import luck
from sim.model.variables import records
from sim.numerics.arithmetic import logistic

SESSIONS, NOISE, WEIGHT = 24, 0.1, 0.3
SIDES = pytest.mark.parametrize("side", [0, 1])


def retrace(run: Begun, t: int) -> None:
    """The frontier of a table as its slopes, stakes and defaults are now."""
    cut_again(run.rules, run.state, t)
    run.state.clause_pieces[t] = 0
    for k in range(run.rules.clauses[t]):
        set_range(run.rules, run.state, t, k, True)
    trace_frontier(run.rules, run.state, t, True)


def linear(table: str = "pakistan_kabul") -> tuple[Begun, int]:
    """Both want the first clause of a table; what one gains by the second the other loses. Nobody else has a say."""
    run = begun("2018-12")
    rules, draw, state, t = run.rules, run.draw, run.state, run.table(table)
    (first, second), cells = rules.party[t], rules.clause_cell[t, :2]
    rules.clauses[t], rules.ending_clause[t], rules.table_hurdle[t] = 2, words.NEVER, 0.0
    state.red_line[...], state.leverage[...] = np.nan, 0.0
    for name in ("stake", "exit_worth", "end_worth", "pressure"):
        state[name][t] = 0.0
    state.guaranteed_trust[t] = 1.0
    state.position[first, cells], state.position[second, cells] = 1.0, (1.0, 0.0)
    state.default[t, :, :2], draw.weight[t, :, :2] = (0.0, 0.5), tuple(zip(COMMON, OPPOSED, strict=True))
    state.slope[t, :, :, :2] = draw.weight[t, :, None, :2]
    retrace(run, t)
    np.testing.assert_allclose(state.best[t], MOST, atol=1e-12)
    draw.private_on, draw.noise, draw.hurdle, draw.deadline = 0, NOISE, 0.0, SESSIONS
    draw.concession, draw.pressure_weight, draw.log_time[...] = 1.0, WEIGHT, 0.0
    for session in range(1, SESSIONS):
        draw.log_time[session] = log_of_time(float(session), float(SESSIONS))
    state.status[t], state.meeting[t], state.attending[t, :2], state.sessions[t] = words.OPEN, 1, 1, 0
    state.offer[t] = 0.0
    return run, t


def share(run: Begun, t: int, side: int) -> tuple[float, float]:
    """What the offer gives a side and the other, each as a share of its best."""
    gains = [package_value(run.rules, run.state, t, one, run.state.offer[t]) / MOST[one] for one in (0, 1)]
    return gains[side], gains[1 - side]


def session(run: Begun, t: int, number: int) -> tuple[int, int]:
    """Hold a session of this number; whose turn it was, and what came of it."""
    run.state.sessions[t] = number - 1
    bargain(run.rules, run.draw, run.state, t)
    return int(run.state.offering[t]), int(run.state.session[t])


def reserve(run: Begun, t: int, side: int, least: float) -> None:
    """Let a side's home ratify this gain and no less, as long as the hurdle is 0."""
    run.draw.private_on = 1
    run.state.mind[t, side] = logistic(least / NOISE)


# --- who offers what


@pytest.mark.parametrize("number", [1, 2, 5, 11, 12, 13, 20, 23, 24])
@pytest.mark.parametrize("pressure", [(0.0, 0.0), (0.3, 0.0), (0.0, 0.3)])
def test_sides_offer_in_turn_what_time_has_left_of_their_claim(number: int, pressure: tuple[float, float]) -> None:
    """The frontier is a straight line, so that an offer that keeps a share leaves the other one less that share."""
    run, t = linear()
    run.state.pressure[t] = pressure
    claims = [1.0 - (number / SESSIONS) ** (1.0 / (1.0 + one / WEIGHT)) for one in pressure]
    side, came = session(run, t, number)
    assert side == (number + 1) % 2
    own, other = claims[side], 1.0 - claims[side]
    assert share(run, t, side) == pytest.approx((own, other), abs=1e-9)
    taken = other >= claims[1 - side] - 1e-12
    assert came == (words.SIGNED if taken else words.REFUSED)
    mine, theirs = MOST[side], MOST[1 - side]
    noted = (number, own, own * mine, other * theirs, claims[1 - side] * theirs, float(taken), mine, theirs)
    np.testing.assert_allclose(run.state.offer_terms[t, :8], noted, atol=1e-9)


def test_a_claim_has_a_last_number_however_long_the_talks() -> None:
    run, t = linear()
    run.draw.log_time[-3:] = -3.0, -2.0, -1.0
    run.state.pressure[t] = 0.0, WEIGHT
    for more, log in ((-2, -3.0), (-1, -2.0), (0, -1.0), (1, -1.0), (40, -1.0)):
        run.state.sessions[t] = words.MOST_SESSIONS + more
        claims = [side_aspiration(run.draw, run.state, t, side) for side in (0, 1)]
        assert claims == pytest.approx([1.0 - np.exp(log), 1.0 - np.exp(log / 2.0)])


@pytest.mark.parametrize("there", [(m, a, b) for m in (0, 1) for a in (0, 1) for b in (0, 1)])
def test_a_session_needs_a_round_and_both_parties(there: tuple[int, int, int]) -> None:
    run, t = linear()
    state = run.state
    state.meeting[t], state.attending[t, :2] = there[0], there[1:]
    state.session[t], state.offering[t], state.sessions_held[t], state.sessions[t] = words.SIGNED, 1, 7, 4
    bargain(run.rules, run.draw, state, t)
    if all(there):
        assert (state.session[t], state.offering[t], state.sessions[t], state.sessions_held[t]) == (
            words.REFUSED,
            0,
            5,
            8,
        )
    else:
        found = (state.session[t], state.offering[t], state.sessions[t], state.sessions_held[t])
        assert found == (words.NO_SESSION, words.NEVER, 4, 7)


@pytest.mark.parametrize("number", [3, 4])
def test_without_a_zone_of_agreement_nothing_is_offered(number: int) -> None:
    run, t = linear()
    run.state.zone[t], run.state.offer[t], run.state.offer_terms[t] = 0, 0.123, 9.0
    assert session(run, t, number) == ((number + 1) % 2, words.NO_ZONE)
    assert (run.state.offer[t] == 0.123).all()
    assert run.state.offer_terms[t, :2].tolist() == [number, 9.0]


@pytest.mark.parametrize(
    ("deadline", "number", "came"),
    [(6.0, 5, words.REFUSED), (6.0, 6, words.OUT_OF_TIME), (6.0, 7, words.OUT_OF_TIME), (5.5, 6, words.OUT_OF_TIME)],
)
def test_an_offer_that_is_refused_on_the_last_day_is_the_last(deadline: float, number: int, came: int) -> None:
    run, t = linear()
    run.draw.deadline = deadline
    assert session(run, t, number)[1] == came
    run.state.pressure[t] = 100.0  # both give way: an agreement is in time on any day
    assert session(run, t, number)[1] == words.SIGNED


# --- with home in mind


@pytest.mark.parametrize("number", [21, 22])
@pytest.mark.parametrize("needed", [0.05, 0.6])
def test_a_side_offers_no_less_for_itself_than_its_home_would_ratify(number: int, needed: float) -> None:
    """And the other takes no less than its own home would ratify, however little it would ask for by then."""
    run, t = linear()
    side = (number + 1) % 2
    kept = max(1.0 - number / SESSIONS, needed)
    reserve(run, t, side, needed * MOST[side])
    for more, came in ((-1e-6, words.SIGNED), (1e-6, words.REFUSED)):
        reserve(run, t, 1 - side, (1.0 - kept + more) * MOST[1 - side])
        assert session(run, t, number) == (side, came)
        assert share(run, t, side) == pytest.approx((kept, 1.0 - kept), abs=1e-9)
        assert run.state.offer_terms[t, 4] == pytest.approx((1.0 - kept + more) * MOST[1 - side])


@pytest.mark.parametrize("number", [23, 24])
@pytest.mark.parametrize(("more", "bears"), [(-0.05, True), (5e-10, True), (1e-7, False), (0.1, False)])
def test_a_side_whose_home_asks_for_more_than_there_is_offers_its_best_and_does_not_sign(
    number: int, more: float, bears: bool
) -> None:
    run, t = linear()
    run.draw.deadline, side = number, (number + 1) % 2
    run.draw.log_time[number] = 0.0
    run.draw.private_on, run.draw.hurdle, run.rules.table_hurdle[t] = 1, MOST[side], more
    run.state.mind[t, side], run.state.mind[t, 1 - side] = 0.5, 1e-9
    assert session(run, t, number) == (side, words.SIGNED if bears else words.OUT_OF_TIME)
    assert share(run, t, side)[0] == pytest.approx(min(1.0 + more / MOST[side], 1.0), abs=1e-9)


@SIDES
def test_pressure_makes_up_for_what_home_asks_for(side: int) -> None:
    """What it asks for is the hurdle, its mind and no more than what the pressure leaves of both."""
    run, t = linear()
    rules, draw, state, number = run.rules, run.draw, run.state, 23 + side
    draw.log_time[number] = 0.0  # nobody claims anything any more
    draw.private_on, draw.hurdle, rules.table_hurdle[t] = 1, 0.11, 0.07
    state.mind[t, side], state.mind[t, 1 - side], state.pressure[t, side] = logistic(0.5), 1e-9, 0.08
    session(run, t, number)
    assert share(run, t, side)[0] * MOST[side] == pytest.approx(0.11 + 0.07 + 0.05 - 0.08)


def asking(likes: bool) -> tuple[Begun, int]:
    """A third player moves the first party, as far as a half, and likes what that party wants, or the contrary."""
    run, t = linear()
    draw, state, friend = run.draw, run.state, run.player("PRL")
    state.leverage[friend, run.rules.party[t, 0]] = 0.5
    draw.observer_weight[t], state.has_position[friend] = 0.0, 1
    draw.observer_weight[t, friend, 1] = 1.0
    state.position[friend, run.rules.clause_cell[t, 1]] = 1.0 if likes else 0.0
    draw.private_on, draw.hurdle, state.mind[t] = 1, 0.2, (0.5, 1e-9)
    return run, t


def test_friends_abroad_who_gain_by_a_better_offer_make_home_content_with_it() -> None:
    """At x above the default it gets c + w x, and home asks for 0.2 - x / 2."""
    run, t = asking(likes=True)
    assert session(run, t, 19) == (0, words.SIGNED)
    x = ((1.0 - 19 / SESSIONS) * MOST[0] - COMMON[0]) / OPPOSED[0]
    assert share(run, t, 0)[0] * MOST[0] == pytest.approx(0.2 - 0.5 * x)


def test_an_offer_that_makes_enemies_abroad_is_not_borne_at_home_even_where_the_other_would_take_it() -> None:
    run, t = asking(likes=False)
    assert session(run, t, 19) == (0, words.REFUSED)
    x = ((1.0 - 19 / SESSIONS) * MOST[0] - COMMON[0]) / OPPOSED[0]
    assert share(run, t, 0)[0] * MOST[0] == pytest.approx(0.2 + 0.5 * x)
    run.state.leverage[...] = 0.0
    assert session(run, t, 19) == (0, words.SIGNED)


@pytest.mark.parametrize("table", ["doha", "us_emirate"])
def test_a_noisy_answer_is_the_likelier_the_more_is_left_of_the_offer_above_the_floor(table: str) -> None:
    run, t = linear(table)
    run.draw.accepting, taken = words.BY_QUANTAL, set()
    slot = words.ROUND_SLOT + t * words.PLACE_STRIDE + words.QUANTAL_PLACE
    for week in range(1, 60):
        run.state.week, number = week, 1 + week % 23
        side, came = session(run, t, number)
        claim = 1.0 - number / SESSIONS
        chance = 1.0 / (1.0 + np.exp(-(1.0 - 2.0 * claim) * MOST[1 - side] / NOISE))
        assert came == (words.SIGNED if luck(run.state, slot) < chance else words.REFUSED)
        taken.add((came, claim < 0.5))
    assert len(taken) == 4  # either answer, to good offers and to bad ones


def test_not_even_by_chance_does_a_side_sign_what_its_home_would_not_bear() -> None:
    run, t = linear()
    draw, state = run.draw, run.state
    draw.accepting, draw.private_on, state.mind[t, 0], state.mind[t, 1] = words.BY_QUANTAL, 1, 1.0 - 1e-9, 1e-9
    came = set()
    for week in range(1, 40):
        state.week = week
        came.add(session(run, t, 22 + week % 2))
    assert came == {(0, words.REFUSED), (1, words.REFUSED)}


def test_a_theory_has_the_session_to_itself() -> None:
    run, t = linear()
    run.draw.accepting = words.BY_NASH
    assert session(run, t, 1) == (0, words.SIGNED)
    run.draw.accepting = words.BY_CONCESSION
    assert session(run, t, 1) == (0, words.REFUSED)


# --- others who have a say


def with_others() -> tuple[Begun, int, dict[str, float]]:
    """Players who move Kabul, a party, and India, a voter: their leverage times what the offer changes for them."""
    run, t = linear()
    rules, draw, state = run.rules, run.draw, run.state
    cells = rules.clause_cell[t, :2]
    draw.observer_weight[t], state.has_position[:, cells], state.offer[t, :2] = 0.0, 0, (1.0, 0.25)
    parts = {"US": 0.3, "TAL": -0.2, "CHN": 1e-16, "RUS": 1.0, "TUR": 1e-16, "PRL": 1e-16}
    for code, part in parts.items():
        i = run.player(code)
        state.leverage[i], state.has_position[i, cells[0]], state.position[i, cells[0]] = 0.5, 1, 1.0
        draw.observer_weight[t, i, 0] = 2.0 * part
    return run, t, parts


def summed(values: list[float]) -> float:
    """The sum from the smallest to the largest."""
    found = 0.0
    for value in sorted(values):
        found += value
    return found


@pytest.mark.parametrize("code", ["PAK", "KAB", "IND"])
def test_what_others_gain_adds_up_from_the_smallest(code: str) -> None:
    run, t, parts = with_others()
    assert others_gain(run.rules, run.draw, run.state, t, run.player(code)) == summed(list(parts.values()))


def test_a_sum_over_others_does_not_depend_on_who_they_are() -> None:
    run, t, _ = with_others()
    run.state.leverage[[run.player("TUR"), run.player("PRL")]] = 0.0
    players, values = [run.player(code) for code in ("US", "TAL", "CHN", "RUS")], [0.7, -0.1, 1e-16, 0.3]
    for order in permutations(values):
        run.draw.observer_weight[t, players, 0] = 2.0 * np.array(order)
        assert others_gain(run.rules, run.draw, run.state, t, run.player("KAB")) == summed(values)


def test_neither_the_parties_nor_the_one_who_is_asked_are_among_the_others() -> None:
    run, t, parts = with_others()
    rules, draw, state = run.rules, run.draw, run.state
    cell = rules.clause_cell[t, 0]
    for code in ("PAK", "KAB"):
        i = run.player(code)
        state.leverage[i], state.has_position[i, cell], draw.observer_weight[t, i, 0] = 0.5, 1, 2.0
    total = summed(list(parts.values()))
    for code in ("PAK", "KAB", "IND"):
        assert others_gain(rules, draw, state, t, run.player(code)) == total
    assert others_gain(rules, draw, state, t, run.player("RUS")) == pytest.approx(total - 1.0)
    state.leverage[run.player("TAL"), run.player("KAB")] = 0.0  # who cannot move it does not count
    assert others_gain(rules, draw, state, t, run.player("KAB")) == pytest.approx(total + 0.2)
    assert others_gain(rules, draw, state, t, run.player("PAK")) == total
    rules.leaves[run.player("US")] = 1
    assert others_gain(rules, draw, state, t, run.player("PAK")) == total
    state.regime = 1  # nor does who is gone
    assert others_gain(rules, draw, state, t, run.player("PAK")) == pytest.approx(total - 0.3)


# --- ratification


def accepted(table: str, side: int) -> tuple[Begun, int, float, float]:
    """An offer that both have accepted; what it gives the side, and what it gives one who can move that side."""
    run, t = linear(table)
    rules, draw, state = run.rules, run.draw, run.state
    friend, party, cell = run.player("IRN"), rules.party[t, side], rules.clause_cell[t, 0]
    state.offer[t, :2], state.leverage[friend, party] = (0.75, 0.5), 0.5
    draw.observer_weight[t], draw.observer_weight[t, friend, 0] = 0.0, 0.2
    state.has_position[friend], state.position[friend, cell] = 1, 1.0
    state.pressure[t], state.mind[t], state.renewed_at[t] = (0.02, 0.03), (0.4, 0.6), (3, 4)
    draw.hurdle, rules.table_hurdle[t], state.week, state.guaranteed_trust[t] = 0.05, 0.03, 9, (0.7, 0.8)
    return run, t, 0.75 * COMMON[side], 0.5 * 0.2 * 0.75


@SIDES
@pytest.mark.parametrize("table", ["doha", "us_emirate"])
def test_a_ratification_drawn_anew_adds_up_gains_and_hurdles_against_a_number_of_its_own(table: str, side: int) -> None:
    run, t, own, others = accepted(table, side)
    number = luck(run.state, words.RATIFY_SLOT + t * words.PLACE_STRIDE + side)
    for chance in (0.6, 0.8):
        run.draw.hurdle = own + others - 0.03 - NOISE * np.log(chance / (1.0 - chance))
        ratify(run.rules, run.draw, run.state, t, side)
        wanted = (
            own,
            others,
            0.0,
            -run.draw.hurdle - 0.03,
            np.log(chance / (1.0 - chance)),
            number,
            0.7 + 0.1 * side,
            9,
        )
        np.testing.assert_allclose(run.state.ratify_terms[t, side, :8], wanted, atol=1e-12)
    for more, ratified in ((1e-6, 0), (-1e-6, 1)):
        run.draw.hurdle = own + others - 0.03 - NOISE * np.log(number / (1.0 - number)) + more
        ratify(run.rules, run.draw, run.state, t, side)
        assert run.state.ratified[t, side] == ratified


@SIDES
def test_home_ratifies_just_what_was_to_be_expected_of_its_mind(side: int) -> None:
    run, t, own, others = accepted("us_pakistan", side)
    run.draw.private_on, pressed, mind = 1, 0.02 + 0.01 * side, 0.4 + 0.2 * side
    logit = np.log(mind / (1.0 - mind))
    for more, ratified in ((1e-7, 0), (2.5e-9, 0), (1.5e-9, 1), (-1e-7, 1)):
        hurdle = own + others + pressed - NOISE * logit + more
        run.draw.hurdle, run.state.ratified[t] = hurdle - 0.03, 1 - ratified
        ratify(run.rules, run.draw, run.state, t, side)
        assert run.state.ratified[t].tolist() == ([ratified, 1 - ratified] if side == 0 else [1 - ratified, ratified])
        wanted = (own, others, pressed, -hurdle, logit, mind, 0.7 + 0.1 * side, 3 + side)
        np.testing.assert_allclose(run.state.ratify_terms[t, side, :8], wanted, atol=2e-6)


@SIDES
@pytest.mark.parametrize("private", [0, 1])
def test_where_home_is_one_with_those_at_the_table_it_ratifies_what_they_accept(private: int, side: int) -> None:
    run, t, own, _ = accepted("doha", side)
    run.draw.private_on, run.draw.hurdle, run.state.mind[t] = private, 5.0, 1.0 - 1e-12
    for home, ratified in ((0, 0), (words.UNITARY, 1)):
        run.draw.home = home
        ratify(run.rules, run.draw, run.state, t, side)
        assert run.state.ratified[t, side] == ratified
    assert run.state.ratify_terms[t, side, 0] == pytest.approx(own)
    assert run.state.ratify_terms[t, side, 4] == words.CERTAIN


# --- what comes of a session


def closing(came: int, ratified: tuple[int, int] = (0, 0)) -> tuple[Begun, int]:
    """A session of which this came, at a table with two impasses before, one of them in a row."""
    run, t = linear()
    state = run.state
    state.session[t], state.ratified[t], state.week, state.optimism[t] = came, ratified, 40, 0.4
    state.impasses[t], state.impasses_in_row[t], state.agreements[t], state.votes[t], state.blocked[t] = 2, 1, 3, 5, 6
    return run, t


@pytest.mark.parametrize(
    ("came", "ratified", "row", "impasses", "then", "blocked"),
    [
        (words.NO_SESSION, (0, 0), 1, 2, words.NO_SESSION, 6),
        (words.REFUSED, (0, 0), 0, 2, words.REFUSED, 6),
        (words.NO_ZONE, (0, 0), 2, 3, words.NO_ZONE, 6),
        (words.OUT_OF_TIME, (0, 0), 0, 3, words.OUT_OF_TIME, 6),
        (words.SIGNED, (1, 0), 2, 3, words.NOT_RATIFIED, 6),
        (words.SIGNED, (0, 1), 2, 3, words.NOT_RATIFIED, 6),
        (words.SIGNED, (0, 0), 2, 3, words.NOT_RATIFIED, 6),
        (words.SIGNED, (1, 1), 0, 2, words.SIGNED, 6),
        (words.NO_ZONE, (1, 1), 2, 3, words.NO_ZONE, 6),
    ],
)
def test_what_is_not_ratified_by_both_or_leaves_no_way_on_is_an_impasse(
    came: int, ratified: tuple[int, int], row: int, impasses: int, then: int, blocked: int
) -> None:
    run, t = closing(came, ratified)
    state = run.state
    conclude(run.rules, run.draw, state, t)
    assert (state.impasses_in_row[t], state.impasses[t], state.session[t], state.blocked[t]) == (row, impasses, then, 6)
    assert state.optimism[t] == (0.2 if impasses > 2 else 0.4)
    signed = came == words.SIGNED and ratified == (1, 1)
    rests = came == words.OUT_OF_TIME
    assert state.status[t] == (words.IN_FORCE if signed else words.SUSPENDED if rests else words.OPEN)
    assert state.agreements[t] == 3 + signed
    assert state.votes[t] == 5


@pytest.mark.parametrize(("row", "rests"), [(0, False), (1, False), (2, True), (3, True)])
def test_three_impasses_in_a_row_suspend_the_talks(row: int, rests: bool) -> None:
    run, t = closing(words.NO_ZONE)
    run.state.impasses_in_row[t] = row
    conclude(run.rules, run.draw, run.state, t)
    assert run.state.status[t] == (words.SUSPENDED if rests else words.OPEN)
    assert run.state.impasses_in_row[t] == (0 if rests else row + 1)
    if rests:
        assert run.state.reopens[t] == 40 + words.PAUSE_WEEKS


@pytest.mark.parametrize(("voters", "votes_on", "waits"), [(1, 1, True), (1, 0, False), (0, 1, False)])
def test_what_others_vote_on_waits_for_their_day_and_binds_nobody_before(
    voters: int, votes_on: int, waits: bool
) -> None:
    run, t = closing(words.SIGNED, (1, 1))
    rules, draw, state = run.rules, run.draw, run.state
    rules.voters[t], rules.members[t], draw.votes_on, rules.vote_weeks[t] = voters, 0, votes_on, 7
    state.in_package[t] = 0
    conclude(rules, draw, state, t)
    assert state.status[t] == (words.PENDING if waits else words.IN_FORCE)
    assert (state.votes[t], state.agreements[t]) == ((6, 3) if waits else (5, 4))
    assert state.impasses_in_row[t] == 0
    assert state.in_package[t].any() == (not waits)
    if waits:
        assert state.vote_at[t] == 47


# --- those who bargain with a party


def bloc(approved: tuple[int, int, int], needed: tuple[float, float]) -> tuple[Any, Any, Any]:
    """The second of two tables, with two members at the first side and one at the second."""
    kinds = (variables.RULES, variables.DRAW, variables.STATE)
    rules, draw, state = (records(kind, {**BARE_SIZES, "T": 2, "R": 3}, 1)[0] for kind in kinds)
    rules.members[1], rules.voters[1], draw.blocs_on = 3, 3, 1
    rules.voter_side[1], rules.voter_weight[1] = (0, 1, 0), (0.25, 0.375, 0.125)
    rules.lead_weight[1], rules.weight_needed[1] = (0.5, 0.625), needed
    state.approved[1], state.ratified[1] = approved, 1
    return rules, draw, state


@SIDES
@pytest.mark.parametrize("approved", [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)])
def test_a_side_agrees_with_the_weight_of_those_of_its_own_who_agree(approved: tuple[int, int, int], side: int) -> None:
    weights = (0.5 + 0.25 * approved[0] + 0.125 * approved[2], 0.625 + 0.375 * approved[1])
    for more, agreed in ((-1e-6, True), (0.0, True), (5e-10, True), (1e-6, False)):
        needed = tuple(weight + more for weight in weights)
        rules, draw, state = bloc(approved, (needed[0], needed[1]))
        assert agrees(rules, draw, state, 1, side) == agreed
        state.ratified[1, side] = 0
        assert not agrees(rules, draw, state, 1, side)
        for off in ("blocs", "members"):
            draw.blocs_on, rules.members[1] = int(off != "blocs"), 0 if off == "members" else 3
            for ratified in (0, 1):
                state.ratified[1, side] = ratified
                assert agrees(rules, draw, state, 1, side) == (ratified == 1)


def test_a_package_that_both_have_ratified_and_members_refuse_is_counted_as_blocked() -> None:
    for ratified in ((1, 1), (1, 0), (0, 1)):
        rules, draw, state = bloc((0, 1, 1), (1.0, 1.0))
        state.ratified[1], state.session[1], state.optimism[1], state.status[1] = (
            ratified,
            words.SIGNED,
            1.0,
            words.OPEN,
        )
        conclude(rules, draw, state, 1)
        assert (state.session[1], state.status[1], state.impasses[1]) == (words.NOT_RATIFIED, words.OPEN, 1)
        assert state.blocked[1] == int(ratified == (1, 1))


# --- the agreement


def test_an_agreement_is_dated_and_begins_without_a_past() -> None:
    run, t = linear()
    state = run.state
    state.offer[t, :2], state.week, state.agreed_week[t] = (1.0, 0.5), 30, words.NEVER
    state.impasses_in_row[t], state.bad_tranches[t], state.agreements[t], state.sincerity[t] = 2, 2, 0, -1.0
    sign(run.rules, run.draw, state, t)
    assert (state.status[t], state.signed_week[t], state.agreed_week[t]) == (words.IN_FORCE, 30, 30)
    assert (state.impasses_in_row[t], state.bad_tranches[t], state.agreements[t]) == (0, 0, 1)
    first = state.sincerity[t].copy()
    state.week = 50
    sign(run.rules, run.draw, state, t)
    assert (state.signed_week[t], state.agreed_week[t], state.agreements[t]) == (50, 30, 2)
    drawn = [*first.tolist(), *state.sincerity[t].tolist()]
    assert len(set(drawn)) == 4  # whether a side means it is drawn anew with each agreement
    assert min(drawn) > 0.0


@pytest.mark.parametrize("point", [0.0, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("common", [0.0, 1.0])
def test_the_product_of_gains_is_that_of_the_package_and_nothing_where_one_has_lost(
    common: float, point: float
) -> None:
    run, t = linear()
    run.state.offer[t, :2] = common, point
    sign(run.rules, run.draw, run.state, t)
    gains = (COMMON[0] * common + OPPOSED[0] * (point - 0.5), COMMON[1] * common - OPPOSED[1] * (point - 0.5))
    wanted = gains[0] * gains[1] if min(gains) > 0.0 else 0.0
    assert run.state.nash_product[t] == pytest.approx(wanted, abs=1e-12)


def test_an_agreement_binds_every_clause_over_its_own_weeks() -> None:
    run, t = linear("us_emirate")
    rules, state = run.rules, run.state
    rules.clauses[t], rules.clause_flow[t], rules.clause_weeks[t, :4] = 4, 0, (8.0, 16.0, 32.0, 40.0)
    state.cell[rules.clause_cell[t, :4]], state.offer[t, :4] = 0.0, (0.5, 0.6, 0.7, 0.8)
    state.default[t, :, :4] = 0.1
    sign(rules, run.draw, state, t)
    np.testing.assert_allclose(state.package[t, :4], (0.5, 0.6, 0.7, 0.8))
    np.testing.assert_allclose(state.due_step[t, :4], (0.5, 0.25, 0.125, 0.1))
    assert state.in_package[t, :4].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("flow", [0, 1])
@pytest.mark.parametrize(("weeks", "step"), [(2, 1.0), (4, 1.0), (5, 0.8), (52, 1 / 13)])
def test_a_stock_falls_due_from_what_is_the_case_and_a_flow_in_full_from_what_would_be(
    flow: int, weeks: int, step: float
) -> None:
    run, t = linear()
    rules, state, k = run.rules, run.state, 1
    rules.clause_flow[t, k], state.cell[rules.clause_cell[t, k]], state.default[t, :, k] = flow, 0.2, (0.3, 0.6)
    state.due_share[t, k], state.arrears[t], state.arrears_share[t] = 0.7, (0.1, 0.2), (0.3, 0.4)
    state.conduct[t, k] = words.BROKEN
    bind_clause(rules, run.draw, state, t, k, 0.9, weeks)
    start = 0.45 if flow else 0.2
    found = (state.package[t, k], state.baseline[t, k], state.due[t, k], state.due_share[t, k], state.due_step[t, k])
    assert found == pytest.approx((0.9, start, start, 0.0, 4 / 26 if flow else step))
    assert state.conduct[t, k].tolist() == [words.NOT_DUE, words.NOT_DUE]
    assert not state.arrears[t].any()
    assert not state.arrears_share[t].any()


@pytest.mark.parametrize("deadlocked", [0, 1])
@pytest.mark.parametrize(
    ("point", "cell", "default", "moves"),
    [
        (0.5, 0.5, (0.25, 0.75), False),
        (0.5, 0.5, (0.25, 0.8), True),
        (0.5, 0.5, (0.2, 0.75), True),
        (0.5, 0.4, (0.5, 0.5), True),
        (0.5, 0.6, (0.5, 0.5), True),
        (0.5, 0.5 + 5e-10, (0.5, 0.5), False),
        (0.5, 0.5, (0.5 + 5e-10, 0.5), False),
        (0.5, 0.6, (0.6, 0.6), True),
        (words.LEAST_GAIN, 0.0, (0.0, 0.0), False),
    ],
)
def test_a_clause_is_part_of_an_agreement_where_it_changes_what_is_the_case_or_would_be(
    point: float, cell: float, default: tuple[float, float], moves: bool, deadlocked: int
) -> None:
    run, t = linear()
    state = run.state
    state.cell[run.rules.clause_cell[t, 1]], state.default[t, :, 1], state.deadlocked[t, 1] = cell, default, deadlocked
    bind_clause(run.rules, run.draw, state, t, 1, point, 26)
    assert state.in_package[t, 1] == int(moves and not deadlocked)


@pytest.mark.parametrize("both", [0, 1])
@pytest.mark.parametrize("by", [0, 1, 2])
@pytest.mark.parametrize(
    ("position", "default", "losers"),
    [
        ((1.0, 0.0), (0.5, 0.5), (0, 1)),
        ((0.0, 1.0), (0.5, 0.5), (1, 0)),
        ((0.0, 0.0), (0.5, 0.5), (1, 1)),
        ((1.0, 1.0), (0.5, 0.5), (0, 0)),
        ((0.0, 0.0), (0.5, 1.0), (1, 0)),
        ((0.0, 0.0), (1.0, 0.5), (0, 1)),
        ((0.0, 0.0), (0.75, 0.5), (0, 1)),
        ((0.0, 0.0), (0.5, 0.75), (1, 0)),
        ((1.0, 1.0), (0.75 + 1e-12, 0.75), (0, 0)),  # a loss in the dust of rounding is none
        ((1.0, 1.0), (0.75, 0.75 + 1e-12), (0, 0)),
    ],
)
def test_who_is_worse_off_delivers_else_whom_the_case_names(
    position: tuple[float, float], default: tuple[float, float], losers: tuple[int, int], by: int, both: int
) -> None:
    run, t = linear()
    rules, state, cell = run.rules, run.state, run.rules.clause_cell[t, 1]
    state.position[rules.party[t], cell], state.default[t, :, 1] = position, default
    rules.clause_both[t, 1], rules.clause_by[t, 1] = both, by
    bind_clause(rules, run.draw, state, t, 1, 0.75, 26)
    named = [int(by == side) for side in (0, 1)]
    wanted = [1, 1] if both else list(losers) if losers[0] != losers[1] else named
    assert state.delivers[t, 1].tolist() == wanted


# --- the price of distrust


@pytest.mark.parametrize("trust", [(1.0, 1.0), (0.5, 0.8)])
@pytest.mark.parametrize("common", [1.0, 0.6, 0.2])
@pytest.mark.parametrize("ends", [(0.0, 0.0), (0.2, 0.1)])
def test_regret_is_what_a_package_off_the_frontier_of_full_trust_leaves_on_the_table(
    ends: tuple[float, float], common: float, trust: tuple[float, float]
) -> None:
    """Of the first clause both could have had 1; what the other gains by it, it could have given up on the second."""
    run, t = linear()
    rules, draw, state = run.rules, run.draw, run.state
    for side in (0, 1):
        state.slope[t, side, words.PROMISE, :2] = draw.weight[t, side, :2] * trust[side]
        state.slope[t, side, words.CONCESSION, :2] = draw.weight[t, side, :2] * (2.0 - trust[side])
    state.guaranteed_trust[t] = trust
    if any(ends):
        rules.ending_clause[t], state.stake[t, :, 1] = 1, np.multiply(ends, trust)
    retrace(run, t)
    state.package[t, :2] = common, 0.6
    found = regret(rules, draw, state, t)
    price = (OPPOSED[0] + ends[0]) / (OPPOSED[1] - ends[1])
    assert found == pytest.approx((1.0 - common) * (COMMON[0] + COMMON[1] * price), abs=1e-12)
    assert not state.is_cut[t, :2].any()  # next week's frontier is not the one of full trust
    assert state.is_weighed[t] == 0


def test_a_run_notes_the_regret_of_what_it_signs() -> None:
    run, t = linear()
    run.state.offer[t, :2], run.state.regret[t] = (0.5, 0.5), -1.0
    sign(run.rules, run.draw, run.state, t)
    assert run.state.regret[t] == pytest.approx(0.5 * (COMMON[0] + COMMON[1] * OPPOSED[0] / OPPOSED[1]))


@pytest.mark.parametrize("trust", [(1.0, 1.0), (0.7, 0.9)])
def test_a_package_of_the_frontier_is_no_regret_and_none_below_nothing(trust: tuple[float, float]) -> None:
    run, t = linear()
    for point in np.linspace(0.0, 1.0, 41):
        run.state.package[t, :2], run.state.guaranteed_trust[t] = (1.0, point), trust
        assert 0.0 <= regret(run.rules, run.draw, run.state, t) < 1e-12
