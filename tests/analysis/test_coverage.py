"""Intervals hold the truth as often as they say, or are wider: the cells of docs/coverage.md, with fewer sweeps."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from sim.analysis.shares import estimate
from sim.pages.documents.coverage import ESTIMATES, FILE, SAID, SIZES, Cell, _told, cells, measure, pattern_shares
from sim.pages.documents.coverage import SWEEPS as PAGE_SWEEPS

SWEEPS = 1_000
FLOOR = 0.92  # of every interval that is not told as narrower (the page says so where a cell has less than 0.93)
LUCK = 3.5  # standard errors: one cell in two thousand


def told() -> dict[Cell, tuple[float, str]]:
    """What the page says of each cell: how often it holds the truth, and its verdict."""
    text, found = FILE.read_text(encoding="utf-8"), {}
    for name, (_, words) in ESTIMATES.items():
        (part,) = re.findall(
            rf"^## {re.escape(words[0].upper() + words[1:])}$(.*?)^## ", text, re.DOTALL | re.MULTILINE
        )
        rows = [[word.strip() for word in line.strip("|").split("|")] for line in part.strip().splitlines()[2:]]
        for size, p, alike, covered, _, verdict in rows:
            draws, runs = map(int, size.split(" x "))
            cell = Cell(name, draws, runs, float(p), float(alike))
            found[cell] = (math.nan if covered == "–" else float(covered), verdict)
    return found


TOLD = told()


@pytest.mark.parametrize("cell", TOLD, ids=lambda cell: " ".join(map(str, cell)))
def test_an_interval_holds_the_truth_as_often_as_the_page_says(cell: Cell) -> None:
    """Every cell again, with fewer sweeps: neither less often nor more, within their luck."""
    covered, verdict = TOLD[cell]
    found = measure(cell, SWEEPS)
    if math.isnan(covered):
        assert math.isnan(found.covered)
        return
    error = math.sqrt(max(covered * (1.0 - covered), 0.001) * (1.0 / SWEEPS + 1.0 / PAGE_SWEEPS))
    assert found.covered == pytest.approx(covered, abs=LUCK * error)
    assert found.width > 0.0
    assert verdict == "**narrower**" or found.covered >= FLOOR


def test_what_is_told_as_one_of_95_per_cent_is_one_where_it_is_not_rare() -> None:
    """Narrower are only what the page names: rare outcomes and changes, and numbers that most draws do not have."""
    narrower = {cell for cell, (_, verdict) in TOLD.items() if verdict == "**narrower**"}
    assert {cell.name for cell in narrower} <= {"share", "curve", "rise", "skewed", "some gap", "restricted"}
    for cell in narrower:
        assert cell.p in (0.01, 0.02, 0.98, 0.99) or cell.name in ("skewed", "some gap") or cell.draws == 20, cell
        assert cell.draws < 500 or TOLD[cell][0] >= 0.90, cell


def test_the_next_sweep_lies_inside_in_83_per_cent() -> None:
    """What the interval is not: of another sweep of this size (Cumming and Maillardet 2006)."""
    random, inside = np.random.default_rng(8), 0
    for _ in range(3_000):
        found = estimate(random.normal(size=(100, 2)), yes_no=False)
        inside += found.low <= random.normal(size=(100, 2)).mean() <= found.high
    assert inside / 3_000 == pytest.approx(0.834, abs=0.02)


def test_the_correction_of_a_pattern_takes_bias_off() -> None:
    for name in ("normal about 0.10, sd 0.05", "0.10 in every draw", "0 in every draw"):
        truth, raw, corrected = pattern_shares(name, 50, 100)
        assert abs(corrected - truth) < abs(raw - truth), name
    truth, _, corrected = pattern_shares("0 in 60 % of the draws, else about 0.25", 50, 100)
    assert corrected == pytest.approx(truth, abs=0.04)


def test_the_page_has_a_row_for_every_cell() -> None:
    assert list(TOLD) == sorted(cells(), key=lambda cell: list(ESTIMATES).index(cell.name))
    text = FILE.read_text(encoding="utf-8")
    assert "nan" not in text.split()
    assert SAID.strip("\n").split("## Patterns")[0] in text


def test_a_cell_without_an_interval_is_none_that_is_as_it_says() -> None:
    cell = Cell("median", *SIZES[0], 0.02, 0.1)
    assert math.isnan(measure(cell, 40).covered)
    assert _told(measure(cell, 40)) == "| 20 x 2 | 0.02 | 0.1 | – | – | no interval |"
