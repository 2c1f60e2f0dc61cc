"""What the sections of the report share: the cells by starting point, their differences, and what they hang on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import quote

from sim.analysis.chance import chance_share
from sim.analysis.influence import Influence
from sim.analysis.paired import Difference
from sim.analysis.shares import ratio
from sim.case.patterns import FILE as PATTERNS
from sim.case.patterns import Patterns, load_patterns
from sim.experiment.cells import short
from sim.experiment.grid import text
from sim.experiment.moved import Looked, all_looked_at
from sim.experiment.results import Result, Results
from sim.experiment.runs import Runs, influences_on
from sim.pages.kit.html import Content, Html, tag
from sim.pages.report.figures import Named
from sim.pages.report.measures import Group, Measure, groups, headline_from, measures, settled

MOST_CELLS = 120  # a sweep of more is told by its lines and its files


MOST_CARDS = 30  # scenarios with a page of their own
FOLDER = "pages"  # of these pages, in that of the report


@dataclass(frozen=True)
class Findings:
    """What the sections of the report share."""

    results: Results
    beside: frozenset[str] = frozenset()  # names of pages in the same folder, which can be linked to

    @cached_property
    def cells(self) -> tuple[Result, ...]:
        """The cells that are told one by one: all but in a large sweep, which is read from the disk."""
        return tuple(islice(self.results, MOST_CELLS))

    @cached_property
    def _brief(self) -> Mapping[str, str]:
        return dict(zip((cell.label for cell in self.cells), brief_names(self.cells), strict=True))

    def briefly(self, label: str) -> str:
        """A cell's label with only what differs between the cells, for a figure; another label as it is."""
        return self._brief.get(label, label)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The cells by starting point."""
        return groups(self.results.case, self.cells)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What is told of every scenario."""
        return measures(self.results)

    def measures_from(self, epoch: str) -> tuple[Measure, ...]:
        """What is told of the scenarios that start at an epoch."""
        return (*settled(self.results.case), *headline_from(self.results, epoch))

    @cached_property
    def differences(self) -> tuple[tuple[Result, Measure, Difference], ...]:
        """Every paired difference of a measure that can happen, also one of nothing, and one that does not stand."""
        return tuple(
            (cell, measure, gap)
            for group in self.groups
            for cell in group.cells
            for measure in self.measures_from(group.epoch)
            if measure.can_happen(cell.runs) and (gap := measure.difference(cell)) is not None
        )

    @cached_property
    def _with_card(self) -> frozenset[int]:
        every = [runs for group in self.groups for _, runs in group.everything]
        return frozenset(id(runs) for runs in every[:MOST_CARDS])

    def has_card(self, runs: Runs) -> bool:
        """Whether figures of their own are drawn for these runs, on a page of their own."""
        return id(runs) in self._with_card

    @cached_property
    def files(self) -> dict[int, str]:
        """Where the page of some runs lies below the report's folder, by the identity of the runs."""
        found: dict[int, str] = {}
        for group in self.groups:
            for label, runs in group.everything:
                own = "" if any(cell.runs is runs for cell in group.cells) else f".{group.epoch}.{group.horizon}"
                name = re.sub(r"[^\w.=,-]+", "_", label)[:100] + own
                if self.has_card(runs):
                    found[id(runs)] = f"{FOLDER}/{name if name not in map(_stem, found.values()) else len(found)}.html"
        return found

    def to_page(self, cell: Result) -> Html:
        """The name of a cell, with a link to its page where it has one."""
        file = self.files.get(id(cell.runs))
        return tag("code", cell.label if file is None else tag("a", cell.label, href=quote(file)))

    def page_beside(self, name: str, up: str = "") -> str | None:
        """The address of another page of the folder; None where it is not there."""
        return up + name if name in self.beside else None

    @cached_property
    def patterns(self) -> Patterns | None:
        """What the case's patterns say; None without any."""
        case = self.results.case
        return load_patterns(case) if (case.folder / PATTERNS).exists() else None

    def of(self, cell: Result) -> dict[str, Difference]:
        """The differences of a cell by the label of the measure."""
        return {measure.label: gap for one, measure, gap in self.differences if one is cell}

    @cached_property
    def looked(self) -> dict[str, Looked]:
        """Every outcome of the cells with figures of their own, against their baselines; by label."""
        told = [cell for cell in self.cells if cell.paired is not None and self.has_card(cell.runs)]
        pairs = [(cell.paired, cell.runs) for cell in told if cell.paired is not None]
        return dict(zip((cell.label for cell in told), all_looked_at(pairs), strict=True))

    @cached_property
    def strongest(self) -> tuple[tuple[Group, Measure, tuple[Influence, ...]], ...]:
        """For every starting point, its outcomes and what they hang on."""
        return tuple(
            (group, measure, influences_on(group.baseline, measure.values(group.baseline)))
            for group in self.groups
            for measure in _open(group, self.measures_from(group.epoch))
        )


def brief_names(cells: Sequence[Result]) -> list[str]:
    """What tells each cell from the others, in few words: its scenario where there are several, and swept values."""
    several = len({cell.scenario.scenario for cell in cells}) > 1
    names = [" ".join(f"{short(key)}={text(value)}" for key, value in cell.swept.items()) for cell in cells]
    told = (f"{cell.scenario.scenario} {name}" if several else name for cell, name in zip(cells, names, strict=True))
    return [name.strip() or cell.scenario.scenario for cell, name in zip(cells, told, strict=True)]


def _stem(file: str) -> str:
    return file.removeprefix(f"{FOLDER}/").removesuffix(".html")


def _open(group: Group, asked: Sequence[Measure]) -> list[Measure]:
    """Up to four outcomes that a starting point leaves open: not of shares that are all but settled in advance."""
    runs = group.baseline
    kept = [
        one
        for one in asked
        if one.told != "median" and one.varies(runs) and (one.told != "share" or _is_open(one, runs))
    ]
    return kept[:4]


def _is_open(measure: Measure, runs: Runs, least: float = 3.0) -> bool:
    return least <= ratio(measure.values(runs), runs.weights).value <= 100.0 - least


def chance_parts(group: Group, asked: Sequence[Measure]) -> list[Named]:
    """How much of each outcome's variance is chance, for the baseline of a starting point."""
    runs = group.baseline
    rows = []
    for measure in asked:
        if measure.varies(runs) and (measure.told != "share" or _is_open(measure, runs, 1.0)):
            part = chance_share(measure.values(runs), runs.weights)
            if part is not None:
                rows.append(Named(measure.label, part))
    return rows


def code(word: Content) -> Html:
    return tag("code", word)


def start_of(group: Group) -> str:
    return f"{group.epoch}, {group.horizon} weeks"


def run_anchor(kind: str) -> str:
    """Where a scenario's page has a run that ends in a settlement class."""
    return f"run.{kind}"


def anchor(cell: Result) -> str:
    return "cell." + cell.label.replace(" ", ".")
