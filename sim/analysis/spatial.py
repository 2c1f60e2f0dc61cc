"""Models of one issue on a line: actors with a position, a salience and power; no time, no trust, no red lines.

The mean and the median that the literature holds everything against, a Nash solution, and the expected-utility model of
challenges and offers. Positions are in any unit; salience is in [0, 1]; power in any unit, not negative.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.shares import Values

STEPS = 200  # halvings of a bracket: more than a double can tell apart
ROUNDS = 50  # at most
SETTLED = 1e-3  # of the range: no actor moves further than this in a round


class Actors(NamedTuple):
    """Actors on one issue: position, salience in [0, 1] and power of each, (actors,)."""

    position: Values
    salience: Values
    power: Values

    @property
    def weight(self) -> Values:
        """Salience times power."""
        return self.salience * self.power


def weighted_mean(actors: Actors) -> float:
    """The compromise model: the mean position, weighted by salience and power (Van den Bos 1991; Achen 2006).

    >>> weighted_mean(Actors(np.array([0.0, 10.0]), np.array([1.0, 0.5]), np.array([1.0, 6.0])))
    7.5
    """
    return float((actors.weight * actors.position).sum() / actors.weight.sum())


def weighted_median(actors: Actors) -> float:
    """The position that no other one beats where each actor votes with its weight for the nearer (Black 1958).

    Where two positions halve the weight between them it is the lower one.

    >>> weighted_median(Actors(np.array([0.0, 4.0, 10.0]), np.ones(3), np.array([1.0, 1.0, 1.0])))
    4.0
    """
    order = np.argsort(actors.position, kind="stable")
    reached = np.cumsum(actors.weight[order])
    return float(actors.position[order][np.searchsorted(reached, reached[-1] / 2.0 - 1e-12 * reached[-1])])


def nash_solution(actors: Actors, low: float, high: float) -> float:
    """The point with the greatest weighted product of utilities 1 - |x - p| / (high - low), no deal being worth 0.

    The asymmetric Nash solution (Harsanyi & Selten 1972) of a table at which no deal is as bad as the far end of the
    scale: its data hold no point of reference. Achen (2006) shows how near the compromise model is to it.

    >>> round(nash_solution(Actors(np.array([0.0, 1.0]), np.ones(2), np.array([1.0, 1.0])), 0.0, 1.0), 9)
    0.5
    """
    span = high - low
    position, weight = (actors.position - low) / span, actors.weight

    def slope(x: float) -> float:
        return float((weight * np.sign(position - x) / np.maximum(1.0 - np.abs(x - position), 1e-300)).sum())

    left, right = float(position.min()), float(position.max())
    for _ in range(STEPS):  # the sum of logarithms is concave: its slope falls
        middle = 0.5 * (left + right)
        if slope(middle) > 0.0:
            left = middle
        else:
            right = middle
    return low + span * 0.5 * (left + right)


class Challenged(NamedTuple):
    """A run of the expected-utility model.

    Attributes:
        positions: after each round, the first being those that it begins with, (rounds + 1, actors).
        medians: the weighted median of each.
    """

    positions: Values
    medians: Values


def challenge(actors: Actors, rounds: int = ROUNDS) -> Challenged:
    """The expected-utility model of challenges and offers (Bueno de Mesquita 1994; Scholz, Calbert & Smith 2011).

    Each round actors infer risk attitudes from how exposed each position is, weigh a challenge to and by every other
    from their own point of view, and each takes, of the offers that it cannot resist, the one that moves it least. It
    ends when nobody moves further than a thousandth of the range.

    Args:
        actors: whose positions are not all the same.
        rounds: at most.
    """
    span = float(np.ptp(actors.position))
    positions, medians = [actors.position], [weighted_median(actors)]
    for _ in range(rounds if span > 0.0 else 0):
        now = actors._replace(position=positions[-1])
        moved = moves(now, risk_exponents(now, span), span)
        positions.append(moved)
        medians.append(weighted_median(actors._replace(position=moved)))
        if np.abs(moved - now.position).max() <= SETTLED * span:
            break
    return Challenged(np.array(positions), np.array(medians))


def success(actors: Actors, exponents: Values, span: float) -> Values:
    """P_ij, the chance that i prevails over j: the votes for i's position over all votes between both, (i, j).

    A vote of k is c_k s_k (u_k(x_i) - u_k(x_j)) with u_k(x) = 1 - (|x - x_k| / R)^r_k; one half where nobody votes.

    >>> two = Actors(np.array([0.0, 1.0]), np.ones(2), np.array([3.0, 1.0]))
    >>> success(two, np.ones(2), 1.0)[0, 1]
    np.float64(0.75)
    """
    apart = np.abs(actors.position[:, None] - actors.position[None, :]) / span  # k, i
    utility = 1.0 - apart ** exponents[:, None]
    votes = actors.weight[:, None, None] * (utility[:, :, None] - utility[:, None, :])  # k, i, j
    all_votes = np.abs(votes).sum(axis=0)
    won = np.maximum(votes, 0.0).sum(axis=0)
    found: Values = np.divide(won, all_votes, out=np.full(all_votes.shape, 0.5), where=all_votes > 0.0)
    return found


def expected(actors: Actors, chance: Values, exponent: float, span: float) -> Values:
    """E_ij, what a challenge of i to j is worth to i, as one sees it whose own risk exponent is taken for all, (i, j).

    s_j (P u_s + (1 - P) u_f) + (1 - s_j) u_s - u_q with u_s = 2 - 4 (1/2 - d/2)^r, u_f = 2 - 4 (1/2 + d/2)^r and
    u_q = 2 - 4 (1/2)^r, where d is the distance over the range.
    """
    d = np.abs(actors.position[:, None] - actors.position[None, :]) / span
    d = np.minimum(d, 1.0)
    won, lost = 2.0 - 4.0 * (0.5 - 0.5 * d) ** exponent, 2.0 - 4.0 * (0.5 + 0.5 * d) ** exponent
    resisted = actors.salience[None, :]
    stay = 2.0 - 4.0 * 0.5**exponent
    found: Values = resisted * (chance * won + (1.0 - chance) * lost) + (1.0 - resisted) * won - stay
    return found


def risk_exponents(actors: Actors, span: float) -> Values:
    """r_i = (1 - R_i / 3) / (1 + R_i / 3), in [1/2, 2], from how far a position is exposed to the others' challenges.

    R_i = (2 sum_j E_ji - max - min) / (max - min) over all actors, at r = 1; 0 where all are exposed alike.
    """
    n = len(actors.position)
    gains = expected(actors, success(actors, np.ones(n), span), 1.0, span)
    np.fill_diagonal(gains, 0.0)
    exposed = gains.sum(axis=0)
    reach = float(np.ptp(exposed))
    risk = (2.0 * exposed - exposed.max() - exposed.min()) / reach if reach > 0.0 else np.zeros(n)
    found: Values = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)
    return found


def moves(actors: Actors, exponents: Values, span: float) -> Values:
    """Where each actor is after a round, (actors,).

    By i's own reckoning, a = E_ij and b = E_ji. Where b > a > 0, it loses a confrontation and moves to j; where b > 0
    > a it gives way: by |a| / b of the way if b > |a| (a compromise), and all the way otherwise.
    """
    chance, found = success(actors, exponents, span), actors.position.copy()
    for i, exponent in enumerate(exponents):
        gains = expected(actors, chance, float(exponent), span)
        a, b = gains[i], gains[:, i]
        way = np.full(len(a), np.nan)
        way[(b > a) & (a > 0.0)] = 1.0
        gives = (b > 0.0) & (a < 0.0)
        way[gives] = np.minimum(np.abs(a[gives]) / b[gives], 1.0)
        steps = way * (actors.position - actors.position[i])
        steps[(actors.position == actors.position[i]) | np.isnan(steps)] = np.inf
        nearest = int(np.argmin(np.abs(steps)))
        if np.isfinite(steps[nearest]):
            found[i] += steps[nearest]
    return found
