"""The guide to a case of one's own, written from the models that check it: `python -m sim.pages.documents.new_case`.

It writes `docs/guides/new_case.md`. A test compares that file with what this module would write, and follows it.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.case.answer import Answer
from sim.case.article import Article
from sim.case.articles import ArticlesFile
from sim.case.case import (
    Actor,
    Ally,
    Bloc,
    Case,
    Cell,
    Clause,
    Effort,
    Epoch,
    Headline,
    Instrument,
    NamedEvent,
    OpensAfter,
    RatifiedBy,
    Sanctuary,
    Settlement,
    Start,
    Table,
    TableStart,
    War,
)
from sim.case.happening import Lever
from sim.case.patterns import Claim, Less, Pattern, PatternsFile, World
from sim.case.record import BaseRate, Onward, RecordFile, Statement
from sim.case.scenario import ScenarioFile
from sim.evidence.harmonised import ChronologyFile, EventEntry, MechanismEntry, MechanismsFile
from sim.evidence.loading import COLUMNS
from sim.evidence.red_lines import RedLinesFile, ReviewedLine
from sim.evidence.rows import SpokenFor, Structural
from sim.evidence.uncoded import SpokenForFile
from sim.inputs.objects import Strict, what_is_allowed

PAGE = Path("docs") / "guides" / "new_case.md"
NOT_IN_THE_FILE: Mapping[type[Strict], tuple[str, ...]] = {Case: ("epochs", "folder")}


class Part(NamedTuple):
    """A model that checks part of a file, and where in the file it stands."""

    model: type[Strict]
    place: str


# The files of a case in the order in which one writes them, each with what is said of it and the models that check it.
FILES: Mapping[str, tuple[str, tuple[Part, ...]]] = {
    "case.yaml": (
        "Who negotiates with whom, over what. Everything else names what stands here.",
        (
            Part(Case, ""),
            Part(Actor, "actors.CODE"),
            Part(Cell, "cells.NAME"),
            Part(Table, "tables.NAME"),
            Part(Clause, "tables.NAME.clauses.CELL"),
            Part(OpensAfter, "tables.NAME.opens_after"),
            Part(Bloc, "tables.NAME.blocs.PARTY"),
            Part(RatifiedBy, "tables.NAME.ratified_by"),
            Part(War, "wars.NAME"),
            Part(Ally, "wars.NAME.allies.CODE"),
            Part(Sanctuary, "wars.NAME.sanctuary"),
            Part(Instrument, "instruments[]"),
            Part(Effort, "efforts[]"),
            Part(NamedEvent, "events.NAME"),
            Part(Headline, "headline[]"),
            Part(Settlement, "settlements.NAME"),
        ),
    ),
    "epoch/NAME.yaml": (
        "Where things stand when runs begin; one file for each state that a source sets. A war needs its `control` "
        "here, and a patron its `presence`.",
        (Part(Epoch, ""), Part(Start, "start.NAME"), Part(TableStart, "tables.NAME")),
    ),
    "scenario/NAME.yaml": (
        "What happens and when. `status_quo` is what the others are compared with. The events, their arguments and "
        "their triggers stand in [the list of scenarios](../scenarios.md).",
        (Part(ScenarioFile, ""), Part(Lever, "levers.NAME"), Part(Answer, "answered_by[]")),
    ),
    "evidence/articles.yaml": (
        "The sources, with numbered paragraphs. A case without sources leaves the file out, and cites nothing.",
        (Part(ArticlesFile, ""), Part(Article, "articles[]")),
    ),
    "evidence/red_lines.yaml": (
        "Coded red lines as a reviewer left them. Left out: each row's own.",
        (Part(RedLinesFile, ""), Part(ReviewedLine, "red_lines[]")),
    ),
    "evidence/spoken_for.yaml": (
        "Positions that a source gives to a body for which an actor speaks.",
        (Part(SpokenForFile, ""), Part(SpokenFor, "spoken_for[]")),
    ),
    "evidence/structural.yaml": (
        "Parameters of the model of which this case knows more than the engine, by name; all others are the engine's "
        "(`sim/evidence/structural.yaml`). `war_parity_WAR` is the parity of a war.",
        (Part(Structural, "NAME"),),
    ),
    "evidence/mechanisms.yaml": (
        "The causes and effects of all passes in one vocabulary; for the evidence page alone.",
        (Part(MechanismsFile, ""), Part(MechanismEntry, "mechanisms[]")),
    ),
    "evidence/chronology.yaml": (
        "The events of all passes as one dated list; for the evidence page alone.",
        (Part(ChronologyFile, ""), Part(EventEntry, "chronology[]")),
    ),
    "patterns.yaml": (
        "What one expects of the model, to be measured by `job=patterns`.",
        (
            Part(PatternsFile, ""),
            Part(World, "worlds.NAME"),
            Part(Pattern, "patterns.NAME"),
            Part(Claim, "patterns.NAME.claims[], .also[]"),
            Part(Less, "patterns.NAME.claims[].less"),
        ),
    ),
    "record.yaml": (
        "What happened, to score the model by with `job=record`.",
        (
            Part(RecordFile, ""),
            Part(Statement, "statements.NAME"),
            Part(BaseRate, "base_rates.NAME"),
            Part(Onward, "onward[]"),
        ),
    ),
}
COLUMN_WORDS: Mapping[str, str] = {
    "article": "the article's id",
    "kind": "trust or leverage",
    "from": "the player that trusts, or has the leverage",
    "to": "the player that is trusted, or on whom the leverage works",
    "level": "0 to 4: none at all to full",
    "low": "the least that a careful reader could defend: a level, or for a position 0 to 1",
    "high": "the most",
    "directness": "stated or implied",
    "paragraphs": "paragraphs of the article, with ; between them",
    "paraphrase": "what it says, in your own words; no sentence of the source",
    "actor": "a player",
    "issue": "an issue of case.yaml (`cells.NAME.issue`)",
    "position": "0 to 1, between the two poles of the issue",
    "salience": "0 to 4: indifferent to vital",
    "red_line": "1 where no deal beyond a point would be signed, else 0",
    "red_line_at": "that point, or words; empty without a line",
    "date": "as exact as the source allows: YYYY, YYYY-MM, YYYY-MM-DD, or an interval a/b",
    "actors": "players, with ; between them",
    "event": "what happened, as a word",
    "effect": "what followed, as a word",
    "cause": "a word",
    "sign": "+ or -",
    "strength": "weak, medium or strong",
    "quantity": "what is counted",
    "value": "a number, a date or a word",
    "unit": "of the value; `date` for a date",
}

_HEAD = """\
# A case of your own

<!-- Written by `python -m sim.pages.documents.new_case` from the models that check a case: change those. -->

The engine knows no actor by name. A conflict is a folder; this page tells what is in it, file by file and key by key.
Start with a small one that runs, and change it:

```console
$ jirga new mine
$ jirga check mine
$ jirga case=mine size=smoke out=mine_results
```

`jirga check` reads every file and tells all mistakes at once, each in one line with the file, the key, the value, what
is allowed and the likely meant word. It exits with 2 while there is one. Run it after every change.

## A change, step by step

1. The new folder holds two districts and a river. Give the talks a third issue: in `case.yaml`, a cell under `cells`
   and a clause under `tables.river.clauses`.

   ```diff
   +  repairs: {issue: repairs, kind: stock, start: 0.0,
   +            low: the dam stays as it is, high: the dam is repaired}
   +      repairs: {default: current, nu: 1.0, by: UP}
   ```

2. Code what the source says of it: a row in `evidence/pass_a/positions.csv`. Whoever is not coded may want anything.

   ```diff
   +2024-01-gazette,LOW,repairs,0.9,0.7,1.0,2,0,,implied,3,The lower district would like the dam to be safe
   ```

3. Let something happen: a scenario `scenario/repairs_first.yaml`.

   ```yaml
   scenario: repairs_first
   title: the upper district repairs the dam
   question: Does a repair made freely bring a payment?
   paragraphs: {2024-01-gazette: [3]}
   epoch: 2024-01
   events:
     - {event: move_issue, by: UP, issue: repairs, to: 1.0, when: {week: 8}}
   ```

4. Look for mistakes, and read one run week by week; `jirga case=mine out=mine_2` then tells what comes of it.

   ```console
   $ jirga check mine
   $ jirga job=explain case=mine scenario=repairs_first out=mine_run
   ```

## What can be left out

Everything that has a default below, every file but `case.yaml`, one epoch and one scenario, and every CSV file without
rows. What is left out counts as empty: nothing coded is not known, and wide. A file or a folder under a wrong name is
told of, as an empty part would be taken for meant.

## The files

| file | what it says |
| --- | --- |
"""

_PASSES = """\
## evidence/PASS/*.csv

A pass is what one reader coded, in a folder with a name of its own. Several readers make several passes; every draw
takes its numbers from one of them, so that their disagreement is part of what is not known. The first line of each
file names the columns, in this order.
"""


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([_row(head), _row("---" for _ in head), *(_row(row) for row in rows)])


def meanings(model: type[Strict]) -> dict[str, str]:
    """What each key of a model means, from the section Attributes of its docstring.

    >>> meanings(OpensAfter)["at_least"]
    'the point that it has to reach.'
    """
    _, _, told = inspect.cleandoc(model.__doc__ or "").partition("Attributes:\n")
    found = re.findall(r"^    (\w+): ((?:.*(?:\n        .*)*))", told.split("\n\n")[0], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def keys_of(model: type[Strict]) -> tuple[str, ...]:
    """The keys of a model, as they stand in the file."""
    left_out = NOT_IN_THE_FILE.get(model, ())
    return tuple(field.alias or name for name, field in model.model_fields.items() if name not in left_out)


def _allowed(model: type[Strict], key: str) -> str:
    found = what_is_allowed(model, [key])
    if found:
        return found
    annotation = model.model_fields[_field_of(model, key)].annotation
    return "keys with values" if "dict" in str(annotation) or _is_model(annotation) else "a list"


def _is_model(annotation: Any) -> bool:
    parts = (annotation, *getattr(annotation, "__args__", ()))
    return any(isinstance(part, type) and issubclass(part, Strict) for part in parts)


def _default(model: type[Strict], key: str) -> str:
    field = model.model_fields[_field_of(model, key)]
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", (), {}):
        return "may be left out"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(model: type[Strict], key: str) -> str:
    """What a key of the file means, under its own name or under that of the field that it is an alias of."""
    told = meanings(model)
    return told[key] if key in told else told[_field_of(model, key)]


def _field_of(model: type[Strict], key: str) -> str:
    return next(name for name, field in model.model_fields.items() if key in (field.alias, name))


def _part(part: Part) -> str:
    keys = keys_of(part.model)
    rows = [
        (f"`{key}`", _meaning(part.model, key), _allowed(part.model, key), _default(part.model, key)) for key in keys
    ]
    head = f"### `{part.place}`\n\n" if part.place else ""
    return head + _table(("key", "what it says", "allowed", "default"), rows) + "\n"


def page() -> str:
    """The guide in Markdown."""
    listed = [(f"`{file}`", told) for file, (told, _) in FILES.items()]
    listed.insert(4, ("`evidence/PASS/*.csv`", "What one reader coded from the sources."))
    parts = [_HEAD + "\n".join(_row(row) for row in listed) + "\n"]
    for file, (told, models) in FILES.items():
        parts += [f"## {file}\n\n{told}\n", *(_part(one) for one in models)]
        if file == "evidence/articles.yaml":
            parts.append(_PASSES)
            for name, columns in COLUMNS.items():
                rows = [(f"`{column}`", COLUMN_WORDS[column]) for column in columns]
                parts.append(f"### `{name}.csv`\n\n{_table(('column', 'what it says'), rows)}\n")
    return "\n".join(parts)


def main() -> None:
    """Write the guide."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}", file=sys.stderr)


if __name__ == "__main__":
    main()
