"""Scenarios: what they may say, what they do to the engine, and each mistake with its one line."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from sim.agents.model import NegotiationModel
from sim.agents.narrative import happened
from sim.case.case import Case
from sim.case.events import events_of
from sim.case.loading import load_case
from sim.case.scenario import Scenario, happenings, load_scenario, scenario_names, scenario_of
from sim.case.trigger import Condition, Quantity, can_hold
from sim.evidence.loading import load_evidence
from sim.inputs import InputError
from sim.model import variables as the_model_variables
from sim.model import vocabulary as words
from sim.model.phases.begin import begin, derive
from sim.model.phases.events import events
from sim.model.variables import records
from sim.world.plan import plan_record
from sim.world.rules import rules_record, sizes
from sim.world.uncertainty import uncertainty
from sim.world.world import World

NAMES = {
    "border_strikes",
    "conditions_based_withdrawal",
    "delayed_withdrawal",
    "do_more",
    "down_payment",
    "frozen_funds_released",
    "india_curtailed",
    "interim_government_proposal",
    "kabul_hosted_ttp_talks",
    "merger_reversal",
    "pakistan_steps_back",
    "recorded_course",
    "refugee_return_package",
    "regional_consensus",
    "status_quo",
    "turkey_summit",
    "turkey_summit_with_inducements",
    "unconditional_withdrawal",
    "us_influence_returns",
}
BASE: dict[str, Any] = {
    "scenario": "mine",
    "title": "a summit",
    "question": "Who comes?",
    "paragraphs": {"2021-04-techburaq": [18]},
    "epoch": "2021-04",
    "levers": {"summit_week": {"value": 4, "low": 2, "high": 52, "unit": "weeks", "meaning": "week of the summit"}},
    "events": [{"event": "convene", "table": "intra_afghan", "when": {"week": "$summit_week"}}],
}


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case()


@pytest.fixture(scope="module")
def worlds(case: Case) -> dict[str, tuple[Any, Any]]:
    """The rules and one underived draw at each epoch."""
    evidence = load_evidence(case.folder / "evidence")
    return {name: (rules_record(case), uncertainty(case, evidence, name).records(1, seed=1)[0]) for name in case.epochs}


def with_events(case: Case, *written: dict[str, Any], epoch: str = "2021-04", horizon: int = 104) -> Scenario:
    data = {**BASE, "epoch": epoch, "horizon": horizon, "levers": {}, "events": list(written)}
    return scenario_of(case, data, file="mine.yaml")


def start(case: Case, worlds: dict[str, tuple[Any, Any]], scenario: Scenario) -> tuple[Any, Any, Any, Any]:
    """Rules, a derived draw, the plan and a state at the epoch."""
    rules, drawn = worlds[scenario.epoch]
    plan, draw = plan_record(case, scenario), drawn.copy()
    state = records(the_model_variables.STATE, sizes(case), 1)[0]
    derive(rules, draw, plan)
    begin(rules, draw, plan, state, 1, 0)
    return rules, draw, plan, state


def pass_weeks(world: tuple[Any, Any, Any, Any], weeks: int) -> list[list[int]]:
    """Let the events phase alone pass some weeks; for each week, which effects happened."""
    rules, draw, plan, state = world
    happened = []
    for _ in range(weeks):
        state.week += 1
        events(rules, draw, plan, state)
        happened.append([e for e in range(plan.events) if state.happening[e]])
    return happened


# --- the scenarios of the case ---------------------------------------------------------------------------------------


def test_the_case_has_its_nineteen_scenarios(case: Case) -> None:
    assert set(scenario_names(case)) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_scenario_of_the_case_loads_and_compiles_and_asks_something(case: Case, name: str) -> None:
    scenario = load_scenario(case, name)
    assert scenario.scenario == name
    assert scenario.question.endswith("?")
    assert scenario.answered_by
    assert plan_record(case, scenario).events == sum(len(one.effects) for one in happenings(scenario))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_scenario_goes_to_both_ends_of_every_lever(case: Case, name: str) -> None:
    scenario = load_scenario(case, name)
    for lever, found in scenario.levers.items():
        for value in (found.low, found.high):
            assert scenario.change(**{lever: value}).levers[lever].value == value


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_scenario_moves_to_another_epoch_or_says_why_not(case: Case, name: str) -> None:
    for epoch in case.epochs:
        try:
            moved = load_scenario(case, name, epoch=epoch)
        except InputError as error:
            assert re.search(r"closed under|no table bargains|is over under|no forces are left|is gone", str(error))  # noqa: PT017 the refusal is one of two lawful outcomes
        else:
            assert plan_record(case, moved).start_regime == case.regimes.index(case.epochs[epoch].regime)


def test_the_status_quo_adds_nothing_to_any_epoch(case: Case) -> None:
    for epoch in case.epochs:
        assert plan_record(case, load_scenario(case, "status_quo", epoch=epoch)).events == 0


def test_a_plan_has_the_tables_as_the_epoch_has_them(case: Case) -> None:
    plan = plan_record(case, load_scenario(case, "status_quo"))
    doha, talks = list(case.tables).index("doha"), list(case.tables).index("intra_afghan")
    assert (plan.start_status[doha], plan.start_status[talks]) == (words.IN_FORCE, words.SUSPENDED)
    assert (plan.signed_weeks_ago[doha], plan.weeks_left[doha]) == (59, 2)
    clauses = list(case.tables["doha"].clauses)
    assert plan.start_package[doha, clauses.index("withdrawal")] == 1.0
    assert np.isnan(plan.start_package[doha, clauses.index("ceasefire")])
    assert plan.start_status[list(case.tables).index("us_pakistan")] == words.NEVER


def test_a_scenario_cannot_be_changed_in_place(case: Case) -> None:
    scenario = load_scenario(case, "turkey_summit")
    with pytest.raises(AttributeError):
        scenario.epoch = "2018-12"  # type: ignore[misc]  # the point of the test
    scenario.change(summit_week=12)
    assert scenario.levers["summit_week"].value == 4


def test_fixed_values_add_up_and_switches_replace(case: Case) -> None:
    first = load_scenario(case, "turkey_summit").change(fixed={"trust.US.PAK": 0.1}, off=["learning"])
    second = first.change(fixed={"trust.PAK.US": 0.2}, off=["red_lines"])
    assert second.fixed == {"trust.US.PAK": 0.1, "trust.PAK.US": 0.2}
    assert second.off == ("red_lines",)


def test_a_shorter_horizon_leaves_out_what_comes_later(case: Case) -> None:
    assert load_scenario(case, "recorded_course").change(horizon=20).horizon == 20


# --- what events do --------------------------------------------------------------------------------------------------

WEEK_1 = {"week": 1}
EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "announce_withdrawal": ("2021-04", {"weeks_to_go": 21}),
    "delay_withdrawal": ("2021-04", {"by_weeks": 17}),
    "convene": ("2021-04", {"table": "intra_afghan"}),
    "invite": ("2021-04", {"table": "intra_afghan", "mediator": "TUR"}),
    "regional_consensus": ("2021-04", {"table": "intra_afghan", "effort": 0.7}),
    "set_effort": ("2021-04", {"mediator": "PAK", "effort": 0.8}),
    "offer_for_effort": (
        "2021-04",
        {"by": "US", "mediator": "PAK", "on": "TAL", "effort": 0.7, "issue": "security_assistance", "to": 1.0},
    ),
    "mediator_absent": ("2021-04", {"mediator": "PAK"}),
    "public_stand": ("2021-04", {"by": "PAK", "issue": "power_sharing", "at": 0.4}),
    "concede": ("2021-04", {"by": "TAL", "issue": "power_sharing"}),
    "offer": ("2021-04", {"by": "KAB", "table": "intra_afghan", "issue": "prisoners", "to": 1.0}),
    "move_issue": ("2021-04", {"by": "KAB", "issue": "india_role", "to": 0.9}),
    "shift_issue": ("2021-04", {"by": "KAB", "issue": "india_role", "change": -0.2}),
    "give_issue": ("2021-04", {"by": "US", "issue": "delisting", "to": 0.6}),
    "lower_issue": ("2022-08", {"by": "PAK", "issue": "border", "change": 0.3}),
    "propose_order": ("2018-12", {"by": "PAK", "norm": "sovereignty", "issue": "power_sharing"}),
    "offensive": ("2021-04", {"war": "afghan_war", "strength": 0.5}),
    "release_prisoners": ("2021-04", {"to": 1.0}),
    "release_ttp_prisoners": ("2022-08", {"to": 1.0}),
    "delist": ("2021-04", {"to": 1.0, "for_coming_to": "intra_afghan", "to_party": "TAL"}),
    "set_assistance": ("2021-04", {"to": 0.8, "weeks": 3}),
    "set_funds": ("2022-08", {"to": 0.5}),
    "recognise": ("2022-08", {"to": 0.5}),
    "recognise_regionally": ("2022-08", {"to": 0.5}),
    "reverse_merger": ("2022-08", {"to": 0.5}),
    "accept_return": ("2022-08", {"to": 0.9}),
    "curtail_india": ("2021-04", {"to": 0.9}),
    "return_refugees": ("2021-04", {"to": 0.9, "by": "INT"}),
    "restrain_groups": ("2022-08", {"to": 0.9}),
    "act_on_groups": ("2021-04", {"to": 0.9}),
    "open_talks": ("2019-04", {"to": 0.9}),
    "declare_ceasefire": ("2021-04", {"by": "TAL", "war": "afghan_war", "to": 1.0, "weeks": 2}),
    "air_strikes": ("2022-08", {"by": "PAK", "change": 0.2}),
    "propose_interim_government": ("2018-12", {"by": "PAK"}),
}
FOLLOW = (
    "trust",
    "trust_for",
    "trust_against",
    "leverage",
    "attending",
    "attended",
    "control",
    "cohesion",
    "intensity",
)


@pytest.mark.parametrize("name", sorted(events_of(load_case())))
def test_an_event_changes_something_but_never_what_has_to_follow(
    case: Case, worlds: dict[str, tuple[Any, Any]], name: str
) -> None:
    epoch, arguments = EXAMPLES[name]
    world = start(case, worlds, with_events(case, {"event": name, "when": WEEK_1, **arguments}, epoch=epoch))
    still = start(case, worlds, with_events(case, epoch=epoch))
    pass_weeks(world, 1)
    pass_weeks(still, 1)
    differ = {
        variable.name
        for variable in the_model_variables.STATE
        if not np.array_equal(world[3][variable.name], still[3][variable.name], equal_nan=True)
    }
    assert differ - {"fired", "happening"}
    assert not differ & set(FOLLOW)


@pytest.mark.parametrize("name", sorted(events_of(load_case())))
def test_an_event_is_told_in_the_story_of_a_run(case: Case, name: str) -> None:
    epoch, arguments = EXAMPLES[name]
    scenario = with_events(case, {"event": name, "when": WEEK_1, **arguments}, epoch=epoch, horizon=4)
    model = NegotiationModel(world=World(case, load_evidence(case.folder / "evidence"), scenario), seed=1)
    model.step()
    entries = list(model.journal.find(decision="event"))
    assert entries
    told = [line.text for period in model.story for line in period.lines]
    for entry in entries:
        assert happened(model, entry) in told
        assert re.search(r"[a-z]", happened(model, entry))


def test_an_exit_that_waits_for_a_table_is_told_so(case: Case) -> None:
    tied = {"event": "announce_withdrawal", "when": WEEK_1, "weeks_to_go": 21, "tied_to": "intra_afghan"}
    scenario = with_events(case, tied, horizon=4)
    model = NegotiationModel(world=World(case, load_evidence(case.folder / "evidence"), scenario), seed=1)
    model.step()
    assert "once there is an agreement at" in str(model.story[0])


@pytest.mark.parametrize(("threat", "verb"), [(False, "promised"), (True, "threatened")])
def test_a_mediator_that_tries_harder_for_a_promise_is_told_with_what_moved_it(
    case: Case, threat: bool, verb: str
) -> None:
    asked = {"event": "offer_for_effort", "when": WEEK_1, "by": "US", "mediator": "PAK", "on": "TAL", "effort": 0.7,
             "issue": "security_assistance", "to": 0.0 if threat else 1.0, "threat": threat}  # fmt: skip
    scenario = with_events(case, asked, epoch="2019-07", horizon=12)
    evidence, moved = load_evidence(case.folder / "evidence"), 0
    for draw in range(20):
        model = NegotiationModel(world=World(case, evidence, scenario), draw=draw, seed=1)
        while model.running:
            model.step()
        assert verb in str(model.story[0])
        efforts = [entry for entry in model.journal.find(decision="effort", who="PAK", about="TAL")]
        for entry in efforts:
            assert (entry.terms["effort"] > entry.terms["before"]) == (entry.outcome == "rose")
        far = efforts and abs(efforts[-1].terms["effort"] - efforts[0].terms["before"]) >= 0.06
        moved += bool(far)
        if far:
            assert "Effort of " in "".join(map(str, model.story))
    assert moved


def test_a_given_cell_is_seen_as_kept_by_whoever_gains(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    freed = {"event": "release_prisoners", "by": "US", "to": 1.0, "when": WEEK_1}
    world = start(case, worlds, with_events(case, freed))
    us, tal = case.number("players", "US"), case.number("players", "TAL")
    pass_weeks(world, 1)
    assert world[3].cell[list(case.cells).index("prisoners")] == 1.0
    assert world[3].gained[tal, us] > 0.0
    assert world[3].lost[tal, us] == 0.0


def test_what_is_offered_for_coming_moves_nothing_by_itself(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    held_out = {"event": "delist", "to": 1.0, "for_coming_to": "intra_afghan", "to_party": "TAL", "when": WEEK_1}
    world = start(case, worlds, with_events(case, held_out))
    cell, table = list(case.cells).index("delisting"), list(case.tables).index("intra_afghan")
    before = world[3].cell[cell]
    pass_weeks(world, 1)
    assert world[3].cell[cell] == before
    assert list(world[3].offers[table]) == [0, 1]
    assert world[3].conditional_offer[table, 1, cell] == 1.0


def test_a_withdrawal_runs_in_a_straight_line_to_its_date(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    announced = {"event": "announce_withdrawal", "weeks_to_go": 10, "when": WEEK_1}
    world = start(case, worlds, with_events(case, announced, epoch="2019-07"))
    pass_weeks(world, 6)
    assert world[3].presence == pytest.approx(0.5)
    pass_weeks(world, 5)
    assert world[3].presence == 0.0


def test_an_effect_for_a_time_lapses_and_is_nobodys_act(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    truce = {"event": "declare_ceasefire", "by": "TAL", "war": "afghan_war", "to": 1.0, "weeks": 2, "when": WEEK_1}
    world = start(case, worlds, with_events(case, truce))
    cell = list(case.cells).index("ceasefire")
    pass_weeks(world, 2)
    assert world[3].cell[cell] == 1.0
    seen = world[3].lost.copy()
    pass_weeks(world, 1)
    assert world[3].cell[cell] == 0.0
    assert np.array_equal(world[3].lost, seen)


def test_a_lasting_effect_renewed_returns_to_what_was_before_it(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    strikes = {
        "event": "air_strikes",
        "by": "PAK",
        "change": 0.1,
        "weeks": 3,
        "repeat": True,
        "when": {"all": ["week <= 4"], "for": 2},
    }
    world = start(case, worlds, with_events(case, strikes, epoch="2022-08"))
    cell = list(case.cells).index("border")
    before = world[3].cell[cell]
    assert pass_weeks(world, 4) == [[], [0], [], [0]]
    assert world[3].cell[cell] == pytest.approx(before - 0.2)
    pass_weeks(world, 4)
    assert world[3].cell[cell] == before


def test_the_whole_region_is_invited_and_tries(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    together = {"event": "regional_consensus", "table": "intra_afghan", "effort": 0.7, "weeks": 5, "when": WEEK_1}
    world = start(case, worlds, with_events(case, together))
    pass_weeks(world, 1)
    table = list(case.tables).index("intra_afghan")
    assert np.all(world[3].invited[table, : len(case.tables["intra_afghan"].seats)] == 1)
    for code in ("TUR", "RUS", "CHN", "IRN"):
        assert world[3].effort_set[case.number("players", code)] == 0.7
        assert world[3].effort_until[case.number("players", code)] == 6


# --- when they come --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "repeat", "weeks"),
    [
        ({"week": 3}, False, [3]),
        ({"all": ["week >= 3"]}, False, [3]),
        ({"all": ["week >= 3"], "for": 2}, False, [4]),
        ({"all": ["week >= 3"], "for": 2, "after": 3}, False, [7]),
        ({"all": ["week >= 3", "week < 5"]}, True, [3, 4]),
        ({"any": ["week < 2", "week > 8"]}, True, [1, 9, 10]),
        ({"all": ["week > 4"], "for": 3}, True, [7, 10]),
        ({"any": ["regime.emirate >= 1"]}, False, []),
        ({"all": ["regime.republic > 0"]}, False, [1]),
        ({"any": ["regime.turned > 0", "table.us_pakistan.status < 1"]}, False, []),
        ({"all": ["table.doha.in_force >= 1", "table.intra_afghan.open < 1"]}, False, [1]),
    ],
)
def test_an_event_comes_when_its_trigger_says(
    case: Case, worlds: dict[str, tuple[Any, Any]], when: dict[str, Any], repeat: bool, weeks: list[int]
) -> None:
    event = {"event": "concede", "by": "TAL", "issue": "power_sharing", "when": when, "repeat": repeat}
    world = start(case, worlds, with_events(case, event))
    assert [week for week, which in enumerate(pass_weeks(world, 10), 1) if which] == weeks


def test_events_of_one_week_see_the_same_world(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    """What the first event changes does not keep the second from its trigger."""
    when = {"all": ["cell.india_role < 0.8"]}
    written = [
        {"event": "curtail_india", "to": 1.0, "when": when},
        {"event": "concede", "by": "TAL", "issue": "power_sharing", "when": when},
    ]
    world = start(case, worlds, with_events(case, *written))
    assert pass_weeks(world, 2) == [[0, 1], []]


@njit  # type: ignore[untyped-decorator]  # numba is untyped
def compiled_weeks(rules: Any, draw: Any, plan: Any, state: Any, weeks: int) -> None:
    for _ in range(weeks):
        state.week += 1
        events(rules, draw, plan, state)


def test_events_leave_the_same_bits_interpreted_and_compiled(case: Case, worlds: dict[str, tuple[Any, Any]]) -> None:
    watch = {"all": ["trust.TAL.US >= 0", "war.ttp_insurgency.control < 1", "presence <= 1"], "for": 2, "after": 1}
    of_2021 = [
        {"event": name, "when": WEEK_1 if number % 2 else watch, **arguments}
        for number, (name, (epoch, arguments)) in enumerate(EXAMPLES.items())
        if epoch == "2021-04"
    ]
    scenario = with_events(case, *of_2021)
    plain, compiled = start(case, worlds, scenario), start(case, worlds, scenario)
    pass_weeks(plain, 8)
    compiled_weeks(*compiled, 8)
    for variable in the_model_variables.STATE:
        assert plain[3][variable.name].tobytes() == compiled[3][variable.name].tobytes(), variable.name


WHOLE = Quantity("q", 0, low=0, high=6, whole=True)
PART = Quantity("q", 0, low=0.0, high=1.0)
HOLDS = {
    "<": lambda value, at: value < at,
    "<=": lambda value, at: value <= at,
    ">": lambda value, at: value > at,
    ">=": lambda value, at: value >= at,
}


@given(st.lists(st.tuples(st.sampled_from(words.COMPARISONS), st.integers(-2, 16)), min_size=1, max_size=4))
def test_conditions_on_a_count_can_hold_where_some_count_meets_them_all(written: list[tuple[str, int]]) -> None:
    found = [Condition(WHOLE, comparison, half / 2, "") for comparison, half in written]
    assert can_hold(found) == any(all(HOLDS[c](value, half / 2) for c, half in written) for value in range(7))


@given(st.lists(st.tuples(st.sampled_from(words.COMPARISONS), st.integers(-1, 5)), min_size=1, max_size=4))
def test_conditions_on_a_share_can_hold_where_some_share_meets_them_all(written: list[tuple[str, int]]) -> None:
    found = [Condition(PART, comparison, quarter / 4, "") for comparison, quarter in written]
    grid = [eighth / 8 for eighth in range(9)]
    assert can_hold(found) == any(all(HOLDS[c](value, quarter / 4) for c, quarter in written) for value in grid)
