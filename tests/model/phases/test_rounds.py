"""When a table meets, whose war is held against whom there, and what breaks talks off."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.equations.war import chance
from sim.model.phases.frontier import set_midpoint
from sim.model.phases.rounds import blame, call_round, may_break_off, spoil, violence
from sim.numerics.chance import CHANCE, uniform

ROUND_WEEKS, BREAKING = 3.9, 0.1  # rounds are whole weeks apart: 3


def talks(table: str) -> tuple[Begun, int]:
    """A round without a signature at an open table, with numbers that all differ."""
    run, rng = begun("2018-12"), np.random.default_rng(5)
    state, t = run.state, run.table(table)
    state.leverage = rng.uniform(0.1, 0.9, state.leverage.shape)
    state.guaranteed_trust[t], state.intensity[...], state.presence = (0.6, 0.7), (0.8, 0.4), 0.37
    state.status[t], state.meeting[t], state.week, state.seed, state.run = words.OPEN, 1, 9, 5, 2
    run.draw.round_weeks, run.draw.breaking = ROUND_WEEKS, BREAKING
    return run, t


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize("status", range(5))
@pytest.mark.parametrize("week", [8, 9, 10])
@pytest.mark.parametrize("table", ["doha", "pakistan_kabul"])
def test_an_open_table_meets_when_its_week_has_come_and_then_some_weeks_later(
    table: str, week: int, status: int
) -> None:
    run, t = talks(table)
    state = run.state
    state.status[t], state.meets_at[...], state.rounds[...], state.week, state.meeting[t] = status, 9, 4, week, 0
    call_round(run.draw, state, t)
    due = status == words.OPEN and week >= 9
    assert (state.meeting[t], state.rounds[t], state.meets_at[t]) == (due, 4 + due, week + 3 if due else 9)
    call_round(run.draw, state, t)
    assert (state.meeting[t], state.rounds[t]) == (0, 4 + due) if due else (0, 4)
    assert (np.delete(state.meets_at, t) == 9).all()


# ---------------------------------------------------------------- blame

# Who is blamed for a war, and by whose leverage: the challenger in full, another as far as it could move it.
BLAME = {
    ("doha", 0): None,
    ("intra_afghan", 0): None,
    ("pakistan_ttp", 1): None,
    ("us_pakistan", 0): ("PAK", "TAL"),
    ("pakistan_kabul", 0): ("PAK", "TAL"),
    ("pakistan_kabul", 1): ("KAB", "TTP"),
    ("pakistan_emirate", 1): ("TAL", "TTP"),
}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("presence", [0.0, 0.37])
@pytest.mark.parametrize("spoilers", [0, 1])
@pytest.mark.parametrize(("table", "war"), BLAME)
def test_the_challenger_is_blamed_in_full_and_another_as_far_as_it_could_move_it(
    table: str, war: int, spoilers: int, presence: float, swapped: bool
) -> None:
    run, t = talks(table)
    rules, state, who = run.rules, run.state, BLAME[table, war]
    run.draw.spoilers_on, state.presence = spoilers, presence
    if swapped:
        rules.party[t] = rules.party[t, ::-1].copy()
    wanted = 1.0 if who is None else spoilers * state.leverage[run.player(who[0]), run.player(who[1])]
    assert blame(rules, run.draw, state, t, war) == wanted


def test_nobody_is_blamed_for_the_war_of_others() -> None:
    run, t = talks("us_emirate")
    assert blame(run.rules, run.draw, run.state, t, 1) == 0.0


def test_an_ally_of_the_challenger_is_blamed_in_full_by_whichever_side() -> None:
    run, t = talks("us_pakistan")
    for code in ("PAK", "US"):
        run.rules.war_side[0, run.player(code)] = words.CHALLENGING
        assert blame(run.rules, run.draw, run.state, t, 0) == 1.0
        run.rules.war_side[0, run.player(code)] = words.DEFENDING


def test_of_two_who_are_attacked_the_one_that_could_do_more_is_blamed() -> None:
    run, t = talks("us_pakistan")
    lever, taliban = run.state.leverage, run.player("TAL")
    run.rules.war_side[0, run.player("PAK")] = words.DEFENDING
    for us, pakistan in ((0.2, 0.7), (0.7, 0.2)):
        lever[run.player("US"), taliban], lever[run.player("PAK"), taliban] = us, pakistan
        assert blame(run.rules, run.draw, run.state, t, 0) == 0.7


@pytest.mark.parametrize("first_open", [0, 1])
@pytest.mark.parametrize("second_open", [0, 1])
@pytest.mark.parametrize(("first", "second"), [(0.8, 0.4), (0.4, 0.8)])
def test_the_violence_of_talks_is_that_of_the_open_war_that_is_held_most_against_a_party(
    first: float, second: float, first_open: int, second_open: int
) -> None:
    run, t = talks("pakistan_kabul")
    state = run.state
    state.leverage[run.player("PAK"), run.player("TAL")], state.leverage[run.player("KAB"), run.player("TTP")] = (
        0.5,
        0.5,
    )
    state.intensity[...], state.war_open[...] = (first, second), (first_open, second_open)
    wanted = max(0.5 * first * first_open, 0.5 * second * second_open)
    assert violence(run.rules, run.draw, state, t) == wanted
    state.presence = 0.0
    assert violence(run.rules, run.draw, state, t) == wanted


# ---------------------------------------------------------------- offensives of outsiders


def spoiled(gain: float, table: str = "doha") -> tuple[Begun, int]:
    """Talks with a zone of agreement, whose middle is a loss to the TTP, a gain, or neither."""
    run, t = talks(table)
    rules, state = run.rules, run.state
    state.zone[t], state.offensive[...], state.break_rate[...] = 1, (0.9, 1.25), 0.01
    set_midpoint(rules, state, t)
    cells, n = rules.clause_cell[t, : rules.clauses[t]], rules.clauses[t]
    ttp, middle, default = run.player("TTP"), state.midpoint[t, :n].copy(), state.default[t, :, :n].mean(axis=0)
    state.has_position[ttp], state.position[ttp, cells] = 1, default if gain < 0 else middle
    run.draw.observer_weight[t, ttp] = abs(gain)
    state.midpoint[t] = 1.0 - state.midpoint[t]
    return run, t


@pytest.mark.parametrize("trust", [(0.6, 0.7), (0.7, 0.6)])
@pytest.mark.parametrize("gain", [-0.3, 0.0, 0.3])
def test_an_outsider_who_would_lose_by_a_middling_deal_aims_its_offensive_at_the_table(
    gain: float, trust: tuple[float, float]
) -> None:
    run, t = spoiled(gain)
    run.state.guaranteed_trust[t] = trust
    spoil(run.rules, run.draw, run.state, t, 1)
    more = BREAKING * 3 * 1.25 * 0.4 if gain < 0.0 else 0.0
    assert run.state.break_rate[t] == pytest.approx(0.01 + more)


WAYS = ("spoilers_on", "zone", "war_open", "first side", "second side")


@pytest.mark.parametrize("way", WAYS)
def test_no_offensive_is_aimed_by_a_party_at_talks_without_a_zone_or_after_the_war(way: str) -> None:
    run, t = spoiled(-0.3)
    if way == "spoilers_on":
        run.draw.spoilers_on = 0
    elif way.endswith("side"):
        run.rules.party[t, WAYS.index(way) - 3] = run.player("TTP")
    else:
        run.state[way][{"zone": t, "war_open": 1}[way]] = 0
    before = run.state.copy()
    spoil(run.rules, run.draw, run.state, t, 1)
    assert same_bits(before, run.state) == []


# ---------------------------------------------------------------- breaking off


def number(run: Begun, t: int) -> float:
    """The uniform number of the week that decides whether a table's talks are broken off."""
    state, slot = run.state, words.ROUND_SLOT | t << 12  # the phase, the table, the first place
    return uniform(int(state.seed), int(state.draw_index), int(state.run), int(state.week), slot, CHANCE)


@pytest.mark.parametrize("table", ["doha", "pakistan_kabul"])
@pytest.mark.parametrize("trust", [(0.6, 0.7), (0.7, 0.6)])
@pytest.mark.parametrize("until", [9, 10])
def test_talks_break_at_the_rate_of_their_violence_and_of_offensives_that_go_on(
    until: int, trust: tuple[float, float], table: str
) -> None:
    run, t = spoiled(-0.3, table)
    rules, draw, state = run.rules, run.draw, run.state
    state.guaranteed_trust[t], state.offensive_until[...] = trust, (0, until)
    fought = violence(rules, draw, state, t)
    assert fought > 0.0
    may_break_off(rules, draw, state, t)
    aimed = 1.25 if until > 9 else 0.0
    assert state.break_rate[t] == pytest.approx(BREAKING * 3 * (fought + aimed) * 0.4)
    assert state.break_luck[t] == number(run, t)


@pytest.mark.parametrize("table", ["doha", "pakistan_kabul"])
@pytest.mark.parametrize("share", [0.5, 0.999, 1.001, 2.0])
@pytest.mark.parametrize("first", [words.NEVER, 4])
def test_talks_are_broken_off_where_the_chance_of_the_rate_is_above_the_number_of_the_week(
    first: int, share: float, table: str
) -> None:
    run, t = talks(table)
    rules, draw, state = run.rules, run.draw, run.state
    while not 0.05 < number(run, t) < 0.4:
        state.run += 1
    state.broken[t], state.broken_off[t], state.broken_off_week[t], state.impasses_in_row[t] = 1, 6, first, 2
    rate = -log(1.0 - share * number(run, t))  # of a chance that is so much of the number
    draw.breaking = rate / (3 * violence(rules, draw, state, t) * 0.4)
    may_break_off(rules, draw, state, t)
    assert state.break_rate[t] == pytest.approx(rate)
    off = int(share > 1.0)
    assert (state.broken[t], state.broken_off[t]) == (off, 6 + off)
    assert state.broken_off_week[t] == (9 if off and first == words.NEVER else first)
    assert state.status[t] == (words.SUSPENDED if off else words.OPEN)
    assert state.impasses_in_row[t] == (0 if off else 2)
    assert state.reopens[t] == (9 + words.PAUSE_WEEKS if off else 0)


def test_a_number_between_the_chance_and_its_rate_breaks_nothing_off() -> None:
    run, t = talks("doha")
    rules, draw, state = run.rules, run.draw, run.state
    while not 0.5 < number(run, t) < 0.8:
        state.run += 1
    draw.breaking = 1.1 * number(run, t) / (3 * violence(rules, draw, state, t) * 0.4)
    may_break_off(rules, draw, state, t)
    assert state.break_luck[t] < state.break_rate[t]
    assert (state.broken[t], state.status[t]) == (0, words.OPEN)


def test_talks_go_on_where_the_number_is_the_chance() -> None:
    run, t = talks("doha")
    state = run.state
    while number(run, t) < 0.5:
        state.run += 1
    may_break_off(run.rules, run.draw, state, t)
    state.luck[state.luck == state.break_luck[t]] = chance(state.break_rate[t])  # the week's numbers are kept
    may_break_off(run.rules, run.draw, state, t)
    assert state.break_luck[t] == chance(state.break_rate[t]) > 0.0
    assert (state.broken[t], state.status[t]) == (0, words.OPEN)


@pytest.mark.parametrize(("meeting", "status"), [(0, words.OPEN), (1, words.SUSPENDED), (1, words.IN_FORCE), (0, 4)])
def test_only_a_round_of_open_talks_can_break_them_off(meeting: int, status: int) -> None:
    run, t = spoiled(-0.3)
    state, run.draw.breaking = run.state, 1e6
    state.meeting[t], state.status[t], state.broken[t], state.break_luck[t] = meeting, status, 1, 0.123
    state.offensive_until[...] = 99
    before = state.copy()
    may_break_off(run.rules, run.draw, state, t)
    assert same_bits(before, state) == ["broken"]
    assert state.broken[t] == 0
