"""Who has a mediator's seat, what it can do there, and why it comes."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.phases.mediation import (
    asked,
    effort,
    gone,
    guaranteed_trust,
    mediate,
    mediators_pressure,
    observer_gain,
    seat_effort,
    seat_reach,
    seat_trust,
    set_seats,
)
from sim.numerics.arithmetic import logistic
from sim.numerics.chance import CHANCE, uniform

SEATED = [("doha", 0), ("doha", 1), ("intra_afghan", 6), ("pakistan_emirate", 0), ("us_emirate", 1)]
SEATS = pytest.mark.parametrize(("table", "m"), SEATED)


def seated(table: str, regime: int = 0) -> tuple[Begun, int]:
    """A round at a table to which all mediators are asked, with numbers that all differ."""
    run, rng = begun("2018-12"), np.random.default_rng(7)
    rules, draw, state, t = run.rules, run.draw, run.state, run.table(table)
    for name in ("trust", "leverage", "effort", "seat_reach", "seat_effort", "position", "cell", "default", "midpoint"):
        state[name] = rng.uniform(0.1, 0.9, state[name].shape)
    for name in ("observer_weight", "observer_table_weight"):
        draw[name] = rng.uniform(0.1, 0.9, draw[name].shape)
    rules.effort_cell[...] = -1
    state.regime, state.meeting[t], state.invited[...], state.has_position[...] = regime, 1, 1, 1
    state.seat_gain[...], state.attending[...], state.week, state.seed, state.run = 0.1, 0, 9, 5, 2
    draw.guarantor_weight, draw.pressure_weight, draw.noise, draw.consent = 0.7, 0.6, 0.2, 0.4
    return run, t


def members(run: Begun, t: int, m: int) -> list[int]:
    return run.rules.seat_member[t, m, : run.rules.seat_members[t, m]].tolist()


# ---------------------------------------------------------------- what a seat is


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("cells", [(-1, -1), (0, -1), (-1, 0), (4, 23), (23, 4)])
@pytest.mark.parametrize("o", [0, 7, 22])
def test_an_effort_is_its_cell_under_the_regime_and_else_what_was_chosen(
    o: int, cells: tuple[int, int], regime: int
) -> None:
    run, _ = seated("doha", regime)
    rules, state = run.rules, run.state
    pair = rules.mediated_pair[o]
    m, i, rules.effort_cell[o] = rules.trusted[pair], rules.truster[pair], cells
    wanted = state.effort[o] if cells[regime] < 0 else state.cell[cells[regime]]
    assert effort(rules, state, m, i) == wanted


@pytest.mark.parametrize("presence", [0.0, 0.37, 1.0])
def test_who_mediates_for_nobody_facilitates(presence: float) -> None:
    run, _ = seated("doha")
    run.state.presence = presence
    strangers = np.argwhere(run.rules.effort_pair < 0)
    assert {float(effort(run.rules, run.state, m, i)) for m, i in strangers} == {0.5}


@pytest.mark.parametrize("regime", [0, 1])
def test_only_a_takeover_removes_and_only_the_one_who_leaves(regime: int) -> None:
    run, _ = seated("doha", regime)
    found = [player for player in range(run.rules.players) if gone(run.rules, run.state, player)]
    assert found == ([run.player("KAB")] if regime else [])


@SEATS
@pytest.mark.parametrize("until", [8, 9, 10])
@pytest.mark.parametrize("invited", [0, 1])
@pytest.mark.parametrize("leaves", ["nobody", "first"])
def test_a_seat_may_be_taken_by_one_who_is_invited_is_not_absent_and_still_exists(
    leaves: str, invited: int, until: int, table: str, m: int
) -> None:
    run, t = seated(table, 1)
    rules, state = run.rules, run.state
    state.invited[...], state.absent_until[...] = 1 - invited, 19 - until
    state.invited[t, m], state.absent_until[t, m], rules.leaves[...] = invited, until, 0
    rules.leaves[rules.seat_member[t, m, 0]] = int(leaves == "first")
    assert bool(asked(rules, state, t, m)) == (bool(invited) and until <= 9 and leaves == "nobody")


@SEATS
@pytest.mark.parametrize(("gain", "factor"), [(-0.001, 0.5), (0.0, 1.0), (0.001, 1.0), (0.9, 1.0)])
def test_a_seat_acts_by_all_its_members(gain: float, factor: float, table: str, m: int) -> None:
    run, t = seated(table)
    rules, state, who = run.rules, run.state, members(run, t, m)
    state.seat_gain[t, m] = gain
    for i in rules.party[t]:
        apart = np.prod([1.0 - state.leverage[player, i] for player in who])
        assert seat_reach(rules, state, t, m, i) == pytest.approx(1.0 - apart)
        tried = np.mean([effort(rules, state, player, i) for player in who])
        assert seat_effort(rules, state, t, m, i) == pytest.approx(factor * tried)
        assert seat_trust(rules, state, t, m, i) == pytest.approx(state.trust[i, who].mean())


@pytest.mark.parametrize("table", ["doha", "intra_afghan", "pakistan_emirate"])
@pytest.mark.parametrize("here", [False, True])
def test_a_seat_that_is_asked_can_move_each_side_and_another_neither(here: bool, table: str) -> None:
    run, t = seated(table)
    rules, state = run.rules, run.state
    before, absent = state.copy(), rules.seats[t] - 1
    for turn in range(2):
        state.absent_until[t, absent] = 99 * turn
        set_seats(rules, state, t, here)
        for m in range(rules.seats[t]):
            comes = not (turn and m == absent)
            for side, i in enumerate(rules.party[t]):
                wanted = seat_reach(rules, state, t, m, i) * comes, seat_effort(rules, state, t, m, i) * comes
                if here:
                    assert (state.seat_reach[t, m, side], state.seat_effort[t, m, side]) == wanted
    assert set(same_bits(before, state)) == ({"seat_reach", "seat_effort"} if here else set()) | {"absent_until"}


# ---------------------------------------------------------------- what seats do to a side


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("table", ["doha", "intra_afghan", "us_pakistan"])
@pytest.mark.parametrize("there", [0, 1])
def test_guarantors_in_the_room_remove_distrust_and_all_who_are_asked_press(there: int, table: str, side: int) -> None:
    run, t = seated(table)
    rules, state, seats = run.rules, run.state, run.rules.seats[t]
    state.attending[t, 2 + there : 2 + seats : 2] = 1
    state.seat_effort[t, seats - 1 : seats] = 0.0 if there else 0.95
    i, j = rules.party[t, side], rules.party[t, 1 - side]
    doubt, resistance = 1.0 - state.trust[i, j], 1.0
    for m in range(seats):
        reach, tried = state.seat_reach[t, m], state.seat_effort[t, m]
        believed = state.trust[i, members(run, t, m)].mean()
        came = m % 2 == there
        doubt *= 1.0 - came * 0.7 * tried[1 - side] * reach[1 - side] ** 2 * believed
        resistance *= 1.0 - reach[side] * tried[side]
    assert guaranteed_trust(rules, run.draw, state, t, side) == pytest.approx(1.0 - doubt)
    assert mediators_pressure(rules, run.draw, state, t, side) == pytest.approx(0.6 * (1.0 - resistance))


@pytest.mark.parametrize("table", ["doha", "us_emirate"])
def test_who_is_no_party_gains_by_each_issue_on_which_it_holds_a_position(table: str) -> None:
    run, t = seated(table)
    rules, draw, state, n = run.rules, run.draw, run.state, run.rules.clauses[t]
    cells, package = rules.clause_cell[t, :n], np.linspace(0.05, 0.95, n)
    middle = state.default[t, :, :n].mean(axis=0)
    for player in (0, rules.players - 1):
        ideal = state.position[player, cells]
        parts = draw.observer_weight[t, player, :n] * (abs(middle - ideal) - abs(package - ideal))
        for k in (0, n - 1):
            state.has_position[player], state.has_position[player, cells[k]] = 0, 1
            assert observer_gain(rules, draw, state, t, player, package) == pytest.approx(parts[k])
        state.has_position[player] = 1
        assert observer_gain(rules, draw, state, t, player, package) == pytest.approx(parts.sum())


# ---------------------------------------------------------------- coming


def number(run: Begun, t: int, m: int) -> float:
    """The uniform number of the week for a seat: its places come after those of the two parties."""
    state, slot = run.state, words.ATTEND_SLOT | t << 12 | (2 + m)
    return uniform(int(state.seed), int(state.draw_index), int(state.run), int(state.week), slot, CHANCE)


@SEATS
@pytest.mark.parametrize("less", [0, 1])
def test_a_mediator_weighs_its_gain_and_the_lesser_welcome_against_the_consent_that_it_needs(
    less: int, table: str, m: int
) -> None:
    run, t = seated(table)
    rules, draw, state, who = run.rules, run.draw, run.state, members(run, t, m)
    state.trust[rules.party[t, less]] *= 0.1
    gain = np.mean([observer_gain(rules, draw, state, t, player, state.midpoint[t]) for player in who])
    weight = draw.observer_table_weight[t, who].mean()
    welcome = state.trust[rules.party[t, less], who].mean()
    mediate(rules, draw, state, t, m)
    odds = (weight * gain + welcome - 0.4) / 0.2
    noted = (weight * gain, welcome, -0.4, odds, number(run, t, m))
    np.testing.assert_allclose(state.attend_terms[t, 2 + m, :5], noted, rtol=1e-12)
    assert state.seat_gain[t, m] == pytest.approx(gain)


def reasons_of(run: Begun, t: int, m: int) -> float:
    """What speaks for coming, of which the consent is taken away."""
    state = run.state.copy()
    mediate(run.rules, run.draw, state, t, m)
    return float(state.attend_terms[t, 2 + m, :2].sum())


@SEATS
@pytest.mark.parametrize("share", [0.0, 0.999, 1.001])
@pytest.mark.parametrize("was", [0, 1])
def test_it_comes_where_the_chance_is_above_the_number_of_the_week(was: int, share: float, table: str, m: int) -> None:
    run, t = seated(table)
    rules, draw, state = run.rules, run.draw, run.state
    state.asked[...], state.attended[...], state.attending[t, 2 + m] = 7, 3, was
    chance = number(run, t, m) / share if share else 1.0 - 1e-9  # the number is so much of it
    draw.consent = reasons_of(run, t, m) - 0.2 * np.log(chance / (1.0 - chance))
    before = state.copy()
    mediate(rules, draw, state, t, m)
    came = int(share < 1.0)
    assert logistic(state.attend_terms[t, 2 + m, 3]) == pytest.approx(chance)
    assert (state.attending[t, 2 + m], state.asked[t, 2 + m], state.attended[t, 2 + m]) == (came, 8, 3 + came)
    for name in ("attending", "asked", "attended"):
        others = state[name] != before[name]
        others[t, 2 + m] = False
        assert not others.any(), name


@SEATS
def test_it_stays_away_where_the_number_is_the_chance(table: str, m: int) -> None:
    run, t = seated(table)
    state = run.state
    mediate(run.rules, run.draw, state, t, m)
    chance = logistic(state.attend_terms[t, 2 + m, 3])
    state.luck[state.luck == number(run, t, m)] = chance  # the week's numbers are kept
    mediate(run.rules, run.draw, state, t, m)
    assert state.attend_terms[t, 2 + m, 4] == chance
    assert state.attending[t, 2 + m] == 0


@pytest.mark.parametrize("meeting", [0, 1])
@pytest.mark.parametrize("may", [0, 1])
@pytest.mark.parametrize("was", [0, 1])
@SEATS
def test_who_is_not_asked_is_not_there_in_a_round_and_stays_as_it_was_without_one(
    table: str, m: int, was: int, may: int, meeting: int
) -> None:
    run, t = seated(table)
    state = run.state
    run.draw.consent, state.meeting[t], state.invited[t, m] = -9.0, meeting, may  # who is asked comes
    state.attending[t] = 1 - was
    state.attending[t, 2 + m], before = was, state.copy()
    mediate(run.rules, run.draw, state, t, m)
    assert state.attending[t, 2 + m] == (may if meeting else was)
    assert np.delete(state.attending[t], 2 + m).tolist() == [1 - was] * (len(state.attending[t]) - 1)
    happens = int(meeting and may)
    assert state.asked[t, 2 + m] - before.asked[t, 2 + m] == happens
    assert state.attended[t, 2 + m] - before.attended[t, 2 + m] == happens
    if not happens:
        assert set(same_bits(before, state)) <= {"attending"}
