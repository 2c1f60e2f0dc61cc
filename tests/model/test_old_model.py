"""What of the model before is a setting of this one: private parts that are drawn anew every week, a round a week.

With `own_motion` at 1 an ideal point is the coded one (`test_private`), without bandwagon control moves by combat alone
(`test_table_and_war`). Here are the decisions: with leaders who change every week the chance of coming and of delivery
is the old one, and that of a package at home is that of the old ratification where nobody presses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from worlds import HURDLE, begun, linear_table

from sim.model import vocabulary as words
from sim.model.phases.attend import attend
from sim.model.phases.bargain import ratify
from sim.model.phases.comply import comply
from sim.model.phases.frontier import package_value
from sim.model.phases.private import renew_sides
from sim.model.phases.rounds import call_round
from sim.numerics.arithmetic import logistic

WEEKS = 2_000
EVERY_WEEK = 1e-9  # a half-life after which all spells last a week


def drawn_weekly(rules: Any, draw: Any, state: Any, t: int, decide: Callable[[], Any]) -> Any:
    """What is decided in week after week in which everything else stays, with leaders who change every week."""
    draw.renewal, draw.private_on = EVERY_WEEK, 1
    state.renews_at[t] = 1
    decided = []
    for week in range(1, WEEKS + 1):
        state.week = week
        renew_sides(rules, draw, state, t)
        decided.append(float(decide()))
    assert state.renewals[t].min() >= WEEKS
    return np.array(decided)


def is_a_coin(decided: Any, chance: float) -> None:
    """Every week by itself, with this chance."""
    error = np.sqrt(chance * (1.0 - chance) / WEEKS)
    assert 0.02 < chance < 0.98
    assert decided.mean() == pytest.approx(chance, abs=4.0 * error)
    assert np.corrcoef(decided[1:], decided[:-1])[0, 1] == pytest.approx(0.0, abs=4.0 / np.sqrt(WEEKS))


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("best", [0.1, 0.4])
def test_with_leaders_who_change_every_week_a_side_comes_with_the_chance_of_the_logit(side: int, best: float) -> None:
    run = begun("2018-12")
    t, state, draw = run.table("doha"), run.state, run.draw
    state.meeting[t], state.zone[t], state.best[t], state.pressure[t] = 1, 1, best, 0.0
    state.arrears[...], draw.table_weight[t], draw.attendance_cost, draw.noise = 0.0, 0.8, 0.1, 0.1
    run.rules.opens_cell[t] = -1

    def comes() -> Any:
        attend(run.rules, draw, state, t, side)
        return state.attending[t, side]

    is_a_coin(drawn_weekly(run.rules, draw, state, t, comes), logistic((0.8 * 0.5 * best - 0.1) / 0.1))


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("private", [0, 1])
def test_home_then_takes_a_package_with_the_chance_of_the_old_ratification(
    side: int, share: float, private: int
) -> None:
    """F((V - d - hurdle) / T), whether it is known beforehand or asked of home afterwards."""
    rules, draw, state = linear_table()
    state.offer[0, :2] = 1.0, share
    surplus = package_value(rules, state, 0, side, state.offer[0])
    assert surplus > 0.0

    def takes() -> Any:
        draw.private_on = private
        ratify(rules, draw, state, 0, side)
        draw.private_on = 1
        return state.ratified[0, side]

    draw.noise = 0.5  # so that neither end is certain
    is_a_coin(drawn_weekly(rules, draw, state, 0, takes), logistic((surplus - HURDLE) / 0.5))


def test_pressure_moves_what_home_accepts_only_where_it_is_known_beforehand() -> None:
    rules, draw, state = linear_table()
    state.offer[0, :2], state.pressure[0] = (1.0, 0.3), 0.2
    for private, pressed in ((0, 0.0), (1, 0.2)):
        draw.private_on = private
        ratify(rules, draw, state, 0, 0)
        assert state.ratify_terms[0, 0, 2] == pressed


@pytest.mark.parametrize("temptation", [0.1, 0.4])
def test_a_side_then_delivers_with_the_chance_of_the_logit(temptation: float) -> None:
    run = begun("2021-04")
    t, state, draw = run.table("doha"), run.state, run.draw
    assert state.status[t] == words.IN_FORCE
    k = next(k for k in range(run.rules.clauses[t]) if state.in_package[t, k] and state.delivers[t, k, 1])
    i, cell = run.rules.party[t, 1], run.rules.clause_cell[t, k]
    state.arrears_share[t], state.worth[t, 1], state.leverage[:, i] = 0.0, 0.2, 0.0
    state.position[i, cell], state.default[t, 1, k], state.package[t, k] = 0.0, 0.0, 1.0
    draw.weight[t, 1, k], draw.patience, draw.noise = temptation, 1.0, 0.2

    def keeps() -> Any:
        comply(run.rules, draw, state, t, k, 1)
        return state.conduct[t, k, 1] == words.KEPT

    is_a_coin(drawn_weekly(run.rules, draw, state, t, keeps), logistic((0.2 - temptation) / 0.2))


def test_at_a_round_a_week_an_open_table_meets_every_week() -> None:
    run = begun("2018-12")
    t, state = run.table("doha"), run.state
    state.status[t], state.meets_at[t], run.draw.round_weeks = words.OPEN, 1, 1.0
    for week in range(1, 20):
        state.week = week
        call_round(run.draw, state, t)
        assert state.meeting[t] == 1
