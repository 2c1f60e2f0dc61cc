"""The findings of a calibration printed, and as CSV for machines."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from sim.experiment.calibration import Asked, Found
from sim.experiment.learnt import agreement, evenness, ruled_out, summary
from sim.pages.kit.tables import csv_of
from sim.pages.kit.terminal import terminal

TABLE = "calibration.csv"
HEAD = ("part", "name", "marked", "what", "value", "low", "high", "told")
TABLE_MARK = ",".join(HEAD[:4])


def csv_text(found: Found) -> str:
    """One row a number."""
    return csv_of(HEAD, _rows(found), 6)


def _rows(found: Found) -> Iterator[tuple[object, ...]]:
    yield ("weights", "", "", "worth", found.worth, "", "", "equal draws")
    for discrepancy, worth in found.by_discrepancy:
        yield ("weights", f"discrepancy {discrepancy:g}", "", "worth", worth, "", "", "equal draws")
    yield ("history matching", "", "", "not ruled out", *found.kept_in, "share of the draws")
    for part, asked in (("statement", found.statements), ("pattern", found.claims)):
        for one in asked:
            yield from _asked(part, one)
    for number in found.parameters:
        yield ("parameter", number.name, "", "prior mean", number.prior, "", "", number.group)
        yield ("parameter", number.name, "", "posterior mean", *number.posterior, number.group)
        yield ("parameter", number.name, "", "shift", *number.shift, "standard deviations of the prior")
        yield ("parameter", number.name, "", "narrowed", number.narrowed, "", "", "of the prior's standard deviation")
        yield ("parameter", number.name, "", "sampled mean", *number.sampled, number.group)
    for stage in found.stages:
        name = f"discrepancy {stage.discrepancy:.4g}"
        yield ("sampler", name, "", "worth", stage.worth, "", "", "particles")
        yield ("sampler", name, "", "moves taken", stage.taken, "", "", "share")
    yield ("ranks", "", "", "largest unevenness", found.uneven[0], "", "", f"by luck {found.uneven[1]:.4g}")
    for row in found.compared:
        yield ("held back", row.contender, "", row.score, *row.widest, f"{row.model:.6g} less {row.other:.6g}")


def _asked(part: str, one: Asked) -> Iterator[tuple[object, ...]]:
    place = (part, one.name, "yes" if one.is_marked else "no")
    yield (*place, "prior", *one.prior, one.told)
    yield (*place, "posterior", *one.posterior, one.told)
    yield (*place, "reached", one.reached, "", "", "share of the draws")
    if one.implausible is not None:
        yield (*place, "ruled out", one.implausible, "", "", "share of the draws")


def print_calibration(found: Found, console: Console | None = None) -> None:
    """Print what came of it, in sentences."""
    console = console or terminal()
    for line in (*summary(found), ruled_out(found), agreement(found), evenness(found)):
        console.print(line)
