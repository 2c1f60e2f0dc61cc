"""What a record teaches of a prior: implausibility, likelihoods by simulation, sequential Monte Carlo, and its checks.

What happened is a list of yes and no. A draw misses one of them in a run, or does not. The likelihood of a draw is that
of a record seen through errors: each statement comes out as the run has it but for a chance, the discrepancy between
the model and the world (Wilkinson 2013: approximate Bayesian computation is exact for such a model). Statements of one
course have to come together in a run; the mean over runs is unbiased, so that weights by it are those of the likelihood
itself (Andrieu and Roberts 2009). A discrepancy of one half says nothing: the prior.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.quantiles import chi_square
from sim.analysis.weights import Values, kish

NOTHING = 0.5  # the discrepancy at which a record says nothing
LEFT = 0.5  # of the worth of the particles, when the discrepancy is next lowered (Del Moral, Doucet and Jasra 2012)
MOVES = 2  # of every particle at each discrepancy
WANTED = 0.3  # of the moves are taken, for a step that is neither timid nor wild
MOVED = 0.3  # of a particle's numbers change in a move
STEPS = (0.01, 0.5)  # the least and the largest step, in parts of the range
BISECTIONS = 40
RANKS = 99  # posterior draws that a true value is ranked among
BINS = 10  # of these ranks, of which there are 100
CUTOFF = 3.0  # implausibilities above it rule a draw out (Pukelsheim 1994: three sigma)


@dataclass(frozen=True)
class Misses:
    """How far each draw misses what happened.

    Attributes:
        courses: one array a course, (draws, runs, statements): 1 where a run has not what happened, else 0.
        claims: of the draw as a whole, (draws, claims): 1 where one does not hold, 0 where it does, one half where that
            cannot be told.
    """

    courses: tuple[Values, ...]
    claims: Values

    def of(self, draws: NDArray[np.int64]) -> Misses:
        """Those of some draws, by number."""
        return Misses(tuple(course[draws] for course in self.courses), self.claims[draws])

    def replaced(self, where: NDArray[np.bool_], others: Misses) -> Misses:
        """These, and those of others in some places."""
        courses = zip(self.courses, others.courses, strict=True)
        mixed = tuple(np.where(where[:, None, None], new, old) for old, new in courses)
        return Misses(mixed, np.where(where[:, None], others.claims, self.claims))

    def of_record(self, courses: Sequence[Values], claims: Values) -> Misses:
        """How far they would miss another record: it differs from this one where it says 1, (statements,) each."""
        pairs = zip(self.courses, courses, strict=True)
        return Misses(tuple(np.abs(course - other) for course, other in pairs), np.abs(self.claims - claims))


def likelihood(misses: Misses, discrepancy: float) -> Values:
    """The likelihood of the record for each draw, (draws,), up to nothing: a product of chances in [0, 1].

    A statement counts 1 - e where a run has it, e where not, one half where it cannot be told; e is the discrepancy.

    >>> likelihood(Misses((np.array([[[0.0], [1.0]]]),), np.zeros((1, 0))), 0.1)
    array([0.5])
    """
    told: Values = _chance(misses.claims, discrepancy).prod(axis=1)
    for course in misses.courses:
        told = told * _chance(course, discrepancy).prod(axis=2).mean(axis=1)
    return told


def _chance(miss: Values, discrepancy: float) -> Values:
    return 1.0 - discrepancy - miss * (1.0 - 2.0 * discrepancy)


def importance(misses: Misses, discrepancy: float) -> Values:
    """Weights of draws of the prior, (draws,), of mean 1: by their likelihood (importance sampling).

    Raises:
        ValueError: no draw has what happened, and the discrepancy leaves no other way.
    """
    found = likelihood(misses, discrepancy)
    if not found.sum() > 0.0:
        raise ValueError("no draw has in any run what happened, together")
    weights: Values = found / found.mean()
    return weights


# --- history matching -------------------------------------------------------------------------------------------------


def implausible_chance(chance: Values, runs: int, discrepancy: float) -> Values:
    """How implausible a draw is that gives what happened a chance, (draws,), estimated from so many runs.

    |z - E| over the root of the variances of the model's chance in one world, of the mean over runs, and of the
    discrepancy (Vernon, Goldstein and Bower 2010, section 3.1; without an emulator, whose variance would be a fourth).

    >>> implausible_chance(np.array([1.0, 0.0]), 20, 0.1).round(2).tolist()
    [0.0, 10.0]
    """
    spread = chance * (1.0 - chance)
    found: Values = (1.0 - chance) / np.sqrt(spread + spread / runs + discrepancy**2)
    return found


def implausible_effect(short: Values, error: float, discrepancy: float) -> Values:
    """The same for an effect that falls short of a threshold by so much; 0 where it does not, NaN where untold."""
    found: Values = np.maximum(short, 0.0) / math.sqrt(error**2 + discrepancy**2)
    return found


# --- approximate Bayesian computation by sequential Monte Carlo -------------------------------------------------------


class Stage(NamedTuple):
    """One step of the sampler: the discrepancy, what the particles were worth when it was lowered to that, and the
    share of the moves that were taken there.
    """

    discrepancy: float
    worth: float
    taken: float


class Sampled(NamedTuple):
    """What the sampler gave: particles that count alike.

    Attributes:
        inputs: of the particles, (particles, inputs) in [0, 1).
        misses: theirs.
        stages: its steps.
        ancestors: from which of the first particles each descends, (particles,).
    """

    inputs: Values
    misses: Misses
    stages: tuple[Stage, ...]
    ancestors: NDArray[np.int64]


def error_by_ancestors(values: Values, ancestors: NDArray[np.int64]) -> tuple[Values, float]:
    """The standard error of the particles' means, and of how many equal families they are (Chan and Lai 2013).

    Particles of one ancestor may still be alike, so that a family counts as one: the variance of a mean is the sum of
    the squares of what each family brings to it. Where all particles are their own ancestors that is the usual one.

    Args:
        values: of the particles, (particles, numbers).
        ancestors: from which of the first particles each descends, (particles,).

    Returns:
        The errors, (numbers,), NaN where all descend from one; and the families' worth (Kish 1965).

    >>> values = np.array([[0.0], [1.0], [2.0], [5.0]])
    >>> [round(float(error_by_ancestors(values, np.array(family))[0][0]), 3) for family in ([0, 1, 2, 3], [0, 0, 1, 1])]
    [1.08, 1.5]
    """
    families, number, size = np.unique(ancestors, return_inverse=True, return_counts=True)
    if len(families) < 2:
        return np.full(values.shape[1], np.nan), 1.0
    brought = np.zeros((len(families), values.shape[1]))
    np.add.at(brought, number, values - values.mean(axis=0))
    more = len(families) / (len(families) - 1)
    return np.sqrt(more * (brought**2).sum(axis=0)) / len(values), float(kish(size.astype(np.float64)))


Model = Callable[[Values, int], Misses]  # inputs (n, inputs), the number of the call -> misses with luck of its own


def sequential(
    model: Model, inputs: int, particles: int, discrepancy: float, seed: int, told: Callable[[int], object]
) -> Sampled:
    """Particles of the posterior by sequential Monte Carlo (Toni et al. 2009; Del Moral, Doucet and Jasra 2012).

    The prior is uniform on the unit cube. The discrepancy is lowered step by step, each time as far as leaves half of
    the particles' worth; they are resampled and moved. A move adds normal numbers to some of a particle's inputs and
    reflects them at the walls: symmetric, so that the prior cancels in any dimension, and what decides is the ratio of
    two likelihoods by simulation, each kept with its particle (pseudo-marginal: Andrieu and Roberts 2009).

    Args:
        model: plays inputs.
        inputs: how many there are.
        particles: how many there are.
        discrepancy: the last one, in [0, 0.5].
        seed: of everything but the model's own luck.
        told: is called with the number of particles that have been played.

    Raises:
        ValueError: no particle has what happened.
    """
    random = np.random.default_rng([seed, inputs, particles])
    here, ancestors = random.random((particles, inputs)), np.arange(particles)
    misses, calls = model(here, 0), 1
    told(particles)
    now, step = NOTHING, 0.2
    stages: list[Stage] = []
    while now > discrepancy:
        then = _lowered(misses, now, discrepancy)
        weights = likelihood(misses, then) / likelihood(misses, now)
        if not weights.sum() > 0.0:
            raise ValueError("no particle has what happened")
        chosen = _resampled(weights, random)
        here, misses, now, ancestors = here[chosen], misses.of(chosen), then, ancestors[chosen]
        accepted = 0.0
        for _ in range(MOVES):
            proposed = _proposed(here, step, random)
            others = model(proposed, calls)
            calls += 1
            told(particles)
            ratio = likelihood(others, now) / np.maximum(likelihood(misses, now), np.finfo(np.float64).tiny)
            taken = random.random(particles) < ratio
            here, misses = np.where(taken[:, None], proposed, here), misses.replaced(taken, others)
            share = float(taken.mean())
            accepted += share / MOVES
            step = float(np.clip(step * math.exp(share - WANTED), *STEPS))
        stages.append(Stage(now, kish(weights), accepted))
    return Sampled(here, misses, tuple(stages), ancestors)


def _lowered(misses: Misses, now: float, last: float) -> float:
    """The discrepancy down to which the particles keep half of their worth, or the last one."""
    known = likelihood(misses, now)

    def worth(then: float) -> float:
        return kish(likelihood(misses, then) / np.maximum(known, np.finfo(np.float64).tiny))

    if worth(last) >= LEFT * len(known):
        return last
    low, high = last, now
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if worth(middle) >= LEFT * len(known) else (middle, high)
    return high if high < now else last  # where nothing short of the last step helps, it is taken


def _resampled(weights: Values, random: np.random.Generator) -> NDArray[np.int64]:
    """Systematic resampling: numbers of the particles, each about as often as its weight says (Kitagawa 1996)."""
    n = len(weights)
    places = (np.arange(n) + random.random()) / n
    mass = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(mass, places), n - 1).astype(np.int64)


def _proposed(here: Values, step: float, random: np.random.Generator) -> Values:
    """Each particle with some of its inputs moved, at least one, and reflected into [0, 1)."""
    chosen = random.random(here.shape) < MOVED
    chosen[np.arange(len(here)), random.integers(0, here.shape[1], len(here))] = True
    moved = np.abs(here + step * random.standard_normal(here.shape) * chosen) % 2.0
    found: Values = np.minimum(np.where(moved > 1.0, 2.0 - moved, moved), np.nextafter(1.0, 0.0))
    return found


# --- simulation-based calibration -------------------------------------------------------------------------------------


def ranks_of_truths(misses: Misses, columns: Values, discrepancy: float, records: int, seed: int) -> NDArray[np.int64]:
    """Where the truth lies among draws of its posterior, for records that draws of the prior have made.

    A draw makes a record: one of its runs for each course, its own claims, with errors. The others are weighted by that
    record as by the real one; of draws by these weights, so many lie below the draw's own value. Of a calibration that
    is right these ranks are uniform (Cook, Gelman and Rubin 2006; Talts et al. 2018).

    Args:
        misses: of draws of the prior.
        columns: their values, (draws, columns).
        discrepancy: as in `likelihood`.
        records: how many are made.
        seed: of the choice.

    Returns:
        Ranks from 0 to 99, (records, columns).
    """
    random = np.random.default_rng([seed, records])
    draws = len(columns)
    found = np.zeros((records, columns.shape[1]), np.int64)
    for n in range(records):
        truth = int(random.integers(draws))
        courses = [_seen(course[truth, int(random.integers(course.shape[1]))], discrepancy, random)
                   for course in misses.courses]  # fmt: skip
        weights = likelihood(misses.of_record(courses, _seen(misses.claims[truth], discrepancy, random)), discrepancy)
        weights[truth] = 0.0
        if not weights.sum() > 0.0:
            weights[:] = 1.0
            weights[truth] = 0.0
        drawn = random.choice(draws, RANKS, p=weights / weights.sum())
        found[n] = (columns[drawn] < columns[truth]).sum(axis=0)
        ties = (columns[drawn] == columns[truth]).sum(axis=0)  # a column of few values: the rank is any of the equal
        found[n] += random.integers(0, ties + 1)
    return found


def _seen(miss: Values, discrepancy: float, random: np.random.Generator) -> Values:
    """What a record says of statements, (statements,), seen through errors; of what cannot be told, a coin's."""
    truth = np.where(miss == 0.5, (random.random(miss.shape) < 0.5).astype(np.float64), miss)
    found: Values = np.where(random.random(miss.shape) < discrepancy, 1.0 - truth, truth)
    return found


def unevenness(ranks: NDArray[np.int64]) -> Values:
    """Pearson's statistic of the ranks of each column in ten bins, (columns,): about 9 if they are uniform."""
    expected = len(ranks) / BINS
    counts = np.stack([(ranks * BINS // (RANKS + 1) == n).sum(axis=0) for n in range(BINS)])
    found: Values = ((counts - expected) ** 2 / expected).sum(axis=0)
    return found


def uneven_beyond_luck(columns: int) -> float:
    """What the largest of so many statistics exceeds by luck in one table of twenty."""
    return chi_square(BINS - 1, 1.0 - 0.95 ** (1.0 / columns))
