"""The table of what rows, paragraphs and passes carry: written for machines, and read again by other pages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.analysis.shares import Interval
from sim.case.scenario import Scenario
from sim.case.theory import AS_DESIGNED
from sim.experiment.paragraphs import HEAD, Found
from sim.inputs.files import read_csv
from sim.inputs.numbers import counted
from sim.pages.kit.tables import csv_of

TABLE = "paragraphs_{scenario}.csv"
EVERY = TABLE.format(scenario="*")
COLUMNS = ("scenario", *HEAD, "draws", "runs", "seed", "scale", "under")
TABLE_MARK = ",".join(COLUMNS[:4])
YES = "yes"


def csv_text(found: Found, weighted: str = "") -> str:
    """The findings for machines: one row a source, reading, outcome and measure, strongest sources first.

    Args:
        found: what was measured.
        weighted: which weights the draws have, in words; empty for none.
    """
    size, under = (found.draws, found.runs, found.seed), under_what(found.scenario, weighted)
    rows = (
        (found.scenario.scenario, *row, *size, f"{found.scale(str(row.outcome)):g}", under)
        for row in found.table().itertuples(index=False)
    )
    return csv_of(COLUMNS, rows, 6)


def under_what(scenario: Scenario, weighted: str) -> str:
    """Under which rules a scenario was played, in words: weeks, and what is not as the model was designed."""
    told = [f"{scenario.epoch}, {counted(scenario.horizon, 'week')}"]
    told += [f"theory {scenario.theory.theory}"] if scenario.theory.theory != AS_DESIGNED else []
    told += [f"without {', '.join(scenario.off)}"] if scenario.off else []
    told += [f"held: {', '.join(scenario.fixed)}"] if scenario.fixed else []
    return "; ".join([*told, *(["WEIGHTED"] if weighted else [])])


class Carried(NamedTuple):
    """One finding as another page shows it.

    Attributes:
        scenario: of which it is told.
        kind, source, reading, outcome, measure: as in `sim.experiment.paragraphs.Told`.
        gap: how far the measure moves.
        scale: 100 where it is told in percentage points, else 1.
        size: draws, runs a draw and seed.
        under: which rules, in words.
    """

    scenario: str
    kind: str
    source: str
    reading: str
    outcome: str
    measure: str
    gap: Interval
    scale: float
    size: tuple[int, int, int]
    under: str

    @property
    def words(self) -> str:
        """How it moves what, in words."""
        what = f"the effect of {self.scenario} on {self.outcome}"
        if self.measure == "level":
            what = f"{self.outcome} in {self.scenario}"
        return f"{what}: {gap_told(self.gap, self.scale)} {READINGS[self.reading]}"


READINGS = {
    "left out": "if left out",
    "low": "if read at its lower end",
    "high": "if read at its upper end",
    "alone": "if the only pass",
}


def gap_told(gap: Interval, scale: float) -> str:
    """A move with its interval; that of a share in percentage points.

    >>> gap_told(Interval(-0.104, -0.2, -0.01), 100.0), gap_told(Interval(0.0, math.nan, math.nan), 1.0)
    ('−10.4 (−20.0 to −1.0) points', '0')
    """
    if math.isnan(gap.value):
        return "–"
    if math.isnan(gap.low):
        return _signed(gap.value * scale, scale)
    unit = " points" if scale == 100.0 else ""
    value, low, high = (_signed(part * scale, scale) for part in gap)
    return f"{value} ({low} to {high}){unit}"


def _signed(value: float, scale: float) -> str:
    told = f"{value:+.1f}" if scale == 100.0 or abs(value) >= 10.0 else f"{value:+.3f}"
    return "0" if float(told) == 0.0 else told.replace("-", "−")


def carried(paths: Iterable[Path]) -> tuple[Carried, ...]:
    """What tables tell that is more than luck, in their order: strongest sources first within a kind and a measure.

    Raises:
        InputError: a file is no such table.
    """
    rows = (row.values for path in sorted(paths) for row in read_csv(path, COLUMNS))
    return tuple(_carried(row) for row in rows if row["told"] == YES)


def _carried(row: Mapping[str, str]) -> Carried:
    gap = Interval(*(float(row[name] or "nan") for name in ("difference", "low", "high")))
    size = (int(row["draws"]), int(row["runs"]), int(row["seed"]))
    return Carried(
        row["scenario"], row["kind"], row["source"], row["reading"], row["outcome"], row["measure"], gap,
        float(row["scale"]), size, row["under"],
    )  # fmt: skip


def strongest(found: Sequence[Carried], kind: str, most: int) -> tuple[Carried, ...]:
    """The first of a kind: each source once for an outcome and measure, with the reading that moves it most."""
    best: dict[tuple[str, ...], Carried] = {}
    for one in found:
        if one.kind == kind:
            key = (one.scenario, one.outcome, one.measure, one.source)
            if key not in best or abs(one.gap.value) > abs(best[key].gap.value):
                best[key] = one
    return tuple(sorted(best.values(), key=lambda one: -abs(one.gap.value) * one.scale))[:most]
