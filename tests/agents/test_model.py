"""One run as a Mesa model: the same bits as the plain schedule, and agents that show the state itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from sim.agents.model import NegotiationModel
from sim.agents.players import KINDS, Actor, Government, Insurgency, MediatorState, Patron, ThirdParty
from sim.agents.views import Row, View
from sim.inputs import InputError
from sim.model import variables as the_model_variables
from sim.model import vocabulary as words
from sim.model.phases.begin import begin
from sim.model.phases.week import week
from sim.model.variables import records
from sim.world.rules import sizes
from sim.world.world import World, load_world

SEED = 7


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("turkey_summit")


@pytest.fixture(scope="module")
def played(world: World) -> NegotiationModel:
    model = NegotiationModel(world=world, draw=3, run=1, seed=SEED)
    model.run_model()
    return model


def plain_state(world: World, draw: int, run: int, weeks: int) -> object:
    """The state of a run that `sim.phases.week` has stepped."""
    state = records(the_model_variables.STATE, sizes(world.case), 1)[0]
    record = world.draw(draw, SEED)
    begin(world.rules, record, world.plan, state, SEED, run)
    for _ in range(weeks):
        week(world.rules, record, world.plan, state)
    return state


def same(first: object, second: object) -> list[str]:
    """The state variables in which two states differ."""
    return [
        variable.name
        for variable in the_model_variables.STATE
        if not np.array_equal(first[variable.name], second[variable.name], equal_nan=True)  # type: ignore[index]  # records
    ]


@pytest.mark.parametrize(
    ("scenario", "epoch", "draw", "run"),
    [
        ("status_quo", "2018-12", 0, 0),
        ("status_quo", "2019-07", 5, 2),
        ("status_quo", "2022-08", 2, 3),
        ("unconditional_withdrawal", None, 1, 1),
        ("turkey_summit", None, 4, 0),
        ("turkey_summit", None, 9, 19),
    ],
)
def test_agents_and_schedule_agree_bit_for_bit_on_whole_runs(
    scenario: str, epoch: str | None, draw: int, run: int
) -> None:
    world = load_world(scenario)
    if epoch is not None:
        world = world.change(world.scenario.change(epoch=epoch))
    model = NegotiationModel(world=world, draw=draw, run=run, seed=SEED)
    model.run_model()
    assert same(model.state.record, plain_state(world, draw, run, world.scenario.horizon)) == []


def test_they_agree_after_every_single_week(world: World) -> None:
    model = NegotiationModel(world=world, draw=3, run=1, seed=SEED)
    state = records(the_model_variables.STATE, sizes(world.case), 1)[0]
    record = world.draw(3, SEED)
    begin(world.rules, record, world.plan, state, SEED, 1)
    for _ in range(30):
        model.step()
        week(world.rules, record, world.plan, state)
        assert same(model.state.record, state) == []


def test_a_week_follows_the_one_list_of_phases(world: World) -> None:
    called: list[str] = []

    def spy(name: str) -> Callable[[], None]:
        return lambda: called.append(name)

    model = NegotiationModel(world=world, seed=SEED)
    assert tuple(model._phases) == words.PHASES
    model._phases = {name: spy(name) for name in reversed(words.PHASES)}
    model.step()
    assert tuple(called) == words.PHASES


def test_mesas_own_chance_decides_nothing(world: World) -> None:
    first, second = (NegotiationModel(world=world, seed=SEED, rng=rng) for rng in (1, 2))
    first.random.random()
    for _ in range(12):
        first.step()
        second.step()
    assert same(first.state.record, second.state.record) == []


def test_no_seed_is_seed_one(world: World) -> None:
    first, second = (NegotiationModel(world=world, seed=seed, horizon=3) for seed in (None, 1))
    first.run_model()
    second.run_model()
    assert same(first.state.record, second.state.record) == []


def test_two_models_share_no_state(world: World) -> None:
    first, second = (NegotiationModel(world=world, seed=SEED) for _ in range(2))
    before = second.state.record.copy()
    first.step()
    assert same(before, second.state.record) == []


def test_another_run_or_draw_or_seed_is_another_course(world: World) -> None:
    ways = [{}, {"run": 1}, {"draw": 1}, {"seed": 2}]
    models = [NegotiationModel(world=world, **{"seed": 1, **way}) for way in ways]
    for model in models:
        for _ in range(8):
            model.step()
    draws = [tuple(model.state.combat_luck) for model in models]
    assert len(set(draws)) == len(draws)


def test_every_player_is_an_agent_of_its_kind(played: NegotiationModel) -> None:
    case = played.world.case
    assert [agent.code for agent in played.agents] == list(case.players)
    for code, actor in case.actors.items():
        assert type(played.player(code)) is KINDS[actor.kind]
    assert all(type(played.player(code)) is ThirdParty for code in case.third_parties)
    assert len(played.agents_by_type[Insurgency]) == 2


def test_an_agent_shows_the_state_itself(world: World) -> None:
    model = NegotiationModel(world=world, seed=SEED)
    pakistan, taliban = model.actor("PAK"), model.actor("TAL")
    i, j = pakistan.index, taliban.index
    assert pakistan.trust["TAL"] == model.state.trust[i, j]
    assert pakistan.leverage["TAL"] == model.state.leverage[i, j]
    model.state.trust[i, j] = 0.125
    assert pakistan.trust["TAL"] == 0.125
    assert set(pakistan.trust) == set(model.world.case.players)
    assert all(0.0 <= line <= 1.0 for line in taliban.red_lines.values())
    assert "power_sharing" in taliban.positions


def test_a_third_party_is_no_actor(played: NegotiationModel) -> None:
    with pytest.raises(KeyError, match="QAT bargains over nothing"):
        played.actor("QAT")


def test_kinds_show_what_is_theirs(played: NegotiationModel) -> None:
    patron, kabul, taliban, pakistan = (played.actor(code) for code in ("US", "KAB", "TAL", "PAK"))
    assert isinstance(patron, Patron)
    assert isinstance(kabul, Government)
    assert isinstance(taliban, Insurgency)
    assert isinstance(pakistan, MediatorState)
    assert patron.presence == played.state.presence
    assert patron.is_leaving
    assert kabul.cohesion == played.wars["afghan_war"].cohesion
    assert taliban.control == played.state.control[0]
    assert taliban.rules == (played.regime == "emirate")
    assert kabul.is_gone == taliban.rules
    assert pakistan.effort["TAL"] == played.state.cell[list(played.world.case.cells).index("pressure_on_taliban")]
    assert [table.name for table in kabul.tables] == ["intra_afghan", "pakistan_kabul"]


def test_a_table_shows_who_came_and_what_holds(world: World) -> None:
    model = NegotiationModel(world=world, seed=SEED)
    doha = model.tables["doha"]
    assert doha.status == "in_force"
    assert set(doha.agreement) <= set(doha.issues)
    assert doha.agreement["withdrawal"] == 1.0
    for _ in range(6):
        model.step()
        for table in model.tables.values():
            assert set(table.present) <= {party.code for party in table.parties} | {seat.name for seat in table.seats}
            assert table.session == "no_session" or {party.code for party in table.parties} <= set(table.present)
            assert list(table.offer) == list(table.issues)
            assert set(table.arrears) == set(table.best) == {party.code for party in table.parties}


def test_a_model_runs_to_its_horizon_and_stops(world: World) -> None:
    model = NegotiationModel(world=world, seed=SEED, horizon=5)
    assert model.running
    model.run_model()
    assert (model.week, model.running) == (5, False)


def test_a_lever_changes_the_scenario_and_an_unknown_one_is_refused() -> None:
    model = NegotiationModel("turkey_summit", summit_week=9)
    assert model.world.scenario.levers["summit_week"].value == 9.0
    with pytest.raises(InputError, match="did you mean summit_week"):
        NegotiationModel("turkey_summit", summit_weak=9)


def test_weeks_begin_at_the_epoch_and_end_at_the_horizon(played: NegotiationModel) -> None:
    weeks = played.weeks
    assert list(weeks.index) == list(range(played.world.scenario.horizon + 1))
    assert weeks.index.name == "week"
    assert not weeks.isna().any().any()
    last = weeks.iloc[-1]
    assert last["presence"] == played.state.presence
    assert last["trust.PAK.TAL"] == played.actor("PAK").trust["TAL"]
    assert last["war.afghan_war.control"] == played.state.control[0]
    assert weeks["trust.PAK.TAL"].between(0.0, 1.0).all()


def test_every_decision_leaves_one_record(played: NegotiationModel) -> None:
    state, rules = played.state, played.rules
    counts = Counter(entry.decision for entry in played.journal.entries)
    assert counts["attend"] == sum(int(state.asked[t, side]) for t in range(rules.tables) for side in range(2))
    assert counts["mediate"] == int(state.asked.sum()) - counts["attend"]
    assert counts["offer"] == int(state.sessions_held.sum())
    assert counts["comply"] == int(state.tranches_due.sum())
    assert counts["event"] == int(state.fired.sum())
    signed = [e for e in played.journal.find(decision="status", outcome="in_force")]
    assert len(signed) == int(state.agreements.sum())


def test_a_decision_left_to_chance_follows_its_draw(played: NegotiationModel) -> None:
    yes = {"attend": "came", "mediate": "came", "ratify": "ratified", "regime": "fell"}
    found = [entry for entry in played.journal.entries if entry.decision in yes]
    assert found
    for entry in found:
        assert (entry.outcome == yes[entry.decision]) == (entry.random_number < entry.probability)


def test_decisions_are_a_table_with_a_column_for_each_term(played: NegotiationModel) -> None:
    frame = played.decisions
    assert len(frame) == len(played.journal.entries)
    assert {"week", "who", "place", "outcome", "probability", "random_number", "term.surplus", "term.arrears"} <= set(
        frame
    )
    came = frame[(frame.decision == "attend") & (frame.outcome == "came")]
    assert (came.random_number < came.probability).all()


def test_a_view_writes_single_numbers_through(world: World) -> None:
    record = records(the_model_variables.STATE, sizes(world.case), 1)[0]
    view = View(record, the_model_variables.STATE)
    view.week = 4
    view.cell[0] = 0.5
    assert (record.week, record.cell[0], view.week) == (4, 0.5, 4)
    with pytest.raises(AttributeError):
        _ = view.__wrapped__


def test_a_row_reads_where_it_is_asked() -> None:
    values = [0.25, 0.5]
    row = Row(("a", "b"), lambda place: values[place])
    values[1] = 0.75
    assert dict(row) == {"a": 0.25, "b": 0.75}
    assert repr(row) == "{a: 0.250, b: 0.750}"
    with pytest.raises(KeyError):
        row["c"]


def test_actors_and_places_introduce_themselves(played: NegotiationModel) -> None:
    assert repr(played.actor("PAK")) == "<MediatorState PAK>"
    assert repr(played.tables["us_pakistan"]).startswith("<table us_pakistan: ")
    assert repr(played.wars["afghan_war"]).startswith("<war afghan_war: control ")
    assert isinstance(played.actor("PAK"), Actor)
    assert played.wars["afghan_war"].patron is played.actor("US")
