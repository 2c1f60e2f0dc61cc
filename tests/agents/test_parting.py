"""Two runs with the same luck share every decision up to the one in which they part, and that one says why."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import pytest

from sim.agents.journal import Decision
from sim.agents.model import NegotiationModel
from sim.agents.parting import DECISIONS, Parting, parting, parting_of, parting_told
from sim.agents.reasons import by_schedule
from sim.inputs import InputError
from sim.world.world import World, load_world

RUNS, SEED, NUMBERS = 4, 1, range(40)
NAMES = ("status_quo", "turkey_summit")


@pytest.fixture(scope="module")
def worlds() -> tuple[World, World]:
    second = load_world("turkey_summit")
    first = load_world("status_quo", second.case)
    scenario = second.scenario
    return first.change(first.scenario.change(epoch=scenario.epoch, horizon=scenario.horizon)), second


@pytest.fixture(scope="module")
def parted(worlds: tuple[World, World]) -> dict[int, Parting]:
    found = {number: parting(*worlds, number, seed=SEED, runs=RUNS) for number in NUMBERS}
    return {number: one for number, one in found.items() if one is not None}


def _played(world: World, number: int, weeks: int) -> NegotiationModel:
    model = NegotiationModel(world=world, draw=number // RUNS, run=number % RUNS, seed=SEED)
    for _ in range(weeks):
        model.step()
    return model


def _taken(model: NegotiationModel) -> dict[tuple[object, ...], Decision]:
    return {(e.week, e.decision, e.place, e.who, e.clause): e for e in model.journal.entries if e.decision in DECISIONS}


def _shared(one: NegotiationModel, other: NegotiationModel) -> Iterator[tuple[Decision, Decision]]:
    """The decisions that both took, and that no schedule took for them."""
    first, second = _taken(one), _taken(other)
    for key in first.keys() & second.keys():
        if not by_schedule(first[key]) and not by_schedule(second[key]):
            yield first[key], second[key]


def test_before_they_part_every_decision_that_both_took_is_the_same(
    worlds: tuple[World, World], parted: dict[int, Parting]
) -> None:
    assert len(parted) > 5
    for number, found in parted.items():
        week = found.first.week
        models = [_played(world, number, week) for world in worlds]
        before = [pair for pair in _shared(*models) if pair[0].week < week]
        assert all(one.outcome == other.outcome for one, other in before)
        assert tuple(found) in list(_shared(*models))


def test_those_that_never_part_share_every_decision(worlds: tuple[World, World], parted: dict[int, Parting]) -> None:
    others = [number for number in NUMBERS if number not in parted]
    horizon = worlds[0].scenario.horizon
    for number in others[:3]:
        pairs = list(_shared(*(_played(world, number, horizon) for world in worlds)))
        assert pairs
        assert all(one.outcome == other.outcome for one, other in pairs)


def test_one_random_number_lies_between_the_two_chances(parted: dict[int, Parting]) -> None:
    by_chance = [found for found in parted.values() if found.how == "chance"]
    assert by_chance
    for one, other in by_chance:
        low, high = sorted((one.probability, other.probability))
        assert one.random_number == other.random_number
        assert low <= one.random_number < high


def test_a_decision_by_rule_was_left_to_no_number(parted: dict[int, Parting]) -> None:
    for found in parted.values():
        if found.how == "rule":
            assert any(isnan(one.random_number) or one.outcome == "withheld" for one in found)
        if found.how == "leaders":
            assert found.first.random_number != found.second.random_number


def test_swapped_scenarios_give_the_mirrored_answer(worlds: tuple[World, World], parted: dict[int, Parting]) -> None:
    for number, found in parted.items():
        assert parting(*reversed(worlds), number, seed=SEED, runs=RUNS) == found.mirrored


def test_a_scenario_never_parts_from_itself(worlds: tuple[World, World]) -> None:
    assert all(parting(worlds[1], worlds[1], number, seed=SEED, runs=RUNS) is None for number in range(4))


def test_played_to_the_end_they_part_where_they_part_side_by_side(
    worlds: tuple[World, World], parted: dict[int, Parting]
) -> None:
    horizon = worlds[0].scenario.horizon
    for number in (*list(parted)[:2], next(n for n in NUMBERS if n not in parted)):
        models = [_played(world, number, horizon) for world in worlds]
        assert parting_of(*models) == parted.get(number)


def test_the_sentence_has_week_place_names_chances_and_the_number(
    worlds: tuple[World, World], parted: dict[int, Parting]
) -> None:
    for found in parted.values():
        text = parting_told(worlds[0], found, NAMES)
        assert text.startswith(f"Week {found.first.week}, ")
        assert all(f"under {name}" in text for name in NAMES)
        if found.how == "chance":
            assert all(f"{one.probability:.3f}" in text for one in found)
            assert f"the random number was {found.first.random_number:.3f} in both" in text


def test_scenarios_of_another_time_are_refused(worlds: tuple[World, World]) -> None:
    later = load_world("border_strikes", worlds[0].case)
    with pytest.raises(InputError, match="one epoch for both, such as epoch=2021-04"):
        parting(worlds[0], later, 0, seed=SEED, runs=RUNS)
