"""The documentation of the scenarios, written from the files and from the vocabulary: `python -m
sim.pages.documents.scenarios`.

It writes `docs/scenarios.md`. A test compares that file with what this module would write, so that it cannot drift.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.case.answer import Answer
from sim.case.case import Case
from sim.case.event import OPTIONAL, Argument, Event
from sim.case.events import events_of
from sim.case.happening import Lever, what_fits
from sim.case.loading import load_case
from sim.case.scenario import load_scenario, scenario_names
from sim.case.trigger import KINDS
from sim.inputs.errors import InputError
from sim.pages.kit.words import citations

PAGE = Path("docs") / "scenarios.md"

_HEAD = """\
# Scenarios

<!-- Written by `python -m sim.pages.documents.scenarios` from the files and the vocabulary: change those. -->

A scenario is a short file: it says at which article's state it starts, what then happens and when, and which
numbers it leaves to whoever runs it (its levers). What comes of it is the model's to say. [Write your own in ten
minutes](guides/first_scenario.md).

## The scenarios of the Afghan case

Each sits at the epoch it belongs to and can be moved to another (`case.scenario("do_more", epoch="2018-12")`),
unless something in it cannot happen there; then the reason is told. Beside each lever stand its value and, in
brackets, its range. A question is answered by outcomes, measured against `status_quo` at the same epoch; where an
article expects one to rise or to fall, that stands behind it with the paragraphs.
"""

_ANSWERS = """\
## Answers

`answered_by` is a list, in the order in which the answers are told: `outcome` (a column of the outcomes that is an
amount, a share, or a yes or no), `label` (what it is, in words) and, where an article says which way it goes,
`expected` (`rises` or `falls`) with the `paragraphs` that say so. An effect is judged by its interval: as the article
expects, opposite, no clear effect; where nothing is expected, that is said. What is expected stands before anything is
simulated, and rests on the articles alone.
"""

_EVENTS = """\
## Events

What a scenario can bring about. An event sets what a player does or says: a cell, a schedule, a table's status, a
seat, an effort, an offer, a stand. It never sets trust, leverage, attendance, agreement or the course of a war:
those follow.

Every event has `when`, and may have `why` (text) and `repeat` (true or false, with a trigger). A lever may stand
for any number (`$summit_week`), and for true or false where it is 1 or 0. With `weeks` above 0 an effect lasts that
long.
"""

_WHEN = """\
## When

`when: {week: 12}`, or a trigger: `when: {all: [...], for: 4, after: 2}` or `{any: [...]}` with conditions `QUANTITY
OP NUMBER`, OP one of `<`, `<=`, `>`, `>=`. It looks at the state that last week left. `for`: the weeks that the
conditions must hold in a row (1). `after`: the weeks from then to the event (0). An event with a trigger happens
once, unless `repeat: true`; then the count of weeks starts again.

A quantity is named as the outcome that shows it:
"""

_REFUSED = """\
## What is refused

A scenario is checked when it is loaded, and again when it is changed; one line says what is wrong, where, and what
is allowed. Besides what is misspelt or out of range, these are refused: an event for a table, a war or a player
that is gone for good at the epoch; a trigger that can never fire (trust above 1, a week beyond the horizon,
conditions that exclude each other); a lever that no event uses, or whose range leaves what an event allows; an
offer to a party that has no stake in it.
"""


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([_row(head), _row("---" for _ in head), *(_row(row) for row in rows)])


def _lever(name: str, lever: Lever) -> str:
    unit = "" if lever.unit == "share" else f" {lever.unit}"
    span = lever.unit if lever.unit == "0 or 1" else f"{lever.low:g} to {lever.high:g}{unit}"
    return f"`{name}` {lever.value:g} ({span}): {lever.meaning}"


def _answers(answers: Iterable[Answer]) -> str:
    told = (
        f"{one.label} (`{one.outcome}`)" + (f": {one.expected}, {citations(one.paragraphs)}" if one.expected else "")
        for one in answers
    )
    return "<br>".join(told) or "not said"


def scenario_table(case: Case) -> str:
    """The scenarios of a case as a table in Markdown: name, epoch, question, answers, levers, paragraphs."""
    scenarios = sorted((load_scenario(case, name) for name in scenario_names(case)), key=lambda one: one.epoch)
    rows = (
        (
            f"`{one.scenario}`",
            one.epoch,
            f"{one.title[:1].upper()}{one.title[1:]}. {one.question}",
            _answers(one.answered_by),
            "<br>".join(_lever(name, lever) for name, lever in one.levers.items()) or "none",
            citations(one.paragraphs),
        )
        for one in scenarios
    )
    heads = (
        "scenario",
        "epoch",
        "what happens, and what it asks",
        "answered by: expected",
        "levers",
        "article, paragraphs",
    )
    return _table(heads, rows)


def _default(argument: Argument) -> str:
    if argument.default is None:
        return "must be given"
    if argument.default == OPTIONAL:
        return "may be left out"
    return str(argument.default).lower()


def _event(event: Event) -> str:
    rows = ((f"`{one.name}`", one.meaning, what_fits(one), _default(one)) for one in event.arguments)
    table = _table(("argument", "meaning", "allowed", "default"), rows)
    return f"### {event.name}\n\n{event.meaning}\n\nChanges: {event.changes}\n\n{table}\n"


def page(case: Case) -> str:
    """The whole page, in Markdown."""
    quantities = _table(("quantity", "what it is"), ((f"`{name}`", meaning) for name, meaning in KINDS.items()))
    events = "\n".join(_event(event) for event in events_of(case).values())
    parts = (_HEAD, scenario_table(case) + "\n", _ANSWERS, _EVENTS, events, _WHEN, quantities + "\n", _REFUSED)
    return "\n".join(parts)


def main() -> int:
    """Write the page below the present folder; 2 where the user's files are wrong."""
    try:
        text = page(load_case())
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
