"""How often the intervals hold what they are intervals of, measured: `python -m sim.pages.documents.coverage`.

A sweep of known truth is made many times, draws first, then runs of each draw; each time it is seen whether the 95 %
interval has the truth in it. The command writes docs/coverage.md, in some minutes; the tests measure the same cells
with fewer sweeps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.chance import chance_share
from sim.analysis.holding import Holding, beyond, holding
from sim.analysis.paired import difference
from sim.analysis.shares import estimate
from sim.analysis.timing import median, survival

Values = NDArray[np.float64]
Random = np.random.Generator

SWEEPS = 4_000  # of each cell of the page
SEED = 1
SIZES = ((20, 2), (200, 10), (1000, 10))
OF_PATTERNS = ((50, 50), (200, 50), (1000, 50))  # fewer draws or runs are told with a warning, or not at all
SHARES = (0.0, 0.01, 0.02, 0.5, 0.98, 0.99)
ALIKE = (0.0, 0.1, 0.5)
THRESHOLD = 0.05  # of a pattern
LEAST, MOST = 0.93, 0.97  # of the sweeps, for an interval that is told as one of 95 %
FILE = Path(__file__).parents[3] / "docs" / "coverage.md"


class Cell(NamedTuple):
    """What is measured: an estimate, draws, runs a draw, a probability, and how alike the runs of a draw are.

    `alike` is the intraclass correlation of the runs of a draw: 0 for independent ones, 1 where a draw decides all.
    """

    name: str
    draws: int
    runs: int
    p: float
    alike: float


class Measured(NamedTuple):
    """A cell's share of sweeps whose interval holds the truth, and the mean width of the intervals that there were."""

    cell: Cell
    covered: float
    width: float


def chances(random: Random, cell: Cell) -> Values:
    """The probability of each draw, (draws, 1): a beta variable with the cell's mean and likeness."""
    if cell.alike == 0.0 or cell.p in (0.0, 1.0):
        return np.full((cell.draws, 1), cell.p)
    size = 1.0 / cell.alike - 1.0
    return random.beta(cell.p * size, (1.0 - cell.p) * size, (cell.draws, 1))


def happened(random: Random, cell: Cell) -> Values:
    """Yes (1) or no (0) of every run, (draws, runs)."""
    return (random.random((cell.draws, cell.runs)) < chances(random, cell)).astype(np.float64)


# --- one sweep of each estimate: truth, low, high ---------------------------------------------------------------------

Ends = tuple[float, float, float]


def _share(random: Random, cell: Cell) -> Ends:
    found = estimate(happened(random, cell), yes_no=True)
    return cell.p, found.low, found.high


def _curve(random: Random, cell: Cell) -> Ends:
    """The curve at a week by which the event has come in a share p of the runs."""
    curve = survival(np.where(happened(random, cell) == 1.0, 3.0, np.inf), 5)
    return 1.0 - cell.p, float(curve.low[4]), float(curve.high[4])


def _mean(random: Random, cell: Cell) -> Ends:
    """A number that is normal between and within draws, about p."""
    values = random.normal(cell.p, cell.alike**0.5, (cell.draws, 1))
    values = values + random.normal(0.0, (1.0 - cell.alike) ** 0.5, (cell.draws, cell.runs))
    found = estimate(values, yes_no=False)
    return cell.p, found.low, found.high


def _skewed(random: Random, cell: Cell) -> Ends:
    """A number that is 0 in all runs of a share 1 - p of the draws, and exponential in the others."""
    scale = (random.random((cell.draws, 1)) < cell.p) * random.exponential(1.0, (cell.draws, 1))
    found = estimate(scale * random.random((cell.draws, cell.runs)) * 2.0, yes_no=False)
    return cell.p, found.low, found.high


def _week(random: Random, cell: Cell) -> Ends:
    """The mean week of an event that comes in a share p of the runs, and the later the seldomer it is in a draw."""
    chance = chances(random, cell)
    values = 80.0 - 40.0 * chance + random.normal(0.0, 10.0, (cell.draws, cell.runs))
    seen = random.random((cell.draws, cell.runs)) < chance
    squared = cell.p**2 + cell.alike * cell.p * (1.0 - cell.p)
    if not seen.any():
        return np.nan, np.nan, np.nan
    found = estimate(np.where(seen, values, np.nan), yes_no=False)
    return 80.0 - 40.0 * squared / cell.p, found.low, found.high


def _median(random: Random, cell: Cell) -> Ends:
    """The median week of an event that comes in a share p of the runs, whole weeks."""
    values = np.round(random.normal(50.0, 8.0, (cell.draws, 1)) + random.normal(0.0, 8.0, (cell.draws, cell.runs)))
    seen = random.random((cell.draws, cell.runs)) < cell.p
    found = median(np.where(seen, values, np.nan)) if seen.any() else None
    return (np.nan, np.nan, np.nan) if found is None else (50.0, found.low, found.high)


def _rise(random: Random, cell: Cell) -> Ends:
    """A paired difference of yes and no: p of the pairs differ, all of them the same way."""
    changed = happened(random, cell)
    found = difference(np.zeros_like(changed), changed, yes_no=True)
    return cell.p, found.low, found.high


def _null(random: Random, cell: Cell) -> Ends:
    """The same where nothing changes on average: half of the pairs that differ go either way."""
    changed = happened(random, cell) * random.choice([-1.0, 1.0], (cell.draws, cell.runs))
    found = difference(np.maximum(-changed, 0.0), np.maximum(changed, 0.0), yes_no=True)
    return 0.0, found.low, found.high


def _chance(random: Random, cell: Cell) -> Ends:
    """The share of the variance that is chance."""
    found = chance_share(happened(random, cell))
    return (np.nan, np.nan, np.nan) if found is None else (1.0 - cell.alike, found.low, found.high)


def _gap(random: Random, cell: Cell) -> Ends:
    """A paired difference of a number that differs in every run, by p on average."""
    first = random.normal(size=(cell.draws, cell.runs))
    moved = random.normal(cell.p, cell.alike**0.5, (cell.draws, 1))
    moved = moved + random.normal(0.0, (1.0 - cell.alike) ** 0.5, (cell.draws, cell.runs))
    found = difference(first, first + moved, yes_no=False)
    return cell.p, found.low, found.high


def _some_gap(random: Random, cell: Cell) -> Ends:
    """A paired difference of a number that differs in a share p of the draws alone, there by an exponential amount."""
    moved = (random.random((cell.draws, 1)) < cell.p) * random.exponential(1.0, (cell.draws, 1))
    first = random.normal(size=(cell.draws, cell.runs))
    found = difference(first, first + moved * random.random((cell.draws, cell.runs)) * 2.0, yes_no=False)
    return (np.nan, np.nan, np.nan) if np.isnan(found.low) else (cell.p, found.low, found.high)


HORIZON, MORE = 52.0, 0.2


def _restricted(random: Random, cell: Cell) -> Ends:
    """A paired difference of weeks, never counted as the horizon: the event comes in MORE of the runs it had not."""
    chance, luck = chances(random, cell), random.random((cell.draws, cell.runs))
    week = HORIZON * random.random((cell.draws, cell.runs))
    first, second = (np.where(luck < c, week, HORIZON) for c in (chance, chance + MORE * (1.0 - chance)))
    found = difference(first, second, yes_no=False)
    return -MORE * (1.0 - cell.p) * HORIZON / 2.0, found.low, found.high


SHIFT, KEPT = 3.0, 0.97


def _conditional(random: Random, cell: Cell) -> Ends:
    """A paired difference of two means, each over the runs that have a value: 97 % of the first's have one in both."""
    chance, luck = chances(random, cell), random.random((cell.draws, cell.runs))
    value = 80.0 - 40.0 * chance + random.normal(0.0, 10.0, (cell.draws, cell.runs))
    first = np.where(luck < chance, value, np.nan)
    second = np.where(luck < KEPT * chance, value + SHIFT * (1.0 + chance), np.nan)
    if (~np.isnan(second)).any(axis=1).sum() < 2:
        return np.nan, np.nan, np.nan
    found = difference(first, second, yes_no=False)
    squared = cell.p**2 + cell.alike * cell.p * (1.0 - cell.p)
    return SHIFT * (1.0 + squared / cell.p), found.low, found.high


def _holds(random: Random, cell: Cell) -> Ends:
    """The corrected share of draws in which a pattern holds: an effect of 0.3 in a share p of them, else none."""
    effects = np.where(random.random(cell.draws) < cell.p, 0.3, 0.0)
    found = _pattern(effects, 0.35, cell.runs, random).corrected
    return cell.p, found.low, found.high


def _holds_nearly(random: Random, cell: Cell) -> Ends:
    """The same where effects are normal with a standard deviation of 0.1: many lie near the threshold."""
    middle = THRESHOLD + 0.1 * NormalDist().inv_cdf(cell.p)
    found = _pattern(random.normal(middle, 0.1, cell.draws), 0.35, cell.runs, random).corrected
    return cell.p, found.low, found.high


Once = Callable[[Random, Cell], Ends]
ESTIMATES: Mapping[str, tuple[Once, str]] = {
    "share": (_share, "share of runs: Wilson, effective number of runs, Student's quantile"),
    "curve": (_curve, "survival curve at one week: as a share"),
    "mean": (_mean, "mean of a number, normal: Student's t over draws"),
    "skewed": (_skewed, "mean of a number that is 0 in most draws: the same"),
    "week": (_week, "mean week over the runs in which it comes: ratio of sums, linearised over draws"),
    "median": (_median, "median week: Woodruff, linearised over draws"),
    "rise": (_rise, "paired difference of a yes or no, p differ, all one way: Agresti and Min, effective number"),
    "null": (_null, "the same, p differ, half either way"),
    "gap": (_gap, "paired difference of a number: Student's t over the draws' differences"),
    "some gap": (_some_gap, "the same of a number that differs in a share p of the draws, one way"),
    "restricted": (_restricted, "paired difference of mean weeks, never counted as the horizon: the same"),
    "conditional": (_conditional, "paired difference of means over the runs that have a value: paired linearisation"),
    "holds": (_holds, "share of draws in which a pattern holds, effects of 0.3 or none: within what halves differ by"),
    "holds nearly": (_holds_nearly, "the same, effects normal with a standard deviation of 0.1 about the threshold"),
    "chance": (_chance, "chance's part of the variance of a yes or no: jackknife of the logarithm of the ratio"),
}


def cells() -> tuple[Cell, ...]:
    """All cells of the page."""
    found = [Cell(name, *size, p, a) for name in ("share", "curve") for size in SIZES for p in SHARES for a in ALIKE]
    found += [Cell("mean", *size, 0.0, a) for size in SIZES for a in ALIKE]
    found += [Cell("skewed", *size, 0.1, 1.0) for size in SIZES]
    found += [Cell(name, *size, p, 0.1) for name in ("week", "median") for size in SIZES for p in (0.02, 0.5, 0.98)]
    differing = (0.0, 0.002, 0.01, 0.02, 0.05, 0.2)
    found += [Cell(n, *size, p, a) for n in ("rise", "null") for size in SIZES for p in differing for a in (0.0, 0.3)]
    found += [Cell("gap", *size, 0.1, a) for size in SIZES for a in ALIKE]
    found += [Cell("some gap", *size, p, 1.0) for size in SIZES for p in (0.1, 0.5)]
    found += [Cell("restricted", *size, p, a) for size in SIZES for p in (0.02, 0.5, 0.98) for a in (0.1, 0.5)]
    found += [Cell("conditional", *size, p, 0.1) for size in SIZES for p in (0.5, 0.98)]
    found += [
        Cell(n, *size, p, 1.0) for n in ("holds", "holds nearly") for size in OF_PATTERNS for p in (0.1, 0.5, 0.9)
    ]
    found += [Cell("chance", *size, 0.5, a) for size in SIZES[1:] for a in (0.02, 0.1, 0.5, 0.9)]
    return tuple(dict.fromkeys(_plain(cell) for cell in found))


def _plain(cell: Cell) -> Cell:
    """Where nothing happens, runs are not more or less alike."""
    return cell._replace(alike=0.0) if cell.p == 0.0 and cell.name != "mean" else cell


def measure(cell: Cell, sweeps: int, seed: int = SEED) -> Measured:
    """Count how often the interval holds the truth in sweeps of a cell; a sweep without an interval is left out."""
    key = [seed, *ESTIMATES[cell.name][1].encode(), cell.draws, cell.runs, round(1e6 * cell.p), round(1e6 * cell.alike)]
    random = np.random.default_rng(key)
    ends = np.array([ESTIMATES[cell.name][0](random, cell) for _ in range(sweeps)])
    truth, low, high = ends[~np.isnan(ends).any(axis=1)].T
    if not len(truth):
        return Measured(cell, np.nan, np.nan)
    inside = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
    return Measured(cell, float(inside.mean()), float((high - low).mean()))


# --- patterns: what the correction for chance takes off --------------------------------------------------------------

RUNS_OF_PATTERNS = (10, 50)
DRAWS_OF_PATTERNS = 80


def _normal(middle: float, width: float) -> Callable[[Random, int], Values]:
    return lambda random, n: random.normal(middle, width, n).clip(-0.5, 0.5)


def _some(random: Random, n: int) -> Values:
    return np.where(random.random(n) < 0.6, 0.0, random.normal(0.25, 0.1, n).clip(0.0, 0.6))


EFFECTS: Mapping[str, tuple[Callable[[Random, int], Values], float]] = {
    "normal about 0.05, sd 0.05": (_normal(0.05, 0.05), 0.35),
    "normal about 0.10, sd 0.05": (_normal(0.10, 0.05), 0.35),
    "0.10 in every draw": (_normal(0.10, 0.0), 0.20),
    "0 in every draw": (_normal(0.0, 0.0), 0.10),
    "0 in 60 % of the draws, else about 0.25": (_some, 0.0),
}


def pattern_shares(name: str, runs: int, sweeps: int, seed: int = SEED) -> tuple[float, float, float]:
    """Truth, mean raw share and mean corrected share of draws whose effect exceeds 0.05, for one kind of effects."""
    draw, differing = EFFECTS[name]
    random = np.random.default_rng([seed, runs, len(name)])
    truth = float((draw(random, 200_000) > THRESHOLD).mean())
    raw, corrected = np.array([_shares(draw, differing, runs, random) for _ in range(sweeps)]).mean(axis=0)
    return truth, float(raw), float(corrected)


def _shares(draw: Callable[[Random, int], Values], differing: float, runs: int, random: Random) -> tuple[float, float]:
    found = _pattern(draw(random, DRAWS_OF_PATTERNS), differing, runs, random)
    return found.raw.value, found.corrected.value


def _pattern(effects: Values, differing: float, runs: int, random: Random) -> Holding:
    """The share of draws beyond the threshold by so many pairs of runs, of which at least so many differ."""
    apart = np.maximum(differing, np.abs(effects) + 0.05 * (effects != 0.0))
    up, down = ((apart + sign * effects) / 2.0 for sign in (1.0, -1.0))
    luck = random.random((len(effects), runs))
    pairs = np.where(luck < up[:, None], 1.0, np.where(luck < (up + down)[:, None], -1.0, 0.0))
    whole, *halves = (
        beyond(part.mean(axis=1), THRESHOLD, above=True)
        for part in (pairs, pairs[:, : runs // 2], pairs[:, runs // 2 : 2 * (runs // 2)])
    )
    return holding(whole, (halves[0], halves[1]))


# --- the page --------------------------------------------------------------------------------------------------------

HEAD = """# How often the intervals hold the truth

<!-- Written by `python -m sim.pages.documents.coverage`: {sweeps:,} sweeps of known truth for a row, seed {seed}. -->

Every interval is told as one of 95 %, of the value with infinitely many draws. It is *as said* where it holds that
value in 93 to 97 % of the sweeps, *wider* where in more, **narrower** where in less; sweeps without an interval are
left out. p is the probability of the outcome; *alike* the intraclass correlation of the runs of a draw (0: a draw
decides nothing, 1: it decides all).

"""

NO_INTERVAL = "no interval"
SAID = """
## What is narrower, and where it is said

- A rare outcome or change that hangs on few draws (p of 0.02 or less, or of 0.98 or more, alike 0.3 or more): what
  has not been drawn cannot be seen.
- The mean of a number that is 0 in most draws, and a paired difference, of numbers or of weeks, that most draws do not
  have. With fewer than 500 draws the report says all this beneath its first lines; at 1,000 it may still be 92 %.
- A paired difference of weeks at 20 draws, where nine pairs of ten do not differ.

The mean week of a rare event at 20 draws (p of 0.02) rests on a run or two: four sweeps of five have no interval for
it, and where there is one, it is wider than the horizon. A median has none from fewer than six draws. The number of
these runs, and that of their draws, is told beside either.

The next sweep of the same size lies inside in about 83 % of the cases, not 95 (Cumming and Maillardet 2006). What part
of the variance is chance is not told below 100 draws of 5 runs.

## Patterns: the share of draws beyond a threshold

Means over {sweeps:,} sweeps of {draws} draws: the share of draws whose true effect exceeds {threshold}, as counted
from so many runs a draw, and corrected. The correction takes off what falls with one over the runs, which at 50 runs is
about half of the bias where every draw is alike. The interval, which reaches as far as the halves of a draw's runs
disagree, holds what is left (above).

"""


def page(sweeps: int = SWEEPS) -> str:
    """The whole page."""
    return HEAD.format(sweeps=sweeps, seed=SEED) + "\n".join(_tables(sweeps)) + "\n"


def _tables(sweeps: int) -> Iterator[str]:
    every = cells()
    for name, (_, told) in ESTIMATES.items():
        yield f"## {told[0].upper()}{told[1:]}\n"
        yield _row("draws x runs", "p", "alike", "holds the truth", "mean width", "told as 95 %")
        yield _row(*["---"] * 6)
        for cell in every:
            if cell.name == name:
                yield _told(measure(cell, sweeps))
        yield ""
    yield SAID.strip("\n").format(sweeps=sweeps // 10, draws=DRAWS_OF_PATTERNS, threshold=THRESHOLD) + "\n"
    yield _row("true effects", "runs a draw", "truth", "raw", "corrected")
    yield _row(*["---"] * 5)
    for runs in RUNS_OF_PATTERNS:
        for name in EFFECTS:
            yield _row(name, str(runs), *(f"{share:.2f}" for share in pattern_shares(name, runs, sweeps // 10)))


def _told(found: Measured) -> str:
    cell, covered = found.cell, found.covered
    place = (f"{cell.draws} x {cell.runs}", f"{cell.p:g}", f"{cell.alike:g}")
    if np.isnan(covered):
        return _row(*place, "–", "–", NO_INTERVAL)
    verdict = "**narrower**" if covered < LEAST else "wider" if covered > MOST else "as said"
    return _row(*place, f"{covered:.3f}", f"{found.width:.3g}", verdict)


def _row(*cells_of_row: str) -> str:
    return f"| {' | '.join(cells_of_row)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; the number of sweeps of each cell may be given."""
    given = sys.argv[1:] if arguments is None else arguments
    FILE.write_text(page(int(given[0]) if given else SWEEPS), encoding="utf-8")
    print(f"wrote {FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
