"""The generated parts of the lesson: role cards from the evidence, and the instructor's key from fixed seeds.

`python -m sim.pages.documents.lesson` writes `docs/lesson/roles.md` and `docs/lesson/key.md`. A test compares both with
what this module would write, so that they cannot drift from the evidence and from the model.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sim.agents.replay import replay, summary
from sim.agents.words import issue
from sim.case.case import Case, seated
from sim.case.loading import load_case
from sim.case.scenario import load_scenario
from sim.engine.computing import compute_all
from sim.engine.sweep import Sweep
from sim.evidence.densities import Prior
from sim.evidence.loading import evidence_of
from sim.evidence.priors import Priors, priors
from sim.experiment.comparison import compare
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError
from sim.pages.kit.words import citations

FOLDER = Path("docs") / "lesson"
EPOCH, SCENARIO, BESIDE, WIDER = "2021-04", "turkey_summit", "status_quo", "regional_consensus"
DRAWS, RUNS, SEED = 200, 10, 1
MOST_WANTED, MOST_HELD = 4, 3
ASKED: Mapping[str, str] = {
    "table.intra_afghan.agreed": "an intra-Afghan agreement is signed",
    "table.intra_afghan.collapsed": "it collapses",
    "attendance.intra_afghan.TAL >= 0.5": "the Taliban come to half of the rounds or more",
    "takeover": "the Taliban take over",
}

_ROLES = """\
# Role cards

<!-- Written by `python -m sim.pages.documents.lesson` from the evidence: change that. -->

April 2021: the withdrawal is announced, the talks rest. One card for each group; print the page and cut it. What a card
says was read from five articles by independent readers, who do not always agree: the numbers are means of what they
found, from 0 to 1, and the paragraphs say where to look. It is the model's actor that speaks here, not the real one.
"""

_KEY = """\
# The instructor's key

<!-- Written by `python -m sim.pages.documents.lesson` from the model: run it again after a change of the model. -->

Not for the class before it has predicted. All numbers are of {draws} draws and {runs} runs each with seed {seed}; the
notebook with its own size gives about the same. Intervals are 95 %, of the value with infinitely many draws.
"""


def role_cards(case: Case) -> str:
    """One card for each actor at a table of the lesson's epoch of whom the articles speak, in Markdown."""
    known = priors(case, evidence_of(case), EPOCH)
    cards = (_card(case, known, actor) for actor in spoken_of(case, known))
    return "\n".join((_ROLES, *cards))


def spoken_of(case: Case, known: Priors) -> list[str]:
    """The actors at a table whose wants the articles tell, at the epoch or before."""
    return [actor for actor in seated(case, EPOCH) if any(_wants(case, known, actor))]


def _card(case: Case, known: Priors, actor: str) -> str:
    parts = (
        ("What you want", _wants(case, known, actor)),
        ("What you refuse", _refuses(case, known, actor)),
        ("What you have to fear", _moves(case, known, (f"leverage.{who}.{actor}" for who in case.players), 1)),
        ("What you hold", _moves(case, known, (f"leverage.{actor}.{whom}" for whom in case.players), 2)),
        ("Whom you trust", _trusts(case, known, actor)),
    )
    told = (f"**{head}**\n\n{body}\n" for head, lines in parts if (body := "\n".join(f"- {line}" for line in lines)))
    name = case.name_of(actor)
    return f'<div class="card" markdown="1">\n\n## You are {name}\n\n' + "\n".join(told) + "\n</div>\n"


def _found(known: Priors, names: Iterable[str]) -> list[Prior]:
    """Those that rows stand behind, the largest mean first."""
    columns = [known[name] for name in names if name in known.index]
    return sorted((one for one in columns if one.rows), key=lambda one: (-round(one.mean, 9), one.rank))


def _wants(case: Case, known: Priors, actor: str) -> Iterator[str]:
    for weight in _found(known, (f"salience.{actor}.{cell}" for cell in case.cells))[:MOST_WANTED]:
        cell = weight.name.split(".")[2]
        place, ends = known[f"position.{actor}.{cell}"], case.cells[cell]
        yield (
            f"{issue(cell)}: about {place.mean:.1f}, where 0 is “{ends.low}” and 1 “{ends.high}”; it weighs "
            f"{weight.mean:.1f} for you. {_why(place)}"
        )


def _refuses(case: Case, known: Priors, actor: str) -> Iterator[str]:
    for line in _found(known, (f"red_line.{actor}.{cell}" for cell in case.cells)):
        row = next(part.line for part in line.components if part.line is not None)
        cell = line.name.split(".")[2]
        yield f"{issue(cell)} {row.forbids} {line.mean:.1f} (in {100 * line.present:.0f} of 100 draws). {_why(line)}"


def _moves(case: Case, known: Priors, names: Iterable[str], other: int) -> Iterator[str]:
    for one in _found(known, names)[:MOST_HELD]:
        who, whom = (case.name_of(name) for name in one.name.split(".")[1:])
        words = f"You can move {whom}" if other == 2 else f"{who[:1].upper()}{who[1:]} can move you"
        yield f"{words}: {one.mean:.1f}. {_why(one)}"


def _trusts(case: Case, known: Priors, actor: str) -> Iterator[str]:
    for one in _found(known, (f"trust.{actor}.{whom}" for whom in case.players)):
        yield f"{case.name_of(one.name.split('.')[2])}: {one.mean:.1f}. {_why(one)}"


def _why(one: Prior) -> str:
    """What the first reader found, and the paragraphs of all."""
    paragraphs = sorted({number for row in one.rows for number in row.paragraphs})
    return f"{one.rows[0].paraphrase} ({citations({one.article: paragraphs}, ' §')})"


def key(case: Case) -> str:
    """What the class will see, in Markdown: answers, the run that fails, and where its fall is decided."""
    sweeps = [Sweep(load_scenario(case, name), DRAWS, RUNS, SEED) for name in (BESIDE, SCENARIO, WIDER)]
    nothing, summit, region = (Runs(sweep, made) for sweep, made in zip(sweeps, compute_all(sweeps), strict=True))
    parts = (
        _KEY.format(draws=DRAWS, runs=RUNS, seed=SEED),
        "## The summit against nothing added\n",
        _table(nothing, summit),
        "\n## The region at the summit, against the summit alone\n",
        _table(summit, region),
        "\n## A run that fails\n",
        *_failing(summit),
    )
    return "\n".join(parts) + "\n"


def _table(first: Runs, second: Runs) -> str:
    both = compare(first, second)
    rows = []
    for what, words in ASKED.items():
        one = both.difference(what)
        ends = f"{100 * one.value:+.0f} ({100 * one.low:+.0f} to {100 * one.high:+.0f})"
        rows.append(f"| {words} | {100 * one.first:.0f} | {100 * one.second:.0f} | {ends} |")
    return "\n".join(("| of 100 runs | before | with it | difference |", "| --- | --- | --- | --- |", *rows))


def failing(runs: Runs) -> int:
    """The number of the first run in which something is signed, collapses, and the challenger then takes over."""
    signed, fell = (runs.values(f"table.intra_afghan.{what}_week").ravel() for what in ("agreed", "collapsed"))
    over = runs.values("takeover_week").ravel()
    return next(n for n, (a, b, c) in enumerate(zip(signed, fell, over, strict=True)) if 0 < a < b < c)


def _failing(runs: Runs) -> Iterator[str]:
    number = failing(runs)
    run = replay(runs.sweep.world, number, seed=SEED, runs=RUNS)
    yield f"Run {number} of `{SCENARIO}`. {summary(run)}\n"
    for period in run.story:
        yield from (f"- {period.title}: {line.text}" for line in period.lines if line.weight > 1)


def main() -> int:
    """Write both below the present folder; 2 where the user's files are wrong."""
    try:
        case = load_case()
        texts = {"roles.md": role_cards(case), "key.md": key(case)}
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
