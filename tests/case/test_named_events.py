"""A case has words of its own for general events: the same effects under another name, and no more than that."""

from __future__ import annotations

from typing import Any

import pytest

from sim.case.events import EVENTS, NAMEABLE, events_of
from sim.case.happening import Setting, happening
from sim.case.loading import load_case

CASE = load_case()
REPUBLIC, EMIRATE = CASE.regimes


def brought_about(event: str, regime: str, **given: Any) -> Any:
    data = {"event": event, "when": {"week": 3}, **given}
    return happening(Setting(CASE, regime, 104, {}, "mine.yaml"), "events[0]", data).effects


@pytest.mark.parametrize("name", CASE.events)
def test_a_word_of_the_case_does_what_the_general_event_does(name: str) -> None:
    one = CASE.events[name]
    regime = next(
        regime
        for regime in CASE.regimes
        if any(regime in table.regimes and one.issue in table.clauses for table in CASE.tables.values())
    )
    given: dict[str, Any] = {"by": "PAK"}
    given |= {"to": 0.4} if one.general in ("give_issue", "move_issue") else {}
    given |= {"change": 0.2} if one.general in ("shift_issue", "lower_issue") else {}
    bound = {"issue": one.issue, **({"norm": one.norm} if one.norm else {})}
    found = brought_about(name, regime, **given)
    assert found == brought_about(one.general, regime, **given, **bound)
    assert found


def test_the_issue_of_a_word_cannot_be_given_again() -> None:
    assert "issue" not in [argument.name for argument in events_of(CASE)["delist"].arguments]


def test_who_delivers_does_it_where_nobody_is_named() -> None:
    assert brought_about("delist", REPUBLIC, to=0.4) == brought_about("delist", REPUBLIC, to=0.4, by="US")


def test_every_general_event_that_takes_an_issue_alone_can_have_a_word() -> None:
    about = {name for name, event in EVENTS.items() if "issue" in [argument.name for argument in event.arguments]}
    assert set(NAMEABLE) < about
    assert list(events_of(CASE)) == [*EVENTS, *CASE.events]


def test_no_general_event_names_an_issue_of_a_case() -> None:
    assert all(event.cell is None for event in EVENTS.values())
