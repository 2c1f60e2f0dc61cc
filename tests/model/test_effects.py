"""Every effect of an event on every cell: what it moves, that nothing else moves, and that what hangs on it follows.

An effect without an entry in `EFFECTS` fails: a new one cannot come without saying what it moves. Each cell in turn is
taken for the one that is the patron's presence, so that the law does not hang on where the case has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from laws import broken_laws
from worlds import World, afghanistan, begun, events_phase, world

from sim.model import vocabulary as words
from sim.model.phases.attend import collect_offer
from sim.model.phases.cells import put_cell
from sim.model.phases.comply import collapse, settle_clause
from sim.model.phases.effort import choose_efforts
from sim.model.phases.events import follow_position, offer_on_condition, set_cell
from sim.model.phases.fight import flee, turn_regime
from sim.model.phases.mediation import effort

CELLS = tuple(afghanistan().cells)
EPOCHS_OF_BOTH_REGIMES = ("2019-07", "2022-08")
TO = 0.375  # where an effect puts a cell: exact, and nothing starts there


class Place(NamedTuple):
    """A begun run, and where in it an effect is brought about."""

    found: World
    draw: Any
    plan: Any
    state: Any
    cell: int
    player: int
    table: int
    side: int


class Effect(NamedTuple):
    """What an effect is given, where its cell then is (None: where it was), and what has to happen until it acts."""

    fields: Callable[[Place], dict[str, float]]
    moves_to: Callable[[Place], float | None]
    then: Callable[[Place], None] = lambda place: None


def nowhere(place: Place) -> None:
    return None


def come(place: Place) -> None:
    """The party to whom something is offered comes to the table."""
    collect_offer(place.found.rules, place.draw, place.state, place.table, place.side)


def delivered(place: Place) -> float | None:
    """A cell that is what its deliverer wants goes where the deliverer says it stands, unless a deal covers it."""
    rules, state = place.found.rules, place.state
    for t in range(rules.tables):
        for k in range(rules.clauses[t]):
            if rules.clause_cell[t, k] == place.cell and rules.clause_default[t, k] == words.BY_POSITION:
                free = state.status[t] != words.IN_FORCE or state.in_package[t, k] == 0
                if rules.party[t, rules.clause_link[t, k]] == place.player and free:
                    return float(state.position[place.player, place.cell])
    return None


def asked_of(place: Place) -> dict[str, float]:
    """An effort that costs nothing, offered a cell for it: given at once."""
    rules = place.found.rules
    q = rules.mediated_pair[0]
    place.state.has_position[rules.trusted[q], place.cell] = 1
    place.state.position[rules.trusted[q], place.cell] = TO
    giver = place.found.case.number("players", "US")  # there under both regimes
    return {"player": giver, "target": rules.trusted[q], "about": rules.truster[q], "level": 0.0, "value": TO}


EFFECTS: dict[str, Effect] = {
    "set_cell": Effect(lambda _: {"value": TO}, lambda _: TO),
    "shift_cell": Effect(lambda p: {"value": TO - p.state.cell[p.cell]}, lambda _: TO),
    "offer": Effect(lambda p: {"value": TO, "target": p.found.rules.party[p.table, p.side]}, lambda _: TO, come),
    "schedule": Effect(lambda _: {"value": 20.0}, nowhere),
    "delay": Effect(lambda _: {"value": 8.0}, nowhere),
    "convene": Effect(lambda _: {}, nowhere),
    "invite": Effect(lambda _: {"place_seat": 0}, nowhere),
    "effort": Effect(lambda _: {"value": TO}, nowhere),
    "absent": Effect(lambda _: {}, nowhere),
    "stand": Effect(lambda _: {"value": TO}, delivered),
    "offensive": Effect(lambda _: {"value": 0.5, "place_war": 0}, nowhere),
    "concede": Effect(lambda _: {}, nowhere),
    "for_effort": Effect(asked_of, lambda _: TO),
}


def test_every_effect_says_what_it_moves_and_no_other_does() -> None:
    assert tuple(EFFECTS) == words.EFFECTS


def place_at(epoch: str, cell: int, presence_is: int | None = None) -> Place:
    """A run at an epoch and a party that bargains over a cell; where asked, this cell is the presence."""
    found, rules, draw, plan, state = begun(epoch)
    if presence_is is not None:
        rules.presence_cell = presence_is
        state.presence = 1.0 - state.cell[presence_is]
    table = next((t for t in range(rules.tables) if cell in rules.clause_cell[t, : rules.clauses[t]]), 0)
    k = list(rules.clause_cell[table, : rules.clauses[table]]).index(cell) if cell in rules.clause_cell[table] else 0
    side = max(int(rules.clause_link[table, k]), 0) if rules.clause_default[table, k] == words.BY_POSITION else 0
    return Place(found, draw, plan, state, cell, int(rules.party[table, side]), table, side)


def bring_about(place: Place, name: str, weeks: int = 0) -> None:
    """Let one event happen in the next week, and let it act."""
    plan = place.plan
    for field in ("target", "place_war", "place_seat", "about"):
        plan[field][0] = words.NEVER
    plan.effect[0], plan.mode[0], plan.at_week[0] = words.EFFECTS.index(name), words.BY_WEEK, place.state.week + 1
    plan.player[0], plan.place_cell[0], plan.place_table[0] = place.player, place.cell, place.table
    plan.weeks[0], plan.events = weeks, 1
    place.state.fires_at[0] = place.state.reverts_at[0] = words.NEVER
    for field, value in EFFECTS[name].fields(place).items():
        plan[field][0] = value
    events_phase(place.found.rules, place.draw, plan, place.state)
    EFFECTS[name].then(place)


def presence_follows(place: Place) -> bool:
    return bool(abs(place.state.presence - 1.0 + place.state.cell[place.found.rules.presence_cell]) < 1e-12)


@pytest.mark.parametrize("epoch", EPOCHS_OF_BOTH_REGIMES)
@pytest.mark.parametrize("cell", range(len(CELLS)), ids=CELLS)
@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_moves_the_cell_that_it_says_and_no_other(name: str, cell: int, epoch: str) -> None:
    place = place_at(epoch, cell)
    before = place.state.copy()
    bring_about(place, name)
    wanted = before.cell.copy()
    there = EFFECTS[name].moves_to(place)
    wanted[cell] = before.cell[cell] if there is None else there
    free = np.ones(len(CELLS), dtype=bool)
    free[place.found.rules.effort_cell[place.found.rules.effort_cell >= 0]] = False  # efforts answer what is done
    free[cell] |= name not in ("effort", "for_effort")  # which are choices of an effort
    np.testing.assert_allclose(place.state.cell[free], wanted[free], atol=1e-12)
    assert presence_follows(place)
    assert broken_laws(place.found, place.plan, place.state, 0, before) == []


@pytest.mark.parametrize("cell", range(len(CELLS)), ids=CELLS)
@pytest.mark.parametrize("name", EFFECTS)
def test_whatever_moves_the_cell_that_is_the_presence_moves_the_presence(name: str, cell: int) -> None:
    place = place_at("2019-07", cell, presence_is=cell)
    bring_about(place, name)
    assert presence_follows(place)


@pytest.mark.parametrize("cell", range(len(CELLS)), ids=CELLS)
@pytest.mark.parametrize("name", ["set_cell", "shift_cell", "stand"])
def test_an_effect_for_a_time_leaves_the_cell_and_the_presence_as_they_were(name: str, cell: int) -> None:
    place = place_at("2019-07", cell, presence_is=cell)
    before = float(place.state.cell[cell])
    bring_about(place, name, weeks=2)
    moved = float(place.state.cell[cell])
    for _ in range(2):
        events_phase(place.found.rules, place.draw, place.plan, place.state)
        assert presence_follows(place)
    if name != "stand":
        assert moved == pytest.approx(TO)
    assert place.state.cell[cell] == pytest.approx(before, abs=1e-12)


# --- what moves a cell without an event


def turn(place: Place) -> None:
    place.found.rules.turned[place.cell] = TO
    turn_regime(place.found.rules, place.state, 0)


def flight(place: Place) -> None:
    place.found.rules.flight_cell[0] = place.cell
    place.state.intensity[0], place.draw.flight_base = 1.0, 0.125
    flee(place.found.rules, place.draw, place.state, 0, True)


def clause_of(place: Place) -> int:
    return list(place.found.rules.clause_cell[place.table]).index(place.cell)


def position(place: Place) -> None:
    rules, k = place.found.rules, clause_of(place)
    rules.clause_default[place.table, k], rules.clause_link[place.table, k] = words.BY_POSITION, place.side
    place.state.position[place.player, place.cell], place.state.in_package[place.table, k] = TO, 0
    follow_position(rules, place.state, place.player, place.cell)


def bound(place: Place, flow: int) -> int:
    """An agreement over the cell, on which nothing has been delivered yet."""
    rules, state, t, k = place.found.rules, place.state, place.table, clause_of(place)
    rules.clause_flow[t, k], rules.clause_default[t, k], rules.clause_effort[t, k] = flow, words.BY_NONE, words.NEVER
    state.status[t], state.in_package[t, k], state.schedule_on = words.IN_FORCE, 1, 0
    state.package[t, k], state.baseline[t, k], state.due[t, k] = 1.0, state.cell[place.cell], 0.875
    return k


def delivery(place: Place) -> None:
    k = bound(place, flow=0)
    place.state.delivers[place.table, k] = 0
    settle_clause(place.found.rules, place.draw, place.state, place.table, k)


def relapse(place: Place) -> None:
    bound(place, flow=1)
    collapse(place.found.rules, place.draw, place.state, place.table)


def chosen(place: Place) -> None:
    """Every effort is this cell, whoever chooses last."""
    place.found.rules.effort_cell[...] = place.cell
    place.found.rules.clause_effort[...] = words.NEVER
    place.state.effort_usual[...] = TO
    choose_efforts(place.found.rules, place.draw, place.plan, place.state)


@pytest.mark.parametrize("cell", range(len(CELLS)), ids=CELLS)
@pytest.mark.parametrize("way", [turn, flight, position, delivery, relapse, chosen])
def test_whatever_else_moves_the_cell_that_is_the_presence_moves_the_presence(
    way: Callable[[Place], None], cell: int
) -> None:
    place = place_at("2019-07", cell, presence_is=cell)
    put_cell(place.found.rules, place.state, cell, 0.75)
    way(place)
    assert place.state.cell[cell] != 0.75
    assert presence_follows(place)


@pytest.mark.parametrize("covered", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_a_cell_follows_the_position_of_its_own_deliverer_unless_an_agreement_covers_it(
    own: bool, covered: bool
) -> None:
    place = place_at("2019-07", CELLS.index("security_assistance"))
    rules, state, t, k = place.found.rules, place.state, place.table, clause_of(place)
    rules.clause_default[t, k], rules.clause_link[t, k] = words.BY_POSITION, place.side
    others = [(i, j) for i in range(rules.tables) for j in range(rules.clauses[i]) if (i, j) != (t, k)]
    for i, j in others:
        if rules.clause_cell[i, j] == place.cell:
            rules.clause_default[i, j] = words.BY_CURRENT
    speaker = place.player if own else int(rules.party[t, 1 - place.side])
    state.status[t], state.in_package[t, k] = words.IN_FORCE, covered
    state.cell[place.cell], state.position[speaker, place.cell] = 0.75, TO
    follow_position(rules, state, speaker, place.cell)
    assert state.cell[place.cell] == (TO if own and not covered else 0.75)


# --- what else hangs on a cell


def efforts_in_cells() -> Iterator[tuple[str, int, int]]:
    for epoch in EPOCHS_OF_BOTH_REGIMES:
        rules, regime = world(epoch, 1).rules, int(epoch == "2022-08")
        for o in range(rules.mediated):
            if rules.effort_cell[o, regime] >= 0:
                yield epoch, o, int(rules.effort_cell[o, regime])


@pytest.mark.parametrize(("epoch", "o", "cell"), list(efforts_in_cells()))
@pytest.mark.parametrize("name", ["set_cell", "shift_cell"])
def test_an_effort_that_is_a_cell_goes_where_an_act_puts_the_cell(name: str, epoch: str, o: int, cell: int) -> None:
    place = place_at(epoch, cell)
    bring_about(place, name)
    q = place.found.rules.mediated_pair[o]
    m, target = place.found.rules.trusted[q], place.found.rules.truster[q]
    assert effort(place.found.rules, place.state, m, target) == pytest.approx(TO)
    assert place.state.effort_usual[o] == pytest.approx(TO)


# --- what an effect does besides moving cells


@pytest.mark.parametrize("regime", [0, 1])
@pytest.mark.parametrize("status", range(4))
@pytest.mark.parametrize("table", afghanistan().tables)
def test_a_table_is_convened_where_it_exists_and_has_no_agreement(table: str, status: int, regime: int) -> None:
    found, rules, draw, plan, state = begun("2019-07")
    t = found.case.number("tables", table)
    place = Place(found, draw, plan, state, 0, 0, t, 0)
    state.regime, state.status[t], state.sessions[t], state.impasses_in_row[t] = regime, status, 7, 2
    state.convenes[t], state.meets_at[t], state.renews_at[t], state.reopens[t] = words.NEVER, 90, 95, 99
    bring_about(place, "convene")
    exists = rules.table_regime[t, regime] == 1
    if not exists or status == words.IN_FORCE:
        assert (state.status[t], state.sessions[t], state.impasses_in_row[t], state.meets_at[t]) == (status, 7, 2, 90)
        return
    assert (state.status[t], state.sessions[t], state.impasses_in_row[t]) == (words.OPEN, 0, 0)
    assert (state.meets_at[t], state.convenes[t]) == (state.week, words.NEVER)
    anew = state.week if status == words.CLOSED else 95
    assert state.renews_at[t].tolist() == [anew, anew]


@pytest.mark.parametrize("weeks", [0, 3])
def test_effects_on_a_seat_a_war_an_effort_and_a_line_do_what_they_say(weeks: int) -> None:
    until = words.FOREVER if weeks == 0 else 1 + weeks
    place = place_at("2019-07", 0)
    t = next(t for t in range(place.found.rules.tables) if place.found.rules.seats[t] > 1)
    place = place._replace(table=t, player=int(place.found.rules.seat_member[t, 1, 0]))
    state = place.state
    state.invited[t], state.red_line[place.player, place.cell] = 0, 0.5
    bring_about(place, "invite", weeks)
    assert state.invited[t].tolist()[:2] == [1, 0]
    for name, changed in (("effort", state.effort_until), ("offensive", state.offensive_until)):
        state.week = 0
        bring_about(place, name, weeks)
        assert changed[place.player if name == "effort" else 0] == until
    assert (state.effort_set[place.player], state.offensive[0]) == (TO, 0.5)
    state.week = 0
    bring_about(place, "absent", weeks)
    away = [place.player in place.found.rules.seat_member[t, m, : place.found.rules.seat_members[t, m]] for m in (0, 1)]
    assert [state.absent_until[t, m] == until for m in (0, 1)] == away
    bring_about(place, "concede", weeks)
    assert np.isnan(state.red_line[place.player, place.cell])


@pytest.mark.parametrize("conditional", [0, 1])
def test_an_exit_is_announced_and_delayed(conditional: int) -> None:
    place = place_at("2019-07", 0)
    place.plan.conditional[0] = conditional
    state, week = place.state, int(place.state.week)
    bring_about(place, "schedule")
    assert (state.schedule_on, state.schedule_conditional, state.schedule_table) == (1, conditional, place.table)
    assert state.schedule_end - state.schedule_start == 20
    end = int(state.schedule_end)
    bring_about(place, "delay")
    waited = int(state.week) - week - 1  # it waits for the agreement of its table
    assert int(state.schedule_end) - end - 8 in (0, waited)


def test_a_delay_of_an_exit_that_was_signed_adds_to_what_is_left_of_it() -> None:
    place = place_at("2019-07", 0)
    state, t, k = place.state, place.found.rules.presence_table, place.found.rules.presence_clause
    state.schedule_on, state.status[t], state.in_package[t, k] = 0, words.IN_FORCE, 1
    state.due_share[t, k], state.due_step[t, k] = 0.25, 0.125
    bring_about(place, "delay")
    assert state.schedule_on == 1
    assert state.schedule_end - state.schedule_start == 6 * words.TRANCHE_WEEKS + 8
    assert state.schedule_table == words.NEVER


def test_an_offer_on_condition_is_one_offer_also_where_it_is_made_anew() -> None:
    place = place_at("2019-07", CELLS.index("security_assistance"))
    plan, rules, state = place.plan, place.found.rules, place.state
    plan.place_table[0], plan.place_cell[0], plan.target[0] = place.table, place.cell, place.player
    plan.player[0], state.offers[place.table, place.side] = 1 - place.player, 0
    for value in (0.25, 0.5):
        plan.value[0] = value
        offer_on_condition(plan, rules, state, 0)
        assert state.offers[place.table, place.side] == 1
        assert state.conditional_offer[place.table, place.side, place.cell] == value


@pytest.mark.parametrize(("point", "reached"), [(-0.5, 0.0), (0.25, 0.25), (1.5, 1.0)])
def test_no_act_puts_a_cell_out_of_its_range(point: float, reached: float) -> None:
    place = place_at("2019-07", 0)
    place.state.cell[0] = 0.5
    set_cell(place.found.rules, place.draw, place.state, place.player, 0, point)
    assert place.state.cell[0] == reached
