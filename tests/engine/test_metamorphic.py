"""Changes of a case that must not change a run: other names, another order, who and what is not involved, scale.

Each holds in quiet runs and under events of every kind, those first that only an event brings about: gifts, what is
offered for coming and for an effort, an exit that is tied to a signature, an offensive.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from worlds import EPOCHS, World, afghanistan, random_plan, runs, same_bits, world

from sim.case.case import Case
from sim.case.loading import load_case
from sim.model import variables as the_model_variables
from sim.model import vocabulary as words
from sim.model.phases.begin import begin, derive
from sim.model.phases.week import week

pytestmark = pytest.mark.long

WEEKS = 104
DRAWS = 60
Change = Callable[[dict[str, Any]], dict[str, Any]]


def variant(folder: Path, change: Change) -> Case:
    """The real case, changed, written to a folder of its own and loaded as any other case."""
    source = afghanistan().folder
    data = yaml.safe_load((source / "case.yaml").read_text(encoding="utf-8"))
    (folder / "epoch").mkdir()
    for path in (source / "epoch").glob("*.yaml"):
        (folder / "epoch" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    text = yaml.safe_dump(change(data), sort_keys=False, allow_unicode=True)
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return load_case(folder)


def in_other_words(value: Any, names: dict[str, str]) -> Any:
    """A piece of a case with every code replaced, as a key and as a value."""
    if isinstance(value, dict):
        return {names.get(key, key): in_other_words(inside, names) for key, inside in value.items()}
    if isinstance(value, list):
        return [in_other_words(inside, names) for inside in value]
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), value) if isinstance(value, str) else value


@cache
def plan_of_events(epoch: str) -> Any:
    """A plan for the real case: five events that bring about what else never is, and nineteen of any kind."""
    found = world(epoch, 1)
    case, plan = found.case, random_plan(found, np.random.default_rng(7), 24, WEEKS)
    later = epoch == "2022-08"
    giver, mediator, target = ("PAK", "TAL", "TTP") if later else ("US", "PAK", "TAL")
    gift, table, war = ("recognition_region", "us_emirate", 1) if later else ("security_assistance", "intra_afghan", 0)
    offered, at, guest = ("frozen_funds", "us_emirate", "TAL") if later else ("prisoners", "doha", "TAL")
    certain: list[dict[str, Any]] = [
        {"effect": words.SET_CELL, "player": giver, "place_cell": gift, "value": 0.5},
        {"effect": words.FOR_EFFORT, "player": giver, "target": mediator, "about": target, "place_cell": gift,
         "value": 1.0, "level": 0.55, "conditional": 0},
        {"effect": words.OFFER, "player": "US", "target": guest, "place_table": at, "place_cell": offered,
         "value": 1.0},
        {"effect": words.SCHEDULE, "place_table": table, "value": 20.0, "conditional": 0},
        {"effect": words.OFFENSIVE, "place_war": war, "value": 1.0, "weeks": 12},
    ]  # fmt: skip
    for e, fields in enumerate(certain):
        plan.mode[e], plan.at_week[e], plan.conditions[e], plan.weeks[e] = words.BY_WEEK, e + 1, 0, 0
        for name, value in fields.items():
            kind = {"place_table": "tables", "place_cell": "cells"}.get(name, "players")
            plan[name][e] = case.number(kind, value) if isinstance(value, str) else value
    return plan


def carried(plan: Any, found: World, back: dict[str, str] | None = None) -> World:
    """A plan for the real case in the world of a variant, with its players and what has been added to it."""
    codes = [(back or {}).get(code, code) for code in found.case.players]
    there = np.array([codes.index(code) for code in afghanistan().players])
    other, players = found.plan, ("player", "target", "about", "quantity_first", "quantity_second")
    for name in players[:3]:
        other[name][...] = np.where(plan[name] >= 0, there[plan[name]], plan[name])
    pair = np.isin(plan.quantity, (words.Q_TRUST, words.Q_LEVERAGE))
    other.quantity_first[...] = np.where(pair, there[plan.quantity_first], plan.quantity_first)
    other.quantity_second[...] = there[plan.quantity_second]
    other.stand_salience[there, : plan.stand_salience.shape[1]] = plan.stand_salience
    for variable in the_model_variables.PLAN:
        if variable.axes in ("E", "ED") and variable.name not in players:
            other[variable.name][...] = plan[variable.name]
    other.events = plan.events
    return found


QUIET, EVENTS = False, True
both = pytest.mark.parametrize("eventful", [QUIET, EVENTS], ids=["quiet", "events"])


def world_with(eventful: bool, epoch: str, case: Case | None = None, names: dict[str, str] | None = None) -> World:
    """The world of an epoch, or of a variant of its case, with or without events."""
    names = names or {}
    found = world(epoch, DRAWS, case=case, rename=lambda part: names.get(part, part))
    back = {new: old for old, new in names.items()}
    return carried(plan_of_events(epoch), found, back) if eventful else found


@cache
def unchanged(epoch: str, eventful: bool) -> Any:
    """The runs of the real case, compiled."""
    return runs(world_with(eventful, epoch), WEEKS)


@pytest.mark.parametrize("epoch", EPOCHS)
def test_the_events_bring_about_what_quiet_runs_never_have(epoch: str) -> None:
    quiet, eventful = unchanged(epoch, QUIET), unchanged(epoch, EVENTS)
    for name in ("kindness", "granted", "promised", "offensive"):
        assert not quiet[name].any(), name
        assert eventful[name].any(), name
    assert (eventful.fired[:, :5] == 1).all()
    assert (eventful.schedule_table >= 0).any()


def in_this_order(states: Any, variant_case: Case, back: dict[str, str] | None = None) -> Any:
    """States of a variant with its players put back into the order of the real case."""
    back = back or {}
    codes = [back.get(code, code) for code in variant_case.players]
    order = [codes.index(code) for code in afghanistan().players]
    ordered = states.copy()
    for variable in the_model_variables.STATE:
        for axis, letter in enumerate(variable.axes):
            if letter == "P":
                ordered[variable.name] = np.take(ordered[variable.name], order, axis=axis + 1)
    return ordered


# What holds numbers of players, or stands in places by their order, differs with it; everything else may not.
NUMBERED = {"offered_by", "moved_by", "stirred", "parts", "kindness"}


@both
@pytest.mark.parametrize("epoch", EPOCHS)
def test_other_names_of_the_actors_give_the_same_runs(epoch: str, eventful: bool, tmp_path: Path) -> None:
    names = {code: f"X{number}" for number, code in enumerate(afghanistan().players)}
    other = variant(tmp_path, lambda data: in_other_words(data, names))
    found = world_with(eventful, epoch, other, names)
    assert same_bits(unchanged(epoch, eventful), runs(found, WEEKS)) == []


@both
@pytest.mark.parametrize("epoch", EPOCHS)
def test_another_order_of_the_actors_gives_the_same_runs(epoch: str, eventful: bool, tmp_path: Path) -> None:
    def reverse(data: dict[str, Any]) -> dict[str, Any]:
        for key in ("actors", "third_parties"):
            data[key] = dict(reversed(data[key].items()))
        return data

    other = variant(tmp_path, reverse)
    states = in_this_order(runs(world_with(eventful, epoch, other), WEEKS), other)
    plain = unchanged(epoch, eventful)
    assert set(same_bits(plain, states)) <= NUMBERED
    np.testing.assert_array_equal(np.sort(states.kindness, axis=-1), np.sort(plain.kindness, axis=-1))


def rescaled(found: World, factor: float) -> World:
    """All saliences on another scale, those of stands that an event may bring among them."""
    found.draws.salience[...] *= factor
    found.plan.stand_salience[...] *= factor
    return found


@both
@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("factor", [0.5, 0.25, 2.0])
def test_rescaled_saliences_give_the_same_runs(epoch: str, factor: float, eventful: bool) -> None:
    """Bit for bit where the factor is a power of two, which rounds nothing."""
    found = rescaled(world_with(eventful, epoch), factor)
    assert same_bits(unchanged(epoch, eventful), runs(found, WEEKS)) == []


@both
@pytest.mark.parametrize("epoch", EPOCHS)
def test_saliences_on_any_other_scale_give_the_same_decisions(epoch: str, eventful: bool) -> None:
    found = rescaled(world_with(eventful, epoch), 0.7)
    states = runs(found, WEEKS)
    for name in ("status", "attended", "agreements", "tranches_kept", "takeover_week", "attacks_total"):
        np.testing.assert_array_equal(states[name], unchanged(epoch, eventful)[name])
    np.testing.assert_allclose(states.trust, unchanged(epoch, eventful).trust, atol=1e-9)


def with_a_bystander(data: dict[str, Any]) -> dict[str, Any]:
    """A further actor between the others, and a further third party, at no table."""
    actors = list(data["actors"].items())
    data["actors"] = dict([*actors[:2], ("BYS", {"name": "a bystander", "kind": "government"}), *actors[2:]])
    data["third_parties"] = {"FAR": "a far country", **data["third_parties"]}
    return data


def with_an_issue_of_no_salience(data: dict[str, Any]) -> dict[str, Any]:
    """A further issue at every table, which nobody holds a position on or cares for."""
    data["cells"]["weather"] = {"issue": "weather", "kind": "flow", "start": 0.3, "low": "rain", "high": "sun"}
    for table in data["tables"].values():
        table["clauses"]["weather"] = {"default": "current", "nu": 1.0, "by": table["parties"][0]}
    return data


def interpreted(epoch: str, number: int, case: Case | None, eventful: bool) -> Any:
    """One run of one draw in the interpreter."""
    found = world_with(eventful, epoch, case)
    draw, state = found.draws[number], found.states(1)[0]
    derive(found.rules, draw, found.plan)
    begin(found.rules, draw, found.plan, state, 1, 0)
    for _ in range(WEEKS):
        week(found.rules, draw, found.plan, state)
    return state


# What holds numbers of players, or is a place to work in.
PLACED = ("offered_by", "moved_by", "pieces", "trial", "parts")


def common_part(state: Any, case: Case) -> dict[str, Any]:
    """What a state says of the players, cells and clauses of the real case."""
    real = afghanistan()
    keep = {
        "P": [list(case.players).index(code) for code in real.players],
        "C": [list(case.cells).index(code) for code in real.cells],
        "K": list(range(max(len(table.clauses) for table in real.tables.values()))),
    }
    parts = {}
    for variable in the_model_variables.STATE:
        values = np.asarray(state[variable.name])
        if "N" in variable.axes or "Q" in variable.axes or variable.name in PLACED:
            continue
        for axis, letter in enumerate(variable.axes):
            if letter in keep:
                values = np.take(values, keep[letter], axis=axis)
        if "K" in variable.axes:
            used = [len(table.clauses) for table in real.tables.values()]
            mask = np.arange(len(keep["K"])) < np.array(used)[:, None]
            places = tuple(axis for axis, letter in enumerate(variable.axes) if letter in "TK")
            values = np.moveaxis(values, places, (0, 1))[mask] if "T" in variable.axes else values
        parts[variable.name] = values
    return parts


@both
@pytest.mark.parametrize("epoch", ["2018-12", "2021-04", "2022-08"])
@pytest.mark.parametrize("change", [with_a_bystander, with_an_issue_of_no_salience])
def test_who_and_what_is_not_involved_changes_nothing(
    change: Change, epoch: str, eventful: bool, tmp_path: Path
) -> None:
    other = variant(tmp_path, change)
    for number in (3, 17):
        plain = common_part(unchanged(epoch, eventful)[number], afghanistan())
        changed = common_part(interpreted(epoch, number, other, eventful), other)
        differs = [name for name in plain if not np.array_equal(plain[name], changed[name], equal_nan=True)]
        assert differs == []
