"""Intervals hold the truth as often as they say, or are wider: the cells of docs/coverage.md, with fewer sweeps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.shares import estimate
from sim.pages.documents.coverage import (
    ALIKE,
    ESTIMATES,
    FILE,
    SAID,
    SHARES,
    SIZES,
    Cell,
    _told,
    cells,
    measure,
    pattern_shares,
)

SWEEPS = 400
LEAST = 0.93 - 2.5 * math.sqrt(0.93 * 0.07 / SWEEPS)  # what 0.93 gives by luck in so few sweeps
MOST = 0.97 + 2.5 * math.sqrt(0.97 * 0.03 / SWEEPS)


@pytest.mark.parametrize("name", ["share", "curve"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("p", SHARES)
def test_a_share_and_a_curve_hold_the_truth_as_often_as_they_say(name: str, size: tuple[int, int], p: float) -> None:
    for alike in ALIKE[:2] if p in (0.02, 0.98) else ALIKE:
        found = measure(Cell(name, *size, p, alike), SWEEPS)
        assert found.covered >= LEAST, alike
        assert found.width > 0.0
        if p == 0.5:
            assert found.covered <= MOST, alike


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("alike", ALIKE)
def test_the_mean_of_a_number_holds_the_truth_as_often_as_it_says(size: tuple[int, int], alike: float) -> None:
    assert LEAST <= measure(Cell("mean", *size, 0.0, alike), SWEEPS).covered <= MOST


# Not 20 x 2 at 0.02, which rests on a run or two and has an interval too seldom to be counted in so few sweeps.
OF_WEEKS = [(size, p) for size in SIZES for p in (0.02, 0.5, 0.98) if (size, p) != (SIZES[0], 0.02)]


@pytest.mark.parametrize("name", ["week", "median"])
@pytest.mark.parametrize(("size", "p"), OF_WEEKS)
def test_a_week_that_not_every_run_has_holds_the_truth(name: str, size: tuple[int, int], p: float) -> None:
    assert measure(Cell(name, *size, p, 0.1), SWEEPS).covered >= LEAST


@pytest.mark.parametrize("name", ["rise", "null"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("p", [0.0, 0.002, 0.01, 0.02, 0.05, 0.2])
def test_a_paired_difference_of_yes_and_no_holds_the_truth(name: str, size: tuple[int, int], p: float) -> None:
    for alike in (0.0, 0.3):
        found = measure(Cell(name, *size, p, alike), SWEEPS)
        assert found.covered >= LEAST, alike
        assert found.width > 0.0


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("alike", [0.02, 0.1, 0.5, 0.9])
def test_the_part_that_is_chance_holds_the_truth(size: tuple[int, int], alike: float) -> None:
    assert measure(Cell("chance", *size, 0.5, alike), SWEEPS).covered >= LEAST


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
    text = FILE.read_text(encoding="utf-8")
    for cell in cells():
        assert f"| {cell.draws} x {cell.runs} | {cell.p:g} | {cell.alike:g} | " in text, cell
    for _, told in ESTIMATES.values():
        assert told[1:] in text
    rows = [
        line for line in text.splitlines() if line.endswith(("as said |", "wider |", "**narrower** |", "no interval |"))
    ]
    assert len(rows) == len(cells())
    assert "nan" not in text.split()
    assert SAID.strip("\n").split("## Patterns")[0] in text


def test_a_cell_without_an_interval_is_none_that_is_as_it_says() -> None:
    cell = Cell("median", *SIZES[0], 0.02, 0.1)
    assert math.isnan(measure(cell, 40).covered)
    assert _told(measure(cell, 40)) == "| 20 x 2 | 0.02 | 0.1 | – | – | no interval |"
