"""Changes of a case that must not change a run: other names, another order, who and what is not involved, scale."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from worlds import EPOCHS, afghanistan, runs, same_bits, world

from sim.case.case import Case
from sim.case.loading import load_case
from sim.model import variables as the_model_variables
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
def unchanged(epoch: str) -> Any:
    """The runs of the real case, compiled."""
    return runs(world(epoch, DRAWS), WEEKS)


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


# What holds numbers of players or learning pairs differs with the order; everything else may not.
NUMBERED = {"offered_by", "stirred", "parts"}


@pytest.mark.parametrize("epoch", EPOCHS)
def test_other_names_of_the_actors_give_the_same_runs(epoch: str, tmp_path: Path) -> None:
    names = {code: f"X{number}" for number, code in enumerate(afghanistan().players)}
    other = variant(tmp_path, lambda data: in_other_words(data, names))
    found = world(epoch, DRAWS, case=other, rename=lambda part: names.get(part, part))
    assert same_bits(unchanged(epoch), runs(found, WEEKS)) == []


@pytest.mark.parametrize("epoch", EPOCHS)
def test_another_order_of_the_actors_gives_the_same_runs(epoch: str, tmp_path: Path) -> None:
    def reverse(data: dict[str, Any]) -> dict[str, Any]:
        for key in ("actors", "third_parties"):
            data[key] = dict(reversed(data[key].items()))
        return data

    other = variant(tmp_path, reverse)
    states = in_this_order(runs(world(epoch, DRAWS, case=other), WEEKS), other)
    assert set(same_bits(unchanged(epoch), states)) <= NUMBERED


@pytest.mark.parametrize("epoch", EPOCHS)
@pytest.mark.parametrize("factor", [0.5, 0.25, 2.0])
def test_rescaled_saliences_give_the_same_runs(epoch: str, factor: float) -> None:
    """Bit for bit where the factor is a power of two, which rounds nothing."""
    found = world(epoch, DRAWS)
    found.draws.salience[...] *= factor
    assert same_bits(unchanged(epoch), runs(found, WEEKS)) == []


@pytest.mark.parametrize("epoch", EPOCHS)
def test_saliences_on_any_other_scale_give_the_same_decisions(epoch: str) -> None:
    found = world(epoch, DRAWS)
    found.draws.salience[...] *= 0.7
    states = runs(found, WEEKS)
    for name in ("status", "attended", "agreements", "tranches_kept", "takeover_week", "attacks_total"):
        np.testing.assert_array_equal(states[name], unchanged(epoch)[name])
    np.testing.assert_allclose(states.trust, unchanged(epoch).trust, atol=1e-9)


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


def interpreted(epoch: str, number: int, case: Case | None) -> Any:
    """One run of one draw in the interpreter."""
    found = world(epoch, DRAWS, case=case)
    draw, state = found.draws[number], found.states(1)[0]
    derive(found.rules, draw, found.plan)
    begin(found.rules, draw, found.plan, state, 1, 0)
    for _ in range(WEEKS):
        week(found.rules, draw, found.plan, state)
    return state


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
        if "N" in variable.axes or "Q" in variable.axes or variable.name in ("offered_by", "pieces", "trial", "parts"):
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


@pytest.mark.parametrize("epoch", ["2018-12", "2021-04", "2022-08"])
@pytest.mark.parametrize("change", [with_a_bystander, with_an_issue_of_no_salience])
def test_who_and_what_is_not_involved_changes_nothing(change: Change, epoch: str, tmp_path: Path) -> None:
    other = variant(tmp_path, change)
    for number in (3, 17):
        plain = common_part(unchanged(epoch)[number], afghanistan())
        changed = common_part(interpreted(epoch, number, other), other)
        differs = [name for name in plain if not np.array_equal(plain[name], changed[name], equal_nan=True)]
        assert differs == []
