"""Whose a lever is: read from the events that use it, and from nothing else."""

from __future__ import annotations

import pytest

from sim.case.owners import levers_of, owners
from sim.case.scenario import load_scenario, scenario_names
from sim.inputs.errors import InputError
from tests.worlds import afghanistan

KNOWN = {
    "turkey_summit": {"summit_week": (), "weeks_to_go": ("US",)},
    "border_strikes": {"patience": ("PAK",), "change": ("PAK",), "weeks": ("PAK",)},
    "pakistan_steps_back": {"weeks": ("PAK",)},
    "delayed_withdrawal": {"by_weeks": ("US",), "conditional": ("US",)},
    "kabul_hosted_ttp_talks": {"week": ()},
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_lever_is_whose_act_it_decides(name: str) -> None:
    assert dict(owners(afghanistan().scenario(name))) == KNOWN[name]


def test_the_effort_of_several_is_a_lever_of_each() -> None:
    whose = owners(afghanistan().scenario("regional_consensus"))
    assert len(whose["effort"]) > 1
    assert set(whose["effort"]) <= set(afghanistan().players)


def test_every_lever_of_every_scenario_is_somebodys_or_nobodys_and_an_actor_has_those_that_are_its() -> None:
    case = afghanistan()
    for name in scenario_names(case):
        scenario = load_scenario(case, name)
        whose = owners(scenario)
        assert list(whose) == list(scenario.levers)
        for actor in {one for players in whose.values() for one in players}:
            assert levers_of(scenario, actor) == tuple(name for name in whose if actor in whose[name])


@pytest.mark.parametrize(
    ("actor", "says"),
    [
        ("PAK", "no lever of turkey_summit is PAK's; allowed: summit_week is nobody's; weeks_to_go is US's"),
        ("PKA", "'PKA' is not an actor or third party; allowed: .*; did you mean PAK?"),
    ],
)
def test_a_mistake_is_one_line(actor: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        levers_of(afghanistan().scenario("turkey_summit"), actor)
