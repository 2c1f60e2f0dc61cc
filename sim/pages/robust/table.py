"""What could have been done as tables for machines, and printed."""

from __future__ import annotations

from sim.experiment.robust import FRONT_HEAD, Found, front_rows, head_of, rows_of
from sim.pages.kit.tables import csv_of
from sim.pages.robust.words import front_told, sentences, setting_told

TABLE, FRONT = "robust.csv", "robust_front.csv"
TABLE_MARK, FRONT_MARK = "setting,as_it_stands,", ",".join(FRONT_HEAD[:4])


def csv_text(found: Found) -> str:
    """The settings for machines: one row a setting and outcome."""
    return csv_of(head_of(found), (row for one in found.outcomes for row in rows_of(found, one)), 6)


def front_text(found: Found) -> str:
    """The fronts for machines: one row a setting and two outcomes; the head alone of one outcome."""
    return csv_of(FRONT_HEAD, (row for one in found.fronts for row in front_rows(found, one)), 6)


def print_robust(found: Found) -> None:
    """Print what is best by what, then what the numbers of the settings stand for."""
    from sim.pages.kit.terminal import terminal

    console = terminal()
    for one in found.outcomes:
        for told in sentences(found, one):
            console.print(f"\n{told}")
    for traded in found.fronts:
        console.print(f"\n{front_told(found, traded)}")
    console.print("\nsettings", style="bold")
    for number in range(len(found.settings)):
        console.print(f"  {setting_told(found, number)}")
