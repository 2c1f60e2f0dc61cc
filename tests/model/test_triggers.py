"""What an event waits for: quantities against the state's own fields, comparisons at their edge, hold, lag, repeats."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import Begun, begun

from sim.case.trigger import Place, condition
from sim.case.trigger import quantity as named_quantity
from sim.model import vocabulary as words
from sim.model.phases.triggers import condition_holds, happens, look_out, quantity, triggered

OF_THE_STATE: dict[str, Callable[[Any], float]] = {
    "week": lambda s: s.week,
    "regime": lambda s: s.regime,
    "presence": lambda s: s.presence,
    "cell": lambda s: s.cell[1],
    "trust": lambda s: s.trust[1, 2],
    "leverage": lambda s: s.leverage[1, 2],
    "control": lambda s: s.control[1],
    "intensity": lambda s: s.intensity[1],
    "cohesion": lambda s: s.cohesion[1],
    "status": lambda s: s.status[1],
    "sessions": lambda s: s.sessions_held[1],
    "impasses": lambda s: s.impasses[1],
    "agreed": lambda s: s.agreed_week[1] >= 0,
    "collapsed": lambda s: s.collapsed_week[1] >= 0,
    "in_force": lambda s: s.status[1] == words.IN_FORCE,
    "open": lambda s: s.status[1] == words.OPEN,
}
COMPARED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def test_every_quantity_has_its_field_and_every_comparison_its_meaning() -> None:
    assert tuple(OF_THE_STATE) == words.QUANTITIES
    assert tuple(COMPARED) == words.COMPARISONS


@pytest.mark.parametrize("week", [-1, 0, 7])
@pytest.mark.parametrize("status", range(4))
@pytest.mark.parametrize("name", OF_THE_STATE)
def test_a_quantity_is_the_field_of_the_state_that_its_name_says(name: str, status: int, week: int) -> None:
    state = begun("2018-12").state
    numbers = iter(0.01 * n for n in range(1, 100))
    for field in ("presence", "cell", "trust", "leverage", "control", "intensity", "cohesion"):
        state[field] = next(numbers)
    for field in ("cell", "trust", "leverage", "control", "intensity", "cohesion"):
        state[field][(1, 2) if state[field].ndim == 2 else 1] = next(numbers)
    state.week, state.regime, state.sessions_held[1], state.impasses[1] = 17, 1, 5, 3
    state.status[1], state.agreed_week[1], state.collapsed_week[1] = status, week, 6 - week
    assert quantity(state, words.QUANTITIES.index(name), 1, 2) == float(OF_THE_STATE[name](state))


def waiting(mode: int, conditions: int = 1, hold: int = 0, lag: int = 0, repeats: int = 0) -> Begun:
    """A run whose first event waits until the presence is below one half (and control, where there is a second)."""
    run = begun("2018-12")
    plan, state = run.plan, run.state
    plan.mode[0], plan.conditions[0], plan.hold[0], plan.lag[0], plan.repeats[0] = mode, conditions, hold, lag, repeats
    for d, code in enumerate((words.Q_PRESENCE, words.Q_CONTROL)):
        plan.quantity[0, d], plan.comparison[0, d], plan.threshold[0, d] = code, words.LESS, 0.5
        plan.quantity_first[0, d] = plan.quantity_second[0, d] = 0
    state.fires_at[0] = words.NEVER
    return run


@given(value=st.sampled_from((0.25, 0.5, 0.75)), comparison=st.sampled_from(words.COMPARISONS))
def test_a_comparison_means_what_it_says_also_at_its_edge(value: float, comparison: str) -> None:
    run = waiting(words.BY_ALL)
    run.state.presence, run.plan.comparison[0, 0] = value, words.COMPARISONS.index(comparison)
    assert condition_holds(run.plan, run.state, 0, 0) == COMPARED[comparison](value, 0.5)


@pytest.mark.parametrize("first", [0.2, 0.8])
@pytest.mark.parametrize("second", [0.2, 0.8])
@pytest.mark.parametrize("mode", [words.BY_ALL, words.BY_ANY])
def test_all_conditions_or_any(mode: int, first: float, second: float) -> None:
    run = waiting(mode, conditions=2)
    run.state.presence, run.state.control[0] = first, second
    wanted = all if mode == words.BY_ALL else any
    assert triggered(run.plan, run.state, 0) == wanted((first < 0.5, second < 0.5))


def weeks_of(run: Begun, presence: list[float]) -> list[int]:
    """The weeks, from 1, in which the event happens."""
    happened = []
    for week, value in enumerate(presence, start=1):
        run.state.week, run.state.presence = week, value
        if happens(run.plan, run.state, 0):
            happened.append(week)
            if run.plan.lag[0] == 0:
                run.state.fired[0] += 1  # as `happen` counts
    return happened


LOW, HIGH = 0.2, 0.8


@pytest.mark.parametrize(
    ("how", "presence", "weeks"),
    [
        ({}, [HIGH, LOW, LOW], [2]),
        ({"hold": 1}, [HIGH, LOW, LOW], [2]),
        ({"hold": 3}, [LOW, LOW, HIGH, LOW, LOW, LOW, LOW], [6]),
        ({"lag": 2}, [LOW, HIGH, HIGH, LOW, LOW, LOW], [3]),
        ({"repeats": 1}, [LOW, LOW, HIGH, LOW], [1, 2, 4]),
        ({"repeats": 1, "hold": 2}, [LOW, LOW, LOW, LOW, LOW], [2, 4]),
        ({"repeats": 1, "lag": 2}, [LOW, LOW, LOW, LOW, HIGH, HIGH, HIGH], [3, 6]),
        ({"hold": 2, "lag": 1}, [LOW, LOW, HIGH, LOW, LOW], [3]),
    ],
)
def test_a_trigger_holds_for_so_long_acts_so_late_and_once_unless_it_repeats(
    how: dict[str, int], presence: list[float], weeks: list[int]
) -> None:
    run = waiting(words.BY_ALL, **how)
    assert weeks_of(run, presence) == weeks
    assert run.state.fired[0] == len(weeks)


def test_an_event_of_a_week_happens_in_that_week_alone() -> None:
    run = waiting(words.BY_WEEK)
    run.plan.at_week[0] = 3
    for week in range(1, 6):
        run.state.week = week
        look_out(run.plan, run.state, 0)
        assert run.state.happening[0] == (1 if week == 3 else 0)


def test_a_triggered_event_is_happening_only_while_it_happens() -> None:
    run = waiting(words.BY_ANY)
    for presence, happening in ((HIGH, 0), (LOW, 1), (HIGH, 0)):
        run.state.presence = presence
        look_out(run.plan, run.state, 0)
        assert run.state.happening[0] == happening


# --- as a scenario writes it


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("comparison", COMPARED)
@pytest.mark.parametrize("name", [0, 1])
def test_a_condition_on_either_regime_holds_while_that_one_rules(name: int, comparison: str, regime: int) -> None:
    run = waiting(words.BY_ALL)
    case, plan = run.found.case, run.plan
    place = Place(case, case.regimes[0], 104, "file", "when")
    text = f"regime.{case.regimes[name]} {comparison} 0.5"
    found = condition(place, text, {}).engine()
    plan.quantity[0, 0], plan.quantity_first[0, 0], plan.quantity_second[0, 0] = found[:3]
    plan.comparison[0, 0], plan.threshold[0, 0] = found[3:]
    run.state.regime = regime
    assert condition_holds(plan, run.state, 0, 0) == COMPARED[comparison](float(name == regime), 0.5)


@pytest.mark.parametrize(("ruling", "name", "span"), [(0, 0, (0, 1)), (0, 1, (0, 1)), (1, 0, (0, 0)), (1, 1, (1, 1))])
def test_the_second_regime_is_for_good(ruling: int, name: int, span: tuple[int, int]) -> None:
    case = begun("2018-12").found.case
    found = named_quantity(Place(case, case.regimes[ruling], 104, "file", "when"), f"regime.{case.regimes[name]}")
    assert (found.low, found.high) == span
