"""A table of positions as a case of one table: two camps, a clause for each issue, and everything else assumed.

The engine's tables have two parties, a table of positions many actors. So two camps speak for all: the two actors
furthest apart, each with those who are nearer to it than to the other. What a camp wants is the mean of its members,
weighted by salience and power; what is lost is told (`LOST`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sim.case.positions import Positions, Stance
from sim.inputs.errors import InputError

CAMPS = ("NEAR", "FAR")  # codes of the camps, the one that is nearer to 0 on the first issue before the other
TABLE, EPOCH, ARTICLE, PASS = "talks", "now", "table", "table"
LOST = (
    "what members of a camp differ by, and that they could change camps",
    "trust, which the table does not know: it is drawn between none and full",
    "where things stand without a deal, which the table does not know: it is drawn anywhere on each scale",
    "red lines, mediators, wars and third parties: there are none",
)


class Camp(NamedTuple):
    """One side of the table.

    Attributes:
        pole: the actor that it forms around.
        members: its actors, the pole included.
        position: on each issue, in [0, 1]: the mean of its members, weighted by salience and power.
        salience: of each issue, in [0, 1]: the mean of its members, weighted by power.
        power: of all its members together, on the mean of the issues.
    """

    pole: str
    members: tuple[str, ...]
    position: Mapping[str, float]
    salience: Mapping[str, float]
    power: float


def camps(positions: Positions) -> tuple[Camp, Camp]:
    """The two camps of a table of positions.

    Distance is the sum over issues of the distance in position, as a share of the scale, weighted by the mean salience
    of the issue; an issue on which one of two actors has no position does not part them. An actor that is as near to
    one pole as to the other goes to the first.

    Raises:
        InputError: a camp has no weight on an issue.
    """
    held = {issue: {one.actor: one for one in stances} for issue, stances in positions.issues.items()}
    worth = {issue: sum(one.salience for one in stances) / len(stances) for issue, stances in positions.issues.items()}

    def apart(first: str, second: str) -> float:
        both = [issue for issue in held if first in held[issue] and second in held[issue]]
        return sum(worth[i] * abs(held[i][first].position - held[i][second].position) for i in both)

    actors = [a for a in positions.actors if any(_weight(one[a]) > 0.0 for one in held.values() if a in one)]
    pairs = [(first, second) for n, first in enumerate(actors) for second in actors[n + 1 :]]
    poles = max(pairs, key=lambda pair: apart(*pair))
    first_issue = next(iter(held.values()))
    low, high = poles
    if low in first_issue and high in first_issue and first_issue[low].position > first_issue[high].position:
        poles = (high, low)
    sides: tuple[list[str], list[str]] = ([], [])
    for actor in actors:
        sides[0 if apart(actor, poles[0]) <= apart(actor, poles[1]) else 1].append(actor)
    found = [_camp(positions, held, pole, side) for pole, side in zip(poles, sides, strict=True)]
    return found[0], found[1]


def _weight(one: Stance) -> float:
    return one.salience * one.power


def _camp(positions: Positions, held: Mapping[str, Mapping[str, Stance]], pole: str, members: list[str]) -> Camp:
    position, salience, powers = {}, {}, []
    for issue, stances in held.items():
        own = [stances[actor] for actor in members if actor in stances]
        weight = sum(map(_weight, own))
        if weight == 0.0:
            problem = f"the camp around {pole} has no weight on {issue}"
            raise InputError(
                positions.file, issue, problem, allowed="issues on which both of the furthest actors have one"
            )
        position[issue] = sum(_weight(one) * one.position for one in own) / weight / positions.top
        powers.append(sum(one.power for one in own))
        salience[issue] = weight / powers[-1] / positions.salience_top
    return Camp(pole, tuple(members), position, salience, sum(powers) / len(powers))


def cell_of(number: int) -> str:
    """The cell of an issue, by its place in the file.

    >>> cell_of(0)
    'issue_1'
    """
    return f"issue_{number + 1}"


def case_files(positions: Positions) -> dict[str, str]:
    """The files of the case, by their places in its folder."""
    both = camps(positions)
    issues = list(positions.issues)
    cells = {cell_of(n): issue for n, issue in enumerate(issues)}
    case = {
        "case": "imported",
        "title": positions.title,
        "actors": {code: {"name": f"the camp of {camp.pole}", "kind": "government"}
                   for code, camp in zip(CAMPS, both, strict=True)},
        "third_parties": {},
        "regimes": ["present", "other"],
        "cells": {cell: {"issue": cell, "kind": "stock", "start": 0.5, "low": f"{issue} at 0",
                         "high": f"{issue} at {positions.top:g}"} for cell, issue in cells.items()},
        "tables": {TABLE: {
            "title": f"talks on {positions.title}", "parties": list(CAMPS), "regimes": ["present"],
            "opens": "standing",
            "clauses": {cell: {"default": "current", "nu": 1.0, "both": True} for cell in cells},
        }},
        "wars": {},
        "instruments": [],
        "headline": [{"outcome": TABLE, "label": "a deal", "told": "share"}],
    }  # fmt: skip
    anywhere = {"low": 0.0, "high": 1.0, "status": "assumed", "why": "the table has no point of reference"}
    epoch = {
        "epoch": EPOCH, "title": positions.title, "article": ARTICLE, "date": "2000-01-01", "regime": "present",
        "start": {f"cell.{cell}": dict(anywhere) for cell in cells},
    }  # fmt: skip
    fixed = {f"leverage.{CAMPS[n]}.{CAMPS[1 - n]}": both[n].power / (both[0].power + both[1].power) for n in (0, 1)}
    for code, camp in zip(CAMPS, both, strict=True):
        fixed |= {f"position.{code}.{cell}": camp.position[issue] for cell, issue in cells.items()}
        fixed |= {f"salience.{code}.{cell}": camp.salience[issue] for cell, issue in cells.items()}
    scenario = {
        "scenario": "status_quo", "title": "the camps bargain", "question": "What would the two camps agree on?",
        "paragraphs": {ARTICLE: [1]}, "epoch": EPOCH, "horizon": 104, "fixed": fixed,
    }  # fmt: skip
    article = {"id": ARTICLE, "title": positions.title, "outlet": positions.file.name, "date": "2000-01-01",
               "paragraphs": 1, "speaks_of": "2000-01-01"}  # fmt: skip
    return {
        "case.yaml": _yaml(case),
        f"epoch/{EPOCH}.yaml": _yaml(epoch),
        "scenario/status_quo.yaml": _yaml(scenario),
        "evidence/articles.yaml": _yaml({"articles": [article]}),
        **_pass(both, cells),
    }


def _pass(both: tuple[Camp, Camp], cells: Mapping[str, str]) -> dict[str, str]:
    """The coded rows: they name who has a position and leverage; the scenario holds the numbers themselves."""
    dyads = ["article,kind,from,to,level,low,high,directness,paragraphs,paraphrase"]
    total = both[0].power + both[1].power
    for n in (0, 1):
        level = 4.0 * both[n].power / total
        dyads.append(f"{ARTICLE},leverage,{CAMPS[n]},{CAMPS[1 - n]},{round(level)},0,4,stated,1,share of power")
    rows = ["article,actor,issue,position,low,high,salience,red_line,red_line_at,directness,paragraphs,paraphrase"]
    for code, camp in zip(CAMPS, both, strict=True):
        for cell, issue in cells.items():
            level = max(1, round(4.0 * camp.salience[issue]))
            rows.append(f"{ARTICLE},{code},{cell},{camp.position[issue]:.6f},0,1,{level},0,,stated,1,mean of the camp")
    return {
        f"evidence/{PASS}/dyads.csv": "\n".join(dyads) + "\n",
        f"evidence/{PASS}/positions.csv": "\n".join(rows) + "\n",
    }


def _yaml(data: Any) -> str:
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    return text


def write_case(positions: Positions, folder: Path) -> None:
    """Write the case to a folder, over files of its own of before; `InputError` where it cannot be written."""
    try:
        for place, text in case_files(positions).items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(folder, "out", f"cannot be written to ({error.strerror})") from None
