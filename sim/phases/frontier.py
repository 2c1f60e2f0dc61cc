"""The exact Pareto frontier of a table: every way to give up least for what the other gains most.

The value of a package is a sum over clauses, concave and piecewise linear in each. Between the two sides' best points a
clause is cut where a slope changes; each piece costs the first party something and gives the second something, both
>= 0. Conceding the pieces in falling order of gain over cost walks along the frontier (Raiffa 1982 for the idea of
log-rolling; Dantzig 1957 for why a fractional knapsack is filled by ratio).
"""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable
from sim.equations.package import clause_worth
from sim.vocabulary import INFINITY, LEAST_GAIN

ROUNDING = 1e-14  # of a difference between two worths of a clause, which are of the order of 1


@compilable
def clause_term(rules: Any, state: Any, t: int, side: int, k: int, point: float) -> float:
    """What one clause at a point adds to V - d of a side, as a share of the table's value."""
    return clause_worth(
        point,
        state.default[t, side, k],
        state.position[rules.party[t, side], rules.clause_cell[t, k]],
        state.promise[t, side, k],
        state.concession[t, side, k],
        state.stake[t, side, k],
    )


@compilable
def package_value(rules: Any, state: Any, t: int, side: int, package: Any) -> float:
    """V - d of a package to a side; a deadlocked clause stays at its default and adds nothing."""
    total = 0.0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            total += clause_term(rules, state, t, side, k, package[k])
    return total


@compilable
def within(point: float, low: float, high: float) -> float:
    """The point of [low, high] nearest to a point."""
    return min(max(point, low), high)


@compilable
def best_point(
    low: float, high: float, default: float, position: float, promise: float, concession: float, stake: float
) -> float:
    """A side's best point of a clause within both red lines; the default where nothing is better.

    Utility falls with the distance from the position, so that only the end of a war can draw a side away from it.
    """
    best = within(default, low, high)
    value = clause_worth(best, default, position, promise, concession, stake)
    for turn in range(4 if stake > 0.0 else 1):
        point = position
        if turn == 1:
            point = 2.0 * position - default
        elif turn == 2:
            point = low
        elif turn == 3:
            point = high
        point = within(point, low, high)
        other = clause_worth(point, default, position, promise, concession, stake)
        if other > value:
            best, value = point, other
    return best


@compilable
def insert_piece(state: Any, t: int, k: int, start: float, stop: float, cost: float, gained: float) -> None:
    """Put a piece in its place: falling gain over cost, pieces of one clause in their own order.

    Only ranks move; a piece that costs nothing comes first.
    """
    n = state.pieces[t]
    ratio = gained / cost if cost > 0.0 else INFINITY
    state.piece_clause[t, n], state.piece_from[t, n], state.piece_to[t, n] = k, start, stop
    state.piece_cost[t, n], state.piece_gain[t, n], state.piece_ratio[t, n] = cost, gained, ratio
    rank = n
    while rank > 0:
        before = state.piece_rank[t, rank - 1]
        if state.piece_ratio[t, before] >= ratio or state.piece_clause[t, before] == k:
            break
        state.piece_rank[t, rank] = before
        rank -= 1
    state.piece_rank[t, rank] = n
    state.pieces[t] = n + 1


@compilable
def nearer(cut: float, start: float, stop: float) -> float:
    """The cut if it lies strictly between the two ends, in either direction, else the second end."""
    return cut if start < cut < stop or stop < cut < start else stop


@compilable
def next_cut(position: float, default: float, start: float, stop: float) -> float:
    """The nearest point after `start`, towards `stop`, at which the slope of a side's term can change."""
    nearest = nearer(position, start, stop)
    nearest = nearer(default, start, nearest)
    return nearer(2.0 * position - default, start, nearest)


@compilable
def beyond_rounding(difference: float) -> float:
    """A difference of two worths where it is more than the dust of rounding, else 0: flat must stay flat."""
    return difference if difference > ROUNDING else 0.0


@compilable
def cut_clause(rules: Any, state: Any, t: int, k: int) -> None:
    """Cut a clause into its pieces, from the first party's best point to the second's, and add up both ends' values."""
    cell = rules.clause_cell[t, k]
    low, high = state.range_low[t, k], state.range_high[t, k]
    position_0, position_1 = state.position[rules.party[t, 0], cell], state.position[rules.party[t, 1], cell]
    default_0, default_1 = state.default[t, 0, k], state.default[t, 1, k]
    promise_0, promise_1 = state.promise[t, 0, k], state.promise[t, 1, k]
    concession_0, concession_1 = state.concession[t, 0, k], state.concession[t, 1, k]
    stake_0, stake_1 = state.stake[t, 0, k], state.stake[t, 1, k]
    start = best_point(low, high, default_0, position_0, promise_0, concession_0, stake_0)
    stop = best_point(low, high, default_1, position_1, promise_1, concession_1, stake_1)
    state.end[t, 0, k], state.end[t, 1, k] = start, stop
    own = clause_worth(start, default_0, position_0, promise_0, concession_0, stake_0)
    other = clause_worth(start, default_1, position_1, promise_1, concession_1, stake_1)
    state.end_value[t, 0, 0] += own
    state.end_value[t, 0, 1] += other
    while start != stop:
        cut = next_cut(position_0, default_0, start, stop)
        cut = next_cut(position_1, default_1, start, cut)
        next_own = clause_worth(cut, default_0, position_0, promise_0, concession_0, stake_0)
        next_other = clause_worth(cut, default_1, position_1, promise_1, concession_1, stake_1)
        cost, gained = beyond_rounding(own - next_own), beyond_rounding(next_other - other)
        if cost > 0.0 or gained > 0.0:
            insert_piece(state, t, k, start, cut, cost, gained)
        start, own, other = cut, next_own, next_other
    state.end_value[t, 1, 0] += own
    state.end_value[t, 1, 1] += other


@compilable
def trace_frontier(rules: Any, state: Any, t: int) -> None:
    """Write the pieces of the frontier, the value of both ends to both sides, each side's best, and the zone."""
    state.pieces[t] = 0
    for end in range(2):
        state.end_value[t, end, 0], state.end_value[t, end, 1] = 0.0, 0.0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            cut_clause(rules, state, t, k)
        else:
            middle = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
            state.end[t, 0, k] = middle
            state.end[t, 1, k] = middle
    state.best[t, 0] = best_gain(state, t, 0)
    state.best[t, 1] = best_gain(state, t, 1)
    state.zone[t] = 1 if state.best[t, 0] > LEAST_GAIN and state.best[t, 1] > LEAST_GAIN else 0


@compilable
def piece_at(state: Any, t: int, side: int, step: int) -> int:
    """The piece that a side concedes at a step: the first side from the front, the second from the back."""
    return state.piece_rank[t, step if side == 0 else state.pieces[t] - 1 - step]


@compilable
def best_gain(state: Any, t: int, side: int) -> float:
    """M - d of a side: its gain at the last frontier point at which the other gets what it has without a deal.

    Negative without a zone of agreement.
    """
    own, other = state.end_value[t, side, side], state.end_value[t, side, 1 - side]
    for step in range(state.pieces[t]):
        if other >= 0.0:
            return own
        n = piece_at(state, t, side, step)
        loss = state.piece_cost[t, n] if side == 0 else state.piece_gain[t, n]
        gained = state.piece_gain[t, n] if side == 0 else state.piece_cost[t, n]
        if other + gained >= 0.0:
            return own - loss * (-other / gained)
        own, other = own - loss, other + gained
    return own if other >= 0.0 else -1.0


@compilable
def concede(rules: Any, state: Any, t: int, side: int, target: float) -> None:
    """Write to `trial` the frontier package at which a side, conceding from its own end, keeps just the target.

    It keeps more where the rest is worth nothing to the other: what helps nobody is not given up.
    """
    own = state.end_value[t, side, side]
    for k in range(rules.clauses[t]):
        state.trial[k] = state.end[t, side, k]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, side, step)
        loss = state.piece_cost[t, n] if side == 0 else state.piece_gain[t, n]
        gained = state.piece_gain[t, n] if side == 0 else state.piece_cost[t, n]
        if gained == 0.0:
            return
        start = state.piece_from[t, n] if side == 0 else state.piece_to[t, n]
        stop = state.piece_to[t, n] if side == 0 else state.piece_from[t, n]
        k = state.piece_clause[t, n]
        if own - loss < target:
            state.trial[k] = start + (stop - start) * ((own - target) / loss)
            return
        state.trial[k] = stop
        own -= loss


@compilable
def set_midpoint(rules: Any, state: Any, t: int) -> None:
    """Write the package at which both sides get the same share of their best (Kalai & Smorodinsky 1975)."""
    if state.zone[t] == 0:
        for k in range(rules.clauses[t]):
            state.midpoint[t, k] = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
        return
    concede(rules, state, t, 0, equal_share(state, t) * state.best[t, 0])
    for k in range(rules.clauses[t]):
        state.midpoint[t, k] = state.trial[k]


@compilable
def equal_share(state: Any, t: int) -> float:
    """The share of its best that each side gets where these shares are equal, at least 1/2 on a concave frontier."""
    own, other = state.end_value[t, 0, 0], state.end_value[t, 0, 1]
    best, other_best = state.best[t, 0], state.best[t, 1]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, 0, step)
        loss, gained = state.piece_cost[t, n], state.piece_gain[t, n]
        if (other + gained) * best >= (own - loss) * other_best:
            slope = gained * best + loss * other_best
            part = (own * other_best - other * best) / slope if slope > 0.0 else 0.0
            return (own - loss * max(part, 0.0)) / best
        own, other = own - loss, other + gained
    return own / best
