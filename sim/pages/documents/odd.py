"""Writes docs/odd.md from its template, the vocabulary, the case, the evidence and the docstrings of the engine.

`python -m sim.pages.documents.odd` writes it; a test holds that it is current.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.theory import load_theory, theory_files
from sim.evidence.loading import load_evidence
from sim.evidence.rows import Evidence
from sim.model import equations, phases
from sim.model import variables as variables_module
from sim.model import vocabulary as words
from sim.model.equations.decisions import CHOICES
from sim.model.parameters import REPLACEABLE, SWITCHES

DOCS = Path(__file__).resolve().parents[3] / "docs"
FILE, TEMPLATE, DECISIONS = DOCS / "odd.md", DOCS / "odd_template.md", DOCS / "odd_decisions.md"

CONSTANTS = {
    "TRANCHE_WEEKS": "weeks between two tranches: a month is how often a monitored agreement is reported on",
    "PAUSE_WEEKS": "weeks that a suspended or collapsed table rests: between rounds of talks the articles count months",
    "IMPASSES_TO_PAUSE": "impasses in a row that suspend a table: one may be bad luck, three are a deadlock",
    "BAD_TRANCHES_TO_COLLAPSE": "bad tranches in a row that end an agreement: a quarter of a year without delivery",
    "WITHHOLDING_SHARE": "share of what is due above which one withholds: small delays are tolerated",
    "COLLAPSE_SHARE": "share of what is due above which a tranche is bad: more is owed than delivered",
    "FREE_EFFORT": "effort up to which a mediator facilitates; above it it coerces, which costs it trust",
    "WEEKS_TO_LIFT_A_LINE": "weeks of strong pressure that lift a red line: a quarter of a year",
    "WEEKS_TO_CONVENE_AFTER_TAKEOVER": "weeks until the tables with the new government convene",
    "WEEKS_TO_LEAVE_AFTER_TAKEOVER": "weeks in which the patron's last presence ends after a takeover",
    "USUAL_WEEKS": "weeks over which a flow or a norm counts as one whole agreement: as long as a usual stock is due",
    "MOST_EVENTS": "effects that a plan holds at most",
    "MOST_SESSIONS": "sessions whose share of the time is kept: a horizon of 260 weeks, and as many sessions before it",
    "CERTAIN": "log-odds of what a theory leaves no choice about: a chance of 1, or of 0 below it, to the last bit",
    "MOST_CONDITIONS": "conditions that a trigger holds at most",
    "LEAST_GAIN": "gain below which a zone of agreement is the dust of rounding",
}


def document(case: Case, evidence: Evidence) -> str:
    """The whole document as Markdown."""
    filled = TEMPLATE.read_text(encoding="utf-8")
    parts = sections(case, evidence)
    wanted = set(re.findall(r"\{\{(\w+)\}\}", filled))
    if wanted != set(parts):
        raise ValueError(f"the template and the sections differ: {sorted(wanted ^ set(parts))}")
    for name, text in parts.items():
        filled = filled.replace("{{" + name + "}}", text)
    return filled


def sections(case: Case, evidence: Evidence) -> dict[str, str]:
    """What stands for each marker of the template."""
    return {
        "actors": table(("code", "name", "class"), ((code, a.name, a.kind) for code, a in case.actors.items())),
        "third_parties": ", ".join(f"{code} ({name})" for code, name in case.third_parties.items()),
        "cells": table(
            ("issue", "kind", "0 is", "1 is"),
            ((f"`{n}`", c.kind + (", norm" if c.norm else ""), c.low, c.high) for n, c in case.cells.items()),
        ),
        "tables": table(("table", "parties", "mediators", "regimes", "opens", "issues: default path"), _tables(case)),
        "wars": table(("war", "challenger", "incumbent", "patron", "sanctuary", "turns the regime"), _wars(case)),
        "instruments": table(("holder", "over", "instrument", "availability follows"), _instruments(case)),
        "axes": ", ".join(f"{letter} {name}" for letter, name in variables_module.AXES.items()),
        "state": variables(variables_module.STATE),
        "rules": variables(variables_module.RULES),
        "draw": variables(variables_module.DRAW),
        "plan": variables(variables_module.PLAN),
        "choices": table(("decision", "terms, in the order in which they add up", "noted besides"), _choices()),
        "offer_terms": ", ".join(words.OFFER_TERMS),
        "switches": table(("off", "then"), ((f"`{name}`", meaning) for name, meaning in SWITCHES.items())),
        "theories": table(
            ("theory", "source", "what comes about by it", "what it leaves to the model, or assumes"),
            ((f"`{t.theory}`", t.source, t.says, t.silent) for t in map(load_theory, theory_files())),
        ),
        "ways": table(
            ("rule", "what it decides", "ways, the first as designed"),
            (
                (f"`{r.name}`", r.meaning, "; ".join(f"`{way}`: {what}" for way, what in r.ways.items()))
                for r in REPLACEABLE
            ),
        ),
        "phases": ", ".join(f"**{name}**" for name in words.PHASES),
        "epochs": "; ".join(f"{name}: {epoch.title}" for name, epoch in case.epochs.items()),
        "starts": table(("epoch", "quantity", "range", "status", "why"), _starts(case)),
        "passes": f"{len(evidence.passes)} coding passes",
        "parameters": table(("name", "symbol", "range", "unit", "meaning", "status", "source"), _parameters(evidence)),
        "constants": table(
            ("constant", "value", "why"), ((f"`{n}`", f"{getattr(words, n):g}", why) for n, why in CONSTANTS.items())
        ),
        "decisions": DECISIONS.read_text(encoding="utf-8").strip(),
        "equations": functions(equations),
        "submodels": functions(phases),
    }


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [(1, "x|y")]))
    | a | b |
    | --- | --- |
    | 1 | x\\|y |
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def variables(given: Sequence[variables_module.Variable]) -> str:
    """A list of variables as a table."""
    heads = ("name", "axes", "type", "unit", "range", "meaning")
    return table(heads, ((f"`{v.name}`", v.axes, v.kind, v.unit, _range(v.low, v.high), v.meaning) for v in given))


def _range(low: float, high: float) -> str:
    """A range in words.

    >>> _range(0.0, 1.0), _range(0.0, float("inf"))
    ('0 to 1', '0 or more')
    """
    if high == variables_module.INFINITY:
        return "any" if low == -variables_module.INFINITY else f"{low:g} or more"
    return f"{low:g} to {high:g}"


def functions(package: ModuleType) -> str:
    """Every function of a package with its account of itself, module by module."""
    parts = []
    for module in modules(package):
        parts.append(f"#### {module.__name__}\n\n{_plain(module)}")
        for name, function in own_functions(module):
            arguments = ", ".join(inspect.signature(function).parameters)
            parts.append(f"`{name}({arguments})`  \n{_plain(function)}")
    return "\n\n".join(parts)


def modules(package: ModuleType) -> list[ModuleType]:
    """The modules of a package, by name."""
    found = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return [import_module(f"{package.__name__}.{name}") for name in found]


def own_functions(module: ModuleType) -> list[tuple[str, FunctionType]]:
    """The functions that a module defines, in the order of its lines."""
    own = [
        (name, function)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
    ]
    return sorted(own, key=lambda pair: inspect.getsourcelines(pair[1])[1])


def _plain(thing: object) -> str:
    """A docstring as Markdown text; examples are left out, arguments become a list."""
    text = inspect.getdoc(thing) or ""
    text = re.sub(r"\n*^>>> .*", "", text, flags=re.DOTALL | re.MULTILINE)
    text = text.replace("Args:\n", "\n").replace("Returns:\n", "\nReturns: ")
    text = re.sub(r"^ {4}(\w+): ", r"- *\1*: ", text, flags=re.MULTILINE)
    text = re.sub(r"\n {4,}(?=\S)", " ", text)
    text = re.sub(r"\n{3,}", "\n\n", text)
    return text.replace("<", "&lt;").strip()


def _choices() -> Iterable[Sequence[object]]:
    for name, choice in CHOICES.items():
        terms = "; ".join(f"`{term.name}`: {term.words}" for term in choice.terms)
        yield name, terms, ", ".join(f"`{one}`" for one in choice.noted[len(choice.terms) :])


def _tables(case: Case) -> Iterable[Sequence[object]]:
    for name, t in case.tables.items():
        seats = ", ".join(seat if standing else f"({seat})" for seat, _, standing in t.seats)
        issues = ", ".join(f"{cell}: {clause.default}" for cell, clause in t.clauses.items())
        yield f"`{name}`", " and ".join(t.parties), seats, ", ".join(t.regimes), t.opens, issues


def _wars(case: Case) -> Iterable[Sequence[object]]:
    for name, war in case.wars.items():
        host = war.sanctuary.host if war.sanctuary else "none"
        turns = "yes" if war.turns_regime else "no"
        yield f"`{name}`", war.challenger, war.incumbent, war.patron or "none", host, turns


def _instruments(case: Case) -> Iterable[Sequence[object]]:
    for tool in case.instruments:
        follows = {"cell_left": "1 less", "control_left": "1 less control of"}.get(tool.follows, tool.follows)
        yield tool.holder, tool.target, tool.name, f"{follows} {tool.cell or tool.war or ''}".strip()


def _starts(case: Case) -> Iterable[Sequence[object]]:
    for name, epoch in case.epochs.items():
        for quantity, start in epoch.start.items():
            yield name, f"`{quantity}`", f"{start.low:g} to {start.high:g}", start.status, start.why
        for place, found in epoch.tables.items():
            yield name, f"table `{place}`", found.status, found.status_of, found.why


def _parameters(evidence: Evidence) -> Iterable[Sequence[object]]:
    for name, p in evidence.structural.items():
        yield f"`{name}`", p.symbol, f"{p.low:g} to {p.high:g}", p.unit, p.meaning, p.status, p.source


def main() -> None:
    """Write docs/odd.md."""
    case = load_case()
    FILE.write_text(document(case, load_evidence(case.folder / "evidence", case=case)), encoding="utf-8")


if __name__ == "__main__":
    main()
