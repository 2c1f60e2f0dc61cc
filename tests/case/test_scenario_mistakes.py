"""Each broken scenario with its one line, word for word (tests/scenario_mistakes.yaml)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sim.case.events import events_of
from sim.case.loading import load_case
from sim.case.scenario import load_scenario, scenario_of
from sim.case.trigger import KINDS
from sim.inputs import InputError, read_yaml
from sim.model.parameters import SWITCHES

CASE = load_case()
LISTS = {
    "<events>": events_of(CASE),
    "<quantities>": KINDS,
    "<issues>": CASE.cells,
    "<players>": CASE.players,
    "<epochs>": CASE.epochs,
    "<tables>": CASE.tables,
    "<switches>": SWITCHES,
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
MISTAKES = read_yaml(Path(__file__).parent / "scenario_mistakes.yaml")["mistakes"]


def changed(change: Mapping[str, Any]) -> dict[str, Any]:
    data = copy.deepcopy(BASE)
    if "events" in change:
        data["levers"] = {}
    data.update(change)
    return {key: value for key, value in data.items() if value is not None}


def test_the_scenario_that_is_broken_below_is_good() -> None:
    assert scenario_of(CASE, BASE, file="mine.yaml", name="mine").levers["summit_week"].value == 4


def test_at_least_forty_mistakes_have_a_line_of_their_own() -> None:
    assert len({mistake["says"] for mistake in MISTAKES}) >= 40


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake["says"][:60] for mistake in MISTAKES])
def test_a_broken_scenario_is_refused_with_its_line(mistake: Mapping[str, Any]) -> None:
    says = mistake["says"]
    for word, names in LISTS.items():
        says = says.replace(word, ", ".join(names))
    with pytest.raises(InputError) as refused:
        scenario_of(CASE, changed(mistake["change"]), file="mine.yaml", name="mine")
    assert str(refused.value) == f"mine.yaml: {says}"


SUMMIT = str(CASE.folder / "scenario" / "turkey_summit.yaml")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"sumit_week": 4},
            "levers.sumit_week: 'sumit_week' is not a lever; allowed: summit_week, weeks_to_go; "
            "did you mean summit_week?",
        ),
        ({"summit_week": 53}, "levers.summit_week: 53 is out of range; allowed: 2 to 52 weeks"),
        ({"summit_week": "soon"}, "levers.summit_week: 'soon' is not a number; allowed: a number"),
        ({"summit_week": True}, "levers.summit_week: true is not a number; allowed: a number"),
        (
            {"summit_week": 4.5},
            "events[1].when.week: 4.5 is not a whole number of weeks; allowed: a whole number of weeks",
        ),
        (
            {"epoch": "2022-8"},
            f"epoch: '2022-8' is not an epoch; allowed: {', '.join(CASE.epochs)}; did you mean 2022-08?",
        ),
        (
            {"epoch": "2022-08"},
            "events[0].event: 'announce_withdrawal' is impossible: no forces are left under the emirate",
        ),
        ({"horizon": 0}, "horizon: 0 is out of range; allowed: a whole number of weeks, 1 to 260"),
        ({"horizon": 52.0}, "horizon: 52.0 is not a whole number of weeks; allowed: a whole number of weeks, 1 to 260"),
        (
            {"off": ["trust"]},
            f"off: 'trust' is not a switch; allowed: {', '.join(SWITCHES)}",
        ),
    ],
)
def test_a_change_that_breaks_a_scenario_is_refused_with_its_line(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as refused:
        load_scenario(CASE, "turkey_summit").change(**change)
    assert str(refused.value) == f"{SUMMIT}: {says}"


def test_an_unknown_scenario_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(InputError, match=r"'turky_summit' is not a scenario.*did you mean turkey_summit"):
        load_scenario(CASE, "turky_summit")


def test_a_scenario_is_called_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text((CASE.folder / "scenario" / "status_quo.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_scenario(CASE, path)
    assert str(refused.value) == f"{path}: scenario: 'status_quo' is not the file's name; allowed: other"
